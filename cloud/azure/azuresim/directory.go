package azuresim

import "time"

// directory is a tenant of the directory service. It lives in one environment.
type directory struct {
	id, name    string
	environment environment
	cue         signInCue
}

// clock is the time as this directory sees it.
func (d *directory) clock(now time.Time) time.Time {
	if d.cue == signInClockLate {
		return now.Add(-20 * time.Minute)
	}
	return now
}

// inhabited tells whether a person can register an application in it.
func (d *directory) inhabited() bool { return d.cue != signInGone }
