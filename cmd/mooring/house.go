package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/db"
	"mooring/grant"
	"mooring/handlers"
	"mooring/jobs"
	"mooring/register"
	"mooring/renewal"
	"mooring/review"
	"mooring/secret"
	"mooring/walkthrough"
)

const (
	readyKeys     = 3           // private keys that are made ahead
	watchInterval = time.Second // between looks at what other programs changed

	shortestLook = 10 * time.Second // between looks for damage
	longestLook  = 24 * time.Hour

	refusalsTimeout = 2 * time.Second // for the entries of refused requests that are queued when the server stops
)

// house is the whole product without its front door.
type house struct {
	database      *db.DB
	accounts      *account.Service
	organizations *account.Organizations
	people        *account.People
	keys          *account.Keys
	certificates  *certificate.Service
	credentials   *credential.Service
	grants        *grant.Service
	renewals      *renewal.Service
	register      *register.Service
	jobs          *jobs.Service
	reviews       *review.Service
	auditLog      *audit.Log
	refusals      *audit.Refusals
	clouds        cloud.Registry
	log           *slog.Logger
	help          *walkthrough.Library
	pool          *certificate.Pool
	pooling       sync.Once
	group         sync.WaitGroup
}

// parts are what differs between the demo world and real use.
type parts struct {
	database *db.DB
	ring     *secret.Ring
	clouds   cloud.Registry
	policy   account.Policy
	passkeys account.Passkeys // nil: they do not work at this address
	mailer   account.Mailer   // nil: there is no mail server
	public   *url.URL         // for links in mail
	now      func() time.Time
	newID    func() string
	newKey   func() (*rsa.PrivateKey, error)
	names    io.Reader // of links, drawn from it; nil: random ones
	log      *slog.Logger

	checkpointsTo []audit.Sink  // beside the database
	keepLog       time.Duration // 0: for ever
	archive       string        // folder that gets what is not kept

	limits limits
}

func build(p parts) *house {
	h := &house{database: p.database, clouds: p.clouds, log: p.log, help: openHelp(p.log), pool: certificate.NewPool(readyKeys, p.newKey, p.log)}
	h.certificates = certificate.NewService(p.database.Certificates(), p.ring, h.pool, p.now, p.newID, p.log)
	if p.names != nil {
		h.certificates.NameLinks(p.names)
	}
	h.refusals = audit.NewRefusals(audit.RefusalsConfig{Write: p.database.AuditLog().AddEntry, Now: p.now, Log: p.log})
	accounts := p.database.Accounts()
	h.accounts = account.NewService(account.Config{Store: accounts, Policy: p.policy, Passkeys: p.passkeys, Refusals: h.refusals,
		Now: p.now, NewID: p.newID, Log: p.log, Joined: h.certificates.Wake, Mailer: p.mailer, ResetLink: p.resetLink})
	h.organizations = account.NewOrganizations(account.OrganizationsConfig{Store: accounts, Mailer: p.mailer, Policy: p.policy, Link: p.invitationLink,
		Now: p.now, NewID: p.newID, Log: p.log, Joined: h.certificates.Wake})
	h.people = account.NewPeople(account.PeopleConfig{Store: accounts, Now: p.now})
	h.keys = account.NewKeys(account.KeysConfig{Store: accounts, Now: p.now, Log: p.log})
	// Nothing uses credentials yet. What will, says here what depends on them.
	var dependents []credential.Dependents
	h.credentials = credential.NewService(p.database.Credentials().AtMost(cmp.Or(p.limits.credentials, credential.DefaultCredentials)), p.clouds, h.certificates, dependents, p.now, p.newID, p.log)
	h.grants = grant.NewService(p.database.Grants(), p.ring, p.clouds, p.now, p.log)
	h.credentials.KeepGrants(h.grants)
	h.grants.PauseWhile(p.database.IsCopy)
	h.renewals = renewal.NewService(renewal.Config{Store: p.database.Renewals(), Certificates: h.certificates, Credentials: h.credentials, Clouds: p.clouds,
		Grace: p.limits.grace(), Now: p.now, NewID: p.newID, Log: p.log})
	h.credentials.LimitChecks(cmp.Or(p.limits.checks, credential.DefaultChecks))
	h.certificates.Limit(h.credentials.Intake().LongestCertificate)
	notary := audit.NewNotary(p.ring)
	h.auditLog = audit.NewLog(audit.LogConfig{Store: p.database.AuditLog(), Notary: notary, Sinks: p.checkpointsTo,
		Keep: p.keepLog, Archive: p.archive, Now: p.now, Log: p.log})
	h.register = register.NewService(register.Config{Store: p.database.Register(), Clouds: p.clouds, Now: p.now, Log: p.log})
	h.jobs = jobs.NewService(jobs.Config{Store: p.database.Jobs(), Register: h.register, Credentials: h.credentials,
		Now: p.now, NewID: p.newID, Log: p.log})
	h.reviews = review.NewService(review.Config{Store: p.database.Reviews(), Register: h.register, Credentials: h.credentials, Notary: notary,
		Now: p.now, NewID: p.newID, Log: p.log})
	return h
}

