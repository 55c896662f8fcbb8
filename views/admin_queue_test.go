package views

import (
	"strings"
	"testing"
)

// TestQueueKeysStandOnTheirButtons: what app.js reads, what is announced and
// what is sent without any script say the same.
func TestQueueKeysStandOnTheirButtons(t *testing.T) {
	d := parse(t, Sample{"queue", QueuePage(sampleQueue())})
	keys := map[string]string{}
	for _, n := range d.elements {
		key, ok := attribute(n, "data-key")
		if !ok {
			continue
		}
		keys[key], _ = attribute(n, "value")
		if told, _ := attribute(n, "aria-keyshortcuts"); told != key {
			t.Errorf("the key %q is announced as %q", key, told)
		}
		if !strings.HasSuffix(textOf(n), key) {
			t.Errorf("the key %q does not stand on %q", key, textOf(n))
		}
		if n.Data != "button" {
			continue
		}
		name, _ := attribute(n, "name")
		kind, _ := attribute(n, "type")
		if _, reason := attribute(n, "data-reason"); name != "decision" || kind != "submit" || reason == (keys[key] == "keep") {
			t.Errorf("<button name=%q type=%q> for %q, asks for a reason: %v", name, kind, keys[key], reason)
		}
	}
	want := map[string]string{"k": "keep", "d": "disable", "u": "unlink", "a": "ask", "s": ""}
	for key, decision := range want {
		if got, ok := keys[key]; !ok || got != decision {
			t.Errorf("%q decides %q, want %q", key, got, decision)
		}
	}
	if len(keys) != len(want) {
		t.Errorf("the keys are %v", keys)
	}
}
