package credential_test

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/fault"
)

func TestLinkSavesADraftThatIsDueAtOnce(t *testing.T) {
	w := newWorld(t)
	f := form("prod")
	f.Label, f.Values["pasted"] = "  Production \t of  acme ", `{"password": "hunter2"}`
	c, err := w.Link(t.Context(), ofAcme, "azure", f, true)
	w.ok(err)
	want := credential.Credential{ID: c.ID, AccountID: acme, Provider: "azure", Label: "Production of acme",
		Target: cloud.Target{Environment: "public", Account: "subscription-prod",
			Parent: "tenant-prod", SignIn: cloud.SignIn{Method: "application", Principal: "client-prod"}},
		CertificateID: acme + "-certificate-1", State: credential.NotVerified, Version: 1,
		CreatedBy: "person-acme", CreatedAt: morning, FreshFrom: morning, NextCheckAt: morning, NextTrigger: credential.ByPerson,
		CertificateBegins: morning, CertificateExpires: morning.Add(certificate.Life), CertificateSHA1: c.CertificateSHA1}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got  %+v\nwant %+v", c, want)
	}
	stored := w.find(c)
	same(t, "the stored plan", stored.NextCheckAt, morning)
	same(t, "who linked it", stored.CreatedByName, "Owner of acme")
	same(t, "what the form still shows of what was pasted", f.Values["pasted"], "")
	same(t, "the certificate that the cloud could compare", f.Certificate.ID, c.CertificateID)
	w.logged(audit.Entry{At: morning, Actor: ofAcme.Actor, Action: audit.LinkCredential,
		AccountID: acme, CredentialID: c.ID, Result: audit.Done, Detail: "Production of acme"})
}

func TestSavingWithoutVerifyingPlansNothing(t *testing.T) {
	w := newWorld(t)
	c, err := w.Link(t.Context(), ofAcme, "azure", form("later"), false)
	w.ok(err)
	same(t, "the plan after linking", w.find(c).NextCheckAt, time.Time{})
	_, err = w.Edit(t.Context(), ofAcme, c.ID, form("later"), false)
	w.ok(err)
	same(t, "the plan after editing", w.find(c).NextCheckAt, time.Time{})
	due, err := w.Credentials().Due(t.Context(), morning.Add(1000*time.Hour), 10)
	w.ok(err)
	same(t, "how many are ever due", len(due), 0)
}

func TestWhatIsWrongWithAFormIsSaidAtItsFields(t *testing.T) {
	const missing, long = "Enter a name that your colleagues will recognize, such as Production.", "Use at most 80 characters."
	tests := map[string]struct {
		change func(*cloud.Form)
		says   fault.Fields
	}{
		"no label":               {func(f *cloud.Form) { f.Label = " \t" }, fault.Fields{"label": missing}},
		"a label of 80 letters":  {func(f *cloud.Form) { f.Label = strings.Repeat("名", 80) }, nil},
		"a label of 81 letters":  {func(f *cloud.Form) { f.Label = strings.Repeat("名", 81) }, fault.Fields{"label": long}},
		"what the cloud refuses": {func(f *cloud.Form) { f.Values["client_id"] = "not an id" }, fault.Fields{"client_id": "That is not a client ID."}},
		"both": {func(f *cloud.Form) { f.Label, f.Values["subscription_id"] = "", "" },
			fault.Fields{"label": missing, "subscription_id": "Enter the subscription ID."}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			f := form("one")
			test.change(f)
			c, err := w.Link(t.Context(), ofAcme, "azure", f, true)
			if test.says == nil {
				w.ok(err)
				return
			}
			if !fault.Has(err, fault.Invalid) || !maps.Equal(fault.Of(err).Fields, test.says) {
				t.Errorf("linking: got %v at %v", err, fault.Of(err).Fields)
			}
			same(t, "how many are linked", len(w.audited()), 0)
			c = w.link("good")
			_, err = w.Edit(t.Context(), ofAcme, c.ID, f, true)
			if !fault.Has(err, fault.Invalid) || !maps.Equal(fault.Of(err).Fields, test.says) {
				t.Errorf("editing: got %v at %v", err, fault.Of(err).Fields)
			}
			same(t, "the version after a refusal", w.find(c).Version, 1)
		})
	}
}

