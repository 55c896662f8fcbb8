package account

import "mooring/fault"

// What people read when something about signing in or accounts goes wrong.
var (
	ErrSignIn = fault.New(fault.SignIn, "account.sign-in",
		"Sign in to continue.")
	ErrWrongPassword = fault.New(fault.Invalid, "account.wrong-password",
		"That e-mail address and password don't match. Check both and try again.")
	ErrPasskeyRefused = fault.New(fault.Invalid, "account.passkey-refused",
		"That passkey didn't work. Try again, or choose another sign-in method.")
	ErrPasskeyCopied = fault.New(fault.Invalid, "account.passkey-copied",
		"Mooring didn't accept this passkey, because somebody may have a copy of it. Sign in another way, remove the passkey under Security, and add a new one.")
	ErrTooManyTries = fault.New(fault.TooMany, "account.too-many-tries",
		"Too many sign-in attempts. Wait 15 minutes and try again.")
	ErrBusy = fault.New(fault.Unavailable, "account.busy",
		"Mooring is busy right now. Try again in a few seconds.")
	ErrNoSuchAccount = fault.New(fault.NotFound, "account.no-such-account",
		"This page doesn't exist, or you don't have access to it.")
	ErrNoSuchOrganization = fault.New(fault.NotFound, "account.no-such-organization",
		"There is no organization with that name.")
	ErrNoSuchSession = fault.New(fault.NotFound, "account.no-such-session",
		"That session has already ended.")
	ErrSetUpLink = fault.New(fault.NotFound, "account.set-up-link",
		"This setup address has already been used or has expired. Restart Mooring to get a new one.")
	ErrPasswordReset = fault.New(fault.NotFound, "account.password-reset",
		"This link has already been used or has expired. Ask for a new one, and use the link in the latest mail.").To("Ask for a new link", "/login/forgotten-password")
	ErrPasswordResetsOff = fault.New(fault.Conflict, "account.password-resets-off",
		"This Mooring can't mail you a link to set a new password. Ask the person who gave you access.")
	ErrNameTaken = fault.New(fault.Conflict, "account.name-taken",
		"That name is taken. Choose another one.")
	ErrEmailTaken = fault.New(fault.Conflict, "account.email-taken",
		"Somebody here already has that e-mail address. If it's you, sign in instead.")
	ErrNoSuchRole = fault.New(fault.Invalid, "account.no-such-role",
		"Choose Owner, Member or Viewer.")
	ErrNoSuchTheme = fault.New(fault.Invalid, "account.no-such-theme",
		"Choose System, Light or Dark.")
)

