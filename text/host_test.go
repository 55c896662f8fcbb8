package text_test

import (
	"strings"
	"testing"

	"mooring/text"
)

func TestHostNamesAreSpelledAsBrowsersSendThem(t *testing.T) {
	for given, want := range map[string]string{
		"example.com": "example.com", "Example.COM": "example.com", "example.com.": "example.com", "localhost": "localhost",
		"käse.example": "xn--kse-qla.example", "KÄSE.example": "xn--kse-qla.example", "XN--KSE-QLA.example": "xn--kse-qla.example",
		"ka\u0308se.example": "xn--kse-qla.example", "例え。テスト。": "xn--r8jz45g.xn--zckzah", "straße.example": "xn--strae-oqa.example",
		"mooring_1.example": "mooring_1.example", "192.0.2.1": "192.0.2.1",
	} {
		if got, err := text.HostName(given); err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", given, got, err, want)
		}
	}
	for given, why := range map[string]string{
		"": "missing", "*.example.com": "wildcards", "example..com": "empty", ".example.com": "empty", ".": "empty", "example.com..": "empty",
		"example.com:443": "letters", "example.com/x": "letters", "max@example.com": "letters", "a b.example": "letters", "[::1]": "letters",
		"https://example.com": "letters", "xn--ü.example": "characters", "a\u200b\u202e.example": "characters",
		strings.Repeat("a", 64) + ".example": "63", strings.Repeat("abcdefg.", 40) + "example": "253",
	} {
		if got, err := text.HostName(given); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q was taken as %q, %v; want an error with %q", given, got, err, why)
		}
	}
}
