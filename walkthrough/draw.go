package walkthrough

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// placed is a mark with the box of its target, in the picture's own pixels.
type placed struct {
	Mark
	box Rect
}

// The house style: an orange that can be told from either theme's ground, with
// an edge of the ground's own brightness, so that it can also be told from what
// it crosses.
type ink struct{ mark, halo, word string }

var (
	inkOnLight = ink{mark: "#c2410c", halo: "#ffffff", word: "#ffffff"}
	inkOnDark  = ink{mark: "#fb923c", halo: "#0b1214", word: "#1c0a00"}
)

// Lengths in CSS pixels.
const (
	stroke     = 3.0
	haloWidth  = 1.5 // beside the stroke, on each side
	edge       = 2.0 // between a mark and the end of the picture
	widestPad  = 7.0 // between an outlined target and its line
	evenPad    = 3.0 // from here on it is the same on all sides
	clear      = 0.5 // between a line with its halo and what it must not touch
	badgeSize  = 26.0
	markGap    = 6.0 // between a target and what points at it
	wordSize   = 14.0
	lineHeight = 19.0
	calloutPad = 9.0

	calloutNear  = 18.0  // between a callout and its target, at least
	calloutReach = 190.0 // and at most
	calloutStep  = 6.0   // between two places that are tried
	lineLength   = 34    // letters in a line of a callout
)

// scenery is what is on the picture, in its own pixels: what marks keep away from.
type scenery struct {
	texts []Rect // the ink of words
	solid []Rect // controls and icons
	edges []Rect // borders of larger things, as thin boxes
}

// drawing is the layer over one picture while it grows.
type drawing struct {
	scenery
	frame  Rect   // where marks may be
	keep   []Rect // marked targets and drawn marks: nothing covers them
	ink    ink
	out    strings.Builder
	badges []Rect // where the numbers go, in their order
	placed int    // how many of them are drawn
}

// overlay gives the picture with its marks as SVG. size is that of the picture in
// CSS pixels. It fails when a mark has no room that covers nothing it must not
// cover.
func overlay(picture string, size Rect, marks []placed, around scenery, dark bool) (string, error) {
	d := &drawing{frame: size.grow(-edge), scenery: around, ink: inkOnLight}
	if dark {
		d.ink = inkOnDark
	}
	fmt.Fprintf(&d.out, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]s" height="%[2]s" viewBox="0 0 %[1]s %[2]s">`, n(size.W), n(size.H))
	fmt.Fprintf(&d.out, `<defs><pattern id="hidden" width="%[1]d" height="%[1]d" patternUnits="userSpaceOnUse" shape-rendering="crispEdges"><rect width="%[1]d" height="%[1]d" fill="%[3]s"/><path d="M0 0h%[2]dv%[2]dh-%[2]dzM%[2]d %[2]dh%[2]dv%[2]dh-%[2]dz" fill="%[4]s"/></pattern></defs>`,
		2*checkSize, checkSize, checkLight, checkDark)
	fmt.Fprintf(&d.out, `<image id="picture" href="%s" width="%s" height="%s"/>`, html.EscapeString(picture), n(size.W), n(size.H))
	for _, m := range marks {
		d.keep = append(d.keep, m.box.within(size))
	}
	if err := hidesNoTarget(marks); err != nil {
		return "", err
	}
	// What lies on the page comes before what points at it.
	for _, kinds := range [][]MarkKind{{Blur}, {Outline, Underline}, {Badge, Arrow, Pointer}, {Callout}} {
		if slices.Contains(kinds, Badge) {
			d.placeBadges(marks)
		}
		for _, m := range marks {
			for _, kind := range kinds {
				if m.Kind != kind {
					continue
				}
				if err := d.mark(m); err != nil {
					return "", &markError{m.Mark, err}
				}
			}
		}
	}
	d.out.WriteString("</svg>")
	return d.out.String(), nil
}

// markError is a mark that cannot be drawn.
type markError struct {
	mark  Mark
	cause error
}

// Error implements error.
func (e *markError) Error() string {
	return fmt.Sprintf("%s %s: %v", e.mark.Kind, e.mark.Target, e.cause)
}

// Unwrap gives the cause.
func (e *markError) Unwrap() error { return e.cause }

