package walkthrough

import (
	"fmt"
	"image"
	"strings"
)

// Finding is one way in which a walkthrough is not true, or not any more.
type Finding struct {
	Walkthrough string // its name; "": the folder of walkthroughs itself
	Line        int    // in its file; 0: the whole walkthrough
	Where       string // the picture, terminal or part it is about; may be ""
	Says        string // what is wrong, and what to do
	Moment      *Moment
}

// Moment is what the window showed when a step failed.
type Moment struct {
	Window  image.Image // nil: nothing could be photographed
	Targets []Target    // what a walkthrough could name there
}

// String tells the finding in a line, so that editors lead to its place.
func (f Finding) String() string {
	if f.Walkthrough == "" {
		return f.Where + ": " + f.Says
	}
	var said strings.Builder
	said.WriteString(f.Walkthrough + "/" + SourceFile)
	if f.Line > 0 {
		fmt.Fprintf(&said, ":%d", f.Line)
	}
	said.WriteString(": ")
	if f.Where != "" {
		said.WriteString(f.Where + ": ")
	}
	return said.String() + f.Says
}
