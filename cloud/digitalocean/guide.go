package digitalocean

import "mooring/cloud"

// Guide implements cloud.Cloud.
func (d *DigitalOcean) Guide(cloud.Draft) cloud.Guide {
	return cloud.Guide{
		Needs: []string{
			"About a minute.",
			"A DigitalOcean account that can view the team.",
		},
		Does: []string{
			"View the team's resources (scope read). Mooring can't change any.",
			"Keep a grant from DigitalOcean. Unlike a certificate, a grant is a secret that Mooring stores, encrypted. Each check replaces it, and unlinking revokes it.",
		},
		Enter: "Sign in to DigitalOcean",
	}
}

// Leftovers implements cloud.Cleaner.
func (d *DigitalOcean) Leftovers(cloud.Target) []cloud.Command {
	return []cloud.Command{{Title: "The grant at DigitalOcean",
		Why: "Unlinking revokes it. To check, open API in DigitalOcean's control panel, and then Authorized applications."}}
}

// Questions implements cloud.Answerer.
func (d *DigitalOcean) Questions() []cloud.Question { return questions }

var questions = []cloud.Question{
	{
		Anchor: "digitalocean-sign-in-again", Title: "Why does Mooring ask me to sign in to DigitalOcean again?",
		Keywords: "digitalocean sign in again consent grant lost revoked expired invalid_grant token refresh oauth authorize relink",
		Text: []string{
			"A grant works only once: each check uses it, and gets the next one. When an answer gets lost, for instance because the server stopped at that moment, nobody has the next grant. The same happens when somebody revokes the grant at DigitalOcean.",
			"Open the link, choose **Sign in again**, and choose the same team. The link keeps its label, its history and its reviews.",
		},
		Administrator: []string{
			"A Mooring that was restored from a backup has old grants, and DigitalOcean doesn't accept them.",
		},
	},
	{
		Anchor: "digitalocean-what-is-kept", Title: "What does Mooring keep from DigitalOcean?",
		Keywords: "digitalocean secret token grant stored kept oauth certificate password api key security encrypted revoke",
		Text: []string{
			"DigitalOcean has no way to link a team with a certificate. Mooring keeps a grant instead, encrypted with its key file. It allows viewing the team's resources until somebody revokes it.",
			"When you unlink the team, Mooring revokes the grant.",
		},
	},
}
