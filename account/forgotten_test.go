package account_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
)

var linkInMail = regexp.MustCompile(`https://mooring\.example/reset/([0-9A-Za-z_-]{43})\n`)

// seenResets is a store that shows what is stored of links.
type seenResets struct {
	account.Store
	seen []account.PasswordReset
}

func (s *seenResets) AddPasswordReset(ctx context.Context, r account.PasswordReset, entry audit.Entry) error {
	s.seen = append(s.seen, r)
	return s.Store.AddPasswordReset(ctx, r, entry)
}

// forgotten is a house with a mail server, in which ada's address is proved.
func forgotten(t *testing.T) (house, *postbox) {
	t.Helper()
	h := newHouse(t)
	h.addProved("ada", adasHash())
	post := &postbox{}
	h.Service = account.NewService(h.mailing(post))
	return h, post
}

func (h house) mailing(mailer account.Mailer) account.Config {
	config := h.config(account.Policy{Passwords: true})
	config.Mailer, config.ResetLink = mailer, func(token string) string { return "https://mooring.example/reset/" + token }
	return config
}

// addProved is add for somebody for whose address a provider vouched.
func (h house) addProved(name string, hash account.PasswordHash) {
	h.t.Helper()
	own := account.Account{ID: "account-" + name, Name: name, Kind: account.Personal, CreatedAt: morning}
	person := account.Person{ID: "person-" + name, Email: name + "@example.com", Name: name, Theme: account.System, DefaultAccountID: own.ID, CreatedAt: morning}
	linked := account.LinkedIdentity{Identity: account.Identity{Provider: "harbor", Issuer: "https://harbor.example", Subject: name, Email: person.Email, EmailVerified: true},
		PersonID: person.ID, LinkedAt: morning}
	h.ok(h.Accounts().AddPerson(h.t.Context(), account.NewPerson{Person: person, Password: hash, Identity: &linked,
		Joins: []account.Membership{{Account: own, Role: account.Owner}}},
		audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.MakeAccount, Result: audit.Done}))
}

// mailed asks for a link as somebody at this address and gives the token that
// arrives; empty: none does.
func (h house) mailed(post *postbox, email string) string {
	h.t.Helper()
	h.ok(h.RequestPasswordReset(h.t.Context(), email, from(elsewhere)))
	before := len(post.letters)
	h.MailWaiting(h.t.Context())
	if len(post.letters) == before {
		return ""
	}
	last := post.letters[len(post.letters)-1]
	found := linkInMail.FindStringSubmatch(last.text)
	if found == nil || last.to != email || len(post.letters) != before+1 {
		h.t.Fatalf("the mail is %+v", last)
	}
	return found[1]
}

const another = "another quite long password"

func TestAForgottenPasswordIsSetByAMailedLink(t *testing.T) {
	h, post := forgotten(t)
	session := h.signIn("ada", home)
	token := h.mailed(post, email)
	if token == "" || !strings.Contains(post.letters[0].text, elsewhere) || strings.Contains(post.letters[0].text, "Ada\n") {
		t.Fatalf("the mail is %+v", post.letters)
	}
	for range 2 { // looking does not use it up
		person, err := h.PasswordResetOf(t.Context(), token)
		if h.ok(err); person.Email != email {
			t.Errorf("it is about %+v", person)
		}
	}
	err := h.ResetPassword(t.Context(), token, "short", from(elsewhere))
	if err == nil || errors.Is(err, account.ErrPasswordReset) {
		t.Errorf("a short password: got %v", err)
	}
	h.ok(h.ResetPassword(t.Context(), token, another, from(elsewhere)))
	h.gone(session)
	h.want(h.try(email, password, home), account.ErrWrongPassword)
	in, err := h.SignIn(t.Context(), email, another, from(home))
	h.ok(err)
	told := false
	for _, n := range in.Caller.Notices {
		told = told || n.Kind == account.NoticePasswordChanged
	}
	if !told {
		t.Errorf("the notices are %+v", in.Caller.Notices)
	}
	h.want(h.ResetPassword(t.Context(), token, "yet another password", from(elsewhere)), account.ErrPasswordReset)

	var actions []string
	for _, e := range h.log() {
		if e.Action == audit.RequestPasswordReset || e.Action == audit.ResetPassword {
			actions = append(actions, string(e.Action))
			if e.Result != audit.Done || e.Actor.PersonID != "person-ada" || e.Actor.Address != elsewhere || strings.Contains(fmt.Sprint(e), token) {
				t.Errorf("the entry is %+v", e)
			}
		}
	}
	if fmt.Sprint(actions) != "[person.reset-password person.request-password-reset]" {
		t.Errorf("the entries are %v", actions)
	}
}

