package register

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// Cursor is where a list goes on: behind the linked account that has these
// values. It says what it was sorted by, so that it is not taken for one of
// another order.
type Cursor struct {
	Sort        Sort      `json:"s"`
	Descending  bool      `json:"d,omitzero"`
	NewestFirst bool      `json:"n,omitzero"`
	Account     string    `json:"a,omitzero"` // its name, when sorted by it
	Label       string    `json:"l,omitzero"`
	At          time.Time `json:"t,omitzero"` // of the check, the end or the review, when sorted by it
	Number      int64     `json:"i"`
	Least       int       `json:"m,omitzero"` // how many there are at least, as the first page counted them
	Seen        int       `json:"c,omitzero"` // rows on the pages before, when they are not counted otherwise
}

// CursorOf points at a row in the order of a query.
func CursorOf(r Row, q Query, newestFirst bool) Cursor {
	c := Cursor{Sort: q.Order(), Descending: q.Descending, NewestFirst: newestFirst, Number: r.Number}
	if newestFirst {
		return c
	}
	switch c.Sort {
	case ByChecked:
		c.At = r.LastCheckedAt
	case ByExpires:
		c.At = r.ends()
	case ByReviewed:
		c.At = r.ReviewedAt
	case ByAccount:
		c.Account, c.Label = r.Account, r.Label
	default:
		c.Label = r.Label
	}
	return c
}

// Row gives a row that sorts where the cursor points.
func (c Cursor) Row() Row {
	return Row{Number: c.Number, Account: c.Account, Label: c.Label, LastCheckedAt: c.At, ExpiresAt: c.At, ReviewedAt: c.At}
}

// Comparison gives what sorts rows in the order of a query. It agrees with the
// database, which takes no notice of the case of ASCII letters in labels.
func Comparison(q Query) func(a, b Row) int {
	compare := func(a, b Row) int { return strings.Compare(lower(a.Label), lower(b.Label)) }
	switch byLabel := compare; q.Order() {
	case ByChecked:
		compare = func(a, b Row) int { return a.LastCheckedAt.Compare(b.LastCheckedAt) }
	case ByExpires:
		compare = func(a, b Row) int { return a.ends().Compare(b.ends()) }
	case ByReviewed:
		compare = func(a, b Row) int { return a.ReviewedAt.Compare(b.ReviewedAt) }
	case ByAccount:
		compare = func(a, b Row) int { return cmp.Or(strings.Compare(a.Account, b.Account), byLabel(a, b)) }
	}
	return func(a, b Row) int {
		order := cmp.Or(compare(a, b), cmp.Compare(a.Number, b.Number))
		if q.Descending {
			return -order
		}
		return order
	}
}

func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

// IsZero reports whether it points nowhere: the beginning, or the end.
func (c Cursor) IsZero() bool { return c.Number == 0 }

// String gives the cursor as a word for a URL, empty when it points nowhere.
func (c Cursor) String() string {
	if c.IsZero() {
		return ""
	}
	written, err := json.Marshal(c)
	if err != nil { // of a time that no certificate has
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(written)
}

// readCursor reads what String gave. What is something else, or belongs to
// another order, points nowhere.
func readCursor(word string, q Query) Cursor {
	written, err := base64.RawURLEncoding.DecodeString(word)
	if err != nil {
		return Cursor{}
	}
	var c Cursor
	if err := json.Unmarshal(written, &c); err != nil || c.Number < 0 || c.Sort != q.Order() || c.Descending != q.Descending {
		return Cursor{}
	}
	return c
}
