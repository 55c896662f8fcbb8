package aws

import (
	"net/http"

	"mooring/cloud/wire"
)

// SignX509 is signX509, for requests that the client itself doesn't send.
var SignX509 = signX509

// ReadRefusal reads an answer that the simulator doesn't give.
func ReadRefusal(status int, header http.Header, body string) *wire.Refusal {
	return NewClient(Options{}).wire.Refuse(wire.Answer{Status: status, Header: header, Body: []byte(body)})
}

// HTTPClient is what a client sends requests with.
func HTTPClient(c *Client) *http.Client { return c.wire.HTTP() }

// Hosts lists every host that the client connects to.
var Hosts = hosts
