package credential

import (
	"fmt"
	"testing"
	"time"
)

func TestAccountsThatRequestNothingAreForgotten(t *testing.T) {
	l, now := newCheckLimit(2), time.Date(2026, time.November, 22, 9, 14, 3, 0, time.UTC)
	for n := range 100 {
		if err := l.take(fmt.Sprint(n), now); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.take("7", now.Add(2*checkWindow)); err != nil {
		t.Fatal(err)
	}
	if len(l.requested) != 1 || len(l.requested["7"]) != 1 {
		t.Errorf("%d accounts are remembered, and 7 with %d requests", len(l.requested), len(l.requested["7"]))
	}
}
