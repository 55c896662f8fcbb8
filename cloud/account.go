package cloud

import "regexp"

var resourceName = regexp.MustCompile(`^(?i:arn):[a-z0-9-]+:[a-z0-9-]*:[a-z0-9-]*:([0-9]{12}):`)

// AccountIn gives the account that a whole resource name (ARN) is about, for people who
// search for what they copied; empty: text is none.
func AccountIn(text string) string {
	if found := resourceName.FindStringSubmatch(text); found != nil {
		return found[1]
	}
	return ""
}
