package views

// reasonHint says who reads the reason.
func reasonHint(p LinkedAccount) string { return "The people of " + p.Account + " read it." }

// waitsForApproval reports whether there is something to decide first.
func waitsForApproval(p LinkedAccount) bool { return p.ApprovePath != "" || p.DeclinePath != "" }

// whyNoRights says why nobody knows what Mooring may do with it. A check can
// pass and yet not find that out.
func whyNoRights(lastCheck Time) string {
	if lastCheck.Machine == "" {
		return "Not known: no check has ended yet."
	}
	return "Not known: no check could find it out."
}
