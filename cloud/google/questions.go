package google

import "mooring/cloud"

// Questions implements cloud.Answerer.
func (g *Google) Questions() []cloud.Question { return questions }

var questions = []cloud.Question{
	{
		Anchor: "google-permission-denied", Title: "Google Cloud denies a permission. What do I do?",
		Keywords: "permission denied iam_permission_denied forbidden 403 missing role viewer binding principal pool google gcp getaccesstoken resourcemanager.projects.get",
		Text: []string{
			"A new role can take Google Cloud some minutes to apply, and Mooring keeps trying. To try right away, choose **Check now**.",
			"Google's message names the permission that is missing, such as `resourcemanager.projects.get`. The explanation of the stage has a command that gives it. Run it in Cloud Shell.",
			"If the message names `iam.serviceAccounts.getAccessToken`, the certificate isn't allowed to act as the service account. It needs the role Workload Identity User there.",
		},
	},
	{
		Anchor: "google-many-projects", Title: "How do I link many Google Cloud projects?",
		Keywords: "many multiple several google cloud gcp projects bulk all second another organization folder import",
		Text: []string{
			"Link each project on its own. Each link has a certificate authority and a name of its own, so run the command that the dialog shows for that link.",
			"The pools can all be in one project: in the command, change the line that begins with `pool_project`. Google Cloud counts Mooring's requests for that project.",
			"In a long list of links, search for a label, or for a project's name, ID or number, or filter by status.",
		},
		Administrator: []string{
			"To see, filter and export the links of all accounts, open **Administration**, then **Linked accounts**.",
		},
	},
	{
		Anchor: "google-key-upload", Title: "Google Cloud says that key upload isn't allowed. What do I do?",
		Keywords: "key upload creation not allowed disableserviceaccountkeyupload disableserviceaccountkeycreation organization policy constraint failed_precondition service account google gcp",
		Text: []string{
			"An organization policy, `constraints/iam.disableServiceAccountKeyUpload`, blocks it. Google Cloud turns it on in organizations created since May 2024.",
			"Choose the method Certificate (Workload Identity Federation) instead. It uploads no key, and the policy doesn't apply to it.",
		},
	},
	{
		Anchor: "google-what-changes", Title: "What does Mooring change in my Google Cloud project?",
		Keywords: "change modify create write google cloud gcp project permissions viewer browser read only readonly audit log cost bill free pool workload identity least privilege",
		Text: []string{
			"Nothing. You create a workload identity pool, and can delete it at any time. Mooring then signs in with a certificate and only reads.",
			"The role Viewer lets Mooring view resources. Mooring shows what it can do, and warns you if that is more than it needs. For checks, the role Browser (`roles/browser`) is enough.",
			"Google Cloud's audit logs show the name of the link, such as `mooring-abcdefghijklmnop`, in the principal.",
		},
	},
}
