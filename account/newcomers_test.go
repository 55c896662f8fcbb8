package account_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/fault"
)

// invite invites somebody to harbour, by link when the address is empty.
func (h house) invite(token, address string, role account.Role) {
	h.t.Helper()
	i := account.NewInvitation{Invitation: account.Invitation{ID: "i-" + token, Account: account.Account{ID: "account-harbour"}, Role: role, Email: address,
		CreatedAt: h.clock.Now(), ExpiresAt: h.clock.Now().Add(account.InvitationLife)}, Hash: account.HashToken(token)}
	_, err := h.Accounts().AddInvitation(h.t.Context(), i, audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.Invite, Result: audit.Done})
	h.ok(err)
}

func invited(t testing.TB) house {
	h := newHouse(t)
	h.add("bob", adasHash())
	h.harbour("harbour")
	return h
}

func newcomer() account.Newcomer {
	return account.Newcomer{Email: " Ada@Example.com", Name: "Ada", Password: password}
}

func TestANewPersonJoinsByAnInvitation(t *testing.T) {
	h := invited(t)
	h.invite("token", "", account.Viewer)
	form := newcomer()
	form.Organization = "mine" // nobody asked
	in, err := h.Join(t.Context(), "token", form, from(home))
	h.ok(err)
	c := h.caller(in.Token)
	if roleIn(c, "harbour") != account.Viewer || roleIn(c, "ada") != account.Owner || len(c.Memberships) != 2 || c.Person.SiteAdmin || h.joined.Load() != 1 {
		t.Errorf("the caller is %+v", c)
	}
	if first, _ := c.Default(); first.Account.Name != "harbour" {
		t.Errorf("the first page shows %+v", first)
	}
	entries, err := h.Audit(t.Context(), "account-harbour", 1)
	h.ok(err)
	if e := entries[0]; e.Action != audit.JoinAccount || e.Detail != "viewer by invitation" || e.Actor.Name != email || e.Actor.Address != home {
		t.Errorf("the audit entry is %+v", e)
	}
	h.ok(h.try(email, password, home))
	again := newcomer()
	again.Email = "eve@example.com"
	_, err = h.Join(t.Context(), "token", again, from(home))
	h.want(err, account.ErrInvitation)
}

func TestAnInvitationIsForWhomItNames(t *testing.T) {
	h := invited(t)
	h.invite("token", "ada@example.com", account.Member)
	other := newcomer()
	other.Email = "eve@example.com"
	_, err := h.Join(t.Context(), "token", other, from(home))
	h.want(err, account.ErrInvitationForAnother)
	h.at(err, "email", account.ErrInvitationForAnother.Sentence)
	for _, wrong := range []string{"", "guess"} {
		_, err = h.Join(t.Context(), wrong, newcomer(), from(home))
		h.want(err, account.ErrInvitation)
	}
	short := newcomer()
	short.Password = "short"
	_, err = h.Join(t.Context(), "token", short, from(home))
	if fault.Of(err).Fields["password"] == "" || h.joined.Load() != 0 {
		t.Errorf("got %v", err)
	}
	h.clock.pass(account.InvitationLife - time.Millisecond)
	_, err = h.Join(t.Context(), "token", newcomer(), from(home))
	h.ok(err)
	h.invite("late", "", account.Member)
	h.clock.pass(account.InvitationLife)
	_, err = h.Join(t.Context(), "late", other, from(home))
	h.want(err, account.ErrInvitation)
}

// waiting is a store in which all have seen the invitation before anybody uses it.
type waiting struct {
	account.Store
	all sync.WaitGroup
}

func (w *waiting) InvitationByHash(ctx context.Context, hash string, now time.Time) (account.Invitation, error) {
	found, err := w.Store.InvitationByHash(ctx, hash, now)
	w.all.Done()
	w.all.Wait()
	return found, err
}

