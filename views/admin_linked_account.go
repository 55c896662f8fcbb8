package views

// reasonHint says who reads the reason.
func reasonHint(p LinkedAccount) string { return "The people of " + p.Account + " read it." }

// waitsForApproval reports whether there is something to decide first.
func waitsForApproval(p LinkedAccount) bool { return p.ApprovePath != "" || p.DeclinePath != "" }
