package db_test

import (
	"reflect"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
)

const issuer = "https://issuer.example"

func newIdentity(name, subject string) account.LinkedIdentity {
	return account.LinkedIdentity{
		Identity: account.Identity{Provider: "harbor", Issuer: issuer, Subject: subject, Email: name + "@example.org", Name: name},
		PersonID: "person-" + name, LinkedAt: morning,
	}
}

// know links an identity to somebody, as if they had come with it.
func (w world) know(l account.LinkedIdentity) {
	w.t.Helper()
	w.exec(`INSERT INTO identities (issuer, subject, person_id, provider, email, name, linked_at, last_used_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
		l.Issuer, l.Subject, l.PersonID, l.Provider, l.Email, l.Name, l.LinkedAt.UnixMilli())
}

func TestIssuerAndSubjectFindAPersonAndNothingElseDoes(t *testing.T) {
	w := newWorld(t)
	w.signIn("ada")
	linked := newIdentity("ada", "1")
	linked.Email = "eve@example.com" // which is another's
	w.ok(w.Accounts().LinkIdentity(t.Context(), w.renewal(), linked, nil, told(account.NoticeIdentityLinked), entry(audit.LinkIdentity, "")))
	person, err := w.Accounts().PersonOf(t.Context(), issuer, "1")
	w.ok(err)
	same(t, "who it is", person.ID, "person-ada")
	for _, other := range [][2]string{{issuer, "2"}, {"https://other.example", "1"}, {issuer + "/", "1"}, {"HTTPS://issuer.example", "1"}, {"", ""}} {
		_, err := w.Accounts().PersonOf(t.Context(), other[0], other[1])
		want(t, err, account.ErrUnknownIdentity)
	}
	identities, err := w.Accounts().Identities(t.Context(), "person-ada")
	w.ok(err)
	if !reflect.DeepEqual(identities, []account.LinkedIdentity{linked}) {
		t.Errorf("got %+v", identities)
	}
}

func TestAnIdentityBelongsToOnePerson(t *testing.T) {
	w := newWorld(t)
	w.signIn("ada")
	w.know(newIdentity("eve", "1"))
	stolen := newIdentity("ada", "1")
	want(t, w.Accounts().LinkIdentity(t.Context(), w.renewal(), stolen, nil, told(account.NoticeIdentityLinked), entry(audit.LinkIdentity, "")), account.ErrIdentityTaken)
	unlink := func(policy account.Policy) error {
		return w.Accounts().UnlinkIdentity(t.Context(), w.renewal(), issuer, "1", policy, account.Groups{}, told(account.NoticeIdentityRemoved), entry(audit.UnlinkIdentity, ""))
	}
	want(t, unlink(account.Policy{Passwords: true}), account.ErrNoSuchIdentity)
	p := newPerson("bob", "bobs")
	p.Identity = &stolen
	want(t, w.Accounts().AddPerson(t.Context(), p, entry(audit.MakeAccount, "")), account.ErrIdentityTaken)
	same(t, "eve's identities", w.count(`SELECT count(*) FROM identities WHERE person_id = 'person-eve'`), 1)
}

func TestTheLastWayInStays(t *testing.T) {
	here := func(providers ...string) account.Policy { return account.Policy{Passkeys: true, Providers: providers} }
	const passkey = `INSERT INTO passkeys VALUES ('p', 'person-ada', x'01', 'n', '{}', 0, 0)`
	const another = `INSERT INTO identities VALUES ('i', 's', 'person-ada', 'p', '', '', 0, 0)`
	for name, test := range map[string]struct {
		prepare string
		policy  account.Policy
		refusal error
	}{
		"beside a password":                 {`SELECT 1`, account.Policy{Passwords: true}, nil},
		"passwords count no more":           {`SELECT 1`, here("harbor"), account.ErrLastWayIn},
		"no password":                       {`UPDATE people SET password_hash = ''`, account.Policy{Passwords: true}, account.ErrLastWayIn},
		"somebody else has a passkey":       {`INSERT INTO passkeys VALUES ('p', 'person-eve', x'01', 'n', '{}', 0, 0)`, here(), account.ErrLastWayIn},
		"a passkey":                         {passkey, here(), nil},
		"a passkey where none works":        {passkey, account.Policy{Providers: []string{"harbor"}}, account.ErrLastWayIn},
		"another identity":                  {another, here("harbor", "p"), nil},
		"one at a provider that is no more": {another, here("harbor", "P"), account.ErrLastWayIn},
		"somebody else's identity":          {`INSERT INTO identities VALUES ('i', 's', 'person-eve', 'p', '', '', 0, 0)`, here("p"), account.ErrLastWayIn},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.signIn("ada")
			w.know(newIdentity("ada", "1"))
			w.exec(test.prepare)
			err := w.Accounts().UnlinkIdentity(t.Context(), w.renewal(), issuer, "1", test.policy, account.Groups{}, told(account.NoticeIdentityRemoved), entry(audit.UnlinkIdentity, ""))
			if test.refusal != nil {
				want(t, err, test.refusal)
			} else {
				w.ok(err)
			}
		})
	}
}

func TestSigningInBringsTheIdentityUpToDate(t *testing.T) {
	w := newWorld(t)
	linked := newIdentity("ada", "1")
	w.know(linked)
	changed := linked.Identity
	changed.Email, changed.Name, changed.Provider = "ada@new.example", "Ada L.", "renamed"
	s := account.Session{ID: "s", PersonID: "person-ada", Way: "renamed", CreatedAt: after(time.Hour), SeenAt: morning, ExpiresAt: after(2 * time.Hour)}
	w.ok(w.Accounts().AddSession(t.Context(), account.Arrival{Session: s, Proof: account.Proof{Identity: &changed}}, entry(audit.SignIn, "")))
	identities, err := w.Accounts().Identities(t.Context(), "person-ada")
	w.ok(err)
	expected := account.LinkedIdentity{Identity: changed, PersonID: "person-ada", LinkedAt: morning, LastUsedAt: after(time.Hour)}
	if !reflect.DeepEqual(identities, []account.LinkedIdentity{expected}) {
		t.Errorf("got %+v", identities)
	}
	ada := w.caller("s").Person
	same(t, "her own address", ada.Email, "ada@example.com")
}