func TestAMailedLinkIsNotStoredAndExpires(t *testing.T) {
	h, post := forgotten(t)
	config := h.mailing(post)
	store := &seenResets{Store: config.Store}
	config.Store = store
	h.Service = account.NewService(config)
	token := h.mailed(post, email)
	if r := store.seen[0]; strings.Contains(fmt.Sprint(r), token) || r.Hash != account.HashToken(token) {
		t.Errorf("stored is %+v", r)
	}
	h.clock.now = h.clock.now.Add(account.PasswordResetLife - time.Second)
	_, err := h.PasswordResetOf(t.Context(), token)
	h.ok(err)
	h.clock.now = h.clock.now.Add(time.Second)
	_, err = h.PasswordResetOf(t.Context(), token)
	h.want(err, account.ErrPasswordReset)
	h.want(h.ResetPassword(t.Context(), token, another, from(home)), account.ErrPasswordReset)
	h.clock.now = h.clock.now.Add(-365 * 24 * time.Hour) // it was ahead
	_, err = h.PasswordResetOf(t.Context(), token)
	h.want(err, account.ErrPasswordReset)
	for _, odd := range []string{"", "x", strings.Repeat("x", 10_000)} {
		_, err = h.PasswordResetOf(t.Context(), odd)
		h.want(err, account.ErrPasswordReset)
	}
}

// Whoever asks is told the same, in the same way, whether anybody gets a mail.
func TestOnlyProvedAddressesWithAPasswordGetAMail(t *testing.T) {
	h, post := forgotten(t)
	h.add("bob", adasHash()) // typed his address by himself
	h.addProved("cleo", "")  // signs in another way
	h.addProved("dan", adasHash())
	h.disable("person-dan")
	entries := len(h.log())
	var first []string
	for i, who := range []string{"bob", "cleo", "dan", "nobody", "ada"} {
		h.store.asked()
		h.ok(h.RequestPasswordReset(t.Context(), who+"@example.com", from(elsewhere)))
		asked := h.store.asked()
		if i == 0 {
			first = asked
		}
		if fmt.Sprint(asked) != fmt.Sprint(first) {
			t.Errorf("%s: the store was asked %v, and before %v", who, asked, first)
		}
		h.MailWaiting(t.Context())
		if n := len(post.letters); (n == 1) != (who == "ada") {
			t.Errorf("%s: %d mails", who, n)
		}
	}
	if now := len(h.log()); now != entries+1 {
		t.Errorf("%d entries, and %d before", now, entries)
	}
	if err := h.RequestPasswordReset(t.Context(), "no address", from(elsewhere)); err == nil {
		t.Error("what is no address is taken")
	}
}

func TestAnAddressIsProvedByAMailedInvitationOrAProvider(t *testing.T) {
	proved := func(h house) bool {
		person, _, err := h.Accounts().PasswordOf(t.Context(), email)
		h.ok(err)
		return person.EmailProved
	}
	for name, one := range map[string]struct {
		change func(*account.Identity)
		want   bool
	}{
		"verified":     {func(*account.Identity) {}, true},
		"capitals":     {func(id *account.Identity) { id.Email = "Ada@Example.com" }, true},
		"not verified": {func(id *account.Identity) { id.EmailVerified = false }, false},
		"another":      {func(id *account.Identity) { id.Email = "eve@example.com" }, false},
		"none":         {func(id *account.Identity) { id.Email = "" }, false},
	} {
		id := identity("1")
		one.change(&id)
		h := inhabited(t)
		_, err := h.LinkIdentity(t.Context(), h.caller(h.signIn("ada", home)), id, from(home))
		if h.ok(err); proved(h) != one.want {
			t.Errorf("%s: linking proves %v", name, !one.want)
		}
		h = inhabited(t)
		unproved := identity("1")
		unproved.EmailVerified = false
		_, err = h.LinkIdentity(t.Context(), h.caller(h.signIn("ada", home)), unproved, from(home))
		h.ok(err)
		if proved(h) {
			t.Error("an address that is not verified is proved")
		}
		_, err = h.SignInWith(t.Context(), id, from(home))
		if h.ok(err); proved(h) != one.want {
			t.Errorf("%s: signing in proves %v", name, !one.want)
		}
	}
	h := newHouse(t).under(open)
	_, err := h.SignInWith(t.Context(), identity("1"), from(home))
	if h.ok(err); !proved(h) {
		t.Error("registering does not prove it")
	}
}

