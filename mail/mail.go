// Package mail sends plain text through the operator's mail server.
package mail

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"mooring/secret"
	"mooring/text"
)

const (
	defaultTime = 20 * time.Second // for one mail with everything
	subjectSize = 200              // characters
	bodySize    = 64 << 10         // bytes
	causeLimit  = 300              // characters of what a server says that go into the log
)

// Settings say where the mail server is.
type Settings struct {
	Server    string // smtp://host:port with STARTTLS, or smtps://host:port
	User      string // empty: the server asks for no password
	Password  secret.Text
	From      string         // Mooring <mooring@example.com>
	Roots     *x509.CertPool // nil: the system's
	TimeLimit time.Duration  // of one mail; zero: 20 seconds
}

// Mailer sends mail, each over a connection of its own.
type Mailer struct {
	settings Settings
	host     string
	port     int
	from     *netmail.Address
	options  []gomail.Option
	implicit bool // TLS from the first byte
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
}

// New checks the settings. It asks nobody.
func New(s Settings) (*Mailer, error) {
	m := &Mailer{settings: s, dial: (&net.Dialer{}).DialContext}
	if m.settings.TimeLimit <= 0 {
		m.settings.TimeLimit = defaultTime
	}
	server, err := url.Parse(s.Server)
	if err != nil || server.Hostname() == "" || server.User != nil || strings.Trim(server.Path, "/") != "" || server.RawQuery != "" || server.Fragment != "" {
		return nil, errors.New("the mail server must be written as smtp://host:port or smtps://host:port")
	}
	switch server.Scheme {
	case "smtp":
		m.port = 587
	case "smtps":
		m.port, m.implicit = 465, true
	default:
		return nil, errors.New("the mail server must begin with smtp:// or smtps://")
	}
	if port := server.Port(); port != "" {
		if m.port, err = strconv.Atoi(port); err != nil || m.port < 1 || m.port > 65535 {
			return nil, errors.New("the port of the mail server must be a number from 1 to 65535")
		}
	}
	if m.host = server.Hostname(); net.ParseIP(m.host) == nil {
		if m.host, err = text.HostName(m.host); err != nil {
			return nil, fmt.Errorf("the mail server must be written as smtp://host:port or smtps://host:port: %w", err)
		}
	}
	if m.from, err = netmail.ParseAddress(s.From); err != nil || !oneLine(s.From) {
		return nil, errors.New("mail must be from an address such as Mooring <mooring@example.com>")
	}
	if (s.User == "") != (s.Password.Reveal() == "") {
		return nil, errors.New("the mail server needs a user and a password, or neither")
	}
	m.options = m.clientOptions()
	return m, nil
}

func (m *Mailer) clientOptions() []gomail.Option {
	options := []gomail.Option{
		gomail.WithPort(m.port), gomail.WithTimeout(m.settings.TimeLimit), gomail.WithTLSConfig(m.tls()),
		gomail.WithoutNoop(), gomail.WithoutRset(),
	}
	switch {
	case m.implicit:
		options = append(options, gomail.WithSSL())
	case loopback(m.host): // it does not leave the machine, and nobody has certificates for it
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if m.settings.User != "" {
		options = append(options,
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256PLUS, gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin),
			gomail.WithUsername(m.settings.User), gomail.WithPassword(m.settings.Password.Reveal()))
	}
	return options
}

func (m *Mailer) tls() *tls.Config {
	return &tls.Config{ServerName: m.host, RootCAs: m.settings.Roots, MinVersion: tls.VersionTLS12}
}

func loopback(host string) bool { return host == "localhost" || net.ParseIP(host).IsLoopback() }

// Send sends one mail to one address.
func (m *Mailer) Send(ctx context.Context, to, subject, text string) error {
	message, err := m.compose(to, subject, text)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, m.settings.TimeLimit)
	defer stop()
	client, err := gomail.NewClient(m.host, slices.Concat(m.options, []gomail.Option{gomail.WithDialContextFunc(m.dialUntil(ctx))})...)
	if err != nil {
		return m.because(err)
	}
	err = client.DialAndSendWithContext(ctx, message)
	if err == nil || message.IsDelivered() { // a server that has taken it may hang up without a word
		return nil
	}
	return m.because(errors.Join(ctx.Err(), err))
}

// compose refuses whatever could become a header or an address of its own.
func (m *Mailer) compose(to, subject, text string) (*gomail.Msg, error) {
	recipient, err := netmail.ParseAddress(to)
	switch {
	case err != nil || recipient.Address != to || !oneLine(to):
		return nil, errors.New("the mail is not to one address")
	case subject == "" || len([]rune(subject)) > subjectSize || !oneLine(subject):
		return nil, errors.New("the subject of the mail is not one line")
	case len(text) > bodySize || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }):
		return nil, errors.New("the text of the mail is no plain text")
	}
	message := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	message.FromMailAddress(m.from)
	message.ToMailAddress(&netmail.Address{Address: to})
	message.Subject(subject)
	message.SetDate()
	_, domain, _ := strings.Cut(m.from.Address, "@")
	message.SetMessageIDWithValue(rand.Text() + "@" + domain)
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetBodyString(gomail.TypeTextPlain, text)
	return message, nil
}

func oneLine(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' })
}

// dialUntil dials so that the connection ends with ctx, also in the middle of
// a mail.
func (m *Mailer) dialUntil(ctx context.Context) gomail.DialContextFunc {
	return func(dialing context.Context, network, address string) (net.Conn, error) {
		connection, err := m.dial(dialing, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = connection.Close() })
		if !m.implicit {
			return connection, nil
		}
		secured := tls.Client(connection, m.tls())
		if err := secured.HandshakeContext(dialing); err != nil {
			return nil, errors.Join(err, connection.Close())
		}
		return secured, nil
	}
}

// because keeps one short line of a cause, without the password.
func (m *Mailer) because(cause error) error {
	line := secret.Scrub(cause.Error(), m.settings.Password.Reveal())
	line = strings.Join(strings.FieldsFunc(line, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }), " ")
	if runes := []rune(line); len(runes) > causeLimit {
		line = string(runes[:causeLimit]) + "…"
	}
	return fmt.Errorf("the mail server %s: %s", m.host, line)
}
