package main

import (
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"mooring/cloud"
	"mooring/cloud/aws"
	"mooring/cloud/azure"
)

// TestEveryMethodLeadsIntoTheHelp: Learn more in the dialog lands on a step that
// is there, for every way to link every cloud.
func TestEveryMethodLeadsIntoTheHelp(t *testing.T) {
	help := openHelp(slog.New(slog.NewTextHandler(io.Discard, nil)))
	environments := azure.Environments()
	environments[0].Classic = "https://classic.example.com" // to offer management certificates, too
	methods := 0
	for _, linkable := range []cloud.Cloud{
		azure.New(azure.Options{Environments: environments, Now: time.Now, NewID: randomID}), aws.New(aws.Options{}),
	} {
		description := linkable.Describe()
		for _, method := range description.Methods {
			methods++
			if page, anchor, _ := strings.Cut(method.Help, "#"); !help.Has(page, anchor) {
				t.Errorf("%s, %s: the help has no part %q", description.Name, method.Name, method.Help)
			}
		}
	}
	if methods < 3 {
		t.Errorf("%d methods only", methods)
	}
}