func TestOfManyWhoJoinByOneInvitationAtOnceOneDoes(t *testing.T) {
	h := invited(t)
	h.invite("token", "", account.Owner)
	store := &waiting{Store: h.Accounts()}
	results := make(chan error, 6)
	store.all.Add(cap(results))
	h.store.Store = store
	var group sync.WaitGroup
	for i := range cap(results) {
		group.Go(func() {
			form := newcomer()
			form.Email = fmt.Sprintf("rival%d@example.com", i)
			_, err := h.Join(context.Background(), "token", form, from(home))
			results <- err
		})
	}
	group.Wait()
	close(results)
	won := 0
	for err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, account.ErrInvitation) {
			t.Error(err)
		}
	}
	if won != 1 || h.joined.Load() != 1 {
		t.Errorf("%d won", won)
	}
}

func TestANewcomerComesWithAPasskey(t *testing.T) {
	h := invited(t)
	h.invite("token", "", account.Member)
	_, err := h.BeginNewcomerPasskey(t.Context(), account.Newcomer{Email: "nowhere", Name: " "})
	if f := fault.Of(err).Fields; f["email"] == "" || f["name"] == "" || f["password"] != "" {
		t.Errorf("got %v", f)
	}
	form := newcomer()
	form.Password = ""
	question, err := h.BeginNewcomerPasskey(t.Context(), form)
	h.ok(err)
	answer := answerTo(t, question, "red")
	form.Passkey = &answer
	bad := forged(t, question, "red")
	_, err = h.Join(t.Context(), "token", account.Newcomer{Email: form.Email, Name: form.Name, Passkey: &bad}, from(home))
	h.want(err, account.ErrPasskeyRefused)

	h = h.under(account.Policy{}) // also where passwords are off
	in, err := h.Join(t.Context(), "token", form, from(home))
	h.ok(err)
	if c := in.Caller; c.Person.ID != question.Ceremony.PersonID || c.HasPassword || c.Passkeys != 1 || c.OwesSecondStep() || c.Session.Way != account.ByPasskey {
		t.Errorf("the caller is %+v", c)
	}
	use, err := h.BeginPasskey(t.Context())
	h.ok(err)
	_, err = h.SignInWithPasskey(t.Context(), answerTo(t, use, "red"), from(elsewhere))
	h.ok(err)

	// The ceremony of somebody who exists makes nobody else.
	h.invite("second", "", account.Member)
	add, err := h.BeginAddPasskey(t.Context(), in.Caller)
	h.ok(err)
	stolen := answerTo(t, add, "blue")
	_, err = h.Join(t.Context(), "second", account.Newcomer{Email: "eve@example.com", Name: "Eve", Passkey: &stolen}, from(home))
	h.want(err, account.ErrPasskeyRefused)
}

func TestANewcomerComesWithAnIdentity(t *testing.T) {
	h := invited(t).under(account.Policy{Domains: []string{"example.com"}})
	h.invite("token", "", account.Member)
	id := identity("1")
	form := account.Newcomer{Email: email, Name: "Ada", Identity: &id}
	foreign := id
	foreign.Email = "ada@evil.example"
	_, err := h.Join(t.Context(), "token", account.Newcomer{Email: email, Name: "Ada", Identity: &foreign}, from(home))
	h.want(err, account.ErrDomainRefused)
	in, err := h.Join(t.Context(), "token", form, from(home))
	h.ok(err)
	if c := in.Caller; c.HasPassword || c.Session.Way != "harbor" || roleIn(c, "harbour") != account.Member {
		t.Errorf("the caller is %+v", c)
	}
	_, err = h.SignInWith(t.Context(), id, from(home))
	h.ok(err)
	h.invite("second", "", account.Member)
	_, err = h.Join(t.Context(), "second", account.Newcomer{Email: "eve@example.com", Name: "Eve", Identity: &id}, from(home))
	h.want(err, account.ErrIdentityTaken)
	h.ok(func() error { // what was refused used nothing up
		_, err := h.InvitationByHash(t, "second")
		return err
	}())
}

