package cloud

// Right is one permission that a link has or lacks.
type Right struct {
	Key       string // RightText.Key
	Granted   bool
	Excessive bool // more than Mooring needs
}

// RightText is a right in words.
type RightText struct {
	Key     string // begins with the cloud's: "azure-give-roles". It never changes: policies and approvals keep it
	Granted string // says that the link has it
	Missing string // says that the link lacks it; empty: nobody needs to know that
	Kind    RightKind
}

// RightKind is what several clouds have, each with rights of its own. A policy can
// name it, for all clouds at once.
type RightKind string

// The kinds. Policies keep them.
const (
	OtherRight       RightKind = ""                  // none that clouds have in common
	GivesPermissions RightKind = "gives-permissions" // it may give permissions to others, or to itself
)

// Text gives the sentence.
func (t RightText) Text(granted bool) string {
	if granted {
		return t.Granted
	}
	return t.Missing
}

// TextOf puts a right that a check of c found into words. A right that c doesn't
// know, or no longer, is its key.
func TextOf(c Cloud, right Right) string {
	lister, ok := c.(RightsLister)
	if !ok {
		return right.Key
	}
	for _, known := range lister.Rights() {
		if known.Key == right.Key {
			return known.Text(right.Granted)
		}
	}
	return right.Key
}
