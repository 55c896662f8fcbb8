package e2e

import (
	"github.com/chromedp/cdproto/webauthn"
)

// authenticator is a device of the tab that holds passkeys. Chromium simulates
// it: whoever is asked for a finger gives it at once.
type authenticator struct {
	b  *tab
	id webauthn.AuthenticatorID
}

// authenticator gives the tab a device without any passkey.
func (b *tab) authenticator() authenticator {
	b.t.Helper()
	call(b, webauthn.Enable, webauthn.EnableParams{})
	added := call(b, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	return authenticator{b, added.AuthenticatorID}
}

// lose takes the device away, with all that it holds.
func (a authenticator) lose() {
	a.b.t.Helper()
	call(a.b, webauthn.RemoveVirtualAuthenticator, webauthn.RemoveVirtualAuthenticatorParams{AuthenticatorID: a.id})
}

// knows says whether the finger is the right one. With a wrong one the browser
// tells the page what it tells when somebody cancels.
func (a authenticator) knows(finger bool) {
	a.b.t.Helper()
	call(a.b, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: a.id, IsUserVerified: finger})
}

// forges makes the device sign wrongly.
func (a authenticator) forges(wrongly bool) {
	a.b.t.Helper()
	call(a.b, webauthn.SetResponseOverrideBits, webauthn.SetResponseOverrideBitsParams{AuthenticatorID: a.id, IsBogusSignature: &wrongly})
}

// holds is how many passkeys the device has.
func (a authenticator) holds() int {
	a.b.t.Helper()
	return len(call(a.b, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: a.id}).Credentials)
}
