package passkey_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/fault"
	"mooring/passkey"
)

const (
	site   = "mooring.example"
	origin = "https://mooring.example"
)

var (
	ada = account.Person{ID: "0192f0c1-ada", Email: "ada@example.com", Name: "Ada"}
	eve = account.Person{ID: "0192f0c1-eve", Email: "eve@example.com", Name: "Eve"}
)

// fixture is a site with the passkeys of its people.
type fixture struct {
	*passkey.Passkeys
	at   time.Time
	keys []account.Passkey
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{at: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	p, err := passkey.New(site, []string{origin}, "Mooring", func() time.Time { return f.at })
	if err != nil {
		t.Fatal(err)
	}
	f.Passkeys = p
	return f
}

func (f *fixture) find(credentialID []byte) (account.Passkey, error) {
	for _, k := range f.keys {
		if bytes.Equal(k.CredentialID, credentialID) {
			return k, nil
		}
	}
	return account.Passkey{}, fault.New(fault.NotFound, "test.none", "There is no such passkey.")
}

func (f *fixture) of(personID string) []account.Passkey {
	var keys []account.Passkey
	for _, k := range f.keys {
		if k.PersonID == personID {
			keys = append(keys, k)
		}
	}
	return keys
}

// add lets a person add a passkey.
func (f *fixture) add(t *testing.T, person account.Person, a *authenticator) account.Passkey {
	t.Helper()
	question, err := f.BeginAdd(person, f.of(person.ID))
	if err != nil {
		t.Fatal(err)
	}
	k, err := f.FinishAdd(person, account.PasskeyAnswer{Ceremony: question.Ceremony, Answer: a.create(t, question.Options), Name: "Phone"})
	if err != nil {
		t.Fatal(err)
	}
	f.keys = append(f.keys, k)
	return k
}

func (f *fixture) begin(t *testing.T, personID string) account.Question {
	t.Helper()
	question, err := f.BeginUse(personID, f.of(personID))
	if err != nil {
		t.Fatal(err)
	}
	return question
}

func (f *fixture) use(question account.Question, answer []byte) (account.Passkey, error) {
	return f.FinishUse(account.PasskeyAnswer{Ceremony: question.Ceremony, Answer: answer}, f.find)
}

func refused(t *testing.T, got account.Passkey, err error) {
	t.Helper()
	if !errors.Is(err, account.ErrPasskeyRefused) || !reflect.DeepEqual(got, account.Passkey{}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAPasskeyIsAddedAndUsed(t *testing.T) {
	f := newFixture(t)
	phone := newAuthenticator(t)
	k := f.add(t, ada, phone)
	if k.PersonID != ada.ID || !bytes.Equal(k.CredentialID, phone.id) || k.Name != "Phone" || k.ID != "" || !k.CreatedAt.IsZero() || !json.Valid(k.Record) {
		t.Errorf("got %+v", k)
	}
	for _, personID := range []string{"", ada.ID, ""} {
		phone.counter++
		question := f.begin(t, personID)
		if question.Ceremony.PersonID != personID {
			t.Errorf("the ceremony is of %q", question.Ceremony.PersonID)
		}
		used, err := f.use(question, phone.get(t, question.Options))
		if err != nil {
			t.Fatal(err)
		}
		if used.PersonID != ada.ID || bytes.Equal(used.Record, f.keys[0].Record) {
			t.Errorf("got %+v: its record must change with the counter", used)
		}
		f.keys[0] = used
	}
}

func TestAnAnswerSaysWhereItComesFrom(t *testing.T) {
	f := newFixture(t)
	phone := newAuthenticator(t)
	f.add(t, ada, phone)
	answer := phone.get(t, f.begin(t, "").Options)
	if got := f.Claimed(account.PasskeyAnswer{Answer: answer}); !bytes.Equal(got, phone.id) {
		t.Errorf("it comes from %x, want %x", got, phone.id)
	}
	for _, text := range []string{"", "{", "[]", `{"rawId":1}`, `{"rawId":"***"}`, "null"} {
		if got := f.Claimed(account.PasskeyAnswer{Answer: []byte(text)}); len(got) != 0 {
			t.Errorf("%s comes from %x", text, got)
		}
	}
}

func TestAPasskeyWithoutACounterWorksAgainAndAgain(t *testing.T) {
	f := newFixture(t)
	phone := newAuthenticator(t)
	phone.counter, phone.flags = 0, phone.flags|eligible|copied
	f.add(t, ada, phone)
	for range 2 {
		question := f.begin(t, "")
		used, err := f.use(question, phone.get(t, question.Options))
		if err != nil {
			t.Fatal(err)
		}
		f.keys[0] = used
	}
}

func TestQuestionsAskForAPersonWhoIsThereAndVerified(t *testing.T) {
	f := newFixture(t)
	k := f.add(t, ada, newAuthenticator(t))
	question, err := f.BeginAdd(ada, f.keys)
	if err != nil {
		t.Fatal(err)
	}
	var add struct {
		RP                     struct{ ID, Name string }
		User                   struct{ ID, Name, DisplayName string }
		Attestation            string
		Timeout                int
		AuthenticatorSelection struct {
			ResidentKey, UserVerification string
			RequireResidentKey            bool
		}
		ExcludeCredentials []struct{ ID string }
	}
	if err := json.Unmarshal(question.Options, &add); err != nil {
		t.Fatal(err)
	}
	if add.RP.ID != site || add.RP.Name != "Mooring" || add.User.ID != encode([]byte(ada.ID)) || add.User.Name != ada.Email || add.User.DisplayName != ada.Name ||
		add.Attestation != "none" || add.Timeout != 300_000 || add.AuthenticatorSelection.ResidentKey != "required" || !add.AuthenticatorSelection.RequireResidentKey ||
		add.AuthenticatorSelection.UserVerification != "required" || len(add.ExcludeCredentials) != 1 || add.ExcludeCredentials[0].ID != encode(k.CredentialID) {
		t.Errorf("got %s", question.Options)
	}
	for personID, allowed := range map[string]int{"": 0, ada.ID: 1} {
		question := f.begin(t, personID)
		var use struct {
			RPID, UserVerification string
			AllowCredentials       []struct{ ID string }
		}
		if err := json.Unmarshal(question.Options, &use); err != nil {
			t.Fatal(err)
		}
		if use.RPID != site || use.UserVerification != "required" || len(use.AllowCredentials) != allowed || strings.Contains(string(question.Options), ada.Email) {
			t.Errorf("got %s", question.Options)
		}
	}
}

func TestWhoHasNoPasskeyIsNotAskedForOne(t *testing.T) {
	f := newFixture(t)
	if _, err := f.BeginUse(ada.ID, nil); !errors.Is(err, account.ErrPasskeyRefused) {
		t.Errorf("got %v", err)
	}
}

// wrong is what an authenticator or a browser must not answer.
var wrong = map[string]func(*authenticator){
	"another challenge": func(a *authenticator) { a.challenge = encode([]byte("another challenge of 32 bytes xxx")) },
	"another origin":    func(a *authenticator) { a.origin = "https://evil.example" },
	"a subdomain":       func(a *authenticator) { a.origin = "https://evil.mooring.example" },
	"plain http":        func(a *authenticator) { a.origin = "http://mooring.example" },
	"another port":      func(a *authenticator) { a.origin = "https://mooring.example:8443" },
	"another site":      func(a *authenticator) { a.site = "evil.example" },
	"another kind":      func(a *authenticator) { a.kind = "payment.get" },
	"a frame elsewhere": func(a *authenticator) { a.crossOrigin = true },
	"nobody verified":   func(a *authenticator) { a.flags = present },
	"nobody there":      func(a *authenticator) { a.flags = verified },
	"another type":      func(a *authenticator) { a.change = func(answer map[string]any) { answer["type"] = "password" } },
	"another id": func(a *authenticator) {
		a.change = func(answer map[string]any) { answer["id"] = encode([]byte("another")) }
	},
	"no response":              func(a *authenticator) { a.change = func(answer map[string]any) { delete(answer, "response") } },
	"authenticator data of 36": func(a *authenticator) { a.changeData = func(data []byte) []byte { return data[:36] } },
	"more than it says":        func(a *authenticator) { a.changeData = func(data []byte) []byte { return append(data, 0) } },
}

func TestWrongAnswersToAQuestionForANewPasskeyAreRefused(t *testing.T) {
	for name, change := range wrong {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			phone := newAuthenticator(t)
			change(phone)
			question, err := f.BeginAdd(ada, nil)
			if err != nil {
				t.Fatal(err)
			}
			k, err := f.FinishAdd(ada, account.PasskeyAnswer{Ceremony: question.Ceremony, Answer: phone.create(t, question.Options)})
			refused(t, k, err)
		})
	}
}

func TestWrongAnswersToAQuestionForAPasskeyAreRefused(t *testing.T) {
	more := map[string]func(*authenticator){
		"another key":     func(a *authenticator) { a.key = newAuthenticator(t).key },
		"another passkey": func(a *authenticator) { a.id = []byte("nobody knows me") },
		"another person":  func(a *authenticator) { a.handle = []byte(eve.ID) },
		"a changed signature": func(a *authenticator) {
			a.change = func(answer map[string]any) { answer["response"].(map[string]any)["signature"] = encode([]byte("0")) }
		},
	}
	for name, change := range wrong {
		more[name] = change
	}
	for name, change := range more {
		for _, personID := range []string{"", ada.ID} {
			t.Run(name+" of "+personID, func(t *testing.T) {
				f := newFixture(t)
				phone := newAuthenticator(t)
				f.add(t, ada, phone)
				question := f.begin(t, personID)
				phone.asked(t, question.Options)
				phone.counter++
				change(phone)
				k, err := f.use(question, phone.get(t, question.Options))
				refused(t, k, err)
			})
		}
	}
}

func TestACounterThatDoesNotGrowIsToldAsACopy(t *testing.T) {
	for _, counter := range []uint32{0, 1} {
		f := newFixture(t)
		phone := newAuthenticator(t)
		f.add(t, ada, phone)
		phone.counter = counter
		question := f.begin(t, ada.ID)
		if k, err := f.use(question, phone.get(t, question.Options)); !errors.Is(err, account.ErrPasskeyCopied) || k.ID != "" {
			t.Errorf("a counter of %d after 1: %v", counter, err)
		}
	}
}

// TestAPasskeyMayChangeItsMindAboutCopies has managers that set the flags of backups
// otherwise than when the passkey was made, also in ways that cannot be.
func TestAPasskeyMayChangeItsMindAboutCopies(t *testing.T) {
	flags := []byte{0, eligible, eligible | copied, copied}
	for _, made := range flags {
		f := newFixture(t)
		phone := newAuthenticator(t)
		plain := phone.flags
		phone.flags = plain | made
		f.add(t, ada, phone)
		for _, personID := range []string{"", ada.ID} {
			for _, later := range flags {
				phone.counter++
				phone.flags = plain | later
				question := f.begin(t, personID)
				used, err := f.use(question, phone.get(t, question.Options))
				if err != nil {
					t.Errorf("made with %08b, used with %08b: %v", made, later, err)
					continue
				}
				f.keys[0] = used
			}
		}
	}
}

func TestAFlagThatWasChangedOnTheWayDoesNotPass(t *testing.T) {
	f := newFixture(t)
	phone := newAuthenticator(t)
	f.add(t, ada, phone)
	phone.counter++
	question := f.begin(t, ada.ID)
	phone.change = func(answer map[string]any) {
		response := answer["response"].(map[string]any)
		data, err := base64.RawURLEncoding.DecodeString(response["authenticatorData"].(string))
		if err != nil {
			t.Fatal(err)
		}
		data[32] |= eligible
		response["authenticatorData"] = encode(data)
	}
	k, err := f.use(question, phone.get(t, question.Options))
	refused(t, k, err)
}

func TestAnyPasskeyMustSayWhoseItIs(t *testing.T) {
	f := newFixture(t)
	phone := newAuthenticator(t)
	f.add(t, ada, phone)
	phone.counter++
	phone.handle = nil
	question := f.begin(t, "")
	k, err := f.use(question, phone.get(t, question.Options))
	refused(t, k, err)
}

func TestThePasskeyOfSomebodyElseIsNoSecondStep(t *testing.T) {
	f := newFixture(t)
	f.add(t, ada, newAuthenticator(t))
	evil := newAuthenticator(t)
	f.add(t, eve, evil)
	evil.counter++
	question := f.begin(t, ada.ID)
	k, err := f.use(question, evil.get(t, question.Options))
	refused(t, k, err)
	evil.handle = []byte(ada.ID)
	k, err = f.use(question, evil.get(t, question.Options))
	refused(t, k, err)
	evil.handle = nil
	k, err = f.use(question, evil.get(t, question.Options))
	refused(t, k, err)
}

func TestAPasskeyThatWasAddedMeanwhileWasNotAskedFor(t *testing.T) {
	f := newFixture(t)
	f.add(t, ada, newAuthenticator(t))
	question := f.begin(t, ada.ID)
	tablet := newAuthenticator(t)
	f.add(t, ada, tablet)
	tablet.counter++
	k, err := f.use(question, tablet.get(t, question.Options))
	refused(t, k, err)
}

func TestAnAnswerIsForOneCeremony(t *testing.T) {
	f := newFixture(t)
	phone := newAuthenticator(t)
	f.add(t, ada, phone)
	phone.counter++
	first, second := f.begin(t, ""), f.begin(t, "")
	k, err := f.use(second, phone.get(t, first.Options))
	refused(t, k, err)

	add, err := f.BeginAdd(ada, nil)
	if err != nil {
		t.Fatal(err)
	}
	k, err = f.use(add, phone.get(t, add.Options))
	refused(t, k, err)
	use := f.begin(t, ada.ID)
	k, err = f.FinishAdd(ada, account.PasskeyAnswer{Ceremony: use.Ceremony, Answer: newAuthenticator(t).create(t, use.Options)})
	refused(t, k, err)

	moved := f.begin(t, ada.ID)
	moved.Ceremony.PersonID = ""
	k, err = f.use(moved, phone.get(t, moved.Options))
	refused(t, k, err)
	add.Ceremony.PersonID = eve.ID
	k, err = f.FinishAdd(eve, account.PasskeyAnswer{Ceremony: add.Ceremony, Answer: newAuthenticator(t).create(t, add.Options)})
	refused(t, k, err)
	add.Ceremony.PersonID = ada.ID
	k, err = f.FinishAdd(eve, account.PasskeyAnswer{Ceremony: add.Ceremony, Answer: newAuthenticator(t).create(t, add.Options)})
	refused(t, k, err)
}

func TestACeremonyEndsAfterFiveMinutes(t *testing.T) {
	for after, good := range map[time.Duration]bool{5 * time.Minute: true, 5*time.Minute + 1: false} {
		f := newFixture(t)
		phone := newAuthenticator(t)
		f.add(t, ada, phone)
		phone.counter++
		question := f.begin(t, "")
		f.at = f.at.Add(after)
		k, err := f.use(question, phone.get(t, question.Options))
		if good && err != nil {
			t.Error(err)
		}
		if !good {
			refused(t, k, err)
		}
	}
}

func TestACeremonyFitsIntoACookie(t *testing.T) {
	f := newFixture(t)
	for range 20 {
		phone := newAuthenticator(t)
		phone.id = append(phone.id, make([]byte, 900)...)
		f.add(t, ada, phone)
	}
	add, err := f.BeginAdd(ada, f.keys)
	if err != nil {
		t.Fatal(err)
	}
	for _, question := range []account.Question{add, f.begin(t, ada.ID), f.begin(t, "")} {
		if n := len(question.Ceremony.State); n > 1000 {
			t.Errorf("it has %d bytes: %s", n, question.Ceremony.State)
		}
	}
}

func TestNonsenseIsRefused(t *testing.T) {
	f := newFixture(t)
	phone := newAuthenticator(t)
	f.add(t, ada, phone)
	question := f.begin(t, "")
	phone.counter++
	good := phone.get(t, question.Options)
	for _, answer := range [][]byte{nil, []byte("{}"), []byte("null"), []byte("[]"), good[:len(good)/2], append(bytes.Repeat([]byte(" "), 64<<10), good...)} {
		k, err := f.use(question, answer)
		refused(t, k, err)
		k, err = f.FinishAdd(ada, account.PasskeyAnswer{Ceremony: question.Ceremony, Answer: answer})
		refused(t, k, err)
	}
	for _, state := range []string{"", "{}", "null", `{"Purpose":"use"}`, `{"Purpose":"use","Expires":"2030-01-01T00:00:00Z"}`} {
		k, err := f.use(account.Question{Ceremony: account.Ceremony{State: []byte(state)}}, good)
		refused(t, k, err)
	}
}

// A ceremony that began while the clock was ahead would go on until its time
// comes.
func TestACeremonyOfAClockThatWasAheadIsOver(t *testing.T) {
	f := newFixture(t)
	phone := newAuthenticator(t)
	f.add(t, ada, phone)
	for age, over := range map[time.Duration]bool{-account.ClockSkew: false, -account.ClockSkew - time.Second: true, -365 * 24 * time.Hour: true} {
		begin := f.at
		question := f.begin(t, "")
		phone.counter++
		f.at = begin.Add(age)
		k, err := f.use(question, phone.get(t, question.Options))
		if f.at = begin; over {
			refused(t, k, err)
		} else if err != nil {
			t.Errorf("%v after its begin: %v", age, err)
		}
	}
}

func TestAStoreThatFailsIsNotAWrongPasskey(t *testing.T) {
	f := newFixture(t)
	phone := newAuthenticator(t)
	f.add(t, ada, phone)
	phone.counter++
	question := f.begin(t, "")
	broken := errors.New("the disk is full")
	_, err := f.FinishUse(account.PasskeyAnswer{Ceremony: question.Ceremony, Answer: phone.get(t, question.Options)}, func([]byte) (account.Passkey, error) {
		return account.Passkey{}, broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	f.keys[0].Record = []byte("{")
	if _, err := f.use(question, phone.get(t, question.Options)); err == nil || errors.Is(err, account.ErrPasskeyRefused) {
		t.Errorf("a damaged record: got %v", err)
	}
	if _, err := f.BeginUse(ada.ID, f.keys); err == nil {
		t.Error("a damaged record was asked for")
	}
	if _, err := f.BeginAdd(ada, f.keys); err == nil {
		t.Error("a damaged record was excluded")
	}
}

func TestPasskeysAreOfNames(t *testing.T) {
	for name, good := range map[string]bool{"mooring.example": true, "localhost": true, "127.0.0.1": false, "::1": false, "": false, "mooring.example:8443": false, "https://mooring.example": false} {
		if _, err := passkey.New(name, []string{origin}, "Mooring", time.Now); (err == nil) != good {
			t.Errorf("%q: got %v", name, err)
		}
	}
	if _, err := passkey.New(site, nil, "Mooring", time.Now); err == nil {
		t.Error("without origins it was made")
	}
}