// hidesNoTarget refuses a blur that would hide what another mark points at.
func hidesNoTarget(marks []placed) error {
	for _, blur := range marks {
		for _, other := range marks {
			if blur.Kind == Blur && other.Kind != Blur && other.box != blur.box && !other.box.holds(blur.box) && hidden(blur.box).overlap(other.box) > 0 {
				return &markError{blur.Mark, fmt.Errorf("it would hide what the %s points at, %s", other.Kind, other.Target)}
			}
		}
	}
	return nil
}

// n writes a length without needless digits.
func n(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", v), "0"), ".")
}

func (d *drawing) mark(m placed) error {
	box := m.box.within(d.frame)
	if m.Kind == Badge {
		return d.badge()
	}
	// What is around the target, such as the dialog that it stands in, is in
	// nobody's way.
	var around []Rect
	d.keep = slices.DeleteFunc(slices.Clone(d.keep), func(kept Rect) bool {
		encloses := kept.holds(box) && !isHull(kept, box)
		if encloses {
			around = append(around, kept)
		}
		return encloses
	})
	defer func() { d.keep = append(d.keep, around...) }()
	switch m.Kind {
	case Blur:
		d.blur(m.box)
	case Outline:
		return d.outline(box)
	case Underline:
		return d.underline(box)
	case Arrow:
		return d.arrow(box)
	case Pointer:
		return d.pointer(box)
	case Callout:
		return d.callout(box, m.Text)
	}
	return nil
}

// The pattern over what is hidden: squares of checkSize CSS pixels in two greys
// that neither theme uses.
const (
	checkSize  = 6
	checkLight = "#8b9296"
	checkDark  = "#737a7f"
)

// hidden is what a blur of a target covers: all of it, in whole pixels.
func hidden(target Rect) Rect { return target.grow(2).whole() }

// blur hides what is in the box: a pattern lies over it, through which nothing
// shows.
func (d *drawing) blur(box Rect) {
	fmt.Fprintf(&d.out, `<rect %s fill="url(#hidden)" shape-rendering="crispEdges"/>`, at(hidden(box)))
}

func at(r Rect) string {
	return fmt.Sprintf(`x="%s" y="%s" width="%s" height="%s"`, n(r.X), n(r.Y), n(r.W), n(r.H))
}

// others are the words, controls, icons and borders that do not belong to a
// target, without those that the target stands in.
func (d *drawing) others(box Rect) []Rect {
	var others []Rect
	for _, list := range [][]Rect{d.texts, d.solid, d.edges} {
		for _, r := range list {
			if r.overlap(box) < r.W*r.H/2 && !r.holds(box) {
				others = append(others, r)
			}
		}
	}
	return others
}

// inkOf is what of a target can be seen: the box around its words, borders and
// icons, or all of it.
func (d *drawing) inkOf(box Rect) Rect {
	var ink Rect
	for _, list := range [][]Rect{d.texts, d.solid, d.edges} {
		for _, r := range list {
			if shared := r.within(box); r.overlap(box) >= r.W*r.H/2 && !shared.Empty() {
				ink = ink.union(shared)
			}
		}
	}
	if ink.Empty() {
		return box
	}
	return ink
}

// outline draws a box around the target, as far off as what is beside it
// allows: equally far on all sides, or on each as far as it goes. Where little
// room is, the line goes without its halo.
func (d *drawing) outline(box Rect) error {
	others, ink := d.others(box), d.inkOf(box)
	for _, halo := range []float64{haloWidth, 0} {
		line, ok := d.lineAround(box, ink, others, halo)
		if !ok {
			continue
		}
		d.linesWith(fmt.Sprintf(`<rect %s rx="7"`, at(line)), halo)
		d.keep = append(d.keep, line.grow(stroke/2))
		return nil
	}
	return errNoRoom
}

// pads are how far a line is from a box at its left, right, upper and lower side.
type pads [4]float64

func (p pads) around(box Rect) Rect {
	return Rect{box.X - p[0], box.Y - p[2], box.W + p[0] + p[1], box.H + p[2] + p[3]}
}

