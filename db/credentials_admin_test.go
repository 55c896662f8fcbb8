package db_test

import (
	"reflect"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
)

// ordered is an entry of ada, who is an administrator, about acme.
func ordered(action audit.Action) audit.Entry { return entry(action, "account-acme") }

// byEve is an entry of somebody who is none.
func byEve(action audit.Action) audit.Entry {
	e := entry(action, "account-evil")
	e.AccountID = "account-acme"
	return e
}

// stopped is c as an administrator stops it.
func stopped(c credential.Credential) credential.Credential {
	c.State, c.Reason, c.DecidedBy, c.DecidedAt = credential.Stopped, "Not used", "person-ada", after(time.Minute)
	c.NextCheckAt, c.NextTrigger = time.Time{}, ""
	return c
}

func TestAnAdministratorChangesAnyCredential(t *testing.T) {
	w := newWorld(t)
	c := newCredential("evil", "eve", "theirs")
	_, err := w.Credentials().Add(t.Context(), c, entry(audit.LinkCredential, "account-evil"))
	w.ok(err)
	c = w.find(c)
	e := ordered(audit.StopCredential)
	w.ok(w.Credentials().ChangeAny(t.Context(), stopped(c), e))
	want := stopped(c)
	want.Version, want.DecidedByName = 2, "ada"
	found, err := w.Credentials().FindAny(t.Context(), c.ID)
	w.ok(err)
	if !reflect.DeepEqual(found, want) {
		t.Errorf("got  %+v\nwant %+v", found, want)
	}
	same(t, "the status that is stored", w.count(`SELECT count(*) FROM credentials WHERE status = 'disabled'`), 1)
	same(t, "the audit entry", w.audit("account-acme")[0].Action, audit.StopCredential)
}

func TestWhoIsNoAdministratorChangesNothingOfOthers(t *testing.T) {
	w := newWorld(t)
	c := w.link("one", full)
	before := w.Version()
	want(t, w.Credentials().ChangeAny(t.Context(), stopped(c), byEve(audit.StopCredential)), account.ErrNoSuchAccount)
	want(t, w.Credentials().PlanAny(t.Context(), c, byEve(audit.VerifyCredential)), account.ErrNoSuchAccount)
	want(t, w.Credentials().ChangeRules(t.Context(), credential.Rules{ApproveAll: true}, byEve(audit.ChangeIntake)), account.ErrNoSuchAccount)
	w.exec(`UPDATE people SET disabled_at = 1 WHERE id = 'person-ada'`)
	want(t, w.Credentials().ChangeAny(t.Context(), stopped(c), ordered(audit.StopCredential)), account.ErrSignIn)
	if found := w.find(c); !reflect.DeepEqual(found, stored(c)) {
		t.Errorf("it became %+v", found)
	}
	same(t, "the version", w.Version(), before)
}

func TestAnOrderOnAnOldVersionIsRefused(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	old := c
	_, err := w.Credentials().Change(t.Context(), c, ordered(audit.EditCredential))
	w.ok(err)
	entries := w.count(`SELECT count(*) FROM audit`)
	want(t, w.Credentials().ChangeAny(t.Context(), stopped(old), ordered(audit.StopCredential)), credential.ErrLookAgain)
	want(t, w.Credentials().PlanAny(t.Context(), old, ordered(audit.VerifyCredential)), credential.ErrLookAgain)
	missing := old
	missing.ID = "credential-missing"
	want(t, w.Credentials().ChangeAny(t.Context(), missing, ordered(audit.StopCredential)), credential.ErrNotFound)
	want(t, w.Credentials().PlanAny(t.Context(), missing, ordered(audit.VerifyCredential)), credential.ErrNotFound)
	_, err = w.Credentials().FindAny(t.Context(), missing.ID)
	want(t, err, credential.ErrNotFound)
	same(t, "the audit entries", w.count(`SELECT count(*) FROM audit`), entries)
}

func TestWhatIsNotInUseIsNeverVerified(t *testing.T) {
	for _, state := range []credential.State{credential.Disabled, credential.Stopped, credential.PendingApproval} {
		w := newWorld(t)
		c := w.link("one", func(c *credential.Credential) { c.State, c.NextCheckAt = state, after(-time.Hour) })
		due, err := w.Credentials().Due(t.Context(), morning, 10)
		w.ok(err)
		same(t, "how many are due", len(due), 0)
		next, err := w.Credentials().NextDue(t.Context(), after(-2*time.Hour))
		w.ok(err)
		same(t, "when the next is due", next, time.Time{})
		v := credential.Verification{ID: "run", CredentialID: c.ID, Version: c.Version, Trigger: credential.ByPerson, StartedAt: morning}
		want(t, w.Credentials().StartVerification(t.Context(), v), credential.ErrNotFound)
		want(t, w.Credentials().PlanAny(t.Context(), c, ordered(audit.VerifyCredential)), credential.ErrLookAgain)
	}
}

