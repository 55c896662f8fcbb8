package walkthrough

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Take is what came of acting a walkthrough out.
type Take struct {
	Pictures    map[string]image.Image // by file name
	Transcripts map[string]string      // of terminals, by name
	Findings    []Finding
}

// Run acts a walkthrough out.
type Run struct {
	Stage    Stage
	Shell    *Shell
	Names    map[string]string // what {name} stands for at the beginning
	Progress func(did string)  // told after each picture and terminal
}

// pictureFile is what a picture is called in its folder.
func pictureFile(scene string, l Look) string { return scene + "-" + l.String() + ".png" }

// play is one run while it goes on.
type play struct {
	Run
	w     *Walkthrough
	take  *Take
	as    string
	on    string
	words []string // what the page showed last
	names map[string]string
}

// Act acts the whole walkthrough out, as far as it gets: where it cannot go on,
// the last finding says so.
func (r Run) Act(ctx context.Context, w *Walkthrough) *Take {
	p := &play{Run: r, w: w, take: &Take{Pictures: map[string]image.Image{}, Transcripts: map[string]string{}}, names: map[string]string{}}
	maps.Copy(p.names, r.Names)
	for _, step := range w.Steps {
		if !p.step(ctx, step) || ctx.Err() != nil {
			break
		}
	}
	return p.take
}

func (p *play) find(line int, where, format string, args ...any) {
	p.take.Findings = append(p.take.Findings, Finding{p.w.Name, line, where, fmt.Sprintf(format, args...)})
}

// step plays one step, and tells whether the next can follow.
func (p *play) step(ctx context.Context, step *Step) bool {
	met := seen{}
	met.add(p.words)
	goesOn := true
	switch {
	case step.Scene != nil:
		goesOn = p.scene(ctx, step, met)
	case step.Terminal != nil:
		goesOn = p.terminal(ctx, step)
	}
	for _, f := range met.missing(step.Labels) {
		p.find(f.Line, "", "%s", f.Says)
	}
	return goesOn
}

func (p *play) scene(ctx context.Context, step *Step, met seen) bool {
	s := step.Scene
	where := ""
	if s.Picture {
		where = "picture " + s.Name
	}
	if err := p.enter(ctx, s); err != nil {
		p.find(step.Line, where, "%v", err)
		return false
	}
	p.look(ctx, met)
	for _, action := range s.Do {
		if err := p.do(ctx, action); err != nil {
			p.find(step.Line, where, "%s: %v", action, err)
			return false
		}
		p.look(ctx, met)
	}
	if !s.Picture {
		return true
	}
	if s.Alt == "" {
		p.find(step.Line, where, "it has no alt text: say in alt: what it shows")
	}
	problems := map[string][]string{} // the looks that have each
	for _, l := range p.w.Looks {
		if err := p.picture(ctx, step, l); err != nil {
			problems[err.Error()] = append(problems[err.Error()], l.String())
		}
		p.look(ctx, met)
	}
	for _, problem := range slices.Sorted(maps.Keys(problems)) {
		in := where
		if looks := problems[problem]; len(looks) < len(p.w.Looks) {
			in += " (" + strings.Join(looks, ", ") + ")"
		}
		p.find(step.Line, in, "%s", problem)
	}
	if err := p.Stage.Look(ctx, p.w.Looks[0], 0); err != nil {
		p.find(step.Line, where, "%v", err)
		return false
	}
	return true
}

func (p *play) told(did string) {
	if p.Progress != nil {
		p.Progress(did)
	}
}

