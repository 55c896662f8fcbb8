package db_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
)

// stored is c as it is read: with what is read along.
func stored(c credential.Credential) credential.Credential {
	certificate := newCertificate("acme", 1)
	c.CreatedByName, c.CertificateBegins, c.CertificateExpires, c.CertificateSHA1, c.CertificateIsCurrent =
		"ada", certificate.NotBefore, certificate.NotAfter, certificate.SHA1(), true
	return c
}

func full(c *credential.Credential) {
	c.State, c.Target.Parent, c.CloudAccountName = credential.Connected, "tenant", "Production"
	c.Rights = []cloud.Right{{Key: "azure-list “machines”", Granted: true}, {Key: "azure-delete", Excessive: true}}
	c.LastCheckedAt, c.CouldNotCheckAt, c.NextCheckAt = after(time.Second), after(2*time.Second), after(time.Hour)
	c.Attempts = 3
}

func TestCredentialReadsBackAsStored(t *testing.T) {
	w := newWorld(t)
	for _, c := range []credential.Credential{w.link("bare"), w.link("full", full)} {
		if found := w.find(c); !reflect.DeepEqual(found, stored(c)) {
			t.Errorf("got  %+v\nwant %+v", found, stored(c))
		}
	}
}

func TestCredentialOutlivesWhoMadeIt(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	w.exec(`DELETE FROM people WHERE id = 'person-ada'`)
	found := w.find(c)
	same(t, "who made it", found.CreatedBy+found.CreatedByName, "")
}

func TestListIsTheAccountsInOrder(t *testing.T) {
	w := newWorld(t)
	w.link("zebra", func(c *credential.Credential) { c.Provider = "aws" })
	for _, name := range []string{"beta", "Alpha", "alps"} {
		w.link(name)
	}
	c := newCredential("evil", "eve", "foreign")
	_, err := w.Credentials().Add(t.Context(), c, entry(audit.LinkCredential, "account-evil"))
	w.ok(err)
	list, err := w.Credentials().List(t.Context(), "account-acme")
	w.ok(err)
	if got, expected := labels(list), []string{"zebra", "Alpha", "alps", "beta"}; !slices.Equal(got, expected) {
		t.Errorf("got %v, want %v", got, expected)
	}
}

func labels(list []credential.Credential) (labels []string) {
	for _, c := range list {
		labels = append(labels, c.Label)
	}
	return labels
}

func TestOneLinkToAnAccountThroughASignIn(t *testing.T) {
	w := newWorld(t)
	first := w.link("first")
	double := newCredential("acme", "ada", "double")
	double.Target = first.Target
	existing, err := w.Credentials().Add(t.Context(), double, entry(audit.LinkCredential, "account-acme"))
	want(t, err, credential.ErrAlreadyLinked)
	same(t, "the one in the way", existing, first.ID)

	second := w.link("second")
	second.Target.Account = first.Target.Account
	second.Target.SignIn.Principal = first.Target.SignIn.Principal
	existing, err = w.Credentials().Change(t.Context(), second, entry(audit.EditCredential, "account-acme"))
	want(t, err, credential.ErrAlreadyLinked)
	same(t, "the one in the way", existing, first.ID)
	same(t, "the version after the refusal", w.find(second).Version, 1)

	double.Target.Environment = "china" // another cloud, another subscription
	_, err = w.Credentials().Add(t.Context(), double, entry(audit.LinkCredential, "account-acme"))
	w.ok(err)
	wider := newCredential("acme", "ada", "wider") // another sign-in to the same subscription
	wider.Target.Account = first.Target.Account
	_, err = w.Credentials().Add(t.Context(), wider, entry(audit.LinkCredential, "account-acme"))
	w.ok(err)
	other := newCredential("evil", "eve", "other")
	other.Target = first.Target
	existing, err = w.Credentials().Add(t.Context(), other, entry(audit.LinkCredential, "account-evil"))
	w.ok(err)
	same(t, "an id without a conflict", existing, "")
}

func TestChange(t *testing.T) {
	w := newWorld(t)
	c := w.link("one", full)
	w.ok(w.Certificates().Activate(t.Context(), newCertificate("acme", 2), entry(audit.MakeCertificate, "account-acme")))
	c.Label, c.CertificateID, c.State = "renamed", "certificate-acme-2", credential.NotVerified
	c.Target = cloud.Target{Environment: "china", Account: "s", Parent: "t", SignIn: cloud.SignIn{Method: "classic", Principal: "c"}}
	c.CloudAccountName, c.Rights, c.Attempts = "", nil, 0
	c.FreshFrom, c.NextCheckAt = after(time.Minute), after(time.Minute)
	c.LastCheckedAt, c.CouldNotCheckAt = time.Time{}, time.Time{}
	_, err := w.Credentials().Change(t.Context(), c, entry(audit.EditCredential, "account-acme"))
	w.ok(err)
	expected := stored(c)
	expected.Version, expected.CertificateSHA1 = 2, newCertificate("acme", 2).SHA1()
	if found := w.find(c); !reflect.DeepEqual(found, expected) {
		t.Errorf("got  %+v\nwant %+v", found, expected)
	}

	_, err = w.Credentials().Change(t.Context(), c, entry(audit.EditCredential, "account-acme"))
	want(t, err, credential.ErrChangedMeanwhile)
	same(t, "the version after a conflict", w.find(c).Version, 2)
}

