package views

import "mooring/account"

// FirstSteps are what the first administrator is offered after the set-up. keyFilePath
// is where the help says why the key file is backed up.
func FirstSteps(caller account.Caller, passkeys bool, keyFilePath string) []FirstStep {
	steps := map[account.NoticeKind]FirstStep{}
	for _, n := range caller.Notices {
		shown := shownNotice(n)
		switch n.Kind {
		case account.StepInvite:
			steps[n.Kind] = FirstStep{Text: "Create an organization", Path: NewOrganizationPath, Why: "People in an organization share what they link.", Shown: shown}
			for _, m := range caller.Memberships {
				if m.Account.ID == n.Detail {
					steps[n.Kind] = FirstStep{Text: "Invite people to " + m.Account.Name, Path: ColleaguesPath(m.Account.Name), Why: "They share what the organization links.", Shown: shown}
				}
			}
		case account.StepPasskey:
			if passkeys {
				steps[n.Kind] = FirstStep{Text: "Add a passkey", Path: PasskeysPath + "/new", Why: "Nobody can guess a passkey, and it protects your account with a second step.", Shown: shown}
			}
		case account.StepBackUpKey:
			steps[n.Kind] = FirstStep{Text: "Back up the key file", Path: keyFilePath, Why: "Keep a copy separate from the database. Without this file, nobody can decrypt the secrets in the database.", Shown: shown}
		}
	}
	var all []FirstStep
	for _, kind := range []account.NoticeKind{account.StepInvite, account.StepPasskey, account.StepBackUpKey} {
		if step, offered := steps[kind]; offered {
			all = append(all, step)
		}
	}
	return all
}
