package cloud_test

import (
	"testing"

	"mooring/cloud"
)

func TestSecretsAreRecognized(t *testing.T) {
	for typed, want := range map[string]bool{
		"": false, "Production": false, "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee": false,
		"Secretary": false, "Password reset service": false,
		`{"appId":"x","password":null,"tenant":"y"}`:                        false,
		`{"appId":"x","password":"","passwordCredentials":[],"secret":{} }`: false,
		"appId: x\npassword: null\ntenant: y":                               false,
		"$ az login\n{\"password\":null}\npassword: none":                   false,

		"-----BEGIN PRIVATE KEY-----\nMIIE":             true,
		"-----begin rsa private key-----":               true,
		`{"client_secret":"hunter2"}`:                   true,
		`{"a":[{"secretText":"hunter2"}]}`:              true,
		`{"password":{"a":"hunter2"}}`:                  true,
		`{"secret":1}`:                                  true,
		`{"password":"hunter2`:                          true,
		"WARNING\nAZURE_CLIENT_SECRET=hunter2":          true,
		"password: hunter2":                             true,
		"AccountKey=abc;":                               true,
		"abc8Q~" + "0123456789012345678901234567890123": true,
		"AWS_SECRET_ACCESS_KEY = abc":                   true,
		`"privateKey" : "abc"`:                          true,
		"{\"a\":1}\nAPI_SECRET=hunter2":                 true,
		"password=hunter2 {\"password\":null}":          true,
	} {
		if got := cloud.HoldsSecret(typed); got != want {
			t.Errorf("%q: %v", typed, got)
		}
	}
	for typed, want := range map[string]bool{"Top secret: Alpha": false, "-----BEGIN EC PRIVATE KEY-----": true} {
		if got := cloud.LooksLikeSecret(typed); got != want {
			t.Errorf("%q as a label: %v", typed, got)
		}
	}
}
