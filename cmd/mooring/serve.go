package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"mooring/account"
	"mooring/certificate"
	"mooring/cloud/azure"
	"mooring/handlers"
)

// serveSettings are what an operator says.
type serveSettings struct {
	dataFolder
	azure            azureSettings
	clouds           cloudSettings
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
	s.BoolVar(&v.isNew, "new", false, "this is the first start with an existing key file; without this setting, serve refuses a key file that has no database")
	s.signInFlags(&v.signIn)
	s.azureFlags(&v.azure)
	s.cloudFlags(&v.clouds)
	s.auditFlags(&v.audit)
	s.StringVar(&v.listen, "listen", "127.0.0.1:8080", "address and port to listen on; port 0 picks a free one; or unix:PATH for a Unix socket, or fd:3 for a socket from systemd")
	s.StringVar(&v.publicURL, "public-url", "", "address that browsers use, such as https://mooring.example.com; required behind a proxy and for any listener that isn't loopback")
	s.StringVar(&v.certFile, "tls-cert", "", "file with the TLS certificate chain (PEM); requires --tls-key")
	s.StringVar(&v.tlsKey, "tls-key", "", "file with the TLS private key (PEM)")
	s.StringVar(&v.proxies, "trusted-proxy", "", "networks of proxies whose X-Forwarded-For header to trust, such as 10.0.0.0/8,192.168.1.5; none by default")
	s.BoolVar(&v.publicHelp, "public-help", false, "let visitors read the help without signing in")
	s.limitFlags(&v.limits)
	s.StringVar(&v.logLevel, "log-level", "info", "debug, info, warn or error")
	s.fromEnv("listen", "public-url", "tls-cert", "tls-key", "trusted-proxy", "public-help", "log-level", "new")
}

func serve(ctx context.Context, c *cli, args []string) error {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP) // which would end the program
	defer signal.Stop(hangups)
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
	for _, line := range c.unknown {
		log.Warn(line)
	}
	proxies, err := networks(v.proxies)
	if err != nil {
		return err
	}
	at, err := parseListen(v.listen)
	if err != nil {
		return err
	}
	if at.network != "fd" && sentBySystemd(c.getenv, os.Getpid()) {
		log.Warn("systemd passes a socket that --listen doesn't name, so nobody answers there; write --listen fd:3, or disable the socket unit")
	}
	azureCloud, err := v.azure.cloud(time.Now, log)
	if err != nil {
		return err
	}
	clientSecret, err := v.clouds.clientSecret()
	if err != nil {
		return err
	}
	files, err := v.openTLS(log)
	if err != nil {
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
	warnOfNetworkFileSystem(v.folder, fileSystemOf, log)
	if err := v.tidy(); err != nil {
		log.Warn("could not remove what killed commands left", "cause", err)
	}
	listener, err := at.open(c.getenv)
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
		fmt.Fprintf(c.stdout, "Created the key file %s. Back it up separately from the database: without it, nobody can decrypt the secrets in the database.\n", v.keys())
	}
	p := parts{database: database, ring: ring, clouds: servedClouds(v.clouds, clientSecret, azureCloud, log), policy: policy, passkeys: passkeys, mailer: mailer,
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
		fmt.Fprintf(c.stdout, "Its own address is %s\n", addressOf(listener))
	}
	if err := announceSetUp(ctx, c.stdout, h.accounts, public); err != nil {
		return err
	}
	return serveUntilStopped(ctx, h, listener, front, proxies, log, files, hangups)
}

// serveUntilStopped serves, and on the way out lets background work end
// before the database closes.
func serveUntilStopped(ctx context.Context, h *house, listener net.Listener, front http.Handler, proxies []*net.IPNet, log *slog.Logger, files *tlsFiles, hangups <-chan os.Signal) error {
	background, cancel := context.WithCancel(ctx)
	defer h.wait()
	defer cancel()
	h.start(background)
	h.group.Go(func() { reload(background, files, hangups, log) })
	var encrypted *tls.Config
	if files != nil {
		encrypted = files.config()
	}
	return listenAndServe(ctx, listener, front, proxies, log, encrypted)
}

// reload reads again what can be read again, when it changes or at SIGHUP.
func reload(ctx context.Context, files *tlsFiles, hangups <-chan os.Signal, log *slog.Logger) {
	if files != nil {
		every := time.NewTicker(tlsLooks)
		defer every.Stop()
		files.follow(ctx, every.C, hangups)
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
			log.Info("SIGHUP: there are no TLS files to reload; other settings require a restart")
		}
	}
}

