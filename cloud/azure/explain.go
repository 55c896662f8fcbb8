package azure

import (
	"regexp"
	"strings"

	"mooring/cloud"
)

// meaning is what a code says about the link.
type meaning int

const (
	broken  meaning = iota // somebody has to do something
	copying                // on something fresh, Azure has probably not copied it yet
	silent                 // it says nothing about the link
)

// entry is one line of the catalogue.
type entry struct {
	code     string
	meaning  meaning
	happened string
	fix      string
	who      string
	command  string // {subscription}, {tenant} and {client} stand for the person's own ids
}

// meaningOf looks the code up. Of a code that nobody knows, the status says
// whether Azure or the link is in trouble.
func meaningOf(r *refusal) meaning {
	if e, ok := byCode[strings.ToLower(r.Code)]; ok {
		return e.meaning
	}
	if r.Status >= 500 || r.Status == 429 {
		return silent
	}
	return broken
}

// byCode finds entries without regard to case. It is written once, here.
var byCode = func() map[string]entry {
	m := make(map[string]entry, len(catalogue))
	for _, e := range catalogue {
		m[strings.ToLower(e.code)] = e
	}
	return m
}()

// Explain implements cloud.Cloud.
func (a *Azure) Explain(result cloud.StageResult, target cloud.Target) cloud.Explanation {
	code := result.Code
	if code == "AuthorizationFailed" && (result.Stage == stageRights || result.Stage == stageProviders) {
		code = codeRightsUnknown // the same code means less where it only keeps us from looking
	}
	if e, ok := byCode[strings.ToLower(code)]; ok {
		return e.explain(target)
	}
	happened := "Azure answered with a code that Mooring does not know: " + result.Code + "."
	if result.Said != "" {
		happened = "Azure answered with a code that Mooring does not know. It says: " + result.Said
	}
	return cloud.Explanation{
		Code: result.Code, Happened: happened, Who: "Whoever administers the directory or the subscription.",
		Fix: "Search Microsoft's documentation for the code. Support will ask for the trace and correlation IDs below.",
	}
}

// Catalogue implements cloud.Cloud.
func (a *Azure) Catalogue() []cloud.Explanation {
	all := make([]cloud.Explanation, len(catalogue))
	for i, e := range catalogue {
		all[i] = e.explain(cloud.Target{})
	}
	return all
}

func (e entry) explain(target cloud.Target) cloud.Explanation {
	return cloud.Explanation{
		Anchor: anchorOf(e.code), Code: e.code, Happened: e.happened, Fix: e.fix, Who: e.who,
		Command: fill(e.command, target), Known: true,
	}
}

// anchorOf gives the stable anchor: "azure-700016", "azure-authorizationfailed".
func anchorOf(code string) string {
	return "azure-" + strings.TrimPrefix(strings.ToLower(code), "aadsts")
}

var bareGUID = regexp.MustCompile(`^[0-9a-f-]{36}$`)

// fill writes the person's ids into a command, and a readable blank where one
// is not known. Only ids that have the form of one get in.
func fill(command string, target cloud.Target) string {
	id := func(value, blank string) string {
		if bareGUID.MatchString(value) {
			return value
		}
		return blank
	}
	return strings.NewReplacer(
		"{subscription}", id(target.SubscriptionID, "<subscription-id>"),
		"{tenant}", id(target.TenantID, "<tenant-id>"),
		"{client}", id(target.ClientID, "<client-id>"),
	).Replace(command)
}
