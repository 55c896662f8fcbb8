// Package firefox links a subscription in Firefox, which it drives by WebDriver
// BiDi: Debian has the browser, and no driver for it.
package firefox

import (
	"testing"

	"mooring/e2e/browser"
)

func TestMain(m *testing.M) { browser.Main(m) }
