package handlers

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"mooring/cloud"
	"mooring/views"
	"mooring/walkthrough"
)

// mostHelpHits is how many parts of the help a search shows.
const mostHelpHits = 30

// helpError is an entry of an error catalogue, as a search looks at it.
type helpError struct {
	hit        views.HelpHit // without its excerpt
	text       string
	title, all string // in lower case, as a search compares them
}

// helpErrorsOf lists what can be searched for in the error catalogues.
func helpErrorsOf(clouds []cloud.Cloud) []helpError {
	var all []helpError
	for _, linkable := range clouds {
		description := linkable.Describe()
		for _, e := range linkable.Catalogue() {
			text := strings.Join([]string{e.Happened, e.Fix, e.Who}, " ")
			all = append(all, helpError{
				hit:  views.HelpHit{Title: e.Title(), Page: errorHelpTitle(description), Path: views.ErrorHelpPath(description.Key) + "#" + e.Anchor},
				text: text, title: strings.ToLower(e.Title()), all: strings.ToLower(e.Title() + " " + text),
			})
		}
	}
	return all
}

// searchedTopic is a common question, as a search looks at it: what each reader
// sees, and that in lower case with the title and the keywords.
type searchedTopic struct {
	title, anchor     string
	titled            string // the title and the keywords, in lower case
	text, all         string
	administratorText string
	administratorAll  string
}

// searchedTopics prepares the common questions for searches.
func searchedTopics(topics []helpTopic) []searchedTopic {
	var all []searchedTopic
	for _, t := range topics {
		titled := strings.ToLower(t.title + " " + t.keywords)
		text, more := plain(strings.Join(t.paragraphs(false), " ")), plain(strings.Join(t.paragraphs(true), " "))
		all = append(all, searchedTopic{title: t.title, anchor: t.anchor, titled: titled,
			text: text, all: titled + " " + strings.ToLower(text), administratorText: more, administratorAll: titled + " " + strings.ToLower(more)})
	}
	return all
}

// helpHit is what a search found, and the text that its excerpt is made of.
type helpHit struct {
	views.HelpHit
	text string
}

// searchHelp finds the common questions, the parts of walkthroughs and the entries
// of error catalogues that have all words of a query and concern the reader, and
// reports how many it does not show. Codes come first, because a reader who types
// one wants that one; then come questions with the words in their title or keywords.
// Only what is shown gets an excerpt. It stops when ctx ends.
func (h *handlers) searchHelp(ctx context.Context, q *walkthrough.Query, administrator bool) (hits []views.HelpHit, more int, err error) {
	var found, others []helpHit
	for _, e := range h.helpErrors {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		switch {
		case q.In(e.title):
			found = append(found, helpHit{e.hit, e.text})
		case q.In(e.all):
			others = append(others, helpHit{e.hit, e.text})
		}
	}
	for _, t := range h.helpTopics {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		text, searched := t.text, t.all
		if administrator {
			text, searched = t.administratorText, t.administratorAll
		}
		hit := helpHit{views.HelpHit{Title: t.title, Page: helpTopicsTitle, Path: helpTopicsPath + "#" + t.anchor}, text}
		switch {
		case text == "":
		case q.In(t.titled):
			found = append(found, hit)
		case q.In(searched):
			others = append(others, hit)
		}
	}
	parts, err := h.Help.Search(ctx, q)
	if err != nil {
		return nil, 0, err
	}
	for _, part := range parts {
		if part.Page.Audience == walkthrough.Administrators && !administrator {
			continue
		}
		hit := views.HelpHit{Title: part.Page.Title, Path: helpOf(part.Page.Name, part.Part.Anchor)}
		if part.Part.Heading != "" {
			hit.Title, hit.Page = part.Part.Heading, part.Page.Title
		}
		found = append(found, helpHit{hit, part.Part.Text})
	}
	found = append(found, others...)
	shown := min(len(found), mostHelpHits)
	for _, hit := range found[:shown] {
		hit.Excerpt = excerpt(hit.text, q.Words)
		hits = append(hits, hit.HelpHit)
	}
	return hits, len(found) - shown, nil
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
	lower := lowered(letters)
	searched := string(lower)
	start := 0
	for _, word := range words {
		if at := strings.Index(searched, word); at >= 0 {
			start = max(0, utf8.RuneCountInString(searched[:at])-lettersBefore)
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
	pieces = append(pieces, marked(letters[start:end], lower[start:end], words)...)
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
func marked(letters, lower []rune, words []string) []views.Words {
	spelled := make([][]rune, len(words))
	for i, word := range words {
		spelled[i] = []rune(word)
	}
	var pieces []views.Words
	from := 0
	for at := 0; at < len(letters); {
		length := 0
		for _, word := range spelled {
			if n := len(word); n > length && n <= len(lower)-at && slices.Equal(lower[at:at+n], word) {
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
