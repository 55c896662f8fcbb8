package views

import (
	"mooring/credential"
	"mooring/review"
)

// Rights puts the rights of a credential into words.
func (r Reader) Rights(c credential.Credential) []Right {
	var shown []Right
	for _, right := range c.Rights {
		shown = append(shown, Right{Granted: right.Granted, Excessive: right.Excessive, Sentence: r.Clouds.RightText(c.Provider, right)})
	}
	return shown
}

// rightsSince lists the rights of a linked account, and what came and went.
func rightsSince(rights []review.RightSince) []RightNow {
	var shown []RightNow
	for _, r := range rights {
		shown = append(shown, RightNow{Sentence: r.Sentence, Excessive: r.Excessive, Change: rightChanges[r.Change]})
	}
	return shown
}

var rightChanges = map[review.RightChange]RightChange{
	review.RightAdded: RightAdded, review.RightRemoved: RightRemoved,
}
