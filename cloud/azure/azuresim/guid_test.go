package azuresim

import "testing"

func TestGUID(t *testing.T) {
	for text, want := range map[string]string{
		"AAAAAAAA-bbbb-CCCC-dddd-eeeeeeeeeeee":  "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
		"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeee":   "",
		"aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee ": "",
		"aaaaaaaa_bbbb-cccc-dddd-eeeeeeeeeeee":  "",
		"gaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee":  "",
		"":                                      "",
	} {
		if got, ok := parseGUID(text); got != want || ok != (want != "") {
			t.Errorf("parseGUID(%q) = %q, %v", text, got, ok)
		}
	}
	a, b := randomGUID(), randomGUID()
	if got, ok := parseGUID(a); !ok || got != a || a[14] != '4' || a == b {
		t.Errorf("random GUIDs %q and %q", a, b)
	}
}

// a source of ids that repeats itself must not give two applications one id.
func TestRepeatedIDIsRefused(t *testing.T) {
	s, err := Start(Options{NewID: func() string { return "00000000-0000-4000-9000-000000000000" }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.RegisterApp(workingDirectory, "one"); err != nil {
		t.Error(err)
	}
	if client, err := s.RegisterApp(workingDirectory, "two"); err == nil || client != "" {
		t.Errorf("%q, %v", client, err)
	}
}
