// Package identity lets people sign in with who they are elsewhere: at GitHub,
// Google, Microsoft Entra, or any issuer that speaks OpenID Connect.
package identity

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/markbates/goth"
	"golang.org/x/oauth2"

	"mooring/account"
	"mooring/identity/oidc"
	"mooring/text"
)

const (
	attemptLife = 15 * time.Minute // to sign in there, with a second step and a new phone
	clockSlack  = time.Minute      // that our own clock may be set back meanwhile
	nameSize    = 100              // characters of a name that are kept
	groupsLimit = 2000

	warningGap = time.Hour // between two warnings of a kind
)

// Attempt is one sign-in on its way, between Begin and Finish. Whoever carries
// it seals it and lets it be used once.
type Attempt struct {
	Provider string // key
	State    string
	Nonce    string
	Verifier string // of PKCE
	Fresh    bool   // the provider is to ask again who it is
	Begun    time.Time
}

// Provider is one way to sign in elsewhere.
type Provider struct {
	settings Settings
	now      func() time.Time
	log      *slog.Logger
	flow     flow

	signedOut string // address to which the provider leads after a sign-out there

	mu     sync.Mutex
	warned map[string]time.Time // when, by the message
}

// flow is what differs between OAuth at GitHub and OpenID Connect.
type flow interface {
	// begin fills what is still open in the attempt and gives the address.
	begin(ctx context.Context, a *Attempt) (string, error)
	// finish checks state and answer and says who it is.
	finish(ctx context.Context, a Attempt, answer url.Values) (found, error)
}

// found is who signed in, and why something about them could not be asked.
type found struct {
	goth.User
	unread error
}

// CallbackPath is the path that a provider sends the browser back to.
func CallbackPath(key string) string { return "/login/with/" + key + "/callback" }