// Whatever a run decides and however it comes there, it does not undo a stop.
func TestARunNeverMovesWhatIsStoppedOrPending(t *testing.T) {
	for _, state := range []credential.State{credential.Disabled, credential.Stopped, credential.PendingApproval} {
		w := newWorld(t)
		c := w.link("one")
		v := w.start(c, "run")
		w.exec(`UPDATE credentials SET state = ?`, string(state)) // the version stays
		w.finish(v, c)
		same(t, "the state", w.find(c).State, state)
		same(t, "the run being abandoned", w.runs(c)[0].Abandoned, true)
		same(t, "the entry", w.audit("account-acme")[0].Action, audit.FinishVerification)
	}
}

func TestARunOfAnOldVersionTellsItsEndAlone(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	v := w.start(c, "run")
	_, err := w.Credentials().Change(t.Context(), c, ordered(audit.EditCredential))
	w.ok(err)
	v.FinishedAt, v.Outcome = after(time.Second), cloud.Passed
	e := ordered(audit.HoldCredential)
	e.Changes = []audit.Change{{Field: "Status", Before: "Connected", After: "Pending approval"}}
	w.ok(w.Credentials().FinishVerification(t.Context(), v, c, e))
	got := w.audit("account-acme")[0]
	same(t, "the entry", got.Action, audit.FinishVerification)
	same(t, "the changes that it tells of", len(got.Changes), 0)
}

func TestWhatARunDecidesIsStoredWhole(t *testing.T) {
	w := newWorld(t)
	c := w.link("one", func(c *credential.Credential) {
		c.ApprovedRights, c.Reason, c.DecidedBy, c.DecidedAt = []string{}, "Let in", "person-ada", morning
	})
	v := w.start(c, "run")
	c.State, c.Reason, c.DecidedBy, c.DecidedAt = credential.PendingApproval, "It may give roles.", "", time.Time{}
	c.ApprovedRights, c.LastCheckedAt = []string{"azure-list “machines”"}, after(time.Second)
	v.FinishedAt, v.Outcome = after(time.Second), cloud.Passed
	w.ok(w.Credentials().FinishVerification(t.Context(), v, c, ordered(audit.HoldCredential)))
	if found := w.find(c); !reflect.DeepEqual(found, stored(c)) {
		t.Errorf("got  %+v\nwant %+v", found, stored(c))
	}
	same(t, "the status that is stored", w.count(`SELECT count(*) FROM credentials WHERE status = 'pending-approval'`), 1)
	same(t, "the entry", w.audit("account-acme")[0].Action, audit.HoldCredential)
}

func TestRunsOfAnyCredential(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	v := w.start(c, "run")
	w.ok(w.Credentials().AddResult(t.Context(), v.ID, 1, cloud.StageResult{Stage: "directory", Verdict: cloud.OK, StartedAt: morning}))
	runs, err := w.Credentials().VerificationsAny(t.Context(), c.ID, 10)
	w.ok(err)
	if !reflect.DeepEqual(runs, w.runs(c)) || len(runs) != 1 || len(runs[0].Results) != 1 {
		t.Errorf("got %+v", runs)
	}
	runs, err = w.Credentials().VerificationsAny(t.Context(), "missing", 10)
	if err != nil || len(runs) > 0 {
		t.Errorf("of none: %+v, %v", runs, err)
	}
}

func (w world) stoppedBefore(subscription string) string {
	w.t.Helper()
	reason, err := w.Credentials().StoppedBefore(w.t.Context(), "azure", cloud.Target{Environment: "public", Account: subscription})
	w.ok(err)
	return reason
}

