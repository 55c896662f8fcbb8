package walkthrough

import (
	"fmt"
	"strings"
)

// seen are the words of the interface that somebody met during a step.
type seen map[string]bool

func (s seen) add(words []string) {
	for _, w := range words {
		s[spaced(w)] = true
	}
}

// spaced has one space where there was any white space.
func spaced(text string) string { return strings.Join(strings.Fields(text), " ") }

// missing lists the labels that the interface did not have. A path such as
// Account info > Cloud Providers is as many labels as it has parts.
func (s seen) missing(labels []Label) []Finding {
	var findings []Finding
	for _, label := range labels {
		for part := range strings.SplitSeq(label.Text, ">") {
			if part = spaced(part); !s[part] {
				findings = append(findings, Finding{Line: label.Line,
					Says: fmt.Sprintf("the text names %q, but the interface does not show it at this step", part)})
			}
		}
	}
	return findings
}
