package cloud

import (
	"strings"
	"unicode"
)

// Tidy takes off what comes along when people copy: spaces, quotes, braces, and
// what cannot be seen.
func Tidy(s string) string { return strings.Trim(Plain(s), " \t\r\n\"'`{}<>,;") }

// Plain spells a text with the characters of an ID: word processors and chats make
// other dashes, quotes, spaces and digits of them, and add what cannot be seen.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r):
			return -1
		case unicode.Is(unicode.Pd, r), r == '\u2212': // dashes, and the sign for minus
			return '-'
		case r >= '\uff01' && r <= '\uff5e': // full width
			return r - 0xfee0
		case r == '\u2018', r == '\u2019', r == '\u201c', r == '\u201d', r == '\u201e', r == '\u00ab', r == '\u00bb':
			return '"'
		case r != '\n' && r != '\t' && r != '\r' && unicode.IsSpace(r):
			return ' '
		}
		return r
	}, s)
}
