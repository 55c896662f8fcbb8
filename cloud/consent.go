package cloud

import (
	"context"
	"errors"
	"net/url"

	"mooring/secret"
)

// Consenter is the ability of clouds whose links sign in with a grant: a person signs
// in to the cloud in the browser and consents there. Method.Needs is Grant.
type Consenter interface {
	// Consent begins to ask for a grant. The browser goes to Consent.Address and comes
	// back to redirect, which is an address of this Mooring. An error is a fault whose
	// sentence says why nobody can be asked.
	Consent(ctx context.Context, redirect string) (Consent, error)

	// Consented ends it, with the query that the browser came back with. An error is a
	// fault whose sentence says what went wrong.
	Consented(ctx context.Context, begun Consent, returned url.Values) (Consented, error)

	// Revoke ends a grant at the cloud. A grant that the cloud doesn't know any more is
	// revoked.
	Revoke(ctx context.Context, grant secret.Text) error
}

// Consent is the question to a person that is on its way. A browser carries it, sealed.
type Consent struct {
	State    string // comes back in the query
	Verifier string // proves that the code is ours (PKCE)
	Client   string // the client ID that asks
	Redirect string
	Address  string `json:"-"` // where the browser goes
}

// Consented is what a person consented to.
type Consented struct {
	Grant       secret.Text
	Target      Target
	AccountName string // what the cloud calls the account
}

// UseGrant uses a link's grant, which changes with each use: it hands the grant to
// exchange, and has stored what comes instead of it when it returns. Before that it has
// written down that the grant is in use: inDoubt says that an earlier use never got as
// far as storing its result, so that nobody knows whether the cloud took it. An exchange
// that knows that its grant never reached the cloud says so with ErrGrantUnused.
type UseGrant func(ctx context.Context, exchange func(ctx context.Context, grant secret.Text, inDoubt bool) (next secret.Text, err error)) error

// ErrGrantUnused is an error of an exchange whose grant never reached the cloud.
var ErrGrantUnused = errors.New("cloud: the grant wasn't used")

// Consenter gives the ability of a provider, if it has it.
func (r Registry) Consenter(provider string) (Consenter, bool) {
	c, ok := r[provider].(Consenter)
	return c, ok
}
