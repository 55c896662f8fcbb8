package credential

import (
	"context"
	"strings"
	"time"

	"mooring/audit"
	"mooring/text"
)

// What administrators may do with credentials of all accounts. None of it asks
// for an account: the table of routes lets only administrators come here, and
// the store looks again before it changes something.

// FindAny gives one credential of whatever account.
func (s *Service) FindAny(ctx context.Context, id string) (Credential, error) {
	return s.store.FindAny(ctx, id)
}

// HistoryAny gives the latest runs with their evidence.
func (s *Service) HistoryAny(ctx context.Context, id string, most int) ([]Verification, error) {
	return s.store.VerificationsAny(ctx, id, most)
}

// Stop ends the use and the checks of a credential until an administrator
// releases it. Its people read the reason and cannot take it back.
func (s *Service) Stop(ctx context.Context, o Order, id string) (Credential, error) {
	return s.order(ctx, o, id, Stop)
}

// Release takes back a Stop and has the credential verified.
func (s *Service) Release(ctx context.Context, o Order, id string) (Credential, error) {
	return s.order(ctx, o, id, Release)
}

// Approve lets in what waits for an approval, with the rights that it was seen
// to have, and has it verified.
func (s *Service) Approve(ctx context.Context, o Order, id string) (Credential, error) {
	return s.order(ctx, o, id, Approve)
}

// Decline stops what waits for an approval.
func (s *Service) Decline(ctx context.Context, o Order, id string) (Credential, error) {
	return s.order(ctx, o, id, Decline)
}

// Ordered works out what Stop, Release, Approve or Decline would store, with
// the entry about it, for whoever stores it together with something else.
func (s *Service) Ordered(ctx context.Context, o Order, id string, event Event) (Credential, audit.Entry, error) {
	reason, err := readReason(o.Reason, event != Approve)
	if err != nil {
		return Credential{}, audit.Entry{}, err
	}
	before, err := s.seen(ctx, o, id)
	if err != nil {
		return Credential{}, audit.Entry{}, err
	}
	next, ok := before.State.After(event)
	if !ok || orders[event] == "" {
		return Credential{}, audit.Entry{}, ErrNotPossibleNow
	}
	c, now := before, s.now()
	c.State, c.Reason, c.DecidedBy, c.DecidedAt = next, reason, o.Actor.PersonID, now
	if event == Approve {
		c.ApprovedRights = c.approved()
	}
	if next == Stopped { // what is known stays known, for those who review it
		c.TrialCertificateID = ""
		c.plan(time.Time{}, "")
	} else {
		c.restart(now)
		c.plan(now, ByPerson)
	}
	entry := s.entry(o.request(c), orders[event], c)
	entry.Changes = append(s.changes(before, c), changed("Reason", "", reason)...)
	return c, entry, nil
}

var orders = map[Event]audit.Action{Stop: audit.StopCredential, Release: audit.ReleaseCredential,
	Approve: audit.ApproveCredential, Decline: audit.DeclineCredential}

// Before is what a link was before an order, as far as an undo puts it back.
type Before struct {
	State          State
	Reason         string
	DecidedBy      string // person id
	DecidedAt      time.Time
	ApprovedRights []string
}

// undoings say what undoes an order; of Stop it depends on what was stopped.
var undoings = map[Event]Event{Release: Stop, Approve: Reopen, Decline: Reopen}

// undoing gives the event that undoes an order on a link in this state.
func undoing(order Event, before State) Event {
	if order != Stop {
		return undoings[order]
	}
	switch before {
	case Disabled:
		return HandBack
	case PendingApproval:
		return Reopen
	}
	return Release
}

var undoActions = map[Event]audit.Action{Stop: audit.StopCredential, Release: audit.ReleaseCredential,
	Reopen: audit.ReopenCredential, HandBack: audit.HandBackCredential}

// Undone works out what undoes an order that was given on a link as it was
// before, with the entry about it, for whoever stores it together with something
// else. o.Version is the link's since that order: ErrLookAgain when it has
// changed. What was in use before is checked again, as after Release.
func (s *Service) Undone(ctx context.Context, o Order, id string, order Event, before Before) (Credential, audit.Entry, error) {
	was, err := s.seen(ctx, o, id)
	if err != nil {
		return Credential{}, audit.Entry{}, err
	}
	event := undoing(order, before.State)
	next, ok := was.State.After(event)
	if !ok || undoActions[event] == "" {
		return Credential{}, audit.Entry{}, ErrNotPossibleNow
	}
	c, now, reason := was, s.now(), text.Line(o.Reason)
	c.State, c.Reason, c.DecidedBy, c.DecidedAt, c.ApprovedRights = next, reason, o.Actor.PersonID, now, before.ApprovedRights
	switch event {
	case Release:
		c.restart(now)
		c.plan(now, ByPerson)
	case Reopen: // what is known stays known, for whoever approves it
		c.Reason = strings.TrimSpace(sentence(reason) + " " + before.Reason)
		c.DecidedBy, c.DecidedAt = "", time.Time{}
		c.plan(time.Time{}, "")
	case HandBack:
		c.Reason, c.DecidedBy, c.DecidedAt = before.Reason, before.DecidedBy, before.DecidedAt
		c.plan(time.Time{}, "")
	default:
		c.plan(time.Time{}, "")
	}
	entry := s.entry(o.request(c), undoActions[event], c)
	entry.Changes = append(s.changes(was, c), changed("Reason", "", reason)...)
	return c, entry, nil
}

