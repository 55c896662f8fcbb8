package views

import "github.com/a-h/templ"

// samplesOfHelp are the pages of the help.
func samplesOfHelp(add func(string, templ.Component)) {
	index := Help{Frame: sampleHelpFrame("Help", "/help"), Path: "/help", Topics: sampleTopics(), Pages: sampleHelpPages(), Errors: sampleHelpErrors()}
	add("help", HelpIndexPage(index))
	add("help-list", HelpList(index))
	add("help-found", HelpIndexPage(sampleHelpFound()))
	many := sampleHelpFound()
	many.More = 12
	add("help-found-many", HelpList(many))
	none := sampleHelpFound()
	none.Hits = nil
	add("help-found-nothing", HelpIndexPage(none))
	questions := HelpTopics{Frame: sampleHelpFrame("Common questions", "/help/questions"), Topics: sampleAnswers()}
	for _, t := range questions.Topics {
		questions.Contents = append(questions.Contents, Heading{Text: t.Title, Anchor: t.Anchor})
	}
	add("help-questions", HelpTopicsPage(questions))
	add("help-page", HelpWalkthroughPage(sampleWalkthrough(sampleHelpFrame("Link a Microsoft Azure account", "/help/link-azure"))))
	add("error-help", ErrorHelpPage(ErrorHelp{Frame: sampleHelpFrame("Azure error codes", sampleHelp), Provider: "Microsoft Azure", Entries: sampleCatalogue()}))
}

func sampleHelpFrame(title, path string) Frame {
	f := sampleFrame(title)
	f.Path, f.NavTitle, f.Nav = path, "Help", sampleHelpNav(path)
	return f
}

func sampleHelpNav(path string) []Link {
	nav := []Link{{Text: "Overview", Path: "/help"}, {Text: "Common questions", Path: "/help/questions"}}
	for _, e := range append(sampleHelpPages(), sampleHelpErrors()...) {
		nav = append(nav, Link{Text: e.Title, Path: e.Path})
	}
	for i := range nav {
		nav[i].Current = nav[i].Path == path
	}
	return nav
}

func sampleTopics() []HelpEntry {
	return []HelpEntry{
		{Title: "How do I invite people to an organization?", Path: "/help/questions#invite"},
		{Title: "I lost my phone or passkey. How do I sign in?", Path: "/help/questions#lost-passkey"},
	}
}

func sampleAnswers() []HelpTopic {
	return []HelpTopic{
		{Title: "How do I invite people to an organization?", Anchor: "invite", Paragraphs: [][]Piece{
			{{Text: "You need to be an owner. Open "}, {Text: "Account info", Label: true}, {Text: ", then "}, {Text: "People", Label: true}, {Text: "."}},
			{{Text: "An invitation works once, within seven days."}},
		}},
		{Title: "I lost my phone or passkey. How do I sign in?", Anchor: "lost-passkey", Paragraphs: [][]Piece{
			{{Text: "On the server, the operator can run "}, {Text: "mooring people reset --email ADDRESS", Code: true}, {Text: " to get a recovery code for the person."}},
		}},
	}
}

func sampleHelpPages() []HelpEntry {
	return []HelpEntry{
		{Title: "Link a Microsoft Azure account", Path: "/help/link-azure", Takes: "About 8 minutes",
			Summary: "Link a subscription of Microsoft Azure, in the portal or with one command, and see that the link works."},
		{Title: "Fix a link", Path: "/help/mend-a-link", Takes: "About 1 minute", Summary: "What to do when a link needs attention."},
	}
}

func sampleHelpErrors() []HelpEntry {
	return []HelpEntry{{Title: "Azure error codes", Path: sampleHelp, Takes: "41 codes",
		Summary: "What each error code of Microsoft Azure means, who can fix it, and how."}}
}

func sampleHelpFound() Help {
	return Help{
		Frame: sampleHelpFrame("Help", "/help"), Path: "/help", Query: "upload", Pages: sampleHelpPages(), Errors: sampleHelpErrors(),
		Hits: []HelpHit{
			{Title: "Upload the certificate", Page: "Link a Microsoft Azure account", Path: "/help/link-azure#upload-the-certificate",
				Excerpt: []Words{{Text: "On the page of the application, choose Certificates & secrets and "}, {Text: "upload", Found: true}, {Text: " the file that you downloaded …"}}},
			{Title: "Fix a link", Path: "/help/mend-a-link", Excerpt: []Words{{Text: "… what was "}, {Text: "upload", Found: true}, {Text: "ed has expired …"}}},
			{Title: "AADSTS700027", Page: "Azure error codes", Path: sampleHelp + "#azure-700027",
				Excerpt: []Words{{Text: "Upload", Found: true}, {Text: " the certificate of this account."}}},
		},
	}
}

// sampleWalkthrough has everything that walkthroughs can hold.
func sampleWalkthrough(f Frame) HelpPage {
	f.Contents = []Heading{{Text: "Open the dialog", Anchor: "open-the-dialog"}, {Text: "In the portal", Anchor: "in-the-portal"},
		{Text: "Register an application", Anchor: "register-an-application", Under: true}, {Text: "When something is wrong", Anchor: "when-something-is-wrong"}}
	return HelpPage{Frame: f, Takes: "About 8 minutes", ForPaper: "/help/link-azure?pictures=light",
		Summary: "Link a subscription of Microsoft Azure, in the portal or with one command, and see that the link works.",
		Body: `<p>You need about ten minutes, and</p>
<ul>
<li>in the directory, permission to register applications.</li>
<li>on the subscription, a role that can assign roles, such as <strong>Owner</strong>.</li>
</ul>
<h2 id="open-the-dialog"><a href="#open-the-dialog">Open the dialog</a></h2>
<p>Choose <strong>Add credentials</strong>. The other way is <a href="#in-the-portal">in the portal</a>.</p>
<figure id="providers">
<picture>
  <source media="(max-width: 40rem)" srcset="/help/link-azure/pictures/providers-narrow-light.png?v=0123456789abcdef" width="360" height="300">
  <img src="/help/link-azure/pictures/providers-wide-light.png?v=0123456789abcdef" alt="The page Cloud Providers. The button Add credentials is marked." width="900" height="300" loading="lazy">
</picture>
<figcaption>Each provider has its line.</figcaption>
</figure>
<h2 id="in-the-portal"><a href="#in-the-portal">In the portal</a></h2>
<h3 id="register-an-application"><a href="#register-an-application">Register an application</a></h3>
<ol>
<li>Open <strong>App registrations</strong>.</li>
<li>Type a name, and run
<pre tabindex="0"><code>az ad app create --display-name mooring-harbor --sign-in-audience AzureADMyOrg --query appId --output tsv
</code></pre>
</li>
</ol>
<blockquote>
<p>The pictures show a simulated portal.</p>
</blockquote>
<h2 id="when-something-is-wrong"><a href="#when-something-is-wrong">When something is wrong</a></h2>
<table>
<thead>
<tr><th>What you see</th><th>What to do</th></tr>
</thead>
<tbody>
<tr><td><code>AADSTS700016</code></td><td>Copy the application ID once more.</td></tr>
</tbody>
</table>
`}
}
