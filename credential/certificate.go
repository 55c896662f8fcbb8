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
	if before.CertificateID == "" || before.LinkName != "" {
		return Credential{}, ErrNotPossibleNow
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

// CertificateFor gives the certificate that a link of the account to a provider signs
// with when it is saved: for a new one, the account's active certificate, and otherwise
// its own, unless that has expired while the link points elsewhere. It is the zero value
// where cloud.Method.Needs is Nothing or Grant, and of a new link where it is Chain, which gets a
// certificate when it is saved. A method that isn't known needs what the first does.
func (s *Service) CertificateFor(ctx context.Context, accountID, provider string, saved Credential, target cloud.Target) (certificate.Certificate, error) {
	switch methodOf(s.clouds.Describe(provider), target).Needs {
	case cloud.Nothing, cloud.Grant:
		return certificate.Certificate{}, nil
	case cloud.Chain:
		if saved.CertificateID == "" {
			return certificate.Certificate{}, nil
		}
		return s.certificates.Find(ctx, accountID, saved.CertificateID)
	}
	if saved.CertificateID != "" && (s.clouds.Describe(provider).SameTarget(saved.Target, target) || saved.CertificateExpires.After(s.now())) {
		return s.certificates.Find(ctx, accountID, saved.CertificateID)
	}
	return s.certificates.Active(ctx, accountID)
}

// signingWith is c with another certificate.
func (c Credential) signingWith(with certificate.Certificate) Credential {
	if with.ID == "" {
		c.CertificateID, c.CertificateBegins, c.CertificateExpires, c.CertificateSHA1 = "", time.Time{}, time.Time{}, ""
		return c
	}
	c.CertificateID, c.CertificateBegins, c.CertificateExpires, c.CertificateSHA1 = with.ID, with.NotBefore, with.NotAfter, with.SHA1()
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

// TrialOf is the latest of runs that tried another certificate than the link has and
// did not pass; nil: there is none. runs are the link's own, the latest first.
func TrialOf(c Credential, runs []Verification) *Verification {
	for i, v := range runs {
		if v.Running() || v.Abandoned || v.CertificateID == "" || v.Trigger == BySchedule { // a schedule tries nothing but successors: package renewal tells of them
			continue
		}
		if v.CertificateID == c.CertificateID { // it moved there since, or moved back
			if v.Trigger == ByPerson && v.Outcome == cloud.Passed {
				return nil
			}
			continue
		}
		if v.Outcome == cloud.Passed {
			return nil
		}
		return &runs[i]
	}
	return nil
}

// Trials gives TrialOf each of these links of an account, by their ids, from their
// latest runs.
func (s *Service) Trials(ctx context.Context, accountID string, links []Credential) (map[string]*Verification, error) {
	ids := make([]string, len(links))
	for i, c := range links {
		ids[i] = c.ID
	}
	runs, err := s.store.RecentVerifications(ctx, accountID, ids, HistoryLength)
	if err != nil {
		return nil, err
	}
	byLink := map[string][]Verification{}
	for _, v := range runs {
		byLink[v.CredentialID] = append(byLink[v.CredentialID], v)
	}
	trials := map[string]*Verification{}
	for _, c := range links {
		trials[c.ID] = TrialOf(c, byLink[c.ID])
	}
	return trials, nil
}
