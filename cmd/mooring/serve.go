package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"golang.org/x/net/idna"

	"mooring/account"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/cloud/azure"
	"mooring/handlers"
)

// serveSettings are what an operator says.
type serveSettings struct {
	dataFolder
	azure            azureSettings
	signIn           signInSettings
	audit            auditSettings
	listen           string
	publicURL        string
	certFile, tlsKey string
	proxies          string
	publicHelp       bool
	limits           limits
	logLevel         string
}

func (s *settings) serveFlags(v *serveSettings) {
	s.dataFlags(&v.dataFolder)
	s.BoolVar(&v.isNew, "new", false, "this is the first start, with a key file that you brought; without it, a key file without a database is refused")
	s.signInFlags(&v.signIn)
	s.azureFlags(&v.azure)
	s.auditFlags(&v.audit)
	s.StringVar(&v.listen, "listen", "127.0.0.1:8080", "address and port to listen on; port 0 takes a free one")
	s.StringVar(&v.publicURL, "public-url", "", "address that browsers use, such as https://mooring.example.com; needed behind a proxy and for any listener that is not loopback")
	s.StringVar(&v.certFile, "tls-cert", "", "file of the TLS certificate chain (PEM); with --tls-key")
	s.StringVar(&v.tlsKey, "tls-key", "", "file of the TLS private key (PEM)")
	s.StringVar(&v.proxies, "trusted-proxy", "", "networks whose X-Forwarded-For is believed, such as 10.0.0.0/8,192.168.1.5; none unless said")
	s.BoolVar(&v.publicHelp, "public-help", false, "who is not signed in may read the help, too")
	s.limitFlags(&v.limits)
	s.StringVar(&v.logLevel, "log-level", "info", "debug, info, warn or error")
	s.fromEnv("listen", "public-url", "tls-cert", "tls-key", "trusted-proxy", "public-help", "log-level", "new")
}

func serve(ctx context.Context, c *cli, args []string) error {
	var v serveSettings
	s := c.settings("serve", "serve the dashboard")
	s.serveFlags(&v)
	if err := s.parse(args, 0); err != nil {
		return err
	}
	log, err := newLog(c.stderr, v.logLevel)
	if err != nil {
		return err
	}
	proxies, err := networks(v.proxies)
	if err != nil {
		return err
	}
	linkable, err := v.azure.cloud(time.Now, log)
	if err != nil {
		return err
	}
	if err := v.checkTLS(); err != nil {
		return err
	}
	if err := v.limits.check(); err != nil {
		return err
	}
	policy, err := v.signIn.policy()
	if err != nil {
		return err
	}
	mailer, err := v.signIn.mail.mailer()
	if err != nil {
		return err
	}
	auditing, err := v.audit.auditing(c.stdout)
	if err != nil {
		return err
	}
	release, err := v.lock()
	if err != nil {
		return err
	}
	defer release()
	if err := v.tidy(); err != nil {
		log.Warn("could not remove what killed commands left", "cause", err)
	}
	listener, err := listenOn(v.listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	public, err := v.public(listener.Addr())
	if err != nil {
		return err
	}
	providers, err := v.signIn.signInWith(public, c.getenv, log)
	if err != nil {
		return err
	}
	for _, provider := range providers {
		policy.Providers = append(policy.Providers, provider.Key())
	}
	passkeys, passkeyURL, err := passkeysAt(public)
	if err != nil {
		return err
	}
	if err := checkWaysIn(policy, passkeys, providers, public); err != nil {
		return err
	}
	database, ring, made, err := v.open(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err := database.Close(); err != nil {
			log.Error("could not close the database", "cause", err)
		}
	}()
	if made {
		fmt.Fprintf(c.stdout, "Made the key file %s. Back it up, apart from the database: without it nobody can open the secrets in there.\n", v.keys())
	}
	p := parts{database: database, ring: ring, clouds: cloud.Registry{azure.Key: linkable}, policy: policy, passkeys: passkeys, mailer: mailer,
		public: public, now: time.Now, newID: randomID, newKey: certificate.RandomKey, log: log,
		checkpointsTo: auditing.sinks, keepLog: auditing.keep, archive: auditing.archive, limits: v.limits}
	h := build(p)
	config := h.front(p)
	config.TrustedProxies, config.SignInWith, config.PasskeyURL, config.PublicHelp = proxies, providers, passkeyURL, v.publicHelp
	front, err := handlers.New(config)
	if err != nil {
		return err
	}
	if err := h.accounts.SettleGroups(ctx); err != nil {
		return err
	}
	fmt.Fprintf(c.stdout, "Mooring listens on %s\n", public)
	if v.publicURL != "" {
		fmt.Fprintf(c.stdout, "Its own address is %s\n", listener.Addr())
	}
	if err := announceSetUp(ctx, c.stdout, h.accounts, public); err != nil {
		return err
	}
	return serveUntilStopped(ctx, h, listener, front, proxies, log, v.certFile, v.tlsKey)
}

// serveUntilStopped serves, and on the way out lets background work end
// before the database closes.
func serveUntilStopped(ctx context.Context, h *house, listener net.Listener, front http.Handler, proxies []*net.IPNet, log *slog.Logger, certFile, keyFile string) error {
	background, cancel := context.WithCancel(ctx)
	defer h.wait()
	defer cancel()
	h.start(background)
	return listenAndServe(ctx, listener, front, proxies, log, certFile, keyFile)
}

// listenOn opens the address of --listen, and names that setting when it can't.
func listenOn(address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, cannotListen("listen", address, err)
	}
	return listener, nil
}

