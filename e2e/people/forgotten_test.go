package people

import (
	"net"
	"net/textproto"
	"regexp"
	"strings"
	"testing"

	"mooring/e2e/browser"
)

// letter is what a mailbox takes.
type letter struct {
	to   string
	link string // the address in it
}

// mailbox is a mail server on loopback that keeps what it takes.
func mailbox(t *testing.T) (address string, letters <-chan letter) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	taken := make(chan letter, 16)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go takeLetter(connection, taken)
		}
	}()
	return listener.Addr().String(), taken
}

var (
	addressee = regexp.MustCompile(`(?i)^RCPT TO:<([^>]*)>`)
	linkOf    = regexp.MustCompile(`http://localhost:\d+/(?:join|reset)/[\w-]+`)
)

func takeLetter(connection net.Conn, taken chan<- letter) {
	defer connection.Close()
	lines := textproto.NewConn(connection)
	say := func(line string) { _ = lines.PrintfLine("%s", line) }
	say("220 ready")
	var l letter
	for {
		line, err := lines.ReadLine()
		if err != nil {
			return
		}
		switch command, _, _ := strings.Cut(strings.ToUpper(line), " "); command {
		case "EHLO":
			say("250 hello")
		case "RCPT":
			if found := addressee.FindStringSubmatch(line); found != nil {
				l.to = found[1]
			}
			say("250 fine")
		case "DATA":
			say("354 go ahead")
			data, err := lines.ReadDotBytes()
			if err != nil {
				return
			}
			soft := strings.NewReplacer("=\n", "", "=3D", "=").Replace(string(data)) // quoted-printable breaks long lines
			l.link = linkOf.FindString(soft)
			say("250 taken")
			taken <- l
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

// TestForgottenPassword joins by mail, forgets the password, and sets another one
// by the link that comes.
func TestForgottenPassword(t *testing.T) {
	t.Parallel()
	browser.NeedChromium(t)
	server, letters := mailbox(t)
	const nina, newPassword = "nina@harbor.example", "a quite different staple"
	at := browser.NewPlace(t)
	s := at.Serve(t, "--mail-server", "smtp://"+server, "--mail-from", "Mooring <mooring@harbor.example>")
	b := s.NewTab(browser.WideLight)
	b.SetsUp(s)
	b.Open(s.Address + browser.PeoplePath)
	b.Fill("E-mail address (optional)", nina)
	b.Follow("button", "Invite")
	invitation := <-letters
	if invitation.to != nina || !strings.Contains(invitation.link, "/join/") {
		t.Fatalf("the invitation is %+v", invitation)
	}

	n := s.NewTab(browser.NarrowDark)
	n.Expect("404 (Not Found)")
	n.Expect("422 (Unprocessable Entity)")
	n.Expect("403 (Forbidden)")
	n.Open(invitation.link)
	n.Fill("Your name", "Nina New")
	n.Fill("Password", browser.AdminPassword)
	n.Follow("button", "Create account and join")
	n.SignOut("Nina New")

	ask := func(email string) {
		n.Open(s.Address + "/login")
		n.Follow("link", "Forgot your password?")
		n.Accessible("forgotten")
		n.Fill("E-mail address", email)
		n.Follow("button", "Mail me a link")
		n.Sees("The link works once, within 30 minutes")
	}
	ask("stranger@elsewhere.example") // the same page, and no mail: the next one is Nina's
	ask(nina)
	n.Shown("forgotten-sent")
	reset := <-letters
	if reset.to != nina || !strings.Contains(reset.link, "/reset/") {
		t.Fatalf("the mail is %+v", reset)
	}
	n.Open(reset.link) // as programs do that look into mail
	n.Open(reset.link)
	n.Accessible("reset-password")
	n.Fill("New password", "short")
	n.Follow("button", "Set the password")
	n.Sees("At least 12 characters")
	n.Fill("New password", newPassword)
	n.Follow("button", "Set the password")
	n.Find("heading", "Sign in")
	n.Open(reset.link)
	if n.Has("textbox", "New password") {
		t.Error("a used link still sets a password")
	}
	n.SignInAs(s.World, nina, browser.AdminPassword)
	n.Find("heading", "Sign in") // the old password no longer works
	n.SignInAs(s.World, nina, newPassword)
	n.Find("DisclosureTriangleGrouped", "You: Nina New")
}
