package azure

import (
	"regexp"
	"slices"
	"strings"

	"mooring/cloud"
)

var (
	guid           = regexp.MustCompile(`^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	bareHex        = regexp.MustCompile(`^[0-9a-f]{32}$`)
	inSubscription = regexp.MustCompile(`/subscriptions/([^/?#\s"']+)`)
	letters        = regexp.MustCompile(`[g-z]`)
)

const zeroID = "00000000-0000-0000-0000-000000000000"

// idField is a field that an ID belongs in.
type idField struct {
	own     string            // what the ID is of, as in foreign
	keys    []string          // of JSON that az prints, in lower case, the most telling first
	foreign map[string]string // what to say when the text names the ID of something else
	form    string            // what to say when there is no ID in it
}

// What IDs are of.
const (
	ofSubscription    = "subscription"
	ofApplication     = "application"
	ofDirectory       = "directory"
	ofObject          = "object"
	ofManagementGroup = "management group"
	ofKey             = "certificate"
)

// names are the words by which a text tells what its ID is of. Portals and az
// write them beside or before the ID.
var names = map[string]*regexp.Regexp{
	ofSubscription:    regexp.MustCompile(`subscription`),
	ofApplication:     regexp.MustCompile(`app_?id|client_?id|application|\bclient\b`),
	ofDirectory:       regexp.MustCompile(`tenant|directory`),
	ofObject:          regexp.MustCompile(`object ?_?id|objectid`),
	ofManagementGroup: regexp.MustCompile(`managementgroups?|management group`),
	ofKey:             regexp.MustCompile(`key_?id|certificate`),
}

var (
	subscriptionField = idField{ofSubscription, []string{"subscriptionid", "id"}, map[string]string{
		ofApplication: saySubscriptionIsClient, ofDirectory: saySubscriptionIsTenant, ofObject: saySubscriptionIsObject, ofManagementGroup: saySubscriptionIsGroup,
	}, saySubscriptionForm}
	clientField = idField{ofApplication, []string{"appid", "clientid"}, map[string]string{
		ofSubscription: sayClientIsSubscription, ofDirectory: sayClientIsTenant, ofObject: sayClientIsObject, ofManagementGroup: sayClientIsGroup,
	}, sayClientForm}
	tenantField = idField{ofDirectory, []string{"tenant", "tenantid"}, map[string]string{
		ofSubscription: sayTenantIsSubscription, ofApplication: sayTenantIsClient, ofObject: sayTenantIsObject, ofManagementGroup: sayTenantIsGroup,
	}, sayTenantForm}
	objectField = idField{ofObject, []string{"objectid", "id"}, map[string]string{}, sayObjectForm}
	keyField    = idField{ofKey, []string{"keyid"}, map[string]string{}, sayKeyForm}
)

// read finds the one ID that can be meant in what was typed. It gives the sentence
// for the field when there is none, and empties what must not be shown again. Both
// are empty when nothing was typed.
func (f idField) read(typed *string) (id, problem string) {
	if cloud.HoldsSecret(*typed) {
		*typed = ""
		return "", saySecret
	}
	text := strings.ToLower(cloud.Tidy(*typed))
	if text == "" {
		if strings.ContainsRune(*typed, '<') {
			return "", sayPlaceholder
		}
		return "", ""
	}
	if f.own == ofSubscription {
		if found := inSubscription.FindStringSubmatch(text); found != nil {
			text = cloud.Tidy(found[1])
		}
	}
	object := fieldsOf([]byte(between(cloud.Plain(*typed), '{', '}')))
	for _, key := range f.keys {
		if value := withDashes(strings.ToLower(cloud.Tidy(object.text(key)))); guid.MatchString(value) {
			return accepted(value)
		}
	}
	if whole := withDashes(text); guid.MatchString(whole) {
		return accepted(whole)
	}
	found := anyGUID.FindAllString(text, -1)
	slices.Sort(found)
	found = slices.Compact(found)
	around := anyGUID.ReplaceAllString(text, " ")
	for _, of := range []string{ofManagementGroup, ofObject, ofSubscription, ofApplication, ofDirectory} {
		if f.foreign[of] != "" && len(found) > 0 && names[of].MatchString(around) && !names[f.own].MatchString(around) {
			return "", f.foreign[of]
		}
	}
	switch {
	case len(found) == 1:
		return accepted(found[0])
	case len(found) > 1:
		return "", saySeveral
	case strings.ContainsAny(*typed, "<>"):
		return "", sayPlaceholder
	}
	return "", f.form
}

// accepted refuses the ID that stands for none.
func accepted(id string) (accepted, problem string) {
	if id == zeroID {
		return "", sayZeros
	}
	return id, ""
}

// withDashes puts the dashes into an ID that lost them.
func withDashes(text string) string {
	if !bareHex.MatchString(text) {
		return text
	}
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

// between is a text from the first opening to the last closing character, or all of
// it.
func between(text string, opening, closing byte) string {
	if start, end := strings.IndexByte(text, opening), strings.LastIndexByte(text, closing); start >= 0 && end > start {
		return text[start : end+1]
	}
	return text
}

// looksLikeName recognises a subscription's name where its ID belongs.
func looksLikeName(s string) bool { return letters.MatchString(s) || strings.ContainsRune(s, ' ') }
