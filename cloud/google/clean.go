package google

import (
	"regexp"

	"mooring/cloud"
	"mooring/cloud/staged"
)

var hidden = []staged.Hidden{
	{Found: regexp.MustCompile(`(?i)(?:principal(?:Set)?:/)?/(?:/?iam\.googleapis\.com/)?projects/[0-9]+/[^\s"'<>]*[^\s"'<>.,;)]`), By: "(name)", Whole: true},
	{Found: googleSecret, By: "(removed)", Whole: true},
	{Found: regexp.MustCompile(`\b[0-9]{9,}\b`), By: "(number)"},
}

// clean makes what Google said fit to keep and to show.
func clean(said string, target cloud.Target) string {
	own := []string{target.SignIn.Values[fieldProvider], target.SignIn.Values[fieldAccount]}
	if provider, ok := ParseProvider(target.SignIn.Values[fieldProvider]); ok {
		own = append(own, provider.PoolName(), provider.Pool, provider.Project)
	}
	return staged.Clean(said, append(own, target.Account, target.SignIn.Values[fieldNumber]), hidden...)
}
