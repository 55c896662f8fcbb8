package google

import (
	"net/http"

	"mooring/cloud/wire"
)

// ReadRefusal reads an answer that the simulator doesn't give.
func ReadRefusal(status int, header http.Header, body string) *wire.Refusal {
	return NewClient(Options{}).wire.Refuse(wire.Answer{Status: status, Header: header, Body: []byte(body)})
}

// HTTPClient is what a client sends requests with.
func HTTPClient(c *Client) *http.Client { return c.wire.HTTP() }

// Probed are the permissions that Google is asked about.
var Probed = probed
