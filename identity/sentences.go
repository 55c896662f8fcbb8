package identity

import "mooring/fault"

// What people read when a sign-in elsewhere goes wrong.
var (
	ErrProviderDown = fault.New(fault.Unavailable, "identity.provider-down",
		"That sign-in provider isn't responding. Try again in a few minutes, or choose another sign-in method.")
	ErrProviderBroken = fault.New(fault.Unavailable, "identity.provider-broken",
		"Mooring couldn't use the sign-in provider's answer. Try again, or choose another sign-in method. If it happens again, tell the operator of this Mooring: the server's log says why.")
	ErrToken = fault.New(fault.Invalid, "identity.token",
		"The sign-in provider's answer about you didn't pass Mooring's checks, so you aren't signed in. Start again. If it happens again, tell the operator of this Mooring: the server's log says why.")
	ErrProviderClient = fault.New(fault.Unavailable, "identity.provider-client",
		"The sign-in provider doesn't accept this Mooring's client ID or client secret. Choose another sign-in method, and tell the operator of this Mooring, who can fix it.")
	ErrProviderSettings = fault.New(fault.Unavailable, "identity.provider-settings",
		"The sign-in provider refused the request: its settings and this Mooring's, such as the redirect address, don't match. Choose another sign-in method, and tell the operator of this Mooring, who can fix it.")
	ErrProviderRefused = fault.New(fault.Invalid, "identity.provider-refused",
		"The sign-in provider didn't sign you in: you canceled there, or your account there isn't allowed to use Mooring. Start again and allow it there, or choose another sign-in method.")
	ErrAnswer = fault.New(fault.Invalid, "identity.answer",
		"That sign-in took too long, was already used, or doesn't belong to this page. Start again.")
	ErrNotAgain = fault.New(fault.Invalid, "identity.not-again",
		"The provider didn't ask you to sign in again. Sign out there and start again, or choose another sign-in method.")
)