// announceSetUp prints the address at which the first administrator is made. It is
// the last line of a first start, where people look.
func announceSetUp(ctx context.Context, stdout io.Writer, accounts *account.Service, public *url.URL) error {
	token, needed, err := accounts.NewSetUpLink(ctx)
	if err != nil || !needed {
		return err
	}
	fmt.Fprintf(stdout, "\nNobody can sign in yet. Create the first administrator at the address below. It works once, for %d minutes.\nRestart Mooring to get a new one.\n\n  %s\n",
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

// openTLS reads the TLS files, if there are any.
func (v serveSettings) openTLS(log *slog.Logger) (*tlsFiles, error) {
	switch {
	case (v.certFile == "") != (v.tlsKey == ""):
		return nil, usagef("--tls-cert and --tls-key go together")
	case v.certFile == "":
		return nil, nil
	}
	files, err := openTLSFiles(v.certFile, v.tlsKey, time.Now, log)
	if err != nil {
		return nil, usagef("--tls-cert: %w", err)
	}
	return files, nil
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
		if !ok {
			return nil, usagef("--listen %s: browsers can't open a Unix socket; specify the proxy's address with --public-url", v.listen)
		}
		if !address.IP.IsLoopback() {
			return nil, usagef("--listen %s accepts connections from other machines: specify its https address with --public-url", v.listen)
		}
		host := address.String()
		if ip := address.IP.String(); scheme == "http" && (ip == "127.0.0.1" || ip == "::1") { // passkeys need a name
			host = net.JoinHostPort("localhost", strconv.Itoa(address.Port))
		}
		return &url.URL{Scheme: scheme, Host: host}, nil
	}
	return publicURL(v.publicURL)
}

// azureSettings change the endpoints of Azure public, for a private Azure or a
// classic endpoint. Only an operator can: nothing a person types becomes a host.
type azureSettings struct{ authority, resourceManager, audience, classic, graph, caFile string }

func (s *settings) azureFlags(v *azureSettings) {
	s.StringVar(&v.authority, "azure-authority", "", "sign-in endpoint to use instead of https://login.microsoftonline.com")
	s.StringVar(&v.resourceManager, "azure-resource-manager", "", "resource manager to use instead of https://management.azure.com")
	s.StringVar(&v.audience, "azure-audience", "", "token audience for that resource manager")
	s.StringVar(&v.classic, "azure-classic", "", "classic service management endpoint; without one, the dialog doesn't offer management certificates")
	s.StringVar(&v.graph, "azure-graph", "", "Microsoft Graph endpoint to use instead of https://graph.microsoft.com, to renew certificates; without one, nothing is renewed at another resource manager")
	s.StringVar(&v.caFile, "azure-ca", "", "file with CA certificates (PEM) to trust for these endpoints, in addition to the system's")
	s.fromEnv("azure-authority", "azure-resource-manager", "azure-audience", "azure-classic", "azure-graph", "azure-ca")
}

func (v azureSettings) cloud(now func() time.Time, log *slog.Logger) (*azure.Azure, error) {
	environments := azure.Environments()
	public := &environments[0]
	if v.resourceManager != "" {
		public.Graph = "" // it knows nothing of another Azure
	}
	for flag, setting := range map[string]struct {
		value string
		into  *string
	}{
		"azure-authority":        {v.authority, &public.Authority},
		"azure-resource-manager": {v.resourceManager, &public.ResourceManager},
		"azure-classic":          {v.classic, &public.Classic},
		"azure-graph":            {v.graph, &public.Graph},
	} {
		if setting.value == "" {
			continue
		}
		endpoint, err := url.Parse(setting.value)
		if err != nil || endpoint.Scheme != "https" || endpoint.Host == "" || strings.Trim(endpoint.Path, "/") != "" ||
			endpoint.User != nil || endpoint.RawQuery != "" || endpoint.Fragment != "" {
			return nil, usagef("--%s: %q is not an address such as https://management.example.com", flag, setting.value)
		}
		host, err := asBrowsersSend(endpoint)
		if err != nil {
			return nil, usagef("--%s: %q is not an address such as https://management.example.com: %v", flag, setting.value, err)
		}
		*setting.into = "https://" + host
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
