package walkthrough

import (
	"strings"
	"testing"
)

// secrets are texts that give something away, by the words for it. They are put
// together here, so that nobody who looks for secrets finds them in this file.
var secrets = map[string][]string{
	"an e-mail address":            {"max@harbor.io", "MAX.Müller+a@mail.harbor.co.uk", "max@example.com.evil.io", "max@myexample.com", "max@test.io"},
	"a private key":                {"-----BEGIN PRIVATE " + "KEY-----", "-----BEGIN RSA PRIVATE " + "KEY-----", "-----BEGIN ENCRYPTED PRIVATE " + "KEY-----"},
	"an API key":                   {"mooring" + "_q2w3e4r5t6z7", "Authorization: Bearer mooring" + "_AbC-dEf_12345678"},
	"an invitation or set-up link": {"https://mooring.example/setup/" + "abcdefghij0123456789", "/join/" + "AbCdEfGhIjKlMnOp"},
	"a signed token":               {"eyJhbGciOiJSUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0.c2ln"},
	"an Azure client secret":       {"abc8Q~" + strings.Repeat("x", 34), "A.~1Q~" + strings.Repeat("a_", 16)},
	"an Amazon access key":         {"AKIA" + "ABCDEFGHIJKLMNOP", "ASIA" + "0123456789ABCDEF"},
	"a GitHub token":               {"ghp_" + strings.Repeat("a1", 18), "github_pat_" + strings.Repeat("b2_", 12)},
	"a recovery code":              {"abcd-efgh-2345-wxyz", "abcd-efgh-2345-wxyz-aaaa"},
}

func TestSecretsAreFoundByTheirForm(t *testing.T) {
	if len(secrets) != len(secretForms) {
		t.Errorf("%d forms are tried of %d", len(secrets), len(secretForms))
	}
	for what, texts := range secrets {
		for _, secret := range texts {
			for _, text := range []string{secret, "It says " + secret + ", they say.", "max@example.com\n" + secret + "\n"} {
				if got := secretIn(text); got != what {
					t.Errorf("%q: got %q, want %q", text, got, what)
				}
			}
		}
	}
}

func TestWhatOnlyLooksLikeASecretIsNone(t *testing.T) {
	for _, text := range []string{
		"", "owner@demo.example", "max@example.com", "max@mail.EXAMPLE.org", "max@a.test", "max@b.invalid", "max@localhost", "@mooring/walkthrough", "5 @ 3.50",
		"6453B3F89193A66C9C7C81510A05397627BED291", "0b5f8a90-6f14-4b1e-9a86-7c2d3e4f5a6b", "2f345678-abcd-abcd-abcd-abcdefabcdef",
		"-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----", "mooring_demo", "mooring_version 1", "/setup", "/join/", "/join/now", "eyJ", "one-two-four", "step-by-step",
		"AKIA", "ghp_short", "https://mooring.example/accounts/harbor/cloud-providers",
	} {
		if got := secretIn(text); got != "" {
			t.Errorf("%q is %s", text, got)
		}
	}
}
