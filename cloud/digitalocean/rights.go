package digitalocean

import (
	"strings"

	"mooring/cloud"
)

// The keys of the rights. Policies and approvals keep them.
const (
	rightView   = "digitalocean-view"
	rightChange = "digitalocean-change"
)

var rightTexts = []cloud.RightText{
	{Key: rightView, Granted: "It can view the team's resources.", Missing: "It can't view all kinds of the team's resources."},
	{Key: rightChange, Granted: "It can create, change or delete resources of the team, which is more than Mooring needs. Revoke the grant at DigitalOcean, and sign in again."},
}

// Rights implements cloud.RightsLister.
func (d *DigitalOcean) Rights() []cloud.RightText { return rightTexts }

// changing are the ends of scopes that allow more than viewing.
var changing = []string{"create", "update", "delete", "admin", "write"}

// rightsOf reads scopes: "read", "write", or one for each kind of resource, such as
// "droplet:create". It reports false if there are none.
func rightsOf(scopes []string) ([]cloud.Right, bool) {
	if len(scopes) == 0 {
		return nil, false
	}
	view, change := false, false
	for _, scope := range scopes {
		_, last, _ := strings.Cut(strings.ToLower(scope), ":")
		if last == "" {
			last = strings.ToLower(scope)
			view = view || last == "read"
		}
		for _, end := range changing {
			change = change || last == end
		}
	}
	rights := []cloud.Right{{Key: rightView, Granted: view}}
	if change {
		rights = append(rights, cloud.Right{Key: rightChange, Granted: true, Excessive: true})
	}
	return rights, true
}

// sayRights sums up rights in a sentence.
func sayRights(rights []cloud.Right) string {
	for _, right := range rights {
		switch {
		case right.Excessive:
			return "It has more permissions than Mooring needs. See What Mooring can do."
		case right.Key == rightView && !right.Granted:
			return "It can't view everything in the team. See What Mooring can do."
		}
	}
	return "It can view the team's resources and can't change any."
}
