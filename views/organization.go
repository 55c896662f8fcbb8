package views

func organizationNameHint(p OrganizationForm) string {
	if p.New {
		return "Lowercase letters, digits and hyphens, such as harbor. The name becomes part of the organization's web addresses."
	}
	return "A new name changes the web addresses of the organization's pages, and the account name that programs send with their API key."
}

// inviteNote says how the link gets to whom it is for.
func inviteNote(p People) string {
	if p.Mail {
		return "Mooring mails the link to the address. If you leave the address empty, you get a link to pass on. The link works once, within seven days."
	}
	return "You get a link to pass on. It works once, within seven days. If you enter an address, only that person can use it."
}
