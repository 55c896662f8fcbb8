package credential_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"mooring/audit"
	"mooring/cloud"
	"mooring/cloud/cloudtest"
	"mooring/credential"
	"mooring/grant"
	"mooring/secret"
)

// consents is a live world with that cloud.
func consents(t *testing.T, test func(t *testing.T, w world, h *cloudtest.Consenting, s *credential.Service, grants *grant.Service)) {
	live(t, func(t *testing.T, w world) {
		h := cloudtest.NewConsenting()
		clouds := cloud.Registry{"azure": w.cloud, "consenting": h}
		s := credential.NewService(w.Credentials(), clouds, w.signer, nil, w.now, w.newID, slog.New(w.log))
		grants := grant.NewService(w.Grants(), secret.NewRing(), clouds, w.now, slog.New(w.log))
		s.KeepGrants(grants)
		w.running(s)
		ctx, cancel := context.WithCancel(context.Background())
		var group sync.WaitGroup
		group.Go(func() { grants.Run(ctx) })
		t.Cleanup(func() { cancel(); group.Wait() })
		test(t, w, h, s, grants)
	})
}

func TestALinkRenewsItsGrantWithEachCheck(t *testing.T) {
	consents(t, func(t *testing.T, w world, h *cloudtest.Consenting, s *credential.Service, _ *grant.Service) {
		c, err := s.LinkConsented(t.Context(), ofAcme, "consenting", h.To("one"))
		w.ok(err)
		settle()
		same(t, "the state", w.find(c).State, credential.Connected)
		same(t, "the label", w.find(c).Label, "Berth one")
		same(t, "the certificate", w.find(c).CertificateID, "")
		same(t, "the grants given", h.Given, 2)
		after(3 * 24 * time.Hour)
		if runs := len(w.runs(c)); runs < 3 || h.Given != runs+1 || len(h.Good) != 1 {
			t.Errorf("%d runs, %d grants, %d of them good", runs, h.Given, len(h.Good))
		}
		same(t, "the state days later", w.find(c).State, credential.Connected)
		w.quiet()
	})
}

func TestALostAnswerEndsInSignInAgain(t *testing.T) {
	consents(t, func(t *testing.T, w world, h *cloudtest.Consenting, s *credential.Service, _ *grant.Service) {
		c, err := s.LinkConsented(t.Context(), ofAcme, "consenting", h.To("one"))
		w.ok(err)
		settle()
		h.Lose = true
		_, err = s.Verify(t.Context(), ofAcme, c.ID)
		w.ok(err)
		after(time.Hour)
		runs := w.runs(c)
		last := runs[len(runs)-1]
		same(t, "the state", w.find(c).State, credential.NeedsAttention)
		same(t, "the code", last.Results[0].Code, "Lost")

		again, err := s.SignInAgain(t.Context(), ofAcme, "consenting", c.ID, h.To("one"))
		w.ok(err)
		settle()
		same(t, "the link", again.ID, c.ID)
		same(t, "the state after signing in again", w.find(c).State, credential.Connected)
		if actions := w.audited(); !slices.Contains(actions, audit.SignInAgain) {
			t.Errorf("the audit log says %v", actions)
		}
	})
}

func TestAGrantThatNeverLeftStaysGood(t *testing.T) {
	consents(t, func(t *testing.T, w world, h *cloudtest.Consenting, s *credential.Service, _ *grant.Service) {
		c, err := s.LinkConsented(t.Context(), ofAcme, "consenting", h.To("one"))
		w.ok(err)
		settle()
		h.Unsent = true
		_, err = s.Verify(t.Context(), ofAcme, c.ID)
		w.ok(err)
		settle()
		_, inDoubt, err := w.Grants().Take(t.Context(), acme, c.ID, w.now())
		w.ok(err)
		same(t, "the grant being in doubt", inDoubt, false)
		w.ok(w.Grants().Return(t.Context(), acme, c.ID))
		after(time.Hour)
		same(t, "the state", w.find(c).State, credential.Connected)
	})
}

func TestASecondConsentIsForTheSameLink(t *testing.T) {
	consents(t, func(t *testing.T, w world, h *cloudtest.Consenting, s *credential.Service, _ *grant.Service) {
		c, err := s.LinkConsented(t.Context(), ofAcme, "consenting", h.To("one"))
		w.ok(err)
		settle()
		again, err := s.LinkConsented(t.Context(), ofAcme, "consenting", h.To("one"))
		w.ok(err)
		settle()
		same(t, "the link", again.ID, c.ID)
		same(t, "the state", w.find(c).State, credential.Connected)
		all, err := s.List(t.Context(), acme)
		w.ok(err)
		same(t, "the links", len(all), 1)
	})
}

