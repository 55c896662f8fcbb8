package account

import (
	"crypto/rand"
	"strings"

	"mooring/secret"
)

// Ten codes of 80 bits each, so that a plain hash is enough. The alphabet has
// no letter that can be read as a digit or as another letter.
const (
	codeCount    = 10
	codeLetters  = 16
	codeAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"
)

// newCodes gives recovery codes as a person reads them, and what is stored.
func newCodes(personID string) (codes []secret.Text, hashes []string) {
	for range codeCount {
		code, hash := newCodeOf(personID)
		codes, hashes = append(codes, code), append(hashes, hash)
	}
	return codes, hashes
}

func newCodeOf(personID string) (code secret.Text, hash string) {
	made := newCode()
	return secret.NewText(made), hashCode(personID, made)
}

func newCode() string {
	letters := make([]byte, codeLetters)
	_, _ = rand.Read(letters)
	var b strings.Builder
	for i, letter := range letters {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(codeAlphabet[int(letter)%len(codeAlphabet)]) // 256 is a multiple of 32
	}
	return b.String()
}

// unread is what people write between the letters, and letters that they
// mistake for what is in the alphabet.
var unread = strings.NewReplacer(" ", "", "-", "", "\t", "", "\n", "", "\r", "", "o", "0", "i", "1", "l", "1")

func hashCode(personID, code string) string {
	return hashToken("recovery\x00" + personID + "\x00" + unread.Replace(strings.ToLower(code)))
}
