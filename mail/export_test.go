package mail

import (
	"context"
	"net"
)

// DialTo makes the mailer connect to address, whatever its server is called.
func (m *Mailer) DialTo(address string) {
	m.dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}
}
