package account

import "mooring/fault"

// What people read when something about signing in or accounts goes wrong.
var (
	ErrSignIn = fault.New(fault.SignIn, "account.sign-in",
		"Sign in to go on.")
	ErrWrongPassword = fault.New(fault.Invalid, "account.wrong-password",
		"That e-mail address and password do not fit together. Check both and try again.")
	ErrPasskeyRefused = fault.New(fault.Invalid, "account.passkey-refused",
		"That passkey did not work here. Try again, or choose another way.")
	ErrPasskeyCopied = fault.New(fault.Invalid, "account.passkey-copied",
		"This passkey's counter didn't grow since it was last used, so somebody may have a copy of it. Sign in another way, remove the passkey under Security, and add a new one.")
	ErrTooManyTries = fault.New(fault.TooMany, "account.too-many-tries",
		"Too many sign-in attempts. Wait 15 minutes and try again.")
	ErrBusy = fault.New(fault.Unavailable, "account.busy",
		"Many people are signing in at this moment. Try again in a few seconds.")
	ErrNoSuchAccount = fault.New(fault.NotFound, "account.no-such-account",
		"There is nothing here, or it is not shared with you.")
	ErrNoSuchOrganization = fault.New(fault.NotFound, "account.no-such-organization",
		"There is no organization of that name.")
	ErrNoSuchSession = fault.New(fault.NotFound, "account.no-such-session",
		"That session has already ended.")
	ErrSetUpLink = fault.New(fault.NotFound, "account.set-up-link",
		"This set-up address is used or has expired. Restart Mooring to get a new one.")
	ErrPasswordReset = fault.New(fault.NotFound, "account.password-reset",
		"This link is used or has expired. Ask for a new one, and use the one in the latest mail.").To("Ask for a new link", "/login/forgotten-password")
	ErrPasswordResetsOff = fault.New(fault.Conflict, "account.password-resets-off",
		"Mooring can't mail a link for a new password here. Ask the person who gave you access.")
	ErrNameTaken = fault.New(fault.Conflict, "account.name-taken",
		"That name is taken. Choose another one.")
	ErrEmailTaken = fault.New(fault.Conflict, "account.email-taken",
		"Somebody here has that e-mail address already. Sign in instead.")
	ErrNoSuchRole = fault.New(fault.Invalid, "account.no-such-role",
		"Choose Owner, Member or Viewer.")
	ErrNoSuchTheme = fault.New(fault.Invalid, "account.no-such-theme",
		"Choose System, Light or Dark.")
)

