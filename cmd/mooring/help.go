package main

import (
	"log/slog"

	"mooring/docs/walkthroughs"
	"mooring/handlers"
	"mooring/walkthrough"
)

// openHelp opens the walkthroughs that come with the program, when somebody needs them
// or the server has started, whichever is first. One that is not finished is left out.
func openHelp(log *slog.Logger) *walkthrough.Library {
	return walkthrough.OpenLibraryLater(walkthroughs.Files, handlers.HelpPaths(walkthroughs.Files), func(err error) {
		log.Warn("the help lacks walkthroughs that are not finished", "cause", err)
	})
}
