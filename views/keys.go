package views

// exampleCommand is how a program asks, with the key in its environment.
func exampleCommand(p APIKeys) string {
	return "curl --user \"" + p.Account + ":$MOORING_KEY\" \\\n  " + p.BaseURL + "/api/v1/accounts/" + p.Account + "/credentials"
}
