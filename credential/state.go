package credential

import (
	"hash/fnv"
	"math"
	"time"

	"mooring/account"
)

// State is where a credential is in its life. There is one word for each, and
// the pages, the API and the command line show the same word.
type State string

// The states.
const (
	NotVerified    State = "not-verified"
	Connected      State = "connected"
	WaitingCloud   State = "waiting"
	NeedsAttention State = "needs-attention"
	Disabled       State = "disabled"

	// An administrator's word. The account's people cannot take it back.
	Stopped         State = "stopped"
	PendingApproval State = "pending-approval"
)

// Event is what moves a credential from one state to another.
type Event string

// The events. The first five are the account's people's, the next four an
// administrator's, then two with which an administrator undoes those, one of the
// site's policy; the others are a verification's.
const (
	Edit    Event = "edit"
	Verify  Event = "verify" // asks for a check; the word stays until it ends
	Disable Event = "disable"
	Enable  Event = "enable"
	Unlink  Event = "unlink"

	Stop    Event = "stop"
	Release Event = "release"
	Approve Event = "approve"
	Decline Event = "decline"

	Reopen   Event = "reopen"    // waits for approval again: undoes Approve, Decline, and Stop of what waited
	HandBack Event = "hand-back" // disabled by its people again: undoes Stop of what they had disabled

	Propose Event = "propose" // linked, or pointed elsewhere, where the policy wants an approval

	Pass          Event = "pass"
	Wait          Event = "wait"            // still copying, with time left
	Break         Event = "break"           // failed, or the time to wait is over
	CouldNotCheck Event = "could-not-check" // no answer: it never worsens a state
	Hold          Event = "hold"            // passed, with more rights than the site's policy lets in unseen
)

// NeedsCloud reports whether the event needs the cloud that the credential is
// linked to: a credential of a cloud that was removed can't be edited, checked or
// enabled.
func (e Event) NeedsCloud() bool { return e == Edit || e == Verify || e == Enable }

// moves is the whole life. What is not in it is not possible, and no page
// offers it.
var moves = map[State]map[Event]State{
	NotVerified: {
		Edit: NotVerified, Verify: NotVerified, Disable: Disabled, Unlink: "", Stop: Stopped, Propose: PendingApproval, Reopen: PendingApproval,
		Pass: Connected, Wait: WaitingCloud, Break: NeedsAttention, CouldNotCheck: NotVerified, Hold: PendingApproval,
	},
	Connected: {
		Edit: NotVerified, Verify: Connected, Disable: Disabled, Unlink: "", Stop: Stopped, Propose: PendingApproval, Reopen: PendingApproval,
		Pass: Connected, Wait: WaitingCloud, Break: NeedsAttention, CouldNotCheck: Connected, Hold: PendingApproval,
	},
	WaitingCloud: {
		Edit: NotVerified, Verify: WaitingCloud, Disable: Disabled, Unlink: "", Stop: Stopped, Propose: PendingApproval, Reopen: PendingApproval,
		Pass: Connected, Wait: WaitingCloud, Break: NeedsAttention, CouldNotCheck: WaitingCloud, Hold: PendingApproval,
	},
	NeedsAttention: {
		Edit: NotVerified, Verify: NeedsAttention, Disable: Disabled, Unlink: "", Stop: Stopped, Propose: PendingApproval, Reopen: PendingApproval,
		Pass: Connected, Wait: WaitingCloud, Break: NeedsAttention, CouldNotCheck: NeedsAttention, Hold: PendingApproval,
	},
	Disabled: {
		Edit: Disabled, Enable: NotVerified, Unlink: "", Stop: Stopped, Propose: PendingApproval,
	},
	Stopped: {
		Edit: Stopped, Unlink: "", Release: NotVerified, Reopen: PendingApproval, HandBack: Disabled,
	},
	PendingApproval: {
		Edit: PendingApproval, Unlink: "", Stop: Stopped, Approve: NotVerified, Decline: Stopped, Propose: PendingApproval,
	},
}

// After gives the state that event leads to, and whether it is possible.
func (s State) After(event Event) (State, bool) {
	next, ok := moves[s][event]
	return next, ok
}