// New makes a provider. It asks nobody: a provider that is down at the start
// is there again when it answers. The client may be nil, and so may the log.
func New(s Settings, publicURL *url.URL, client *http.Client, now func() time.Time, log *slog.Logger) (*Provider, error) {
	guarded, err := oidc.Guard(client, s.Roots)
	if err != nil {
		return nil, err
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	p := &Provider{settings: s, now: now, log: log, signedOut: publicURL.JoinPath("login").String(), warned: map[string]time.Time{}}
	callback := publicURL.JoinPath(CallbackPath(s.Key)).String()
	if s.Kind == GitHub {
		p.flow = github{s, callback, guarded}
		return p, nil
	}
	issuer, err := oidc.New(oidc.Config{
		Name: s.Key, Issuer: s.Issuer, ClientID: s.ClientID, ClientSecret: s.ClientSecret, RedirectURL: callback,
		GroupsClaim: s.GroupsClaim, Scopes: s.Scopes, AuthStyle: authStyles[s.AuthMethod], NeverAgain: !p.AsksAgain(), Client: guarded, Now: now,
	})
	if err != nil {
		return nil, err
	}
	p.flow = connect{issuer}
	return p, nil
}

var authStyles = map[string]oauth2.AuthStyle{SecretInHeader: oauth2.AuthStyleInHeader, SecretInForm: oauth2.AuthStyleInParams}

// Key tells the providers of a site apart, in paths too.
func (p *Provider) Key() string { return p.settings.Key }

// Name is what people read on the button.
func (p *Provider) Name() string { return p.settings.Name }

// Kind is one of the kinds of provider.
func (p *Provider) Kind() string { return p.settings.Kind }

// AsksAgain reports whether the provider can be made to ask a person again. The
// others let them choose an account and take its word that they are still
// signed in there.
func (p *Provider) AsksAgain() bool { return p.settings.Kind == Entra || p.settings.Kind == OIDC }

// Begin starts a sign-in and says where to send the browser. A fresh one asks
// the person again, for a proof.
func (p *Provider) Begin(ctx context.Context, fresh bool) (Attempt, string, error) {
	a := Attempt{Provider: p.Key(), State: oidc.NewState(), Fresh: fresh, Begun: p.now().UTC()}
	address, err := p.flow.begin(ctx, &a)
	if err != nil {
		return Attempt{}, "", sentence(err)
	}
	return a, address, nil
}

// Finish checks what came back to the callback address.
func (p *Provider) Finish(ctx context.Context, a Attempt, answer url.Values) (account.Identity, error) {
	age := p.now().Sub(a.Begun)
	switch {
	case a.Provider != p.Key():
		return account.Identity{}, ErrAnswer.Because(errors.New("it began at another provider"))
	case age > attemptLife || age < -clockSlack:
		return account.Identity{}, ErrAnswer.Because(errors.New("it began " + age.String() + " ago"))
	}
	for _, name := range []string{"state", "code", "iss", "error"} {
		if len(answer[name]) > 1 {
			return account.Identity{}, ErrAnswer.Because(errors.New("the answer has " + name + " twice"))
		}
	}
	user, err := p.flow.finish(ctx, a, answer)
	if err != nil {
		return account.Identity{}, sentence(err)
	}
	id := account.Identity{Provider: p.Key(), Issuer: p.settings.Issuer, Subject: user.UserID}
	id.Name = name(user.User)
	if email, ok := oidc.Address(user.Email); ok {
		id.Email, id.EmailVerified = email, p.verified(user.RawData)
	}
	if user.unread != nil {
		id.Unread = true
		p.warn("a sign-in provider did not say all about somebody", "cause", user.unread)
	}
	if p.settings.GroupsClaim != "" { // without it the provider tells none, which is not the same as being in none
		id.Groups = p.groups(user)
	}
	return id, nil
}

// warn has the log tell the operator what a sign-in showed about the provider,
// once in warningGap for each message: everybody who signs in shows the same.
func (p *Provider) warn(message string, details ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last, ok := p.warned[message]; ok && p.now().Sub(last).Abs() < warningGap {
		return
	}
	p.warned[message] = p.now()
	p.log.Warn(message, append([]any{"provider", p.Key()}, details...)...)
}

// signOutTime bounds the question for the sign-out page, because a page waits.
const signOutTime = 3 * time.Second

// SignOutURL is where somebody who has signed out of Mooring signs out of the
// provider, too, and comes back to the sign-in page: empty when there is none.
func (p *Provider) SignOutURL(ctx context.Context) string {
	issuer, ok := p.flow.(connect)
	if !ok {
		return ""
	}
	ctx, stop := context.WithTimeout(ctx, signOutTime)
	defer stop()
	to, err := issuer.SignOutURL(ctx, p.signedOut)
	if err != nil {
		p.warn("could not ask a sign-in provider where people sign out", "cause", err)
	}
	return to
}

// sentence says what people read.
func sentence(err error) error {
	switch {
	case errors.Is(err, oidc.ErrClient):
		return ErrProviderClient.Because(err)
	case errors.Is(err, oidc.ErrSettings):
		return ErrProviderSettings.Because(err)
	case errors.Is(err, oidc.ErrRefused):
		return ErrProviderRefused.Because(err)
	case errors.Is(err, oidc.ErrBroken):
		return ErrProviderBroken.Because(err)
	case errors.Is(err, oidc.ErrToken):
		return ErrToken.Because(err)
	case errors.Is(err, oidc.ErrAnswer):
		return ErrAnswer.Because(err)
	case errors.Is(err, oidc.ErrNotAgain):
		return ErrNotAgain.Because(err)
	}
	return ErrProviderDown.Because(err)
}

// verified reports whether the provider has seen that the address is theirs.
// Entra lets the administrator of any tenant write any address: only what it
// says about the owner of its domain counts.
func (p *Provider) verified(claims map[string]any) bool {
	return isTrue(claims["email_verified"]) || p.settings.Kind == Entra && isTrue(claims["xms_edov"])
}

// isTrue reads a claim that some issuers write as a text or a number.
func isTrue(claim any) bool {
	word, _ := claim.(string)
	return claim == true || claim == float64(1) || strings.EqualFold(word, "true") || word == "1"
}

func name(user goth.User) string {
	for _, given := range []string{user.Name, user.NickName} {
		if line := []rune(text.Line(given)); len(line) > 0 {
			return string(line[:min(len(line), nameSize)])
		}
	}
	return ""
}

// connect signs in at an issuer that speaks OpenID Connect.
type connect struct{ *oidc.Provider }

func (c connect) begin(ctx context.Context, a *Attempt) (string, error) {
	s, err := c.Begin(ctx, a.State, a.Fresh)
	if err != nil {
		return "", err
	}
	a.Nonce, a.Verifier = s.Nonce, s.Verifier
	return s.GetAuthURL()
}

func (c connect) finish(ctx context.Context, a Attempt, answer url.Values) (found, error) {
	s := &oidc.Session{State: a.State, Nonce: a.Nonce, Verifier: a.Verifier, Fresh: a.Fresh, Begun: a.Begun}
	if _, err := s.AuthorizeWithin(ctx, c.Provider, answer); err != nil {
		return found{}, err
	}
	user, err := c.FetchUserWithin(ctx, s)
	return found{user, s.Unread()}, err
}
