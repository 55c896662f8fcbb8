package handlers

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mooring/views"
)

// mostHelpHits is how many parts of the help a search shows.
const mostHelpHits = 30

// searchHelp finds the parts of walkthroughs and the entries of error
// catalogues that have all words of a query, and tells how many it does not
// show. Codes come first: who types one wants that one.
func (h *handlers) searchHelp(query string) (hits []views.HelpHit, more int) {
	words := strings.Fields(strings.ToLower(query))
	var others []views.HelpHit
	for _, linkable := range h.linkable() {
		description := linkable.Describe()
		for _, e := range linkable.Catalogue() {
			text := strings.Join([]string{e.Happened, e.Fix, e.Who}, " ")
			hit := views.HelpHit{Title: e.Title(), Page: errorHelpTitle(description), Path: errorHelpOf(description.Key) + "#" + e.Anchor, Excerpt: excerpt(text, words)}
			switch {
			case hasAll(e.Title(), words):
				hits = append(hits, hit)
			case hasAll(e.Title()+" "+text, words):
				others = append(others, hit)
			}
		}
	}
	for _, found := range h.Help.Search(query) {
		hit := views.HelpHit{Title: found.Page.Title, Path: helpOf(found.Page.Name, found.Part.Anchor), Excerpt: excerpt(found.Part.Text, words)}
		if found.Part.Heading != "" {
			hit.Title, hit.Page = found.Part.Heading, found.Page.Title
		}
		hits = append(hits, hit)
	}
	hits = append(hits, others...)
	shown := min(len(hits), mostHelpHits)
	return hits[:shown], len(hits) - shown
}

func hasAll(text string, words []string) bool {
	text = strings.ToLower(text)
	return !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) })
}

// Around a word that was found stand so many letters of its text.
const (
	lettersBefore = 50
	lettersOfAll  = 170
)

// excerpt is the text around the first word that it has, or its beginning, with
// the words marked that were looked for.
func excerpt(text string, words []string) []views.Words {
	letters := []rune(text)
	lower := string(lowered(letters))
	start := 0
	for _, word := range words {
		if at := strings.Index(lower, word); at >= 0 {
			start = max(0, utf8.RuneCountInString(lower[:at])-lettersBefore)
			break
		}
	}
	end := min(len(letters), start+lettersOfAll)
	for start > 0 && letters[start-1] != ' ' {
		start--
	}
	for end < len(letters) && letters[end] != ' ' {
		end++
	}
	var pieces []views.Words
	if start > 0 {
		pieces = append(pieces, views.Words{Text: "… "})
	}
	pieces = append(pieces, marked(letters[start:end], words)...)
	if end < len(letters) {
		pieces = append(pieces, views.Words{Text: " …"})
	}
	return pieces
}

// lowered keeps the number of letters, so that a place in one is a place in the
// other.
func lowered(letters []rune) []rune {
	lower := slices.Clone(letters)
	for i, letter := range lower {
		lower[i] = unicode.ToLower(letter)
	}
	return lower
}

// marked cuts a text where the words stand in it.
func marked(letters []rune, words []string) []views.Words {
	lower := lowered(letters)
	var pieces []views.Words
	from := 0
	for at := 0; at < len(letters); {
		length := 0
		for _, word := range words {
			if n := utf8.RuneCountInString(word); n > length && strings.HasPrefix(string(lower[at:]), word) {
				length = n
			}
		}
		if length == 0 {
			at++
			continue
		}
		if from < at {
			pieces = append(pieces, views.Words{Text: string(letters[from:at])})
		}
		pieces = append(pieces, views.Words{Text: string(letters[at : at+length]), Found: true})
		at += length
		from = at
	}
	if from < len(letters) {
		pieces = append(pieces, views.Words{Text: string(letters[from:])})
	}
	return pieces
}
