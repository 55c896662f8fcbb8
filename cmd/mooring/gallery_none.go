//go:build nogallery

package main

import "mooring/views"

// gallery returns nil: this program was built without one.
func gallery() func() (*views.Gallery, error) { return nil }
