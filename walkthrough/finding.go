package walkthrough

import (
	"fmt"
	"strings"
)

// Finding is one way in which a walkthrough is not true, or not any more.
type Finding struct {
	Walkthrough string
	Line        int    // in its file; 0: the whole walkthrough
	Where       string // the picture, terminal or part it is about; may be ""
	Says        string // what is wrong, and what to do
}

// String tells the finding in a line, so that editors lead to its place.
func (f Finding) String() string {
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