// enter goes to where the scene plays.
func (p *play) enter(ctx context.Context, s *Scene) error {
	as, on := p.as, orElse(p.on, OnMooring)
	if s.As != "" {
		as, on = s.As, OnMooring
	}
	on = orElse(s.On, on)
	if as == p.as && on == p.on {
		return nil
	}
	if err := p.Stage.Enter(ctx, as, on); err != nil {
		return err
	}
	p.as, p.on = as, on
	return p.Stage.Look(ctx, p.w.Looks[0], 0)
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// look remembers the words that the page shows now.
func (p *play) look(ctx context.Context, met seen) {
	if words, err := p.Stage.Words(ctx); err == nil { // a page that is just leaving shows none
		p.words = words
		met.add(words)
	}
}

var nameInText = regexp.MustCompile(`\{[a-z][a-z0-9 -]*\}`)

// named replaces the names in a text by what was remembered under them.
func (p *play) named(text string) (string, error) {
	unknown := ""
	text = nameInText.ReplaceAllStringFunc(text, func(name string) string {
		value, ok := p.names[name[1:len(name)-1]]
		if !ok {
			unknown = name
		}
		return value
	})
	if unknown != "" {
		return "", fmt.Errorf("nothing was remembered as %s; there are %v", unknown, slices.Sorted(maps.Keys(p.names)))
	}
	return text, nil
}

// namedTarget is the target with the names in its own name replaced.
func (p *play) namedTarget(t Target) (Target, error) {
	var err error
	if t.Name, err = p.named(t.Name); err != nil || t.Within == nil {
		return t, err
	}
	within, err := p.namedTarget(*t.Within)
	t.Within = &within
	return t, err
}

func (p *play) do(ctx context.Context, a Action) error {
	var err error
	if a.Target, err = p.namedTarget(a.Target); err != nil {
		return err
	}
	if a.Verb == Remember {
		said, err := p.Stage.Read(ctx, a.Target)
		p.names[a.Text] = said
		return err
	}
	if a.Text, err = p.named(a.Text); err != nil {
		return err
	}
	return p.Stage.Do(ctx, a)
}

// picture takes one picture in one look.
func (p *play) picture(ctx context.Context, step *Step, l Look) error {
	s := step.Scene
	if err := p.Stage.Look(ctx, l, s.Height); err != nil {
		return err
	}
	var targets []Target
	var marks []Mark
	targets = append(targets, s.Frame...)
	for _, mark := range s.Marks {
		if mark.on(l) {
			targets, marks = append(targets, mark.Target), append(marks, mark)
		}
	}
	for i := range targets {
		var err error
		if targets[i], err = p.namedTarget(targets[i]); err != nil {
			return err
		}
	}
	survey, err := p.Stage.Survey(ctx, targets)
	if err != nil {
		return err
	}
	for i, spot := range survey.Targets {
		if spot.Problem != "" {
			return fmt.Errorf("%s: %s", targets[i], spot.Problem)
		}
	}
	frames, spots := survey.Targets[:len(s.Frame)], survey.Targets[len(s.Frame):]
	frame := frameOf(frames, s.Margin, survey.Window)
	onPicture := make([]placed, len(marks))
	for i, mark := range marks {
		box := spots[i].Box
		if shown := box.within(frame); shown.W*shown.H < box.W*box.H*0.98 {
			return fmt.Errorf("%s: it is not wholly in the frame", targets[len(s.Frame)+i])
		}
		onPicture[i] = placed{mark, box.moved(-frame.X, -frame.Y)}
	}
	texts, err := textsIn(frame, survey.Texts, onPicture)
	if err != nil {
		return err
	}
	img, err := p.develop(ctx, frame, onPicture, texts, l.Dark)
	if err != nil {
		return err
	}
	p.take.Pictures[pictureFile(s.Name, l)] = img
	p.told(pictureFile(s.Name, l))
	return nil
}

// frameOf is the box of the picture: around the targets, or the whole window.
func frameOf(frames []Spot, margin float64, window Rect) Rect {
	if len(frames) == 0 {
		return window
	}
	var around Rect
	for _, f := range frames {
		around = around.union(f.Box)
	}
	return around.grow(margin).whole().within(window)
}

// textsIn gives the boxes of the words on the picture, and fails when they
// give a secret away. What is blurred gives nothing away.
func textsIn(frame Rect, texts []Text, marks []placed) ([]Rect, error) {
	var boxes []Rect
	for _, text := range texts {
		if text.Box.overlap(frame) == 0 {
			continue
		}
		box := text.Box.moved(-frame.X, -frame.Y)
		if !text.Covered {
			boxes = append(boxes, box)
		}
		hidden := slices.ContainsFunc(marks, func(m placed) bool { return m.Kind == Blur && m.box.grow(2).holds(box) })
		if what := secretIn(text.Words); what != "" && !hidden {
			return nil, fmt.Errorf("it shows %s: blur it, or use one of an example domain", what)
		}
	}
	return boxes, nil
}

func (p *play) develop(ctx context.Context, frame Rect, marks []placed, texts []Rect, dark bool) (image.Image, error) {
	file, err := p.Stage.Photograph(ctx, frame)
	if err != nil {
		return nil, err
	}
	if len(marks) > 0 {
		size := Rect{W: frame.W, H: frame.H}
		svg, err := overlay("data:image/png;base64,"+base64.StdEncoding.EncodeToString(file), size, marks, texts, dark)
		if err != nil {
			return nil, err
		}
		if file, err = p.Stage.Develop(ctx, svg, size); err != nil {
			return nil, err
		}
	}
	return png.Decode(bytes.NewReader(file))
}

func (p *play) terminal(ctx context.Context, step *Step) bool {
	t := step.Terminal
	where := "terminal " + t.Name
	line, err := p.named(t.Run)
	if err != nil {
		p.find(step.Line, where, "%v", err)
		return false
	}
	output, err := p.Shell.run(ctx, t, line)
	if err != nil {
		p.find(step.Line, where, "%s: %v", t.Run, err)
		return false
	}
	for name, match := range t.Remember {
		found := match.FindStringSubmatch(output)
		if found == nil {
			p.find(step.Line, where, "the output has nothing to remember as %s", name)
			return false
		}
		p.names[name] = found[len(found)-1]
	}
	shown := strings.TrimRight(t.shown(output), "\n") + "\n"
	if what := secretIn(shown); what != "" {
		p.find(step.Line, where, "it shows %s: replace it with show:", what)
		return true
	}
	p.take.Transcripts[t.Name] = shown
	p.told(t.Name)
	return true
}
