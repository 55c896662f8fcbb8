package secret

// ParseRing is parseRing, for the tests that feed it damaged files.
var ParseRing = parseRing
