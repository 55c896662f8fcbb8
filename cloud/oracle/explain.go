package oracle

import (
	"regexp"
	"strings"

	"mooring/cloud"
	"mooring/cloud/staged"
)

// Explain implements cloud.Cloud.
func (o *Oracle) Explain(result cloud.StageResult, target cloud.Target) cloud.Explanation {
	return catalogue.Explain(result, target)
}

// Catalogue implements cloud.Cloud.
func (o *Oracle) Catalogue() []cloud.Explanation { return catalogue.All() }

// fill writes the person's own OCIDs into a command, or readable blanks. Only OCIDs that
// were read get into commands.
func fill(command string, target cloud.Target) string {
	tenancy, user := "TENANCY_OCID", "USER_OCID"
	if id, ok := parseOCID(target.Account); ok && id.kind == tenancyKind {
		tenancy = id.text
	}
	if id, ok := parseOCID(target.SignIn.Principal); ok && id.kind == userKind {
		user = id.text
	}
	return strings.NewReplacer("{tenancy}", quoted(tenancy), "{user}", quoted(user), "{public key}", cloud.PublicKeyBlank).Replace(command)
}

// quoted is a word of a command. No OCID that was read has a quote in it.
func quoted(s string) string { return "'" + s + "'" }

var hidden = []staged.Hidden{
	{Found: regexp.MustCompile(`(?i)\bocid1\.[a-z0-9._-]*[a-z0-9]`), By: "(OCID)", Whole: true},
}

// clean makes what Oracle said fit to keep and to show. The request's id is kept apart.
func clean(said string, target cloud.Target) string {
	return staged.Clean(said, []string{target.Account, target.SignIn.Principal}, hidden...)
}
