package oracle

import (
	"net/http"

	"mooring/cloud"
	"mooring/cloud/wire"
)

// Sign signs requests that the cloud itself doesn't send.
var Sign = sign

// Hosts lists every host that the cloud connects to.
var Hosts = hosts

// RightsOf reads statements without asking for them.
func RightsOf(statements []string, groups map[string]string, tenancy string) ([]cloud.Right, bool) {
	return rightsOf(statements, groups, tenancy)
}

// ReadRefusal reads an answer that the simulator doesn't give.
func ReadRefusal(status int, header http.Header, body string) *wire.Refusal {
	return newClient(Options{}).wire.Refuse(wire.Answer{Status: status, Header: header, Body: []byte(body)})
}

// HTTPClient is what the cloud sends requests with.
func HTTPClient(o *Oracle) *http.Client { return o.client.wire.HTTP() }
