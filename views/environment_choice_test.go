package views

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// An environment that the cloud finds in other fields isn't asked for.
func TestAnEnvironmentThatIsFoundIsNotChosen(t *testing.T) {
	for _, found := range []bool{false, true} {
		p := sampleForm()
		p.Cloud.EnvironmentFound = found
		var b bytes.Buffer
		if err := environmentChoice(p).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if chosen := strings.Contains(b.String(), "<select"); chosen == found || !strings.Contains(b.String(), `name="environment"`) {
			t.Errorf("found is %v: %s", found, b.String())
		}
		if slices.Contains(p.labelled(), "environment") == found {
			t.Errorf("found is %v: %q", found, p.labelled())
		}
	}
}