func TestPlanKeepsTheVersion(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	w.ok(w.Credentials().Plan(t.Context(), "account-acme", c.ID, after(time.Hour), after(time.Minute), entry(audit.VerifyCredential, "account-acme")))
	expected := stored(c)
	expected.NextCheckAt, expected.FreshFrom, expected.NextTrigger = after(time.Hour), after(time.Minute), credential.ByPerson
	if found := w.find(c); !reflect.DeepEqual(found, expected) {
		t.Errorf("got  %+v\nwant %+v", found, expected)
	}
}

func TestWhatIsNotTheAccountsIsNotThere(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	w.start(c, "run")
	foreign := c
	foreign.AccountID = "account-evil"
	missing := c
	missing.ID = "credential-missing"
	before, entries := w.Version(), w.count(`SELECT count(*) FROM audit`)
	for _, c := range []credential.Credential{foreign, missing} {
		_, err := w.Credentials().Find(t.Context(), c.AccountID, c.ID)
		want(t, err, credential.ErrNotFound)
		_, err = w.Credentials().Change(t.Context(), c, entry(audit.EditCredential, c.AccountID))
		want(t, err, credential.ErrNotFound)
		want(t, w.Credentials().Plan(t.Context(), c.AccountID, c.ID, morning, morning, entry(audit.VerifyCredential, c.AccountID)), credential.ErrNotFound)
		want(t, w.Credentials().Remove(t.Context(), c.AccountID, c.ID, entry(audit.UnlinkCredential, c.AccountID)), credential.ErrNotFound)
		runs, err := w.Credentials().Verifications(t.Context(), c.AccountID, c.ID, 10)
		w.ok(err)
		same(t, "the number of runs", len(runs), 0)
	}
	same(t, "the version", w.Version(), before)
	same(t, "the audit entries", w.count(`SELECT count(*) FROM audit`), entries)
	c.RunningVerification = "run"
	if found := w.find(c); !reflect.DeepEqual(found, stored(c)) {
		t.Errorf("it changed to %+v", found)
	}
}

func TestRemoveTakesTheEvidenceAndLeavesTheAudit(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	v := w.start(c, "v")
	w.ok(w.Credentials().AddResult(t.Context(), v.ID, 1, cloud.StageResult{Stage: "directory", Verdict: cloud.OK, StartedAt: morning}))
	w.ok(w.Credentials().Remove(t.Context(), c.AccountID, c.ID, entry(audit.UnlinkCredential, c.AccountID)))
	for _, table := range []string{"credentials", "verifications", "verification_results"} {
		same(t, "the rows of "+table, w.count(`SELECT count(*) FROM `+table), 0)
	}
	same(t, "the latest audit entry", w.audit("account-acme")[0].Action, audit.UnlinkCredential)
}

func TestCredentialsGoWithTheirAccount(t *testing.T) {
	w := newWorld(t)
	w.link("one")
	w.exec(`DELETE FROM accounts WHERE id = 'account-acme'`)
	same(t, "the credentials", w.count(`SELECT count(*) FROM credentials`), 0)
	same(t, "the certificates", w.count(`SELECT count(*) FROM certificates`), 1)
}

func TestDue(t *testing.T) {
	w := newWorld(t)
	at := func(d time.Duration) func(*credential.Credential) {
		return func(c *credential.Credential) { c.NextCheckAt = after(d) }
	}
	w.link("now", at(0))
	w.link("longest", at(-time.Hour))
	w.link("later", at(time.Minute))
	w.link("never")
	w.link("off", at(-2*time.Hour), func(c *credential.Credential) { c.State = credential.Disabled })
	w.link("soon", at(time.Millisecond))
	c := newCredential("evil", "eve", "others")
	c.NextCheckAt = after(-time.Minute)
	_, err := w.Credentials().Add(t.Context(), c, entry(audit.LinkCredential, "account-evil"))
	w.ok(err)

	due, err := w.Credentials().Due(t.Context(), morning, 10)
	w.ok(err)
	if got, expected := labels(due), []string{"longest", "others", "now"}; !slices.Equal(got, expected) {
		t.Errorf("due are %v, want %v", got, expected)
	}
	due, err = w.Credentials().Due(t.Context(), morning, 1)
	w.ok(err)
	if got, expected := labels(due), []string{"longest"}; !slices.Equal(got, expected) {
		t.Errorf("due are %v, want %v", got, expected)
	}
	for now, expected := range map[time.Duration]time.Time{
		-3 * time.Hour: after(-time.Hour), // not what is disabled
		0:              after(time.Millisecond), time.Second: after(time.Minute), time.Minute: {},
	} {
		next, err := w.Credentials().NextDue(t.Context(), after(now))
		w.ok(err)
		same(t, "the next after "+now.String(), next, expected)
	}
}

