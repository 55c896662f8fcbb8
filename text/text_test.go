package text_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"mooring/text"
)

func TestLineKeepsWhatCanBeSeen(t *testing.T) {
	for typed, want := range map[string]string{
		"Production":             "Production",
		"  Two \t words\r\n":     "Two words",
		"Ümläut 日本 🔑":            "Ümläut 日本 🔑",
		"a\x00b\x1b[31mc":        "ab[31mc",
		"\u202egnp.exe":          "gnp.exe",
		"\u200b\ufeff\u3164":     "",
		"\ufe0f":                 "",
		"\u200d":                 "",
		"می\u200cخواهم":          "می\u200cخواهم",
		"a\u00a0b":               "a b",
		"half \xff letter":       "half letter",
		"first\u2028second":      "first second",
		"<b>\"canary\"</b>{{7}}": "<b>\"canary\"</b>{{7}}",
	} {
		if got := text.Line(typed); got != want {
			t.Errorf("%q became %q, want %q", typed, got, want)
		}
	}
}

func FuzzLine(f *testing.F) {
	f.Add("a\u202eb")
	f.Fuzz(func(t *testing.T, typed string) {
		got := text.Line(typed)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\n\r\x00\x1b\u202e\u2028") || text.Line(got) != got {
			t.Errorf("%q became %q", typed, got)
		}
	})
}
