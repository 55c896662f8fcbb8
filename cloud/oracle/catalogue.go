package oracle

import (
	"regexp"

	"mooring/cloud"
	"mooring/cloud/staged"
	"mooring/cloud/wire"
)

// Who can fix something.
var (
	tenancyAdmin = staged.Who{Words: "An administrator of the tenancy."}
	keyManager   = staged.Who{Words: "Someone who can change the user in Oracle Cloud, such as an administrator of the tenancy."}
)

// Codes of Oracle's that have reasons, or a part in a verdict.
const (
	codeNotAuthenticated = "NotAuthenticated"
	codeNotFound         = "NotAuthorizedOrNotFound"
)

// Codes that Mooring concludes from good answers.
const (
	CodeKeyNotListed        = "KeyNotListed"
	CodeKeyNotActive        = "KeyNotActive"
	CodeOtherTenancy        = "OtherTenancy"
	CodeRegionNotReady      = "RegionNotReady"
	CodeRegionNotSubscribed = "RegionNotSubscribed"
	CodePermissionsUnclear  = "PermissionsUnclear"
	CodeTooManyKeys         = "TooManyKeys"
)

// Commands that find or fix a cause. See fill for their blanks.
const (
	listKeys    = "oci iam user api-key list --user-id {user} --query 'data[].fingerprint'"
	listRegions = "oci iam region-subscription list --tenancy-id {tenancy}"
	allowView   = "oci iam policy create --compartment-id {tenancy} --name mooring-view --description 'Lets Mooring view the tenancy.' \\\n" +
		"  --statements '[\"Allow group GROUP_NAME to inspect all-resources in tenancy\"]'"
)

const (
	compareKeys  = "Run the command, and compare the fingerprints that it lists with the one in Mooring. If Mooring's isn't there, download the public key from Mooring and add it to the user under API keys. A user can have three keys at most."
	addPolicy    = "Run the command with the name of the user's group in place of GROUP_NAME, in the home region of the tenancy."
	setClock     = "Synchronize the server's clock with NTP. Nothing in Oracle Cloud needs to change."
	lookForProxy = "Check again. If the error persists, look for a proxy between Mooring and Oracle Cloud that changes requests."
)

// catalogue tells each code as what happened, what to do and who can do it. Where a
// code has several reasons, the entry without one is for all others.
var catalogue = staged.Catalogue{
	Key: Key, Name: "Oracle Cloud", Entries: append(entries, staged.OnTheWay("Oracle Cloud")...), Reasons: reasons, Fill: fill,
	UnknownFix: "Read Oracle Cloud's message, and search its documentation for the code.", UnknownWho: tenancyAdmin,
}

// reasons read out of a stage and of Oracle's sentence what a code alone doesn't tell.
var reasons = []staged.Reason{
	{Code: codeNotAuthenticated, Said: regexp.MustCompile(`(?i)clock skew|the clock of`), Reason: "clock"},
	{Code: codeNotAuthenticated, Said: regexp.MustCompile(`(?i)failed to verify the http`), Reason: "signature"},
	{Code: codeNotFound, Stage: stageTenancy, Reason: "tenancy"},
	{Code: codeNotFound, Stage: stageRegions, Reason: "regions"},
	{Code: codeNotFound, Stage: stagePermissions, Reason: "permissions"},
}

