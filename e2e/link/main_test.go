// Package link links subscriptions in a real browser: the dialog, the stages, editing and waiting.
package link

import (
	"testing"

	"mooring/e2e/browser"
)

func TestMain(m *testing.M) { browser.Main(m) }
