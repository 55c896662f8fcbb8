package account

import (
	_ "embed" // the list of common passwords
	"strings"
	"unicode"
	"unicode/utf8"
)

// What people read about a password that is not taken.
const (
	sayTooShort  = "Use at least 12 characters. Several words in a row work well."
	sayTooLong   = "Use at most 1,024 characters."
	sayRepeated  = "That is the same character repeated. A few words in a row are better."
	sayYourself  = "That is your own name or address. Use something that nobody can guess from what they know about you."
	sayCommon    = "Many people use that password, so attackers try it first. A few words in a row are better."
	sayNoneTaken = "Passwords are turned off here. Choose another sign-in method."
)

// passwordTrouble says why a password is not taken, or nothing. Length counts;
// which kinds of characters it has does not.
func passwordTrouble(password, email, name string) string {
	length := utf8.RuneCountInString(password)
	switch {
	case length < minPassword:
		return sayTooShort
	case length > maxPassword:
		return sayTooLong
	case repeats(password):
		return sayRepeated
	}
	plain := strings.ToLower(password)
	base := withoutEnd(plain)
	local, _, _ := strings.Cut(email, "@")
	for _, known := range []string{email, local, name, strings.ReplaceAll(name, " ", "")} {
		if known = strings.ToLower(known); known != "" && (plain == known || utf8.RuneCountInString(known) >= minKnown && base == withoutEnd(known)) {
			return sayYourself
		}
	}
	if isCommon(plain) || isCommon(base) {
		return sayCommon
	}
	return ""
}

// minKnown is from how many characters on a name is a base that somebody
// guesses. It is also the length of the shortest base in the list.
const minKnown = 8

func repeats(s string) bool {
	first, size := utf8.DecodeRuneInString(s)
	return strings.Trim(s[size:], string(first)) == ""
}

// withoutEnd leaves out the digits and the punctuation that people append when
// they are asked for some.
func withoutEnd(s string) string {
	return strings.TrimRightFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
}

// One password a line, sorted by its bytes, after some lines of comment.
//
//go:embed common_passwords.txt
var commonPasswords string

// isCommon searches the list where it lies, so that it costs nothing at start.
func isCommon(password string) bool {
	if password == "" || strings.ContainsRune(password, '\n') {
		return false
	}
	list := commonPasswords
	for strings.HasPrefix(list, "# ") {
		_, list, _ = strings.Cut(list, "\n")
	}
	for list != "" {
		middle := strings.LastIndexByte(list[:len(list)/2], '\n') + 1
		line, rest, _ := strings.Cut(list[middle:], "\n")
		switch strings.Compare(password, line) {
		case 0:
			return true
		case -1:
			list = list[:middle]
		default:
			list = rest
		}
	}
	return false
}
