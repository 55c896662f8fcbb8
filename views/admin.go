package views

import (
	"net/url"
	"strings"

	"mooring/account"
	"mooring/text"
)

// listed joins names for people to read.
func listed(names []string) string { return orElse(strings.Join(names, ", "), "None") }

func sessionCount(n int) string {
	if n == 0 {
		return "None"
	}
	return text.Count(n, "browser", "browsers")
}

// AdminPeople builds the list of all people. next is the ID after which the next page
// begins; empty: there is none.
func (r Reader) AdminPeople(frame Frame, query account.PeopleQuery, rows []account.PersonRow, next string) AdminPeople {
	p := AdminPeople{Frame: frame, Search: query.Search}
	if query.After != "" {
		p.FirstPath = peopleAfter(query.Search, "")
	}
	if next != "" {
		p.NextPath = peopleAfter(query.Search, next)
	}
	for _, row := range rows {
		shown := PersonRow{Name: row.Person.Name, Email: row.Person.Email, Path: PersonPath(row.Person.ID), Administrator: row.Person.SiteAdmin,
			Disabled: !row.Person.DisabledAt.IsZero(), You: row.Person.ID == r.PersonID,
			LastSignIn: r.Moment(row.Person.LastSignInAt), SecondStep: row.SecondStep}
		for _, m := range row.Organizations {
			shown.Organizations = append(shown.Organizations, m.Account.Name)
		}
		p.People = append(p.People, shown)
	}
	return p
}

func peopleAfter(search, after string) string {
	query := url.Values{}
	if search != "" {
		query.Set("search", search)
	}
	if after != "" {
		query.Set("after", after)
	}
	return WithQuery(PeoplePath, query)
}

var personDone = map[string]string{
	"disable": "Disabled. Their sessions have ended and their API keys no longer work.",
	"enable":  "Enabled. They can sign in again.", "end-sessions": "Their sessions have ended.",
	"make-administrator": "They are now a site administrator.", "take-administrator": "They are no longer a site administrator.",
}

// PersonDone says on a person's page what was done; what is the name of that route.
func PersonDone(what string) string { return personDone[what] }

// AdminPerson builds the page of one person.
func (r Reader) AdminPerson(frame Frame, row account.PersonRow) AdminPerson {
	person := row.Person
	p := AdminPerson{Frame: frame, Name: person.Name, Email: person.Email, You: person.ID == r.PersonID,
		Administrator: person.SiteAdmin, ByGroup: person.AdminByGroup, Disabled: !person.DisabledAt.IsZero(), Added: r.Moment(person.CreatedAt),
		LastSignIn: r.Moment(person.LastSignInAt), HasPassword: row.HasPassword, SecondStep: row.SecondStep, Sessions: row.Sessions,
		BackPath: PeoplePath}
	for _, key := range row.Providers {
		p.Providers = append(p.Providers, r.signInName(key))
	}
	for _, m := range row.Organizations {
		p.Organizations = append(p.Organizations, PersonRole{Organization: m.Account.Name, Role: roleWords[m.Role]})
	}
	p.offer(PersonPath(person.ID))
	return p
}

// offer says what an administrator can do about a person. Nobody does these things to
// themselves.
func (p *AdminPerson) offer(path string) {
	if p.Sessions > 0 && !p.You {
		p.EndSessionsPath = path + "/end-sessions"
	}
	switch {
	case p.You:
	case p.Disabled:
		p.EnablePath = path + "/enable"
	default:
		p.DisablePath = path + "/disable"
	}
	switch {
	case p.You || p.ByGroup || p.Disabled:
	case p.Administrator:
		p.TakeAdministratorPath = path + "/take-administrator"
	default:
		p.MakeAdministratorPath = path + "/make-administrator"
	}
}
