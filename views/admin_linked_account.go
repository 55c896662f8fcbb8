package views

// reasonHint says who reads the reason.
func reasonHint(p LinkedAccount) string { return "The people in " + p.Account + " can read it." }

// waitsForApproval reports whether there is something to decide first.
func waitsForApproval(p LinkedAccount) bool { return p.ApprovePath != "" || p.DeclinePath != "" }

// whyNoRights says why nobody knows what Mooring may do with it. A check can
// pass and yet not find that out.
func whyNoRights(lastCheck Time) string {
	if lastCheck.Machine == "" {
		return "Unknown: no check has finished yet."
	}
	return "Unknown: the checks couldn't read the permissions."
}
