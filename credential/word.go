package credential

import (
	"fmt"
	"time"

	"mooring/certificate"
)

// Word is the status word that people read, the same on every page, in the
// API and on the command line. cloudName is cloud.Description.ShortName.
func (c Credential) Word(cloudName string, now time.Time) string {
	switch c.State {
	case Connected:
		left := c.CertificateExpires.Sub(now)
		switch {
		case left <= 0:
			return "Needs attention"
		case left <= certificate.WarnBefore:
			return expiresIn(left)
		}
		return "Connected"
	case WaitingCloud:
		return "Waiting for " + cloudName
	case NeedsAttention:
		return "Needs attention"
	case Disabled:
		return "Disabled"
	default:
		return "Not verified"
	}
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
