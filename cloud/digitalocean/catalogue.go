package digitalocean

import (
	"mooring/cloud"
	"mooring/cloud/staged"
	"mooring/cloud/wire"
)

// Codes that Mooring concludes.
const (
	CodeGrantLost     = "GrantLost" // an earlier use gave no answer that was stored
	CodeOtherTeam     = "OtherTeam"
	CodeTeamLocked    = "TeamLocked"
	CodeScopesUnknown = "ScopesUnknown"
)

// Codes of DigitalOcean's that have a part in a verdict.
const codeInvalidGrant = "invalid_grant"

var teamOwner = staged.Who{Words: "An owner of the team at DigitalOcean."}

const signInAgain = "Sign in to DigitalOcean again, and choose the same team."

// catalogue tells each code as what happened, what to do and who can do it.
var catalogue = staged.Catalogue{
	Key: Key, Name: "DigitalOcean", Entries: append(entries, staged.OnTheWay("DigitalOcean")...),
	UnknownWho: teamOwner, UnknownFix: "Search DigitalOcean's documentation for the code. If you contact DigitalOcean's support, give them the request ID below.",
	Reasons: []staged.Reason{{Code: "unauthorized", Stage: stageRegions, Reason: "regions"}, {Code: "forbidden", Stage: stageRegions, Reason: "regions"}},
}

var entries = []staged.Entry{
	// Using the grant.
	{Code: codeInvalidGrant, Happened: "DigitalOcean no longer accepts the grant. Somebody revoked it, or it expired.",
		Fix: signInAgain, Who: staged.LinkEditor, Remedy: cloud.SignInAgain},
	{Code: CodeGrantLost, Happened: "DigitalOcean's answer to an earlier check got lost, and with it the grant: each one works only once.",
		Fix: signInAgain, Who: staged.LinkEditor, Remedy: cloud.SignInAgain},
	{Code: "invalid_client", Happened: "DigitalOcean doesn't accept Mooring's client ID or client secret.",
		Fix: "Compare the client ID and the client secret in Mooring's settings with the OAuth application at DigitalOcean.", Who: staged.Operator},
	{Code: "unauthorized_client", Happened: "DigitalOcean doesn't let this OAuth application renew grants.",
		Fix: "Compare the client ID in Mooring's settings with the OAuth application at DigitalOcean.", Who: staged.Operator},
	{Code: "invalid_request", Happened: "DigitalOcean says that the request isn't valid.", Fix: "Check again. If the error persists, look for a proxy between Mooring and DigitalOcean that changes requests.", Who: staged.Operator},
	{Code: "invalid_scope", Happened: "DigitalOcean doesn't allow this OAuth application what Mooring asks for.",
		Fix: "Allow the scope read in the OAuth application at DigitalOcean.", Who: staged.Operator},

	// The team.
	{Code: CodeOtherTeam, Happened: "The grant is for a different team than the link.", Fix: signInAgain, Who: staged.LinkEditor, Remedy: cloud.SignInAgain},
	{Code: CodeTeamLocked, Happened: "DigitalOcean has locked the team.", Fix: "Sign in to DigitalOcean, and follow what it says there, or contact DigitalOcean's support.", Who: teamOwner},
	{Code: "unauthorized", Meaning: staged.Copying, Happened: "DigitalOcean doesn't accept the token that it has just given out.",
		Fix: "Check again. If the error persists, sign in to DigitalOcean again.", Who: staged.LinkEditor, Remedy: cloud.SignInAgain},
	{Code: "unauthorized", Reason: "regions", Happened: "DigitalOcean doesn't let Mooring list the regions. The link still works.", Fix: "You don't need to do anything. To see the regions, sign in to DigitalOcean again.", Who: staged.LinkEditor, Remedy: cloud.SignInAgain},
	{Code: "forbidden", Happened: "The grant doesn't allow viewing the team.", Fix: "Sign in to DigitalOcean again, and allow all that Mooring asks for.", Who: staged.LinkEditor, Remedy: cloud.SignInAgain},
	{Code: "forbidden", Reason: "regions", Happened: "The grant doesn't allow listing the regions. The link still works.", Fix: "You don't need to do anything. To see the regions, sign in to DigitalOcean again, and allow all that Mooring asks for.", Who: staged.LinkEditor, Remedy: cloud.SignInAgain},
	{Code: "not_found", Happened: "DigitalOcean found no team for the grant.", Fix: "If somebody deleted the team, unlink it. Otherwise, sign in to DigitalOcean again.", Who: staged.LinkEditor, Remedy: cloud.SignInAgain},

	// Permissions.
	{Code: CodeScopesUnknown, Happened: "DigitalOcean didn't say what the grant allows, so its permissions are unknown. The link still works.", Fix: "You don't need to do anything.", Who: staged.Nobody},

	// On the way.
	{Code: "server_error", Meaning: staged.Silent, Happened: "DigitalOcean answered that it is unavailable.", Fix: "Wait a few minutes. Mooring will check again.", Who: staged.Nobody},
	{Code: wire.Refused, Happened: "DigitalOcean refused the request without a reason that Mooring can read.", Fix: "Check again. If the error persists, sign in to DigitalOcean again.", Who: staged.LinkEditor, Remedy: cloud.SignInAgain},
}

// Explain implements cloud.Cloud.
func (d *DigitalOcean) Explain(result cloud.StageResult, target cloud.Target) cloud.Explanation {
	return catalogue.Explain(result, target)
}

// Catalogue implements cloud.Cloud.
func (d *DigitalOcean) Catalogue() []cloud.Explanation { return catalogue.All() }
