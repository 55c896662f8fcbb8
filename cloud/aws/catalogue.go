package aws

import (
	"regexp"

	"mooring/cloud"
	"mooring/cloud/staged"
	"mooring/cloud/wire"
)

// Who can fix something.
var (
	accountAdmin  = staged.Who{Words: "An administrator of the AWS account."}
	anchorManager = staged.Who{Words: "Someone who can manage IAM Roles Anywhere in the AWS account."}
	roleManager   = staged.Who{Words: "Someone who can change the role in IAM, such as an administrator of the AWS account."}
	orgAdmin      = staged.Who{Words: "An administrator of the AWS organization."}
)

// Codes of AWS's that have reasons, or a part in a verdict.
const (
	codeDenied         = "AccessDeniedException"
	codeBadSignature   = "InvalidSignatureException" // of IAM Roles Anywhere
	codeOtherSignature = "SignatureDoesNotMatch"     // of the others
)

// Codes that Mooring concludes from good answers.
const (
	CodeOtherAccount       = "OtherAccount"
	CodeOtherRole          = "OtherRole"
	CodePermissionsUnclear = "PermissionsUnclear"
	CodeRegionOff          = "RegionOff"
	CodeConditionMissing   = "ConditionMissing"
)

// Commands that find or fix a cause. See fill for their blanks.
const (
	showAuthority = "aws rolesanywhere get-trust-anchor --region {region} --trust-anchor-id {anchor} \\\n" +
		"  --query trustAnchor.source.sourceData.x509CertificateData --output text | openssl x509 -noout -fingerprint -sha256"
	showTrust = "aws rolesanywhere get-profile --region {region} --profile-id {profile} --query profile.roleArns\n" +
		"aws iam get-role --role-name {role} --query Role.AssumeRolePolicyDocument"
	showMappings  = "aws rolesanywhere get-profile --region {region} --profile-id {profile} --query profile.attributeMappings"
	showDuration  = "aws iam get-role --role-name {role} --query Role.MaxSessionDuration"
	enableAnchor  = "aws rolesanywhere enable-trust-anchor --region {region} --trust-anchor-id {anchor}"
	enableProfile = "aws rolesanywhere enable-profile --region {region} --profile-id {profile}"
	listAnchors   = "aws rolesanywhere list-trust-anchors --region {region} --query 'trustAnchors[].[name,trustAnchorArn]' --output text"
	listProfiles  = "aws rolesanywhere list-profiles --region {region} --query 'profiles[].[name,profileArn]' --output text"
	allowPolicy   = "aws iam put-role-policy --role-name {role} --policy-name " + preflightName + " --policy-document {preflight}"
	setTrust      = "aws iam update-assume-role-policy --role-name {role} --policy-document {trust policy}"
	enableRegion  = "aws account enable-region --region-name {region}"
)

const (
	compareAuthority = "Run the command, and compare the SHA-256 fingerprint that it prints with the one in Mooring. If they are different, replace the certificate in the trust anchor with the one that you download from Mooring. If they are the same, check the trust anchor's ARN in this link."
	setClock         = "Synchronize the server's clock with NTP. Nothing in AWS needs to change."
	lookForProxy     = "Check again. If the error persists, look for a proxy between Mooring and AWS that changes requests."
)

// catalogue tells each code as what happened, what to do and who can do it. Where a
// code has several reasons, the entry without one is for all others.
var catalogue = staged.Catalogue{
	Key: Key, Name: "AWS", Entries: append(entries, staged.OnTheWay("AWS")...), Reasons: reasons, Fill: fill,
	UnknownWho: accountAdmin, UnknownFix: "Search the documentation of AWS for the code. If you contact AWS Support, give them the request ID below.",
}

