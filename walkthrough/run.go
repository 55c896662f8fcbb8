package walkthrough

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"image/png"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Take is what came of acting a walkthrough out.
type Take struct {
	Pictures    map[string]*Picture // by file name
	Transcripts map[string]string   // of terminals, by name
	Findings    []Finding
}

// Run acts a walkthrough out.
type Run struct {
	Stage    Stage
	Shell    *Shell
	Names    map[string]string // what {name} stands for at the beginning
	Progress func(did string)  // told after each picture and terminal
	Only     string            // the one picture that is taken, and behind which nothing is played; "": all
	Draft    bool              // pictures are taken in the first look only, and without the marks that have no room
	Lasting  bool              // the world stays as it is left: what the walkthrough did is undone at the end
}

// haste is how long an action may take when something before it has failed: what
// it needs may be missing for that reason.
const haste = 3 * time.Second

// pictureFile is what a picture is called in its folder.
func pictureFile(scene string, l Look) string { return scene + "-" + l.String() + ".png" }

// play is one run while it goes on.
type play struct {
	Run
	w        *Walkthrough
	take     *Take
	as       string
	on       string
	accepted int      // the last status of 400 and more that was expected
	broken   bool     // something has failed
	words    []string // what the page showed last
	names    map[string]string
}

// Act acts the whole walkthrough out. Where a step fails, it goes on with the
// next one, so that all that is wrong is found in one run.
func (r Run) Act(ctx context.Context, w *Walkthrough) *Take {
	p := &play{Run: r, w: w, take: &Take{Pictures: map[string]*Picture{}, Transcripts: map[string]string{}}, names: map[string]string{}}
	maps.Copy(p.names, r.Names)
	var undo []*Step
	for _, step := range w.Steps {
		if step.Scene != nil && step.Scene.Undo {
			undo = append(undo, step)
			continue
		}
		p.step(ctx, step)
		if ctx.Err() != nil || r.Only != "" && step.Scene != nil && step.Scene.Name == r.Only {
			break
		}
	}
	if !r.Lasting {
		return p.take
	}
	for _, step := range slices.Backward(undo) {
		p.scene(ctx, step, seen{})
	}
	return p.take
}

func (p *play) find(line int, where, format string, args ...any) {
	p.take.Findings = append(p.take.Findings, Finding{Walkthrough: p.w.Name, Line: line, Where: where, Says: fmt.Sprintf(format, args...)})
}

// fail is find for what went wrong in the browser: with what it showed.
func (p *play) fail(ctx context.Context, line int, where, format string, args ...any) {
	p.broken = true
	p.find(line, where, format, args...)
	p.take.Findings[len(p.take.Findings)-1].Moment = p.moment(ctx)
}

// moment is what the window shows now.
func (p *play) moment(ctx context.Context) *Moment {
	m := &Moment{}
	m.Targets, _ = p.Stage.Targets(ctx) // a page that is just leaving has none
	survey, err := p.Stage.Survey(ctx, nil)
	if err != nil {
		return m
	}
	if file, err := p.Stage.Photograph(ctx, survey.Window); err == nil {
		m.Window, _ = png.Decode(bytes.NewReader(file))
	}
	return m
}

// skips tells whether a step's findings are not asked for.
func (p *play) skips(step *Step) bool {
	return p.Only != "" && (step.Scene == nil || step.Scene.Name != p.Only)
}

// step plays one step.
func (p *play) step(ctx context.Context, step *Step) {
	met := seen{}
	met.add(p.words)
	played := true
	switch {
	case step.Scene != nil:
		played = p.scene(ctx, step, met)
	case step.Terminal != nil:
		p.terminal(ctx, step)
	}
	if p.skips(step) || !played { // what was not reached cannot be held against the prose
		return
	}
	for _, f := range met.missing(step.Labels) {
		p.find(f.Line, "", "%s", f.Says)
	}
}

// scene plays what a block says, and tells whether it got to its end.
func (p *play) scene(ctx context.Context, step *Step, met seen) bool {
	s := step.Scene
	where := ""
	if s.Picture {
		where = "picture " + s.Name
	}
	if err := p.enter(ctx, s); err != nil {
		p.fail(ctx, step.Line, where, "%v", err)
		return false
	}
	p.look(ctx, met)
	for _, action := range s.Do {
		err := p.do(ctx, action)
		if err == nil {
			err = p.answered(ctx, s)
		}
		if err != nil {
			p.fail(ctx, step.Line+action.Line, where, "%s: %v", action, err)
			return false
		}
		p.look(ctx, met)
	}
	if !s.Picture || p.skips(step) {
		return true
	}
	if s.Alt == "" {
		p.find(step.Line, where, "it has no alt text: describe the picture in alt:")
	}
	p.pictures(ctx, step, where, met)
	if err := p.Stage.Look(ctx, p.w.Looks[0], 0); err != nil {
		p.fail(ctx, step.Line, where, "%v", err)
	}
	return true
}

