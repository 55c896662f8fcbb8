package oracle

import "mooring/cloud"

// Questions implements cloud.Answerer.
func (o *Oracle) Questions() []cloud.Question { return questions }

var questions = []cloud.Question{
	{
		Anchor: "oracle-not-authenticated", Title: "Oracle Cloud answers NotAuthenticated. What do I do?",
		Keywords: "notauthenticated 401 required information to complete authentication oci api key fingerprint signature clock",
		Text: []string{
			"A new key can take Oracle Cloud some minutes to apply, and Mooring keeps trying. To try right away, choose **Check now**.",
			"Compare the fingerprint in Mooring with the ones in Oracle's console, under the user's **API keys**. If it isn't there, download the public key from Mooring and add it.",
			"Check that the user belongs to the tenancy of the link, and that the tenancy is subscribed to its region.",
		},
		Administrator: []string{
			"Oracle Cloud refuses requests when the clock of the server that runs Mooring is more than five minutes off. Mooring then says so.",
		},
	},
	{
		Anchor: "oracle-not-authorized", Title: "What does NotAuthorizedOrNotFound mean?",
		Keywords: "notauthorizedornotfound 404 oci policy statement inspect all-resources tenancy group permission denied",
		Text: []string{
			"Oracle Cloud answers this when something doesn't exist, and also when the user isn't allowed to see it.",
			"The user must be in a group, and a policy in the root compartment must allow it to view the tenancy: `Allow group mooring to inspect all-resources in tenancy`. The dialog shows the statement with the right name.",
		},
	},
	{
		Anchor: "oracle-what-changes", Title: "What does Mooring change in my Oracle Cloud tenancy?",
		Keywords: "change modify create write oci tenancy permissions inspect read only readonly audit cost bill free private key secret",
		Text: []string{
			"Nothing. You create a user, a group and a policy, and can delete them at any time. Mooring then signs in as that user and only reads.",
			"With `inspect all-resources`, the user can list resources, but it can't read the data in them. Mooring shows what the user can do, and warns you if that is more than it needs.",
			"Mooring reads the statements of the policies in the root compartment. It doesn't show what the user can do in some compartments only.",
		},
	},
}