// reasons read out of a stage and of AWS's sentence what a code alone doesn't tell.
var reasons = []staged.Reason{
	{Code: codeDenied, Said: regexp.MustCompile(`(?i)untrusted signing certificate`), Reason: "untrusted chain"},
	{Code: codeDenied, Said: regexp.MustCompile(`(?i)untrusted certificate|insufficient certificate`), Reason: "untrusted certificate"},
	{Code: codeDenied, Said: regexp.MustCompile(`(?i)mapped into session tags`), Reason: "session tags"},
	{Code: codeDenied, Said: regexp.MustCompile(`(?i)unable to assume role`), Reason: "unable to assume role"},
	{Code: codeDenied, Said: regexp.MustCompile(`(?i)session ?name`), Reason: "session name"},
	{Code: codeDenied, Said: regexp.MustCompile(`(?i)trust ?anchor.*disabled`), Reason: "trust anchor disabled"},
	{Code: codeDenied, Said: regexp.MustCompile(`(?i)profile.*disabled`), Reason: "profile disabled"},
	{Code: "ResourceNotFoundException", Said: regexp.MustCompile(`(?i)trust ?anchor`), Reason: "trust anchor"},
	{Code: "ResourceNotFoundException", Said: regexp.MustCompile(`(?i)profile`), Reason: "profile"},
	{Code: "ValidationException", Said: regexp.MustCompile(`(?i)durationseconds|session duration`), Reason: "session duration"},
	{Code: "ValidationException", Said: regexp.MustCompile(`(?i)basic constraints`), Reason: "not an authority"},
	{Code: codeBadSignature, Said: clockWords, Reason: "clock"},
	{Code: codeOtherSignature, Said: clockWords, Reason: "clock"},
	{Code: "AccessDenied", Stage: stagePermissions, Reason: "permissions"},
	{Code: "UnauthorizedOperation", Said: regexp.MustCompile(`(?i)service control policy`), Reason: "organization"},
}

var clockWords = regexp.MustCompile(`(?i)signature expired|not yet current|the clock of`)

