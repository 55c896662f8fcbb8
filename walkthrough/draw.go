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
	narrowPad  = 0.5
	clear      = 2.0 // between a line and the words beside it
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

// drawing is the layer over one picture while it grows.
type drawing struct {
	frame  Rect   // where marks may be
	texts  []Rect // words that marks keep away from
	keep   []Rect // marked targets and drawn marks: nothing covers them
	ink    ink
	out    strings.Builder
	badges int
}

// overlay gives the picture with its marks as SVG. size is that of the picture in
// CSS pixels, texts are the boxes of the words on it. It fails when a mark has no
// room that covers nothing it must not cover.
func overlay(picture string, size Rect, marks []placed, texts []Rect, dark bool) (string, error) {
	d := &drawing{frame: size.grow(-edge), texts: texts, ink: inkOnLight}
	if dark {
		d.ink = inkOnDark
	}
	fmt.Fprintf(&d.out, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]s" height="%[2]s" viewBox="0 0 %[1]s %[2]s">`, n(size.W), n(size.H))
	fmt.Fprintf(&d.out, `<defs><filter id="hidden" x="0" y="0" width="1" height="1"><feGaussianBlur stdDeviation="7" edgeMode="duplicate"/></filter></defs>`)
	fmt.Fprintf(&d.out, `<image id="picture" href="%s" width="%s" height="%s"/>`, html.EscapeString(picture), n(size.W), n(size.H))
	for _, m := range marks {
		d.keep = append(d.keep, m.box.within(size))
	}
	// What lies on the page comes before what points at it.
	for _, kinds := range [][]MarkKind{{Blur}, {Outline, Underline}, {Badge, Arrow, Pointer}, {Callout}} {
		for _, m := range marks {
			for _, kind := range kinds {
				if m.Kind != kind {
					continue
				}
				if err := d.mark(m); err != nil {
					return "", fmt.Errorf("%s %s: %w", m.Kind, m.Target, err)
				}
			}
		}
	}
	d.out.WriteString("</svg>")
	return d.out.String(), nil
}

// n writes a length without needless digits.
func n(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", v), "0"), ".")
}

func (d *drawing) mark(m placed) error {
	box := m.box.within(d.frame)
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
	case Badge:
		return d.badge(box)
	case Arrow:
		return d.arrow(box)
	case Pointer:
		return d.pointer(box)
	case Callout:
		return d.callout(box, m.Text)
	}
	return nil
}

// blur hides what is in the box: it is washed out far beyond reading, and its
// own colours lie over it.
func (d *drawing) blur(box Rect) {
	id := fmt.Sprintf("hide-%d", d.out.Len())
	fmt.Fprintf(&d.out, `<clipPath id="%s"><rect %s rx="3"/></clipPath><g clip-path="url(#%s)"><use href="#picture" filter="url(#hidden)"/>`, id, at(box.grow(2)), id)
	fmt.Fprintf(&d.out, `<rect %s fill="%s" fill-opacity="0.55"/></g>`, at(box.grow(2)), d.ink.halo)
}

func at(r Rect) string {
	return fmt.Sprintf(`x="%s" y="%s" width="%s" height="%s"`, n(r.X), n(r.Y), n(r.W), n(r.H))
}

// outside are the words that do not belong to a target.
func (d *drawing) outside(box Rect) []Rect {
	var words []Rect
	for _, text := range d.texts {
		if text.overlap(box) < text.W*text.H/2 {
			words = append(words, text)
		}
	}
	return words
}

// outline draws a box around the target, as far off as the words beside it
// allow: equally far on all sides, or on each as far as it goes where words are
// near.
func (d *drawing) outline(box Rect) error {
	words := d.outside(box)
	left, right, above, below := strips(box, widestPad+stroke+clear)
	pads := [4]float64{}
	for i, strip := range []func(wide float64) Rect{left, right, above, below} {
		pads[i] = roomiest(strip, words)
	}
	if least := slices.Min(pads[:]); least >= evenPad {
		pads = [4]float64{least, least, least, least}
	}
	line := Rect{box.X - pads[0], box.Y - pads[2], box.W + pads[0] + pads[1], box.H + pads[2] + pads[3]}.grow(stroke / 2).within(d.frame.grow(-stroke / 2))
	if !line.grow(-stroke / 2).holds(box) {
		return errNoRoom
	}
	d.lines(fmt.Sprintf(`<rect %s rx="7"`, at(line)))
	d.keep = append(d.keep, line.grow(stroke/2))
	return nil
}

// strips are the sides of a box, each as wide as asked for, with its corners.
func strips(box Rect, corner float64) (left, right, above, below func(wide float64) Rect) {
	tall, long := box.H+2*corner, box.W+2*corner
	return func(wide float64) Rect { return Rect{box.X - wide, box.Y - corner, wide, tall} },
		func(wide float64) Rect { return Rect{box.right(), box.Y - corner, wide, tall} },
		func(wide float64) Rect { return Rect{box.X - corner, box.Y - wide, long, wide} },
		func(wide float64) Rect { return Rect{box.X - corner, box.bottom(), long, wide} }
}

