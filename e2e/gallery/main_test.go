// Package gallery looks at every page in every state in a real browser.
package gallery

import (
	"testing"

	"mooring/e2e/browser"
)

func TestMain(m *testing.M) { browser.Main(m) }
