package renewal

import (
	"context"
	"errors"
	"time"

	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
)

// step takes the next step of a renewal.
func (s *Service) step(ctx context.Context, r Renewal) error {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	if s.Clouds[r.Provider] == nil { // it was removed; it may come back
		r.NextAt = s.Now().Add(byHandAgain)
		return s.Store.Save(ctx, r)
	}
	links, err := s.Store.Links(ctx, r.SignIn)
	if err != nil {
		return err
	}
	switch r.Step {
	case Introduce:
		return s.introduce(ctx, r, links)
	case Try:
		return s.try(ctx, r, links)
	case ByHand:
		return s.lookAgain(ctx, r, links)
	case Keep, Remove:
		return s.remove(ctx, r, links)
	}
	return nil
}

// renewer is the ability of the cloud of r; nil: it has none.
func (s *Service) renewer(r Renewal) cloud.Renewer {
	renewer, ok := s.Clouds[r.Provider].(cloud.Renewer)
	if !ok || !renewer.CanRenew(r.Target) {
		return nil
	}
	return renewer
}

// introduce tells the cloud of the successor. If it was asked before and no answer was
// stored, the successor is tried first: the cloud may know it.
func (s *Service) introduce(ctx context.Context, r Renewal, links []Link) error {
	renewer := s.renewer(r)
	switch {
	case len(links) == 0:
		return s.settle(ctx, r)
	case renewer == nil:
		return s.leaveToPeople(ctx, r, links, cloud.StageResult{})
	}
	if r.Tries > 0 {
		tried, err := s.tryFirst(ctx, r, links)
		if err != nil {
			return err
		}
		if tried.Switched {
			return s.introduced(ctx, r, links)
		}
	}
	r.Tries++
	r.NextAt = s.Now().Add(backOff(r.Tries)) // where it goes on after a kill
	if err := s.Store.Save(ctx, r); err != nil {
		return err
	}
	identity, err := s.Certificates.Identity(ctx, r.AccountID, r.CertificateID)
	if err != nil {
		return err
	}
	successor, err := s.Certificates.Find(ctx, r.AccountID, r.SuccessorID)
	if err != nil {
		return err
	}
	remoteID, result, err := renewer.Introduce(ctx, cloud.Renewal{Target: r.Target, Identity: identity, Other: successor})
	if err != nil {
		return err
	}
	switch result.Verdict {
	case cloud.OK:
		r.SuccessorRemoteID = remoteID
		return s.introduced(ctx, r, links)
	case cloud.Failed:
		return s.leaveToPeople(ctx, r, links, result)
	}
	return s.later(ctx, r, links, result)
}

func (s *Service) introduced(ctx context.Context, r Renewal, links []Link) error {
	r = r.goesOn(Try, s.Now())
	if err := s.Store.Save(ctx, r, s.bySystem(r, links[0].ID, audit.IntroduceCertificate)); err != nil {
		return err
	}
	return s.try(ctx, r, links)
}

// goesOn is r at another step, without what was in the way of the one before.
func (r Renewal) goesOn(to Step, at time.Time) Renewal {
	r.Step, r.NextAt, r.Tries = to, at, 0
	r.Trouble, r.FailingSince, r.Told = cloud.StageResult{}, time.Time{}, false
	return r
}

// try checks each link with the successor. Those that sign in are switched, each in the
// transaction of its check; when none is left, the grace period of the predecessor
// begins.
func (s *Service) try(ctx context.Context, r Renewal, links []Link) error {
	var trouble cloud.StageResult
	switched, left := !r.SwitchedAt.IsZero(), 0
	for _, link := range links {
		if !link.State.Can(credential.Verify) {
			continue
		}
		tried, err := s.tryLink(ctx, r, link)
		if err != nil {
			return err
		}
		if tried.Switched {
			switched = true
			continue
		}
		left++
		if tried.Trouble.Stage != "" {
			trouble = tried.Trouble
		}
		if !switched && !tried.Later { // the others would hear the same
			break
		}
	}
	if switched && r.SwitchedAt.IsZero() {
		r.SwitchedAt = s.Now()
	}
	if left == 0 {
		return s.settle(ctx, r)
	}
	if trouble.Stage == "" { // a link is in use by somebody else at this moment
		r.NextAt = s.Now().Add(firstRetry)
		return s.Store.Save(ctx, r)
	}
	r.Tries++
	if r.Tries%introduceAt == 0 && s.renewer(r) != nil && r.CredentialID == "" {
		r.Step = Introduce // what it was told may have got lost there
	}
	return s.later(ctx, r, links, trouble)
}

// tryFirst checks one link with the successor.
func (s *Service) tryFirst(ctx context.Context, r Renewal, links []Link) (credential.Tried, error) {
	for _, link := range links {
		if link.State.Can(credential.Verify) {
			return s.tryLink(ctx, r, link)
		}
	}
	return credential.Tried{}, nil
}

func (s *Service) tryLink(ctx context.Context, r Renewal, link Link) (credential.Tried, error) {
	tried, err := s.Credentials.TryCertificate(ctx, r.AccountID, link.ID, credential.Successor{CertificateID: r.SuccessorID, RemoteID: r.SuccessorRemoteID})
	if errors.Is(err, credential.ErrNotFound) || errors.Is(err, credential.ErrNotPossibleNow) { // unlinked or disabled meanwhile
		return credential.Tried{Later: true}, nil
	}
	return tried, err
}

