package identity

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mooring/account"
	"mooring/secret"
	"mooring/text"
)

// The kinds of provider. Entra tells when somebody signed in, which a proof
// needs, only if the app registration has the optional claim auth_time, and
// whose address it is only if it has xms_edov.
const (
	GitHub = "github"
	Google = "google"
	Entra  = "entra"
	OIDC   = "oidc"
)

const secretSize = 4 << 10 // bytes of a client secret; real ones have some forty

// Settings are what the operator says about a provider.
type Settings struct {
	Kind         string
	Key          string // in paths: a-z, 0-9, hyphen
	Name         string // what people read
	Issuer       string // such as https://accounts.google.com
	Tenant       string // GUID, of Entra
	ClientID     string
	ClientSecret secret.Text
	GroupsClaim  string         // empty: groups are not asked for
	Scopes       []string       // empty: those that Mooring needs
	AuthMethod   string         // how the secret travels; empty: as the provider takes it
	Roots        *x509.CertPool // nil: the system's
}

// allowed says which settings a kind has beside those that all have.
var allowed = map[string][]string{
	GitHub: {},
	Google: {"scopes"},
	Entra:  {"tenant", "groups-claim", "scopes", "auth-method"},
	OIDC:   {"issuer", "groups-claim", "scopes", "auth-method", "ca"},
}