// lineAround is where the line of an outline runs: in its middle.
func (d *drawing) lineAround(box, ink Rect, others []Rect, halo float64) (Rect, bool) {
	clears := func(p pads) bool {
		inner := p.around(box)
		outer := inner.grow(stroke + halo + clear)
		return d.frame.grow(0.01).holds(inner.grow(stroke)) && !slices.ContainsFunc(others, func(other Rect) bool { return other.overlap(outer) > 0 })
	}
	slack := [4]float64{ink.X - box.X, box.right() - ink.right(), ink.Y - box.Y, box.bottom() - ink.bottom()}
	for pad := widestPad; pad >= evenPad; pad -= 0.5 {
		if p := (pads{pad, pad, pad, pad}); clears(p) {
			return p.around(box).grow(stroke / 2), true
		}
	}
	var least pads
	for i := range least {
		least[i] = math.Max(halo+clear-slack[i], halo+clear-widestPad) // within the target, but beside what can be seen of it
	}
	if !clears(least) {
		return Rect{}, false
	}
	for i := range least {
		for wider := least; wider[i]+0.5 <= widestPad; {
			wider[i] += 0.5
			if !clears(wider) {
				break
			}
			least = wider
		}
	}
	return least.around(box).grow(stroke / 2), true
}

// lines draws a shape as a line, first its halo and then itself.
func (d *drawing) lines(shape string) { d.linesWith(shape, haloWidth) }

func (d *drawing) linesWith(shape string, halo float64) {
	for _, pass := range []struct {
		colour string
		width  float64
	}{{d.ink.halo, stroke + 2*halo}, {d.ink.mark, stroke}} {
		fmt.Fprintf(&d.out, `%s fill="none" stroke="%s" stroke-width="%s" stroke-linecap="round" stroke-linejoin="round"/>`, shape, pass.colour, n(pass.width))
	}
}

// underline draws a line below the target, between it and what is below. Where
// something stands close beside it, the line is a little shorter than the target;
// where little room is, it goes without its halo.
func (d *drawing) underline(box Rect) error {
	ink, others := d.inkOf(box), d.others(box)
	ends := box.within(d.frame.grow(-stroke / 2))
	for _, halo := range []float64{haloWidth, 0} {
		round := stroke/2 + halo // the ends are
		for _, line := range []Rect{ends, {ends.X + round, ends.Y, ends.W - 2*round, ends.H}} {
			next := d.frame.bottom() + clear
			for _, other := range others {
				if other.bottom() > ink.bottom() && other.X < line.right()+round+clear && other.right() > line.X-round-clear {
					next = math.Min(next, other.Y)
				}
			}
			room := next - ink.bottom()
			if line.W <= 0 || room < stroke+2*(halo+clear) {
				continue
			}
			y := math.Min(ink.bottom()+room/2, math.Max(box.bottom()+5, ink.bottom()+round+clear))
			d.linesWith(fmt.Sprintf(`<path d="M%s %sH%s"`, n(line.X), n(y), n(line.right())), halo)
			return nil
		}
	}
	return errNoRoom
}

// hull is the target with the outline that may already be around it.
func (d *drawing) hull(box Rect) Rect {
	hull := box
	for _, kept := range d.keep {
		if isHull(kept, box) {
			hull = hull.union(kept)
		}
	}
	return hull
}

// isHull tells whether a box is the target, or an outline of it.
func isHull(kept, box Rect) bool {
	const most = 2*(widestPad+stroke) + 1
	return kept.holds(box) && kept.W <= box.W+most && kept.H <= box.H+most
}

// errNoRoom says that a mark would cover what it points at.
var errNoRoom = fmt.Errorf("there is no room next to the target: use a larger margin or another frame")

// best chooses the place that covers the fewest borders. Places that leave the
// picture, or cover words, controls, icons or what is marked, are none.
func (d *drawing) best(places []Rect, target Rect) (Rect, bool) {
	best, least := Rect{}, math.Inf(1)
	for i, place := range places {
		if cost := d.cost(place, target) + float64(i)*0.01; cost < least { // the earlier, the better
			best, least = place, cost
		}
	}
	return best, !math.IsInf(least, 1)
}

// cost is how much of borders a place covers, in square pixels. What the target
// stands in is in nobody's way.
func (d *drawing) cost(place, target Rect) float64 {
	if !d.frame.holds(place) {
		return math.Inf(1)
	}
	for _, list := range [][]Rect{d.keep, d.texts, d.solid} {
		for _, r := range list {
			if r.overlap(place) > 0 && !r.holds(target) {
				return math.Inf(1)
			}
		}
	}
	cost := 0.0
	for _, e := range d.edges {
		cost += e.overlap(place)
	}
	return cost
}

