package handlers

import (
	"net"
	"strings"
)

// sameHost reports whether two hosts of a request or an address are the same
// for a browser: the case, the port that the scheme has anyway, and the dot at the
// end of a name make no difference.
func sameHost(scheme, a, b string) bool { return plainHost(scheme, a) == plainHost(scheme, b) }

// plainHost spells a host as PublicURL does.
func plainHost(scheme, host string) string {
	host = strings.ToLower(host)
	if name, port, err := net.SplitHostPort(host); err == nil {
		name = strings.TrimSuffix(name, ".")
		if port == defaultPorts[scheme] || port == "" {
			if strings.Contains(name, ":") {
				return "[" + name + "]"
			}
			return name
		}
		return net.JoinHostPort(name, port)
	}
	return strings.TrimSuffix(host, ".")
}

var defaultPorts = map[string]string{"https": "443", "http": "80"}
