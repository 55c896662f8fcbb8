package credential

import (
	"cmp"
	"context"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
)

// Successor is a certificate that takes over from the one that a link signs with.
type Successor struct {
	CertificateID string
	RemoteID      string // what the cloud calls it; empty: it doesn't say, or nobody knows
}

// Tried is what came of a check with a successor.
type Tried struct {
	Switched bool              // the link signs with it from now on, or did already
	Later    bool              // it could not be tried now, which says nothing about it
	Trouble  cloud.StageResult // what kept it from signing in; its Stage is empty if nothing answered
}

// TryCertificate checks a link with the successor of its certificate, and switches it in
// the transaction of that check if the successor signs in: what fails after that would
// fail with its predecessor, too. Otherwise the link stays as it is, with its plan. A
// person who has another certificate tried at this moment comes first.
func (s *Service) TryCertificate(ctx context.Context, accountID, id string, to Successor) (Tried, error) {
	if err := s.runner.wait(ctx, id); err != nil {
		return Tried{}, err
	}
	defer s.Wake()
	defer s.runner.release(id)
	c, err := s.store.Find(ctx, accountID, id)
	switch {
	case err != nil:
		return Tried{}, err
	case c.CertificateID == to.CertificateID:
		return Tried{Switched: true}, nil
	case !c.State.Can(Verify):
		return Tried{}, ErrNotPossibleNow
	case c.TrialCertificateID != "":
		return Tried{Later: true}, nil
	}
	c.successor = &to
	v, _, err := s.verify(ctx, c)
	if err != nil {
		return Tried{}, err
	}
	now, err := s.store.Find(ctx, accountID, id) // a person may have changed it meanwhile
	if err != nil || now.CertificateID == to.CertificateID {
		return Tried{Switched: err == nil}, err
	}
	method := methodOf(s.clouds.Describe(c.Provider), c.Target)
	return Tried{Trouble: inTheWay(method.Stages, v.Results), Later: now.Version != c.Version}, nil
}

// inTheWay is the result at which a check ended.
func inTheWay(stages []cloud.Stage, results []cloud.StageResult) cloud.StageResult {
	advisory := map[string]bool{}
	for _, s := range stages {
		advisory[s.Key] = s.Advisory
	}
	for _, r := range results {
		if !advisory[r.Stage] && r.Verdict != cloud.OK {
			return r
		}
	}
	return cloud.StageResult{}
}

// signsNowWith is the id of the certificate that the next check signs with.
func (c Credential) signsNowWith() string {
	if c.successor != nil {
		return c.successor.CertificateID
	}
	return cmp.Or(c.TrialCertificateID, c.CertificateID)
}

// triggerNow says why the next check runs.
func (c Credential) triggerNow() Trigger {
	if c.successor != nil {
		return BySchedule
	}
	return c.NextTrigger
}

// decideRenewal works out what a finished check with the successor of its certificate
// does to c. learned is c with what the check found.
func (s *Service) decideRenewal(c, learned Credential, outcome Event, signedIn bool, with certificate.Certificate, now time.Time, pause time.Duration) Credential {
	if outcome != Pass && outcome != Hold && (outcome != Break || !signedIn) {
		return c
	}
	learned = learned.signingWith(with)
	learned.Target = s.clouds.Describe(c.Provider).WithRemoteID(learned.Target, c.successor.RemoteID)
	return decide(learned, outcome, now, pause)
}

// logRenewal gives the entries about a check of c with a successor: those in vain are
// the renewal's to tell.
func logRenewal(c, decided Credential, event Event, entry audit.Entry) []audit.Entry {
	if decided.CertificateID == c.CertificateID {
		return nil
	}
	var entries []audit.Entry
	if event == Hold {
		entries = append(entries, entry)
	}
	entry.Action, entry.Detail = audit.RenewCredential, c.Label
	return append(entries, entry)
}
