package views

import (
	"strconv"

	"github.com/a-h/templ"
)

// frameSamples is what the names of the frame's own samples begin with. Their
// golden files hold the whole document; those of all other pages hold what is
// inside the frame.
const frameSamples = "frame-"

// samplesOfFrames are the states of what surrounds every page.
func samplesOfFrames(add func(string, templ.Component)) {
	page := func(name string, f Frame) {
		f.Title = "A page"
		add(frameSamples+name, framed(f, templ.Join(templ.Raw(`<div class="page-head"><h1>A page</h1></div>`), pageNews(f), templ.Raw("<p>What the page says.</p>"))))
	}
	page("account", sampleFrame(""))
	page("administration", wide(sampleAdmin("", sampleList)))
	settings := sampleFrame("")
	settings.NavTitle, settings.Nav = "Settings", []Link{{Text: "General", Path: "/settings", Current: true}, {Text: "Security", Path: "/settings/security"}}
	page("settings", settings)
	page("stranger", sampleStranger(""))

	demo := sampleFrame("")
	demo.DemoPath, demo.Theme, demo.Reload = "/demo", "dark", 3
	page("demo", demo)

	news := sampleFrame("")
	news.Path = sampleProviders
	news.Notices = []Notice{
		{Text: "3 failed sign-ins with your e-mail address, the latest from 203.0.113.9.", Time: sampleChecked, Path: "/settings/security", LinkText: "Review security", Shown: "7.3"},
		{Text: "You signed in with a new device: Safari on iPhone, from 2001:db8::a1f.", Time: sampleYesterday, Path: "/settings/sessions", LinkText: "See sessions", Shown: "9.1"},
		{Text: "A recovery code was used.", Time: sampleYesterday, Shown: "11.1"},
	}
	news.Overdue = []OverdueReview{{Name: "Fourth quarter of 2026", Due: sampleOver, Left: 5, Path: sampleQueueAt}, {Name: "Backups", Due: sampleYesterday, Left: 1, Path: sampleQ4}}
	news.Asked = []AskedOwner{
		{Account: "harbor", Asker: "Ruth Adeyemi", Label: "Engine", Text: "Who uses this, and until when?", Due: sampleTomorrow, Total: 1, AnswerPath: samplePath + "/answer?next=" + sampleProviders},
		{Account: "pier", Total: 12, Due: sampleNextWeek, ListPath: "/accounts/pier/cloud-providers?status=asked"},
	}
	news.Done = "Your answer was sent to the reviewers."
	news.Hello = "You last signed in 3 hours ago from 192.0.2.1."
	page("news", news)

	accounts := sampleFrame("")
	accounts.Person = &Person{Name: "Ben Okafor", Email: "ben@harbor.example"}
	for i := range 10 {
		name := "pier-" + strconv.Itoa(i+1)
		accounts.Accounts = append(accounts.Accounts, AccountLink{Name: name, Path: "/accounts/" + name, Kind: "Organization", Role: "Viewer"})
	}
	accounts.Accounts[0], accounts.Accounts[1] = accounts.Accounts[1], accounts.Accounts[0]
	page("many-accounts", accounts)

	help := sampleHelpFrame("", "/help/link-azure")
	help.Title, help.Contents = "A page", []Heading{{Text: "In the portal", Anchor: "in-the-portal"}, {Text: "Register an application", Anchor: "register", Under: true}}
	add(frameSamples+"help", framed(help, templ.Join(templ.Raw("<h1>A page</h1>"), pageNews(help),
		templ.Raw(`<h2 id="in-the-portal">In the portal</h2><h3 id="register">Register an application</h3>`))))
	open := sampleStranger("")
	open.Help, open.SignIn, open.NavTitle, open.Nav = "/help", "/login?next=%2Fhelp%2Flink-azure", "Help", sampleHelpNav("/help/link-azure")
	page("public-help", open)
	half := open
	half.SignIn, half.Person = "", &Person{Name: "Ada Byron", Email: "ada@harbor.example"}
	page("second-step", half)
}
