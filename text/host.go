package text

import (
	"errors"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// What a DNS name can have, in bytes.
const (
	longestHost  = 253
	longestLabel = 63
)

// HostName spells the name of a host or an e-mail domain as browsers and mail servers
// send it: in lower case, other scripts in Punycode, without a dot at its end. It
// refuses what can never be such a name, and the error says why.
func HostName(name string) (string, error) {
	if name == "" {
		return "", errors.New("the name is missing")
	}
	if strings.Contains(name, "*") {
		return "", errors.New("wildcards aren't supported; give each name in full")
	}
	name = strings.TrimSuffix(name, ".")
	if strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) {
		ascii, err := idna.Lookup.ToASCII(name)
		if err != nil {
			return "", errors.New("the name has characters that no domain can have")
		}
		name = strings.TrimSuffix(ascii, ".") // an ideographic full stop is a dot, too
	}
	name = strings.ToLower(name)
	if len(name) > longestHost {
		return "", errors.New("the name is longer than 253 characters")
	}
	for label := range strings.SplitSeq(name, ".") {
		switch {
		case label == "":
			return "", errors.New("a part between two dots is empty")
		case len(label) > longestLabel:
			return "", errors.New("a part between two dots is longer than 63 characters")
		case strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "":
			return "", errors.New("a name has letters, digits, hyphens and dots only")
		}
	}
	return name, nil
}
