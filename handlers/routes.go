package handlers

import (
	"github.com/labstack/echo/v4"

	"mooring/views"
)

// access says who may pass. Its zero value stops the start, so that no route
// is open because somebody forgot.
type access int

const (
	undecided     access = iota
	anyone               // also without signing in
	halfway              // signed in, perhaps with the second step to go
	enrolling            // signed in, perhaps without the passkey that the site requires
	reader               // signed in, or anybody where the operator has the help public
	signedIn             // any person
	viewer               // whoever belongs to the account in the path
	member               // members and owners of that account; viewers are told so
	owner                // owners of that account; others of it are told so
	administrator        // site administrators; for everybody else there is nothing
	readKey              // API keys, of the account in the path if there is one
	writeKey             // API keys that may write
)

// proof says whether a route asks again who the caller is when the last proof
// is older than account.ProofLife.
type proof bool

const (
	asItIs proof = false
	proved proof = true
)

// route is one row of the table.
type route struct {
	method, path string
	who          access
	proof        proof
	handle       echo.HandlerFunc
}

// The paths that more than one place spells.
const (
	accountPath        = "/accounts/:account"
	providersPath      = accountPath + "/cloud-providers"
	credentialsPath    = providersPath + "/:provider/credentials"
	credentialPath     = credentialsPath + "/:credential"
	peoplePath         = views.PeoplePath
	personPath         = peoplePath + "/:person"
	linkedAccountsPath = views.LinkedAccountsPath
	linkedAccountPath  = linkedAccountsPath + "/:credential"
	jobsPath           = views.JobsPath
	jobPath            = jobsPath + "/:job"
	intakePath         = views.IntakePath
	reviewPath         = reviewsPath + "/:review"
	settingsPath       = views.SettingsPath
	signInPath         = "/login"
	signOutPath        = "/logout"
	forgottenPath      = "/login/forgotten-password"
	securityPath       = views.SecurityPath
	passkeysPath       = views.PasskeysPath
	sessionsPath       = views.SessionsPath
	colleaguePath      = accountPath + "/people/:person"
	keysPath           = accountPath + "/api-keys"
	helpPath           = views.HelpPath
)

