package walkthrough

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"
)

// How much of what somebody types is searched for. Whoever reads the help can
// send any query, so the work for one must not grow with its length.
const (
	MaxQuery = 200 // bytes
	MaxWords = 8
)

// Query is what somebody searches the help for.
type Query struct {
	Typed string   // at most MaxQuery bytes
	Words []string // in lower case, each once, at most MaxWords

	compared int // bytes of text that were searched for a word
}

// NewQuery reads what somebody typed, and leaves out what is too much.
func NewQuery(typed string) *Query {
	typed = typed[:min(len(typed), MaxQuery)]
	for len(typed) > 0 { // no half letter
		if letter, size := utf8.DecodeLastRuneInString(typed); letter != utf8.RuneError || size != 1 {
			break
		}
		typed = typed[:len(typed)-1]
	}
	q := &Query{Typed: strings.TrimSpace(typed)}
	for _, word := range strings.Fields(strings.ToLower(q.Typed)) {
		if len(q.Words) < MaxWords && !slices.Contains(q.Words, word) {
			q.Words = append(q.Words, word)
		}
	}
	return q
}

// In reports whether a text in lower case has all the words.
func (q *Query) In(text string) bool {
	return !slices.ContainsFunc(q.Words, func(word string) bool {
		q.compared += len(text)
		return !strings.Contains(text, word)
	})
}

// Compared is how many bytes of text were searched for a word so far: the work
// that the query was.
func (q *Query) Compared() int { return q.compared }

// searched is a part in lower case: its headings, and all of it.
type searched struct{ headings, all string }

// Hit is a part that a search found.
type Hit struct {
	Page Page
	Part Part
}

// Search finds the parts that have all words of a query, whole or in part, in
// whatever order and case. Those that have them in their headings come first. It
// stops with the error of ctx when that ends.
func (l *Library) Search(ctx context.Context, q *Query) ([]Hit, error) {
	if len(q.Words) == 0 {
		return nil, nil
	}
	var titled, others []Hit
	for _, p := range l.pages() {
		for i, part := range p.Parts {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			switch {
			case q.In(p.searched[i].headings):
				titled = append(titled, Hit{p, part})
			case q.In(p.searched[i].all):
				others = append(others, Hit{p, part})
			}
		}
	}
	return append(titled, others...), nil
}
