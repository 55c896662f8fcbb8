package renewal_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/cloudtest"
	"mooring/credential"
	"mooring/db/dbtest"
	"mooring/renewal"
)

func TestACertificateIsRenewedAtTwoThirdsOfItsLife(t *testing.T) {
	for name, link := range map[string]func(*world) credential.Credential{
		"trusted itself":        func(w *world) credential.Credential { return w.pass("north") },
		"trusted for an issuer": func(w *world) credential.Credential { return w.guild("north") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c := link(w)
			first := w.certificate(c.CertificateID)
			w.clock.advance(first.RenewalDue().Sub(w.clock.now()) - time.Second)
			w.turn()
			same(t, "the certificate a second before", w.find(c).CertificateID, first.ID)
			w.clock.advance(time.Second)
			w.turn()
			now := w.find(c)
			if now.CertificateID == first.ID {
				t.Fatalf("the certificate is the same: %+v", w.latest(c))
			}
			w.works(c)
			same(t, "the step", w.latest(c).Step, renewal.Keep)
			same(t, "the state of the link", now.State, credential.Connected)

			w.days(13)
			if _, err := w.certificates.Identity(t.Context(), harbor, first.ID); err != nil {
				t.Errorf("within the grace period the predecessor signs no more: %v", err)
			}
			w.days(2)
			same(t, "the step after the grace period", w.latest(c).Step, renewal.Done)
			if _, err := w.certificates.Identity(t.Context(), harbor, first.ID); !errors.Is(err, certificate.ErrDestroyed) {
				t.Errorf("after the grace period the predecessor signs: %v", err)
			}
			same(t, "whether the harbor trusts the predecessor", w.harbor.Trusts("hook", first), false)
			w.works(c)
			told := w.actions()
			for _, action := range []audit.Action{audit.BeginRenewal, audit.RenewCredential, audit.RemoveCertificate} {
				same(t, string(action), told[action], 1)
			}
		})
	}
}

func TestARenewalBySomebodyIsBegunOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.guild("north")
	w.ok(w.renewals.RenewNow(t.Context(), ofHarbor, c.ID))
	if err := w.renewals.RenewNow(t.Context(), ofHarbor, c.ID); !errors.Is(err, renewal.ErrUnderWay) {
		t.Errorf("the second time: %v", err)
	}
	w.turn()
	if now := w.find(c); now.CertificateID == c.CertificateID {
		t.Error("nothing was renewed")
	}
	same(t, "who asked", w.latest(c).AskedBy, "ada")
}

func TestLinksOfOneSignInAreRenewedTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	links := []credential.Credential{w.pass("north"), w.pass("south"), w.pass(cloudtest.SunkenBerth)}
	asleep, err := w.credentials.Disable(t.Context(), ofHarbor, w.pass("asleep").ID)
	w.ok(err)
	w.clock.advance(certificate.Life / 3 * 2)
	w.turn()
	for _, c := range append(links, asleep) {
		now := w.find(c)
		if now.CertificateID == c.CertificateID {
			t.Errorf("%s was not switched", c.Label)
		}
		if now.Target.SignIn.Values["pass"] == c.Target.SignIn.Values["pass"] {
			t.Errorf("%s has the ID of the predecessor", c.Label)
		}
	}
	same(t, "the introductions", w.harbor.Asked, 1)
	same(t, "the state of a link that was broken", w.find(links[2]).State, credential.NeedsAttention)
	w.days(15)
	same(t, "the certificates that the harbor trusts", w.harbor.Trusted("hook"), 1)
	same(t, "the introductions and removals", w.harbor.Asked, 2)
}

func TestALostAnswerIsFoundOutByTheSuccessor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.pass("north")
	w.harbor.Do(func(r *cloudtest.Renewing) { r.Loses = true })
	w.clock.advance(certificate.Life / 3 * 2)
	w.turn()
	same(t, "the certificate after the lost answer", w.find(c).CertificateID, c.CertificateID)
	w.clock.advance(time.Hour)
	w.turn()
	if w.find(c).CertificateID == c.CertificateID {
		t.Errorf("the successor was not found: %+v", w.latest(c))
	}
	same(t, "the introductions", w.harbor.Asked, 1)
	same(t, "what is known of the successor's ID", w.latest(c).SuccessorRemoteID, "")
	w.works(c)
	w.days(16)
	same(t, "the step when the answer to the removal got lost, too", w.latest(c).Step, renewal.Remove)
	w.harbor.Do(func(r *cloudtest.Renewing) { r.Loses = false })
	w.days(1)
	same(t, "the step", w.latest(c).Step, renewal.Done)
	w.works(c)
}

