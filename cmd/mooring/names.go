package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"mooring/text"
)

// The settings that name something. Each is brought to one spelling here, and what
// could never match anything is refused with what to write instead.

// publicURL reads --public-url. Plain http is for loopback only: elsewhere a session
// could be read on the way.
func publicURL(given string) (*url.URL, error) {
	wrong := func(why string, args ...any) error {
		return usagef("--public-url: %q "+why, append([]any{given}, args...)...)
	}
	trimmed := strings.TrimSpace(given)
	if !strings.Contains(trimmed, "://") {
		return nil, wrong("must begin with https://, such as https://mooring.example.com")
	}
	public, err := url.Parse(trimmed)
	switch {
	case err != nil || public.Hostname() == "":
		return nil, wrong("is not an address such as https://mooring.example.com")
	case public.User != nil:
		return nil, usagef("--public-url: leave out what is before the @, and write an address such as https://%s", public.Host) // it may be a password
	case strings.Trim(public.Path, "/") != "" || public.RawQuery != "" || public.Fragment != "":
		return nil, wrong("has a path, and Mooring can't be served below a path; write %s://%s", public.Scheme, public.Host)
	}
	host, err := asBrowsersSend(public)
	if err != nil {
		return nil, wrong("is not an address such as https://mooring.example.com: %v", err)
	}
	ip := net.ParseIP(public.Hostname())
	if ip.IsUnspecified() {
		return nil, wrong("means every address of this machine; write the one that browsers open, such as https://mooring.example.com")
	}
	public = &url.URL{Scheme: public.Scheme, Host: host}
	loopback := public.Hostname() == "localhost" || ip.IsLoopback()
	if public.Scheme != "https" && (public.Scheme != "http" || !loopback) {
		return nil, wrong("must begin with https://")
	}
	return public, nil
}

// asBrowsersSend spells the host of an address as browsers do: names in lower case,
// other scripts in Punycode, IPv6 in its short form, no port that the scheme has
// anyway, and no dot at the end. Passkeys, cookies and the addresses that providers
// lead back to are compared letter by letter with what browsers send.
func asBrowsersSend(u *url.URL) (string, error) {
	port := u.Port()
	if port != "" {
		number, err := portNumber(port)
		if err != nil {
			return "", err
		}
		port = strconv.Itoa(number)
	}
	var name string
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		name = ip.String()
	} else if name, err = text.HostName(u.Hostname()); err != nil {
		return "", err
	}
	if port == "" || port == map[string]string{"https": "443", "http": "80"}[u.Scheme] {
		if strings.Contains(name, ":") {
			return "[" + name + "]", nil
		}
		return name, nil
	}
	return net.JoinHostPort(name, port), nil
}

func portNumber(port string) (int, error) {
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil || number == 0 {
		return 0, fmt.Errorf("there is no port %s; ports go from 1 to 65535", port)
	}
	return int(number), nil
}

// emailDomain reads one domain of --allow-domain.
func emailDomain(given string) (string, error) {
	given = strings.TrimSpace(given)
	domain, err := text.HostName(strings.TrimPrefix(given, "@"))
	if err == nil && net.ParseIP(domain) != nil {
		err = errors.New("addresses at an IP address aren't accepted")
	}
	if err != nil {
		return "", fmt.Errorf("%q matches no e-mail address: %w; write domains such as example.com,example.org", given, err)
	}
	return domain, nil
}

// networks reads --trusted-proxy.
func networks(list string) ([]*net.IPNet, error) {
	var all []*net.IPNet
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		prefix, err := network(item)
		if err != nil {
			return nil, usagef("--trusted-proxy: %q %w", item, err)
		}
		all = append(all, &net.IPNet{IP: prefix.Addr().AsSlice(), Mask: net.CIDRMask(prefix.Bits(), prefix.Addr().BitLen())})
	}
	return all, nil
}

// network reads an address or a network, as operators copy it from elsewhere: with
// brackets, with the bits of a host, or as IPv4 in IPv6.
func network(item string) (netip.Prefix, error) {
	address, bits, cut := strings.Cut(item, "/")
	if inner, ok := strings.CutPrefix(address, "["); ok && strings.HasSuffix(inner, "]") {
		address = strings.TrimSuffix(inner, "]")
	}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return netip.Prefix{}, notANetwork(item)
	}
	ip = ip.WithZone("")
	length := ip.BitLen()
	if cut {
		if length, err = strconv.Atoi(bits); err != nil || length < 0 || length > ip.BitLen() {
			return netip.Prefix{}, fmt.Errorf("is not a network: the number after the slash goes from 0 to %d", ip.BitLen())
		}
	}
	return netip.PrefixFrom(ip, length).Masked(), nil
}

func notANetwork(item string) error {
	switch _, err := netip.ParseAddrPort(item); {
	case err == nil:
		return errors.New("has a port; a proxy comes from any port, so leave it out")
	case strings.Contains(item, "*"):
		return errors.New("is not a network: wildcards aren't supported; name the networks of your proxies, such as 10.0.0.0/8")
	case strings.HasPrefix(item, "unix"):
		return errors.New("is not a network; whatever connects to a unix socket is trusted without being named here")
	case strings.ContainsAny(item, " ;"):
		return errors.New("is not a network; separate networks by commas")
	}
	if _, err := text.HostName(item); err == nil {
		return errors.New("is a name, not a network; write the proxy's IP address or its network, such as 10.0.0.0/8")
	}
	return errors.New("is not a network such as 10.0.0.0/8")
}