func TestCheckSaysNothingAboutEmptyFields(t *testing.T) {
	w := newWorld(t)
	target, fields, err := w.Service.Check("azure", &cloud.Form{Values: map[string]string{"client_id": "not an id"}})
	w.ok(err)
	if !maps.Equal(fields, fault.Fields{"client_id": "That is not a client ID."}) || target.SignIn.Principal != "not an id" {
		t.Errorf("got %+v, %v", target, fields)
	}
	if _, fields, err = w.Service.Check("azure", form("one")); err != nil || len(fields) > 0 {
		t.Errorf("a good form: %v, %v", fields, err)
	}
	same(t, "what was saved", len(w.audited()), 0)
}

func TestAProviderThatIsNotThereCannotBeLinked(t *testing.T) {
	w := newWorld(t)
	_, err := w.Link(t.Context(), ofAcme, "aws", form("one"), true)
	w.want(err, credential.ErrNoSuchProvider)
	_, _, err = w.Service.Check("", form("one"))
	w.want(err, credential.ErrNoSuchProvider)
}

func TestADoubleIsRefusedWithALinkToTheFirst(t *testing.T) {
	w := newWorld(t)
	first, second := w.link("first"), w.link("second")
	double := form("other")
	double.Values["subscription_id"], double.Values["client_id"] = "subscription-first", "client-first"
	entries := len(w.audited())

	_, linking := w.Link(t.Context(), ofAcme, "azure", double, true)
	_, editing := w.Edit(t.Context(), ofAcme, second.ID, double, true)
	for how, err := range map[string]error{"linking": linking, "editing": editing} {
		w.want(err, credential.ErrAlreadyLinked)
		f := fault.Of(err)
		if f.Fields["subscription_id"] != credential.ErrAlreadyLinked.Sentence {
			t.Errorf("%s: the sentence is at %v", how, f.Fields)
		}
		if want := (fault.Link{Text: "Open the existing credential", Path: "/accounts/acme/cloud-providers/azure/credentials/" + first.ID}); f.Link == nil || *f.Link != want {
			t.Errorf("%s: the link is %+v, want %+v", how, f.Link, want)
		}
	}
	same(t, "the audit entries of what was not done", len(w.audited()), entries)
	same(t, "the other's subscription", w.find(second).Target.Account, "subscription-second")

	_, err := w.Edit(t.Context(), ofAcme, first.ID, double, true) // itself is no double
	w.ok(err)
	_, err = w.Link(t.Context(), ofEvil, "azure", double, true) // and another account's is none of ours
	w.ok(err)
	double.Values["client_id"] = "client-wider" // another sign-in is another link
	_, err = w.Link(t.Context(), ofAcme, "azure", double, true)
	w.ok(err)
}

// decided stores c as if a verification had found this.
func (w world) decided(c credential.Credential, outcome credential.Event) credential.Credential {
	w.t.Helper()
	c = w.find(c)
	v := credential.Verification{ID: w.newID(), CredentialID: c.ID, Version: c.Version, Trigger: credential.ByPerson, StartedAt: w.now()}
	w.ok(w.Credentials().StartVerification(w.t.Context(), v))
	v.FinishedAt, v.Outcome = w.now(), cloud.Passed
	c.CloudAccountName, c.Rights = found.AccountName, found.Rights
	w.ok(w.Credentials().FinishVerification(w.t.Context(), v, credential.Decide(c, outcome, w.now(), 0), audit.Entry{At: w.now(),
		Actor: audit.BySystem(), Action: audit.FinishVerification, AccountID: acme, CredentialID: c.ID, Result: audit.Done}))
	return w.find(c)
}

func TestAnotherTargetClearsTheResultAndKeepsTheCertificate(t *testing.T) {
	for _, outcome := range []credential.Event{credential.Pass, credential.Break, credential.Wait, credential.CouldNotCheck} {
		w := newWorld(t)
		c := w.decided(w.link("one"), outcome)
		w.certify(acme, 2)
		changed := form("two")
		changed.Label = "Renamed"
		edited, err := w.Edit(t.Context(), ofAcme, c.ID, changed, true)
		w.ok(err)
		same(t, "the state that is returned", edited.State, credential.NotVerified)
		got := w.find(c)
		want := c
		want.State, want.Version, want.Label, want.CertificateID = credential.NotVerified, 2, "Renamed", acme+"-certificate-1"
		want.Target = cloud.Target{Environment: "public", Account: "subscription-two",
			Parent: "tenant-two", SignIn: cloud.SignIn{Method: "application", Principal: "client-two"}}
		want.CloudAccountName, want.Rights, want.Attempts = "", nil, 0
		want.CouldNotCheckAt = time.Time{}
		want.FreshFrom, want.NextCheckAt, want.CertificateIsCurrent = morning, morning, false
		want.NextTrigger = credential.ByPerson
		if !reflect.DeepEqual(got, want) {
			t.Errorf("after %s and an edit:\ngot  %+v\nwant %+v", outcome, got, want)
		}
		w.logged(audit.Entry{At: morning, Actor: ofAcme.Actor, Action: audit.EditCredential,
			AccountID: acme, CredentialID: c.ID, Result: audit.Done, Detail: "Renamed"})
	}
}

