package azure

import "mooring/cloud"

var _ cloud.RightsLister = (*Azure)(nil)

// rightClassic is what a management certificate may do.
const rightClassic = "It can do everything with the classic resources of the subscription. A management certificate knows no smaller right."

// Rights implements cloud.RightsLister.
func (a *Azure) Rights() []string {
	var all []string
	for _, ability := range abilities {
		all = append(all, ability.granted)
	}
	for _, e := range a.environments {
		if e.Classic != "" {
			return append(all, rightClassic)
		}
	}
	return all
}
