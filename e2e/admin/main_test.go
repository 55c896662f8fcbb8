// Package admin does the work of administrators in a real browser.
package admin

import (
	"testing"

	"mooring/e2e/browser"
)

func TestMain(m *testing.M) { browser.Main(m) }
