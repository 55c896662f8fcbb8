package staged

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"mooring/cloud"
	"mooring/cloud/wire"
	"mooring/text"
)

// usualPatience is how long a stage may take, which can be several requests.
const usualPatience = 12 * time.Second

// Checks are how a cloud's links are checked. The fields don't change once it is in use.
type Checks struct {
	Catalogue *Catalogue
	Stages    []cloud.Stage // of all methods
	Patience  time.Duration // for one stage; 0: 12 seconds
	Now       func() time.Time
	Log       *slog.Logger // gets why the cloud didn't answer

	// Clean makes what the cloud said fit to keep and to show. Clean of this package
	// does most of it.
	Clean func(said string, target cloud.Target) string

	// Learned are the codes that tell something about the account at a stage that only
	// informs. The others only keep Mooring from looking.
	Learned []string

	// ClockCodes are the codes with which the cloud may mean that a clock is wrong.
	ClockCodes []string
}

// Run is one check on its way.
type Run struct {
	Attempt cloud.Attempt
	Finding cloud.Finding
	checks  *Checks
	report  func(cloud.StageResult)
	failure error // of our own side; it ends everything
}

// Begin begins a check. It reports each result as soon as it is there.
func (c *Checks) Begin(attempt cloud.Attempt, report func(cloud.StageResult)) *Run {
	return &Run{Attempt: attempt, checks: c, report: report}
}

// Stage asks one question, reports the answer and says whether it is a good one. The
// text says what was learned. A *wire.Refusal becomes a verdict; any other error is a
// failure of our own, and ends the check.
func (r *Run) Stage(ctx context.Context, key string, ask func(context.Context) (string, error)) bool {
	if r.failure != nil {
		return false
	}
	c := r.checks
	limited, cancel := context.WithTimeout(ctx, cmp.Or(c.Patience, usualPatience))
	defer cancel()
	id := ""
	result := cloud.StageResult{Stage: key, Verdict: cloud.OK, StartedAt: c.Now()}
	said, err := ask(wire.KeepRequestID(limited, &id))
	result.Duration = max(0, c.Now().Sub(result.StartedAt))
	result.Said, result.TraceID = c.Clean(said, r.Attempt.Target), cleanID(id)
	if err != nil {
		var refused *wire.Refusal
		switch {
		case errors.Is(ctx.Err(), context.Canceled):
			return false // the server stops: no verdict
		case !errors.As(err, &refused):
			r.failure = err
			return false
		}
		if refused.Cause != nil {
			c.Log.Warn(c.Catalogue.Name+" did not answer", "stage", key, "code", refused.Code, "cause", wire.Loggable(refused.Cause))
		}
		r.judge(&result, refused)
	}
	r.report(result)
	return result.Verdict == cloud.OK
}

// End gives what the check found. The error is that of our own side, or that of a
// context that was canceled: a stage that ended because everything ended has no verdict.
func (r *Run) End(ctx context.Context) (cloud.Finding, error) {
	if r.failure != nil {
		return r.Finding, r.failure
	}
	return r.Finding, context.Cause(withoutDeadline(ctx))
}

// withoutDeadline forgives a deadline: running out of time is a verdict, and being
// told to stop isn't.
func withoutDeadline(ctx context.Context) context.Context {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// judge fills in what a refusal means.
func (r *Run) judge(result *cloud.StageResult, refused *wire.Refusal) {
	c := r.checks
	result.Code = cleanCode(refused.Code)
	result.Said = c.Clean(refused.Message, r.Attempt.Target)
	if id := cleanID(refused.RequestID); id != "" {
		result.TraceID = id
	}
	if skew := c.skew(refused); skew != "" {
		result.Said = skew
	}
	result.Verdict = cloud.Failed
	switch c.Catalogue.Meaning(result.Stage, refused) {
	case Silent:
		result.Verdict = cloud.CannotTell
		r.Finding.RetryAfter = max(r.Finding.RetryAfter, refused.RetryAfter)
		if e, ok := c.Catalogue.Find(result.Stage, result.Code, ""); !ok || e.Meaning != Silent {
			// The code speaks of something else than the trouble that passes.
			result.Said = strings.TrimSpace(result.Said + " (" + result.Code + ")")
			result.Code = wire.Outage
			if refused.Throttled {
				result.Code = wire.Throttled
			}
		}
		if refused.RetryAfter > 0 {
			result.Said = strings.TrimSpace(result.Said + " " + sayPause(refused.RetryAfter))
		}
	case Copying:
		if r.Attempt.Fresh {
			result.Verdict = cloud.Waiting
		}
	}
	// What can't be read is unknown, not missing.
	if c.isAdvisory(result.Stage) && !slices.Contains(c.Learned, result.Code) {
		result.Verdict = cloud.CannotTell
	}
}

func (c *Checks) isAdvisory(key string) bool {
	return slices.ContainsFunc(c.Stages, func(s cloud.Stage) bool { return s.Key == key && s.Advisory })
}

// skew says how far our clock is from the cloud's, if a refusal can be due to that.
func (c *Checks) skew(refused *wire.Refusal) string {
	if !slices.Contains(c.ClockCodes, refused.Code) || refused.Date.IsZero() {
		return ""
	}
	off := c.Now().Sub(refused.Date)
	if off.Abs() < 4*time.Minute {
		return ""
	}
	minutes, where := text.Count(int(off.Abs().Round(time.Minute)/time.Minute), "minute", "minutes"), "ahead of"
	if off < 0 {
		where = "behind"
	}
	return "The clock of the server that runs Mooring is " + minutes + " " + where + " the clock of " + c.Catalogue.Name + "."
}

// sayPause says how long the cloud asks Mooring to wait.
func sayPause(pause time.Duration) string {
	if pause < 2*time.Minute {
		return "It asks for a pause of " + text.Count(int(pause/time.Second), "second", "seconds") + "."
	}
	return "It asks for a pause of " + text.Count(int(pause.Round(time.Minute)/time.Minute), "minute", "minutes") + "."
}
