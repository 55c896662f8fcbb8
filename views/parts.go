package views

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/a-h/templ"

	"mooring/fault"
)

// tone is the class that goes with a tone.
func tone(t Tone) string {
	if t == "" {
		t = ToneOff
	}
	return "tone-" + string(t)
}

// stageIcon tells stages apart by shape, beside the word.
func stageIcon(s Stage) string {
	switch {
	case s.Verdict == "Running":
		return "running"
	case !s.Reached:
		return "next"
	case s.Tone == "":
		return string(ToneOff)
	}
	return string(s.Tone)
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// orNumber chooses the sentence for one or for several.
func orNumber(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return several
}

// yes is how a table says that something is so.
func yes(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}

// numbered makes a stable name for the i-th of a list: "stage-1" is the first.
func numbered(prefix string, i int) string { return prefix + "-" + strconv.Itoa(i+1) }

// seconds writes a short wait as app.js goes on writing it.
func seconds(n int) string {
	if n < 60 {
		return strconv.Itoa(n) + " s"
	}
	if n%60 == 0 {
		return strconv.Itoa(n/60) + " min"
	}
	return strconv.Itoa(n/60) + " min " + strconv.Itoa(n%60) + " s"
}

// describedBy lists the elements that describe an input.
func describedBy(in input) string {
	if in.Hint == "" {
		return in.Name + "-says"
	}
	return in.Name + "-hint " + in.Name + "-says"
}

// monogram is a provider's neutral mark: the capitals of its name, at most two.
func monogram(name string) string {
	var capitals []rune
	for _, r := range name {
		if unicode.IsUpper(r) && len(capitals) < 2 {
			capitals = append(capitals, r)
		}
	}
	return string(capitals)
}

// place is one line of the summary above a form: the field, and what is wrong.
type place struct{ ID, Label, Sentence string }

// places puts the faults in the order in which the fields stand on the screen.
// names holds pairs: a field's name, and its label.
func places(fields fault.Fields, names ...string) []place {
	var list []place
	for i := 0; i+1 < len(names); i += 2 {
		if sentence := fields[names[i]]; sentence != "" {
			list = append(list, place{names[i], names[i+1], sentence})
		}
	}
	return list
}

// opens makes a link open in the dialog. It says how to swap, because a list
// that refreshes itself around the link would hand down its own way.
func opens(path string) templ.Attributes {
	return templ.Attributes{"hx-get": path, "hx-target": "#dialog", "hx-swap": "innerHTML"}
}

// changesLive makes a form change the part of the page that shows the result.
// Without script the same form leads to the page again. A second press while the
// first is under way is dropped; a disabled button would lose the focus.
func changesLive(path string) templ.Attributes {
	return templ.Attributes{"hx-post": path, "hx-target": "#live", "hx-swap": "outerHTML", "hx-sync": "this:drop"}
}

// announced is what a screen reader says when a verification has moved on.
func announced(s Status, p Progress) string {
	return strings.TrimSpace(s.Word + ". " + p.Summary)
}

// changing is when a list asks for itself again: when a credential changed on
// this page, and after some seconds when a row will look different by itself.
func changing(after int) string {
	const always = "credentials-changed from:body"
	if after == 0 {
		return always
	}
	return always + ", " + every(after)
}

// every writes the trigger of something that is asked for again.
func every(after int) string {
	return "every " + strconv.Itoa(max(after, 1)) + "s"
}

// statusText is the small line above the heading of a problem: "Error 404".
func statusText(status int) string {
	if status == 0 {
		return ""
	}
	return "Error " + strconv.Itoa(status)
}

// typeFor is the type of a field that holds value. A date field shows nothing of
// what is no date, and a browser warns of it: a text field shows what was typed.
func typeFor(kind, value string) string {
	if _, err := time.Parse(time.DateOnly, value); kind == "date" && value != "" && err != nil {
		return "text"
	}
	return orElse(kind, "text")
}
