// Package text keeps what people type to what people can see.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line makes one line of s: white space is folded, and what cannot be seen or
// turns the direction of writing is left out. It is empty when nothing can be
// seen.
func Line(s string) string {
	seen := false
	kept := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == nonJoiner || r == joiner: // some scripts and emoji need them
			return r
		case !unicode.IsGraphic(r) || r == unicode.ReplacementChar || blank(r):
			return -1
		}
		seen = seen || unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S)
		return r
	}, s)
	if !seen {
		return ""
	}
	return strings.Join(strings.Fields(kept), " ")
}

const nonJoiner, joiner = '\u200c', '\u200d'

// blank names letters and symbols that show as nothing.
func blank(r rune) bool {
	switch r {
	case '\u00ad', '\u034f', '\u115f', '\u1160', '\u17b4', '\u17b5', '\u2800', '\u3164', '\uffa0':
		return true
	}
	return false
}

// Capital is a text whose first letter is a capital one, as at the beginning of a
// heading.
func Capital(s string) string {
	if s == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}
