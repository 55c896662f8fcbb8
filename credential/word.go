package credential

import (
	"fmt"
	"slices"
	"time"

	"mooring/certificate"
	"mooring/cloud"
)

// Status is what the status word says, as something to filter by: what follows
// from the state and from the end of the certificate.
type Status string

// The statuses.
const (
	StatusPending   Status = "pending-approval"
	StatusUnchecked Status = "not-verified"
	StatusWaiting   Status = "waiting"
	StatusConnected Status = "connected"
	StatusExpiring  Status = "expiring" // connected, with a certificate that ends soon
	StatusWarning   Status = "warning"  // connected, with something that a person should see
	StatusAttention Status = "needs-attention"
	StatusDisabled  Status = "disabled" // by its people or by an administrator
)

// Status says what people read about the credential at now.
func (c Credential) Status(now time.Time) Status {
	switch c.State {
	case Connected:
		left := c.CertificateExpires.Sub(now)
		if c.CertificateExpires.IsZero() { // there is no certificate, and nothing ends
			left = certificate.WarnBefore + 1
		}
		switch {
		case left <= 0:
			return StatusAttention
		case left <= certificate.WarnBefore:
			return StatusExpiring
		case len(c.Warnings(now)) > 0:
			return StatusWarning
		}
		return StatusConnected
	case WaitingCloud:
		return StatusWaiting
	case NeedsAttention:
		return StatusAttention
	case Disabled, Stopped:
		return StatusDisabled
	case PendingApproval:
		return StatusPending
	default:
		return StatusUnchecked
	}
}

// Never is when a link ends that has no certificate, for lists that are sorted by it.
var Never = time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC)

// UncheckedLimit is how long a connected link goes without an answer of its cloud
// before that is a warning.
const UncheckedLimit = 48 * time.Hour

// Overdue reports whether nobody has been able to check the link for so long that
// people should know.
func (c Credential) Overdue(now time.Time) bool {
	return c.State == Connected && !c.LastCheckedAt.IsZero() && now.Sub(c.LastCheckedAt) >= UncheckedLimit
}

// The warnings that Mooring adds to those that a cloud reports.
const (
	WarnUnchecked   cloud.Warning = "unchecked"        // Overdue
	WarnPermissions cloud.Warning = "more-permissions" // the link has permissions that Mooring doesn't need
	WarnStranger    cloud.Warning = "stranger-let-in"  // the cloud lets in everybody with the link's authority
)

// Warnings are what people should know about a link that works at now, the most
// urgent first. A link in any other state has none: its status says what counts.
func (c Credential) Warnings(now time.Time) []cloud.Warning {
	if c.State != Connected {
		return nil
	}
	var all []cloud.Warning
	if c.Overdue(now) {
		all = append(all, WarnUnchecked)
	}
	if c.Stranger == cloud.StrangerLetIn {
		all = append(all, WarnStranger)
	}
	all = append(all, c.Reported...)
	if slices.ContainsFunc(c.Rights, func(r cloud.Right) bool { return r.Granted && r.Excessive }) {
		all = append(all, WarnPermissions)
	}
	return all
}

// Word is the status word that people read, the same on every page, in the
// API and on the command line. cloudName is cloud.Description.ShortName.
func (c Credential) Word(cloudName string, now time.Time) string {
	switch status := c.Status(now); status {
	case StatusExpiring:
		return expiresIn(c.CertificateExpires.Sub(now))
	case StatusWaiting:
		return "Waiting for " + cloudName
	default:
		return words[status]
	}
}

var words = map[Status]string{
	StatusPending: "Pending approval", StatusUnchecked: "Not checked", StatusConnected: "Connected", StatusWarning: "Connected with a warning",
	StatusAttention: "Needs attention", StatusDisabled: "Disabled",
}

func expiresIn(left time.Duration) string {
	switch days := int(left.Hours() / 24); days {
	case 0:
		return "Expires today"
	case 1:
		return "Expires in 1 day"
	default:
		return fmt.Sprintf("Expires in %d days", days)
	}
}