// invitationLink is the address under which an invitation is accepted.
func (p parts) invitationLink(token string) string { return p.public.JoinPath("join", token).String() }

// resetLink is the address under which a new password is set.
func (p parts) resetLink(token string) string { return p.public.JoinPath("reset", token).String() }

// front says what the handlers need of the house.
func (h *house) front(p parts) handlers.Config {
	return handlers.Config{
		Accounts: h.accounts, Organizations: h.organizations, People: h.people, Keys: h.keys, Certificates: h.certificates,
		Credentials: h.credentials, Intake: h.credentials.Intake(), Register: h.register, Renewals: h.renewals, Jobs: h.jobs, Reviews: h.reviews, AuditLog: h.auditLog, Refusals: h.refusals,
		Clouds: h.clouds, Help: h.help, Data: p.database, Now: p.now, Log: p.log, PublicURL: p.public, Mail: p.mailer != nil,
	}
}

// start runs what works in the background, until ctx ends.
func (h *house) start(ctx context.Context) {
	if err := h.database.BeginInstance(ctx, time.Now()); err != nil {
		h.log.Error("could not store which file the database is", "cause", err)
	}
	if isCopy, err := h.database.IsCopy(ctx); err == nil && isCopy {
		h.log.Warn("this database is a copy: certificates aren't renewed and grants aren't used until you confirm that no other server uses it, with mooring database confirm",
			"path", h.database.Path())
	}
	h.credentials.Recover(ctx)
	h.fillPool(ctx)
	h.group.Go(func() {
		every := time.NewTicker(watchInterval)
		defer every.Stop()
		h.database.Watch(ctx, every.C)
	})
	h.group.Go(func() { h.lookForDamage(ctx) })
	h.group.Go(func() { h.help.Pages() }) // so that the first reader doesn't wait for it
	h.group.Go(func() {
		select {
		case <-ctx.Done():
		case <-h.database.Moved():
			h.log.Error("the database was moved, removed or replaced: nothing is stored until a restart",
				"path", h.database.Path(), "cause", h.database.MovedWhy())
		}
	})
	for _, work := range []func(context.Context){h.certificates.Run, h.accounts.Run, h.keys.Run, h.credentials.Run, h.grants.Run,
		h.renewals.Run, h.register.Run, h.jobs.Run, h.reviews.Run, h.auditLog.Run} {
		h.group.Go(func() { work(ctx) })
	}
}

// lookForDamage reads the database again and again, and takes a hundredth of the
// time for it. What it finds makes the server not ready.
func (h *house) lookForDamage(ctx context.Context) {
	for {
		began := time.Now()
		if err := h.database.LookForDamage(ctx); err != nil && ctx.Err() == nil {
			h.log.Error("looked for damage in the database", "cause", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(min(longestLook, max(shortestLook, 99*time.Since(began)))):
		}
	}
}

// fillPool makes keys ahead.
func (h *house) fillPool(ctx context.Context) {
	h.pooling.Do(func() { h.group.Go(func() { h.pool.Run(ctx) }) })
}

// wait waits until nothing works in the background any more. What was written
// last then gets its checkpoint.
func (h *house) wait() {
	h.group.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), refusalsTimeout)
	defer cancel()
	h.refusals.Close(ctx)
	h.auditLog.End()
}

// randomID names things: 130 bits, in lower case for URLs.
func randomID() string { return strings.ToLower(rand.Text()) }

// The times a client gets. They cut off who sends or reads too slowly.
const (
	headerTimeout = 5 * time.Second
	readTimeout   = 15 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 2 * time.Minute
	stopTimeout   = 5 * time.Second // half of what Docker grants
	maxHeader     = 32 << 10        // bytes
)

// listenAndServe serves until ctx ends, then lets the requests on their way
// finish. Without encrypted it is plain HTTP.
func listenAndServe(ctx context.Context, listener net.Listener, handler http.Handler, proxies []*net.IPNet, log *slog.Logger, encrypted *tls.Config) error {
	server := &http.Server{
		TLSConfig: encrypted,
		Handler:   handler, ConnState: newConnections(filesAtMost(), proxies, log).follow, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() {
		if encrypted != nil {
			ended <- server.ServeTLS(listener, "", "")
		} else {
			ended <- server.Serve(listener)
		}
	}()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	log.Info("stopping")
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		log.Warn("cut off requests that did not end", "cause", err)
		return server.Close()
	}
	return nil
}
