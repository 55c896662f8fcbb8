package aws

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

var pastedARN = regexp.MustCompile(`arn:[a-z0-9-]+:(?:rolesanywhere:[a-z0-9-]+|iam:):[0-9]{12}:(?:trust-anchor|profile|role)/[A-Za-z0-9_+=,.@/-]+`)

// FindARNs finds the ARNs of trust anchors, profiles and roles in what somebody
// pasted, such as the outputs of a stack or the lines that a command printed. Each
// is there once, as ParseARN takes it.
func FindARNs(text string) map[Kind][]string {
	visible := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) { // chats and word processors add these
			return -1
		}
		return r
	}, text)
	found := map[Kind][]string{}
	for _, s := range pastedARN.FindAllString(visible, -1) {
		s = strings.TrimRight(s, ",.")
		arn, ok := splitARN(s)
		if kind := kindOf(arn); ok && kind != "" && !slices.Contains(found[kind], s) {
			found[kind] = append(found[kind], s)
		}
	}
	return found
}
