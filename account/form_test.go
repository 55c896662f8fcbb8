package account

import (
	"errors"
	"maps"
	"regexp"
	"strings"
	"testing"

	"mooring/fault"
)

const (
	sayEmail        = "Enter an e-mail address, such as ada@example.com."
	sayName         = "Enter your name, at most 80 characters."
	sayShort        = "Use at least 12 characters. Several words in a row work well."
	sayLong         = "Use at most 1,024 characters."
	sayOrganization = "Use 2 to 39 lowercase letters, digits and single hyphens, or leave it empty."
)

func TestTheSetUpFormSaysWhatIsWrongWithEachField(t *testing.T) {
	good := Newcomer{Email: "ada@example.com", Name: "Ada", Organization: "acme", Password: "correct horse battery"}
	tests := map[string]struct {
		change func(*Newcomer)
		says   fault.Fields
	}{
		"all is well":     {func(*Newcomer) {}, nil},
		"nothing":         {func(f *Newcomer) { *f = Newcomer{} }, fault.Fields{"email": sayEmail, "name": sayName, "password": sayShort}},
		"no organization": {func(f *Newcomer) { f.Organization = "  " }, nil},

		"no e-mail":               {func(f *Newcomer) { f.Email = " " }, fault.Fields{"email": sayEmail}},
		"no at sign":              {func(f *Newcomer) { f.Email = "ada.example.com" }, fault.Fields{"email": sayEmail}},
		"two at signs":            {func(f *Newcomer) { f.Email = "ada@home@example.com" }, fault.Fields{"email": sayEmail}},
		"nobody at example.com":   {func(f *Newcomer) { f.Email = "@example.com" }, fault.Fields{"email": sayEmail}},
		"ada at nowhere":          {func(f *Newcomer) { f.Email = "ada@" }, fault.Fields{"email": sayEmail}},
		"a space inside":          {func(f *Newcomer) { f.Email = "ada love@example.com" }, fault.Fields{"email": sayEmail}},
		"a line inside":           {func(f *Newcomer) { f.Email = "ada@example.com\nbcc:eve@example.com" }, fault.Fields{"email": sayEmail}},
		"an e-mail of 254 bytes":  {func(f *Newcomer) { f.Email = strings.Repeat("a", 242) + "@example.com" }, nil},
		"an e-mail of 255 bytes":  {func(f *Newcomer) { f.Email = strings.Repeat("a", 243) + "@example.com" }, fault.Fields{"email": sayEmail}},
		"an e-mail in capitals":   {func(f *Newcomer) { f.Email = "  ADA@Example.COM " }, nil},
		"an address without dots": {func(f *Newcomer) { f.Email = "root@localhost" }, nil},
		"a name beside it":        {func(f *Newcomer) { f.Email = "ada<ada@example.com>" }, fault.Fields{"email": sayEmail}},
		"a quoted name":           {func(f *Newcomer) { f.Email = `"ada"@example.com` }, fault.Fields{"email": sayEmail}},
		"a comment":               {func(f *Newcomer) { f.Email = "ada@example.com(home)" }, fault.Fields{"email": sayEmail}},
		"a link":                  {func(f *Newcomer) { f.Email = "https://evil.example/login?x@example.com" }, fault.Fields{"email": sayEmail}},
		"a path":                  {func(f *Newcomer) { f.Email = "evil.example/login@example.com" }, fault.Fields{"email": sayEmail}},
		"a question":              {func(f *Newcomer) { f.Email = "ada?login@example.com" }, fault.Fields{"email": sayEmail}},
		"two addresses":           {func(f *Newcomer) { f.Email = "ada,eve@example.com" }, fault.Fields{"email": sayEmail}},
		"two in another way":      {func(f *Newcomer) { f.Email = "ada;eve@example.com" }, fault.Fields{"email": sayEmail}},
		"a dot at the end":        {func(f *Newcomer) { f.Email = "ada.@example.com" }, fault.Fields{"email": sayEmail}},
		"a dot at the beginning":  {func(f *Newcomer) { f.Email = "ada@.example.com" }, fault.Fields{"email": sayEmail}},
		"an apostrophe and a tag": {func(f *Newcomer) { f.Email = "ada.o'brien+mooring@mail.example.com" }, nil},
		"letters of others":       {func(f *Newcomer) { f.Email = "jörg@bücher.example" }, nil},

		"no name":                              {func(f *Newcomer) { f.Name = "\t \n" }, fault.Fields{"name": sayName}},
		"a name of 80 letters":                 {func(f *Newcomer) { f.Name = strings.Repeat("a", 80) }, nil},
		"a name of 81 letters":                 {func(f *Newcomer) { f.Name = strings.Repeat("a", 81) }, fault.Fields{"name": sayName}},
		"a name of 80 letters of three bytes":  {func(f *Newcomer) { f.Name = strings.Repeat("名", 80) }, nil},
		"a name of 81 letters of three bytes":  {func(f *Newcomer) { f.Name = strings.Repeat("名", 81) }, fault.Fields{"name": sayName}},
		"a password of 11":                     {func(f *Newcomer) { f.Password = "12345678901" }, fault.Fields{"password": sayShort}},
		"a password of 12":                     {func(f *Newcomer) { f.Password = "tide at noon" }, nil},
		"a password of 11 letters in 22 bytes": {func(f *Newcomer) { f.Password = strings.Repeat("ä", 11) }, fault.Fields{"password": sayShort}},
		"a password of 12 spaces":              {func(f *Newcomer) { f.Password = strings.Repeat(" ", 12) }, fault.Fields{"password": sayRepeated}},
		"a password of 1024":                   {func(f *Newcomer) { f.Password = strings.Repeat("xy", 512) }, nil},
		"a password of 1025":                   {func(f *Newcomer) { f.Password = strings.Repeat("xy", 512) + "x" }, fault.Fields{"password": sayLong}},
		"a password of 1024 long letters":      {func(f *Newcomer) { f.Password = strings.Repeat("äö", 512) }, nil},
		"a password of 1025 long letters":      {func(f *Newcomer) { f.Password = strings.Repeat("äö", 512) + "ä" }, fault.Fields{"password": sayLong}},
		"an organization of one letter":        {func(f *Newcomer) { f.Organization = "a" }, fault.Fields{"organization": sayOrganization}},
		"an organization of two letters":       {func(f *Newcomer) { f.Organization = "a1" }, nil},
		"an organization of 39":                {func(f *Newcomer) { f.Organization = strings.Repeat("a", 39) }, nil},
		"an organization of 40":                {func(f *Newcomer) { f.Organization = strings.Repeat("a", 40) }, fault.Fields{"organization": sayOrganization}},
		"an organization of 39 with hyphens":   {func(f *Newcomer) { f.Organization = strings.Repeat("a-", 19) + "a" }, nil},
		"an organization of 41 with hyphens":   {func(f *Newcomer) { f.Organization = strings.Repeat("a-", 20) + "a" }, fault.Fields{"organization": sayOrganization}},
		"an organization in capitals":          {func(f *Newcomer) { f.Organization = " ACME " }, nil},
		"an organization with a dot":           {func(f *Newcomer) { f.Organization = "acme.com" }, fault.Fields{"organization": sayOrganization}},
		"an organization with a slash":         {func(f *Newcomer) { f.Organization = "acme/.." }, fault.Fields{"organization": sayOrganization}},
		"an organization with two hyphens":     {func(f *Newcomer) { f.Organization = "ac--me" }, fault.Fields{"organization": sayOrganization}},
		"an organization ending in one":        {func(f *Newcomer) { f.Organization = "acme-" }, fault.Fields{"organization": sayOrganization}},
		"an organization starting with one":    {func(f *Newcomer) { f.Organization = "-acme" }, fault.Fields{"organization": sayOrganization}},
		"an organization on two lines":         {func(f *Newcomer) { f.Organization = "acme\nb" }, fault.Fields{"organization": sayOrganization}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			form := good
			test.change(&form)
			err := form.check(Policy{Passwords: true})
			if test.says == nil {
				if err != nil {
					t.Errorf("got %v at %v", err, fault.Of(err).Fields)
				}
				return
			}
			if !fault.Has(err, fault.Invalid) || !maps.Equal(fault.Of(err).Fields, test.says) {
				t.Errorf("got %v at %v\nwant %v", err, fault.Of(err).Fields, test.says)
			}
		})
	}
}