func TestAGrantWithoutALinkIsRevoked(t *testing.T) {
	consents(t, func(t *testing.T, w world, h *cloudtest.Consenting, s *credential.Service, _ *grant.Service) {
		c, err := s.LinkConsented(t.Context(), ofAcme, "consenting", h.To("one"))
		w.ok(err)
		settle()
		for what, do := range map[string]func(given cloud.Consented) error{
			"another account of the cloud": func(given cloud.Consented) error {
				given.Target = cloud.Target{Account: "two", SignIn: given.Target.SignIn}
				_, err := s.SignInAgain(t.Context(), ofAcme, "consenting", c.ID, given)
				return err
			},
			"a provider that the policy forbids": func(given cloud.Consented) error {
				rules, err := s.Intake().Rules(t.Context())
				w.ok(err)
				change := func(providers ...string) {
					rules.Providers = providers
					w.ok(w.Credentials().ChangeRules(t.Context(), rules, audit.Entry{At: w.now(), Actor: audit.BySystem(), Action: audit.ChangeIntake, Result: audit.Done}))
					rules.Version++
				}
				change("azure")
				defer change()
				given.Target.Account = "three"
				_, err = s.LinkConsented(t.Context(), ofAcme, "consenting", given)
				return err
			},
			"somebody else's link": func(given cloud.Consented) error {
				_, err := s.SignInAgain(t.Context(), ofEvil, "consenting", c.ID, given)
				return err
			},
			"another provider": func(given cloud.Consented) error {
				_, err := s.SignInAgain(t.Context(), ofAcme, "azure", c.ID, given)
				if errors.Is(err, credential.ErrNotFound) { // the harbor's grant is given to nobody else
					return errors.Join(err, h.Revoke(t.Context(), given.Grant))
				}
				return err
			},
		} {
			before := len(h.Revoked)
			given := h.To("one")
			if err := do(given); err == nil {
				t.Errorf("%s: no error", what)
			}
			settle()
			if len(h.Revoked) != before+1 || h.Revoked[before] != given.Grant.Reveal() {
				t.Errorf("%s: %v were revoked", what, h.Revoked)
			}
		}
		same(t, "the state", w.find(c).State, credential.Connected)
	})
}

func TestUnlinkingRevokesTheGrant(t *testing.T) {
	consents(t, func(t *testing.T, w world, h *cloudtest.Consenting, s *credential.Service, _ *grant.Service) {
		c, err := s.LinkConsented(t.Context(), ofAcme, "consenting", h.To("one"))
		w.ok(err)
		settle()
		revoked := func() (n int) {
			h.Locked(func() { n = len(h.Revoked) })
			return n
		}
		h.Locked(func() { h.Closed = errors.New("the harbor is closed") })
		_, err = s.Unlink(t.Context(), ofAcme, c.ID, "")
		w.ok(err)
		after(30 * time.Second)
		same(t, "the grants revoked while the cloud gives no answer", revoked(), 0)
		h.Locked(func() { h.Closed = nil })
		after(24 * time.Hour)
		same(t, "the grants revoked", revoked(), 1)
		same(t, "the good ones", len(h.Good), 0)
		left, err := w.Grants().Revocations(t.Context(), w.now(), 10)
		w.ok(err)
		same(t, "what is left to revoke", len(left), 0)
	})
}

func TestALinkWithAGrantIsOnlyRenamed(t *testing.T) {
	consents(t, func(t *testing.T, w world, h *cloudtest.Consenting, s *credential.Service, _ *grant.Service) {
		c, err := s.LinkConsented(t.Context(), ofAcme, "consenting", h.To("one"))
		w.ok(err)
		settle()
		_, err = s.Edit(t.Context(), ofAcme, c.ID, &cloud.Form{Label: "North pier", Values: map[string]string{"berth": "two"}}, false)
		w.ok(err)
		same(t, "the label", w.find(c).Label, "North pier")
		same(t, "the berth", w.find(c).Target.Account, "one")
		_, err = s.Link(t.Context(), ofAcme, "consenting", &cloud.Form{Label: "South pier", Values: map[string]string{"berth": "two"}}, false)
		w.want(err, credential.ErrNeedsConsent)
	})
}

// What a link that waits for an approval signs in with isn't used before that.
func TestAHeldLinkKeepsItsGrantUnused(t *testing.T) {
	consents(t, func(t *testing.T, w world, h *cloudtest.Consenting, s *credential.Service, _ *grant.Service) {
		rules, err := s.Intake().Rules(t.Context())
		w.ok(err)
		w.ok(w.Credentials().ChangeRules(t.Context(), credential.Rules{ApproveAll: true, Version: rules.Version},
			audit.Entry{At: w.now(), Actor: audit.BySystem(), Action: audit.ChangeIntake, Result: audit.Done}))
		c, err := s.LinkConsented(t.Context(), ofAcme, "consenting", h.To("one"))
		w.ok(err)
		after(24 * time.Hour)
		same(t, "the state", w.find(c).State, credential.PendingApproval)
		same(t, "the grants given", h.Given, 1)
	})
}

func TestAGrantIsUsedOnceAtATime(t *testing.T) {
	consents(t, func(t *testing.T, w world, h *cloudtest.Consenting, s *credential.Service, grants *grant.Service) {
		c, err := s.LinkConsented(t.Context(), ofAcme, "consenting", h.To("one"))
		w.ok(err)
		settle()
		use := grants.Of("consenting", acme, c.ID)
		err = use(t.Context(), func(ctx context.Context, given secret.Text, _ bool) (secret.Text, error) {
			if err := use(ctx, func(context.Context, secret.Text, bool) (secret.Text, error) {
				t.Error("it is used twice")
				return given, nil
			}); err == nil {
				t.Error("a second use had no error")
			}
			return given, nil
		})
		w.ok(err)
	})
}
