package credential_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
)

const (
	first = acme + "-certificate-1"
	newer = acme + "-certificate-2"
)

// knowing is a cloud that accepts these certificates, and answers about others as
// other does.
func knowing(other func(context.Context, cloud.Attempt, func(cloud.StageResult)) (cloud.Finding, error), ids ...string) func(context.Context, cloud.Attempt, func(cloud.StageResult)) (cloud.Finding, error) {
	return func(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
		if slices.Contains(ids, a.Identity.Certificate.ID) {
			return passes(ctx, a, report)
		}
		return other(ctx, a, report)
	}
}

// trying has a link that works tried with the second certificate of its account.
func (w world) trying() credential.Credential {
	w.t.Helper()
	c := w.link("one")
	settle()
	same(w.t, "the state at first", w.find(c).State, credential.Connected)
	w.certify(acme, 2)
	_, err := w.MoveCertificate(w.t.Context(), ofAcme, c.ID, newer)
	w.ok(err)
	settle()
	return w.find(c)
}

func TestALinkMovesToACertificateThatPassesACheckAndBack(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(knowing(ends(cloud.Failed), first, newer))
		w.running(w.Service)
		got := w.trying()
		same(t, "the certificate", got.CertificateID, newer)
		same(t, "what is tried", got.TrialCertificateID, "")
		same(t, "the state", got.State, credential.Connected)
		same(t, "it being the newest", got.CertificateIsCurrent, true)
		runs := w.runs(got)
		same(t, "the certificate of the first check", runs[0].CertificateID, first)
		same(t, "the certificate of the second check", runs[1].CertificateID, newer)
		actions := w.audited()
		if want := []audit.Action{audit.MoveCertificate, audit.FinishVerification}; !slices.Equal(actions[len(actions)-2:], want) {
			t.Errorf("the audit log has %v", actions)
		}
		if !slices.ContainsFunc(w.latest().Changes, func(c audit.Change) bool { return c.Field == "Certificate (SHA-1)" && c.Before != c.After }) {
			t.Errorf("the entry tells of %v", w.latest().Changes)
		}
		_, err := w.MoveCertificate(t.Context(), ofAcme, got.ID, first)
		w.ok(err)
		settle()
		got = w.find(got)
		same(t, "the certificate after moving back", got.CertificateID, first)
		same(t, "the state after moving back", got.State, credential.Connected)
	})
}

func TestATrialThatFailsLeavesTheLinkAsItWas(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(knowing(ends(cloud.Failed), first))
		w.running(w.Service)
		got := w.trying()
		same(t, "the certificate", got.CertificateID, first)
		same(t, "what is tried", got.TrialCertificateID, "")
		same(t, "the state", got.State, credential.Connected)
		same(t, "the next check", got.NextCheckAt, got.LastCheckedAt.Add(spread(got.ID, 24*time.Hour)))
		same(t, "the name", got.CloudAccountName, "Production")
		runs := w.runs(got)
		same(t, "how the trial ended", runs[1].Outcome, cloud.Broken)
		if !slices.ContainsFunc(w.latest().Changes, func(c audit.Change) bool { return strings.HasPrefix(c.Field, "Tried certificate") }) {
			t.Errorf("the entry tells of %v", w.latest().Changes)
		}
		after(24 * time.Hour)
		same(t, "the certificate of the next check", w.runs(got)[2].CertificateID, first)
		same(t, "the state after it", w.find(got).State, credential.Connected)
	})
}

func TestATrialIsRepeatedWhileTheCloudMayBeCopying(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(knowing(copies, first))
		w.running(w.Service)
		got := w.trying()
		entries := len(w.audited())
		same(t, "what is tried", got.TrialCertificateID, newer)
		same(t, "the state", got.State, credential.Connected)
		after(3 * time.Minute)
		same(t, "the state meanwhile", w.find(got).State, credential.Connected)
		same(t, "entries about waiting", len(w.audited()), entries)
		w.cloud.answers(knowing(copies, first, newer))
		after(time.Minute)
		got = w.find(got)
		same(t, "the certificate once it is copied", got.CertificateID, newer)
		same(t, "the entries after it", len(w.audited()), entries+1)
	})
}

func TestATrialEnds(t *testing.T) {
	for name, other := range map[string]func(context.Context, cloud.Attempt, func(cloud.StageResult)) (cloud.Finding, error){
		"never copied": copies, "no answer": ends(cloud.CannotTell),
	} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, w world) {
				w.cloud.answers(knowing(other, first))
				w.running(w.Service)
				got := w.trying()
				after(credential.WaitLimit + time.Minute)
				got = w.find(got)
				same(t, "what is tried", got.TrialCertificateID, "")
				same(t, "the certificate", got.CertificateID, first)
				same(t, "the state", got.State, credential.Connected)
				runs := len(w.runs(got))
				after(2 * time.Hour)
				same(t, "the runs since", len(w.runs(got)), runs)
			})
		})
	}
}

// What no longer works with the old certificate is what people move for.
func TestALinkWhoseCertificateIsRefusedMoves(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(knowing(ends(cloud.Failed), newer))
		w.running(w.Service)
		c := w.link("one")
		settle()
		same(t, "the state at first", w.find(c).State, credential.NeedsAttention)
		w.certify(acme, 2)
		_, err := w.MoveCertificate(t.Context(), ofAcme, c.ID, newer)
		w.ok(err)
		settle()
		got := w.find(c)
		same(t, "the state", got.State, credential.Connected)
		same(t, "the certificate", got.CertificateID, newer)
	})
}

