package main

import (
	"log/slog"

	"mooring/docs/walkthroughs"
	"mooring/handlers"
	"mooring/walkthrough"
)

// openHelp opens the walkthroughs that come with the program. One that is not
// finished is left out: it keeps nothing from starting.
func openHelp(log *slog.Logger) *walkthrough.Library {
	library, err := walkthrough.OpenLibrary(walkthroughs.Files, handlers.HelpPaths(walkthroughs.Files))
	if err != nil {
		log.Warn("the help lacks walkthroughs that are not finished", "cause", err)
	}
	return library
}
