package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// listenAddress is what --listen says.
type listenAddress struct {
	given   string
	network string // tcp, unix or fd
	address string // host:port, a path, or the number or name of a descriptor
}

const (
	longestSocketPath = 103   // bytes; Linux takes 107
	socketMode        = 0o660 // the owner and the group, which the proxy's user can belong to
	firstPassed       = 3     // descriptor of the first socket that systemd passes
)

// parseListen reads --listen, and says what to write instead of what makes no sense.
func parseListen(given string) (listenAddress, error) {
	wrong := func(format string, args ...any) (listenAddress, error) {
		return listenAddress{}, usagef("--listen: %q %w", given, fmt.Errorf(format, args...))
	}
	given = strings.TrimSpace(given)
	kind, rest, _ := strings.Cut(given, ":")
	switch {
	case kind == "unix":
		rest = strings.TrimPrefix(rest, "//") // as in unix:///run/mooring.sock
		switch {
		case rest == "":
			return wrong("has no path; write one, such as unix:/run/mooring/mooring.sock")
		case strings.HasPrefix(rest, "@") || strings.ContainsRune(rest, 0):
			return wrong("is a socket without a file, which every user of this machine could connect to; write a path, such as unix:/run/mooring/mooring.sock")
		case len(rest) > longestSocketPath:
			return wrong("is too long for a unix socket; a path has at most %d bytes", longestSocketPath)
		}
		return listenAddress{given, "unix", rest}, nil
	case kind == "fd":
		if number, err := strconv.Atoi(rest); rest == "" || err == nil && number < firstPassed {
			return wrong("is no socket that another program passes; the first one is fd:3")
		}
		return listenAddress{given, "fd", rest}, nil
	case strings.Contains(given, "://"):
		return wrong("is an address for browsers, which belongs to --public-url; write a host and a port, such as 127.0.0.1:8080")
	case strings.HasPrefix(given, "/") || strings.HasPrefix(given, "./"):
		return wrong("has no port; for a unix socket, write unix:%s", given)
	}
	host, port, err := net.SplitHostPort(given)
	if err != nil {
		return wrong("%w", portMissing(given))
	}
	if host == "*" {
		return wrong("has a wildcard; for every address of this machine, write 0.0.0.0:%s", port)
	}
	if number, err := strconv.Atoi(port); err == nil && (number < 0 || number > 65535) || port == "" {
		return wrong("has an invalid port; use a number from 1 to 65535, or 0 for a free port")
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return wrong("has an invalid port; write a number, such as %s", net.JoinHostPort(host, "8080"))
	}
	return listenAddress{given, "tcp", given}, nil
}

// portMissing says how to write an address whose port can't be found.
func portMissing(given string) error {
	switch bare := strings.Trim(given, "[]"); {
	case given == "":
		return errors.New("is empty; write a host and a port, such as 127.0.0.1:8080")
	case strings.Trim(given, "0123456789") == "":
		return fmt.Errorf("has no host; write 127.0.0.1:%s for this machine only, or 0.0.0.0:%s for every address", given, given)
	case net.ParseIP(bare) != nil:
		return fmt.Errorf("has no port; write %s", net.JoinHostPort(bare, "8080"))
	case strings.Count(given, ":") > 1:
		return errors.New("needs brackets around the IPv6 address, as in [::1]:8080")
	}
	return fmt.Errorf("has no port; write %s:8080", given)
}

// open begins to listen.
func (a listenAddress) open(getenv func(string) string) (net.Listener, error) {
	switch a.network {
	case "unix":
		return a.openUnix()
	case "fd":
		return a.openPassed(getenv)
	}
	listener, err := net.Listen("tcp", a.address)
	if err != nil {
		return nil, cannotListen("listen", a.given, err)
	}
	return listener, nil
}

// openUnix makes the socket. The caller holds the lock of the data folder, so a
// socket of the same installation that is left there is one of a dead process.
func (a listenAddress) openUnix() (net.Listener, error) {
	listener, err := net.Listen("unix", a.address)
	if errors.Is(err, syscall.EADDRINUSE) {
		if err := a.removeDeadSocket(); err != nil {
			return nil, err
		}
		listener, err = net.Listen("unix", a.address)
	}
	if err != nil {
		return nil, usagef("--listen %s: %w; the folder must be there, and Mooring's user must be allowed to write to it", a.given, err)
	}
	if err := os.Chmod(a.address, socketMode); err != nil {
		return nil, errors.Join(fmt.Errorf("--listen %s: %w", a.given, err), listener.Close())
	}
	return listener, nil
}

