package views

import (
	"fmt"
	"math"
	"time"

	"mooring/cloud"
)

// Reader is for whom a page is built, and when. Its methods build the structs of
// pages from values of the domain, and ask nobody for anything.
type Reader struct {
	PersonID string // empty: nobody is signed in
	Now      time.Time
	Zone     *time.Location // in which they read times
	Clouds   cloud.Registry
	// SignInNames are what people call the sign-in providers, by their keys.
	SignInNames map[string]string
}

// Moment puts a time as the reader reads it.
func (r Reader) Moment(t time.Time) Time {
	if t.IsZero() {
		return Time{Shown: "Never"}
	}
	return Time{
		Shown:   relative(t.Sub(r.Now)),
		Exact:   t.In(r.Zone).Format("2 January 2006, 15:04:05 MST"),
		Machine: t.UTC().Format(time.RFC3339),
	}
}

// day is the day of t: "2 October 2026".
func (r Reader) day(t time.Time) string { return t.In(r.Zone).Format("2 January 2006") }

// minute is t to the minute: "2 October 2026, 09:14 UTC".
func (r Reader) minute(t time.Time) string { return t.In(r.Zone).Format("2 January 2006, 15:04 MST") }

// SecondsUntil is how long it is until t, rounded up; 0 when that is over.
func (r Reader) SecondsUntil(t time.Time) int {
	return max(0, int(math.Ceil(t.Sub(r.Now).Seconds())))
}

// relative tells how far away a moment is: negative is past.
func relative(d time.Duration) string {
	past := d <= 0
	amount := func(n int, unit string) string {
		if n != 1 {
			unit += "s"
		}
		if past {
			return fmt.Sprintf("%d %s ago", n, unit)
		}
		return fmt.Sprintf("in %d %s", n, unit)
	}
	far := d.Abs()
	whole := func(unit time.Duration) int {
		if !past { // a check in 24 hours is one in 24 hours a second later, too
			far = far.Round(unit)
		}
		return int(far / unit)
	}
	switch {
	case far < time.Minute && past:
		return "just now"
	case far < time.Minute:
		return "in less than a minute"
	case far < time.Hour:
		return amount(whole(time.Minute), "minute")
	case far < 48*time.Hour:
		return amount(whole(time.Hour), "hour")
	default:
		return amount(whole(time.Hour)/24, "day")
	}
}

// took is how long something took, in the unit that fits.
func took(d time.Duration) string {
	if d < time.Millisecond {
		return "under 1 ms"
	}
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// nobodyHere stands for a person who has left.
const nobodyHere = "a former user"
