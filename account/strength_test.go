package account

import (
	"slices"
	"sort"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

func TestCommonPasswordsAreNotTaken(t *testing.T) {
	for password, says := range map[string]string{
		"password1234":             sayCommon,
		"PASSWORD-2026!":           sayCommon,
		"Administrator1":           sayCommon,
		"qwertyuiop[]":             sayCommon,
		"123456789012":             sayCommon,
		"1q2w3e4r5t6y":             sayCommon,
		"aaaaaaaaaaaa":             sayRepeated,
		"            ":             sayRepeated,
		"ääääääääääää":             sayRepeated,
		"ada.lovelace@example.com": sayYourself,
		"ADA.Lovelace@example.COM": sayYourself,
		"ada.lovelace":             sayYourself,
		"ada.lovelace1843":         sayYourself,
		"Ada Lovelace":             sayYourself,
		"adalovelace!":             sayYourself,
		"ada lovelace 1843!":       sayYourself,
		"elevenchars":              sayTooShort,
		"":                         sayTooShort,
		strings.Repeat("ab", 513):  sayTooLong,
		strings.Repeat("ab", 512):  "",
		"mooring-demo":             "",
		"a long enough password":   "",
		"correct horse battery":    "",
		"passwords are a nuisance": "",
		"ada lovelace wrote this":  "",
		"aaaaaaaaaaab":             "",
		"名前はまだ無い吾輩は猫":              sayTooShort,
		"名前はまだ無い吾輩は猫である":            "",
		"12 monkeys ate 34 bananas": "",
		"password\n1234":            sayCommon,
		"!@#$%^&*()_+-=":            "",
	} {
		if got := passwordTrouble(password, "ada.lovelace@example.com", "Ada Lovelace"); got != says {
			t.Errorf("%q: got %q, want %q", password, got, says)
		}
	}
}

// A short name says nothing about a long password.
func TestAShortNameIsNoBase(t *testing.T) {
	if got := passwordTrouble("ed1234567890", "ed@example.com", "Ed"); got != "" {
		t.Error(got)
	}
	if got := passwordTrouble("x1234567890123", "", ""); got != "" {
		t.Error(got)
	}
}

func TestEveryCommonPasswordIsFoundAndNothingBesides(t *testing.T) {
	list := slices.DeleteFunc(strings.Split(strings.TrimSpace(commonPasswords), "\n"), func(line string) bool { return strings.HasPrefix(line, "# ") })
	if len(list) < 10_000 || !sort.StringsAreSorted(list) {
		t.Fatalf("%d entries, sorted: %t", len(list), sort.StringsAreSorted(list))
	}
	has := map[string]bool{}
	for _, password := range list {
		has[password] = true
		if !isCommon(password) {
			t.Errorf("%q is not found", password)
		}
		if password != strings.ToLower(password) || len(password) < minKnown {
			t.Errorf("%q can never be asked for", password)
		}
	}
	for _, password := range list {
		for _, other := range []string{password + "\x00", password[:len(password)-1], "\x00" + password, password + "~"} {
			if isCommon(other) != has[other] {
				t.Errorf("%q: got %t", other, isCommon(other))
			}
		}
	}
	for _, other := range []string{"", "#", "# Passwords that many people use", list[0] + "\n" + list[1], "\xff", "\x00"} {
		if isCommon(other) {
			t.Errorf("%q is found", other)
		}
	}
}

func BenchmarkIsCommon(b *testing.B) {
	for b.Loop() {
		isCommon("correct horse battery")
	}
}

func TestEveryTimeZoneThatPeopleChooseExists(t *testing.T) {
	names := TimeZones()
	if len(names) < 400 || names[0] != "UTC" || !sort.StringsAreSorted(names[1:]) {
		t.Fatalf("%d names, the first is %s", len(names), names[0])
	}
	for _, name := range names {
		if _, err := time.LoadLocation(name); err != nil {
			t.Error(err)
		}
		if name != "UTC" && !strings.Contains(name, "/") || strings.HasPrefix(name, "Etc/") {
			t.Errorf("%s is neither a region nor a city", name)
		}
	}
	for _, wanted := range []string{"Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Calcutta", "Australia/Sydney", "Pacific/Auckland"} {
		if !slices.Contains(names, wanted) {
			t.Errorf("%s is missing", wanted)
		}
	}
}

// FuzzHashCode: however somebody writes a code, it is the same code, and other
// letters are another one.
func FuzzHashCode(f *testing.F) {
	f.Add("k3m9-0000-1111-zzzz")
	f.Fuzz(func(t *testing.T, code string) {
		spaced := strings.Join(strings.Split(code, ""), " -")
		if hashCode("p", code) != hashCode("p", spaced) {
			t.Errorf("%q and %q differ", code, spaced)
		}
		if hashCode("p", code) == hashCode("q", code) || hashCode("p", code) == hashCode("p", code+"x") {
			t.Errorf("%q is also another's", code)
		}
	})
}
