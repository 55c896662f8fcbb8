package azure

import "mooring/cloud"

// Questions implements cloud.Answerer.
func (a *Azure) Questions() []cloud.Question { return questions }

var questions = []cloud.Question{
	{
		Anchor: "no-role", Title: "Azure says that the application has no role. What do I do?",
		Keywords: "no role assigned missing role assignment reader iam access control authorizationfailed forbidden permission permissions denied",
		Text: []string{
			"Azure answers `AuthorizationFailed` if the application has no role on the subscription. In the Azure portal, open the subscription and choose Access control (IAM), then Add role assignment. Select the Reader role, and the application as its member.",
			"You need a role that can assign roles, such as Owner or User Access Administrator. If you don't have one, send the command on the link's page to somebody who does.",
			"A new role can take Azure up to ten minutes to apply. Mooring keeps trying. To try right away, choose **Check now**.",
		},
	},
	{
		Anchor: "many-subscriptions", Title: "How do I link many subscriptions?",
		Keywords: "many multiple several subscriptions bulk all second another management group same application import",
		Text: []string{
			"Link each subscription on its own. You can use the same application for all subscriptions in a directory, because all links of an account can use the same certificate.",
			"In Azure, assign the Reader role to the application on each subscription, or once on the management group that contains them. Then choose **Add credentials** for each subscription, and enter its subscription ID and the same Application (client) ID.",
			"In a long list of links, search for a label, name or ID, or filter by status.",
		},
		Administrator: []string{
			"To see, filter and export the links of all accounts, open **Administration**, then **Linked accounts**.",
		},
	},
}
