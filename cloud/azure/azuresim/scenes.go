package azuresim

// scripted is a scene with no more than a name, an outcome and one role.
func scripted(name, role, outcome string) scene {
	s := scene{Scripted: Scripted{Name: name, Outcome: outcome}}
	if role != "" {
		s.roles = []string{role}
	}
	return s
}

// connectedScenes sign in at once and differ in their rights.
func connectedScenes() []scene {
	newPier := scripted("New Pier", "Contributor", "Connects, but the resource providers Microsoft.Compute and Microsoft.Network aren't registered, so Mooring can't create virtual machines yet.")
	newPier.unregistered = true

	oldCharts := scripted("Old Charts", "Contributor", "Connects. Azure serves the permissions only in API version 2015-07-01, so Mooring falls back to it.")
	oldCharts.read = readOldPermissions

	sealedLog := scripted("Sealed Log", "Reader", "Connects, but Azure refuses to list the permissions, so Mooring can't say what it may do there.")
	sealedLog.read = readNoPermissions

	return []scene{
		scripted("Tide Tables", "Reader", "Connects right away. The application has the Reader role: Mooring can view resources but can't create any."),
		scripted("Dry Dock", "Contributor", "Connects right away. The application has the Contributor role and can create virtual machines."),
		scripted("Harbor Master", "Owner", "Connects with a warning: the application has the Owner role, which is more than Mooring needs."),
		newPier, oldCharts, sealedLog,
	}
}

// directoryScenes fail or wait before the subscription is read, most of them
// in the directory service.
func directoryScenes() []scene {
	lostBuoy := scripted("Lost Buoy", "", "Fails: no subscription has this ID.")
	lostBuoy.read = readUnknown

	sunken := scripted("Sunken Directory", "Reader", "Fails: the subscription names a directory that doesn't exist (AADSTS90002).")
	sunken.signIn = signInGone

	ghost := scripted("Ghost Ship", "", "Waits for Azure, then fails: the directory has no application with this client ID (AADSTS700016).")
	ghost.noApplication = true

	paint := scripted("Fresh Paint", "Reader", "Waits for Azure, then connects: the application is so new that the first two sign-ins don't find it (AADSTS700016).")
	paint.signIn = signInFreshApp

	gate := scripted("Locked Gate", "", "Waits for Azure, then fails unless somebody assigns a role: the application has none here (AuthorizationFailed).")

	opening := scripted("Opening Gate", "Reader", "Waits for Azure, then connects: the role is so new that the first two requests are refused (AuthorizationFailed).")
	opening.read = readFreshRole

	noKey := scripted("Empty Key Board", "Reader", "Waits for Azure, then fails unless somebody uploads the certificate to the application (AADSTS700027, the key was not found).")
	noKey.trust = trustForgot

	posted := scripted("Key in the Post", "Reader", "Waits for Azure, then connects: the certificate is so new that the first two sign-ins don't find it (AADSTS700027).")
	posted.signIn = signInFreshKey

	rusty := scripted("Rusty Key", "Reader", "Fails: the certificate's entry on the application expired yesterday (AADSTS700027, the key used is expired).")
	rusty.trust = trustExpired

	clock := scripted("Slow Clock", "Reader", "Fails: the directory's clock and Mooring's differ by twenty minutes (AADSTS700024).")
	clock.signIn = signInClockLate

	laidUp := scripted("Laid-up Boat", "Reader", "Fails: the application is disabled (AADSTS7000112).")
	laidUp.disabled = true

	crew := scripted("Missing Crew", "", "Waits for Azure, then fails: the application has no service principal (AADSTS7000229).")
	crew.noPrincipal = true

	customs := scripted("Customs", "Reader", "Fails: a Conditional Access policy blocks the sign-in (AADSTS53003).")
	customs.signIn = signInBlocked

	flag := scripted("Changed Flag", "Reader", "Fails: the subscription has moved to another directory (InvalidAuthenticationTokenTenant).")
	flag.movedTo = "New Flag Ltd"

	return []scene{
		lostBuoy, sunken, ghost, paint, gate, opening, noKey, posted, rusty, clock, laidUp, crew, customs, flag,
	}
}

