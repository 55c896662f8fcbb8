package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"mooring/account"
	"mooring/certificate"
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
		f.Portal = h.Demo.Portal
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
	f.Notices, f.Hello, f.Overdue = h.notices(c, caller), h.hello(c, caller), h.overdue(c, caller)
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
	for _, kind := range []account.Kind{account.Personal, account.Organization} {
		for _, m := range caller.Memberships {
			if m.Account.Kind == kind {
				f.Accounts = append(f.Accounts, views.AccountLink{
					Name: m.Account.Name, Path: providersOf(m.Account.Name), Kind: kindWords[kind],
					Role: roleWords[m.Role], Current: m.Account.ID == current.Account.ID,
				})
			}
		}
	}
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

var (
	kindWords = map[account.Kind]string{account.Personal: "Personal", account.Organization: "Organization"}
	roleWords = map[account.Role]string{account.Owner: "Owner", account.Member: "Member", account.Viewer: "Viewer"}
)

func providersOf(accountName string) string { return "/accounts/" + accountName + "/cloud-providers" }

func credentialsOf(accountName, provider string) string {
	return providersOf(accountName) + "/" + provider + "/credentials"
}

func credentialOf(accountName, provider, id string) string {
	return credentialsOf(accountName, provider) + "/" + id
}

// moment puts a time as somebody in this time zone reads it.
func (h *handlers) moment(t time.Time, zone *time.Location) views.Time {
	if t.IsZero() {
		return views.Time{Shown: "Never"}
	}
	return views.Time{
		Shown:   relative(t.Sub(h.Now())),
		Exact:   t.In(zone).Format("2 January 2006, 15:04:05 MST"),
		Machine: t.UTC().Format(time.RFC3339),
	}
}

// relative tells how far away a moment is: negative is past.
func relative(d time.Duration) string {
	past := d <= 0
	amount := func(n int, unit string) string {
		if n != 1 {
			unit += "s"
		}
		if past {
			return fmt.Sprintf("%d %s ago", n, unit)
		}
		return fmt.Sprintf("in %d %s", n, unit)
	}
	far := d.Abs()
	whole := func(unit time.Duration) int {
		if !past { // a check in 24 hours is one in 24 hours a second later, too
			far = far.Round(unit)
		}
		return int(far / unit)
	}
	switch {
	case far < time.Minute && past:
		return "just now"
	case far < time.Minute:
		return "in less than a minute"
	case far < time.Hour:
		return amount(whole(time.Minute), "minute")
	case far < 48*time.Hour:
		return amount(whole(time.Hour), "hour")
	default:
		return amount(whole(time.Hour)/24, "day")
	}
}

// certificateView puts a certificate as the dialog shows it.
func (h *handlers) certificateView(accountName string, c certificate.Certificate, zone *time.Location) views.Certificate {
	cer, pem := certificatePaths(accountName)
	v := views.Certificate{
		SHA1: c.SHA1(), SHA256: c.SHA256(), Expires: h.moment(c.NotAfter, zone),
		CERPath: cer, PEMPath: pem, ExpiresSoon: c.ExpiresSoon(h.Now()),
	}
	if v.ExpiresSoon {
		v.RenewPath = newCertificatePath(accountName)
	}
	return v
}
