package views

import "mooring/text"

// helpFound says how much a search found; without one there is nothing to say.
func helpFound(p Help) string {
	n := len(p.Hits) + p.More
	switch {
	case p.Query == "":
		return "All help"
	case n == 0:
		return "Nothing found"
	}
	return text.Count(n, "place found", "places found")
}