// removeDeadSocket removes a socket at which nobody answers.
func (a listenAddress) removeDeadSocket() error {
	info, err := os.Lstat(a.address)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("--listen %s: %w", a.given, err)
	}
	if info.Mode().Type() != fs.ModeSocket {
		return usagef("--listen %s: the file there is not a socket, and Mooring doesn't remove it; choose another path", a.given)
	}
	conn, err := net.DialTimeout("unix", a.address, time.Second)
	if err == nil {
		_ = conn.Close()
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("--listen %s: another program uses this socket. Stop it, or choose another path", a.given)
	}
	if err := os.Remove(a.address); err != nil {
		return fmt.Errorf("--listen %s: the socket that a dead process left can't be removed: %w", a.given, err)
	}
	return nil
}

// openPassed takes over a socket that was open when the program started, as systemd
// passes it.
func (a listenAddress) openPassed(getenv func(string) string) (net.Listener, error) {
	descriptor, err := passedSocket(a.address, getenv, os.Getpid())
	if err == nil {
		var listener net.Listener
		if listener, err = listenAt(descriptor); err == nil {
			return listener, nil
		}
	}
	return nil, usagef("--listen %s: %w", a.given, err)
}

// passedSocket finds the descriptor that a number or a name stands for. systemd says
// in LISTEN_FDS how many it passes to the process LISTEN_PID, and in LISTEN_FDNAMES
// how they are called (sd_listen_fds(3)).
func passedSocket(wanted string, getenv func(string) string, pid int) (int, error) {
	passed, fromSystemd := 0, sentBySystemd(getenv, pid)
	if fromSystemd {
		passed, _ = strconv.Atoi(getenv("LISTEN_FDS")) // of what is no number there is none
	}
	if number, err := strconv.Atoi(wanted); err == nil {
		if fromSystemd && number >= firstPassed+passed {
			return 0, fmt.Errorf("systemd passes %d sockets, and the first one is fd:%d", passed, firstPassed)
		}
		return number, nil
	}
	if !fromSystemd {
		return 0, errors.New("a socket has a name only if systemd passes it (FileDescriptorName=); otherwise write its number, such as fd:3")
	}
	found := 0
	for i, name := range strings.Split(getenv("LISTEN_FDNAMES"), ":") {
		if name != wanted || i >= passed {
			continue
		}
		if found != 0 {
			return 0, errors.New("systemd passes several sockets of that name, and Mooring listens on one; write its number, such as fd:3")
		}
		found = firstPassed + i
	}
	if found == 0 {
		return 0, fmt.Errorf("systemd passes no socket of that name; the names are %q", getenv("LISTEN_FDNAMES"))
	}
	return found, nil
}

// sentBySystemd reports whether systemd passes sockets to this process, and not to one
// that started it.
func sentBySystemd(getenv func(string) string, pid int) bool {
	return getenv("LISTEN_FDS") != "" && getenv("LISTEN_PID") == strconv.Itoa(pid)
}

// addressOf is where a listener listens, as --listen has it.
func addressOf(listener net.Listener) string {
	if address := listener.Addr(); address.Network() == "unix" {
		return "unix:" + address.String()
	}
	return listener.Addr().String()
}

// cannotListen says which setting has an address that can't be used, and what to do.
func cannotListen(flag, address string, err error) error {
	var unknown *net.DNSError
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("--%s %s: another program uses this address. Choose another port, such as --%s 127.0.0.1:8090", flag, address, flag)
	case errors.Is(err, syscall.EACCES):
		return usagef("--%s %s: ports below 1024 need a privilege that this user doesn't have. Choose a port from 1024 on, or let systemd open the socket and write fd:3", flag, address)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return usagef("--%s %s: this machine doesn't have that address. Write one that it has, or 0.0.0.0 for all of them", flag, address)
	case errors.As(err, &unknown):
		return usagef("--%s %s: there is no host of that name. Write an IP address of this machine, such as 127.0.0.1:8080", flag, address)
	}
	return fmt.Errorf("--%s %s: %w", flag, address, err)
}
