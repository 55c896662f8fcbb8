package aws

import "mooring/cloud"

// Questions implements cloud.Answerer.
func (a *AWS) Questions() []cloud.Question { return questions }

var questions = []cloud.Question{
	{
		Anchor: "aws-access-denied", Title: "AWS denies access. What do I do?",
		Keywords: "access denied accessdeniedexception unable to assume role untrusted certificate insufficient trust policy rolesanywhere permission forbidden",
		Text: []string{
			"A new role can take AWS some minutes to apply, and Mooring keeps trying. To try right away, choose **Check now**.",
			"`Unable to assume role` means that the profile doesn't list the role, or that the role's trust policy doesn't allow this link. Compare both with the instructions in the dialog.",
			"`Untrusted certificate` means that the trust anchor has a different certificate. Compare the SHA-256 fingerprint with the one in Mooring, and replace the certificate in the trust anchor if they are different.",
		},
	},
	{
		Anchor: "aws-many-accounts", Title: "How do I link many AWS accounts?",
		Keywords: "many multiple several aws accounts bulk all second another organization organizations stackset control tower import",
		Text: []string{
			"Link each AWS account on its own. Each link has a certificate authority and a name of its own, so run the command that the dialog shows for that link.",
			"In a long list of links, search for a label, an account ID or an ARN, or filter by status.",
		},
		Administrator: []string{
			"To see, filter and export the links of all accounts, open **Administration**, then **Linked accounts**.",
		},
	},
	{
		Anchor: "aws-what-changes", Title: "What does Mooring change in my AWS account?",
		Keywords: "change modify create write aws account permissions viewonlyaccess read only readonly cloudtrail log cost bill free stack cloudformation",
		Text: []string{
			"Nothing. You create a trust anchor, a profile and a role, and can delete them at any time. Mooring then signs in as that role and only reads.",
			"With the policy ViewOnlyAccess, the role can list resources, but it can't read the data in them. Mooring shows what the role can do, and warns you if that is more than it needs.",
			"CloudTrail shows each session with the name of the link, such as `CN=mooring-abcdefghijklmnop`.",
		},
	},
}
