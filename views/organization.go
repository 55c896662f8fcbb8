package views

func organizationNameHint(p OrganizationForm) string {
	if p.New {
		return "Lower-case letters, digits and hyphens, such as harbor. It is part of the addresses."
	}
	return "Another name changes the addresses of its pages, and what programs give as the name beside their API key."
}

// inviteNote says how the link gets to whom it is for.
func inviteNote(p People) string {
	if p.Mail {
		return "The link is mailed to the address. Without one you pass it on yourself. It works once, for seven days."
	}
	return "You get a link to pass on. It works once, for seven days; with an address, for that person only."
}