// TestAccountsTakeTurns has one account with more checks than are listed at once.
func TestAccountsTakeTurns(t *testing.T) {
	w := newWorld(t)
	for i := range 30 {
		w.link(fmt.Sprintf("old-%02d", i), func(c *credential.Credential) { c.NextCheckAt = after(-time.Hour + time.Duration(i)*time.Second) })
	}
	for i := range 2 {
		c := newCredential("evil", "eve", fmt.Sprintf("young-%d", i))
		c.NextCheckAt = after(-time.Minute + time.Duration(i)*time.Second)
		_, err := w.Credentials().Add(t.Context(), c, entry(audit.LinkCredential, "account-evil"))
		w.ok(err)
	}
	due, err := w.Credentials().Due(t.Context(), morning, 6)
	w.ok(err)
	if got, expected := labels(due), []string{"old-00", "young-0", "old-01", "young-1", "old-02", "old-03"}; !slices.Equal(got, expected) {
		t.Errorf("due are %v, want %v", got, expected)
	}
	w.link("asked", func(c *credential.Credential) {
		c.NextCheckAt, c.NextTrigger = after(-time.Second), credential.ByPerson
	})
	due, err = w.Credentials().Due(t.Context(), morning, 3)
	w.ok(err)
	if got, expected := labels(due), []string{"asked", "old-00", "young-0"}; !slices.Equal(got, expected) {
		t.Errorf("due are %v, want %v", got, expected)
	}
}

func TestAClockThatWasAheadPostponesNothing(t *testing.T) {
	w := newWorld(t)
	at := func(d time.Duration) func(*credential.Credential) {
		return func(c *credential.Credential) { c.NextCheckAt = after(d) }
	}
	w.link("tomorrow", at(24*time.Hour))
	w.link("next year", at(365*24*time.Hour))
	w.link("off", at(365*24*time.Hour), func(c *credential.Credential) { c.State = credential.Disabled })
	w.link("now", at(0))
	due, err := w.Credentials().Due(t.Context(), morning, 10)
	w.ok(err)
	if got, expected := labels(due), []string{"now", "next year"}; !slices.Equal(got, expected) {
		t.Errorf("due are %v, want %v", got, expected)
	}
}

// multiply copies the credential with this label so many times.
func (w world) multiply(label string, times int) {
	w.t.Helper()
	w.exec(`
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO credentials (id, account_id, provider, label, environment, method, cloud_account, cloud_parent, principal, certificate_id, state, version,
		       cloud_account_name, rights, created_by, created_at, fresh_from, last_checked_at, could_not_check_at, attempts, next_check_at, next_trigger, status, expires_at)
		SELECT c.id || '-' || i, account_id, provider, label || '-' || i, environment, method, cloud_account || '-' || i, cloud_parent, principal, certificate_id, state, version,
		       cloud_account_name, rights, created_by, created_at, fresh_from, last_checked_at, could_not_check_at, attempts, next_check_at, next_trigger, status, expires_at
		  FROM credentials c, n WHERE c.label = ?`, times, label)
}

// TestAHundredThousandDueHideNobody has them all waiting longer than another
// account's one.
func TestAHundredThousandDueHideNobody(t *testing.T) {
	w := newWorld(t)
	w.link("old", func(c *credential.Credential) { c.NextCheckAt = after(-time.Hour) })
	w.exec(`DROP TRIGGER register_linked`) // which has nothing to do with it, and takes most of the time
	w.multiply("old", 100_000)
	c := newCredential("evil", "eve", "young")
	c.NextCheckAt = after(-time.Second)
	_, err := w.Credentials().Add(t.Context(), c, entry(audit.LinkCredential, "account-evil"))
	w.ok(err)
	began := time.Now()
	due, err := w.Credentials().Due(t.Context(), morning, 1000)
	w.ok(err)
	t.Logf("listed in %s", time.Since(began))
	if len(due) != 1000 || !slices.Contains(labels(due[:2]), "young") {
		t.Errorf("%d are listed, beginning with %v", len(due), labels(due[:min(len(due), 5)]))
	}
}

func BenchmarkList(b *testing.B) {
	w := newWorld(b)
	for i := range 20 {
		w.link(fmt.Sprintf("credential %02d", i), full)
	}
	b.ReportAllocs()
	for b.Loop() {
		list, err := w.Credentials().List(b.Context(), "account-acme")
		if err != nil || len(list) != 20 {
			b.Fatal(len(list), err)
		}
	}
}