// sentence ends a text with a full stop, so that another can follow it.
func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

func (s *Service) order(ctx context.Context, o Order, id string, event Event) (Credential, error) {
	c, entry, err := s.Ordered(ctx, o, id, event)
	if err != nil {
		return Credential{}, err
	}
	if err := s.store.ChangeAny(ctx, c, entry); err != nil {
		return Credential{}, err
	}
	s.Wake()
	return c, nil
}

// Unlinking gives a credential that may be unlinked, with the entry about it,
// for whoever removes it together with something else. It is refused while
// something depends on it.
func (s *Service) Unlinking(ctx context.Context, o Order, id string) (Credential, audit.Entry, error) {
	c, err := s.seen(ctx, o, id)
	if err != nil {
		return Credential{}, audit.Entry{}, err
	}
	dependents, err := s.Dependents(ctx, c.AccountID, id)
	if err != nil {
		return Credential{}, audit.Entry{}, err
	}
	if len(dependents) > 0 {
		return Credential{}, audit.Entry{}, ErrInUse
	}
	return c, s.unlinkEntry(o.request(c), c), nil
}

// UnlinkAny removes a credential of whatever account. While something depends on
// it, confirm must be its label. The reason is for the audit log.
func (s *Service) UnlinkAny(ctx context.Context, o Order, id, confirm string) (Credential, error) {
	reason, err := readReason(o.Reason, true)
	if err != nil {
		return Credential{}, ErrUnlinkReason.At("reason")
	}
	c, err := s.seen(ctx, o, id)
	if err != nil {
		return Credential{}, err
	}
	if !c.State.Can(Unlink) {
		return Credential{}, ErrNotPossibleNow
	}
	dependents, err := s.Dependents(ctx, c.AccountID, id)
	if err != nil {
		return Credential{}, err
	}
	if len(dependents) > 0 && strings.TrimSpace(confirm) != c.Label {
		return Credential{}, ErrConfirm.At("confirm")
	}
	entry := s.unlinkEntry(o.request(c), c)
	entry.Changes = append(entry.Changes, audit.Change{Field: "Reason", After: reason})
	return c, s.store.RemoveAny(ctx, c, entry)
}

// CheckAgain plans a check for now.
func (s *Service) CheckAgain(ctx context.Context, o Order, id string) (Credential, error) {
	c, err := s.seen(ctx, o, id)
	if err != nil {
		return Credential{}, err
	}
	if !c.State.Can(Verify) {
		return Credential{}, ErrNotPossibleNow
	}
	if c.RunningVerification != "" {
		return c, nil // one is on its way already
	}
	if err := s.checks.take(c.AccountID, s.now()); err != nil {
		return Credential{}, err
	}
	c.plan(s.now(), ByPerson)
	if err := s.store.PlanAny(ctx, c, s.entry(o.request(c), audit.VerifyCredential, c)); err != nil {
		return Credential{}, err
	}
	s.Wake()
	return c, nil
}

// seen finds a credential as the administrator saw it.
func (s *Service) seen(ctx context.Context, o Order, id string) (Credential, error) {
	c, err := s.store.FindAny(ctx, id)
	if err == nil && o.Version != 0 && o.Version != c.Version {
		err = ErrLookAgain
	}
	return c, err
}

// request is the order as if somebody of the account had asked.
func (o Order) request(c Credential) Request {
	return Request{AccountID: c.AccountID, Actor: o.Actor}
}

// The length of a reason, in characters.
const (
	ShortestReason = 3
	LongestReason  = 500
)

// readReason makes one line of a reason, so that it reads the same in a list,
// in a table for others and in the log.
func readReason(typed string, compulsory bool) (string, error) {
	reason := text.Line(typed)
	n := len([]rune(reason))
	if n > LongestReason || n < ShortestReason && (compulsory || n > 0) {
		return "", ErrReason.At("reason")
	}
	return reason, nil
}
