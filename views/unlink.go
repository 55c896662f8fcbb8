package views

import (
	"mooring/account"
	"mooring/cloud"
	"mooring/credential"
)

// Unlink builds the page that asks before a link is unlinked. path is the link's.
func (r Reader) Unlink(frame Frame, c credential.Credential, path string, dependents []string) Unlink {
	d := r.Clouds.Describe(c.Provider)
	return Unlink{
		Frame: frame, RevokesGrant: revokesGrant(d, c.Target), Label: c.Label, CloudAccount: c.Target.Account, Action: path + "/unlink", CancelPath: path,
		Dependents: dependents, Commands: r.Clouds.Leftovers(c.Provider, c.Target), Cloud: d.ShortName, Noun: d.Account.One,
	}
}

// UnlinkLinkedAccount is Unlink for an administrator. reason is what they have typed.
func (r Reader) UnlinkLinkedAccount(frame Frame, c credential.Credential, of account.Account, dependents []string, reason string) Unlink {
	p := r.Unlink(frame, c, LinkedAccountPath(c.ID), dependents)
	p.Account, p.Version, p.Reason = of.Name, c.Version, reason
	return p
}

// revokesGrant reports whether unlinking a target revokes a grant, and leaves nothing behind.
func revokesGrant(d cloud.Description, target cloud.Target) bool {
	method, _ := d.Method(target.SignIn.Method)
	return method.Needs == cloud.Grant
}
