package cloud

// Provider is one that people look for in the list.
type Provider struct {
	Key, Name string
	Why       string // why it can't be linked
}

// Unlinked are providers that can't be linked, in the order of their names. One that
// is in a Registry all the same can be.
var Unlinked = []Provider{
	{"aws", "Amazon Web Services", notHere},
	{"digitalocean", "DigitalOcean", notHere},
	{"google", "Google Cloud", notHere},
	{"ibm", "IBM Cloud (formerly SoftLayer)", "Can't be linked without handing over a secret. IBM Cloud accepts only API keys from outside."},
	{"azure", "Microsoft Azure", notHere},
	{"oracle", "Oracle Cloud", notHere},
	{"packet", "Packet", "Closed by its owner in 2026."},
}

const notHere = "Not available in this Mooring."