// roomiest is the widest pad for which a line on this side keeps clear of words.
func roomiest(strip func(wide float64) Rect, words []Rect) float64 {
	for pad := widestPad; pad > narrowPad; pad -= 0.5 {
		area := strip(pad + stroke + clear)
		if !slices.ContainsFunc(words, func(word Rect) bool { return word.overlap(area) > 0 }) {
			return pad
		}
	}
	return narrowPad
}

// lines draws a shape as a line, first its edge and then itself.
func (d *drawing) lines(shape string) {
	for _, pass := range []struct {
		colour string
		width  float64
	}{{d.ink.halo, stroke + 2*haloWidth}, {d.ink.mark, stroke}} {
		fmt.Fprintf(&d.out, `%s fill="none" stroke="%s" stroke-width="%s" stroke-linecap="round" stroke-linejoin="round"/>`, shape, pass.colour, n(pass.width))
	}
}

// underline draws a line below the target, between it and the words below.
func (d *drawing) underline(box Rect) error {
	room := 5.0
	for _, word := range d.outside(box) {
		if word.Y >= box.bottom()-1 && word.X < box.right() && word.right() > box.X {
			room = math.Min(room, (word.Y-box.bottom())/2)
		}
	}
	y := math.Min(box.bottom()+math.Max(room, stroke/2), d.frame.bottom()-stroke/2)
	if y-stroke/2 < box.bottom() {
		return errNoRoom
	}
	ends := box.within(d.frame.grow(-stroke / 2)) // they are round
	d.lines(fmt.Sprintf(`<path d="M%s %sH%s"`, n(ends.X), n(y), n(ends.right())))
	return nil
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
var errNoRoom = fmt.Errorf("there is no room beside the target: give the frame a larger margin or another frame")

// best chooses the place that covers the fewest words. Places that leave the
// picture or cover what is marked are none.
func (d *drawing) best(places []Rect) (Rect, bool) {
	best, least := Rect{}, math.Inf(1)
	for i, place := range places {
		if cost := d.cost(place) + float64(i)*0.01; cost < least { // the earlier, the better
			best, least = place, cost
		}
	}
	return best, !math.IsInf(least, 1)
}

// cost is how much of the words a place covers, in square pixels.
func (d *drawing) cost(place Rect) float64 {
	if !d.frame.holds(place) {
		return math.Inf(1)
	}
	cost := 0.0
	for _, kept := range d.keep {
		if kept.overlap(place) > 0 {
			return math.Inf(1)
		}
	}
	for _, text := range d.texts {
		cost += text.overlap(place)
	}
	return cost
}

// badge puts the next number beside the target.
func (d *drawing) badge(box Rect) error {
	hull, s := d.hull(box), badgeSize
	off := markGap
	left, right, above, below := hull.X-off-s, hull.right()+off, hull.Y-off-s, hull.bottom()+off
	places := []Rect{
		{left, hull.midY() - s/2, s, s}, {right, hull.midY() - s/2, s, s}, {hull.right() - s, above, s, s}, {left + off, above + off, s, s},
		{right - off, above + off, s, s}, {hull.midX() - s/2, above, s, s}, {hull.X, above, s, s},
		{hull.right() - s, below, s, s}, {hull.midX() - s/2, below, s, s}, {hull.X, below, s, s},
	}
	place, ok := d.best(places)
	if !ok {
		return errNoRoom
	}
	d.badges++
	fmt.Fprintf(&d.out, `<circle cx="%s" cy="%s" r="%s" fill="%s" stroke="%s" stroke-width="2"/>`, n(place.midX()), n(place.midY()), n(s/2-1), d.ink.mark, d.ink.halo)
	d.words(place.midX(), place.midY()+5, "middle", fmt.Sprint(d.badges))
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
	place, ok := d.best(places)
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

// pointer draws the arrow of a mouse, whose tip touches the target, or the
// outline around it, from outside.
func (d *drawing) pointer(box Rect) error {
	const w, h = 17.0, 25.0
	hull := d.hull(box)
	below, right := hull.bottom()+1, hull.right()+1
	places := []Rect{{hull.X + hull.W*0.72, below, w, h}, {hull.midX(), below, w, h}, {right, hull.midY(), w, h}, {right, hull.bottom() - 3, w, h}}
	place, ok := d.best(places)
	if !ok {
		return errNoRoom
	}
	fmt.Fprintf(&d.out, `<path transform="translate(%s %s) scale(1.35)" d="M0 0V16L4.2 12.3L6.9 18.4L9.5 17.2L6.9 11.3H12.2Z" fill="#ffffff" stroke="#14191b" stroke-width="1.2" stroke-linejoin="round"/>`, n(place.X), n(place.Y))
	d.keep = append(d.keep, place)
	return nil
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
	var obstacles []Rect // for the line
	for _, kept := range d.keep {
		if !kept.holds(box) {
			obstacles = append(obstacles, kept)
		}
	}
	for y := reach.Y - h; y <= reach.bottom(); y += calloutStep {
		for x := reach.X - w; x <= reach.right(); x += calloutStep {
			try := Rect{x, y, w, h}
			if try.overlap(hull.grow(calloutNear)) > 0 {
				continue
			}
			cost := d.cost(try)
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
				for _, text := range d.texts {
					cost += 2 * text.overlap(point)
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