// Can reports whether a person can do this in this state: it decides which
// buttons exist.
func (s State) Can(event Event) bool {
	_, ok := moves[s][event]
	return ok
}

// The times of checking.
const (
	WaitLimit      = 15 * time.Minute // from a person's last change until Needs attention
	RecheckAfter   = 24 * time.Hour   // a connected link, or one that needs attention; at the latest
	firstDay       = 24 * time.Hour   // from a person's last change, in which what is broken is looked at
	recheckSoon    = time.Hour        // this often: Azure can take longer than WaitLimit, and people mend things
	firstRetry     = 5 * time.Second
	longestRetry   = time.Minute // while waiting
	longestOutage  = time.Hour   // while the cloud does not answer
	attemptTimeout = 60 * time.Second
)

// retryAfter doubles from firstRetry up to longest. attempts counts from 1.
func retryAfter(attempts int, longest time.Duration) time.Duration {
	wait := firstRetry
	for range attempts - 1 {
		if wait *= 2; wait >= longest {
			return longest
		}
	}
	return wait
}

// decide works out what a finished verification does to c: the event, and when
// to look again. pause is how long the cloud asked to be left alone; it is obeyed
// up to longestOutage.
func decide(c Credential, outcome Event, now time.Time, pause time.Duration) Credential {
	next, ok := c.State.After(outcome)
	if !ok { // disabled or stopped meanwhile; the store refuses it by version as well
		return c
	}
	c.State = next
	c.Attempts++
	switch outcome {
	case Hold:
		c.Attempts = 0
		c.LastCheckedAt, c.CouldNotCheckAt = now, time.Time{}
		c.plan(time.Time{}, "")
	case Pass:
		c.Attempts = 0
		c.LastCheckedAt, c.CouldNotCheckAt = now, time.Time{}
		c.plan(now.Add(c.spread(RecheckAfter)), BySchedule)
	case Wait:
		c.LastCheckedAt, c.CouldNotCheckAt = now, time.Time{}
		c.plan(earlier(now.Add(retryAfter(c.Attempts, longestRetry)), c.waitEnds()), ByRetry) // one last look at the end
	case Break:
		c.LastCheckedAt, c.CouldNotCheckAt = now, time.Time{}
		c.plan(now.Add(c.spread(c.recheckBroken(now))), BySchedule)
	case CouldNotCheck:
		c.CouldNotCheckAt = now
		c.plan(now.Add(c.spread(retryAfter(c.Attempts, longestOutage))), ByRetry)
		if c.State == WaitingCloud { // an outage must not eat up the time to wait
			c.NextCheckAt = now.Add(retryAfter(c.Attempts, longestRetry))
			if end := c.waitEnds(); end.After(now) {
				c.NextCheckAt = earlier(c.NextCheckAt, end)
			}
		}
		pause = min(pause, longestOutage)
		if late := pause - c.spread(pause); pause > 0 && now.Add(pause).After(c.NextCheckAt) { // never before the pause is over
			c.NextCheckAt = now.Add(min(pause+late, longestOutage))
		}
	}
	return c
}

// spread shortens a wait of a minute and more by up to a twelfth, each link by its
// own part, so links that were linked together, or lost the cloud together, don't
// ask it together again.
func (c Credential) spread(wait time.Duration) time.Duration {
	if wait < time.Minute {
		return wait
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(c.ID)) // it cannot fail
	return wait - time.Duration(float64(wait/12)*float64(hash.Sum32())/math.MaxUint32).Truncate(time.Second)
}

// recheckBroken is how long a link that is broken now is left alone.
func (c Credential) recheckBroken(now time.Time) time.Duration {
	if c.isFresh(now, firstDay) {
		return recheckSoon
	}
	return RecheckAfter
}

// isFresh reports whether a person changed the link less than so long ago. A change
// that is yet to come was made while the clock was ahead.
func (c Credential) isFresh(now time.Time, limit time.Duration) bool {
	return !account.ClockWasAhead(c.FreshFrom, now) && now.Sub(c.FreshFrom) < limit
}

func (c *Credential) plan(at time.Time, why Trigger) { c.NextCheckAt, c.NextTrigger = at, why }

func (c Credential) waitEnds() time.Time { return c.FreshFrom.Add(WaitLimit) }

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
