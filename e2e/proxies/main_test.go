// Package proxies puts nginx, HAProxy and Caddy, as docs/operations.md configures
// them, in front of a real Mooring.
package proxies

import (
	"testing"

	"mooring/e2e/browser"
)

func TestMain(m *testing.M) { browser.Main(m) }
