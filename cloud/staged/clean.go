package staged

import (
	"regexp"
	"slices"
	"strings"

	"mooring/text"
)

const maxSaid = 400 // bytes

// Hidden is something that a cloud says and that nobody should keep: ids, names and
// addresses that aren't the person's own.
type Hidden struct {
	Found *regexp.Regexp
	By    string // what stands there instead: "(id)"
	Whole bool   // an own name may stand inside of it, which doesn't save it
}

var (
	saidEmail  = regexp.MustCompile(`[^\s'"<>()]+@[^\s'"<>()]+\.[A-Za-z]{2,}`)
	saidUUID   = regexp.MustCompile(`(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
	saidSecret = regexp.MustCompile(`[A-Za-z0-9_\-+/=~]{32,}`)
	saidDigit  = regexp.MustCompile(`[0-9]`)
	longWord   = regexp.MustCompile(`^(?:(?:[A-Z]{1,4}[a-z]{2,20})+|[A-Za-z]{1,20}(?:[_/-][A-Za-z]{1,20})+)$`) // LikeThisOne, or like-this/one
	privateUse = regexp.MustCompile(`\p{Co}`)
)

// Clean makes what a cloud said fit to keep and to show: in one line, without what is
// hidden, without mail addresses, UUIDs and anything that could be a token. The own
// names of a target stay.
func Clean(said string, own []string, hidden ...Hidden) string {
	said = privateUse.ReplaceAllString(text.Line(said), "")
	for _, h := range hidden {
		if h.Whole {
			said = h.replace(said, own)
		}
	}
	var hide, show []string // the person's own, as characters that nothing below changes
	for i, name := range own {
		if name != "" {
			mark := string(rune(0xe000 + i))
			hide, show = append(hide, name, mark), append(show, mark, name)
		}
	}
	said = strings.NewReplacer(hide...).Replace(said)
	said = saidEmail.ReplaceAllString(said, "(address)")
	said = saidUUID.ReplaceAllString(said, "(id)")
	for _, h := range hidden {
		if !h.Whole {
			said = h.replace(said, own)
		}
	}
	said = saidSecret.ReplaceAllStringFunc(said, func(s string) string {
		if !saidDigit.MatchString(s) && longWord.MatchString(s) {
			return s
		}
		return "(removed)"
	})
	said = strings.TrimSpace(strings.NewReplacer(show...).Replace(said))
	if len(said) > maxSaid {
		said = strings.ToValidUTF8(said[:maxSaid], "") + "…"
	}
	return said
}

func (h Hidden) replace(said string, own []string) string {
	return h.Found.ReplaceAllStringFunc(said, func(found string) string {
		if slices.Contains(own, found) {
			return found
		}
		return h.By
	})
}

var notInCode = regexp.MustCompile(`[^A-Za-z0-9_.-]`)

// cleanCode keeps a code to what codes are made of.
func cleanCode(code string) string {
	code = notInCode.ReplaceAllString(code, "")
	if len(code) > 64 {
		code = code[:64]
	}
	return code
}

var notInID = regexp.MustCompile(`[^A-Za-z0-9_./-]`)

// cleanID keeps the ID of a request only if it is one. The longest has three parts of 32
// characters.
func cleanID(id string) string {
	if len(id) > 100 || notInID.MatchString(id) {
		return ""
	}
	return id
}