// pictures takes a scene's picture in each look. A problem that several looks
// have is told once.
func (p *play) pictures(ctx context.Context, step *Step, where string, met seen) {
	looks := p.w.Looks
	if p.Draft {
		looks = looks[:1]
	}
	problems := map[pictureError][]string{} // the looks that have each
	var moment *Moment                      // of the first
	for _, l := range looks {
		for _, problem := range p.picture(ctx, step, l) {
			if moment == nil {
				moment = p.moment(ctx)
			}
			problems[problem] = append(problems[problem], l.String())
		}
		p.look(ctx, met)
	}
	for _, problem := range slices.SortedFunc(maps.Keys(problems), func(a, b pictureError) int {
		return cmp.Or(a.line-b.line, strings.Compare(a.says, b.says))
	}) {
		in := where
		if len(problems[problem]) < len(looks) {
			in += " (" + strings.Join(problems[problem], ", ") + ")"
		}
		p.find(step.Line+problem.line, in, "%s", problem.says)
		p.take.Findings[len(p.take.Findings)-1].Moment, moment = moment, nil
	}
}

// pictureError is why a picture is not taken, or a mark not drawn, with the line
// of the block that it is about.
type pictureError struct {
	line int
	says string
}

// answered fails when the page is an error that the scene does not ask for.
func (p *play) answered(ctx context.Context, s *Scene) error {
	status, err := p.Stage.Status(ctx)
	switch {
	case err != nil || status < 400:
		p.accepted = 0
		return nil // a page that is just leaving has none
	case status == s.Answers:
		p.accepted = status
		return nil
	case status == p.accepted:
		return nil
	}
	return fmt.Errorf("the site answers %d: add answers: %d if the page is meant to be an error", status, status)
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
	if as == p.as && on == p.on && s.As != Nobody {
		return nil
	}
	if err := p.Stage.Enter(ctx, as, on); err != nil {
		return err
	}
	p.accepted = 0
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
		return "", fmt.Errorf("nothing was remembered as %s; known names are %v", unknown, slices.Sorted(maps.Keys(p.names)))
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
	if p.broken {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, haste)
		defer cancel()
	}
	return p.Stage.Do(ctx, a)
}

// wanted are the targets of a picture: those of its frame, and then those of its
// marks in this look.
func (p *play) wanted(s *Scene, l Look) (targets []Target, marks []Mark, wrong []pictureError) {
	targets = append(targets, s.Frame...)
	for _, mark := range s.Marks {
		if mark.on(l) {
			targets, marks = append(targets, mark.Target), append(marks, mark)
		}
	}
	for i := range targets {
		var err error
		if targets[i], err = p.namedTarget(targets[i]); err != nil {
			line := 0
			if i >= len(s.Frame) {
				line = marks[i-len(s.Frame)].Line
			}
			wrong = append(wrong, pictureError{line, err.Error()})
		}
	}
	return targets, marks, wrong
}

// lacks is how much higher the window would have to be for all targets.
func (s Survey) lacks() float64 {
	most := 0.0
	for _, spot := range s.Targets {
		most = max(most, spot.Lacks)
	}
	return most
}

