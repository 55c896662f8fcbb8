package link

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"mooring/cloud/aws/awssim"
	"mooring/e2e/browser"
)

// awsAccount finds an account of the simulated AWS by its name.
func awsAccount(t *testing.T, name string) awssim.Account {
	t.Helper()
	for _, a := range awssim.Stories() {
		if a.Name == name {
			return a
		}
	}
	t.Fatalf("there is no account %q", name)
	return awssim.Account{}
}

// TestAWSWithOneCommand links an account with the command of the page, carried over and
// back by the clipboard.
func TestAWSWithOneCommand(t *testing.T) {
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideLight)
	b.SignIn(w, browser.Owner)
	b.AddCredentialsFor("Amazon Web Services", "AWS credentials")
	b.Shown("dialog-aws")
	b.Fill("Label", "Harbor")
	b.Click("button", "Copy command: Create a CloudFormation stack")
	b.SeesIn("#dialog-announce", "Copied")

	shell := b.Another()
	shell.Open(w.Consoles["aws"] + "/accounts/" + awssim.Working + "/cloudshell")
	shell.Find("textbox", "Command").Click()
	shell.Press("v", chromedp.ModifierCtrl)
	shell.Follow("button", "Run")
	shell.Shown("console-shell")
	shell.SeesIn("#output", "TrustAnchorArn", "ProfileArn", "RoleArn")
	shell.Click("button", "Copy output")
	shell.SeesIn("#output", "Copied")

	b.Find("textbox", "Command output").Click()
	b.Press("v", chromedp.ModifierCtrl)
	b.Click("button", "Save credentials")
	b.SeesIn("dialog", "Connected", "Refuse other certificates")
	b.Shown("dialog-aws-connected")
	b.FindIn("#dialog-body", "button", "Close").Click()
	b.Closed()
	b.SeesIn(`[data-testid="provider-aws"]`, "Harbor", awssim.Working, "Connected")
	b.Follow("link", "Harbor")
	b.SeesIn("main", "Account ID", "Trust anchor ARN", "arn:aws:iam::"+awssim.Working+":role/mooring-", "authority of this link")
	b.Shown("aws-credential")

	// What was left in the account is shown when it is unlinked.
	b.Click("link", "Unlink")
	b.SeesIn("dialog", "delete-stack", "Clean up in AWS")
}

// TestAWSByKeyboard links an account with keys only, from the sign-in page to the page of
// the link.
func TestAWSByKeyboard(t *testing.T) {
	w := browser.NewWorld(t)
	b := w.NewTab(browser.WideDark)
	b.Open(w.Address + "/")
	b.Find("button", "Sign in")
	if b.Focus() != "E-mail address" {
		b.TabTo("E-mail address")
	}
	b.Press(browser.Owner)
	b.TabTo("Password")
	b.Press(browser.Password)
	b.Leads(func() { b.Press(kb.Enter) })
	b.TabTo("Add credentials for Amazon Web Services")
	b.Press(kb.Enter)
	b.Find("dialog", "AWS credentials")
	b.Until("the focus in the dialog", func() bool {
		return browser.Get[bool](b, "() => document.querySelector('dialog[open]').contains(document.activeElement)")
	})
	b.TabTo("Copy command: Create a CloudFormation stack")
	b.Press(kb.Enter)
	b.SeesIn("#dialog-announce", "Copied")

	shell := b.Another()
	shell.Open(w.Consoles["aws"] + "/accounts/" + awssim.Working + "/cloudshell")
	shell.TabTo("Command")
	shell.Press("v", chromedp.ModifierCtrl)
	shell.TabTo("Run")
	shell.Leads(func() { shell.Press(kb.Enter) })
	shell.SeesIn("#output", "TrustAnchorArn")
	shell.TabTo("Copy output")
	shell.Press(kb.Enter)
	shell.SeesIn("#output", "Copied")

	b.TabTo("Label")
	b.Press("By keyboard")
	b.TabTo("Command output")
	b.Press("v", chromedp.ModifierCtrl)
	b.TabTo("Save credentials")
	b.Press(kb.Enter)
	b.SeesIn("dialog", "Connected", "Refuse other certificates")
	b.TabTo("Open By keyboard")
	b.Leads(func() { b.Press(kb.Enter) })
	b.Find("heading", "By keyboard")
	b.SeesIn(browser.Status, browser.Connected)
}

// TestAWSInTheConsole links an account by hand, and meets the failure of an account
// whose trust anchor holds another authority.
func TestAWSInTheConsole(t *testing.T) {
	w := browser.NewWorld(t)
	b := w.NewTab(browser.NarrowDark)
	b.SignIn(w, browser.Owner)
	b.AddCredentialsFor("Amazon Web Services", "AWS credentials")
	b.Fill("Label", "By hand")
	b.Click("DisclosureTriangleGrouped", "In the AWS console, step by step")
	name := browser.Get[string](b, "() => document.querySelector('#way-console pre').textContent")
	authority := browser.Get[string](b, `async () => (await fetch(document.querySelector('a[href$=".pem"]').href)).text()`)

	console := b.Another()
	at := w.Consoles["aws"] + "/accounts/" + awsAccount(t, "Harbor").Number
	console.Open(at)
	console.Fill("Trust anchor name", name)
	console.Fill("External certificate bundle", authority)
	console.Follow("button", "Create a trust anchor")
	anchor := browser.Get[string](console, "() => document.querySelector('#anchor-0').textContent")
	b.Fill("Trust anchor ARN (optional)", anchor)
	b.SeesIn("#way-console", anchor)
	texts := browser.Get[[]string](b, "() => [...document.querySelectorAll('#way-console pre')].map(e => e.textContent)")
	console.Fill("Role name", name)
	console.Fill("Custom trust policy", texts[1])
	console.Fill("Inline policy (optional)", texts[2])
	console.Follow("button", "Create role")
	console.Fill("Profile name", name)
	console.Follow("button", "Create a profile")
	console.Shown("console-account")
	for label, id := range map[string]string{"Profile ARN (optional)": "#profile-0", "Role ARN (optional)": "#role-0"} {
		b.Fill(label, browser.Get[string](console, "s => document.querySelector(s).textContent", id))
	}
	b.Click("button", "Save credentials")
	b.SeesIn("dialog", "Connected")
	b.Shown("dialog-aws-by-hand")

	other := awsAccount(t, "Other Flag")
	b.FindIn("#dialog-body", "button", "Close").Click()
	b.Closed()
	b.AddCredentialsFor("Amazon Web Services", "AWS credentials")
	b.Fill("Label", "Other flag")
	command := browser.Get[string](b, "() => document.querySelector('#guide-command-1').textContent")
	if !strings.Contains(command, "create-stack") || strings.Contains(command, name) {
		t.Errorf("the next link has the command %.300s", command)
	}
	console.Open(w.Consoles["aws"] + "/accounts/" + other.Number + "/cloudshell")
	console.Fill("Command", command)
	console.Follow("button", "Run")
	b.Fill("Command output", browser.Get[string](console, "() => document.querySelector('#answer').textContent"))
	b.Click("button", "Save credentials")
	b.SeesIn("dialog", "Needs attention")
	b.Shown("dialog-aws-refused")
}
