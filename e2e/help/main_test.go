// Package help reads the help in a real browser.
package help

import (
	"testing"

	"mooring/e2e/browser"
)

func TestMain(m *testing.M) { browser.Main(m) }