var entries = []staged.Entry{
	// Opening a session.
	{Code: codeDenied, Happened: "AWS denied the session.",
		Fix: "Compare the profile and the role's trust policy with the instructions for linking, and read AWS's message.", Who: roleManager, Command: showTrust},
	{Code: codeDenied, Reason: "untrusted certificate", Happened: "The trust anchor doesn't trust this link's certificate.",
		Fix: compareAuthority, Who: anchorManager, Command: showAuthority, Remedy: cloud.DownloadCertificate},
	{Code: codeDenied, Reason: "untrusted chain", Happened: "This link's certificate doesn't lead to the certificate in the trust anchor.",
		Fix: compareAuthority, Who: anchorManager, Command: showAuthority, Remedy: cloud.DownloadCertificate},
	{Code: codeDenied, Reason: "session tags", Happened: "AWS couldn't turn the names in the certificate into session tags.",
		Fix: "Remove the attribute mappings that somebody added to the profile. The default ones work with Mooring's certificates.", Who: anchorManager, Command: showMappings},
	{Code: codeDenied, Reason: "unable to assume role", Meaning: staged.Copying, Happened: "The certificate isn't allowed to assume the role.",
		Fix: "If you created the role in the last few minutes, Mooring keeps trying. Otherwise, check that the profile lists the role. Then check that the role's trust policy names rolesanywhere.amazonaws.com, allows sts:AssumeRole, sts:TagSession and sts:SetSourceIdentity, and has the trust anchor and the name of this link in its conditions.", Who: roleManager, Command: showTrust},
	{Code: codeDenied, Reason: "session name", Happened: "The profile doesn't accept a session name. Mooring doesn't send one.",
		Fix: "Look for a proxy between Mooring and AWS that changes requests.", Who: staged.Operator},
	{Code: codeDenied, Reason: "trust anchor disabled", Happened: "The trust anchor is disabled.",
		Fix: "Enable it with the command, or in the AWS console under IAM Roles Anywhere.", Who: anchorManager, Command: enableAnchor},
	{Code: codeDenied, Reason: "profile disabled", Happened: "The profile is disabled.",
		Fix: "Enable it with the command, or in the AWS console under IAM Roles Anywhere.", Who: anchorManager, Command: enableProfile},
	{Code: "ResourceNotFoundException", Happened: "AWS found no trust anchor or no profile with this ARN.",
		Fix: "Compare the ARNs with the AWS console. If somebody deleted the trust anchor or the profile, link the account again.", Who: staged.LinkEditor, Command: listAnchors},
	{Code: "ResourceNotFoundException", Reason: "trust anchor", Happened: "AWS found no trust anchor with this ARN.",
		Fix: "Compare the ARN with the AWS console, in the same region. If somebody deleted the trust anchor, link the account again.", Who: staged.LinkEditor, Command: listAnchors},
	{Code: "ResourceNotFoundException", Reason: "profile", Happened: "AWS found no profile with this ARN.",
		Fix: "Compare the ARN with the AWS console, in the same region. If somebody deleted the profile, create another one that lists the role, and enter its ARN.", Who: staged.LinkEditor, Command: listProfiles},
	{Code: "ValidationException", Happened: "AWS says that the request isn't valid.",
		Fix: "Compare the three ARNs with the AWS console. If they are right, look for a proxy between Mooring and AWS that changes requests.", Who: staged.LinkEditor, Command: listAnchors},
	{Code: "ValidationException", Reason: "session duration", Happened: "The role's maximum session duration is shorter than the session.",
		Fix: "Set the role's maximum session duration to one hour, and the profile's session duration to no more than that.", Who: roleManager, Command: showDuration},
	{Code: "ValidationException", Reason: "not an authority", Happened: "The trust anchor has a certificate that doesn't belong to a certificate authority.",
		Fix: "Replace the certificate in the trust anchor with the one that you download from Mooring.", Who: anchorManager, Command: showAuthority, Remedy: cloud.DownloadCertificate},
	{Code: codeBadSignature, Happened: "AWS couldn't verify the signature of the request.",
		Fix: lookForProxy, Who: staged.Operator},
	{Code: codeBadSignature, Reason: "clock", Happened: "AWS rejected the request as too old or too new: the clock of the server that runs Mooring is probably wrong.",
		Fix: setClock, Who: staged.Operator},
	{Code: "TooManyTagsException", Happened: "The session would have more tags than AWS allows.",
		Fix: "Remove the attribute mappings that somebody added to the profile.", Who: anchorManager, Command: showMappings},
	{Code: "ServiceLinkedRoleLockServiceException", Meaning: staged.Silent, Happened: "AWS is still preparing IAM Roles Anywhere in the account.",
		Fix: "Wait a few minutes.", Who: staged.Nobody},

	// Account and role.
	{Code: "InvalidClientTokenId", Meaning: staged.Copying, Happened: "AWS doesn't know the session that it has just opened.",
		Fix: "If you linked the account in the last few minutes, Mooring keeps trying. Otherwise, check that the region of the trust anchor is turned on in the account.", Who: accountAdmin},
	{Code: "ExpiredToken", Meaning: staged.Silent, Happened: "The session expired during the check.",
		Fix: "Check again.", Who: staged.Nobody},
	{Code: codeOtherSignature, Happened: "AWS couldn't verify the signature of the request.",
		Fix: lookForProxy, Who: staged.Operator},
	{Code: codeOtherSignature, Reason: "clock", Happened: "AWS rejected the request as too old or too new: the clock of the server that runs Mooring is probably wrong.",
		Fix: setClock, Who: staged.Operator},
	{Code: "RegionDisabledException", Happened: "The Security Token Service (STS) isn't active in the region of the trust anchor.",
		Fix: "In IAM, open Account settings, and activate STS for the region.", Who: accountAdmin},
	{Code: "AccessDenied", Happened: "AWS denied the request.",
		Fix: "Read AWS's message. A policy of the account or the organization probably blocks the role.", Who: accountAdmin},
	{Code: CodeOtherAccount, Happened: "AWS opened the session in a different account than the one in the ARNs.",
		Fix: lookForProxy, Who: staged.Operator},
	{Code: CodeOtherRole, Happened: "AWS opened the session with a different role than the one in the link.",
		Fix: lookForProxy, Who: staged.Operator},

	// Permissions.
	{Code: "AccessDenied", Reason: "permissions", Happened: "The role isn't allowed to ask what it can do, so its permissions are unknown. The link still works.",
		Fix: "You don't need to do anything. To see the permissions, allow the role to ask with the command.", Who: roleManager, Command: allowPolicy},
	{Code: "NoSuchEntity", Happened: "IAM doesn't know the role, so its permissions are unknown.",
		Fix: "Check again. If somebody deleted the role, link the account again.", Who: roleManager, Command: showTrust},
	{Code: "InvalidInput", Happened: "IAM didn't accept the question about the role's permissions, so they are unknown. The link still works.",
		Fix: "Tell the operator of this Mooring. Nothing in AWS needs to change.", Who: staged.Operator},
	{Code: CodePermissionsUnclear, Happened: "The role's permissions depend on conditions, such as an address or a time, so Mooring can't tell what it can do. The link still works.",
		Fix: "You don't need to do anything. To see the permissions, remove the conditions from the policies of the role.", Who: roleManager},

	// Regions, and what EC2 says about the account.
	{Code: "UnauthorizedOperation", Happened: "The role isn't allowed to list the regions. The link still works.",
		Fix: "You don't need to do anything. To see the regions, attach the policy ViewOnlyAccess to the role.", Who: roleManager},
	{Code: "UnauthorizedOperation", Reason: "organization", Happened: "A policy of the organization doesn't allow the role to list the regions. The link still works.",
		Fix: "You don't need to do anything. To see the regions, allow ec2:DescribeRegions in the service control policy.", Who: orgAdmin},
	{Code: "AuthFailure", Happened: "EC2 doesn't accept the session.",
		Fix: "Check that EC2 is available to the account, and that its region is turned on.", Who: accountAdmin},
	{Code: "OptInRequired", Happened: "The account isn't signed up for EC2.",
		Fix: "Sign in to the AWS console, and finish the registration of the account.", Who: accountAdmin},
	{Code: "PendingVerification", Happened: "AWS is still verifying the account.",
		Fix: "Wait until AWS has verified the account. That usually takes a few minutes, and at most four hours.", Who: accountAdmin},
	{Code: "Blocked", Happened: "AWS has blocked the account.",
		Fix: "Sign in to the AWS console as an administrator, and follow what AWS says there, or contact AWS Support.", Who: accountAdmin},
	{Code: "RequestExpired", Meaning: staged.Silent, Happened: "The session expired during the check.",
		Fix: "Check again.", Who: staged.Nobody},
	{Code: CodeRegionOff, Happened: "The region of the trust anchor is turned off in the account.",
		Fix: "Turn the region on in the AWS console under Account, or with the command.", Who: accountAdmin, Command: enableRegion},

	// The negative test.
	{Code: CodeConditionMissing, Happened: "The link works, but the role also trusts certificates with other names. The condition on the name is missing from its trust policy.",
		Fix: "Add the condition: in the role's trust policy, aws:PrincipalTag/x509Subject/CN must equal the name of this link. The command sets the trust policy as Mooring expects it.", Who: roleManager, Command: setTrust},

	// Using it.
	{Code: "VcpuLimitExceeded", Happened: "The account's quota of virtual CPUs is used up.",
		Fix: "Choose a smaller instance type or another region, or request a higher quota under Service Quotas.", Who: accountAdmin},
	{Code: "InsufficientInstanceCapacity", Happened: "AWS has no capacity for this instance type in this zone right now.",
		Fix: "Try later, or choose another instance type, zone or region.", Who: staged.LinkEditor},

	// On the way.
	{Code: wire.Refused, Happened: "AWS refused the request without a reason that Mooring can read.",
		Fix: "Compare the three ARNs with the AWS console. If they are right, look for a proxy between Mooring and AWS.", Who: staged.LinkEditor},
}