// readingScenes sign in; then the state of the subscription or the service is
// the news.
func readingScenes() []scene {
	quay := scripted("Chained Quay", "Contributor", "Needs attention: the sign-in works, but the subscription is disabled and read-only (state Disabled).")
	quay.state = "Disabled"

	storm := scripted("Storm Warning", "Contributor", "Connects with a warning: Azure may disable the subscription soon (state Warned).")
	storm.state = "Warned"

	berth := scripted("Unpaid Berth", "Contributor", "Connects with a warning: a payment for the subscription is overdue (state PastDue).")
	berth.state = "PastDue"

	hull := scripted("Scrapped Hull", "Reader", "Needs attention: the subscription and its resources have been deleted (state Deleted).")
	hull.state = "Deleted"

	fog := scripted("Fogbound", "Reader", "Can't be checked: the resource manager answers every request with 503.")
	fog.read = readDown

	gatehouse := scripted("Closed Gatehouse", "Reader", "Can't be checked: the directory service answers every request with 503.")
	gatehouse.signIn = signInDown

	crowd := scripted("Crowded Channel", "Reader", "Can't be checked for now: the resource manager answers 429 and asks Mooring to retry after 30 seconds.")
	crowd.read = readThrottled

	signal := scripted("Wrong Signal", "Reader", "Can't be checked: a web page comes back instead of JSON, as from a proxy in between.")
	signal.read = readPage

	calm := scripted("Dead Calm", "Reader", "Can't be checked: the resource manager accepts the request and never answers.")
	calm.read = readSilent

	strange := scripted("Strange Flag", "Reader", "Fails with an error code that Mooring doesn't know (AADSTS999999), in a message that it must not show as is.")
	strange.signIn = signInUnheardOf

	mismatch := scripted("Strange Signal", "Reader", "Fails with a resource manager error code that Mooring doesn't know (TideTableMismatch).")
	mismatch.read = readUnheardOf

	evening := scripted("Evening Fog", "Reader", "Connects on the first check. From the second on, the resource manager answers 503, which must not break the link.")
	evening.read = readDownAfterFirst

	return []scene{
		quay, storm, berth, hull, fog, gatehouse, crowd, signal, calm, strange, mismatch, evening,
	}
}

// foreignScenes have to do with other clouds and other subscriptions.
func foreignScenes() []scene {
	potomac := scripted("Potomac", "Reader", "Connects only in Azure US Government; the public cloud doesn't have it.")
	potomac.Environment = "usgov"

	pearl := scripted("Pearl River", "Reader", "Connects only in Azure China; the public cloud doesn't have it.")
	pearl.Environment = "china"

	beacon := scripted("False Beacon", "Reader", "Fails: Azure answers with the ID of a different subscription.")
	beacon.read = readSomebodyElse

	foreign := scripted("Foreign Waters", "Reader", "Fails: the directory belongs to another national cloud (AADSTS900382).")
	foreign.home = "usgov"

	return []scene{potomac, pearl, beacon, foreign}
}

// classicScenes are for the management certificates of old. Their application
// connects as any other.
func classicScenes() []scene {
	lock := scripted("Old Lock", "Reader", "Classic method: fails, because no management certificate is ever accepted (ForbiddenError).")
	lock.trusting, lock.classic = true, classicRefuse

	tug := scripted("Retired Tug", "Reader", "Classic method: Azure knows the certificate, but the subscription is disabled (SubscriptionDisabled).")
	tug.trusting, tug.state = true, "Disabled"

	busy := scripted("Busy Lock", "Reader", "Classic method: the service is too busy to answer (ServerBusy).")
	busy.trusting, busy.classic = true, classicBusy

	return []scene{lock, tug, busy}
}

// narrowScenes connect with narrow roles in place of one broad role.
func narrowScenes() []scene {
	room := scripted("Engine Room", "", "Connects. Two narrow roles allow virtual machines and networks, but not resource groups or viewing the resource providers.")
	room.roles = []string{"Virtual Machine Contributor", "Network Contributor"}
	return []scene{room}
}
