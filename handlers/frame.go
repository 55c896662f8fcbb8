package handlers

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/views"
)

// frame gives what every page needs. It works for pages of failures too, where
// nobody may be signed in.
func (h *handlers) frame(c echo.Context, title string) views.Frame {
	f := views.Frame{Title: title, Theme: string(account.System)}
	if c.Request().Method == http.MethodGet {
		f.Path = c.Request().URL.Path
	}
	if h.Demo != nil {
		f.DemoPath = DemoPath
	}
	if h.PublicHelp {
		f.Help = helpPath
	}
	caller, ok := callerOf(c)
	if !ok {
		f.Bare = true
		return f
	}
	f.Theme = string(caller.Person.Theme)
	f.Person = &views.Person{ID: caller.Person.ID, Name: caller.Person.Name, Email: caller.Person.Email, SiteAdmin: caller.Person.SiteAdmin}
	if f.Bare = caller.OwesSecondStep(); f.Bare {
		return f
	}
	f.Help = helpPath
	f.Notices, f.Hello, f.Overdue = h.reader(c).Notices(caller.Notices), h.hello(c, caller), h.overdue(c, caller)
	f.Asked = h.asked(c, caller, f.Path)
	if wasDone(c, doneAnswered) {
		f.Done = sayAnswered
	}
	current, inAccount := membershipOf(c)
	if !inAccount {
		current, _ = h.chosen(c, caller)
	}
	own := strings.HasPrefix(c.Path(), settingsPath)
	inAccount = inAccount || own && current.Account.Kind == account.Personal
	f.Account = current.Account.Name
	f.Accounts = views.AccountLinks(caller.Memberships, current.Account.ID)
	if caller.Person.SiteAdmin && strings.HasPrefix(c.Path(), "/admin/") {
		f.NavTitle, f.Nav = "Administration", views.Administration(c.Request().URL.Path)
		return f
	}
	switch {
	case inAccount:
		f.NavTitle, f.Nav = "Account info", accountNav(c, current.Account)
	case own:
		f.NavTitle, f.Nav = "Settings", settingsNav(c)
	}
	return f
}

// accountNav lists the pages of Account info.
func accountNav(c echo.Context, of account.Account) []views.Link {
	base := "/accounts/" + of.Name
	nav := []views.Link{{Text: "General", Path: settingsPath}, {Text: "Security", Path: securityPath}}
	if of.Kind == account.Organization {
		nav = []views.Link{{Text: "General", Path: base + "/general"}, {Text: "People", Path: base + "/people"}}
	}
	nav = append(nav, views.Link{Text: "Cloud Providers", Path: base + "/cloud-providers"}, views.Link{Text: "API keys", Path: base + "/api-keys"})
	shown := strings.Replace(c.Path(), accountPath, base, 1)
	if strings.HasPrefix(shown, settingsPath+"/") {
		shown = securityPath // passwords, passkeys and sessions are part of it
	}
	for i := range nav {
		under := nav[i].Path != settingsPath && strings.HasPrefix(shown, nav[i].Path+"/")
		nav[i].Current = shown == nav[i].Path || under
	}
	return nav
}
