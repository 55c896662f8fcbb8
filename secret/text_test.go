package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"mooring/secret"
)

// canary is what must never appear: as a password, and as the key of a ring.
const canary = "canary-of-exactly-32-bytes-long!"

var verbs = []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%#x", "%d", "%o", "%t", "%c", "%U", "%e", "%b", "%10.3v", "%w", "%p"}

func canaries(t testing.TB) (secret.Text, *secret.Ring) {
	t.Helper()
	ring, err := secret.ParseRing([]byte(header + "00000001 " + base64.StdEncoding.EncodeToString([]byte(canary)) + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return secret.NewText(canary), ring
}

// leaks reports whether text holds a piece of the canary in any spelling.
func leaks(text string) bool {
	piece := canary[3:9]
	spellings := []string{
		piece, fmt.Sprintf("%x", piece), fmt.Sprintf("%X", piece), fmt.Sprintf("% x", piece), fmt.Sprintf("%#v", []byte(piece))[7:20],
		strings.Trim(fmt.Sprint([]byte(piece)), "[]"), strings.Trim(fmt.Sprintf("%o", []byte(piece)), "[]"),
		strings.Trim(fmt.Sprintf("%b", []byte(piece)), "[]"), strings.Trim(fmt.Sprintf("%c", []byte(piece)), "[]"),
		strings.Trim(fmt.Sprintf("%U", []byte(piece)), "[]"),
		base64.StdEncoding.EncodeToString([]byte(canary))[:16],
	}
	for _, s := range spellings {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

func TestTheCanaryIsSeenInEverySpelling(t *testing.T) {
	for _, verb := range verbs {
		for _, bare := range []any{canary, []byte(canary), struct{ b []byte }{[]byte(canary)}} {
			text := fmt.Sprintf(verb, bare)
			numberless := verb == "%t" || verb == "%e" || verb == "%w" || verb == "%p" || verb == "%10.3v"
			if !numberless && !leaks(text) {
				t.Errorf("%s of %T printed %s and nobody noticed", verb, bare, text)
			}
		}
	}
}

func TestSecretsPrintAsHidden(t *testing.T) {
	text, ring := canaries(t)
	for name, value := range map[string]any{
		"text": text, "pointer to text": &text, "ring": ring, "ring itself": *ring,
	} {
		for _, verb := range verbs {
			got := fmt.Sprintf(verb, value)
			if verb != "%p" && verb != "%w" && got != secret.Hidden { // fmt calls nobody for these two
				t.Errorf("%s of a %s printed %s", verb, name, got)
			}
			if leaks(got) {
				t.Errorf("%s of a %s leaked: %s", verb, name, got)
			}
		}
		if got := fmt.Sprintln(value); got != secret.Hidden+"\n" {
			t.Errorf("Println of a %s printed %s", name, got)
		}
	}
}

// nests holds the secrets in every way that a struct, a map or a slice can.
func nests(t testing.TB) map[string]any {
	text, ring := canaries(t)
	type inner struct {
		Text    secret.Text
		PText   *secret.Text
		Ring    *secret.Ring
		RingToo secret.Ring
	}
	type private struct {
		text  secret.Text
		pText *secret.Text
		ring  *secret.Ring
		whole secret.Ring
	}
	exported, unexported := inner{text, &text, ring, *ring}, private{text, &text, ring, *ring}
	type embedding struct {
		secret.Text
		Other int
	}
	return map[string]any{
		"a struct":               exported,
		"a pointer to a struct":  &exported,
		"unexported fields":      unexported,
		"pointer to unexported":  &unexported,
		"an embedded text":       embedding{text, 7},
		"a slice":                []any{text, &text, ring, *ring},
		"a slice of texts":       []secret.Text{text},
		"a slice of rings":       []*secret.Ring{ring},
		"a map":                  map[string]any{"text": text, "ptext": &text, "ring": ring},
		"a map of texts":         map[string]secret.Text{"text": text},
		"a map of rings":         map[string]*secret.Ring{"ring": ring},
		"a map to structs":       map[string]inner{"inner": exported},
		"a map to private ones":  map[string]private{"inner": unexported},
		"an interface in a type": struct{ Any any }{exported},
	}
}

func TestNestedSecretsDoNotPrint(t *testing.T) {
	for name, nest := range nests(t) {
		for _, verb := range verbs {
			if got := fmt.Sprintf(verb, nest); leaks(got) {
				t.Errorf("%s of %s leaked: %s", verb, name, got)
			}
		}
	}
}

func TestSecretsDoNotEncode(t *testing.T) {
	text, ring := canaries(t)
	for name, value := range map[string]any{"text": text, "pointer to text": &text, "ring": ring, "ring itself": *ring} {
		if got, err := json.Marshal(value); err != nil || string(got) != `"`+secret.Hidden+`"` {
			t.Errorf("JSON of a %s is %s, %v", name, got, err)
		}
		if got, err := xml.Marshal(value); err != nil || !bytes.Contains(got, []byte(">"+secret.Hidden+"<")) {
			t.Errorf("XML of a %s is %s, %v", name, got, err)
		}
	}
	for name, nest := range nests(t) {
		got, err := json.Marshal(nest)
		if err != nil || leaks(string(got)) {
			t.Errorf("JSON of %s is %s, %v", name, got, err)
		}
	}
}

func TestSecretsDoNotReachALog(t *testing.T) {
	text, ring := canaries(t)
	for kind, handler := range map[string]func(*bytes.Buffer) slog.Handler{
		"text": func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		"JSON": func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		for name, value := range map[string]any{"text": text, "pointer to text": &text, "ring": ring, "ring itself": *ring} {
			var log bytes.Buffer
			slog.New(handler(&log)).Info("look", "value", value)
			if got := log.String(); leaks(got) || !strings.Contains(got, secret.Hidden) {
				t.Errorf("a %s in a %s log: %s", name, kind, got)
			}
		}
		for name, nest := range nests(t) {
			var log bytes.Buffer
			slog.New(handler(&log)).With("with", nest).WithGroup("group").Info("look", "value", nest)
			if got := log.String(); leaks(got) {
				t.Errorf("%s in a %s log: %s", name, kind, got)
			}
		}
	}
}

func TestOnlyRevealTellsTheSecret(t *testing.T) {
	text, _ := canaries(t)
	if text.Reveal() != canary {
		t.Errorf("got %q", text.Reveal())
	}
	var none secret.Text
	if none.Reveal() != "" || fmt.Sprint(none) != secret.Hidden {
		t.Errorf("the zero value reveals %q and prints %v", none.Reveal(), none)
	}
}