func TestTheSetUpFormForgivesSpacesAndCapitals(t *testing.T) {
	form := Newcomer{Email: " ADA@Example.com\n", Name: "  Ada Lovelace ", Organization: " Acme ", Password: " keep my spaces "}
	if err := form.check(Policy{Passwords: true}); err != nil {
		t.Fatal(err)
	}
	want := Newcomer{Email: "ada@example.com", Name: "Ada Lovelace", Organization: "acme", Password: " keep my spaces "}
	if form != want {
		t.Errorf("got %+v, want %+v", form, want)
	}
}

// validName is what the sentence about organizations promises, written in
// another way than the code has it.
func validName(s string) bool {
	return len(s) >= 2 && len(s) <= 39 && regexp.MustCompile(`^[a-z0-9-]+$`).MatchString(s) &&
		!strings.HasPrefix(s, "-") && !strings.HasSuffix(s, "-") && !strings.Contains(s, "--")
}

func TestAPersonalNameComesFromTheAddress(t *testing.T) {
	for email, want := range map[string]string{
		"ada@example.com":                         "ada",
		"ada.lovelace@example.com":                "ada-lovelace",
		"ada+mooring@example.com":                 "ada-mooring",
		"a..b__c@example.com":                     "a-b-c",
		"-ada-@example.com":                       "ada",
		"a@example.com":                           "me-a",
		"7@example.com":                           "me-7",
		"jörg@example.com":                        "j-rg",
		"日本@example.com":                          "me",
		"...@example.com":                         "me",
		"@example.com":                            "me",
		"":                                        "me",
		"ada@home@example.com":                    "ada",
		strings.Repeat("a", 60) + "@e.com":        strings.Repeat("a", 32),
		strings.Repeat("a", 31) + ".bcd@e.com":    strings.Repeat("a", 31),
		strings.Repeat("ab.", 30) + "@e.com":      strings.TrimSuffix(strings.Repeat("ab-", 11)[:32], "-"),
		strings.Repeat(".", 200) + "x@e.com":      "me-x",
		"me@example.com":                          "me",
		"admin@example.com":                       "admin",
		"ADA@example.com":                         "me", // callers lower it first
		"ada\n@example.com":                       "ada",
		"\"very.unusual\"@strange.example.com":    "very-unusual",
		"0123456789012345678901234567890123@a.bc": "01234567890123456789012345678901",
	} {
		got := personalName(email)
		if got != want || !validName(got) {
			t.Errorf("%q gives %q, want %q; valid: %t", email, got, want, validName(got))
		}
	}
}

