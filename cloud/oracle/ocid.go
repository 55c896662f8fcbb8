package oracle

import (
	"regexp"
	"slices"
	"strings"
)

// kind is what an OCID is of: its second part.
type kind string

// The kinds that a link needs.
const (
	tenancyKind kind = "tenancy"
	userKind    kind = "user"
)

// ocid is an Oracle Cloud identifier: ocid1.KIND.REALM.REGION.UNIQUE, where users and
// tenancies have no region.
type ocid struct {
	text  string
	kind  kind
	realm string
}

var (
	ocidForm = regexp.MustCompile(`^ocid1\.([a-z0-9]+)\.(oc[0-9]{1,3})\.([a-z0-9-]*)\.([a-z0-9]{20,100})$`)
	anyOCID  = regexp.MustCompile(`(?i)\bocid1\.[a-z0-9]+\.[a-z0-9-]+\.[a-z0-9-]*\.[a-z0-9]+`)
)

// uniqueLength is that of the last part of the OCIDs of users and tenancies.
const uniqueLength = 60

// parseOCID reads an OCID. Oracle writes them in lower case.
func parseOCID(s string) (ocid, bool) {
	s = strings.ToLower(s)
	found := ocidForm.FindStringSubmatch(s)
	if found == nil {
		return ocid{}, false
	}
	id := ocid{s, kind(found[1]), found[2]}
	if (id.kind == tenancyKind || id.kind == userKind) && (found[3] != "" || len(found[4]) != uniqueLength) {
		return ocid{}, false // it was cut, mostly
	}
	return id, true
}

// findOCIDs finds the OCIDs in a text, each once.
func findOCIDs(text string) []ocid {
	var all []ocid
	for _, s := range anyOCID.FindAllString(text, -1) {
		if id, ok := parseOCID(s); ok && !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

// ofKind are those of a kind.
func ofKind(all []ocid, k kind) []ocid {
	var some []ocid
	for _, id := range all {
		if id.kind == k {
			some = append(some, id)
		}
	}
	return some
}
