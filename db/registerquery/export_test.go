package registerquery

// What tests of the list look at from inside.

type Limits = limits

func (s Planner) WithLimits(l Limits) Planner {
	s.limits = l
	return s
}

// Tiny limits lead a small database into every way of a large one.
func Tiny(below func(n int) int) Limits {
	some := func() int { return 1 + below(6) }
	return Limits{
		lookCost: some(), fewRows: 3 * below(6), firstTurn: some(), mostPassed: 3 * some(), mostLookedAt: some(), countPassed: 5 * some(), mostCounted: some(),
		sortedHits: 3 * some(), goOnSorted: 20 * some(), gatheredHits: some(), mostNames: some(), hitLooks: 3 * some(), numberLooks: 3 * some(),
		mostGathered: 5 * some(), window: 2 * some(),
	}
}
