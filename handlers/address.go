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

// ipExtractor gives the address of whoever asks: that of the connection or,
// when that is a trusted proxy's, the one for which it speaks.
func (h *handlers) ipExtractor() echo.IPExtractor {
	direct := echo.ExtractIPDirect()
	if len(h.TrustedProxies) == 0 {
		return direct
	}
	return func(r *http.Request) string {
		address, ok := hopOf(r.RemoteAddr)
		if !ok {
			return direct(r)
		}
		hops := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
		for range mostHops {
			if !h.trusts(address) || hops == "" {
				break
			}
			last := strings.LastIndexByte(hops, ',')
			before, ok := hopOf(hops[last+1:])
			if !ok {
				break
			}
			address, hops = before, hops[:max(last, 0)]
		}
		return address.String()
	}
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
