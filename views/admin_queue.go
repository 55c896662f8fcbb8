package views

import "mooring/text"

// queueButton is one of the four buttons of the queue.
type queueButton struct {
	Key, Letter, Name string
	Class             string
	Does              string
	Reason            bool // it needs one
}

// queueButtons stand in the order of their buttons. Their letters are the keys of
// app.js, which reads them from the buttons.
var queueButtons = []queueButton{
	{Key: "keep", Letter: "k", Name: "Keep", Class: "primary", Does: "Nothing changes."},
	{Key: "disable", Letter: "d", Name: "Disable", Does: "It stays linked, but can't be used.", Reason: true},
	{Key: "unlink", Letter: "u", Name: "Unlink", Class: "danger", Does: "It is permanently removed from Mooring.", Reason: true},
	{Key: "ask", Letter: "a", Name: "Ask the owner", Does: "Type your question as the reason. The item comes back when the owner answers.", Reason: true},
}

// chosenSays tells how to go on with a decision that needs a reason.
func chosenSays(key string) string {
	for _, d := range queueButtons {
		if d.Key == key {
			return d.Name + " is selected. Type the reason, then press Enter. Press Escape to cancel."
		}
	}
	return ""
}

// inQueue says where in the queue one is: "3 of 10, 7 left".
func inQueue(p Queue) string {
	return text.Number(p.Position) + " of " + text.Number(p.Position+p.Left-1) + ", " + text.Number(p.Left) + " left"
}

// before is what the last review decided, and who did.
func before(i QueueItem) string {
	s := orElse(i.Before, "reviewed")
	if i.ReviewedBy != "" {
		s += " by " + i.ReviewedBy
	}
	return s
}
