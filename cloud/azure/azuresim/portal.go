package azuresim

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"sync"
)

//go:embed portal
var portalFiles embed.FS

// maxFormBytes bounds every form of the portal, files included.
const maxFormBytes = 64 << 10

// portal is the simulated Azure portal: plain HTML pages that work without
// JavaScript.
type portal struct {
	world *world
	shell *shell
	pages map[string]*template.Template
	codes []string // to suggest as errors

	mu   sync.Mutex
	runs []shellRun // the latest runs of the shell, oldest first
}

func newPortal(w *world, codes []string) (*portal, error) {
	p := &portal{world: w, shell: newShell(w), codes: codes, pages: map[string]*template.Template{}}
	for _, name := range []string{"home", "stories", "apps", "app", "subscriptions", "subscription", "shell", "missing"} {
		t, err := template.ParseFS(portalFiles, "portal/layout.html", "portal/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("portal page %s: %w", name, err)
		}
		p.pages[name] = t
	}
	return p, nil
}

// handler is the whole portal: every address stands here.
func (p *portal) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.home)
	mux.HandleFunc("GET /stories", p.listStories)
	mux.HandleFunc("GET /apps", p.listApps)
	mux.HandleFunc("POST /apps", p.registerApp)
	mux.HandleFunc("GET /apps/{client}", p.showApp)
	mux.HandleFunc("GET /apps/{client}/certificates", p.jumpToCertificates)
	mux.HandleFunc("POST /apps/{client}/certificates", p.uploadCertificate)
	mux.HandleFunc("POST /apps/{client}/certificates/{key}/delete", p.deleteCertificate)
	mux.HandleFunc("GET /subscriptions", p.listSubscriptions)
	mux.HandleFunc("GET /subscriptions/{subscription}", p.showSubscription)
	mux.HandleFunc("POST /subscriptions/{subscription}/role-assignments", p.assignRole)
	mux.HandleFunc("POST /subscriptions/{subscription}/role-assignments/{assignment}/delete", p.removeAssignment)
	mux.HandleFunc("POST /subscriptions/{subscription}/management-certificates", p.uploadManagement)
	mux.HandleFunc("POST /subscriptions/{subscription}/management-certificates/{thumbprint}/delete", p.deleteManagement)
	mux.HandleFunc("POST /subscriptions/{subscription}/error-answer", p.setOverride)
	mux.HandleFunc("POST /subscriptions/{subscription}/error-answer/delete", p.clearOverride)
	mux.HandleFunc("GET /cloud-shell", p.showShell)
	mux.HandleFunc("POST /cloud-shell", p.runShell)
	mux.HandleFunc("GET /portal.css", p.file("portal/portal.css", "text/css; charset=utf-8"))
	mux.HandleFunc("GET /copy.js", p.file("portal/copy.js", "text/javascript; charset=utf-8"))
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/", p.missing)
	return secured(http.NewCrossOriginProtection().Handler(mux))
}

// secured adds the headers that every answer carries and bounds what is read.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
		next.ServeHTTP(w, r)
	})
}

// page is what the layout needs; Content is for the page itself.
type page struct {
	Title   string
	Section string // the entry of the navigation that is current
	Content any
}

// show renders a page whole before its first byte leaves.
func (p *portal) show(w http.ResponseWriter, status int, name string, v page) {
	var b bytes.Buffer
	if err := p.pages[name].ExecuteTemplate(&b, "layout.html", v); err != nil {
		http.Error(w, "The simulated portal cannot show this page.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	w.Write(b.Bytes())
}

// problem is what to tell the person about an error, and the status with it.
func problem(err error) (sentence string, status int) {
	var known *refusal
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return "", http.StatusOK
	case errors.As(err, &known):
		return known.sentence, http.StatusUnprocessableEntity
	case errors.As(err, &tooLarge):
		return "This is larger than 64 KB. A certificate or a command has a few kilobytes.", http.StatusRequestEntityTooLarge
	}
	return "The simulated portal failed. This is an error in the simulator.", http.StatusInternalServerError
}

func (p *portal) home(w http.ResponseWriter, _ *http.Request) {
	p.show(w, http.StatusOK, "home", page{Title: "Home", Content: workingSubscription})
}

// story is a scripted subscription, with the error that somebody chose for it.
type story struct {
	Scripted
	ID  string       // its subscription's
	Now *overrideRow // nil: none
}

// listStories shows what each scripted subscription does, with what is needed to
// link it.
func (p *portal) listStories(w http.ResponseWriter, _ *http.Request) {
	chosen := map[string]*overrideRow{}
	for _, s := range p.world.listSubscriptions() {
		chosen[s.id] = describeOverride(s.override)
	}
	var stories []story
	for _, s := range Script() {
		stories = append(stories, story{s, s.SubscriptionID, chosen[s.SubscriptionID]})
	}
	p.show(w, http.StatusOK, "stories", page{Title: "What each subscription does", Content: stories})
}

func (p *portal) missing(w http.ResponseWriter, _ *http.Request) {
	p.show(w, http.StatusNotFound, "missing", page{Title: "Not found"})
}

// file serves one embedded file.
func (p *portal) file(name, contentType string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		b, err := portalFiles.ReadFile(name)
		if err != nil {
			http.Error(w, "not found", http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", contentType)
		w.Write(b)
	}
}