// What people read about the ways of signing in.
var (
	ErrPasswordsOff = fault.New(fault.Forbidden, "account.passwords-off",
		"Passwords are turned off here. Choose another way to sign in.")
	ErrPasskeysOff = fault.New(fault.Forbidden, "account.passkeys-off",
		"Passkeys do not work under this address. Choose another way to sign in.")
	ErrDisabled = fault.New(fault.Forbidden, "account.disabled",
		"You can no longer sign in here: a site administrator disabled your access. Ask one of them to enable it again.")
	ErrUnknownIdentity = fault.New(fault.Forbidden, "account.unknown-identity",
		"Nobody here has linked that identity. Sign in the way you did before and link it under Security, or ask for an invitation.")
	ErrDomainRefused = fault.New(fault.Forbidden, "account.domain-refused",
		"Only e-mail addresses of certain domains may sign in here, and that one is not among them. Sign in there with another address.")
	ErrUnverifiedAddress = fault.New(fault.Forbidden, "account.unverified-address",
		"The provider has not verified your e-mail address. Verify it there and try again.")
	ErrNoAddress = fault.New(fault.Forbidden, "account.no-address",
		"The provider told Mooring no e-mail address of yours, and Mooring needs one to sign you in. Add one to your profile there and start again. If you have one there, ask whoever runs this Mooring to have the provider tell it.")
	ErrAddressUnread = fault.New(fault.Unavailable, "account.address-unread",
		"The provider didn't answer when Mooring asked for your e-mail address. Try again in a few minutes, or choose another way.")
	ErrAddressTaken = fault.New(fault.Conflict, "account.address-taken",
		"Somebody here has that e-mail address already. Sign in the way you did before, then link this identity under Security.")
	ErrSecondStep = fault.New(fault.Forbidden, "account.second-step",
		"Take the second step first: use your passkey or a recovery code.")
	ErrWrongCode = fault.New(fault.Invalid, "account.wrong-code",
		"That recovery code does not work. Each code works once: check it, or try another one.")
	ErrNotYourPassword = fault.New(fault.Invalid, "account.not-your-password",
		"That is not your password. Check it and try again.")
	ErrNotYourIdentity = fault.New(fault.Invalid, "account.not-your-identity",
		"That identity is not one of yours. Use one that is linked to you.")
	ErrIdentityTaken = fault.New(fault.Conflict, "account.identity-taken",
		"That identity is linked already. Unlink it there first, or use another one.")
	ErrNoSuchIdentity = fault.New(fault.NotFound, "account.no-such-identity",
		"That identity is not linked any more.")
	ErrNoSuchPasskey = fault.New(fault.NotFound, "account.no-such-passkey",
		"That passkey is not there any more.")
	ErrLastWayIn = fault.New(fault.Conflict, "account.last-way-in",
		"That is your only way to sign in. Add another one first.")
	ErrLastPasskey = fault.New(fault.Conflict, "account.last-passkey",
		"A second step is required of you, and that is your last passkey. Add another one first.")
	ErrNoPasskey = fault.New(fault.Conflict, "account.no-passkey",
		"You have no passkey yet. Add one first.")
	ErrTooManyPasskeys = fault.New(fault.Conflict, "account.too-many-passkeys",
		"You have 20 passkeys already. Remove one that you no longer use.")

	// Organizations, the people of the site, and API keys.
	ErrLastOwner = fault.New(fault.Conflict, "account.last-owner",
		"An organization needs an owner who can sign in. Make somebody else an owner first.")
	ErrRoleChanged = fault.New(fault.Forbidden, "account.role-changed",
		"Your role here has changed meanwhile, so nothing was done.")
	ErrNotOwnerAnyMore = fault.New(fault.Forbidden, "account.not-owner-any-more",
		"You are no owner of this organization any more, so nothing was changed.")
	ErrNameForGroups = fault.New(fault.Forbidden, "account.name-for-groups",
		"Groups at a sign-in provider fill the organization of that name. Only a site administrator can give it that name or another one.")
	ErrByGroup = fault.New(fault.Conflict, "account.by-group",
		"A group at the sign-in provider decides this. Change the group there; it counts from the next sign-in.")
	ErrNoSuchColleague = fault.New(fault.NotFound, "account.no-such-colleague",
		"That person does not belong to this organization any more.")
	ErrNeedsPasskey = fault.New(fault.Invalid, "account.needs-passkey",
		"Add a passkey of your own first, under Security. Without one you could not come in yourself.")
	ErrOtherName = fault.New(fault.Invalid, "account.other-name",
		"Type the name of the organization exactly as it is shown.")
	ErrInvitation = fault.New(fault.NotFound, "account.invitation",
		"This invitation is used, was taken back or has expired. Ask who invited you for a new one.")
	ErrInvitationForAnother = fault.New(fault.Forbidden, "account.invitation-for-another",
		"This invitation is for another e-mail address. Sign in as the person it was sent to, or ask for one of your own.")
	ErrNoSuchInvitation = fault.New(fault.NotFound, "account.no-such-invitation",
		"That invitation is used, was taken back or has expired.")
	ErrTooManyInvitations = fault.New(fault.Conflict, "account.too-many-invitations",
		"One hundred invitations are open already. Take some back, or wait until they are used.")
	ErrTooManyMails = fault.New(fault.TooMany, "account.too-many-mails",
		"You have mailed 20 invitations within an hour. Wait until some of them are an hour old.")
	ErrTooManyOrganizations = fault.New(fault.Conflict, "account.too-many-organizations",
		"You own 20 organizations already. Delete one that nobody needs, or leave one that has another owner.")
	ErrAlreadyMember = fault.New(fault.Conflict, "account.already-member",
		"That person belongs to this organization already.")
	ErrMailFailed = fault.New(fault.Unavailable, "account.mail-failed",
		"The mail could not be sent, so nobody was invited. Try again, or invite by link.")
	ErrNoSuchPerson = fault.New(fault.NotFound, "account.no-such-person",
		"There is no such person.")
	ErrPersonDisabled = fault.New(fault.Conflict, "account.person-disabled",
		"They are disabled. Enable them first.")
	ErrNotYourself = fault.New(fault.Conflict, "account.not-yourself",
		"You cannot do this to yourself. Ask another administrator.")
	ErrLastAdministrator = fault.New(fault.Conflict, "account.last-administrator",
		"The site needs an administrator who can sign in. Make somebody else one first.")
	ErrKey = fault.New(fault.SignIn, "account.key",
		"This API key does not work here. Check that it is whole, that nobody revoked it, and that it is for this account.")
	ErrKeyExpired = fault.New(fault.SignIn, "account.key-expired",
		"This API key has expired. Make a new one in Mooring.")
	ErrNoSuchKey = fault.New(fault.NotFound, "account.no-such-key",
		"There is no such API key, or it is somebody else's.")
	ErrKeyMakesNoKey = fault.New(fault.Forbidden, "account.key-makes-no-key",
		"An API key cannot make API keys. Sign in to Mooring to make one.")
	ErrTooManyKeys = fault.New(fault.Conflict, "account.too-many-keys",
		"You have 50 API keys here already. Revoke those that nothing uses.")
)