func TestATrialGoesOnAfterARestart(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(knowing(byHand(nil), first))
		stop := w.running(w.Service)
		got := w.trying()
		same(t, "a check running", got.RunningVerification != "", true)
		stop()
		w.cloud.answers(knowing(ends(cloud.Failed), newer))
		w.running(w.service(w.Credentials()))
		settle()
		got = w.find(got)
		same(t, "the certificate", got.CertificateID, newer)
		same(t, "the state", got.State, credential.Connected)
	})
}

func TestSavingAndDisablingEndATrial(t *testing.T) {
	for name, end := range map[string]func(w world, c credential.Credential) error{
		"disabling": func(w world, c credential.Credential) error {
			_, err := w.Disable(w.t.Context(), ofAcme, c.ID)
			return err
		},
		"another target": func(w world, c credential.Credential) error {
			_, err := w.Edit(w.t.Context(), ofAcme, c.ID, form("two"), false)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, w world) {
				w.cloud.answers(knowing(copies, first))
				w.running(w.Service)
				got := w.trying()
				same(t, "what is tried", got.TrialCertificateID, newer)
				w.ok(end(w, got))
				same(t, "what is tried then", w.find(got).TrialCertificateID, "")
				w.quiet()
			})
		})
	}
}

// The permissions that a trial finds are judged like those of any check.
func TestATrialThatFindsMoreThanThePolicyAllowsIsHeld(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.rule(credential.RulesForm{RightsOn: true, Rights: []string{mayList}})
		w.cloud.answers(knowing(ends(cloud.Failed), first))
		w.running(w.Service)
		got := w.trying()
		w.cloud.answers(func(_ context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
			report(result("directory", cloud.OK))
			report(result("sign-in", cloud.OK))
			more := found
			more.Rights = []cloud.Right{{Key: mayList, Granted: true}, {Key: mayGive, Granted: true}}
			return more, nil
		})
		_, err := w.MoveCertificate(t.Context(), ofAcme, got.ID, newer)
		w.ok(err)
		settle()
		got = w.find(got)
		same(t, "the state", got.State, credential.PendingApproval)
		same(t, "the certificate", got.CertificateID, newer)
	})
}

func TestOnlyALinkInUseMovesToAValidCertificateOfItsAccount(t *testing.T) {
	now := morning
	w := worldAt(t, func() time.Time { return now })
	c := w.decided(w.link("one"), credential.Pass)
	for _, id := range []string{"nothing", evil + "-certificate-1"} {
		_, err := w.MoveCertificate(t.Context(), ofAcme, c.ID, id)
		w.want(err, certificate.ErrNone)
	}
	got, err := w.MoveCertificate(t.Context(), ofAcme, c.ID, first) // where it is
	w.ok(err)
	same(t, "the version", got.Version, c.Version)
	now = morning.Add(certificate.Life + time.Hour)
	w.certify(acme, 2)
	_, err = w.Edit(t.Context(), ofAcme, c.ID, form("two"), false) // which takes the new one
	w.ok(err)
	_, err = w.MoveCertificate(t.Context(), ofAcme, c.ID, first)
	w.want(err, credential.ErrCertificateExpired)
	_, err = w.Disable(t.Context(), ofAcme, c.ID)
	w.ok(err)
	w.certify(acme, 3)
	_, err = w.MoveCertificate(t.Context(), ofAcme, c.ID, acme+"-certificate-3")
	w.want(err, credential.ErrNotPossibleNow)
}

// Checks with two certificates are two things, also when both end alike.
func TestATrialIsNotCountedAmongTheChecksOfTheLink(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.cloud.answers(knowing(ends(cloud.CannotTell), first))
		w.running(w.Service)
		got := w.trying()
		w.cloud.answers(ends(cloud.CannotTell))
		after(26 * time.Hour)
		_, err := w.MoveCertificate(t.Context(), ofAcme, got.ID, newer)
		w.ok(err)
		after(credential.WaitLimit + time.Minute)
		runs := w.runs(got)
		last, before := runs[len(runs)-1], runs[len(runs)-2]
		same(t, "the certificate of the latest check", last.CertificateID, first)
		same(t, "the certificate of those before it", before.CertificateID, newer)
		same(t, "how both ended", last.Outcome, before.Outcome)
		same(t, "why the last of those ran", before.Trigger, credential.ByRetry)
	})
}

// Nobody has seen what a link may do that points elsewhere since its last check.
func TestAnApprovalOfWhatNobodySawApprovesNoPermissions(t *testing.T) {
	now := morning
	w := worldAt(t, func() time.Time { return now })
	order := w.enthrone()
	w.rule(credential.RulesForm{RightsOn: true, Rights: []string{mayList}, ApproveAll: true})
	c := w.link("one")
	_, err := w.Approve(t.Context(), order, c.ID)
	w.ok(err)
	w.decided(c, credential.Pass)
	now = morning.Add(time.Hour)
	_, err = w.Edit(t.Context(), ofAcme, c.ID, form("two"), true)
	w.ok(err)
	_, err = w.Approve(t.Context(), order, c.ID)
	w.ok(err)
	if got := w.find(c); slices.Contains(got.ApprovedRights, "unknown") {
		t.Errorf("approved are %v", got.ApprovedRights)
	}
}
