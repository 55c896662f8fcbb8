package azure

import (
	"regexp"
	"slices"
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
	who      fixer
	command  string // {subscription}, {tenant} and {client} stand for the person's own ids
}

// variant is what a code means at one stage, or for one reason.
type variant struct {
	stages []string // empty: any
	code   string   // that Azure answers with
	reason string
	slug   string // ends the anchor; empty: the entry has one of its own
	entry  entry
}

// Reasons for which Azure refuses with the same code.
const reasonExpired = "expired"

var expiredKey = regexp.MustCompile(`(?i)(?:key|certificate)(?: used)? (?:is|has) expired`)

// reasonOf reads the reason out of Azure's sentence, where the code alone does
// not tell.
func reasonOf(code, said string) string {
	switch strings.ToUpper(code) {
	case "AADSTS700027", "AADSTS50012":
		if expiredKey.MatchString(said) {
			return reasonExpired
		}
	}
	return ""
}

// find looks up what a code means at a stage and for a reason.
func find(stage, code, reason string) (variant, bool) {
	for _, v := range variants {
		if strings.EqualFold(v.code, code) && v.reason == reason && (len(v.stages) == 0 || slices.Contains(v.stages, stage)) {
			return v, true
		}
	}
	e, ok := byCode[strings.ToLower(code)]
	return variant{code: code, entry: e}, ok
}

// isKnown reports whether the catalogue has the code.
func isKnown(code string) bool {
	_, ok := byCode[strings.ToLower(code)]
	return ok
}

// meaningOf says what a refusal at a stage means for the link. Trouble that
// passes says nothing about it, whatever code comes with it; then the code
// decides, and one that nobody knows is a refusal.
func meaningOf(stage string, r *refusal) meaning {
	if r.isPassing() {
		return silent
	}
	if v, ok := find(stage, r.code(), reasonOf(r.code(), r.Message)); ok {
		return v.entry.meaning
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
	if v, ok := find(result.Stage, result.Code, reasonOf(result.Code, result.Said)); ok {
		return v.explain(target)
	}
	happened := "Azure answered with an error code that Mooring doesn't know: " + result.Code + "."
	if result.Said != "" {
		happened = "Azure answered with an error code that Mooring doesn't know. Its message: " + result.Said
	}
	return cloud.Explanation{
		Code: result.Code, Happened: happened, Who: "An administrator of the directory or the subscription.",
		Fix: "Search Microsoft's documentation for the code. If you contact Microsoft support, give them the trace and correlation IDs below.",
	}
}

// Catalogue implements cloud.Cloud.
func (a *Azure) Catalogue() []cloud.Explanation {
	var all []cloud.Explanation
	for _, e := range catalogue {
		all = append(all, e.explain(cloud.Target{}))
		for _, v := range variants {
			if v.slug != "" && strings.EqualFold(v.code, e.code) {
				all = append(all, v.explain(cloud.Target{}))
			}
		}
	}
	return all
}

func (v variant) explain(target cloud.Target) cloud.Explanation {
	explained := v.entry.explain(target)
	if explained.Reason = v.reason; v.slug != "" {
		explained.Anchor += "-" + v.slug
	}
	return explained
}

func (e entry) explain(target cloud.Target) cloud.Explanation {
	return cloud.Explanation{
		Anchor: anchorOf(e.code), Code: e.code, Happened: e.happened, Fix: e.fix, Who: fixers[e.who].words, Fixer: fixers[e.who].fixer,
		Remedy: e.remedy(), Command: fill(e.command, target), Known: true,
	}
}

// remedy is what Mooring can offer to whoever fixes it.
func (e entry) remedy() cloud.Remedy {
	switch {
	case e.who == linkEditor:
		return cloud.EditLink
	case e.who == accountOwner:
		return cloud.NewCertificate
	case e.command == addCertificate, e.code == codeForbidden:
		return cloud.DownloadCertificate
	}
	return ""
}

// anchorOf gives the stable anchor: "azure-700016", "azure-authorizationfailed".
// That of a variant ends with its slug: "azure-700027-expired".
func anchorOf(code string) string {
	return "azure-" + strings.ReplaceAll(strings.TrimPrefix(strings.ToLower(code), "aadsts"), "_", "-")
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
		"{subscription}", id(target.Account, "<subscription-id>"),
		"{tenant}", id(target.Parent, "<tenant-id>"),
		"{client}", id(target.SignIn.Principal, "<client-id>"),
	).Replace(command)
}