// badgeSides are the places of a number beside its target, the best first. All
// numbers of a picture stand on the same side.
func badgeSides() []func(hull Rect) Rect {
	const size, off = badgeSize, markGap
	at := func(x, y func(h Rect) float64) func(h Rect) Rect {
		return func(h Rect) Rect { return Rect{x(h), y(h), size, size} }
	}
	left, right := func(h Rect) float64 { return h.X - off - size }, func(h Rect) float64 { return h.right() + off }
	above, below := func(h Rect) float64 { return h.Y - off - size }, func(h Rect) float64 { return h.bottom() + off }
	first, last := func(h Rect) float64 { return h.X }, func(h Rect) float64 { return h.right() - size }
	midX, midY := func(h Rect) float64 { return h.midX() - size/2 }, func(h Rect) float64 { return h.midY() - size/2 }
	sides := []func(h Rect) Rect{
		at(left, midY), at(right, midY), at(last, above), at(first, above), at(midX, above),
	}
	// On a corner, where there is no room beside: in its middle, or a little off.
	for _, dy := range []float64{0, 4, -4} {
		for _, dx := range []float64{0, 4, -4} {
			top, bottom := func(h Rect) float64 { return h.Y - size/2 + dy }, func(h Rect) float64 { return h.bottom() - size/2 + dy }
			start, end := func(h Rect) float64 { return h.X - size/2 + dx }, func(h Rect) float64 { return h.right() - size/2 + dx }
			sides = append(sides, at(end, top), at(start, top), at(end, bottom), at(start, bottom))
		}
	}
	// Below comes last: there, a number may seem to count what follows.
	return append(sides, at(last, below), at(first, below), at(midX, below))
}

// placeBadges chooses the side of all numbers: where each has room, and they
// cover the fewest borders.
func (d *drawing) placeBadges(marks []placed) {
	least := math.Inf(1)
	kept := d.keep
	for i, side := range badgeSides() {
		cost := float64(i) * 0.01
		d.keep = slices.Clone(kept)
		var places []Rect
		for _, m := range marks {
			if m.Kind != Badge {
				continue
			}
			box := m.box.within(d.frame)
			place := side(d.hull(box))
			d.keep = slices.DeleteFunc(d.keep, func(r Rect) bool { return isHull(r, box) })
			cost += d.badgeCost(place, box)
			places = append(places, place)
			d.keep = append(d.keep, box, place)
		}
		if cost < least {
			least, d.badges = cost, places
		}
	}
	d.keep = kept
}

// badgeCost is cost for a number. On a corner it covers a little of its own
// target, and no word of it. It lies on no border but that of its target.
func (d *drawing) badgeCost(place, target Rect) float64 {
	const most = 0.35 // of the target
	cost := d.cost(place, target)
	if place.overlap(target) > most*target.W*target.H {
		return math.Inf(1)
	}
	for _, text := range d.texts {
		if text.overlap(place) > 0 {
			return math.Inf(1)
		}
	}
	for _, e := range d.edges {
		if e.overlap(place) > 0 && e.overlap(target.grow(1)) < e.W*e.H/2 {
			return math.Inf(1)
		}
	}
	return cost
}

// badge draws the next number.
func (d *drawing) badge() error {
	if d.placed >= len(d.badges) {
		return errNoRoom
	}
	place := d.badges[d.placed]
	d.placed++
	fmt.Fprintf(&d.out, `<circle cx="%s" cy="%s" r="%s" fill="%s" stroke="%s" stroke-width="2"/>`, n(place.midX()), n(place.midY()), n(badgeSize/2-1), d.ink.mark, d.ink.halo)
	d.words(place.midX(), place.midY()+5, "middle", fmt.Sprint(d.placed))
	d.keep = append(d.keep, place)
	return nil
}

func (d *drawing) words(x, y float64, anchor, text string) {
	fmt.Fprintf(&d.out, `<text x="%s" y="%s" text-anchor="%s" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="%s" font-weight="700" fill="%s">%s</text>`,
		n(x), n(y), anchor, n(wordSize), d.ink.word, html.EscapeString(text))
}

