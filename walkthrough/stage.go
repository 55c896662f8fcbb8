package walkthrough

import "context"

// Stage is where a walkthrough is acted out: a browser in a world. It waits by
// itself until what it did has come to rest.
type Stage interface {
	// Enter goes to where somebody is on a site, and signs them in when they come
	// for the first time. Nobody is somebody new each time, and "" is nobody in
	// particular.
	Enter(ctx context.Context, as, on string) error
	// Do acts. Open, Remember and texts come with their names replaced.
	Do(ctx context.Context, a Action) error
	// Read gives what a target says: the value of a field, else its words.
	Read(ctx context.Context, t Target) (string, error)
	// Status is the HTTP status with which the page was answered; 0: unknown.
	Status(ctx context.Context) (int, error)
	// Targets lists what on the page can be named, as it is named.
	Targets(ctx context.Context) ([]Target, error)
	// Words lists what the page shows: labels, headings, short texts.
	Words(ctx context.Context) ([]string, error)
	// Look sets theme and width, and the height of the window if it is not 0.
	Look(ctx context.Context, l Look, height int) error
	// Survey brings the targets into view and measures the page.
	Survey(ctx context.Context, targets []Target) (Survey, error)
	// Photograph takes a box of the window, at PixelRatio, as PNG.
	Photograph(ctx context.Context, frame Rect) ([]byte, error)
	// Develop makes a picture of that size in CSS pixels of a drawing (SVG), at
	// PixelRatio, as PNG.
	Develop(ctx context.Context, svg string, size Rect) ([]byte, error)
}

// PixelRatio is how many pixels of a picture stand for one of CSS, so that
// pictures are sharp on good screens.
const PixelRatio = 2

// Survey is the measure of a page. All boxes are of the window.
type Survey struct {
	Window  Rect
	Dialog  Rect   // that lies over the page; empty: none
	Targets []Spot // in the order in which they were asked for
	Texts   []Text
	Shapes  []Shape
}

// Spot is where a target is.
type Spot struct {
	Box     Rect
	Problem string  // why it cannot be shown; "": it can
	Lacks   float64 // how much higher the window would have to be
}

// Text is a piece of text of the page, with what stands in fields.
type Text struct {
	Box     Rect // of its letters
	Words   string
	Covered bool // something lies over it, be it only the shade behind a dialog
}

// Shape is what is drawn on a page beside its words.
type Shape struct {
	Box     Rect
	Kind    ShapeKind
	Words   string // how it is called, for messages; may be ""
	Covered bool   // something lies over it
}

// ShapeKind is what a shape is.
type ShapeKind string

// The kinds of shapes.
const (
	Control ShapeKind = "control" // a button, a field, a label with a ground of its own
	Icon    ShapeKind = "icon"    // or another picture
	Edge    ShapeKind = "edge"    // one side of the border of something larger
)