var entries = []staged.Entry{
	// Signing in.
	{Code: codeNotAuthenticated, Meaning: staged.Copying, Happened: "Oracle Cloud doesn't accept this link's key for the user.",
		Fix: "If you added the key in the last few minutes, Mooring keeps trying. Otherwise, run the command, and compare the fingerprints that it lists with the one in Mooring. If Mooring's is there, check that the user belongs to the tenancy, and that the tenancy is subscribed to the region.",
		Who: keyManager, Command: listKeys, Remedy: cloud.DownloadCertificate},
	{Code: codeNotAuthenticated, Reason: "clock", Happened: "Oracle Cloud rejected the request as too old or too new: the clock of the server that runs Mooring is probably wrong.",
		Fix: setClock, Who: staged.Operator},
	{Code: codeNotAuthenticated, Reason: "signature", Happened: "Oracle Cloud couldn't verify the signature of the request.",
		Fix: lookForProxy, Who: staged.Operator},
	{Code: codeNotFound, Meaning: staged.Copying, Happened: "Oracle Cloud found no user with this OCID, or doesn't let it list its own keys.",
		Fix: "If you created the user in the last few minutes, Mooring keeps trying. Otherwise, compare the user's OCID with Oracle's console.", Who: staged.LinkEditor, Command: listKeys},
	{Code: CodeKeyNotListed, Meaning: staged.Copying, Happened: "The user's API keys don't include this link's key.",
		Fix: compareKeys, Who: keyManager, Command: listKeys, Remedy: cloud.DownloadCertificate},
	{Code: CodeKeyNotActive, Meaning: staged.Copying, Happened: "The user has this link's key, but the key isn't active.",
		Fix: "If you added the key in the last few minutes, Mooring keeps trying. Otherwise, delete the key in Oracle's console, and add it again.", Who: keyManager, Remedy: cloud.DownloadCertificate},
	{Code: "InvalidParameter", Happened: "Oracle Cloud says that the request isn't valid.",
		Fix: "Compare the two OCIDs with Oracle's console. If they are right, look for a proxy between Mooring and Oracle Cloud that changes requests.", Who: staged.LinkEditor},
	{Code: "NotAllowed", Happened: "Oracle Cloud doesn't allow the request.",
		Fix: "Read Oracle Cloud's message. A restriction of the tenancy, such as a list of allowed networks, can be the cause.", Who: tenancyAdmin},
	{Code: "SignUpRequired", Happened: "The tenancy isn't signed up for this.",
		Fix: "Sign in to Oracle's console, and finish the registration of the tenancy.", Who: tenancyAdmin},

	// The tenancy.
	{Code: codeNotFound, Reason: "tenancy", Meaning: staged.Copying, Happened: "The user isn't allowed to view the tenancy.",
		Fix: "If you created the policy in the last few minutes, Mooring keeps trying. Otherwise, check that the user is in a group, and that a policy of the tenancy has the statement in the command. " + addPolicy, Who: tenancyAdmin, Command: allowView},
	{Code: CodeOtherTenancy, Happened: "Oracle Cloud answered for a different tenancy than the one in the link.",
		Fix: lookForProxy, Who: staged.Operator},

	// Regions.
	{Code: codeNotFound, Reason: "regions", Happened: "The user isn't allowed to list the tenancy's regions. The link still works.",
		Fix: "You don't need to do anything. To see the regions, allow it with the command. " + addPolicy, Who: tenancyAdmin, Command: allowView},
	{Code: CodeRegionNotReady, Happened: "The tenancy is subscribed to the region of this link, but the region isn't ready.",
		Fix: "Wait until Oracle Cloud has prepared the region. The command lists the regions with their status.", Who: staged.Nobody, Command: listRegions},
	{Code: CodeRegionNotSubscribed, Happened: "The tenancy isn't subscribed to the region of this link.",
		Fix: "Edit the link, and enter a region from the list that the command prints.", Who: staged.LinkEditor, Command: listRegions},

	// Permissions.
	{Code: codeNotFound, Reason: "permissions", Happened: "The user isn't allowed to read the tenancy's policies and groups, so its permissions are unknown. The link still works.",
		Fix: "You don't need to do anything. To see the permissions, allow it with the command. " + addPolicy, Who: tenancyAdmin, Command: allowView},
	{Code: CodePermissionsUnclear, Happened: "Mooring can't tell what the user can do. Its permissions depend on conditions, a policy has a statement that Mooring can't read, or the user's groups aren't in the default identity domain. The link still works.",
		Fix: "You don't need to do anything. To see the permissions, put the user in a group of the default identity domain, and give the group statements without conditions.", Who: tenancyAdmin},

	// Renewing the key.
	{Code: CodeTooManyKeys, Happened: "The user has as many API keys as Oracle Cloud allows, so the next one can't be added.",
		Fix: "Run the command, and delete a key that nothing uses. Compare the fingerprints: Mooring's is on the page of the link. Then choose Try again.", Who: keyManager, Command: listKeys},

	// On the way.
	{Code: wire.Refused, Happened: "Oracle Cloud refused the request without a reason that Mooring can read.",
		Fix: "Compare the two OCIDs with Oracle's console. If they are right, look for a proxy between Mooring and Oracle Cloud.", Who: staged.LinkEditor},
}
