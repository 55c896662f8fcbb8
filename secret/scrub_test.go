package secret_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"

	"mooring/secret"
)

func TestASecretIsScrubbedHoweverItIsSpelled(t *testing.T) {
	for _, value := range []string{"secret+of/the=client", `quo"ted\and<tagged>&more`, "plain0123456789"} {
		header := func(user string) string {
			return base64.StdEncoding.EncodeToString([]byte(user + ":" + value))
		}
		quoted, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		basic := base64.StdEncoding.EncodeToString([]byte(url.QueryEscape("mooring") + ":" + url.QueryEscape(value)))
		for name, text := range map[string]string{
			"as it is":                "the secret " + value + " is wrong",
			"in a query":              "client_secret=" + url.QueryEscape(value) + "&grant",
			"in a query, in lower":    "client_secret=" + lowered(url.QueryEscape(value)),
			"in JSON":                 `{"client_secret":` + string(quoted) + `}`,
			"in HTML":                 "<p>" + html.EscapeString(value) + "</p>",
			"in hexadecimal":          hex.EncodeToString([]byte(value)),
			"basic, as RFC 6749 says": "Authorization: Basic " + basic,
			"basic, user of 1 letter": "Basic " + header("a"), "basic, of 2": "Basic " + header("ab"), "basic, of 3": "Basic " + header("abc"),
			"in a URL-safe header": base64.RawURLEncoding.EncodeToString([]byte("id:" + value + ":more")),
		} {
			got := secret.Scrub(text, "", "x", value)
			if !strings.Contains(got, secret.Hidden) {
				t.Errorf("%s: nothing is hidden in %q", name, got)
			}
			if strings.Contains(got, value) {
				t.Errorf("%s: it is still in %q", name, got)
			}
			for part := range strings.FieldsFuncSeq(got, func(r rune) bool { return strings.ContainsRune(" :=&", r) }) {
				for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
					if decoded, err := encoding.DecodeString(part); err == nil && strings.Contains(string(decoded), value[2:len(value)-3]) {
						t.Errorf("%s: it is still in %q", name, part)
					}
				}
			}
		}
	}
	if got := secret.Scrub("nothing here", "", "a", "the", "secret+of/the=client"); got != "nothing here" {
		t.Errorf("words were hidden: %q", got)
	}
}

func FuzzScrub(f *testing.F) {
	f.Add("secret+of/the=client", "id:", ":rest")
	f.Fuzz(func(t *testing.T, value, before, after string) {
		if len(value) < 12 || strings.Contains(secret.Hidden, value) {
			return
		}
		text := base64.StdEncoding.EncodeToString([]byte(before + value + after))
		got := secret.Scrub(text, value)
		if got == text {
			t.Errorf("%s holds %q still", fmt.Sprintf("%.80s", got), value)
		}
	})
}

// lowered spells what follows each percent sign in lower case.
func lowered(escaped string) string {
	parts := strings.Split(escaped, "%")
	for i := 1; i < len(parts); i++ {
		parts[i] = strings.ToLower(parts[i][:2]) + parts[i][2:]
	}
	return strings.Join(parts, "%")
}
