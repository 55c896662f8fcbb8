package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"mooring/account"
	"mooring/identity"
	"mooring/mail"
	"mooring/passkey"
	"mooring/secret"
)

// signInSettings are what an operator says about how people sign in.
type signInSettings struct {
	providers         lines
	noPasswords       bool
	registration      bool
	domains           string
	requireSecondStep bool
	adminGroup        string
	organizationGroup lines
	mail              mailSettings
}

// mailSettings are what an operator says about the mail server.
type mailSettings struct{ server, user, passwordFile, from string }

// lines is a flag that repeat it for more. In a variable, each line is
// one.
type lines []string

// String implements flag.Value.
func (l *lines) String() string { return strings.Join(*l, "\n") }

// Set implements flag.Value.
func (l *lines) Set(value string) error {
	for line := range strings.SplitSeq(value, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			*l = append(*l, line)
		}
	}
	return nil
}

func (s *settings) signInFlags(v *signInSettings) {
	s.Var(&v.providers, "sign-in", `a sign-in provider, such as "github client-id=… client-secret-file=…"; also google, entra (tenant=…) and oidc (key=… name=… issuer=…); repeat it for more`)
	s.BoolVar(&v.noPasswords, "no-passwords", false, "turn off passwords; people sign in with passkeys and providers only")
	s.BoolVar(&v.registration, "registration", false, "let new people join by signing in with a provider")
	s.StringVar(&v.domains, "allow-domain", "", "domains of e-mail addresses to accept from providers, such as example.com,example.org; any by default")
	s.BoolVar(&v.requireSecondStep, "require-second-step", false, "require a passkey: people without one must add it first")
	s.StringVar(&v.adminGroup, "admin-group", "", "a provider's group whose members are site administrators")
	s.Var(&v.organizationGroup, "organization-group", `a provider's group whose members belong to an organization, such as "engineers=harbor:member"; repeat it for more`)
	s.StringVar(&v.mail.server, "mail-server", "", "mail server, such as smtp://mail.example.com:587 or smtps://mail.example.com; without one, people pass on invitation links themselves")
	s.StringVar(&v.mail.user, "mail-user", "", "user name for the mail server")
	s.StringVar(&v.mail.passwordFile, "mail-password-file", "", "file with the password for the mail server")
	s.StringVar(&v.mail.from, "mail-from", "", `sender of mail, such as "Mooring <mooring@example.com>"`)
	s.fromEnv("sign-in", "no-passwords", "registration", "allow-domain", "require-second-step", "admin-group", "organization-group",
		"mail-server", "mail-user", "mail-password-file", "mail-from")
}

// policy reads what holds for the whole site.
func (v signInSettings) policy() (account.Policy, error) {
	p := account.Policy{Passwords: !v.noPasswords, Registration: v.registration, RequireSecondStep: v.requireSecondStep, AdminGroup: v.adminGroup}
	for domain := range strings.SplitSeq(v.domains, ",") {
		if strings.TrimSpace(domain) == "" {
			continue
		}
		domain, err := emailDomain(domain)
		if err != nil {
			return p, usagef("--allow-domain: %w", err)
		}
		p.Domains = append(p.Domains, domain)
	}
	for _, rule := range v.organizationGroup {
		group, rest, _ := strings.Cut(rule, "=")
		organization, word, _ := strings.Cut(rest, ":")
		role, err := account.ParseRole(word)
		if group == "" || organization == "" || err != nil {
			return p, usagef(`--organization-group: %q is not like "engineers=harbor:member"; the roles are owner, member and viewer`, rule)
		}
		p.OrganizationGroups = append(p.OrganizationGroups, account.GroupRule{Group: group, Organization: organization, Role: role})
	}
	if v.registration && len(v.providers) == 0 {
		return p, usagef("--registration requires a provider: add one with --sign-in")
	}
	return p, nil
}

// providerTimeout bounds each question to a sign-in provider.
const providerTimeout = 10 * time.Second

// signInWith makes the providers, in the order in which they were named.
func (v signInSettings) signInWith(public *url.URL, getenv func(string) string, log *slog.Logger) ([]*identity.Provider, error) {
	var all []*identity.Provider
	grouping := "" // the provider that tells groups
	for _, line := range v.providers {
		said, err := identity.ParseSettings(line, os.ReadFile, getenv)
		if err != nil {
			return nil, usagef("--sign-in: %v", err)
		}
		for _, other := range all {
			if other.Key() == said.Key {
				return nil, usagef("--sign-in: two providers have the key %s; give one of them another with key=…", said.Key)
			}
		}
		if said.GroupsClaim != "" {
			if grouping != "" {
				return nil, usagef("--sign-in: %s and %s both have groups-claim=; what one gives, the other would take", grouping, said.Key)
			}
			grouping = said.Key
		}
		provider, err := identity.New(said, public, &http.Client{Timeout: providerTimeout}, time.Now, log)
		if err != nil {
			return nil, usagef("--sign-in: %v", err)
		}
		all = append(all, provider)
	}
	if grouping == "" && (v.adminGroup != "" || len(v.organizationGroup) > 0) {
		log.Warn("no rule about groups can apply: no provider has groups-claim=", "settings", "--admin-group, --organization-group")
	}
	return all, nil
}

func (v mailSettings) mailer() (account.Mailer, error) {
	switch {
	case v.server == "" && (v.user != "" || v.passwordFile != "" || v.from != ""):
		return nil, usagef("--mail-user, --mail-password-file and --mail-from go with --mail-server")
	case v.server == "":
		return nil, nil
	case v.from == "":
		return nil, usagef("--mail-server needs --mail-from, such as \"Mooring <mooring@example.com>\"")
	}
	said := mail.Settings{Server: v.server, User: v.user, From: v.from}
	if v.passwordFile != "" {
		password, err := os.ReadFile(v.passwordFile)
		if err != nil {
			return nil, usagef("--mail-password-file: %v", err)
		}
		said.Password = secret.NewText(string(bytes.TrimSpace(password)))
	}
	mailer, err := mail.New(said)
	if err != nil {
		return nil, usagef("--mail-server: %v", err)
	}
	return mailer, nil
}

// passkeysAt makes what runs the ceremonies of passkeys, and says at which
// address they work: a passkey belongs to a host name, and an IP address is
// none. For this machine that name is localhost.
func passkeysAt(public *url.URL) (account.Passkeys, *url.URL, error) {
	at := *public
	if ip := net.ParseIP(at.Hostname()); ip != nil {
		if !ip.IsLoopback() {
			return nil, nil, nil
		}
		at.Host = net.JoinHostPort("localhost", at.Port())
	}
	passkeys, err := passkey.New(at.Hostname(), []string{at.String()}, "Mooring", time.Now)
	if err != nil {
		return nil, nil, fmt.Errorf("passkeys at %s: %w", &at, err)
	}
	return passkeys, &at, nil
}

// checkWaysIn refuses settings under which nobody could sign in.
func checkWaysIn(policy account.Policy, passkeys account.Passkeys, providers []*identity.Provider, public *url.URL) error {
	switch {
	case policy.RequireSecondStep && passkeys == nil:
		return usagef("--require-second-step needs passkeys, which need a host name; %s is an IP address", public)
	case !policy.Passwords && passkeys == nil && len(providers) == 0:
		return usagef("--no-passwords leaves no way to sign in: add a provider with --sign-in, or use a host name in --public-url to allow passkeys")
	}
	return nil
}
