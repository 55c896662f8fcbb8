package walkthrough

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	yamlast "github.com/goccy/go-yaml/ast"
)

// Scene is the block of data beside a picture: what happens before it is taken,
// what it frames and what is marked on it.
type Scene struct {
	Name    string // of the picture's files
	Picture bool   // false: it only acts
	Undo    bool   // it takes back what the walkthrough did, where that stays behind

	As      string   // who is signed in, by e-mail address, or Nobody; "": as in the scene before
	On      string   // one of Sites; "": as in the scene before
	Do      []Action // what happens first
	Answers int      // the HTTP status of 400 and more that the site is expected to answer; 0: none
	Frame   []Target // what the picture shows; none: the window
	Margin  float64  // around the frame, in CSS pixels
	Height  int      // of the window, in CSS pixels; 0: as usual
	Marks   []Mark
	Alt     string // what the picture shows, for who does not see it
	Caption string
}

// The sites of a scene.
const (
	OnMooring = "mooring"
	OnPortal  = "portal"  // the simulated portal of Azure
	OnConsole = "console" // the simulated console of AWS

	OnGoogle       = "google"       // the simulated console of Google Cloud
	OnOracle       = "oracle"       // that of Oracle Cloud
	OnDigitalOcean = "digitalocean" // that of DigitalOcean
)

// Sites lists what a scene can play on, and Simulated those of them that are simulated
// clouds.
var (
	Sites     = append([]string{OnMooring}, Simulated...)
	Simulated = []string{OnPortal, OnConsole, OnGoogle, OnOracle, OnDigitalOcean}
)

// Nobody is the person of a scene who is a new visitor and not signed in.
const Nobody = "nobody"

const (
	usualMargin = 16.0
	badgeMargin = 38.0 // so that numbers stand beside what they count
	mostHeight  = 4000
)

// sceneData is a scene as its block says it.
type sceneData struct {
	As      string   `yaml:"as"`
	On      string   `yaml:"on"`
	Open    string   `yaml:"open"`
	Answers int      `yaml:"answers"`
	Do      actions  `yaml:"do"`
	Frame   targets  `yaml:"frame"`
	Margin  *float64 `yaml:"margin"`
	Height  int      `yaml:"height"`
	Marks   marks    `yaml:"mark"`
	Alt     string   `yaml:"alt"`
	Caption string   `yaml:"caption"`
}

// entryError is a mistake in an entry of a block, with the line where the entry
// begins.
type entryError struct {
	line  int
	cause error
}

// Error implements error.
func (e *entryError) Error() string { return e.cause.Error() }

// Unwrap gives the cause.
func (e *entryError) Unwrap() error { return e.cause }

// entries reads a list, or a single entry, and tells all mistakes in it.
func entries[T any](node yamlast.Node, read func(node yamlast.Node, line int) (T, error)) ([]T, error) {
	nodes := []yamlast.Node{node}
	if list, ok := node.(*yamlast.SequenceNode); ok {
		nodes = list.Values
	}
	var all []T
	var mistakes []error
	for _, node := range nodes {
		line := lineOfEntry(node)
		entry, err := read(node, line)
		if err != nil {
			mistakes = append(mistakes, &entryError{line, err})
		}
		all = append(all, entry)
	}
	return all, errors.Join(mistakes...)
}

// lineOfEntry is the line of a block's data in which an entry begins.
func lineOfEntry(node yamlast.Node) int {
	switch n := node.(type) {
	case *yamlast.MappingNode:
		if len(n.Values) > 0 {
			node = n.Values[0].Key
		}
	case *yamlast.MappingValueNode:
		node = n.Key
	}
	return node.GetToken().Position.Line
}

// targets are one target or a list of them.
type targets []Target

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (t *targets) UnmarshalYAML(node yamlast.Node) error {
	var err error
	*t, err = entries(node, func(node yamlast.Node, _ int) (Target, error) {
		var text string
		if err := yaml.NodeToValue(node, &text); err != nil {
			return Target{}, errors.New("a target is a role and a name, as in button \"Save\"")
		}
		return ParseTarget(text)
	})
	return err
}

