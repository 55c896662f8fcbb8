package handlers

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// mostHops is how many addresses of X-Forwarded-For are looked at. Nobody has
// that many proxies, and the visitor may have written the first ones.
const mostHops = 20

// unixPeer stands for whoever connects to a unix socket: a program on this machine.
var unixPeer = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// ipExtractor gives the address of whoever asks: that of the connection or,
// when that is a trusted proxy's, the one for which it speaks. The file of a unix
// socket says who may connect to it, so its peer is a trusted proxy.
func (h *handlers) ipExtractor() echo.IPExtractor {
	direct := echo.ExtractIPDirect()
	return func(r *http.Request) string {
		address, trusted := unixPeer, isUnix(r)
		if !trusted {
			var ok bool
			if address, ok = hopOf(r.RemoteAddr); !ok || len(h.TrustedProxies) == 0 {
				return direct(r)
			}
		}
		hops := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
		for range mostHops {
			if !trusted && !h.trusts(address) || hops == "" {
				break
			}
			last := strings.LastIndexByte(hops, ',')
			before, ok := hopOf(hops[last+1:])
			if !ok {
				break
			}
			address, hops, trusted = before, hops[:max(last, 0)], false
		}
		return address.String()
	}
}

func isUnix(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return ok && local.Network() == "unix"
}

func (h *handlers) trusts(address netip.Addr) bool {
	ip := net.IP(address.AsSlice())
	return slices.ContainsFunc(h.TrustedProxies, func(n *net.IPNet) bool { return n.Contains(ip) })
}

// hopOf reads an address. Some proxies, such as Azure's Application Gateway, add
// the port, and IPv6 may have brackets.
func hopOf(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if withPort, err := netip.ParseAddrPort(text); err == nil {
		return withPort.Addr().Unmap().WithZone(""), true
	}
	if inner, ok := strings.CutPrefix(text, "["); ok {
		text = strings.TrimSuffix(inner, "]")
	}
	address, err := netip.ParseAddr(text)
	return address.Unmap().WithZone(""), err == nil
}