func TestALabelTouchesNeitherTheCertificateNorTheResult(t *testing.T) {
	for _, outcome := range []credential.Event{credential.Pass, credential.Break, credential.Wait, credential.CouldNotCheck} {
		for _, verify := range []bool{true, false} {
			w := newWorld(t)
			c := w.decided(w.link("one"), outcome)
			w.certify(acme, 2)
			renamed := form("one")
			renamed.Label = "Another name"
			_, err := w.Edit(t.Context(), ofAcme, c.ID, renamed, verify)
			w.ok(err)
			got, want := w.find(c), c
			want.Label, want.Version, want.CertificateIsCurrent = "Another name", 2, false
			if verify && outcome != credential.Pass { // somebody may have mended it
				want.NextCheckAt, want.NextTrigger, want.FreshFrom = morning, credential.ByPerson, morning
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("after %s, verify %v:\ngot  %+v\nwant %+v", outcome, verify, got, want)
			}
			runs, err := w.Verifications(t.Context(), acme, c.ID)
			w.ok(err)
			same(t, "the version that the run is of", runs[0].Version, got.Version)
		}
	}
}

// Whoever saves what they see asks whether it works.
func TestSavingWithoutAChangeChecks(t *testing.T) {
	w := newWorld(t)
	c := w.decided(w.link("one"), credential.Pass)
	_, err := w.Edit(t.Context(), ofAcme, c.ID, form("one"), true)
	w.ok(err)
	got := w.find(c)
	same(t, "the state", got.State, credential.Connected)
	same(t, "the plan", got.NextCheckAt, morning)
	same(t, "who asked", got.NextTrigger, credential.ByPerson)
}

// An expired certificate can't be trusted anywhere any more.
func TestALinkThatPointsElsewhereLeavesAnExpiredCertificate(t *testing.T) {
	now := morning
	w := worldAt(t, func() time.Time { return now })
	c := w.decided(w.link("one"), credential.Pass)
	now = c.CertificateExpires
	w.certify(acme, 2)
	renamed := form("one")
	renamed.Label = "Renamed"
	_, err := w.Edit(t.Context(), ofAcme, c.ID, renamed, false)
	w.ok(err)
	same(t, "the certificate of a new label", w.find(c).CertificateID, acme+"-certificate-1")
	_, err = w.Edit(t.Context(), ofAcme, c.ID, form("two"), false)
	w.ok(err)
	same(t, "the certificate of another target", w.find(c).CertificateID, acme+"-certificate-2")
}

// interfering is a store in which something happens between reading a
// credential and changing it.
type interfering struct {
	credential.Store
	before func()
}

func (s interfering) Change(ctx context.Context, c credential.Credential, entry audit.Entry) (string, error) {
	s.before()
	return s.Store.Change(ctx, c, entry)
}

func TestOfTwoChangesAtOnceTheSecondIsRefused(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	other := form("one")
	other.Label = "The first one"
	meanwhile := func() {
		_, err := w.Edit(t.Context(), ofAcme, c.ID, other, false)
		w.ok(err)
	}
	late := w.service(interfering{w.Credentials(), meanwhile})
	second := form("one")
	second.Label = "The second one"
	_, editing := late.Edit(t.Context(), ofAcme, c.ID, second, true)
	w.want(editing, credential.ErrChangedMeanwhile)
	_, disabling := late.Disable(t.Context(), ofAcme, c.ID)
	w.want(disabling, credential.ErrChangedMeanwhile)
	got := w.find(c)
	same(t, "the label", got.Label, "The first one")
	same(t, "the state", got.State, credential.NotVerified)

	gone := w.service(interfering{w.Credentials(), func() {
		_, err := w.Unlink(t.Context(), ofAcme, c.ID, "")
		w.ok(err)
	}})
	_, err := gone.Edit(t.Context(), ofAcme, c.ID, second, true)
	w.want(err, credential.ErrNotFound)
}