func TestANewPasswordEndsEarlierLinks(t *testing.T) {
	for name, change := range map[string]func(h house, other string){
		"by another link": func(h house, other string) { h.ok(h.ResetPassword(t.Context(), other, another, from(home))) },
		"by themselves": func(h house, _ string) {
			_, err := h.ChangePassword(t.Context(), h.caller(h.signIn("ada", home)), password, another, from(home))
			h.ok(err)
		},
		"by the operator": func(h house, _ string) {
			_, err := h.Reset(t.Context(), email, another, audit.BySystem())
			h.ok(err)
		},
		"by a code of the operator": func(h house, _ string) {
			_, err := h.Reset(t.Context(), email, "", audit.BySystem())
			h.ok(err)
		},
	} {
		h, post := forgotten(t)
		token, other := h.mailed(post, email), h.mailed(post, email)
		_, err := h.PasswordResetOf(t.Context(), token)
		h.ok(err)
		change(h, other)
		for _, each := range []string{token, other} {
			if err := h.ResetPassword(t.Context(), each, "yet another password", from(home)); !errors.Is(err, account.ErrPasswordReset) {
				t.Errorf("%s: got %v", name, err)
			}
		}
	}
}

func TestALinkIsOfNoUseToWhoIsDisabledMeanwhile(t *testing.T) {
	h, post := forgotten(t)
	token := h.mailed(post, email)
	h.disable("person-ada")
	h.want(h.ResetPassword(t.Context(), token, another, from(home)), account.ErrPasswordReset)
}

func TestTheSecondStepIsStillAskedAfterANewPassword(t *testing.T) {
	h, post := forgotten(t)
	caller := h.caller(h.signIn("ada", home))
	q, err := h.BeginAddPasskey(t.Context(), caller)
	h.ok(err)
	_, _, err = h.AddPasskey(t.Context(), caller, answerTo(t, q, "red"), from(home))
	h.ok(err)
	h.ok(h.ResetPassword(t.Context(), h.mailed(post, email), another, from(elsewhere)))
	in, err := h.SignIn(t.Context(), email, another, from(elsewhere))
	if h.ok(err); !in.Caller.OwesSecondStep() {
		t.Error("the second step is not owed")
	}
}

func TestMailsForNewPasswordsAreBounded(t *testing.T) {
	h, post := forgotten(t)
	for range account.MaxPasswordResets {
		if h.mailed(post, email) == "" {
			t.Error("a mail is missing")
		}
	}
	if h.mailed(post, email) != "" {
		t.Error("one person gets any number of mails")
	}
	h.clock.now = h.clock.now.Add(account.PasswordResetWindow)
	if h.mailed(post, email) == "" {
		t.Error("they get none an hour later")
	}
	var refused error
	for i := 0; i < 100 && refused == nil; i++ {
		refused = h.RequestPasswordReset(t.Context(), fmt.Sprint("nobody-", i, "@example.com"), from(home))
	}
	h.want(refused, account.ErrTooManyTries)
	h.ok(h.try(email, password, home)) // signing in is counted by itself
	refused = nil
	for i := 0; i < 100 && refused == nil; i++ {
		refused = h.RequestPasswordReset(t.Context(), "nobody@example.com", from(fmt.Sprint("203.0.113.", i)))
	}
	h.want(refused, account.ErrTooManyTries)
}

// A mail server that hangs stops nobody, and what waits is bounded.
func TestWhatWaitsToBeMailedIsBounded(t *testing.T) {
	h, post := forgotten(t)
	for i := range 150 {
		h.ok(h.RequestPasswordReset(t.Context(), fmt.Sprintf("nobody-%d@example.com", i), from(fmt.Sprintf("203.0.113.%d", i))))
	}
	h.MailWaiting(t.Context())
	if len(post.letters) != 0 {
		t.Errorf("%d mails", len(post.letters))
	}
	post.broken = errors.New("hangs up")
	h.ok(h.RequestPasswordReset(t.Context(), email, from(home)))
	h.MailWaiting(t.Context())
	post.broken = nil
	if h.mailed(post, email) == "" {
		t.Error("after it is mended, no mail comes")
	}
}

func TestWithoutAMailServerOrPasswordsNobodyGetsALink(t *testing.T) {
	h, post := forgotten(t)
	token := h.mailed(post, email)
	for name, other := range map[string]house{"no mail server": h.under(account.Policy{Passwords: true}), "no passwords": h.under(account.Policy{})} {
		if other.PasswordResets() {
			t.Errorf("%s: it is offered", name)
		}
		h.want(other.RequestPasswordReset(t.Context(), email, from(home)), account.ErrPasswordResetsOff)
		h.want(other.ResetPassword(t.Context(), token, another, from(home)), account.ErrPasswordReset)
	}
}

// knocking is a mailer that says when it gets a mail.
type knocking struct{ arrived chan struct{} }

func (k *knocking) Send(context.Context, string, string, string) error {
	close(k.arrived)
	return nil
}

func TestMailsAreSentInTheBackground(t *testing.T) {
	h, _ := forgotten(t)
	post := &knocking{arrived: make(chan struct{})}
	h.Service = account.NewService(h.mailing(post))
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { h.Run(ctx) })
	h.ok(h.RequestPasswordReset(t.Context(), email, from(home)))
	<-post.arrived
	stop()
	running.Wait()
}
