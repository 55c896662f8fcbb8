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
	ErrProviderClient = fault.New(fault.Unavailable, "identity.provider-client",
		"That sign-in provider doesn't accept this Mooring's client ID or client secret. You can't fix that: choose another way, and tell whoever runs this Mooring.")
	ErrProviderSettings = fault.New(fault.Unavailable, "identity.provider-settings",
		"That sign-in provider refused the request: its settings and this Mooring's, such as the redirect address, don't match. You can't fix that: choose another way, and tell whoever runs this Mooring.")
	ErrProviderRefused = fault.New(fault.Invalid, "identity.provider-refused",
		"The sign-in provider didn't sign you in: you canceled there, or your account there isn't allowed to use Mooring. Start again and allow it there, or choose another way.")
	ErrAnswer = fault.New(fault.Invalid, "identity.answer",
		"That sign-in took too long, was used already, or doesn't belong to this page. Start again.")
	ErrNotAgain = fault.New(fault.Invalid, "identity.not-again",
		"The provider did not ask you to sign in again. Sign out there and start again, or choose another way.")
)