// arrow draws an arrow that ends before the target, from where the fewest words
// are.
func (d *drawing) arrow(box Rect) error {
	hull := d.hull(box)
	type line struct{ fromX, fromY, toX, toY float64 }
	var lines []line
	var places []Rect
	for _, length := range []float64{64, 44, 30} {
		for _, way := range [][2]float64{{-1, 0}, {1, 0}, {0, -1}, {0, 1}, {-0.7, -0.7}, {0.7, -0.7}, {-0.7, 0.7}, {0.7, 0.7}} {
			toX, toY := hull.midX()+way[0]*hull.W/2+way[0]*markGap, hull.midY()+way[1]*hull.H/2+way[1]*markGap
			if way[0] != 0 && way[1] != 0 {
				toX, toY = hull.midX()+sign(way[0])*(hull.W/2+markGap/2), hull.midY()+sign(way[1])*(hull.H/2+markGap/2)
			}
			l := line{toX + way[0]*length, toY + way[1]*length, toX, toY}
			lines = append(lines, l)
			across := 7.0
			places = append(places, Rect{math.Min(l.fromX, l.toX), math.Min(l.fromY, l.toY), math.Abs(l.fromX - l.toX), math.Abs(l.fromY - l.toY)}.atLeast(2*across))
		}
	}
	place, ok := d.best(places, box)
	if !ok {
		return errNoRoom
	}
	for i, l := range lines {
		if places[i] != place {
			continue
		}
		angle := math.Atan2(l.toY-l.fromY, l.toX-l.fromX)
		head := func(turn float64) string {
			return n(l.toX-12*math.Cos(angle+turn)) + " " + n(l.toY-12*math.Sin(angle+turn))
		}
		d.lines(fmt.Sprintf(`<path d="M%s %sL%s %sM%sL%s %sL%s"`, n(l.fromX), n(l.fromY), n(l.toX), n(l.toY), head(0.5), n(l.toX), n(l.toY), head(-0.5)))
		break
	}
	d.keep = append(d.keep, place)
	return nil
}

func sign(v float64) float64 { return math.Copysign(1, v) }

// atLeast widens a thin box around its middle.
func (r Rect) atLeast(size float64) Rect {
	if r.W < size {
		r.X, r.W = r.midX()-size/2, size
	}
	if r.H < size {
		r.Y, r.H = r.midY()-size/2, size
	}
	return r
}

// The arrow of a mouse, with its tip in its upper left corner.
const pointerWide, pointerTall = 17.0, 25.0

// pointer draws the arrow of a mouse. Its tip lies on the target, near the lower
// right, where it covers the fewest words, the target's own included.
func (d *drawing) pointer(box Rect) error {
	const inset = 2.0
	var best Rect
	least := math.Inf(1)
	hull := d.hull(box)
	stepX, stepY := math.Max(1, box.W/60), math.Max(1, box.H/40)
	for y := box.bottom() - inset; y >= box.Y+inset; y -= stepY {
		for x := box.right() - inset; x >= box.X+inset; x -= stepX {
			place := Rect{x, y, pointerWide, pointerTall}
			cost := d.pointerCost(place, box, hull) + math.Hypot((box.right()-x)/box.W-0.2, (box.bottom()-y)/box.H-0.2)
			if cost < least {
				best, least = place, cost
			}
		}
	}
	if math.IsInf(least, 1) {
		return errNoRoom
	}
	fmt.Fprintf(&d.out, `<path transform="translate(%s %s) scale(1.35)" d="M0 0V16L4.2 12.3L6.9 18.4L9.5 17.2L6.9 11.3H12.2Z" fill="#ffffff" stroke="#14191b" stroke-width="1.2" stroke-linejoin="round"/>`, n(best.X), n(best.Y))
	d.keep = append(d.keep, best)
	return nil
}

// pointerCost is how much a pointer at a place covers, in square pixels. It may
// lie over its own target and the outline of it, and over nothing else that is
// marked; what stands beside the target counts double.
func (d *drawing) pointerCost(place, target, hull Rect) float64 {
	if !d.frame.holds(place) {
		return math.Inf(1)
	}
	for _, kept := range d.keep {
		if kept.overlap(place) > 0 && !kept.holds(target) && !hull.holds(kept) {
			return math.Inf(1)
		}
	}
	cost := 0.0
	for _, list := range [][]Rect{d.texts, d.solid, d.edges} {
		for _, r := range list {
			switch {
			case r.holds(target): // what the target is, or stands in
			case r.overlap(target) > 0:
				cost += r.overlap(place)
			default:
				cost += 2 * r.overlap(place)
			}
		}
	}
	return cost
}

