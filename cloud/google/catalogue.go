package google

import (
	"regexp"

	"mooring/cloud"
	"mooring/cloud/staged"
	"mooring/cloud/wire"
)

// Who can fix something.
var (
	projectAdmin = staged.Who{Words: "An owner of the project, or another administrator in Google Cloud."}
	poolManager  = staged.Who{Words: "Someone who can manage the workload identity pool, such as with the role Workload Identity Pool Admin."}
	policyAdmin  = staged.Who{Words: "Someone who can give roles in the project, such as with the role Project IAM Admin."}
	keyManager   = staged.Who{Words: "Someone who can manage the service account, such as with the role Service Account Admin or Service Account Key Admin."}
	orgAdmin     = staged.Who{Words: "An administrator of the Google Cloud organization."}
	apiEnabler   = staged.Who{Words: "Someone who can enable APIs in the project, such as with the role Service Usage Admin."}
)

// Codes of Google's that have reasons, or a part in a verdict.
const (
	codeUnauthorized = "unauthorized_client" // of the token service: the condition is false
	codeTarget       = "invalid_target"      // of the token service
	codeGrant        = "invalid_grant"       // of both token services
	codePermission   = "IAM_PERMISSION_DENIED"
	codeDenied       = "PERMISSION_DENIED"
	codePrecondition = "FAILED_PRECONDITION"
	codeNotFound     = "NOT_FOUND"
)

// Codes that Mooring concludes from good answers.
const (
	CodeOtherProject     = "OtherProject"
	CodeDeleteRequested  = "DELETE_REQUESTED" // the state of a project
	CodeNotActive        = "ProjectNotActive"
	CodeConditionMissing = "ConditionMissing"
)

// Commands that find or fix a cause. See fill and withNames for their blanks.
const (
	showAuthority = "gcloud iam workload-identity-pools providers describe {provider} \\\n" +
		"  --format='value(x509.trustStore.trustAnchors[0].pemCertificate)' | openssl x509 -noout -fingerprint -sha256"
	showProvider  = "gcloud iam workload-identity-pools describe {pool}\ngcloud iam workload-identity-pools providers describe {provider}"
	enablePool    = "gcloud iam workload-identity-pools update {pool} --no-disabled\ngcloud iam workload-identity-pools providers update-x509 {provider} --no-disabled"
	setCondition  = "gcloud iam workload-identity-pools providers update-x509 {provider} --attribute-condition={condition}"
	setMapping    = "gcloud iam workload-identity-pools providers update-x509 {provider} --attribute-mapping=google.subject=assertion.subject.dn.cn"
	giveViewer    = "gcloud projects add-iam-policy-binding {project} --role=roles/viewer --condition=None \\\n  --member={member}"
	givePermitted = "gcloud iam roles create {permission role} --project={project} --title={permission role} --permissions={permission}\n" +
		"gcloud projects add-iam-policy-binding {project} --condition=None \\\n  --role=projects/{project}/roles/{permission role} --member={member}"
	allowActing     = "gcloud iam service-accounts add-iam-policy-binding {account} --role=roles/iam.workloadIdentityUser \\\n  --member={principal}"
	enableAPI       = "gcloud services enable {service} --project={consumer}"
	undeleteProject = "gcloud projects undelete {project}"
	enableAccount   = "gcloud iam service-accounts enable {account}"
	listKeys        = "gcloud iam service-accounts keys list --iam-account={account}"
	showProject     = "gcloud projects describe {project}"
)

const (
	compareAuthority = "Run the command, and compare the SHA-256 fingerprint that it prints with the one in Mooring. If they are different, replace the certificate in the provider's trust store with the one that you download from Mooring. If they are the same, check the provider in this link."
	setClock         = "Synchronize the server's clock with NTP. Nothing in Google Cloud needs to change."
	lookForProxy     = "Check again. If the error persists, look for a proxy between Mooring and Google Cloud that changes requests."
	orWait           = "If you set this up in the last few minutes, Mooring keeps trying. Otherwise, "
)

