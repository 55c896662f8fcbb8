package registerquery

// limits are what one request may do. Tests have smaller ones.
type limits struct {
	lookCost     int // what a look at a row of the table costs, in entries of an index that holds all that is filtered by
	fewRows      int // are read and sorted at once
	firstTurn    int // entries passed before the first look whether the page is full
	mostPassed   int // entries
	mostLookedAt int // rows
	countPassed  int // entries, to count a combination
	mostCounted  int

	sortedHits   int // of a search; more come newest first
	goOnSorted   int // when the pages before were sorted
	gatheredHits int // of accounts and people, read at once
	mostNames    int // whose newest links are merged
	hitLooks     int // at hits that have to pass a filter
	numberLooks  int // at numbers of hits that have to be in an account

	mostGathered int // numbers kept in memory while a selection is walked
	window       int // numbers looked at in one read of a selection
}

// usual limits keep a request below a tenth of a second. They are measured:
// passing an entry takes a fifth of a microsecond.
func usual() limits {
	return limits{
		lookCost: 20, fewRows: 1000, firstTurn: 2000, mostPassed: 200_000, mostLookedAt: 10_000, countPassed: 50_000, mostCounted: 1000,
		sortedHits: 1000, goOnSorted: 2000, gatheredHits: 2000, mostNames: 300, hitLooks: 10_000, numberLooks: 60_000,
		mostGathered: 50_000, window: 5000,
	}
}
