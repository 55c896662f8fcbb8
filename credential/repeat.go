package credential

import (
	"strconv"
	"time"

	"mooring/audit"
	"mooring/cloud"
)

// Checks that keep ending the same way, such as every hour of an outage, are told
// once in the audit log and then counted. The count is told when they end
// otherwise, and once for each day in UTC.

// logEntries gives the entries about a check of c that ended with event, and decided
// with the count of those that are not told yet.
func logEntries(c, decided Credential, v Verification, event Event, entry audit.Entry) (Credential, []audit.Entry) {
	_, counts := repeatable[event]
	repeated := counts && event == c.lastEvent() && v.Trigger != ByPerson && len(entry.Changes) == 0
	if repeated && (c.Repeats == 0 || sameDay(c.RepeatsFrom, v.FinishedAt)) {
		if decided.Repeats++; decided.Repeats == 1 {
			decided.RepeatsFrom = v.FinishedAt
		}
		return decided, nil
	}
	var entries []audit.Entry
	if c.Repeats > 0 {
		entries = append(entries, c.repeats(entry))
	}
	decided.Repeats, decided.RepeatsFrom = 0, time.Time{}
	if repeated { // the first of its day
		decided.Repeats, decided.RepeatsFrom = 1, v.FinishedAt
		return decided, entries
	}
	return decided, append(entries, entry)
}

// repeatable are the events that are counted, with how their checks ended.
var repeatable = map[Event]cloud.Outcome{Wait: cloud.StillCopying, Break: cloud.Broken, CouldNotCheck: cloud.CouldNotCheck}

// lastEvent is how the last check of this version ended, as far as it matters to
// the next one; empty: it passed, or there was none.
func (c Credential) lastEvent() Event {
	switch {
	case c.Attempts == 0:
		return ""
	case !c.CouldNotCheckAt.IsZero():
		return CouldNotCheck
	case c.State == WaitingCloud:
		return Wait
	case c.State == NeedsAttention:
		return Break
	}
	return ""
}

// repeats tells how many checks of c are not told yet. like has its time and who
// it is about.
func (c Credential) repeats(like audit.Entry) audit.Entry {
	like.Action, like.Detail, like.Changes = audit.RepeatVerification, string(repeatable[c.lastEvent()]), c.repeatChanges()
	return like
}

func (c Credential) repeatChanges() []audit.Change {
	return []audit.Change{
		{Field: "Checks with the same result", After: strconv.Itoa(c.Repeats)},
		{Field: "First of them", After: c.RepeatsFrom.UTC().Format(time.RFC3339)},
	}
}

// unlinkEntry is the entry about the end of c, with what is not told yet.
func (s *Service) unlinkEntry(r Request, c Credential) audit.Entry {
	entry := s.entry(r, audit.UnlinkCredential, c)
	if c.Repeats > 0 {
		entry.Changes = append(entry.Changes, c.repeatChanges()...)
	}
	return entry
}

func sameDay(a, b time.Time) bool {
	year, month, day := a.UTC().Date()
	return b.UTC().Year() == year && b.UTC().Month() == month && b.UTC().Day() == day
}