// What people read about the ways of signing in.
var (
	ErrPasswordsOff = fault.New(fault.Forbidden, "account.passwords-off",
		"Passwords are turned off here. Choose another sign-in method.")
	ErrPasskeysOff = fault.New(fault.Forbidden, "account.passkeys-off",
		"Passkeys don't work at this address. Choose another sign-in method.")
	ErrDisabled = fault.New(fault.Forbidden, "account.disabled",
		"You can't sign in: a site administrator has disabled your access. Ask an administrator to enable it again.")
	ErrUnknownIdentity = fault.New(fault.Forbidden, "account.unknown-identity",
		"That identity isn't linked to anybody here. Sign in the way you did before and link it under Security, or ask for an invitation.")
	ErrDomainRefused = fault.New(fault.Forbidden, "account.domain-refused",
		"Only people with e-mail addresses in certain domains can sign in here, and yours is in another domain. Sign in at the provider with a different address.")
	ErrUnverifiedAddress = fault.New(fault.Forbidden, "account.unverified-address",
		"The provider hasn't confirmed your e-mail address. Confirm it there and try again.")
	ErrNoAddress = fault.New(fault.Forbidden, "account.no-address",
		"The provider didn't send Mooring your e-mail address, and Mooring needs it to sign you in. Add an address to your profile there and start again. If your profile already has one, ask the operator of this Mooring to have the provider send it.")
	ErrAddressUnread = fault.New(fault.Unavailable, "account.address-unread",
		"The provider didn't answer when Mooring asked for your e-mail address. Try again in a few minutes, or choose another way.")
	ErrAddressTaken = fault.New(fault.Conflict, "account.address-taken",
		"Somebody here already has that e-mail address. If it's you, sign in the way you did before, then link this identity under Security.")
	ErrSecondStep = fault.New(fault.Forbidden, "account.second-step",
		"Complete the second step first: use your passkey or a recovery code.")
	ErrWrongCode = fault.New(fault.Invalid, "account.wrong-code",
		"That recovery code doesn't work. Each code works only once. Check it, or try another one.")
	ErrNotYourPassword = fault.New(fault.Invalid, "account.not-your-password",
		"That isn't your password. Check it and try again.")
	ErrNotYourIdentity = fault.New(fault.Invalid, "account.not-your-identity",
		"That identity isn't linked to you. Use one that is.")
	ErrIdentityTaken = fault.New(fault.Conflict, "account.identity-taken",
		"That identity is already linked to another person here. They can unlink it under Security, or you can use another one.")
	ErrNoSuchIdentity = fault.New(fault.NotFound, "account.no-such-identity",
		"That identity is no longer linked.")
	ErrNoSuchPasskey = fault.New(fault.NotFound, "account.no-such-passkey",
		"That passkey has already been removed.")
	ErrLastWayIn = fault.New(fault.Conflict, "account.last-way-in",
		"That is your only sign-in method. Add another one first.")
	ErrLastPasskey = fault.New(fault.Conflict, "account.last-passkey",
		"You must have a second step, and that is your last passkey. Add another one first.")
	ErrNoPasskey = fault.New(fault.Conflict, "account.no-passkey",
		"You have no passkey yet. Add one first.")
	ErrTooManyPasskeys = fault.New(fault.Conflict, "account.too-many-passkeys",
		"You already have 20 passkeys. Remove one that you no longer use.")

	// Organizations, the people of the site, and API keys.
	ErrLastOwner = fault.New(fault.Conflict, "account.last-owner",
		"An organization needs an owner who can sign in. Make somebody else an owner first.")
	ErrRoleChanged = fault.New(fault.Forbidden, "account.role-changed",
		"Your role here has changed in the meantime, so this wasn't done. Ask an owner if you still need access.")
	ErrNotOwnerAnyMore = fault.New(fault.Forbidden, "account.not-owner-any-more",
		"You are no longer an owner of this organization, so nothing was changed.")
	ErrNameForGroups = fault.New(fault.Forbidden, "account.name-for-groups",
		"Groups at a sign-in provider manage who belongs to the organization with that name. Only a site administrator can give an organization that name or take it away.")
	ErrByGroup = fault.New(fault.Conflict, "account.by-group",
		"A group at the sign-in provider controls this. Change the group there. The change applies at the person's next sign-in.")
	ErrNoSuchColleague = fault.New(fault.NotFound, "account.no-such-colleague",
		"That person no longer belongs to this organization.")
	ErrNeedsPasskey = fault.New(fault.Invalid, "account.needs-passkey",
		"Add a passkey of your own first, under Security. Without one, you would lock yourself out.")
	ErrOtherName = fault.New(fault.Invalid, "account.other-name",
		"Type the name of the organization exactly as shown.")
	ErrInvitation = fault.New(fault.NotFound, "account.invitation",
		"This invitation has already been used, was revoked, or has expired. Ask the person who invited you for a new one.")
	ErrInvitationForAnother = fault.New(fault.Forbidden, "account.invitation-for-another",
		"This invitation is for another e-mail address. Sign in with that address, or ask for an invitation of your own.")
	ErrNoSuchInvitation = fault.New(fault.NotFound, "account.no-such-invitation",
		"That invitation has already been used, was revoked, or has expired.")
	ErrTooManyInvitations = fault.New(fault.Conflict, "account.too-many-invitations",
		"One hundred invitations are already open. Revoke some, or wait until they are used.")
	ErrTooManyMails = fault.New(fault.TooMany, "account.too-many-mails",
		"You have mailed 20 invitations in the last hour. Try again in an hour.")
	ErrTooManyOrganizations = fault.New(fault.Conflict, "account.too-many-organizations",
		"You already own 20 organizations. Delete one that nobody needs, or leave one that has another owner.")
	ErrAlreadyMember = fault.New(fault.Conflict, "account.already-member",
		"That person already belongs to this organization.")
	ErrMailFailed = fault.New(fault.Unavailable, "account.mail-failed",
		"The mail couldn't be sent, so nobody was invited. Try again, or leave the address empty and pass the link on yourself.")
	ErrNoSuchPerson = fault.New(fault.NotFound, "account.no-such-person",
		"There is no such person.")
	ErrPersonDisabled = fault.New(fault.Conflict, "account.person-disabled",
		"This person is disabled. Enable them first.")
	ErrNotYourself = fault.New(fault.Conflict, "account.not-yourself",
		"You can't do this to yourself. Ask another administrator.")
	ErrLastAdministrator = fault.New(fault.Conflict, "account.last-administrator",
		"The site needs an administrator who can sign in. Make somebody else one first.")
	ErrKey = fault.New(fault.SignIn, "account.key",
		"This API key doesn't work here. Check that it is complete, that it hasn't been revoked, and that it belongs to this account.")
	ErrKeyExpired = fault.New(fault.SignIn, "account.key-expired",
		"This API key has expired. Create a new one in Mooring.")
	ErrNoSuchKey = fault.New(fault.NotFound, "account.no-such-key",
		"There is no such API key, or it belongs to somebody else.")
	ErrKeyMakesNoKey = fault.New(fault.Forbidden, "account.key-makes-no-key",
		"An API key can't create API keys. Sign in to Mooring to create one.")
	ErrTooManyKeys = fault.New(fault.Conflict, "account.too-many-keys",
		"You already have 50 API keys here. Revoke those that nothing uses.")
)
