//go:build unix

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
)

// listenAt listens at a descriptor. It looks at it first: one that nobody passed may
// be the runtime's own, and must not be closed.
func listenAt(descriptor int) (net.Listener, error) {
	kind, err := syscall.GetsockoptInt(descriptor, syscall.SOL_SOCKET, syscall.SO_TYPE)
	switch {
	case errors.Is(err, syscall.EBADF):
		return nil, fmt.Errorf("nothing was passed as descriptor %d; have systemd or another program open the socket", descriptor)
	case err != nil || kind != syscall.SOCK_STREAM:
		return nil, fmt.Errorf("descriptor %d is not a socket of TCP or a unix stream", descriptor)
	}
	if listens, err := syscall.GetsockoptInt(descriptor, syscall.SOL_SOCKET, syscall.SO_ACCEPTCONN); err == nil && listens == 0 {
		return nil, fmt.Errorf("descriptor %d is a single connection; with systemd, set Accept=no in the socket unit", descriptor)
	}
	file := os.NewFile(uintptr(descriptor), "the socket of --listen")
	listener, err := net.FileListener(file) // which has a descriptor of its own
	return listener, errors.Join(err, file.Close())
}