func (h house) InvitationByHash(t *testing.T, token string) (account.Invitation, error) {
	return h.Accounts().InvitationByHash(t.Context(), account.HashToken(token), h.clock.Now())
}

func TestANewcomerChoosesExactlyOneWay(t *testing.T) {
	h := newHouse(t)
	id, answer := identity("1"), account.PasskeyAnswer{}
	for name, form := range map[string]account.Newcomer{
		"none":           {},
		"both":           {Identity: &id, Passkey: &answer},
		"also passwords": {Identity: &id, Password: password},
	} {
		form.Email, form.Name = email, "Ada"
		_, err := h.Add(t.Context(), form, false, nil, audit.BySystem())
		if fault.Of(err).Fields["password"] == "" {
			t.Errorf("%s: got %v", name, err)
		}
	}
	_, err := h.under(account.Policy{}).Add(t.Context(), newcomer(), false, nil, audit.BySystem())
	h.at(err, "password", "Passwords are turned off here. Choose another sign-in method.")
}

func TestResetLetsSomebodyInAgain(t *testing.T) {
	h, in, codes := withPasskey(t)
	h.disable("person-ada")
	operator := audit.Actor{PersonID: audit.System, Name: "operator"}
	reset := func(s house, email, password string) error {
		code, err := s.Reset(t.Context(), email, password, operator)
		if code.Reveal() != "" {
			t.Error("with a password there is a code")
		}
		return err
	}
	h.want(reset(h, "nobody@example.com", next), account.ErrNoSuchPerson)
	h.at(reset(h, email, "short"), "password", "Use at least 12 characters. Several words in a row work well.")
	h.want(reset(h.under(account.Policy{}), email, next), account.ErrPasswordsOff)
	h.ok(reset(h, " ADA@example.com", next))
	if e := h.log()[0]; e.Action != audit.ResetPerson || e.Detail != email || e.Actor != operator {
		t.Errorf("the audit entry is %+v", e)
	}
	h.gone(in.Token)
	h.want(h.try(email, password, home), account.ErrWrongPassword)
	again, err := h.SignIn(t.Context(), email, next, from(home))
	h.ok(err)
	if c := again.Caller; c.OwesSecondStep() || c.Passkeys != 0 || !c.Person.DisabledAt.IsZero() {
		t.Errorf("the caller is %+v", c)
	}
	_, err = h.UseRecoveryCode(t.Context(), again.Caller, codes[0].Reveal(), from(home))
	h.want(err, account.ErrWrongCode)
}

// Without passwords a code is the way back, also where there never was a passkey.
func TestResetWithoutAPasswordGivesACode(t *testing.T) {
	h, in, codes := withPasskey(t)
	operator := audit.Actor{PersonID: audit.System, Name: "operator"}
	code, err := h.Reset(t.Context(), email, "", operator)
	h.ok(err)
	h.gone(in.Token)
	h.want(h.try(email, password, home), account.ErrWrongPassword)
	for _, policy := range []account.Policy{{}, {Passwords: true}} {
		_, err = h.under(policy).recover(email, codes[0].Reveal(), home)
		h.want(err, account.ErrWrongCode)
	}
	h = h.under(account.Policy{RequireSecondStep: true})
	in, err = h.recover(email, code.Reveal(), home)
	h.ok(err)
	if c := in.Caller; c.OwesSecondStep() || c.Passkeys != 0 || c.HasPassword {
		t.Errorf("the caller is %+v", c)
	}
	made := in.Caller.Notices[slices.IndexFunc(in.Caller.Notices, func(n account.Notice) bool { return n.Kind == account.NoticeCodesMade })]
	if made.Address != "" || made.Agent != "" {
		t.Errorf("the notice is %+v", made)
	}
	_, err = h.recover(email, code.Reveal(), home)
	h.want(err, account.ErrWrongCode)
	if _, codes := h.equip(in, "blue"); len(codes) != 10 || h.codesLeft() != 10 {
		t.Errorf("with the new passkey come %d codes, and %d are left", len(codes), h.codesLeft())
	}
}

