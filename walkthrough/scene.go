package walkthrough

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Scene is the block of data beside a picture: what happens before it is taken,
// what it frames and what is marked on it.
type Scene struct {
	Name    string // of the picture's files
	Picture bool   // false: it only acts

	As      string   // who is signed in, by e-mail address; "": as in the scene before
	On      string   // Mooring or the portal; "": as in the scene before
	Do      []Action // what happens first
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
	OnPortal  = "portal" // the simulated portal of the cloud
)

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
	Do      []Action `yaml:"do"`
	Frame   targets  `yaml:"frame"`
	Margin  *float64 `yaml:"margin"`
	Height  int      `yaml:"height"`
	Marks   []Mark   `yaml:"mark"`
	Alt     string   `yaml:"alt"`
	Caption string   `yaml:"caption"`
}

// targets are one target or a list of them.
type targets []Target

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (t *targets) UnmarshalYAML(unmarshal func(any) error) error {
	var text string
	if unmarshal(&text) != nil {
		var many []Target
		err := unmarshal(&many)
		*t = many
		return err
	}
	one, err := ParseTarget(text)
	*t = targets{one}
	return err
}

func (d sceneData) scene(name string, picture bool) (*Scene, error) {
	s := &Scene{Name: name, Picture: picture, As: d.As, On: d.On, Do: d.Do, Frame: d.Frame, Margin: usualMargin, Height: d.Height,
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
	case s.On != "" && s.On != OnMooring && s.On != OnPortal:
		return fmt.Errorf("on: %q is neither %s nor %s", s.On, OnMooring, OnPortal)
	case s.On == OnPortal && s.As != "":
		return errors.New("as: nobody signs in to the portal")
	case s.Margin < 0 || s.Margin > 200:
		return errors.New("margin: say 0 to 200 CSS pixels")
	case s.Height < 0 || s.Height > mostHeight:
		return fmt.Errorf("height: say up to %d CSS pixels", mostHeight)
	case !s.Picture && (len(s.Frame) > 0 || len(s.Marks) > 0 || s.Alt != "" || s.Caption != ""):
		return errors.New("a block that only acts frames, marks and tells nothing: begin it with picture and a name instead")
	case s.Picture && !ValidName(s.Name):
		return fmt.Errorf("a picture has a name of small letters, digits and hyphens behind the word picture, not %q", s.Name)
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
}

// UnmarshalYAML implements yaml.InterfaceUnmarshaler: an action is a verb with
// what it is done to, as in
//
//	click: button "Save credentials"
//	type: Production
//	into: textbox "Label"
func (a *Action) UnmarshalYAML(unmarshal func(any) error) error {
	words, err := wordsOf(unmarshal)
	if err != nil {
		return err
	}
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
				return fmt.Errorf("%s: say beside it, with %s:, which target is meant", verb, complement)
			}
		} else if verb == Open || verb == Press {
			a.Text, where = first, ""
		}
		if where != "" {
			if a.Target, err = ParseTarget(where); err != nil {
				return err
			}
		}
		break
	}
	if a.Verb == "" || len(words) > 0 {
		return fmt.Errorf("an action is one of %v, with into:, in:, to: or from: where it needs one", verbs)
	}
	return nil
}

func wordsOf(unmarshal func(any) error) (map[string]string, error) {
	var words map[string]string
	if err := unmarshal(&words); err != nil {
		return nil, err
	}
	for key, value := range words {
		if strings.TrimSpace(value) == "" {
			return nil, fmt.Errorf("%s: it is empty", key)
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
}

// UnmarshalYAML implements yaml.InterfaceUnmarshaler: a mark is a kind with its
// target, as in
//
//	callout: textbox "Subscription ID"
//	text: Paste it here
func (m *Mark) UnmarshalYAML(unmarshal func(any) error) error {
	words, err := wordsOf(unmarshal)
	if err != nil {
		return err
	}
	m.Text, m.Width = words["text"], words["width"]
	delete(words, "text")
	delete(words, "width")
	for _, kind := range markKinds {
		if where, ok := words[string(kind)]; ok && m.Kind == "" {
			m.Kind = kind
			delete(words, string(kind))
			if m.Target, err = ParseTarget(where); err != nil {
				return err
			}
		}
	}
	switch {
	case m.Kind == "" || len(words) > 0:
		return fmt.Errorf("a mark is one of %v with its target", markKinds)
	case (m.Kind == Callout) != (m.Text != ""):
		return errors.New("a callout, and only a callout, has a text")
	case !slices.Contains([]string{"", "wide", "narrow"}, m.Width):
		return fmt.Errorf("width: %q is neither wide nor narrow", m.Width)
	}
	return nil
}

// on tells whether the mark belongs on pictures of this look.
func (m Mark) on(l Look) bool { return m.Width == "" || m.Width == l.width() }