func TestWhatAPolicyRefusesIsLeftToPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.pass("north")
	w.harbor.Do(func(r *cloudtest.Renewing) { r.Refuses = true })
	w.clock.advance(certificate.Life / 3 * 2)
	w.turn()
	latest := w.latest(c)
	same(t, "the step", latest.Step, renewal.ByHand)
	same(t, "the code", latest.Trouble.Code, "Policy")
	w.works(c)
	w.days(3)
	same(t, "how often it was told", w.actions()[audit.RenewByHand], 1)

	w.harbor.Do(func(r *cloudtest.Renewing) { r.Refuses = false })
	w.ok(w.renewals.RenewNow(t.Context(), ofHarbor, c.ID))
	w.turn()
	same(t, "the step when the policy changed", w.latest(c).Step, renewal.Keep)
	w.works(c)
}

func TestALinkThatIsMovedByHandIsRenewed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.pass("north")
	w.harbor.Do(func(r *cloudtest.Renewing) { r.Refuses = true })
	w.clock.advance(certificate.Life / 3 * 2)
	w.turn()
	next, err := w.certificates.Active(t.Context(), harbor)
	w.ok(err)
	w.harbor.Trust("hook", next)
	tried, err := w.credentials.TryCertificate(t.Context(), harbor, c.ID, credential.Successor{CertificateID: next.ID})
	w.ok(err)
	same(t, "whether it moved", tried.Switched, true)
	w.days(2)
	latest := w.latest(c)
	same(t, "the step", latest.Step, renewal.Keep)
	same(t, "the successor", latest.SuccessorID, next.ID)
}

func TestWhatCantBeRenewedSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	active, err := w.certificates.Active(t.Context(), harbor)
	w.ok(err)
	w.harbor.Trust("hook", active)
	c := w.link(&cloud.Form{Label: "north", Method: cloudtest.MethodPass, Values: map[string]string{"berth": "north", "captain": "hook"}})
	same(t, "whether it can be renewed", w.renewals.CanRenew(c), false)
	if err := w.renewals.RenewNow(t.Context(), ofHarbor, c.ID); !errors.Is(err, renewal.ErrNothingToRenew) {
		t.Errorf("renewing it: %v", err)
	}
	w.clock.advance(certificate.Life / 3 * 2)
	w.turn()
	same(t, "the step", w.latest(c).Step, renewal.ByHand)
	same(t, "what was asked of the harbor", w.harbor.Asked, 0)

	form := cloud.FormOf(w.harbor.Describe(), c.Target, c.Label)
	form.Values["register"] = "r1"
	_, err = w.credentials.Edit(t.Context(), ofHarbor, c.ID, &form, false)
	w.ok(err)
	same(t, "the state after an edit that only renewal needs", w.find(c).State, c.State)
	w.days(2)
	same(t, "the step when the harbor can be asked", w.latest(c).Step, renewal.Keep)
	w.days(15)
	latest := w.latest(c)
	same(t, "the step in the end", latest.Step, renewal.Done)
	same(t, "whether the predecessor is left behind", latest.IsLeftBehind(w.harbor.Describe()), true)
	same(t, "whether its key is destroyed", latest.Destroyed, true)
}

func TestAnOutageOfDaysIsToldOnceAndWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.pass("north")
	w.harbor.Do(func(r *cloudtest.Renewing) { r.Away = true })
	w.clock.advance(certificate.Life / 3 * 2)
	w.turn()
	w.days(5)
	same(t, "how often it was told", w.actions()[audit.RenewalFails], 1)
	same(t, "the certificate during the outage", w.find(c).CertificateID, c.CertificateID)
	w.harbor.Do(func(r *cloudtest.Renewing) { r.Away = false })
	w.days(1)
	same(t, "the step after the outage", w.latest(c).Step, renewal.Keep)
	w.works(c)
}

func TestACloudThatCopiesSlowlyIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.pass("north")
	w.harbor.Do(func(r *cloudtest.Renewing) { r.Copying = 9 * time.Hour })
	w.clock.advance(certificate.Life / 3 * 2)
	w.turn()
	for range 8 {
		w.clock.advance(time.Hour)
		w.turn()
		w.works(c)
		same(t, "the certificate while the harbor copies", w.find(c).CertificateID, c.CertificateID)
	}
	w.days(1)
	if w.find(c).CertificateID == c.CertificateID {
		t.Error("the link was not switched")
	}
	same(t, "what the audit log tells of failures", w.actions()[audit.RenewalFails], 0)
}

// TestAKillAtAnyMomentEndsWell ends the server before and after each write, for both
// kinds of trust, and starts it again.
func TestAKillAtAnyMomentEndsWell(t *testing.T) {
	for name, link := range map[string]func(*world) credential.Credential{
		"trusted itself":        func(w *world) credential.Credential { return w.pass("north") },
		"trusted for an issuer": func(w *world) credential.Credential { return w.guild("north") },
	} {
		for moment := 1; moment <= 8; moment++ {
			for _, after := range []bool{false, true} {
				t.Run(fmt.Sprint(name, " at write ", moment, " after it ", after), func(t *testing.T) {
					t.Parallel()
					w := newWorld(t)
					c := link(w)
					w.begin(&dying{Store: w.db.Renewals(), left: moment, after: after})
					w.clock.advance(w.certificate(c.CertificateID).RenewalDue().Sub(w.clock.now()))
					for range 20 { // the last writes come after the grace period
						w.turn()
						w.works(c)
						w.clock.advance(day)
					}
					w.begin(w.db.Renewals())
					w.turn()
					w.works(c)
					w.days(16)
					w.works(c)
					same(t, "the step in the end", w.latest(c).Step, renewal.Done)
					if w.find(c).CertificateID == c.CertificateID {
						t.Error("the link was not switched")
					}
					same(t, "the certificates that the harbor trusts", w.harbor.Trusted("hook")+w.harbor.Trusted("smee"), 1)
				})
			}
		}
	}
}

func TestADestroyedKeyIsNowhereInTheFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.guild("north")
	sealed, err := w.db.Certificates().Sealed(t.Context(), harbor, c.CertificateID)
	w.ok(err)
	in := func() bool {
		found := false
		for _, ending := range []string{"", "-wal"} {
			file, err := os.ReadFile(w.db.Path() + ending)
			w.ok(err)
			found = found || bytes.Contains(file, sealed.Key[len(sealed.Key)/2:])
		}
		return found
	}
	same(t, "whether the key is in the file before", in(), true)
	w.ok(w.renewals.RenewNow(t.Context(), ofHarbor, c.ID))
	w.turn()
	w.days(15)
	same(t, "the step", w.latest(c).Step, renewal.Done)
	same(t, "whether the key is in the file after", in(), false)
}

func TestACopyRenewsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.pass("north")
	restored := w.copyOf()

	w.clock.advance(certificate.Life / 3 * 2)
	w.turn() // the original renews
	w.days(3)
	w.works(c)
	asked := w.harbor.Asked

	w.db = restored
	w.begin(w.db.Renewals())
	w.ok(w.db.ContinueAuditLog(t.Context(), dbtest.Notary()))
	w.days(2)
	same(t, "what the copy asked of the harbor", w.harbor.Asked, asked)
	if err := w.renewals.RenewNow(t.Context(), ofHarbor, c.ID); !errors.Is(err, renewal.ErrPaused) {
		t.Errorf("renewing on a copy: %v", err)
	}
	w.works(c) // by its grace period
	w.ok(w.db.ConfirmInstance(t.Context(), audit.Entry{At: w.clock.now(), Actor: audit.BySystem(), Action: audit.ConfirmInstance, Result: audit.Done}))
	w.turn()
	if w.find(c).CertificateID == c.CertificateID {
		t.Errorf("the confirmed copy doesn't renew: %+v", w.latest(c))
	}
	w.works(c)
}

func TestAnUnlinkedSignInIsForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.pass("north")
	w.harbor.Do(func(r *cloudtest.Renewing) { r.Away = true })
	w.clock.advance(certificate.Life / 3 * 2)
	w.turn()
	in := renewal.SignInOf(w.find(c))
	_, err := w.credentials.Unlink(t.Context(), ofHarbor, c.ID, "")
	w.ok(err)
	w.days(1)
	history, err := w.store.History(t.Context(), in, 1)
	w.ok(err)
	same(t, "the step", history[0].Step, renewal.Dropped)
}
