package azuresim

// told is a scene with no more than a name, an outcome and one role.
func told(name, role, outcome string) scene {
	s := scene{Scripted: Scripted{Name: name, Outcome: outcome}}
	if role != "" {
		s.roles = []string{role}
	}
	return s
}

// connectedScenes sign in at once and differ in their rights.
func connectedScenes() []scene {
	newPier := told("New Pier", "Contributor", "Connects, but Microsoft.Compute and Microsoft.Network are not registered, so no machine can be made yet.")
	newPier.unregistered = true

	oldCharts := told("Old Charts", "Contributor", "Connects; the permissions are served only in the version of 2015-07-01, which must do.")
	oldCharts.read = readOldPermissions

	sealedLog := told("Sealed Log", "Reader", "Connects, but the permissions are refused, so what may be done there cannot be told.")
	sealedLog.read = readNoPermissions

	return []scene{
		told("Tide Tables", "Reader", "Connects at once; the application is Reader, so Mooring can look but not make anything."),
		told("Dry Dock", "Contributor", "Connects at once; the application is Contributor and may make machines."),
		told("Harbor Master", "Owner", "Connects, with a warning: the application is Owner, which is more than is needed."),
		newPier, oldCharts, sealedLog,
	}
}

// directoryScenes fail or wait before the subscription is read, most of them
// in the directory service.
func directoryScenes() []scene {
	lostBuoy := told("Lost Buoy", "", "Fails: no subscription has this ID.")
	lostBuoy.read = readUnknown

	sunken := told("Sunken Directory", "Reader", "Fails: the subscription names a directory that does not exist (AADSTS90002).")
	sunken.signIn = signInGone

	ghost := told("Ghost Ship", "", "Fails for ever: the directory has no application with this client ID (AADSTS700016).")
	ghost.noApplication = true

	paint := told("Fresh Paint", "Reader", "Waits for Azure: the application is so new that two sign-ins miss it (AADSTS700016); the third connects.")
	paint.signIn = signInFreshApp

	gate := told("Locked Gate", "", "Fails until somebody assigns a role: the application has none here (AuthorizationFailed).")

	opening := told("Opening Gate", "Reader", "Waits for Azure: the role is so new that two readings are refused (AuthorizationFailed); the third connects.")
	opening.read = readFreshRole

	noKey := told("Empty Key Board", "Reader", "Fails until somebody uploads the certificate to the application (AADSTS700027, the key was not found).")
	noKey.trust = trustForgot

	posted := told("Key in the Post", "Reader", "Waits for Azure: the certificate is so new that two sign-ins miss it (AADSTS700027); the third connects.")
	posted.signIn = signInFreshKey

	rusty := told("Rusty Key", "Reader", "Fails: the certificate's entry at the application ended yesterday (AADSTS700027, the key used is expired).")
	rusty.trust = trustExpired

	clock := told("Slow Clock", "Reader", "Fails: the directory's clock and ours differ by twenty minutes (AADSTS700024).")
	clock.signIn = signInClockLate

	laidUp := told("Laid-up Boat", "Reader", "Fails: the application is disabled (AADSTS7000112).")
	laidUp.disabled = true

	crew := told("Missing Crew", "", "Fails: the application has no service principal (AADSTS7000229).")
	crew.noPrincipal = true

	customs := told("Customs", "Reader", "Fails: Conditional Access blocks the sign-in (AADSTS53003).")
	customs.signIn = signInBlocked

	flag := told("Changed Flag", "Reader", "Fails: the subscription moved to another directory (InvalidAuthenticationTokenTenant).")
	flag.movedTo = "New Flag Ltd"

	return []scene{
		lostBuoy, sunken, ghost, paint, gate, opening, noKey, posted, rusty, clock, laidUp, crew, customs, flag,
	}
}

// readingScenes sign in; then the state of the subscription or the service is
// the news.
func readingScenes() []scene {
	quay := told("Chained Quay", "Contributor", "Needs attention: it signs in, but the subscription is Disabled and read only.")
	quay.state = "Disabled"

	storm := told("Storm Warning", "Contributor", "Connects, with a warning: the subscription is Warned and may be disabled soon.")
	storm.state = "Warned"

	berth := told("Unpaid Berth", "Contributor", "Connects, with a warning: the subscription is PastDue, a payment is missing.")
	berth.state = "PastDue"

	hull := told("Scrapped Hull", "Reader", "Needs attention: the subscription is Deleted and its resources are gone.")
	hull.state = "Deleted"

	fog := told("Fogbound", "Reader", "Cannot tell: the resource manager answers 503 to everything.")
	fog.read = readDown

	gatehouse := told("Closed Gatehouse", "Reader", "Cannot tell: the directory service answers 503 to everything.")
	gatehouse.signIn = signInDown

	crowd := told("Crowded Channel", "Reader", "Cannot tell yet: the resource manager answers 429 and asks to come back after 30 seconds.")
	crowd.read = readThrottled

	signal := told("Wrong Signal", "Reader", "Cannot tell: a page for people comes back instead of JSON, as from a proxy in between.")
	signal.read = readPage

	calm := told("Dead Calm", "Reader", "Cannot tell: the resource manager takes the question and never answers.")
	calm.read = readSilent

	strange := told("Strange Flag", "Reader", "Fails with a code that nobody knows (AADSTS999999), in a sentence that must not be shown as it is.")
	strange.signIn = signInUnheardOf

	mismatch := told("Strange Signal", "Reader", "Fails with a resource manager code that nobody knows (TideTableMismatch).")
	mismatch.read = readUnheardOf

	evening := told("Evening Fog", "Reader", "Connects the first time; from the second verification on the resource manager answers 503, which must not undo the link.")
	evening.read = readDownAfterFirst

	return []scene{
		quay, storm, berth, hull, fog, gatehouse, crowd, signal, calm, strange, mismatch, evening,
	}
}

// foreignScenes have to do with other clouds and other subscriptions.
func foreignScenes() []scene {
	potomac := told("Potomac", "Reader", "Connects in Azure US Government only; in the public cloud it is not found.")
	potomac.Environment = "usgov"

	pearl := told("Pearl River", "Reader", "Connects in Azure China only; in the public cloud it is not found.")
	pearl.Environment = "china"

	beacon := told("False Beacon", "Reader", "Fails: Azure answers with the ID of another subscription.")
	beacon.read = readSomebodyElse

	foreign := told("Foreign Waters", "Reader", "Fails: the directory belongs to another national cloud (AADSTS900382).")
	foreign.home = "usgov"

	return []scene{potomac, pearl, beacon, foreign}
}

// classicScenes are for the management certificates of old. Their application
// connects as any other.
func classicScenes() []scene {
	lock := told("Old Lock", "Reader", "Classic way: no management certificate is ever accepted (ForbiddenError).")
	lock.trusting, lock.classic = true, classicRefuse

	tug := told("Retired Tug", "Reader", "Classic way: the certificate is known, but the subscription is disabled (SubscriptionDisabled).")
	tug.trusting, tug.state = true, "Disabled"

	busy := told("Busy Lock", "Reader", "Classic way: the service is too busy to answer (ServerBusy).")
	busy.trusting, busy.classic = true, classicBusy

	return []scene{lock, tug, busy}
}

// narrowScenes connect with narrow roles in place of one broad role.
func narrowScenes() []scene {
	room := told("Engine Room", "", "Connects; two narrow roles let it make machines and networks, but neither resource groups nor look at the providers.")
	room.roles = []string{"Virtual Machine Contributor", "Network Contributor"}
	return []scene{room}
}
