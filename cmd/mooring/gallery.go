//go:build !nogallery

package main

import "mooring/views"

// gallery returns what renders the gallery of the demo. A release is built with
// -tags nogallery: the samples are for people who work on Mooring.
func gallery() func() (*views.Gallery, error) {
	return func() (*views.Gallery, error) { return views.NewGallery(views.Samples()) }
}