// catalogue tells each code as what happened, what to do and who can do it. Where a
// code has several reasons, the entry without one is for all others.
var catalogue = staged.Catalogue{
	Key: Key, Name: "Google Cloud", Entries: append(entries, staged.OnTheWay("Google Cloud")...), Reasons: reasons, Fill: fill,
	UnknownWho: projectAdmin, UnknownFix: "Search the documentation of Google Cloud for the code, and read Google's message.",
}

var clockWords = regexp.MustCompile(`(?i)short-lived token|reasonable timeframe|the clock of|expired or not yet valid`)

// reasons read out of a stage and of Google's sentence what a code alone doesn't tell.
var reasons = []staged.Reason{
	{Code: codeGrant, Said: clockWords, Reason: "clock"},
	{Code: codeGrant, Said: regexp.MustCompile(`(?i)account not found`), Reason: "account"},
	{Code: codeGrant, Said: regexp.MustCompile(`(?i)invalid jwt signature`), Reason: "signature"},
	{Code: codeGrant, Said: regexp.MustCompile(`(?i)390 days|lifetime|validity period`), Reason: "lifetime"},
	{Code: codeGrant, Said: regexp.MustCompile(`(?i)certificate has expired|certificate is expired|not yet valid`), Reason: "expired"},
	{Code: codeGrant, Said: regexp.MustCompile(`(?i)trust|chain|issuer|anchor`), Reason: "untrusted certificate"},
	{Code: "invalid_request", Said: regexp.MustCompile(`(?i)attribute mapping|google\.subject`), Reason: "attribute mapping"},
	{Code: codePermission, Said: regexp.MustCompile(`iam\.serviceAccounts\.getAccessToken`), Reason: "service account"},
	{Code: codePermission, Said: regexp.MustCompile(`resourcemanager\.projects\.get\b`), Reason: "project"},
	{Code: codeDenied, Stage: stageToken, Reason: "service account"},
	{Code: codeNotFound, Stage: stageToken, Reason: "service account"},
	{Code: codeNotFound, Stage: stageKey, Reason: "service account"},
	{Code: codePrecondition, Said: regexp.MustCompile(`(?i)key (?:creation|upload)|disableServiceAccountKey`), Reason: "key upload"},
	{Code: codePrecondition, Stage: stageToken, Reason: "service account"},
}

