package azuresim

import (
	"embed"
	"errors"
	"io/fs"
	"net/http"

	"mooring/cloud/simulated"
)

//go:embed portal
var portalFiles embed.FS

// portal is the simulated Azure portal.
type portal struct {
	simulated.Console
	world *world
	shell *shell
	codes []string // to suggest as errors
	runs  simulated.Runs[[]shellResult]
}

func newPortal(w *world, codes []string) (*portal, error) {
	templates, err := fs.Sub(portalFiles, "portal")
	if err != nil {
		return nil, err
	}
	p := &portal{world: w, shell: newShell(w), codes: codes, Console: simulated.Console{
		Name: "Simulated Azure portal", Kind: "Portal", NotVendor: "Not Microsoft.", Home: "Simulated portal",
		Navigation: []simulated.Link{{Text: "App registrations", Path: "/apps"}, {Text: "Subscriptions", Path: "/subscriptions"}, {Text: "Cloud Shell", Path: "/cloud-shell"}},
		Color:      simulated.Accent{Light: "#5b3f8c", Dark: "#c3aef0", OnLight: "#fff", OnDark: "#1b1229"}, Templates: templates,
	}}
	return p, p.Load()
}

// handler is the whole portal: every address of its own stands here.
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
	return p.Handler(mux)
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
	p.Show(w, http.StatusOK, "home", simulated.Page{Title: "Home", Content: workingSubscription})
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
	p.Show(w, http.StatusOK, "stories", simulated.Page{Title: "What each subscription does", Content: stories})
}