// cannotListen says which setting has an address that can't be used, and what else
// to say if another program has it.
func cannotListen(flag, address string, err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("--%s %s: another program uses this address. Choose another port, such as --%s 127.0.0.1:8090", flag, address, flag)
	}
	return fmt.Errorf("--%s %s: %w", flag, address, err)
}

// announceSetUp prints the address at which the first administrator is made. It is
// the last line of a first start, where people look.
func announceSetUp(ctx context.Context, stdout io.Writer, accounts *account.Service, public *url.URL) error {
	token, needed, err := accounts.NewSetUpLink(ctx)
	if err != nil || !needed {
		return err
	}
	fmt.Fprintf(stdout, "\nNobody can sign in yet. Make the first administrator at the address below. It works once, for %d minutes.\nRestart Mooring to get a new one.\n\n  %s\n",
		int(account.SetUpLinkLife.Minutes()), public.JoinPath("setup", token.Reveal()))
	return nil
}

func newLog(w io.Writer, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, usagef("--log-level: %q is not debug, info, warn or error", level)
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})), nil
}

// networks reads --trusted-proxy.
func networks(list string) ([]*net.IPNet, error) {
	var all []*net.IPNet
	for item := range strings.SplitSeq(list, ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		if ip := net.ParseIP(item); ip != nil {
			item += map[bool]string{true: "/32", false: "/128"}[ip.To4() != nil]
		}
		_, network, err := net.ParseCIDR(item)
		if err != nil {
			return nil, usagef("--trusted-proxy: %q is not a network such as 10.0.0.0/8", item)
		}
		all = append(all, network)
	}
	return all, nil
}

func (v serveSettings) checkTLS() error {
	switch {
	case (v.certFile == "") != (v.tlsKey == ""):
		return usagef("--tls-cert and --tls-key go together")
	case v.certFile == "":
		return nil
	}
	if _, err := tls.LoadX509KeyPair(v.certFile, v.tlsKey); err != nil {
		return usagef("--tls-cert: %v", err)
	}
	return nil
}