func TestWhatWasStoppedIsRememberedUntilItIsLetIn(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	w.ok(w.Credentials().ChangeAny(t.Context(), stopped(c), ordered(audit.StopCredential)))
	same(t, "what is remembered at once", w.stoppedBefore("subscription-one"), "Not used")
	moved := stopped(c)
	moved.Version, moved.Target.Account = 2, "subscription-away"
	_, err := w.Credentials().Change(t.Context(), moved, ordered(audit.EditCredential))
	w.ok(err)
	same(t, "what is remembered when it points elsewhere", w.stoppedBefore("subscription-one"), "Not used")
	same(t, "what is remembered of elsewhere", w.stoppedBefore("subscription-away"), "")
	w.ok(w.Credentials().Remove(t.Context(), "account-acme", c.ID, ordered(audit.UnlinkCredential)))
	same(t, "what is remembered when it is gone", w.stoppedBefore("subscription-one"), "Not used")
	same(t, "what is remembered of another", w.stoppedBefore("subscription-two"), "")
	theirs := newCredential("evil", "eve", "one")
	_, err = w.Credentials().Add(t.Context(), theirs, entry(audit.LinkCredential, "account-evil"))
	want(t, err, credential.ErrChangedMeanwhile)

	again := newCredential("acme", "ada", "one")
	_, err = w.Credentials().Add(t.Context(), again, ordered(audit.LinkCredential))
	want(t, err, credential.ErrChangedMeanwhile)
	other := w.link("two")
	moved = other
	moved.Target.Account = "subscription-one"
	_, err = w.Credentials().Change(t.Context(), moved, ordered(audit.EditCredential))
	want(t, err, credential.ErrChangedMeanwhile)
	same(t, "where the other points", w.find(other).Target.Account, "subscription-two")

	again.State = credential.PendingApproval
	_, err = w.Credentials().Add(t.Context(), again, ordered(audit.LinkCredential))
	w.ok(err)
	again.State = credential.NotVerified
	w.ok(w.Credentials().ChangeAny(t.Context(), again, ordered(audit.ApproveCredential)))
	same(t, "what is remembered after an approval", w.stoppedBefore("subscription-one"), "")
	again.Version = 2
	w.ok(w.Credentials().ChangeAny(t.Context(), stopped(again), ordered(audit.StopCredential)))
	w.exec(`DELETE FROM accounts WHERE id = 'account-acme'`)
	same(t, "what is remembered when the account is gone", w.stoppedBefore("subscription-one"), "Not used")
}

// While there is another administrator, nobody lets in what is their own.
func TestNobodyLetsInTheirOwnLink(t *testing.T) {
	for name, test := range map[string]struct {
		account, linker string
		another         string
		want            error
	}{
		"alone":                           {"acme", "ada", "", nil},
		"linked by oneself":               {"acme", "ada", "site_admin = 1", credential.ErrOwnLink},
		"the other is disabled":           {"acme", "ada", "site_admin = 1, disabled_at = 1", nil},
		"linked by another":               {"evil", "eve", "site_admin = 1", nil},
		"in one's own account by another": {"ada", "eve", "site_admin = 1", credential.ErrOwnLink},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c := newCredential(test.account, test.linker, "one")
			if test.account == "ada" {
				w.ok(w.Certificates().Activate(t.Context(), newCertificate("ada", 1), entry(audit.MakeCertificate, "account-ada")))
			}
			made := entry(audit.LinkCredential, c.AccountID)
			made.Actor = audit.BySystem()
			_, err := w.Credentials().Add(t.Context(), c, made)
			w.ok(err)
			if test.another != "" {
				w.exec(`UPDATE people SET ` + test.another + ` WHERE id = 'person-eve'`)
			}
			w.ok(w.Credentials().ChangeAny(t.Context(), stopped(w.find(c)), ordered(audit.StopCredential))) // that anybody may
			for _, action := range []audit.Action{audit.ReleaseCredential, audit.ApproveCredential} {
				back := w.find(c)
				back.State = credential.NotVerified
				err = w.Credentials().ChangeAny(t.Context(), back, ordered(action))
				if test.want == nil {
					w.ok(err)
					continue
				}
				want(t, err, test.want)
				same(t, "its state", w.find(c).State, credential.Stopped)
				same(t, "what is remembered", w.stoppedBefore("subscription-one"), "Not used")
			}
		})
	}
}

func TestARefusedAttemptIsAnEntryAndNothingElse(t *testing.T) {
	w := newWorld(t)
	e := ordered(audit.LinkCredential)
	e.Result = audit.Refused
	w.ok(w.Credentials().Refuse(t.Context(), e))
	same(t, "the entry's result", w.audit("account-acme")[0].Result, audit.Refused)
	same(t, "the credentials", w.count(`SELECT count(*) FROM credentials`), 0)
}

func TestAPolicyThatIsBrokenIsNoPolicyAtAll(t *testing.T) {
	w := newWorld(t)
	w.exec(`INSERT INTO intake_policy (only_row, rules, version) VALUES (1, '[]', 1)`)
	if rules, err := w.Credentials().Rules(t.Context()); err == nil {
		t.Errorf("it reads as %+v", rules)
	}
}
