package audit

import "fmt"

// Verdict is what a verification found.
type Verdict struct {
	Entries     int64 // that were looked at
	Checkpoints int   // that were looked at
	First, Last int64 // entries; First is above Last when there are none
	Sound       bool
	Broken      *Break   // the first thing that does not fit; nil when Sound
	Notes       []string // what is in order and still worth knowing: a restored backup, archived entries
}

// Break is the first thing that does not fit.
type Break struct {
	Entry      int64  // where; 0: it is about no entry
	Checkpoint int64  // where; 0: it is about no checkpoint
	What       string // a sentence
}

// Error is the sentence.
func (b *Break) Error() string { return b.What }

func atEntry(number int64, form string, args ...any) *Break {
	return &Break{Entry: number, What: fmt.Sprintf(form, args...)}
}

func atCheckpoint(number int64, form string, args ...any) *Break {
	return &Break{Checkpoint: number, What: fmt.Sprintf(form, args...)}
}

// missing says which of a kind are not there.
func missing(one, many string, first, last int64) string {
	if first == last {
		return fmt.Sprintf("%s %d is missing.", one, first)
	}
	return fmt.Sprintf("%s %d to %d are missing.", many, first, last)
}
