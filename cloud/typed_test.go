package cloud_test

import (
	"testing"

	"mooring/cloud"
)

func TestWhatComesAlongWithACopyIsTakenOff(t *testing.T) {
	for typed, want := range map[string]string{
		" \"abc\",\r\n":            "abc",
		"<a\u200bb\u2013c>":        "ab-c",
		"\u201c\uff11\uff12\u201d": "12",
		"a\u00a0b\u2212c":          "a b-c",
		" \t":                      "",
	} {
		if got := cloud.Tidy(typed); got != want {
			t.Errorf("%q became %q, want %q", typed, got, want)
		}
	}
}

func TestAnEnvironmentThatIsFoundIsNoChoice(t *testing.T) {
	d := cloud.Description{Environments: []cloud.Option{{Key: "a"}, {Key: "b"}}}
	if !d.ChoosesEnvironment() {
		t.Error("two environments are no choice")
	}
	if d.EnvironmentFound = true; d.ChoosesEnvironment() {
		t.Error("it is found, and a choice all the same")
	}
}
