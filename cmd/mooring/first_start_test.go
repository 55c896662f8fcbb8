package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestATakenPortNamesTheSetting(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().String()
	for _, args := range [][]string{{"serve", "--data", filepath.Join(t.TempDir(), "data")}, {"demo"}} {
		code, stdout, stderr := program(t, nil, append(args, "--listen", address)...)
		if want := "mooring " + args[0] + ": --listen " + address + ": another program uses this address."; code != exitFailed || stdout != "" ||
			!strings.HasPrefix(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v: exit %d, %q, %q", args, code, stdout, stderr)
		}
	}
	if code, _, stderr := program(t, nil, "demo", "--listen", "127.0.0.1:0", "--portal-listen", address); code != exitFailed ||
		!strings.HasPrefix(stderr, "mooring demo: --portal-listen "+address+": another program") {
		t.Errorf("the portal: exit %d, %q", code, stderr)
	}
}

func TestTheSetUpAddressIsTheLastLine(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var printed untilReady
	printed.stop = cancel
	args := []string{"serve", "--data", filepath.Join(t.TempDir(), "data"), "--listen", "127.0.0.1:0", "--public-url", "http://localhost:8090"}
	if code := run(ctx, args, func(string) string { return "" }, strings.NewReader(""), &printed, io.Discard); code != exitOK {
		t.Fatalf("exit %d: %s", code, printed.String())
	}
	lines := strings.Split(strings.TrimSuffix(printed.String(), "\n"), "\n")
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, "  http://localhost:8090/setup/") {
		t.Errorf("the last line is %q of\n%s", last, printed.String())
	}
}

// untilReady is the output of a server that ends when it has said all that it says
// at its start.
type untilReady struct {
	bytes.Buffer
	stop func()
}

// Write implements io.Writer.
func (u *untilReady) Write(p []byte) (int, error) {
	n, err := u.Buffer.Write(p)
	if said := u.String(); strings.Contains(said, "/setup/") && strings.Contains(said, "Its own address is") {
		u.stop()
	}
	return n, err
}

func TestTheDemoListsEverybodyWhoCanSignIn(t *testing.T) {
	for _, linked := range []int{0, 10} {
		people := demoPeople(linked)
		list := signInAs(linked)
		if strings.Count(list, "\n") != len(people) || strings.Contains(list, demoNeighbourMail) != (linked > 0) {
			t.Errorf("with %d linked: %v\n%s", linked, people, list)
		}
		for _, email := range people {
			if !regexp.MustCompile(`(?m)^.{17}` + email + ` \([a-z ]+\)$`).MatchString(list) {
				t.Errorf("%s is not in\n%s", email, list)
			}
		}
	}
}