// After a take-over nothing that somebody else may hold works any more.
func TestResetLeavesNoOtherWayIn(t *testing.T) {
	h := grouped(t)
	h.add("ada", adasHash())
	id := identity("1")
	id.Groups = []string{"admins", "captains"}
	in, err := h.LinkIdentity(t.Context(), h.enter(home).Caller, id, from(home))
	h.ok(err)
	keys := account.NewKeys(account.KeysConfig{Store: h.Accounts(), Now: h.clock.Now, Log: slog.New(slog.DiscardHandler)})
	own, _ := in.Caller.In("ada")
	_, key, err := keys.Make(t.Context(), in.Caller, own, account.KeyForm{Name: "k", Scope: "read", Days: "9"}, h.actor())
	h.ok(err)
	_, err = keys.Authenticate(t.Context(), "", key.Reveal(), home)
	h.ok(err)
	organizations := account.NewOrganizations(account.OrganizationsConfig{Store: h.Accounts(), Now: h.clock.Now, NewID: func() string { return "i" }, Joined: func() {}})
	harbour, _ := in.Caller.In("harbour")
	_, link, err := organizations.Invite(t.Context(), harbour, account.InviteForm{Role: "owner"}, h.actor())
	h.ok(err)

	operator := audit.Actor{PersonID: audit.System, Name: "operator"}
	_, err = h.Reset(t.Context(), email, next, operator)
	h.ok(err)
	_, err = keys.Authenticate(t.Context(), "", key.Reveal(), home)
	h.want(err, account.ErrKey)
	_, err = organizations.Invited(t.Context(), link.Reveal())
	h.want(err, account.ErrInvitation)
	_, err = h.under(account.Policy{Passwords: true}).SignInWith(t.Context(), id, from(home))
	h.want(err, account.ErrUnknownIdentity)
	again, err := h.SignIn(t.Context(), email, next, from(home))
	h.ok(err)
	if c := again.Caller; c.Person.SiteAdmin || len(c.Memberships) != 1 {
		t.Errorf("they are %+v in %+v", c.Person, c.Memberships)
	}
	if detail, _ := h.followed(); detail != "no administrator any more, no longer in harbour" {
		t.Errorf("the audit log says %q", detail)
	}
}

// crowded is a store in which many people have the same name already.
type crowded struct {
	keptHash
	asked int
	made  string
}

func (c *crowded) AccountNameTaken(_ context.Context, name string) (bool, error) {
	c.asked++
	_, number, _ := strings.Cut(name, "-")
	return number == "" || strings.Trim(number, "0123456789") == "", nil
}

func (c *crowded) AddPerson(_ context.Context, p account.NewPerson, _ audit.Entry) error {
	c.made = p.Joins[0].Account.Name
	return nil
}

func TestANameThatManyHaveIsFoundSoon(t *testing.T) {
	store := &crowded{}
	s := account.NewService(account.Config{Store: store, Policy: account.Policy{Registration: true, Providers: []string{"harbor"}}, Now: time.Now,
		NewID: func() string { return "x" }, Joined: func() {}})
	id := identity("1")
	id.Email = strings.Repeat("i", 40) + "@example.com"
	if _, err := s.Add(t.Context(), account.Newcomer{Email: id.Email, Name: "Ada", Identity: &id}, false, nil, audit.BySystem()); err != nil {
		t.Fatal(err)
	}
	if store.asked > 30 || len(store.made) > 39 || !strings.HasPrefix(store.made, strings.Repeat("i", 32)+"-") {
		t.Errorf("%q was found after %d questions", store.made, store.asked)
	}
}
