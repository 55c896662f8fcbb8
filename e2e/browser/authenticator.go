package browser

import (
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
)

// authenticator is a device of the tab that holds passkeys. Chromium simulates
// it: whoever is asked for a finger gives it at once.
type authenticator struct {
	b  *Tab
	id webauthn.AuthenticatorID
}

// NewDocuments runs a script in every page that the tab opens from now on, before
// those of the page.
func (b *Tab) NewDocuments(script string) {
	b.T.Helper()
	Call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
}

// Authenticator gives the tab a device without any passkey. Pages can't offer its
// passkeys in the list of the browser: the device would answer at once.
func (b *Tab) Authenticator() authenticator {
	b.T.Helper()
	b.NewDocuments(`if (window.PublicKeyCredential) delete PublicKeyCredential.isConditionalMediationAvailable`)
	return b.ListedAuthenticator()
}

// ListedAuthenticator is Authenticator for a device whose owner always chooses its
// passkey from the list that the browser offers.
func (b *Tab) ListedAuthenticator() authenticator {
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

// ID is what Chromium calls the device.
func (a authenticator) ID() webauthn.AuthenticatorID { return a.id }

// Credentials are the passkeys that the device holds.
func (a authenticator) Credentials() []*webauthn.Credential {
	a.b.T.Helper()
	return Call(a.b, webauthn.GetCredentials, webauthn.GetCredentialsParams{AuthenticatorID: a.id}).Credentials
}

// CanBeCopied makes the device say of all its passkeys whether they can be copied to
// other devices, and that they were.
func (a authenticator) CanBeCopied(copied bool) {
	a.b.T.Helper()
	for _, c := range a.Credentials() {
		Call(a.b, webauthn.SetCredentialProperties, webauthn.SetCredentialPropertiesParams{AuthenticatorID: a.id, CredentialID: c.CredentialID,
			BackupEligibility: &copied, BackupState: &copied})
	}
}
