package staged

import (
	"strings"
	"testing"
)

func TestIDsOfRequestsAreKept(t *testing.T) {
	part := strings.Repeat("0A", 16)
	for _, id := range []string{"", "b5c1d6e2-0000-4000-8000-000000000000", part + "/" + part + "/" + part} {
		if got := cleanID(id); got != id {
			t.Errorf("%q became %q", id, got)
		}
	}
	for _, id := range []string{"<script>", "a b", "a\nb", "é", strings.Repeat(part, 4)} {
		if got := cleanID(id); got != "" {
			t.Errorf("%q was kept as %q", id, got)
		}
	}
}
