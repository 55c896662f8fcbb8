package aws

import (
	"regexp"

	"mooring/cloud"
	"mooring/cloud/staged"
)

var canonicalText = regexp.MustCompile(`(?s)\s*The Canonical String.*$`) // it repeats the request

var hidden = []staged.Hidden{
	{Found: regexp.MustCompile(`(?i)arn:aws[a-z-]*:[^\s"'<>]*[^\s"'<>.,;)]`), By: "(ARN)", Whole: true},
	{Found: regexp.MustCompile(`[0-9]{12,}`), By: "(number)"},
	{Found: regexp.MustCompile(`\bA[A-Z]{3}[A-Z0-9]{12,}\b`), By: "(id)"}, // of a key, a user or a role
}

// clean makes what AWS said fit to keep and to show. The request's id is kept apart.
func clean(said string, target cloud.Target) string {
	var own []string
	for _, kind := range kinds {
		own = append(own, target.SignIn.Values[fieldOf[kind]])
	}
	return staged.Clean(canonicalText.ReplaceAllString(said, ""), append(own, target.Account), hidden...)
}