func TestVerifyPlansACheckForNow(t *testing.T) {
	for outcome, fresh := range map[credential.Event]bool{credential.Pass: false, credential.Break: true, credential.Wait: true, credential.CouldNotCheck: true} {
		now := morning
		w := worldAt(t, func() time.Time { return now })
		c := w.decided(w.link("one"), outcome)
		now = morning.Add(20 * time.Minute)
		asked, err := w.Verify(t.Context(), ofAcme, c.ID)
		w.ok(err)
		got := w.find(c)
		same(t, "the plan", got.NextCheckAt, now)
		same(t, "the plan that is returned", asked.NextCheckAt, now)
		same(t, "the state, which stays", got.State, c.State)
		same(t, "the version, which stays", got.Version, 1)
		same(t, "it counting as fresh after "+string(outcome), got.FreshFrom.Equal(now), fresh)
		same(t, "the last verdict, which stays", got.LastCheckedAt, c.LastCheckedAt)
		w.logged(audit.Entry{At: now, Actor: ofAcme.Actor, Action: audit.VerifyCredential,
			AccountID: acme, CredentialID: c.ID, Result: audit.Done, Detail: "one"})
	}
}

func TestVerifyDoesNotRunBesideAnotherVerification(t *testing.T) {
	w := newWorld(t)
	c := w.decided(w.link("one"), credential.Pass)
	w.ok(w.Credentials().StartVerification(t.Context(), credential.Verification{ID: "running", CredentialID: c.ID, Version: 1,
		Trigger: credential.BySchedule, StartedAt: morning}))
	entries := len(w.audited())
	got, err := w.Verify(t.Context(), ofAcme, c.ID)
	w.ok(err)
	same(t, "what runs", got.RunningVerification, "running")
	same(t, "the plan", w.find(c).NextCheckAt, c.NextCheckAt)
	same(t, "the audit entries", len(w.audited()), entries)
}

func TestDisableStopsAndEnableStartsAfresh(t *testing.T) {
	w := newWorld(t)
	c := w.decided(w.link("one"), credential.Pass)
	_, err := w.Disable(t.Context(), ofAcme, c.ID)
	w.ok(err)
	got := w.find(c)
	if got.State != credential.Disabled || !got.NextCheckAt.IsZero() || !got.LastCheckedAt.Equal(c.LastCheckedAt) || got.CloudAccountName != c.CloudAccountName ||
		!reflect.DeepEqual(got.Rights, c.Rights) || got.Version != 2 {
		t.Errorf("disabled it is %+v", got)
	}
	same(t, "the audit entry", w.latest().Action, audit.DisableCredential)

	for name, not := range map[string]func() error{
		"verify":  func() error { _, err := w.Verify(t.Context(), ofAcme, c.ID); return err },
		"disable": func() error { _, err := w.Disable(t.Context(), ofAcme, c.ID); return err },
	} {
		if err := not(); !errors.Is(err, credential.ErrNotPossibleNow) {
			t.Errorf("%s when disabled: %v", name, err)
		}
	}
	_, err = w.Edit(t.Context(), ofAcme, c.ID, form("one"), true)
	w.ok(err)
	got = w.find(c)
	same(t, "the state after an edit", got.State, credential.Disabled)
	same(t, "the plan after an edit", got.NextCheckAt, time.Time{})

	_, err = w.Enable(t.Context(), ofAcme, c.ID)
	w.ok(err)
	got = w.find(c)
	same(t, "the state after enabling", got.State, credential.NotVerified)
	same(t, "the plan after enabling", got.NextCheckAt, morning)
	same(t, "the audit entry", w.latest().Action, audit.EnableCredential)
	_, err = w.Enable(t.Context(), ofAcme, c.ID)
	w.want(err, credential.ErrNotPossibleNow)
}

// machines is something that depends on credentials.
type machines map[string][]string

func (m machines) DependOn(_ context.Context, accountID, id string) ([]string, error) {
	if accountID != acme {
		return nil, errors.New("asked about another account")
	}
	return m[id], nil
}

type nothing struct{ err error }

func (n nothing) DependOn(context.Context, string, string) ([]string, error) { return nil, n.err }

