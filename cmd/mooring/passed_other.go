//go:build !unix

package main

import (
	"errors"
	"net"
)

func listenAt(int) (net.Listener, error) {
	return nil, errors.New("this system doesn't pass sockets; write an address and port such as 127.0.0.1:8080")
}
