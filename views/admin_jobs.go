package views

import (
	"strconv"

	"mooring/text"
)

// reached says how far a job is: "2,340 of 5,000, 12 failed, about 3 minutes left".
func reached(p Job) string {
	if !p.Counted {
		return "Counting the linked accounts."
	}
	s := text.Number(p.Handled) + " of " + text.Number(p.Total)
	if p.Failed > 0 {
		s += ", " + text.Number(p.Failed) + failedWord(p.Undo)
	}
	if p.Left != "" && !p.Over {
		s += ", " + p.Left
	}
	return s
}

// heard is said aloud, at each tenth of the way and at the end.
func heard(p Job) string {
	if p.Over {
		return p.State.Word + ": " + reached(p) + "."
	}
	return p.State.Word + ", " + strconv.Itoa(percent(p.Handled, p.Total)/10*10) + " percent."
}

// went sums a finished job up.
func went(p Job) string {
	if p.Counted && p.Total == 0 {
		return "There was nothing to do."
	}
	if p.Failed == 0 && p.Handled == p.Total {
		return "Succeeded for " + all(p.Total) + "."
	}
	s := "Succeeded for " + text.Number(p.Handled-p.Failed)
	if p.Failed > 0 && p.Undo {
		s = text.Count(p.Handled-p.Failed, "was", "were") + " restored, and " + text.Count(p.Failed, "was left unchanged", "were left unchanged")
	} else if p.Failed > 0 {
		s += " and failed for " + text.Number(p.Failed)
	}
	s += "."
	if rest := p.Total - p.Handled; rest > 0 {
		s += " " + text.Count(rest, "was", "were") + " not reached."
	}
	return s
}

func all(n int) string {
	if n == 1 {
		return "the one"
	}
	return "all " + text.Number(n)
}

// rowReached is the same for a line of the list.
func rowReached(r JobRow) string {
	return reached(Job{Undo: r.Undo, Counted: r.Counted, Total: r.Total, Handled: r.Handled, Failed: r.Failed})
}

// noMoreShown says that the table of failures ends before they do.
func noMoreShown(p Job) string {
	return "The first " + text.Number(len(p.Failures)) + " of " + text.Number(p.Failed) + "."
}

// failedWord is what follows the number of those that a job did not do.
func failedWord(undo bool) string {
	if undo {
		return " left unchanged"
	}
	return " failed"
}

// failuresHeading is above the table of what a job did not do.
func failuresHeading(p Job) string {
	if p.Undo {
		return "What was left unchanged, and why"
	}
	return "What failed, and why"
}
