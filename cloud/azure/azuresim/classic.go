package azuresim

import (
	"bytes"
	"crypto/x509"
	"encoding/xml"
	"net/http"
	"time"
)

// classic is the service management endpoint that Azure retired in 2024. It
// knows its callers by their client certificate.
type classic struct {
	world       *world
	environment environment
	stop        <-chan struct{}
}

// oldestVersion is the first that knows "Get Subscription".
const oldestVersion = "2011-10-01"

type classicError struct {
	XMLName xml.Name `xml:"http://schemas.microsoft.com/windowsazure Error"`
	Code    string
	Message string
}

type classicSubscription struct {
	XMLName                    xml.Name `xml:"http://schemas.microsoft.com/windowsazure Subscription"`
	SubscriptionID             string
	SubscriptionName           string
	SubscriptionStatus         string
	AccountAdminLiveEmailID    string `xml:"AccountAdminLiveEmailId"`
	ServiceAdminLiveEmailID    string `xml:"ServiceAdminLiveEmailId"`
	MaxCoreCount               int
	MaxStorageAccounts         int
	MaxHostedServices          int
	CurrentCoreCount           int
	CurrentHostedServices      int
	CurrentStorageAccounts     int
	MaxVirtualNetworkSites     int
	CurrentVirtualNetworkSites int
}

// ServeHTTP answers "Get Subscription".
func (c *classic) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := c.answer(r)
	a.hold(r, c.stop)
	a.with("x-ms-request-id", c.world.newID()).write(w, c.world.now())
}

func (c *classic) answer(r *http.Request) reply {
	if c.world.down(c.environment) {
		return classicBusyReply()
	}
	if !allowed(r, http.MethodGet, http.MethodHead) {
		return classicRefusal(400, "InvalidHttpVerb", "The HTTP verb specified was not recognized by the server.")
	}
	version := r.Header.Get("x-ms-version")
	if _, err := time.Parse(time.DateOnly, version); err != nil || version < oldestVersion {
		return classicRefusal(400, "MissingOrIncorrectVersionHeader", "The versioning header is not specified or was specified incorrectly.")
	}
	name, rest := cutPath(r.URL.Path)
	id, ok := parseGUID(name)
	if !ok || rest != "" {
		return classicNotFound()
	}
	var caller *x509.Certificate
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		caller = r.TLS.PeerCertificates[0]
	}
	return c.world.receiveClassic(c.environment, id, caller)
}

func (w *world) receiveClassic(e environment, id string, caller *x509.Certificate) reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.findSubscription(id)
	switch {
	case s == nil || s.environment.name != e.name:
		return classicNotFound()
	case s.override.isAt(atClassic):
		return s.override.reply(classicRefusal)
	case s.read == readUnknown:
		return classicNotFound()
	case s.classic == classicBusy:
		return classicBusyReply()
	case caller == nil || !s.admits(caller, w.now()):
		return classicRefusal(403, "ForbiddenError", "The server failed to authenticate the request. Verify that the certificate is valid and is associated with this subscription.")
	case !s.writable():
		return classicRefusal(403, "SubscriptionDisabled", "The subscription has been disabled.")
	}
	described := s.overridden(atClassic, atClassicState)
	status := "Active"
	if s.override.has(effectState, atClassicState) {
		status = described.state
	}
	return classicXML(http.StatusOK, classicSubscription{
		SubscriptionID:          described.id,
		SubscriptionName:        s.name,
		SubscriptionStatus:      status,
		AccountAdminLiveEmailID: "keeper@harbor.example",
		ServiceAdminLiveEmailID: "keeper@harbor.example",
		MaxCoreCount:            20,
		MaxStorageAccounts:      20,
		MaxHostedServices:       20,
		MaxVirtualNetworkSites:  50,
		CurrentCoreCount:        1,
	})
}

func classicBusyReply() reply {
	return classicRefusal(503, "ServerBusy", "The server (or an internal component) is currently unavailable to receive requests. Please retry your request.")
}

func classicNotFound() reply {
	return classicRefusal(404, "ResourceNotFound", "The resource service name specified in the request does not exist.")
}

func classicRefusal(status int, code, message string) reply {
	return classicXML(status, classicError{Code: code, Message: message})
}

func classicXML(status int, v any) reply {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(v); err != nil {
		return newReply(http.StatusInternalServerError, "text/plain; charset=utf-8", []byte("cannot encode the answer\n"))
	}
	return newReply(status, "application/xml; charset=utf-8", b.Bytes())
}