// settle is for a renewal with no link left that could be tried: they are switched, or
// gone, or not in use.
func (s *Service) settle(ctx context.Context, r Renewal) error {
	now := s.Now()
	if r.SwitchedAt.IsZero() {
		elsewhere, err := s.Store.LinksElsewhere(ctx, r.SignIn)
		if err != nil {
			return err
		}
		links, err := s.Store.Links(ctx, r.SignIn)
		switch {
		case err != nil:
			return err
		case len(links) > 0: // none of them is in use: they are asked again when they are
			r.NextAt = now.Add(longestRetry)
			return s.Store.Save(ctx, r)
		case len(elsewhere) == 0:
			r = r.goesOn(Dropped, time.Time{})
			r.EndedAt = now
			return s.Store.Save(ctx, r)
		}
		r.SuccessorID, r.SwitchedAt = elsewhere[0].CertificateID, now // a person has moved them
	}
	r = r.goesOn(Keep, now.Add(s.Grace))
	return s.Store.Switch(ctx, r, s.Clouds.Describe(r.Provider).RemoteIDField(r.Target))
}

// leaveToPeople is for what only a person can do. It is tried again each day: somebody
// may have changed what stood in the way.
func (s *Service) leaveToPeople(ctx context.Context, r Renewal, links []Link, why cloud.StageResult) error {
	was := r.Step
	r.Step, r.Trouble, r.NextAt = ByHand, why, s.Now().Add(byHandAgain)
	if was == ByHand {
		return s.Store.Save(ctx, r)
	}
	return s.Store.Save(ctx, r, s.bySystem(r, links[0].ID, audit.RenewByHand))
}

// lookAgain looks whether somebody has moved the links, or made it possible for Mooring
// to renew.
func (s *Service) lookAgain(ctx context.Context, r Renewal, links []Link) error {
	if len(links) == 0 {
		return s.settle(ctx, r)
	}
	link, err := s.Credentials.Find(ctx, r.AccountID, links[0].ID)
	if err != nil {
		return err
	}
	r.Target = link.Target // it may have become one that can be renewed
	r.RemoteID = s.Clouds.Describe(r.Provider).RemoteID(link.Target)
	renewer := s.renewer(r)
	if renewer == nil {
		r.NextAt = s.Now().Add(byHandAgain)
		return s.Store.Save(ctx, r)
	}
	if r.SuccessorID == "" {
		successor, err := s.Certificates.Successor(ctx, r.AccountID, r.CertificateID)
		if err != nil {
			return err
		}
		r.SuccessorID = successor.ID
	}
	return s.introduce(ctx, r, links)
}

// remove has the cloud forget the predecessor, and destroys its key. A link that signs
// with it again is tried again first.
func (s *Service) remove(ctx context.Context, r Renewal, links []Link) error {
	if len(links) > 0 {
		return s.try(ctx, r.goesOn(Try, s.Now()), links)
	}
	description := s.Clouds.Describe(r.Provider)
	renewer := s.renewer(r)
	unknown := description.RemoteIDField(r.Target) != "" && r.RemoteID == ""
	if r.CredentialID != "" || renewer == nil || unknown {
		return s.end(ctx, r)
	}
	elsewhere, err := s.Store.LinksElsewhere(ctx, r.SignIn)
	if err != nil {
		return err
	}
	if len(elsewhere) == 0 { // unlinked: their leftovers are listed
		return s.end(ctx, r)
	}
	signing := elsewhere[0]
	r.Step = Remove
	r.Tries++
	r.NextAt = s.Now().Add(backOff(r.Tries))
	if err := s.Store.Save(ctx, r); err != nil {
		return err
	}
	identity, err := s.Certificates.Identity(ctx, r.AccountID, signing.CertificateID)
	if err != nil {
		return err
	}
	predecessor, err := s.Certificates.Find(ctx, r.AccountID, r.CertificateID)
	if err != nil {
		return err
	}
	result, err := renewer.Remove(ctx, cloud.Renewal{Target: signing.Target, Identity: identity, Other: predecessor, RemoteID: r.RemoteID})
	if err != nil {
		return err
	}
	if result.Verdict != cloud.OK {
		return s.later(ctx, r, []Link{{ID: signing.ID}}, result)
	}
	return s.end(ctx, r)
}

func (s *Service) end(ctx context.Context, r Renewal) error {
	elsewhere, err := s.Store.LinksElsewhere(ctx, r.SignIn)
	if err != nil {
		return err
	}
	r = r.goesOn(Done, time.Time{})
	r.EndedAt = s.Now()
	var linkID string
	if len(elsewhere) > 0 {
		linkID = elsewhere[0].ID
	}
	entry := s.bySystem(r, linkID, audit.RemoveCertificate)
	entry.Detail = r.SHA1
	if err := s.Store.Save(ctx, r, entry); err != nil {
		return err
	}
	_, err = s.Store.Destroy(ctx, r.AccountID, r.CertificateID, s.Now()) // of what others use, the last one does it
	return err
}

// later plans another try of the step. After a day in vain people are told, once.
func (s *Service) later(ctx context.Context, r Renewal, links []Link, trouble cloud.StageResult) error {
	now := s.Now()
	r.Trouble = trouble
	if r.FailingSince.IsZero() {
		r.FailingSince = now
	}
	r.NextAt = now.Add(backOff(r.Tries))
	if r.Told || now.Sub(r.FailingSince) < tellAfter {
		return s.Store.Save(ctx, r)
	}
	r.Told = true
	s.Log.Warn("the certificate of a link can't be renewed", "credential", links[0].ID, "stage", trouble.Stage, "code", trouble.Code, "cause", trouble.Said)
	return s.Store.Save(ctx, r, s.bySystem(r, links[0].ID, audit.RenewalFails))
}

// backOff doubles from firstRetry to longestRetry. tries counts from 1.
func backOff(tries int) time.Duration {
	wait := firstRetry
	for range tries - 1 {
		if wait *= 2; wait >= longestRetry {
			return longestRetry
		}
	}
	return wait
}
