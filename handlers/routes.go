package handlers

import "github.com/labstack/echo/v4"

// access says who may pass. Its zero value stops the start, so that no route
// is open because somebody forgot.
type access int

const (
	undecided access = iota
	anyone           // also without signing in
	signedIn         // any person
	member           // members and owners of the account in the path
	owner            // owners of the account in the path; members are told so
)

// route is one row of the table.
type route struct {
	method, path string
	who          access
	handle       echo.HandlerFunc
}

// The paths that more than one place spells.
const (
	accountPath     = "/accounts/:account"
	providersPath   = accountPath + "/cloud-providers"
	credentialsPath = providersPath + "/:provider/credentials"
	credentialPath  = credentialsPath + "/:credential"
)

// routes is the table: every address there is, and who may pass.
func (h *handlers) routes() []route {
	return []route{
		{"GET", "/healthz", anyone, h.alive},
		{"GET", "/readyz", anyone, h.ready},
		{"GET", "/static/*", anyone, h.static},

		{"GET", "/login", anyone, h.signInPage},
		{"POST", "/login", anyone, h.signIn},
		{"POST", "/logout", signedIn, h.signOut},
		{"GET", "/setup/:token", anyone, h.setUpPage},
		{"POST", "/setup/:token", anyone, h.setUp},

		{"GET", "/", signedIn, h.home},
		{"POST", "/settings/theme", signedIn, h.changeTheme},
		{"GET", "/settings/sessions", signedIn, h.sessionsPage},
		{"POST", "/settings/sessions/:session/end", signedIn, h.endSession},
		{"GET", "/help/:provider/errors", signedIn, h.errorHelp},

		{"GET", accountPath, member, h.account},
		{"GET", accountPath + "/certificate.cer", member, h.certificateDER},
		{"GET", accountPath + "/certificate.pem", member, h.certificatePEM},
		{"POST", accountPath + "/certificate/renew", owner, h.renewCertificate},

		{"GET", providersPath, member, h.providers},
		{"GET", credentialsPath + "/new", owner, h.newCredential},
		{"POST", credentialsPath + "/preview", owner, h.previewCredential},
		{"POST", credentialsPath, owner, h.linkCredential},
		{"GET", providersPath + "/:provider/leftovers", member, h.leftovers},

		{"GET", credentialPath, member, h.credential},
		{"POST", credentialPath, owner, h.editCredential},
		{"GET", credentialPath + "/edit", owner, h.editCredentialPage},
		{"POST", credentialPath + "/preview", owner, h.previewEdit},
		{"POST", credentialPath + "/verify", member, h.verifyCredential},
		{"POST", credentialPath + "/disable", owner, h.disableCredential},
		{"POST", credentialPath + "/enable", owner, h.enableCredential},
		{"GET", credentialPath + "/unlink", owner, h.unlinkPage},
		{"POST", credentialPath + "/unlink", owner, h.unlinkCredential},
	}
}
