package identity

import "mooring/fault"

// What people read when a sign-in elsewhere goes wrong.
var (
	ErrProviderDown = fault.New(fault.Unavailable, "identity.provider-down",
		"That sign-in provider does not answer at the moment. Try again in a few minutes, or choose another way.")
	ErrProviderBroken = fault.New(fault.Unavailable, "identity.provider-broken",
		"That sign-in provider answered in a way that Mooring can't use. Try again, or choose another way. If it happens again, tell whoever runs this Mooring: the log says why.")
	ErrToken = fault.New(fault.Invalid, "identity.token",
		"What the sign-in provider said about you didn't pass Mooring's checks, so you aren't signed in. Start again. If it happens again, tell whoever runs this Mooring: the log says why.")
	ErrProviderSettings = fault.New(fault.Unavailable, "identity.provider-settings",
		"That sign-in provider turned this site away. Choose another way, and tell whoever runs this site.")
	ErrProviderRefused = fault.New(fault.Invalid, "identity.provider-refused",
		"The provider did not sign you in. Start again and allow it there, or choose another way.")
	ErrAnswer = fault.New(fault.Invalid, "identity.answer",
		"That sign-in is not valid, was used already or took too long. Start again.")
	ErrNotAgain = fault.New(fault.Invalid, "identity.not-again",
		"The provider did not ask you to sign in again. Sign out there and start again, or choose another way.")
)