func TestUnlinkingWhatIsUsedNeedsItsLabel(t *testing.T) {
	used := machines{}
	w := newWorld(t, nothing{}, used)
	c, free := w.link("Production"), w.link("Free")
	used[c.ID] = []string{"web-1", "web-2"}
	dependents, err := w.Dependents(t.Context(), acme, c.ID)
	w.ok(err)
	same(t, "what depends on it", strings.Join(dependents, " "), "web-1 web-2")

	for _, typed := range []string{"", "production", "Production!", "Free"} {
		_, err := w.Unlink(t.Context(), ofAcme, c.ID, typed)
		w.want(err, credential.ErrConfirm)
		if fault.Of(err).Fields["confirm"] != credential.ErrConfirm.Sentence {
			t.Errorf("typing %q: the sentence is at %v", typed, fault.Of(err).Fields)
		}
	}
	w.find(c) // it is still there
	same(t, "the audit entry", w.latest().Action, audit.LinkCredential)

	gone, err := w.Unlink(t.Context(), ofAcme, c.ID, " Production ")
	w.ok(err)
	same(t, "what is given back, for the clean-up", gone.Target.Account, "subscription-Production")
	_, err = w.Find(t.Context(), acme, c.ID)
	w.want(err, credential.ErrNotFound)
	w.logged(audit.Entry{At: morning, Actor: ofAcme.Actor, Action: audit.UnlinkCredential,
		AccountID: acme, CredentialID: c.ID, Result: audit.Done, Detail: "Production"})

	_, err = w.Unlink(t.Context(), ofAcme, free.ID, "")
	w.ok(err)
	_, err = w.Link(t.Context(), ofAcme, "azure", form("Production"), true) // and it can be linked again
	w.ok(err)
}

func TestUnlinkingIsRefusedWhenNobodyKnowsWhatDependsOnIt(t *testing.T) {
	trouble := errors.New("no answer")
	w := newWorld(t, nothing{trouble})
	c := w.link("one")
	_, err := w.Unlink(t.Context(), ofAcme, c.ID, "one")
	w.want(err, trouble)
	w.find(c)
}

func TestAnotherAccountFindsNothing(t *testing.T) {
	w := newWorld(t)
	c := w.decided(w.link("one"), credential.Pass)
	disabled := w.link("two")
	_, err := w.Disable(t.Context(), ofAcme, disabled.ID)
	w.ok(err)
	before, others := w.find(c), len(w.audited())

	for _, id := range []string{c.ID, disabled.ID, "unknown", ""} {
		for name, do := range map[string]func() error{
			"find":    func() error { _, err := w.Find(t.Context(), evil, id); return err },
			"edit":    func() error { _, err := w.Edit(t.Context(), ofEvil, id, form("one"), true); return err },
			"verify":  func() error { _, err := w.Verify(t.Context(), ofEvil, id); return err },
			"disable": func() error { _, err := w.Disable(t.Context(), ofEvil, id); return err },
			"enable":  func() error { _, err := w.Enable(t.Context(), ofEvil, id); return err },
			"unlink":  func() error { _, err := w.Unlink(t.Context(), ofEvil, id, "one"); return err },
		} {
			if err := do(); err != credential.ErrNotFound { //nolint:errorlint // exactly the same for what exists and what does not
				t.Errorf("%s of %q: %v", name, id, err)
			}
		}
		runs, err := w.Verifications(t.Context(), evil, id)
		if err != nil || len(runs) > 0 {
			t.Errorf("the runs of %q: %v, %v", id, runs, err)
		}
	}
	list, err := w.List(t.Context(), evil)
	if err != nil || len(list) > 0 {
		t.Errorf("the list: %v, %v", list, err)
	}
	if after := w.find(c); !reflect.DeepEqual(after, before) {
		t.Errorf("it became %+v", after)
	}
	same(t, "the audit entries about acme", len(w.audited()), others)
	entries, err := w.Audit(t.Context(), evil, 100)
	w.ok(err)
	same(t, "the audit entries about evil", len(entries), 0)
}

func TestTheListIsTheAccountsOwn(t *testing.T) {
	w := newWorld(t)
	w.link("beta")
	w.link("alpha")
	_, err := w.Link(t.Context(), ofEvil, "azure", form("foreign"), true)
	w.ok(err)
	list, err := w.List(t.Context(), acme)
	w.ok(err)
	var labels []string
	for _, c := range list {
		labels = append(labels, c.Label)
	}
	if !slices.Equal(labels, []string{"alpha", "beta"}) {
		t.Errorf("got %v", labels)
	}
}
