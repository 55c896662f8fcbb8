package credential

import (
	"context"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
)

// How a link gets another certificate. A new certificate changes no link: each
// moves in a step of its own, after a check that signed with the new one has
// passed, and can move back while the old one is valid. A trial that fails leaves
// the link as it was.

// MoveCertificate has a link tried with another certificate of its account, at
// once and in the background. It moves when that check passes. While the cloud
// may still be copying the certificate, or gives no answer, it is tried again for
// WaitLimit.
func (s *Service) MoveCertificate(ctx context.Context, r Request, id, certificateID string) (Credential, error) {
	before, err := s.may(ctx, r, id, Verify)
	if err != nil {
		return Credential{}, err
	}
	to, err := s.certificates.Find(ctx, r.AccountID, certificateID)
	if err != nil {
		return Credential{}, err
	}
	now := s.now()
	if to.Expired(now) {
		return Credential{}, ErrCertificateExpired
	}
	if to.ID == before.CertificateID || to.ID == before.TrialCertificateID && before.Checking(now) {
		return before, nil
	}
	rules, err := s.intake.Rules(ctx)
	if err != nil {
		return Credential{}, err
	}
	if !rules.allowsCertificate(to.NotAfter.Sub(to.NotBefore)) {
		return Credential{}, ErrCertificateTooLong
	}
	if err := s.checks.take(before.AccountID, now); err != nil {
		return Credential{}, err
	}
	c := before
	c.restart(now)
	c.TrialCertificateID = to.ID
	c.plan(now, ByPerson)
	if _, err := s.store.Change(ctx, c, s.entry(r, audit.MoveCertificate, c,
		audit.Change{Field: "Certificate (SHA-1)", Before: before.CertificateSHA1, After: to.SHA1()})); err != nil {
		return Credential{}, err
	}
	s.Wake()
	return c, nil
}

// certificateFor gives the certificate that a link signs with once it points at
// target: its own, while the same application or subscription has to trust it, and
// otherwise the account's active one.
func (s *Service) certificateFor(ctx context.Context, accountID string, saved Credential, target cloud.Target) (certificate.Certificate, error) {
	if saved.ID != "" && trusting(saved.Target) == trusting(target) {
		return s.certificates.Find(ctx, accountID, saved.CertificateID)
	}
	return s.certificates.Active(ctx, accountID)
}

// trusting is the part of a target that says who has to trust the certificate: an
// application, or the subscription itself where there is none.
func trusting(t cloud.Target) cloud.Target {
	t.TenantID = ""
	if t.ClientID != "" {
		t.SubscriptionID = ""
	}
	return t
}

// signingWith is c with another certificate.
func (c Credential) signingWith(with certificate.Certificate) Credential {
	c.CertificateID, c.CertificateExpires, c.CertificateSHA1 = with.ID, with.NotAfter, with.SHA1()
	return c
}

// decideTrial works out what a finished check with the certificate that c tries
// does to c. learned is c with what the check found.
func decideTrial(c, learned Credential, outcome Event, with certificate.Certificate, now time.Time, pause time.Duration) Credential {
	if outcome == Pass || outcome == Hold {
		learned.TrialCertificateID = ""
		return decide(learned.signingWith(with), outcome, now, pause)
	}
	c.Attempts++
	again := now.Add(max(retryAfter(c.Attempts, longestRetry), min(pause, longestOutage)))
	if outcome != Break && now.Before(c.waitEnds()) {
		c.plan(earlier(again, c.waitEnds()), ByRetry)
		return c
	}
	// It stays with its own certificate, of which this check says nothing.
	c.TrialCertificateID, c.Attempts = "", 0
	c.plan(now, BySchedule)
	if c.State == Connected {
		if next := c.LastCheckedAt.Add(c.spread(RecheckAfter)); next.After(now) {
			c.plan(next, BySchedule)
		}
	}
	return c
}

// logTrial gives the entries about a check of c with another certificate: those of a
// trial that goes on are not told, since asking for it was, and its end will be.
func logTrial(c, decided Credential, tried certificate.Certificate, entry audit.Entry) (Credential, []audit.Entry) {
	if decided.TrialCertificateID != "" {
		return decided, nil
	}
	var entries []audit.Entry
	if c.Repeats > 0 {
		entries = append(entries, c.repeats(entry))
		decided.Repeats, decided.RepeatsFrom = 0, time.Time{}
	}
	entry.Changes = append(entry.Changes, changed("Tried certificate (SHA-1)", "", tried.SHA1())...)
	return decided, append(entries, entry)
}
