// Package people signs people in and out in a real browser, and manages them.
package people

import (
	"testing"

	"mooring/e2e/browser"
)

func TestMain(m *testing.M) { browser.Main(m) }