// picture takes one picture in one look, and tells all that is wrong with it. A
// draft is taken as far as it goes.
func (p *play) picture(ctx context.Context, step *Step, l Look) []pictureError {
	s := step.Scene
	targets, marks, wrong := p.wanted(s, l)
	if len(wrong) > 0 {
		return wrong
	}
	tell := func(line int, err error) { wrong = append(wrong, pictureError{line, err.Error()}) }
	var survey Survey
	err := p.Stage.Look(ctx, l, s.Height)
	if err == nil {
		survey, err = p.Stage.Survey(ctx, targets)
	}
	if lacks := survey.lacks(); err == nil && s.Height == 0 && lacks > 0 {
		if err = p.Stage.Look(ctx, l, min(mostHeight, int(survey.Window.H+lacks+2*s.Margin))); err == nil {
			survey, err = p.Stage.Survey(ctx, targets)
		}
	}
	if err != nil {
		tell(0, err)
		return wrong
	}
	frames, spots := survey.Targets[:len(s.Frame)], survey.Targets[len(s.Frame):]
	for i, spot := range frames {
		if spot.Problem != "" {
			tell(0, fmt.Errorf("%s: %s", targets[i], spot.Problem))
		}
	}
	if len(wrong) > 0 {
		return wrong
	}
	frame, err := frameOf(frames, s.Margin, survey)
	if err != nil {
		tell(0, err)
		frame = plainFrame(frames, s.Margin, survey)
	}
	var onPicture []placed
	for i, mark := range marks {
		target, spot := targets[len(s.Frame)+i], spots[i]
		shown := spot.Box.within(frame)
		switch {
		case spot.Problem != "":
			tell(mark.Line, fmt.Errorf("%s: %s", target, spot.Problem))
		case shown.W*shown.H < spot.Box.W*spot.Box.H*0.98:
			tell(mark.Line, fmt.Errorf("%s: it is not completely inside the frame", target))
		default:
			onPicture = append(onPicture, placed{mark, spot.Box.moved(-frame.X, -frame.Y)})
		}
	}
	around, err := sceneryOf(frame, survey, onPicture)
	if err != nil {
		tell(0, err)
		return wrong // a draft shows no secret, either
	}
	if len(wrong) > 0 && !p.Draft {
		return wrong
	}
	picture, drops, err := p.develop(ctx, frame, onPicture, around, l.Dark)
	for _, drop := range drops {
		tell(drop.mark.Line, drop)
	}
	if err != nil {
		tell(0, err)
	}
	if picture == nil || len(wrong) > 0 && !p.Draft {
		return wrong
	}
	p.take.Pictures[pictureFile(s.Name, l)] = picture
	p.told(pictureFile(s.Name, l))
	return wrong
}

// sceneryOf is what marks keep away from, in the picture's own pixels. It fails
// when words give a secret away. What is blurred gives nothing away.
func sceneryOf(frame Rect, survey Survey, marks []placed) (scenery, error) {
	var around scenery
	for _, text := range survey.Texts {
		if text.Box.overlap(frame) == 0 {
			continue
		}
		box := text.Box.moved(-frame.X, -frame.Y)
		if !text.Covered {
			around.texts = append(around.texts, box)
		}
		veiled := slices.ContainsFunc(marks, func(m placed) bool { return m.Kind == Blur && hidden(m.box).holds(box) })
		if what := secretIn(text.Words); what != "" && !veiled {
			return around, fmt.Errorf("it shows %s: blur it, or use an example domain", what)
		}
	}
	for _, shape := range survey.Shapes {
		box := shape.Box.moved(-frame.X, -frame.Y)
		switch {
		case shape.Box.overlap(frame) == 0 || shape.Covered:
		case shape.Kind == Edge:
			around.edges = append(around.edges, box)
		default:
			around.solid = append(around.solid, box)
		}
	}
	return around, nil
}

// develop photographs the frame and draws the marks over it. The marks for which
// there is no room are left out, and told.
func (p *play) develop(ctx context.Context, frame Rect, marks []placed, around scenery, dark bool) (*Picture, []*markError, error) {
	file, err := p.Stage.Photograph(ctx, frame)
	if err != nil {
		return nil, nil, err
	}
	var drops []*markError
	size := Rect{W: frame.W, H: frame.H}
	for len(marks) > 0 {
		svg, err := overlay("data:image/png;base64,"+base64.StdEncoding.EncodeToString(file), size, marks, around, dark)
		var failed *markError
		if errors.As(err, &failed) {
			drops = append(drops, failed)
			marks = slices.DeleteFunc(marks, func(m placed) bool { return m.Mark == failed.mark })
			continue
		}
		if err == nil {
			file, err = p.Stage.Develop(ctx, svg, size)
		}
		if err != nil {
			return nil, drops, err
		}
		break
	}
	img, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, drops, err
	}
	picture := &Picture{Image: img}
	for _, m := range marks {
		if m.Kind == Blur {
			picture.Hidden = append(picture.Hidden, hidden(m.box).pixels())
		}
	}
	return picture, drops, nil
}

func (p *play) terminal(ctx context.Context, step *Step) {
	t := step.Terminal
	where := "terminal " + t.Name
	line, err := p.named(t.Run)
	if err != nil {
		p.find(step.Line, where, "%v", err)
		p.broken = true
		return
	}
	output, err := p.Shell.run(ctx, t, line)
	if err != nil {
		p.find(step.Line, where, "%s: %v", t.Run, err)
		p.broken = true
		return
	}
	for name, match := range t.Remember {
		found := match.FindStringSubmatch(output)
		if found == nil {
			p.find(step.Line, where, "the output has no match for %s", name)
			p.broken = true
			return
		}
		p.names[name] = found[len(found)-1]
	}
	shown := strings.TrimRight(t.shown(output), "\n") + "\n"
	if what := secretIn(shown); what != "" {
		p.find(step.Line, where, "it shows %s: replace it with show:", what)
		return
	}
	p.take.Transcripts[t.Name] = shown
	p.told(t.Name)
}