var (
	allHave     = []string{"key", "name", "client-id", "client-secret-file", "client-secret-env"}
	defaultName = map[string]string{GitHub: "GitHub", Google: "Google", Entra: "Microsoft"}
	keyForm     = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$`)
	guidForm    = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)

// ParseSettings reads one line of settings, such as
//
//	oidc key=harbor name='Harbor SSO' issuer=https://sso.example.com client-id=mooring client-secret-file=/run/secrets/harbor
//
// An error is one line, and never repeats a value that could be a secret.
func ParseSettings(line string, readFile func(string) ([]byte, error), getenv func(string) string) (Settings, error) {
	if strings.ContainsFunc(line, unicode.IsControl) {
		return Settings{}, errors.New("the settings of a sign-in provider are one line of text")
	}
	words, err := split(line)
	if err != nil {
		return Settings{}, err
	}
	if len(words) == 0 {
		return Settings{}, errors.New("a sign-in provider begins with github, google, entra or oidc")
	}
	s := Settings{Kind: words[0]}
	own, known := allowed[s.Kind]
	if !known {
		return Settings{}, errors.New("a sign-in provider begins with github, google, entra or oidc")
	}
	given, err := pairs(words[1:], slices.Concat(own, allHave))
	if err != nil {
		return Settings{}, fmt.Errorf("%s: %w", s.Kind, err)
	}
	if err := s.fill(given, readFile, getenv); err != nil {
		return Settings{}, fmt.Errorf("%s: %w", s.Kind, err)
	}
	return s, nil
}

func (s *Settings) fill(given map[string]string, readFile func(string) ([]byte, error), getenv func(string) string) error {
	s.Key, s.Name, s.ClientID, s.GroupsClaim = given["key"], text.Line(given["name"]), given["client-id"], given["groups-claim"]
	if s.Key == "" && s.Kind != OIDC {
		s.Key = s.Kind
	}
	if s.Name == "" {
		s.Name = defaultName[s.Kind]
	}
	switch {
	case slices.Contains([]account.Way{account.ByPassword, account.ByPasskey, account.ByCode}, account.Way(s.Key)):
		return fmt.Errorf("key=: %s is the name of another way to sign in; choose another key", s.Key)
	case !keyForm.MatchString(s.Key):
		return errors.New("key= must be 1 to 32 small letters, digits and hyphens, such as key=harbor")
	case s.Name == "" || utf8.RuneCountInString(s.Name) > 40:
		return errors.New("name= must be what people read on the button, at most 40 characters")
	case s.ClientID == "" || strings.ContainsFunc(s.ClientID, notGraphic):
		return errors.New("client-id= is missing")
	}
	if err := s.fillIssuer(given); err != nil {
		return err
	}
	if err := s.fillRequest(given); err != nil {
		return err
	}
	if file := given["ca"]; file != "" {
		if err := s.trust(file, readFile); err != nil {
			return err
		}
	}
	return s.fillSecret(given, readFile, getenv)
}

func (s *Settings) fillIssuer(given map[string]string) error {
	switch s.Kind {
	case GitHub:
		s.Issuer = githubIssuer
	case Google:
		s.Issuer = "https://accounts.google.com"
	case Entra:
		s.Tenant = strings.ToLower(given["tenant"])
		if !guidForm.MatchString(s.Tenant) {
			return errors.New("tenant= must be the GUID of one tenant; names, and common, organizations and consumers, would let strangers in")
		}
		s.Issuer = "https://login.microsoftonline.com/" + s.Tenant + "/v2.0"
	case OIDC:
		s.Issuer = given["issuer"]
		u, err := url.Parse(s.Issuer)
		if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return errors.New("issuer= must be an address such as https://sso.example.com, as its discovery document writes it")
		}
		loopback := u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback()
		if u.Scheme != "https" && (u.Scheme != "http" || !loopback) {
			return errors.New("issuer= must begin with https://")
		}
	}
	return nil
}

// How a client secret travels, as the standard calls it.
const (
	SecretInHeader = "client_secret_basic"
	SecretInForm   = "client_secret_post"
)

const (
	scopesLimit = 20
	scopeSize   = 200 // characters
)

// fillRequest reads what is asked of the provider, and how.
func (s *Settings) fillRequest(given map[string]string) error {
	s.AuthMethod = given["auth-method"]
	if s.AuthMethod != "" && s.AuthMethod != SecretInHeader && s.AuthMethod != SecretInForm {
		return errors.New("auth-method= must be client_secret_basic or client_secret_post; without it, Mooring tries the one and then the other")
	}
	if given["scopes"] == "" {
		return nil
	}
	s.Scopes = strings.FieldsFunc(given["scopes"], func(r rune) bool { return unicode.IsSpace(r) || r == ',' })
	switch {
	case !slices.Contains(s.Scopes, "openid"):
		return errors.New("scopes= must have openid among them, such as scopes='openid email profile'")
	case len(s.Scopes) > scopesLimit:
		return errors.New("scopes= has more than 20 scopes; name those that the provider needs")
	case slices.ContainsFunc(s.Scopes, badScope):
		return errors.New("scopes= has one that is no scope; scopes are words of ASCII letters, digits and signs other than \" and \\, with blanks or commas between them")
	}
	return nil
}

func badScope(scope string) bool {
	return len(scope) > scopeSize || strings.ContainsFunc(scope, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' })
}

func (s *Settings) trust(file string, readFile func(string) ([]byte, error)) error {
	certificates, err := readFile(file)
	if err != nil {
		return fmt.Errorf("ca=: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(certificates) {
		return fmt.Errorf("ca=: %s holds no certificate", file)
	}
	s.Roots = roots
	return nil
}

func (s *Settings) fillSecret(given map[string]string, readFile func(string) ([]byte, error), getenv func(string) string) error {
	file, variable := given["client-secret-file"], given["client-secret-env"]
	var value string
	switch {
	case (file == "") == (variable == ""):
		return errors.New("give the secret by client-secret-file= or by client-secret-env=")
	case file != "":
		content, err := readFile(file)
		if err != nil {
			return fmt.Errorf("client-secret-file=: %w", err)
		}
		value = strings.TrimRight(string(content), "\r\n")
	default:
		value = getenv(variable)
	}
	if value == "" || len(value) > secretSize || strings.ContainsFunc(value, notGraphic) {
		return errors.New("the client secret is empty or is not one line of text")
	}
	s.ClientSecret = secret.NewText(value)
	return nil
}

func notGraphic(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) }

// pairs reads name=value words. What is no such word is not repeated: it may
// be half of a secret.
func pairs(words, names []string) (map[string]string, error) {
	known := map[string]bool{}
	for _, name := range names {
		known[name] = true
	}
	given := map[string]string{}
	for i, word := range words {
		name, value, ok := strings.Cut(word, "=")
		_, twice := given[name]
		switch {
		case name == "client-secret":
			return nil, errors.New("a secret does not belong on the command line: use client-secret-file= or client-secret-env=")
		case !ok:
			return nil, fmt.Errorf("word %d after the kind is not of the form name=value", i+1)
		case !known[name]:
			return nil, fmt.Errorf("word %d after the kind is not one of %s", i+1, strings.Join(names, "=, ")+"=")
		case twice:
			return nil, fmt.Errorf("%s= is there twice", name)
		case value == "":
			return nil, fmt.Errorf("%s= is empty", name)
		}
		given[name] = value
	}
	return given, nil
}

// split cuts a line into words at spaces that are in no quotes.
func split(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quote := false, rune(0)
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, inWord = r, true
		case quote == 0 && unicode.IsSpace(r):
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if quote != 0 {
		return nil, errors.New("a quotation mark is not closed")
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
