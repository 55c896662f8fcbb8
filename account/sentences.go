package account

import "mooring/fault"

// What people read when something about signing in or accounts goes wrong.
var (
	ErrSignIn = fault.New(fault.SignIn,
		"Sign in to go on.")
	ErrWrongPassword = fault.New(fault.Invalid,
		"That e-mail address and password do not fit together. Check both and try again.")
	ErrTooManyTries = fault.New(fault.TooMany,
		"Too many sign-in attempts. Wait 15 minutes and try again.")
	ErrBusy = fault.New(fault.Unavailable,
		"Many people are signing in at this moment. Try again in a few seconds.")
	ErrNoSuchAccount = fault.New(fault.NotFound,
		"There is nothing here, or it is not shared with you.")
	ErrNoSuchOrganization = fault.New(fault.NotFound,
		"There is no organization of that name.")
	ErrNoSuchSession = fault.New(fault.NotFound,
		"That session has already ended.")
	ErrSetUpLink = fault.New(fault.NotFound,
		"This set-up address is used or has expired. Restart Mooring to get a new one.")
	ErrNameTaken = fault.New(fault.Conflict,
		"That name is taken. Choose another one.")
	ErrNoSuchTheme = fault.New(fault.Invalid,
		"Choose System, Light or Dark.")
)
