package views

import (
	"cmp"
	"net/url"

	"mooring/account"
)

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

// NewOrganization builds the form that makes an organization.
func NewOrganization(frame Frame, form account.OrganizationForm) OrganizationForm {
	return OrganizationForm{Frame: frame, Action: OrganizationsPath, New: true, MayChange: true,
		Name: form.Name, Description: form.Description, CancelPath: "/"}
}

// ChangeOrganization builds the page General of an organization, for a member of it.
func ChangeOrganization(frame Frame, m account.Membership, form account.OrganizationForm) OrganizationForm {
	base := AccountPath(m.Account.Name)
	p := OrganizationForm{Frame: frame, Action: base + "/general", MayChange: m.Role.AtLeast(account.Owner), Name: form.Name, Description: form.Description,
		RequireSecondStep: form.RequireSecondStep, RequiredBefore: m.Account.RequireSecondStep, LeavePath: leavePath(m)}
	if p.MayChange {
		p.DeletePath = base + "/delete"
	}
	return p
}

// leavePath is where somebody leaves, unless a group decides whether they belong.
func leavePath(m account.Membership) string {
	if m.ByGroup {
		return ""
	}
	return AccountPath(m.Account.Name) + "/leave"
}

// DeletionOf builds the page that lists what goes with an organization.
func DeletionOf(frame Frame, of account.Account, deletion account.Deletion) DeleteOrganization {
	base := AccountPath(of.Name)
	return DeleteOrganization{Frame: frame, Name: of.Name, Credentials: deletion.Credentials, People: deletion.People, Keys: deletion.Keys,
		Invitations: deletion.Invitations, Action: base + "/delete", CancelPath: base + "/general"}
}

// Colleagues builds the page People of an organization, for a member of it. form is
// what was typed to invite somebody.
func (r Reader) Colleagues(frame Frame, m account.Membership, people []account.Colleague, invitations []account.Invitation, form account.InviteForm) People {
	p := People{Frame: frame, MayManage: m.Role.AtLeast(account.Owner), Invite: InviteForm{Email: form.Email, Role: form.Role}, LeavePath: leavePath(m)}
	for _, one := range people {
		p.People = append(p.People, r.colleague(m, one, p.MayManage))
	}
	if !p.MayManage {
		return p
	}
	p.InvitePath = AccountPath(m.Account.Name) + "/invitations"
	for _, i := range invitations {
		p.Invitations = append(p.Invitations, Invitation{Email: cmp.Or(i.Email, "Anyone with the link"), Role: roleWords[i.Role], By: i.CreatedByName,
			Expires: r.Moment(i.ExpiresAt), RevokePath: p.InvitePath + "/" + url.PathEscape(i.ID) + "/revoke"})
	}
	return p
}

func (r Reader) colleague(m account.Membership, p account.Colleague, manage bool) Colleague {
	base, you := ColleaguesPath(m.Account.Name)+"/"+url.PathEscape(p.PersonID), p.PersonID == r.PersonID
	shown := Colleague{Name: p.Name, Email: p.Email, Role: roleWords[p.Role], RoleKey: string(p.Role), Since: r.Moment(p.Since),
		You: you, ByGroup: p.ByGroup, Disabled: p.Disabled}
	if manage { // how others sign in is for whoever answers for the organization
		shown.LastSignIn, shown.SecondStep = r.Moment(p.LastSignIn), p.SecondStep
	}
	if manage && !p.ByGroup {
		shown.RolePath = base + "/role"
	}
	if manage && !p.ByGroup && !you {
		shown.RemovePath = base + "/remove"
	}
	return shown
}

// InvitationMade builds the page that shows an invitation once. link is the address to
// pass on; it is not shown where it was mailed.
func (r Reader) InvitationMade(frame Frame, made account.Invitation, of account.Account, link string) InvitationMade {
	p := InvitationMade{Frame: frame, Email: made.Email, Mailed: made.Mailed, Role: roleWords[made.Role],
		Expires: r.Moment(made.ExpiresAt), BackPath: ColleaguesPath(of.Name)}
	p.Path = p.BackPath
	if !made.Mailed {
		p.Link = link
	}
	return p
}

// Join builds the page of an invitation, for whoever follows its link.
func (r Reader) Join(frame Frame, invitation account.Invitation) Join {
	p := Join{Frame: frame, Organization: invitation.Account.Name, Description: invitation.Account.Description, Role: roleWords[invitation.Role],
		InvitedBy: invitation.CreatedByName, Expires: r.Moment(invitation.ExpiresAt), ForEmail: invitation.Email}
	p.Path = "" // nobody comes back to a link that works once
	return p
}