// callout puts words in a box near the target, with a line between them: where
// box and line cover the fewest words, and not too far away.
func (d *drawing) callout(box Rect, text string) error {
	hull := d.hull(box)
	lines := wrapped(text, lineLength)
	w, h := 0.0, float64(len(lines))*lineHeight+2*calloutPad-4
	for _, line := range lines {
		w = math.Max(w, wordWidth(line)+2*calloutPad)
	}
	var place Rect
	var lead [4]float64
	least := math.Inf(1)
	reach := hull.grow(calloutReach)
	var obstacles []Rect // for the line, which crosses no word
	for _, list := range [][]Rect{d.keep, d.texts, d.solid} {
		for _, r := range list {
			if !r.holds(box) && r.overlap(box) < r.W*r.H/2 {
				obstacles = append(obstacles, r)
			}
		}
	}
	for y := reach.Y - h; y <= reach.bottom(); y += calloutStep {
		for x := reach.X - w; x <= reach.right(); x += calloutStep {
			try := Rect{x, y, w, h}
			if try.overlap(hull.grow(calloutNear)) > 0 {
				continue
			}
			cost := d.calloutCost(try, box)
			if cost >= least {
				continue
			}
			line, length := leader(try, hull)
			if cost += 6 * length; cost >= least {
				continue
			}
			for _, point := range along(line) {
				if slices.ContainsFunc(obstacles, func(o Rect) bool { return o.overlap(point) > 0 }) {
					cost = math.Inf(1)
				}
			}
			if cost < least {
				place, lead, least = try, line, cost
			}
		}
	}
	if math.IsInf(least, 1) {
		return errNoRoom
	}
	d.lines(fmt.Sprintf(`<path d="M%s %sL%s %s"`, n(lead[0]), n(lead[1]), n(lead[2]), n(lead[3])))
	fmt.Fprintf(&d.out, `<circle cx="%s" cy="%s" r="4" fill="%s" stroke="%s"/>`, n(lead[2]), n(lead[3]), d.ink.mark, d.ink.halo)
	fmt.Fprintf(&d.out, `<rect %s rx="6" fill="%s" stroke="%s" stroke-width="2"/>`, at(place), d.ink.mark, d.ink.halo)
	for i, line := range lines {
		d.words(place.X+calloutPad, place.Y+calloutPad+12+float64(i)*lineHeight, "start", line)
	}
	d.keep = append(append(d.keep, place), along(lead)...)
	return nil
}

// calloutCost is how much of words, controls and icons a callout at a place covers,
// in square pixels. It covers nothing that is marked.
func (d *drawing) calloutCost(place, target Rect) float64 {
	if !d.frame.holds(place) {
		return math.Inf(1)
	}
	for _, kept := range d.keep {
		if kept.overlap(place) > 0 && !kept.holds(target) {
			return math.Inf(1)
		}
	}
	cost := 0.0
	for _, text := range d.texts {
		cost += text.overlap(place)
	}
	for _, solid := range d.solid {
		if !solid.holds(target) {
			cost += 2 * solid.overlap(place)
		}
	}
	return cost
}

// along are boxes that a line passes through, one beside the other.
func along(line [4]float64) []Rect {
	const size = 10.0
	dx, dy := line[2]-line[0], line[3]-line[1]
	steps := math.Ceil(math.Hypot(dx, dy) / size)
	var points []Rect
	for i := 0.0; i <= steps; i++ {
		points = append(points, Rect{line[0] + dx*i/steps, line[1] + dy*i/steps, 0, 0}.grow(size/2))
	}
	return points
}

// leader is the line from a callout to what it tells about, which it does not
// touch.
func leader(from, to Rect) (line [4]float64, length float64) {
	fromX, toX := nearest(from.X, from.right(), to.X, to.right())
	fromY, toY := nearest(from.Y, from.bottom(), to.Y, to.bottom())
	length = math.Hypot(fromX-toX, fromY-toY)
	return [4]float64{fromX, fromY, toX + (fromX-toX)/length*markGap, toY + (fromY-toY)/length*markGap}, length
}

// nearest are the points of two ranges that lie nearest to each other, in the
// middle of what they share.
func nearest(a, b, c, d float64) (one, other float64) {
	switch {
	case b < c:
		return b, c
	case d < a:
		return a, d
	}
	middle := (math.Max(a, c) + math.Min(b, d)) / 2
	return middle, middle
}

// wrapped breaks text into lines of at most so many letters, where it can.
func wrapped(text string, most int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > most {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}

// wordWidth is about how wide bold letters of wordSize are. It is rather too
// much, so that the words stay in their box.
func wordWidth(text string) float64 {
	width := 0.0
	for _, r := range text {
		switch {
		case strings.ContainsRune("iljtfrI.,:;'|!()[] ", r):
			width += 0.4
		case strings.ContainsRune("mwMW@%", r):
			width += 1.05
		case r >= 'A' && r <= 'Z':
			width += 0.76
		default:
			width += 0.68
		}
	}
	return width * wordSize
}
