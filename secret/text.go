package secret

import (
	"fmt"
	"log/slog"
)

// Hidden is what a secret prints as, whoever prints it.
const Hidden = "(hidden)"

// Text holds a secret string that cannot be printed by accident. The value
// lies behind a function, so that no verb of fmt and no encoder reaches it.
type Text struct{ reveal func() string }

// NewText hides s.
func NewText(s string) Text { return Text{func() string { return s }} }

// Reveal gives the secret itself. Each call is a place to look at in review.
func (t Text) Reveal() string {
	if t.reveal == nil {
		return ""
	}
	return t.reveal()
}

// Format implements fmt.Formatter for every verb.
func (t Text) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(Hidden)) }

// MarshalJSON implements json.Marshaler.
func (t Text) MarshalJSON() ([]byte, error) { return []byte(`"` + Hidden + `"`), nil }

// MarshalText implements encoding.TextMarshaler.
func (t Text) MarshalText() ([]byte, error) { return []byte(Hidden), nil }

// LogValue implements slog.LogValuer.
func (t Text) LogValue() slog.Value { return slog.StringValue(Hidden) }
