package walkthrough

import (
	"reflect"
	"strings"
	"testing"
)

func TestTargetsAreNamedAsPeopleNameThem(t *testing.T) {
	at := func(role, name string, within ...Target) Target {
		target := Target{Role: role, Name: name}
		if len(within) > 0 {
			target.Within = &within[0]
		}
		return target
	}
	for text, want := range map[string]Target{
		`button "Save"`:                         at("button", "Save"),
		`  button   "Save"  `:                   at("button", "Save"),
		`doc "client-id"`:                       at(RoleDoc, "client-id"),
		`text "He said \"yes\""`:                at(RoleText, `He said "yes"`),
		`region "a \\ b"`:                       at("region", `a \ b`),
		`button "Ätna in Sicily"`:               at("button", "Ätna in Sicily"),
		`page`:                                  at(RolePage, ""),
		`main`:                                  at("main", ""),
		`main "Content"`:                        at("main", "Content"),
		`dialog`:                                at("dialog", ""),
		`table in dialog "A"`:                   at("table", "", at("dialog", "A")),
		`button "Verify" in row "Production"`:   at("button", "Verify", at("row", "Production")),
		`link "x" in listitem "y" in dialog`:    at("link", "x", at("listitem", "y", at("dialog", ""))),
		`button "Verify"   in   row   "Ops, 1"`: at("button", "Verify", at("row", "Ops, 1")),
	} {
		got, err := ParseTarget(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v (%v), want %v", text, got, err, want)
		}
	}
}

func TestWhatIsNoTargetIsTold(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "a target begins with one of button, cell,",
		`"Save"`:                     "a target begins with one of",
		`Button "Save"`:              "a target begins with one of",
		`div "Save"`:                 "a target begins with one of",
		`button`:                     "the role must be followed by a name in quotation marks",
		`button Save`:                "the role must be followed by a name in quotation marks",
		`button 'Save'`:              "the role must be followed by a name in quotation marks",
		"button `Save`":              "the role must be followed by a name in quotation marks",
		`button "Save`:               "the role must be followed by a name in quotation marks",
		`button ""`:                  "the name is empty",
		`button "Save" 2`:            `unexpected "2" after the name`,
		`button "Save" in`:           `unexpected "in" after the name`,
		`button "Save" in 3`:         "a target begins with one of",
		`button "Save" in row`:       "the role must be followed by a name in quotation marks",
		`main 1`:                     `unexpected "1" after the name`,
		`page "Cloud Providers"`:     `after the name`,
		`text "a" in dialog "b" "c"`: `unexpected "\"c\"" after the name`,
	} {
		if _, err := ParseTarget(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v, want %s", text, err, want)
		}
	}
}

func TestEveryRoleIsATarget(t *testing.T) {
	for _, role := range Roles {
		text := role + ` "x"`
		if role == RolePage {
			text = role
		}
		target, err := ParseTarget(text)
		if err != nil || target.Role != role || target.String() != text {
			t.Errorf("%s: %v, %v", text, target, err)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, text := range []string{`button "Save"`, `button "Verify \"now\"" in row "Production"`, "page", "dialog in main", `text "\x00\u00e4" in page in page`, `main "`, `form  in form`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		target, err := ParseTarget(text)
		if err != nil {
			return
		}
		again, err := ParseTarget(target.String())
		if err != nil || !reflect.DeepEqual(again, target) {
			t.Fatalf("%q is %q, and that is %q (%v)", text, target, again, err)
		}
	})
}