// public works out the address that browsers use. Plain http is for loopback
// only: elsewhere a session could be read on the way.
func (v serveSettings) public(listening net.Addr) (*url.URL, error) {
	scheme := "http"
	if v.certFile != "" {
		scheme = "https"
	}
	if v.publicURL == "" {
		address, ok := listening.(*net.TCPAddr)
		if !ok || !address.IP.IsLoopback() {
			return nil, usagef("--listen %s is reachable from elsewhere: say with --public-url under which https address", v.listen)
		}
		host := address.String()
		if ip := address.IP.String(); scheme == "http" && (ip == "127.0.0.1" || ip == "::1") { // passkeys need a name
			host = net.JoinHostPort("localhost", strconv.Itoa(address.Port))
		}
		return &url.URL{Scheme: scheme, Host: host}, nil
	}
	public, err := url.Parse(v.publicURL)
	if err != nil || public.Host == "" || public.User != nil || public.RawQuery != "" || strings.Trim(public.Path, "/") != "" {
		return nil, usagef("--public-url: %q is not an address such as https://mooring.example.com", v.publicURL)
	}
	public.Path = ""
	if public.Host, err = asBrowsersSend(public); err != nil {
		return nil, usagef("--public-url: %q is not an address such as https://mooring.example.com: %v", v.publicURL, err)
	}
	loopback := public.Hostname() == "localhost" || net.ParseIP(public.Hostname()).IsLoopback()
	if public.Scheme != "https" && (public.Scheme != "http" || !loopback) {
		return nil, usagef("--public-url: %q must begin with https://", v.publicURL)
	}
	return public, nil
}

// asBrowsersSend spells the host of an address as browsers do: names in lower case,
// other scripts in Punycode, no port that the scheme has anyway, and no dot at the
// end. Passkeys, cookies and the addresses that providers lead back to are compared
// letter by letter with what browsers send.
func asBrowsersSend(u *url.URL) (string, error) {
	name, port := strings.TrimSuffix(u.Hostname(), "."), u.Port()
	if n, err := strconv.Atoi(port); port != "" && (err != nil || n < 1 || n > 65535) {
		return "", fmt.Errorf("there is no port %s", port)
	}
	if strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
		var err error
		if name, err = idna.Lookup.ToASCII(name); err != nil {
			return "", err
		}
	}
	name = strings.ToLower(name)
	if port == "" || port == map[string]string{"https": "443", "http": "80"}[u.Scheme] {
		if strings.Contains(name, ":") {
			return "[" + name + "]", nil
		}
		return name, nil
	}
	return net.JoinHostPort(name, port), nil
}

// azureSettings change the endpoints of Azure public, for a private Azure or a
// classic endpoint. Only an operator can: nothing a person types becomes a host.
type azureSettings struct{ authority, resourceManager, audience, classic, caFile string }

func (s *settings) azureFlags(v *azureSettings) {
	s.StringVar(&v.authority, "azure-authority", "", "sign-in endpoint instead of https://login.microsoftonline.com")
	s.StringVar(&v.resourceManager, "azure-resource-manager", "", "resource manager instead of https://management.azure.com")
	s.StringVar(&v.audience, "azure-audience", "", "audience of tokens for that resource manager")
	s.StringVar(&v.classic, "azure-classic", "", "classic service management endpoint; the classic method is offered only if it is set")
	s.StringVar(&v.caFile, "azure-ca", "", "file of CA certificates (PEM) that these endpoints use, beside the system's")
	s.fromEnv("azure-authority", "azure-resource-manager", "azure-audience", "azure-classic", "azure-ca")
}

func (v azureSettings) cloud(now func() time.Time, log *slog.Logger) (*azure.Azure, error) {
	environments := azure.Environments()
	public := &environments[0]
	for flag, setting := range map[string]struct {
		value string
		into  *string
	}{
		"azure-authority":        {v.authority, &public.Authority},
		"azure-resource-manager": {v.resourceManager, &public.ResourceManager},
		"azure-classic":          {v.classic, &public.Classic},
	} {
		if setting.value == "" {
			continue
		}
		endpoint, err := url.Parse(setting.value)
		if err != nil || endpoint.Scheme != "https" || endpoint.Host == "" || strings.Trim(endpoint.Path, "/") != "" ||
			endpoint.User != nil || endpoint.RawQuery != "" || endpoint.Fragment != "" {
			return nil, usagef("--%s: %q is not an address such as https://management.example.com", flag, setting.value)
		}
		*setting.into = "https://" + endpoint.Host
	}
	if v.audience != "" {
		public.Audience = v.audience
	}
	options := azure.Options{Environments: environments, Now: now, NewID: randomID, Log: log}
	if v.caFile != "" {
		roots, err := readRoots(v.caFile)
		if err != nil {
			return nil, usagef("--azure-ca: %v", err)
		}
		options.Roots = roots
	}
	return azure.New(options), nil
}