// routes is the table: every address there is, and who may pass.
func (h *handlers) routes() []route {
	return []route{
		{"GET", "/healthz", anyone, asItIs, h.alive},
		{"GET", "/readyz", anyone, asItIs, h.ready},
		{"GET", "/static/*", anyone, asItIs, h.static},

		{"GET", signInPath, anyone, asItIs, h.signInPage},
		{"POST", signInPath, anyone, asItIs, h.signIn},
		{"POST", "/login/passkey/question", anyone, asItIs, h.askForPasskey},
		{"POST", "/login/passkey", anyone, asItIs, h.signInWithPasskey},
		{"GET", "/login/with/:provider", anyone, asItIs, h.goToProvider},
		{"GET", "/login/with/:provider/callback", anyone, asItIs, h.returnFromProvider},
		{"GET", "/login/with/:provider/sign-out", anyone, asItIs, h.signOutAtProvider},
		{"GET", "/login/recovery", anyone, asItIs, h.recoveryPage},
		{"POST", "/login/recovery", anyone, asItIs, h.signInWithCode},
		{"GET", forgottenPath, anyone, asItIs, h.forgottenPage},
		{"POST", forgottenPath, anyone, asItIs, h.askForPasswordReset},
		{"GET", "/reset/:token", anyone, asItIs, h.resetPasswordPage},
		{"POST", "/reset/:token", anyone, asItIs, h.resetPassword},
		{"GET", "/login/second-step", halfway, asItIs, h.secondStepPage},
		{"POST", "/login/second-step/question", halfway, asItIs, h.askForSecondStep},
		{"POST", "/login/second-step", halfway, asItIs, h.takeSecondStep},
		{"POST", "/login/second-step/code", halfway, asItIs, h.useRecoveryCode},
		{"POST", signOutPath, halfway, asItIs, h.signOut},

		{"GET", "/setup/:token", anyone, asItIs, h.setUpPage},
		{"POST", "/setup/:token", anyone, asItIs, h.setUp},
		{"POST", "/setup/:token/question", anyone, asItIs, h.askNewcomer},
		{"GET", "/join/:token", anyone, asItIs, h.joinPage},
		{"POST", "/join/:token", anyone, asItIs, h.join},
		{"POST", "/join/:token/question", anyone, asItIs, h.askNewcomer},
		{"POST", "/join/:token/accept", signedIn, asItIs, h.acceptInvitation},

		{"GET", "/prove", enrolling, asItIs, h.provePage},
		{"POST", "/prove", enrolling, asItIs, h.prove},
		{"POST", "/prove/question", enrolling, asItIs, h.askForProof},
		{"POST", "/prove/passkey", enrolling, asItIs, h.proveWithPasskey},

		{"GET", "/", signedIn, asItIs, h.home},
		{"POST", "/settings/theme", enrolling, asItIs, h.changeTheme},
		{"POST", "/settings/notices/dismiss", enrolling, asItIs, h.dismissNotices},
		{"GET", settingsPath, signedIn, asItIs, h.generalPage},
		{"POST", settingsPath, signedIn, asItIs, h.changeProfile},
		{"GET", securityPath, signedIn, asItIs, h.securityPage},
		{"GET", "/settings/password", signedIn, proved, h.passwordPage},
		{"POST", "/settings/password", signedIn, proved, h.changePassword},
		{"GET", passkeysPath + "/new", enrolling, proved, h.addPasskeyPage},
		{"POST", passkeysPath + "/question", enrolling, proved, h.askForNewPasskey},
		{"POST", passkeysPath, enrolling, proved, h.addPasskey},
		{"POST", passkeysPath + "/:passkey/remove", signedIn, proved, h.removePasskey},
		{"POST", "/settings/recovery-codes", signedIn, proved, h.makeRecoveryCodes},
		{"GET", "/settings/identities/confirm", signedIn, proved, h.confirmLinkPage},
		{"POST", "/settings/identities", signedIn, proved, h.linkIdentity},
		{"POST", "/settings/identities/unlink", signedIn, proved, h.unlinkIdentity},
		{"GET", sessionsPath, signedIn, asItIs, h.sessionsPage},
		{"POST", sessionsPath + "/end-others", signedIn, asItIs, h.endOtherSessions},
		{"POST", sessionsPath + "/:session/end", signedIn, asItIs, h.endSession},

		{"GET", helpPath, reader, asItIs, h.helpIndex},
		{"GET", helpTopicsPath, reader, asItIs, h.helpTopicsPage},
		{"GET", helpPath + "/:page", reader, asItIs, h.helpPage},
		{"GET", helpPath + "/:page/pictures/:file", reader, asItIs, h.helpPicture},
		{"GET", helpPath + "/:provider/errors", reader, asItIs, h.errorHelp},

		{"GET", "/organizations/new", signedIn, asItIs, h.newOrganizationPage},
		{"POST", "/organizations", signedIn, asItIs, h.createOrganization},

		{"GET", accountPath, viewer, asItIs, h.account},
		{"GET", accountPath + "/general", viewer, asItIs, h.organizationPage},
		{"POST", accountPath + "/general", owner, proved, h.changeOrganization},
		{"GET", accountPath + "/delete", owner, proved, h.deleteOrganizationPage},
		{"POST", accountPath + "/delete", owner, proved, h.deleteOrganization},
		{"POST", accountPath + "/leave", viewer, asItIs, h.leaveOrganization},
		{"GET", accountPath + "/people", viewer, asItIs, h.colleaguesPage},
		{"POST", accountPath + "/invitations", owner, proved, h.invite},
		{"POST", accountPath + "/invitations/:invitation/revoke", owner, asItIs, h.revokeInvitation},
		{"POST", colleaguePath + "/role", owner, proved, h.changeRole},
		{"POST", colleaguePath + "/remove", owner, proved, h.removeColleague},

		{"GET", keysPath, viewer, asItIs, h.keysPage},
		{"GET", keysPath + "/new", viewer, proved, h.newKeyPage},
		{"POST", keysPath, viewer, proved, h.makeKey},
		{"POST", keysPath + "/:key/revoke", viewer, asItIs, h.revokeKey},

		{"GET", accountPath + "/certificate.cer", viewer, asItIs, h.certificateDER},
		{"GET", accountPath + "/certificate.pem", viewer, asItIs, h.certificatePEM},
		{"GET", accountPath + "/certificate" + views.PublicKeyEnding, viewer, asItIs, h.publicKeyPEM},
		{"GET", accountPath + "/certificates/:file", viewer, asItIs, h.downloadCertificate},
		{"GET", accountPath + "/cloud-providers/:provider/drafts/:draft/file", owner, asItIs, h.draftFile},
		{"GET", accountPath + "/certificate", viewer, asItIs, h.certificatesPage},
		{"GET", accountPath + "/certificate/new", owner, asItIs, h.newCertificatePage},
		{"POST", accountPath + "/certificate/renew", owner, asItIs, h.renewCertificate},

		{"GET", providersPath, viewer, asItIs, h.providers},
		{"GET", credentialsPath + "/new", owner, asItIs, h.newCredential},
		{"POST", credentialsPath + "/preview", owner, asItIs, h.previewCredential},
		{"GET", credentialsPath + "/consent", owner, asItIs, h.goToCloud},
		{"GET", credentialPath + "/consent", owner, asItIs, h.goToCloudAgain},
		{"GET", "/cloud-providers/:provider/callback", signedIn, asItIs, h.returnFromCloud},
		{"POST", credentialsPath, owner, asItIs, h.linkCredential},
		{"GET", providersPath + "/:provider/leftovers", viewer, asItIs, h.leftovers},

		{"GET", credentialPath, viewer, asItIs, h.credential},
		{"POST", credentialPath, owner, asItIs, h.editCredential},
		{"GET", credentialPath + "/edit", owner, asItIs, h.editCredentialPage},
		{"POST", credentialPath + "/preview", owner, asItIs, h.previewEdit},
		{"POST", credentialPath + "/verify", member, asItIs, h.verifyCredential},
		{"POST", credentialPath + "/renew", owner, asItIs, h.renewCredential},
		{"GET", credentialPath + "/certificate", viewer, asItIs, h.certificateMoved},
		{"POST", credentialPath + "/certificate", owner, asItIs, h.moveCertificate},
		{"GET", credentialPath + "/answer", owner, asItIs, h.answerPage},
		{"POST", credentialPath + "/answer", owner, asItIs, h.answerQuestion},
		{"POST", credentialPath + "/disable", owner, proved, h.disableCredential},
		{"POST", credentialPath + "/enable", owner, asItIs, h.enableCredential},
		{"GET", credentialPath + "/unlink", owner, proved, h.unlinkPage},
		{"POST", credentialPath + "/unlink", owner, proved, h.unlinkCredential},

		{"GET", linkedAccountsPath, administrator, asItIs, h.linkedAccountsPage},
		{"GET", linkedAccountsPath + "/export.csv", administrator, proved, h.exportLinkedCSV},
		{"GET", linkedAccountsPath + "/export.jsonl", administrator, proved, h.exportLinkedJSONLines},
		{"POST", linkedAccountsPath + "/selection", administrator, asItIs, h.selectLinkedAccounts},
		{"GET", confirmPath, administrator, proved, h.confirmSelectionPage},
		{"POST", confirmPath, administrator, proved, h.confirmSelection},
		{"GET", linkedAccountsPath + "/unlinked/:provider", administrator, asItIs, h.unlinkedAccount},
		{"GET", linkedAccountPath, administrator, asItIs, h.linkedAccountPage},
		{"POST", linkedAccountPath + "/check-again", administrator, asItIs, h.checkLinkedAccount},
		{"POST", linkedAccountPath + "/approve", administrator, asItIs, h.approveLinkedAccount},
		{"POST", linkedAccountPath + "/decline", administrator, proved, h.declineLinkedAccount},
		{"POST", linkedAccountPath + "/disable", administrator, proved, h.disableLinkedAccount},
		{"POST", linkedAccountPath + "/enable", administrator, proved, h.enableLinkedAccount},
		{"GET", linkedAccountPath + "/unlink", administrator, proved, h.unlinkAccountPage},
		{"POST", linkedAccountPath + "/unlink", administrator, proved, h.unlinkLinkedAccount},

		{"GET", jobsPath, administrator, asItIs, h.jobsPage},
		{"GET", jobPath, administrator, asItIs, h.jobPage},
		{"POST", jobPath + "/stop", administrator, asItIs, h.stopJob},
		{"GET", jobPath + "/undo", administrator, proved, h.undoJobPage},
		{"POST", jobPath + "/undo", administrator, proved, h.undoJob},

		{"GET", intakePath, administrator, asItIs, h.intakePage},
		{"POST", intakePath, administrator, proved, h.changeIntake},

		{"GET", reviewsPath, administrator, asItIs, h.reviewsPage},
		{"GET", reviewsPath + "/new", administrator, asItIs, h.newReviewPage},
		{"POST", reviewsPath, administrator, asItIs, h.startReview},
		{"POST", schedulesPath, administrator, asItIs, h.makeSchedule},
		{"POST", schedulesPath + "/:schedule/end", administrator, asItIs, h.endSchedule},
		{"GET", reviewPath, administrator, asItIs, h.reviewPage},
		{"GET", reviewPath + "/queue", administrator, asItIs, h.queuePage},
		{"POST", reviewPath + "/decide", administrator, asItIs, h.decideReview}, // proves itself before it takes something away
		{"POST", reviewPath + "/reviewers", administrator, asItIs, h.nameReviewer},
		{"POST", reviewPath + "/close", administrator, proved, h.closeReview},
		{"GET", reviewPath + "/evidence.zip", administrator, proved, h.reviewEvidence},

		{"GET", auditLogPath, administrator, asItIs, h.auditLogPage},
		{"GET", auditLogPath + "/export.jsonl", administrator, proved, h.exportAuditLog},
		{"GET", auditLogPath + "/export.csv", administrator, proved, h.exportAuditLogCSV},
		{"POST", auditLogPath + "/verify", administrator, asItIs, h.verifyAuditLog},
		{"GET", auditLogPath + "/public-key", administrator, asItIs, h.auditPublicKey},

		{"GET", peoplePath, administrator, asItIs, h.peoplePage},
		{"GET", personPath, administrator, asItIs, h.personPage},
		{"POST", personPath + "/disable", administrator, proved, h.disablePerson},
		{"POST", personPath + "/enable", administrator, proved, h.enablePerson},
		{"POST", personPath + "/end-sessions", administrator, proved, h.endPersonSessions},
		{"POST", personPath + "/make-administrator", administrator, proved, h.makeAdministrator},
		{"POST", personPath + "/take-administrator", administrator, proved, h.takeAdministrator},

		{"GET", "/api/openapi.json", anyone, asItIs, h.openAPI},
		{"GET", "/api/v1/me", readKey, asItIs, h.apiMe},
		{"GET", "/api/v1/accounts/:account/credentials", readKey, asItIs, h.apiCredentials},
	}
}
