package browser

import (
	"github.com/chromedp/cdproto/webauthn"
)

// authenticator is a device of the tab that holds passkeys. Chromium simulates
// it: whoever is asked for a finger gives it at once.
type authenticator struct {
	b  *Tab
	id webauthn.AuthenticatorID
}

// Authenticator gives the tab a device without any passkey.
func (b *Tab) Authenticator() authenticator {
	b.T.Helper()
	Call(b, webauthn.Enable, webauthn.EnableParams{})
	added := Call(b, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}})
	return authenticator{b, added.AuthenticatorID}
}

// Lose takes the device away, with all that it holds.
func (a authenticator) Lose() {
	a.b.T.Helper()
	Call(a.b, webauthn.RemoveVirtualAuthenticator, webauthn.RemoveVirtualAuthenticatorParams{AuthenticatorID: a.id})
}

// Knows says whether the finger is the right one. With a wrong one the browser
// tells the page what it tells when somebody cancels.
func (a authenticator) Knows(finger bool) {
	a.b.T.Helper()
	Call(a.b, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: a.id, IsUserVerified: finger})
}

// Forges makes the device sign wrongly.
func (a authenticator) Forges(wrongly bool) {
	a.b.T.Helper()
	Call(a.b, webauthn.SetResponseOverrideBits, webauthn.SetResponseOverrideBitsParams{AuthenticatorID: a.id, IsBogusSignature: &wrongly})
}

// Holds is how many passkeys the device has.
func (a authenticator) Holds() int {
	a.b.T.Helper()
	return len(Call(a.b, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: a.id}).Credentials)
}