// FuzzPersonalName: every address gives a name that can stand in a URL, with
// room for the number that makes it unique.
func FuzzPersonalName(f *testing.F) {
	for _, email := range []string{"ada@example.com", "", "@", "a", strings.Repeat("a-", 100), "ä@b", "\xff\xfe", "-", "a--b"} {
		f.Add(email)
	}
	f.Fuzz(func(t *testing.T, email string) {
		name := personalName(email)
		if !validName(name) || !validName(name+"-99999") || !isAccountName(name) {
			t.Errorf("%q gives %q", email, name)
		}
	})
}

func FuzzAccountName(f *testing.F) {
	for _, name := range []string{"acme", "a", "a-", "--", strings.Repeat("a-", 20) + "a", "acme\n", ""} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if isAccountName(name) != validName(name) {
			t.Errorf("%q: the code says %t, the sentence %t", name, isAccountName(name), validName(name))
		}
	})
}

func TestOnlyThreeThemesExist(t *testing.T) {
	for _, theme := range []Theme{System, Light, Dark} {
		if got, err := ParseTheme(string(theme)); err != nil || got != theme {
			t.Errorf("%s: got %s, %v", theme, got, err)
		}
	}
	for _, other := range []string{"", "SYSTEM", "dark ", "blue"} {
		if got, err := ParseTheme(other); !errors.Is(err, ErrNoSuchTheme) || got != "" {
			t.Errorf("%q: got %s, %v", other, got, err)
		}
	}
}

func TestACallerSeesTheirAccountsAndNoOthers(t *testing.T) {
	own := Membership{Account: Account{ID: "1", Name: "ada"}, Role: Owner}
	shared := Membership{Account: Account{ID: "2", Name: "acme"}, Role: Member}
	caller := Caller{Person: Person{DefaultAccountID: "2"}, Memberships: []Membership{own, shared}}
	for name, want := range map[string]Membership{"ada": own, "acme": shared} {
		if got, ok := caller.In(name); !ok || got != want {
			t.Errorf("in %s: %+v, %t", name, got, ok)
		}
	}
	for _, name := range []string{"", "evil", "ACME", "2"} {
		if got, ok := caller.In(name); ok || got != (Membership{}) {
			t.Errorf("in %q: %+v, %t", name, got, ok)
		}
	}
	if got, ok := caller.Default(); !ok || got != shared {
		t.Errorf("the default is %+v, %t", got, ok)
	}
	caller.Person.DefaultAccountID = "gone"
	if got, ok := caller.Default(); !ok || got != own {
		t.Errorf("without the default it is %+v, %t", got, ok)
	}
	if _, ok := (Caller{}).Default(); ok {
		t.Error("somebody without accounts has a default")
	}
}