// actions are what a block does, in their order.
type actions []Action

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (a *actions) UnmarshalYAML(node yamlast.Node) error {
	var err error
	*a, err = entries(node, func(node yamlast.Node, line int) (Action, error) {
		words, err := wordsOf(node)
		if err != nil {
			return Action{}, err
		}
		action, err := actionOf(words)
		action.Line = line
		return action, err
	})
	return err
}

// marks are those of a picture.
type marks []Mark

// UnmarshalYAML implements yaml.NodeUnmarshaler.
func (m *marks) UnmarshalYAML(node yamlast.Node) error {
	var err error
	*m, err = entries(node, func(node yamlast.Node, line int) (Mark, error) {
		words, err := wordsOf(node)
		if err != nil {
			return Mark{}, err
		}
		mark, err := markOf(words)
		mark.Line = line
		return mark, err
	})
	return err
}

func (d sceneData) scene(name string, picture bool) (*Scene, error) {
	s := &Scene{Name: name, Picture: picture, As: d.As, On: d.On, Do: d.Do, Answers: d.Answers, Frame: d.Frame, Margin: usualMargin, Height: d.Height,
		Marks: d.Marks, Alt: strings.Join(strings.Fields(d.Alt), " "), Caption: strings.Join(strings.Fields(d.Caption), " ")}
	if slices.ContainsFunc(d.Marks, func(m Mark) bool { return m.Kind == Badge }) {
		s.Margin = badgeMargin
	}
	if d.Margin != nil {
		s.Margin = *d.Margin
	}
	if d.Open != "" {
		s.Do = append([]Action{{Verb: Open, Text: d.Open}}, s.Do...)
	}
	return s, s.check()
}

func (s *Scene) check() error {
	switch {
	case s.On != "" && !slices.Contains(Sites, s.On):
		return fmt.Errorf("on: %q is not one of %s", s.On, strings.Join(Sites, ", "))
	case s.On != "" && s.On != OnMooring && s.As != "":
		return fmt.Errorf("as: can't be used on the %s, which has no sign-in", s.On)
	case s.Answers != 0 && (s.Answers < 400 || s.Answers > 599):
		return errors.New("answers: specify the status of the answer, from 400 to 599; other statuses are not errors")
	case s.Margin < 0 || s.Margin > 200:
		return errors.New("margin: specify 0 to 200 CSS pixels")
	case s.Height < 0 || s.Height > mostHeight:
		return fmt.Errorf("height: specify at most %d CSS pixels", mostHeight)
	case !s.Picture && (len(s.Frame) > 0 || len(s.Marks) > 0 || s.Alt != "" || s.Caption != ""):
		return errors.New("a block without a picture can't have frame, mark, alt or caption: begin it with picture and a name instead")
	case s.Picture && !ValidName(s.Name):
		return fmt.Errorf("a picture needs a name of small letters, digits and hyphens after the word picture, not %q", s.Name)
	}
	return nil
}

// Verb is what an action does.
type Verb string

// The verbs.
const (
	Open     Verb = "open"            // go to an address
	Click    Verb = "click"           // press a target
	Type     Verb = "type"            // put text into a field, in place of what is there
	Choose   Verb = "choose"          // take an option of a list
	Attach   Verb = "attach"          // give a file that was downloaded to a field for files
	Press    Verb = "press"           // press a key
	WaitFor  Verb = "wait for"        // until a target is there
	WaitGone Verb = "wait until gone" // until no such target is there
	Reload   Verb = "reload until"    // ask for the page again until a target is there
	Remember Verb = "remember"        // keep what a target says under a name
)

// complements says which second word a verb needs to name its target. Verbs
// that are not in it take the target, or the text, directly.
var complements = map[Verb]string{Type: "into", Choose: "in", Attach: "to", Remember: "from"}

var verbs = []Verb{Open, Click, Type, Choose, Attach, Press, WaitFor, WaitGone, Reload, Remember}

// Action is one thing that somebody does. In texts, {name} stands for what was
// remembered under that name.
type Action struct {
	Verb   Verb
	Text   string
	Target Target
	Line   int // of its block; the first has 1, and 0 is none
}

