package mail_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http"
	"net/http/httptest"
	netmail "net/mail"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mooring/mail"
	"mooring/secret"
)

const (
	host     = "example.com" // of the certificate
	password = "canary+of/the=server"
)

// server is a mail server on loopback.
type server struct {
	address  string
	implicit bool              // TLS from the first byte
	starttls bool              // offers it
	auth     string            // mechanisms that it offers
	answers  map[string]string // instead of ours, by command
	silent   string            // the command at which it says nothing more
	reached  chan struct{}     // closed when it falls silent

	config *tls.Config
	roots  *x509.CertPool

	mu       sync.Mutex
	commands []string
	secured  []string // those that came over TLS
	message  string
}

func start(t *testing.T, change func(*server)) *server {
	t.Helper()
	certified := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(certified.Close)
	s := &server{config: &tls.Config{Certificates: certified.TLS.Certificates, MinVersion: tls.VersionTLS12}, roots: x509.NewCertPool(), reached: make(chan struct{})}
	s.roots.AddCert(certified.Certificate())
	change(s)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = listener.Addr().String()
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { s.serve(connection) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		serving.Wait()
	})
	return s
}

func (s *server) serve(plain net.Conn) {
	defer plain.Close()
	connection, isSecure := plain, false
	if s.implicit {
		connection, isSecure = tls.Server(plain, s.config), true
	}
	lines := textproto.NewConn(connection)
	say := func(line string) { _ = lines.PrintfLine("%s", line) }
	say("220 ready")
	for {
		line, err := lines.ReadLine()
		if err != nil {
			return
		}
		command, _, _ := strings.Cut(strings.ToUpper(line), " ")
		s.mu.Lock()
		s.commands = append(s.commands, line)
		if isSecure {
			s.secured = append(s.secured, command)
		}
		s.mu.Unlock()
		if command == s.silent {
			close(s.reached)
			_, _ = io.Copy(io.Discard, lines.R)
			return
		}
		if own, ok := s.answers[command]; ok {
			say(own)
			continue
		}
		switch command {
		case "EHLO":
			say("250-hello")
			if s.starttls && !isSecure {
				say("250-STARTTLS")
			}
			if s.auth != "" {
				say("250-AUTH " + s.auth)
			}
			say("250 SIZE 1000000")
		case "STARTTLS":
			say("220 go on")
			connection, isSecure = tls.Server(plain, s.config), true
			lines = textproto.NewConn(connection)
		case "AUTH":
			say("235 welcome")
		case "DATA":
			say("354 go on")
			data, err := io.ReadAll(lines.DotReader())
			if err != nil {
				return
			}
			s.mu.Lock()
			s.message = string(data)
			s.mu.Unlock()
			if own, ok := s.answers["."]; ok {
				say(own)
				continue
			}
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

func (s *server) got() (commands, secured []string, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands), slices.Clone(s.secured), s.message
}

func (s *server) mailer(t *testing.T, settings mail.Settings) *mail.Mailer {
	t.Helper()
	settings.From, settings.Roots = "Mooring <mooring@example.com>", s.roots
	if settings.Server == "" {
		settings.Server = "smtp://" + s.address
	}
	m, err := mail.New(settings)
	if err != nil {
		t.Fatal(err)
	}
	m.DialTo(s.address)
	return m
}

func TestAMailArrivesAsItWasWritten(t *testing.T) {
	const text = "Grüße!\n\n.\n..dots\n" + "https://mooring.example/join/an-address-that-is-longer-than-a-line-of-quoted-printable-may-be-and-must-not-break\n"
	s := start(t, func(*server) {})
	if err := s.mailer(t, mail.Settings{}).Send(t.Context(), "ada@example.com", "Einladung für dich", text); err != nil {
		t.Fatal(err)
	}
	commands, _, message := s.got()
	if !slices.Contains(commands, "MAIL FROM:<mooring@example.com>") || !slices.Contains(commands, "RCPT TO:<ada@example.com>") {
		t.Errorf("got %q", commands)
	}
	read, err := netmail.ReadMessage(strings.NewReader(message))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject"))
	if err != nil || subject != "Einladung für dich" {
		t.Errorf("the subject is %q, %v", subject, err)
	}
	for name, want := range map[string]string{"To": "<ada@example.com>", "Auto-Submitted": "auto-generated", "User-Agent": "", "X-Mailer": ""} {
		if got := read.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if from := read.Header.Get("From"); from != `"Mooring" <mooring@example.com>` {
		t.Errorf("it is from %q", from)
	}
	if _, err := read.Header.Date(); err != nil || !strings.HasSuffix(read.Header.Get("Message-Id"), "@example.com>") || !strings.HasPrefix(read.Header.Get("Content-Type"), "text/plain; charset=UTF-8") {
		t.Errorf("the header is %v", read.Header)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(bufio.NewReader(read.Body)))
	if err != nil || strings.ReplaceAll(string(body), "\r\n", "\n") != text {
		t.Errorf("got %q, %v", body, err)
	}
}

func TestThePasswordTravelsOnlyEncrypted(t *testing.T) {
	login := mail.Settings{User: "mooring", Password: secret.NewText(password)}
	for name, one := range map[string]struct {
		server func(*server)
		scheme string
	}{
		"with STARTTLS": {func(s *server) { s.starttls, s.auth = true, "PLAIN" }, "smtp://"},
		"with TLS":      {func(s *server) { s.implicit, s.auth = true, "PLAIN LOGIN" }, "smtps://"},
	} {
		s := start(t, one.server)
		login.Server = one.scheme + host
		if err := s.mailer(t, login).Send(t.Context(), "ada@example.com", "Hello", "Hello"); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		commands, secured, _ := s.got()
		want := "AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00mooring\x00"+password))
		if !slices.Contains(commands, want) || !slices.Contains(secured, "AUTH") || !slices.Contains(secured, "DATA") {
			t.Errorf("%s: got %q, of it secured %q", name, commands, secured)
		}
	}
}

func TestAServerElsewhereMustEncrypt(t *testing.T) {
	login := mail.Settings{User: "mooring", Password: secret.NewText(password)}
	for name, one := range map[string]struct {
		change func(*server)
		server string
		roots  bool
	}{
		"no STARTTLS":                  {func(s *server) { s.auth = "PLAIN" }, "smtp://" + host, true},
		"STARTTLS of somebody unknown": {func(s *server) { s.starttls, s.auth = true, "PLAIN" }, "smtp://" + host, false},
		"STARTTLS under another name":  {func(s *server) { s.starttls, s.auth = true, "PLAIN" }, "smtp://mail.example.net", true},
		"STARTTLS that is taken back": {func(s *server) {
			s.starttls, s.auth, s.answers = true, "PLAIN", map[string]string{"STARTTLS": "454 not now"}
		}, "smtp://" + host, true},
		"TLS of somebody unknown":        {func(s *server) { s.implicit, s.auth = true, "PLAIN" }, "smtps://" + host, false},
		"TLS under another name":         {func(s *server) { s.implicit, s.auth = true, "PLAIN" }, "smtps://mail.example.net", true},
		"an address that only looks own": {func(s *server) { s.auth = "PLAIN" }, "smtp://127.0.0.1.example.net", true},
	} {
		s := start(t, one.change)
		if !one.roots {
			s.roots = x509.NewCertPool()
		}
		login.Server = one.server
		for _, settings := range []mail.Settings{login, {Server: one.server}} {
			if err := s.mailer(t, settings).Send(t.Context(), "ada@example.com", "Hello", "Hello"); err == nil {
				t.Errorf("%s: it was sent", name)
			}
		}
		if commands, _, message := s.got(); strings.Contains(strings.Join(commands, "\n"), "AUTH") || message != "" {
			t.Errorf("%s: got %q", name, commands)
		}
	}
}

func TestNothingBecomesAHeaderOrAnAddressOfItsOwn(t *testing.T) {
	s := start(t, func(*server) {})
	m := s.mailer(t, mail.Settings{})
	const good = "ada@example.com"
	for _, one := range []struct{ to, subject, text string }{
		{"ada@example.com\r\nBcc: eve@example.com", "Hello", "Hello"}, {"ada@example.com, eve@example.com", "Hello", "Hello"}, {"Ada <ada@example.com>", "Hello", "Hello"},
		{"ada@example.com>\r\nRCPT TO:<eve@example.com", "Hello", "Hello"}, {"", "Hello", "Hello"}, {"ada", "Hello", "Hello"},
		{good, "Hello\r\nBcc: eve@example.com", "Hello"}, {good, "Hello\nBcc: eve@example.com", "Hello"}, {good, "Hello\x00", "Hello"}, {good, "", "Hello"}, {good, strings.Repeat("x", 201), "Hello"},
		{good, "Hello", "Hello\x1b[31m"}, {good, "Hello", strings.Repeat("x", 64<<10+1)},
	} {
		if err := m.Send(t.Context(), one.to, one.subject, one.text); err == nil {
			t.Errorf("%q, %q: it was sent", one.to, one.subject)
		}
	}
	if commands, _, _ := s.got(); len(commands) != 0 {
		t.Errorf("got %q", commands)
	}
}

func TestAServerThatRefusesIsToldInOneLineWithoutThePassword(t *testing.T) {
	for command, answer := range map[string]string{
		"EHLO": "554 no", "AUTH": "535 you said " + password, "MAIL": "550 not you", "RCPT": "550 nobody\x1b[31m of that name", "DATA": "451 later", ".": "552 " + strings.Repeat("x", 5000),
	} {
		s := start(t, func(s *server) {
			s.auth, s.answers = "PLAIN", map[string]string{command: answer}
			if command == "EHLO" {
				s.answers["HELO"] = answer
			}
		})
		err := s.mailer(t, mail.Settings{User: "mooring", Password: secret.NewText(password)}).Send(t.Context(), "ada@example.com", "Hello", "Hello")
		if err == nil || strings.Contains(err.Error(), "canary") || strings.ContainsAny(err.Error(), "\r\n\x1b") || len(err.Error()) > 500 {
			t.Errorf("%s: got %v", command, err)
		}
	}
}

func TestAMailThatWasTakenIsSent(t *testing.T) {
	s := start(t, func(s *server) { s.answers = map[string]string{"QUIT": "500 what?"} })
	if err := s.mailer(t, mail.Settings{}).Send(t.Context(), "ada@example.com", "Hello", "Hello"); err != nil {
		t.Error(err)
	}
}

func TestNobodyWaitsForASlowServer(t *testing.T) {
	for _, command := range []string{"EHLO", "MAIL", "DATA"} {
		s := start(t, func(s *server) { s.silent = command })
		ctx, leave := context.WithCancel(t.Context())
		go func() {
			<-s.reached
			leave()
		}()
		if err := s.mailer(t, mail.Settings{TimeLimit: time.Hour}).Send(ctx, "ada@example.com", "Hello", "Hello"); err == nil {
			t.Errorf("%s: it was sent", command)
		}
		s = start(t, func(s *server) { s.silent = command })
		if err := s.mailer(t, mail.Settings{TimeLimit: 30 * time.Millisecond}).Send(t.Context(), "ada@example.com", "Hello", "Hello"); err == nil {
			t.Errorf("%s: it was sent", command)
		}
	}
}

func TestAServerThatIsNotThereIsTold(t *testing.T) {
	s := start(t, func(*server) {})
	m := s.mailer(t, mail.Settings{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	m.DialTo(listener.Addr().String())
	if err := m.Send(t.Context(), "ada@example.com", "Hello", "Hello"); err == nil {
		t.Error("it was sent")
	}
}

func TestSettingsThatMakeNoSenseAreTold(t *testing.T) {
	const from = "mooring@example.com"
	for name, s := range map[string]mail.Settings{
		"no server":           {From: from},
		"no scheme":           {Server: "mail.example.com:587", From: from},
		"another scheme":      {Server: "http://mail.example.com", From: from},
		"a path":              {Server: "smtp://mail.example.com/inbox", From: from},
		"a password in it":    {Server: "smtp://mooring:canary@mail.example.com", From: from},
		"no port":             {Server: "smtp://mail.example.com:0", From: from},
		"too large a port":    {Server: "smtp://mail.example.com:65536", From: from},
		"a port with letters": {Server: "smtp://mail.example.com:smtp", From: from},
		"a wildcard":          {Server: "smtp://*.example.com", From: from},
		"an empty label":      {Server: "smtp://mail..example.com", From: from},
		"from nobody":         {Server: "smtp://mail.example.com"},
		"from two lines":      {Server: "smtp://mail.example.com", From: "mooring@example.com\r\nBcc: eve@example.com"},
		"a user alone":        {Server: "smtp://mail.example.com", From: from, User: "mooring"},
		"a password alone":    {Server: "smtp://mail.example.com", From: from, Password: secret.NewText("canary")},
	} {
		if _, err := mail.New(s); err == nil || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, server := range []string{"smtp://mail.example.com", "smtps://mail.example.com/", "smtp://[::1]:25", "smtp://127.0.0.1:1025"} {
		if _, err := mail.New(mail.Settings{Server: server, From: "Mooring <mooring@example.com>"}); err != nil {
			t.Errorf("%s: %v", server, err)
		}
	}
}
