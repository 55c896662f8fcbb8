package secret

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"strings"
)

// Hidden values that are shorter than this would also hide words.
const shortestScrubbed = 4 // bytes

// Scrub takes values out of a text that somebody else wrote, such as the answer of
// a provider that repeats what it was sent: as they are, and as they are encoded on
// the way (in a URL, in JSON, in HTML, in hexadecimal, and in base64 as part of
// anything, such as the header of basic authorization).
func Scrub(text string, values ...string) string {
	for _, value := range values {
		if len(value) < shortestScrubbed {
			continue
		}
		for _, spelled := range spellings(value) {
			text = strings.ReplaceAll(text, spelled, Hidden)
		}
	}
	return text
}

// spellings lists how value may stand in a text, the longer ones first where one
// holds another.
func spellings(value string) []string {
	all := []string{value}
	escaped := []string{url.QueryEscape(value), url.PathEscape(value)}
	for _, e := range escaped {
		all = append(all, e, lowerPercent(e))
	}
	if quoted, err := json.Marshal(value); err == nil {
		all = append(all, strings.Trim(string(quoted), `"`))
	}
	all = append(all, html.EscapeString(value), hex.EncodeToString([]byte(value)), strings.ToUpper(hex.EncodeToString([]byte(value))))
	for _, raw := range append([]string{value}, escaped...) {
		all = append(all, inBase64(raw)...)
	}
	return all
}

// lowerPercent spells the percent signs of a URL as some servers do: %2f.
func lowerPercent(escaped string) string {
	var b strings.Builder
	for i := 0; i < len(escaped); i++ {
		if escaped[i] == '%' && i+2 < len(escaped) {
			b.WriteString(strings.ToLower(escaped[i : i+3]))
			i += 2
			continue
		}
		b.WriteByte(escaped[i])
	}
	return b.String()
}

// inBase64 gives the part of value that is the same whatever stands before and
// after it, for each of the three places at which it can begin.
func inBase64(value string) []string {
	var all []string
	for before := range 3 {
		padded := append(make([]byte, before), value...)
		padded = padded[:len(padded)-len(padded)%3] // the rest depends on what follows
		for _, alphabet := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			spelled := alphabet.EncodeToString(padded)
			if spelled = spelled[min(len(spelled), []int{0, 2, 3}[before]):]; len(spelled) >= shortestScrubbed {
				all = append(all, spelled)
			}
		}
	}
	return all
}
