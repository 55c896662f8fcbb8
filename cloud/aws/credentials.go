package aws

import (
	"fmt"
	"log/slog"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"

	"mooring/secret"
)

// Credentials are those of a session. They can't be printed, logged or encoded.
type Credentials struct {
	accessKey string
	secretKey secret.Text
	token     secret.Text
	expires   time.Time
}

// NewCredentials makes credentials of what AWS gave out.
func NewCredentials(accessKey, secretKey, token string, expires time.Time) Credentials {
	return Credentials{accessKey, secret.NewText(secretKey), secret.NewText(token), expires}
}

// Expires is when AWS stops accepting them.
func (c Credentials) Expires() time.Time { return c.expires }

// Reveal gives the secrets themselves. Each call is a place to look at in review.
func (c Credentials) Reveal() (accessKey, secretKey, token string) {
	return c.accessKey, c.secretKey.Reveal(), c.token.Reveal()
}

// Format implements fmt.Formatter for every verb.
func (c Credentials) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(secret.Hidden)) }

// MarshalJSON implements json.Marshaler.
func (c Credentials) MarshalJSON() ([]byte, error) { return []byte(`"` + secret.Hidden + `"`), nil }

// MarshalText implements encoding.TextMarshaler.
func (c Credentials) MarshalText() ([]byte, error) { return []byte(secret.Hidden), nil }

// LogValue implements slog.LogValuer.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(secret.Hidden) }

// sdk is what the signer takes.
func (c Credentials) sdk() awssdk.Credentials {
	return awssdk.Credentials{AccessKeyID: c.accessKey, SecretAccessKey: c.secretKey.Reveal(), SessionToken: c.token.Reveal()}
}
