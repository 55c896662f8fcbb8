package azuresim

// copying is how often something freshly made is refused before it works,
// as while Azure copies it to all its servers.
const copying = 2

// signInCue is how the directory service treats one directory.
type signInCue int

const (
	signInPlain     signInCue = iota // as its applications and certificates deserve
	signInGone                       // the directory does not exist
	signInDown                       // 503
	signInClockLate                  // the directory's clock is twenty minutes behind
	signInFreshApp                   // a new application is not found at first
	signInFreshKey                   // a new certificate is not found at first
	signInBlocked                    // Conditional Access forbids the token
	signInUnheardOf                  // an error code that nobody has seen
)

// readCue is how the resource manager treats one subscription.
type readCue int

const (
	readPlain          readCue = iota // as its state and roles deserve
	readUnknown                       // the subscription does not exist
	readFreshRole                     // a new role assignment does not count at first
	readOldPermissions                // only the 2015 version of the permissions is served
	readNoPermissions                 // the permissions are refused
	readDown                          // 503
	readDownAfterFirst                // 503 from the second reading on
	readThrottled                     // 429
	readPage                          // a page for people instead of JSON
	readSilent                        // no answer at all
	readUnheardOf                     // an error code that nobody has seen
	readSomebodyElse                  // describes another subscription
)

// classicCue is how the classic endpoint treats one subscription.
type classicCue int

const (
	classicPlain  classicCue = iota // as its management certificates deserve
	classicRefuse                   // no certificate is ever accepted
	classicBusy                     // 503
)

// trustCue is what becomes of a certificate that Trust uploads.
type trustCue int

const (
	trustPlain   trustCue = iota // it is uploaded
	trustForgot                  // it is not
	trustExpired                 // it is, but its key credential ended yesterday
)