var entries = []staged.Entry{
	// Signing in with a certificate that a pool trusts.
	{Code: codeTarget, Meaning: staged.Copying, Happened: "The token service doesn't know the pool or its provider, or one of them is disabled or deleted.",
		Fix: orWait + "compare the provider in this link with the one in Google Cloud. The commands enable a pool and a provider that are disabled. If somebody deleted the pool less than 30 days ago, gcloud iam workload-identity-pools undelete restores it. Otherwise, link the project again.", Who: poolManager, Command: enablePool},
	{Code: codeUnauthorized, Happened: "The condition of the provider refuses this link's certificate.",
		Fix: "The condition must accept the name of this link. If the pool belongs to another link, enter the provider that was created for this one. Otherwise, the command sets the condition as Mooring expects it.", Who: poolManager, Command: setCondition},
	{Code: codeGrant, Happened: "Google Cloud didn't accept the certificate or the signature.",
		Fix: "Read Google's message, and compare what you created with the instructions for linking.", Who: projectAdmin},
	{Code: codeGrant, Reason: "untrusted certificate", Happened: "The provider doesn't trust this link's certificate.",
		Fix: compareAuthority, Who: poolManager, Command: showAuthority, Remedy: cloud.DownloadCertificate},
	{Code: codeGrant, Reason: "expired", Happened: "Google Cloud says that the certificate has expired or isn't valid yet.",
		Fix: setClock + " If the clock is right, link the project again.", Who: staged.Operator},
	{Code: codeGrant, Reason: "lifetime", Happened: "The certificate is valid for longer than Google Cloud accepts, which is 390 days.",
		Fix: "Tell the operator of this Mooring. Nothing in Google Cloud needs to change.", Who: staged.Operator},
	{Code: codeGrant, Reason: "clock", Happened: "Google Cloud rejected the request as too old or too new: the clock of the server that runs Mooring is probably wrong.",
		Fix: setClock, Who: staged.Operator},
	{Code: "invalid_request", Happened: "The token service says that the request isn't valid.",
		Fix: "Compare the provider in this link with the one in Google Cloud. If it is right, look for a proxy between Mooring and Google Cloud that changes requests or TLS connections.", Who: staged.LinkEditor, Command: showProvider},
	{Code: "invalid_request", Reason: "attribute mapping", Happened: "The provider can't make a subject out of this link's certificate.",
		Fix: "The provider's attribute mapping must have google.subject=assertion.subject.dn.cn. The command sets it.", Who: poolManager, Command: setMapping},
	{Code: "invalid_client", Happened: "Google Cloud doesn't accept how Mooring signs in.", Fix: lookForProxy, Who: staged.Operator},

	// Acting as a service account.
	{Code: codePermission, Reason: "service account", Meaning: staged.Copying, Happened: "The pool accepts the certificate, but the certificate isn't allowed to act as the service account.",
		Fix: orWait + "give it the role Workload Identity User on the service account with the command.", Who: keyManager, Command: allowActing},
	{Code: codeDenied, Reason: "service account", Meaning: staged.Copying, Happened: "The pool accepts the certificate, but Google Cloud doesn't allow it to act as the service account.",
		Fix: orWait + "give it the role Workload Identity User on the service account with the command.", Who: keyManager, Command: allowActing},
	{Code: codeNotFound, Reason: "service account", Meaning: staged.Copying, Happened: "Google Cloud doesn't know the service account.",
		Fix: orWait + "compare its address with the one in Google Cloud. If somebody deleted it, link the project again.", Who: staged.LinkEditor, Command: listKeys},
	{Code: codePrecondition, Reason: "service account", Happened: "The service account can't be used. It is probably disabled.",
		Fix: "Enable it with the command, or in the Google Cloud console under IAM & Admin, Service Accounts.", Who: keyManager, Command: enableAccount},

	// Signing in with a key of a service account.
	{Code: CodeNotUploaded, Meaning: staged.Copying, Happened: "The service account doesn't have this link's certificate.",
		Fix: "If you uploaded it in the last few minutes, Mooring keeps trying. Otherwise, upload it with the command. If the organization blocks uploads, use the method Certificate (Workload Identity Federation).", Who: keyManager, Command: "{upload}", Remedy: cloud.DownloadCertificate},
	{Code: codePrecondition, Reason: "key upload", Happened: "A policy of the organization doesn't allow uploading keys to service accounts (constraints/iam.disableServiceAccountKeyUpload). Google Cloud turns it on in organizations created since May 2024.",
		Fix: "Use the method Certificate (Workload Identity Federation), which needs no key. Or ask an administrator of the organization to allow uploads in this project.", Who: orgAdmin},
	{Code: codeGrant, Reason: "signature", Meaning: staged.Copying, Happened: "Google Cloud couldn't verify Mooring's signature with the certificate at the service account.",
		Fix: "If you uploaded the certificate in the last few minutes, Mooring keeps trying. Otherwise, check whether it is still there and not disabled, and upload it again if it isn't.", Who: keyManager, Command: listKeys, Remedy: cloud.DownloadCertificate},
	{Code: codeGrant, Reason: "account", Meaning: staged.Copying, Happened: "Google Cloud doesn't know the service account.",
		Fix: "If you created it in the last few minutes, Mooring keeps trying. Otherwise, compare its address with the one in Google Cloud.", Who: staged.LinkEditor, Command: listKeys},

	// The project.
	{Code: codePermission, Meaning: staged.Copying, Happened: "Mooring's sign-in works, but it lacks a permission.",
		Fix: orWait + "give it the permission that Google's message names. The command puts it into a role of its own.", Who: policyAdmin, Command: givePermitted},
	{Code: codePermission, Reason: "project", Meaning: staged.Copying, Happened: "Mooring's sign-in works, but it has no role in the project that lets it read resourcemanager.projects.get, or the project doesn't exist.",
		Fix: orWait + "check the project ID, and give it the role Viewer with the command.", Who: policyAdmin, Command: giveViewer},
	{Code: codeDenied, Meaning: staged.Copying, Happened: "Mooring's sign-in works, but Google Cloud doesn't allow it to read the project, or the project doesn't exist.",
		Fix: orWait + "check the project ID, and give it the role Viewer with the command.", Who: policyAdmin, Command: giveViewer},
	{Code: codeNotFound, Happened: "Google Cloud doesn't know the project.",
		Fix: "Compare the project ID with the one in Google Cloud.", Who: staged.LinkEditor, Command: showProject},
	{Code: CodeOtherProject, Happened: "The project with this ID has another number than the link says.",
		Fix: "Compare the project ID and the project number with those in Google Cloud, and correct the link.", Who: staged.LinkEditor, Command: showProject},
	{Code: CodeDeleteRequested, Happened: "Somebody has shut down the project. Google Cloud deletes it after 30 days.",
		Fix: "If it is still needed, restore it with the command. Otherwise, unlink it.", Who: projectAdmin, Command: undeleteProject},
	{Code: CodeNotActive, Happened: "The project isn't active.",
		Fix: "Look at the project in the Google Cloud console.", Who: projectAdmin, Command: showProject},

	// Of every API.
	{Code: "SERVICE_DISABLED", Meaning: staged.Copying, Happened: "An API that Mooring uses isn't enabled. Google's message names it.",
		Fix: "Enable it with the command. Google Cloud then needs a few minutes.", Who: apiEnabler, Command: enableAPI},
	{Code: "CONSUMER_INVALID", Happened: "Google Cloud doesn't accept the project of the pool or of the service account as the one that uses its APIs.",
		Fix: "Check whether that project still exists and is active.", Who: projectAdmin},
	{Code: "USER_PROJECT_DENIED", Happened: "Google Cloud doesn't allow using the quota of a project.", Fix: lookForProxy, Who: staged.Operator},
	{Code: "SECURITY_POLICY_VIOLATED", Happened: "A service perimeter of the organization (VPC Service Controls) blocks the request.",
		Fix: "Allow Mooring's sign-in from the address of this server in an access level or an ingress rule of the perimeter.", Who: orgAdmin},
	{Code: "ORG_RESTRICTION_VIOLATION", Happened: "A restriction of an organization blocks the request. It is probably set in a proxy between Mooring and Google Cloud.",
		Fix: "Allow the organization of the project in the proxy.", Who: staged.Operator},
	{Code: "ACCOUNT_STATE_INVALID", Happened: "The service account is disabled or deleted.",
		Fix: "Enable it with the command, or in the Google Cloud console under IAM & Admin, Service Accounts.", Who: keyManager, Command: enableAccount},
	{Code: "BILLING_DISABLED", Happened: "The project has no active billing account.", Fix: "Link a billing account to the project in the Google Cloud console.", Who: projectAdmin},
	{Code: "ACCESS_TOKEN_EXPIRED", Meaning: staged.Silent, Happened: "The sign-in expired during the check.", Fix: "Check again.", Who: staged.Nobody},
	{Code: "ACCESS_TOKEN_TYPE_UNSUPPORTED", Happened: "This API of Google Cloud doesn't accept a sign-in by a workload identity pool.",
		Fix: "Link the project with a service account that Mooring acts as. The dialog has a command for it.", Who: staged.LinkEditor},
	{Code: "UNAUTHENTICATED", Happened: "Google Cloud doesn't accept the sign-in that it has just given out.", Fix: lookForProxy, Who: staged.Operator},
	{Code: "INVALID_ARGUMENT", Happened: "Google Cloud says that the request isn't valid.",
		Fix: "Compare the names in this link with those in Google Cloud. If they are right, look for a proxy between Mooring and Google Cloud that changes requests.", Who: staged.LinkEditor, Command: showProject},
	{Code: codePrecondition, Happened: "Google Cloud says that something in the project has to change first.", Fix: "Read Google's message.", Who: projectAdmin},

	// The negative test.
	{Code: CodeConditionMissing, Happened: "The link works, but the provider also accepts certificates with other names. Its condition on the name is missing.",
		Fix: "Add the condition: assertion.subject.dn.cn must equal the name of this link. The command sets it.", Who: poolManager, Command: setCondition},

	// On the way.
	{Code: wire.Refused, Happened: "Google Cloud refused the request without a reason that Mooring can read.",
		Fix: "Compare the names in this link with those in Google Cloud. If they are right, look for a proxy between Mooring and Google Cloud.", Who: staged.LinkEditor, Command: showProject},
}