// actionOf reads an action: a verb with what it is done to, as in
//
//	click: button "Save credentials"
//	type: Production
//	into: textbox "Label"
func actionOf(words map[string]string) (Action, error) {
	var a Action
	var err error
	for _, verb := range verbs {
		first, ok := words[string(verb)]
		if !ok {
			continue
		}
		a.Verb = verb
		delete(words, string(verb))
		where := first
		if complement, has := complements[verb]; has {
			a.Text, where = first, words[complement]
			delete(words, complement)
			if where == "" {
				return a, fmt.Errorf("%s: add %s: with the target", verb, complement)
			}
		} else if verb == Open || verb == Press {
			a.Text, where = first, ""
		}
		if where != "" {
			if a.Target, err = ParseTarget(where); err != nil {
				return a, err
			}
		}
		break
	}
	if a.Verb == "" || len(words) > 0 {
		return a, fmt.Errorf("an action is one of %v, with into:, in:, to: or from: where it needs one", verbs)
	}
	return a, nil
}

// wordsOf reads an entry that consists of words with a text each.
func wordsOf(node yamlast.Node) (map[string]string, error) {
	var words map[string]string
	if err := yaml.NodeToValue(node, &words); err != nil {
		return nil, errors.New(mistakeOf(err).says)
	}
	for key, value := range words {
		if strings.TrimSpace(value) == "" {
			return nil, fmt.Errorf("%s: is empty", key)
		}
	}
	return words, nil
}

// String tells the action as its block does.
func (a Action) String() string {
	switch complement := complements[a.Verb]; {
	case complement != "":
		return fmt.Sprintf("%s %s %s %s", a.Verb, a.Text, complement, a.Target)
	case a.Target.IsZero():
		return fmt.Sprintf("%s %s", a.Verb, a.Text)
	}
	return fmt.Sprintf("%s %s", a.Verb, a.Target)
}

// MarkKind is how something is pointed out.
type MarkKind string

// The kinds of marks.
const (
	Outline   MarkKind = "outline"   // a box around it
	Underline MarkKind = "underline" // a line below it
	Badge     MarkKind = "badge"     // a number beside it, counted through the picture
	Arrow     MarkKind = "arrow"     // an arrow that ends before it
	Callout   MarkKind = "callout"   // words in a box, with a line to it
	Pointer   MarkKind = "pointer"   // a hand, as if about to press it
	Blur      MarkKind = "blur"      // hidden
)

var markKinds = []MarkKind{Outline, Underline, Badge, Arrow, Callout, Pointer, Blur}

// Mark points something out on a picture.
type Mark struct {
	Kind   MarkKind
	Target Target
	Text   string // of a callout
	Width  string // wide or narrow: on those pictures only; "": on all
	Line   int    // of its block; the first has 1, and 0 is none
}

// markOf reads a mark: a kind with its target, as in
//
//	callout: textbox "Subscription ID"
//	text: Paste it here
func markOf(words map[string]string) (Mark, error) {
	var m Mark
	var err error
	m.Text, m.Width = words["text"], words["width"]
	delete(words, "text")
	delete(words, "width")
	for _, kind := range markKinds {
		if where, ok := words[string(kind)]; ok && m.Kind == "" {
			m.Kind = kind
			delete(words, string(kind))
			if m.Target, err = ParseTarget(where); err != nil {
				return m, err
			}
		}
	}
	switch {
	case m.Kind == "" || len(words) > 0:
		return m, fmt.Errorf("a mark is one of %v with its target", markKinds)
	case (m.Kind == Callout) != (m.Text != ""):
		return m, errors.New("a callout, and only a callout, has a text")
	case !slices.Contains([]string{"", "wide", "narrow"}, m.Width):
		return m, fmt.Errorf("width: %q is neither wide nor narrow", m.Width)
	}
	return m, nil
}

// on tells whether the mark belongs on pictures of this look.
func (m Mark) on(l Look) bool { return m.Width == "" || m.Width == l.width() }
