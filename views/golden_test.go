package views

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"mooring/fault"
)

var update = flag.Bool("update", false, "write the golden files anew")

func render(t *testing.T, s Sample) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Component.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestGolden holds every page and fragment to what was last looked at.
func TestGolden(t *testing.T) {
	const folder = "testdata/golden"
	known := map[string]bool{}
	for _, s := range Samples() {
		file := filepath.Join(folder, s.Name+".html")
		if known[file] {
			t.Errorf("two samples are named %s", s.Name)
		}
		known[file] = true
		t.Run(s.Name, func(t *testing.T) {
			got := unversioned(golden(t, s))
			if *update {
				if err := os.MkdirAll(folder, 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the sample looks different now:\n%s\nLook at it, then run: go test ./views -update", firstDifference(string(want), got))
			}
		})
	}
	files, err := filepath.Glob(folder + "/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if known[file] {
			continue
		}
		if *update {
			_ = os.Remove(file)
		} else {
			t.Errorf("%s belongs to no sample", file)
		}
	}
}

// golden is what a sample's file holds: a page without its frame, which has
// samples of its own, so that a change of the frame changes those alone.
func golden(t *testing.T, s Sample) string {
	t.Helper()
	document := render(t, s)
	if strings.HasPrefix(s.Name, frameSamples) || !strings.HasPrefix(document, "<!doctype html>") {
		return document
	}
	return mainPart(t, document)
}

// mainPart is what a page puts inside main: everything there but what the frame
// tells below its title.
func mainPart(t *testing.T, document string) string {
	t.Helper()
	var inside strings.Builder
	after := false
	open, within, news := 0, 0, 0 // elements around; the depth of main and of what the frame tells, 0 outside them
	for z := html.NewTokenizer(strings.NewReader(document)); ; {
		kind := z.Next()
		raw := string(z.Raw())
		token := z.Token()
		switch kind {
		case html.ErrorToken:
			if within == 0 && inside.Len() == 0 {
				t.Error("the page has no main part")
			}
			return inside.String()
		case html.StartTagToken:
			if !isVoid(token.Data) {
				open++
			}
			id := slices.IndexFunc(token.Attr, func(a html.Attribute) bool { return a.Key == "id" && a.Val == "page-news" })
			switch {
			case token.Data == "main":
				within = open
				continue
			case within > 0 && id >= 0:
				news = open
			}
		case html.EndTagToken:
			open--
			switch {
			case within > 0 && open < within:
				return inside.String()
			case news > 0 && open < news:
				news, after = 0, true
				continue
			}
		}
		if after && strings.TrimSpace(string(raw)) == "" { // it is between the news and what follows
			after = false
			continue
		}
		after = false
		if within > 0 && news == 0 {
			inside.WriteString(raw)
		}
	}
}

// isVoid reports whether an element has no end tag.
func isVoid(name string) bool {
	return slices.Contains([]string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}, name)
}

// TestOnlyTheFrameHasTheFrame holds that a change of the frame changes few files.
func TestOnlyTheFrameHasTheFrame(t *testing.T) {
	frames := 0
	for _, s := range Samples() {
		if strings.HasPrefix(s.Name, frameSamples) {
			frames++
		} else if got := golden(t, s); strings.Contains(got, "<body") || strings.Contains(got, "page-news") {
			t.Errorf("the golden file of %s holds the frame", s.Name)
		}
	}
	if frames < 5 || frames > 11 {
		t.Errorf("%d samples hold the frame", frames)
	}
}

// unversioned takes the content hashes out of the addresses of static files,
// so that a change of colour is not a change of every page. It also puts each
// element on a line of its own, for people who read the difference.
func unversioned(page string) string {
	var b strings.Builder
	for part, rest := "", page; rest != ""; {
		before, after, found := strings.Cut(rest, "/static/")
		b.WriteString(before)
		if !found {
			break
		}
		part, rest, _ = strings.Cut(after, "/")
		_ = part
		b.WriteString("/static/HASH/")
	}
	return strings.ReplaceAll(b.String(), "><", ">\n<") + "\n"
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			return fmt.Sprintf("line %d\nwant %s\ngot  %s", i+1, w[i], g[i])
		}
	}
	return fmt.Sprintf("want %d lines, got %d", len(w), len(g))
}

// document is a parsed sample with what the rules ask for.
type document struct {
	whole    bool // a page, not a fragment
	elements []*html.Node
	byID     map[string]*html.Node
}

func parse(t *testing.T, s Sample) document {
	t.Helper()
	source := render(t, s)
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	d := document{whole: strings.HasPrefix(strings.ToLower(source), "<!doctype"), byID: map[string]*html.Node{}}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		d.elements = append(d.elements, n)
		if id, ok := attribute(n, "id"); ok {
			if d.byID[id] != nil {
				t.Errorf("the id %q stands twice", id)
			}
			d.byID[id] = n
		}
	}
	return d
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

func within(n, ancestor *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == ancestor {
			return true
		}
	}
	return false
}

// TestRules holds every sample to what makes a page usable and safe.
func TestRules(t *testing.T) {
	for _, s := range Samples() {
		t.Run(s.Name, func(t *testing.T) {
			d := parse(t, s)
			d.checkReferences(t)
			d.checkFields(t)
			d.checkHeadings(t)
			d.checkPolicy(t)
			d.checkNames(t)
			d.checkForms(t)
			d.checkPasskeys(t)
		})
	}
}

// checkReferences: what one element says about another must be there. An
// out-of-band fragment refers to the page that it is swapped into.
func (d document) checkReferences(t *testing.T) {
	for _, n := range d.elements {
		if _, outOfBand := attribute(n, "hx-swap-oob"); outOfBand {
			continue
		}
		for _, name := range []string{"for", "aria-describedby", "aria-labelledby", "data-copy-from", "data-filter", "popovertarget"} {
			value, ok := attribute(n, name)
			if !ok {
				continue
			}
			for id := range strings.FieldsSeq(value) {
				if d.byID[id] == nil {
					t.Errorf("<%s %s=%q>: there is no %q", n.Data, name, value, id)
				}
			}
		}
		if target, ok := attribute(n, "hx-target"); ok && target != "this" && d.whole && d.byID[strings.TrimPrefix(target, "#")] == nil {
			t.Errorf("<%s hx-target=%q>: there is no such element", n.Data, target)
		}
		if href, _ := attribute(n, "href"); strings.HasPrefix(href, "#") && d.byID[href[1:]] == nil {
			t.Errorf("<a href=%q> leads nowhere", href)
		}
	}
}

// checkFields: every input has a label, and every fault one <em>, which the
// input refers to.
func (d document) checkFields(t *testing.T) {
	labelled := map[string]bool{}
	for _, n := range d.elements {
		if id, ok := attribute(n, "for"); ok && n.Data == "label" && textOf(n) != "" {
			labelled[id] = true
		}
	}
	errors := map[string]int{}
	for _, n := range d.elements {
		if n.Data == "em" {
			id, _ := attribute(n, "id")
			errors[strings.TrimSuffix(id, "-error")]++
		}
	}
	for name, count := range errors {
		if count != 1 {
			t.Errorf("%d <em> at the field %q", count, name)
		}
	}
	for _, n := range d.elements {
		if n.Data != "input" && n.Data != "select" && n.Data != "textarea" {
			continue
		}
		id, _ := attribute(n, "id")
		kind, _ := attribute(n, "type")
		if _, unseen := attribute(n, "hidden"); unseen || kind == "hidden" {
			continue
		}
		if _, outOfBand := attribute(n, "hx-swap-oob"); !outOfBand && !labelled[id] {
			t.Errorf("<%s id=%q> has no label", n.Data, id)
		}
		_, invalid := attribute(n, "aria-invalid")
		if invalid != (errors[id] == 1) {
			t.Errorf("<%s id=%q>: aria-invalid is %v, faults %d", n.Data, id, invalid, errors[id])
		}
		if invalid && !d.describes(n, d.byID[id+"-error"]) {
			t.Errorf("<%s id=%q> is not described by its fault", n.Data, id)
		}
	}
}

func (d document) describes(n, described *html.Node) bool {
	value, _ := attribute(n, "aria-describedby")
	return slices.ContainsFunc(strings.Fields(value), func(id string) bool { return within(described, d.byID[id]) })
}

// checkHeadings: one h1 on a page, and no level left out.
func (d document) checkHeadings(t *testing.T) {
	last, ones := 0, 0
	for _, n := range d.elements {
		if len(n.Data) != 2 || n.Data[0] != 'h' || n.Data[1] < '1' || n.Data[1] > '6' {
			continue
		}
		level := int(n.Data[1] - '0')
		if level == 1 {
			ones++
		}
		if last != 0 && level > last+1 {
			t.Errorf("<%s> %q follows an h%d", n.Data, textOf(n), last)
		}
		last = level
	}
	if d.whole && ones != 1 {
		t.Errorf("%d h1 on the page", ones)
	}
}

// checkPolicy: nothing that the content security policy would stop, and
// nothing from another host but links that a person follows on purpose.
func (d document) checkPolicy(t *testing.T) {
	for _, n := range d.elements {
		for _, a := range n.Attr {
			switch {
			case a.Key == "style", strings.HasPrefix(a.Key, "on"), strings.HasPrefix(a.Key, "hx-on"), strings.HasPrefix(a.Val, "js:"), strings.HasPrefix(a.Val, "javascript:"):
				t.Errorf("<%s %s=%q> is inline script or style", n.Data, a.Key, a.Val)
			case a.Key == "src", a.Key == "action", a.Key == "formaction", strings.HasPrefix(a.Key, "hx-") && strings.Contains(a.Val, "://"):
				if !strings.HasPrefix(a.Val, "/") || strings.HasPrefix(a.Val, "//") {
					t.Errorf("<%s %s=%q> leaves this host", n.Data, a.Key, a.Val)
				}
			case a.Key == "href" && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#"):
				rel, _ := attribute(n, "rel")
				if n.Data != "a" || !strings.Contains(rel, "noopener") || (!strings.HasPrefix(a.Val, "https://portal.azure.com/") && !strings.HasPrefix(a.Val, "http://127.0.0.1:808") && a.Val != samplePasskeyAddress) {
					t.Errorf("<%s href=%q rel=%q> leaves this host", n.Data, a.Val, rel)
				}
			}
		}
		if n.Data == "style" {
			t.Error("there is a <style>")
		}
		if src, _ := attribute(n, "src"); n.Data == "script" && src == "" {
			t.Error("there is a <script> without src")
		}
	}
}

// checkNames: what can be pressed says what it does, and no two things of one
// page that do different things share a name.
func (d document) checkNames(t *testing.T) {
	copies := map[string]string{}
	for _, n := range d.elements {
		if n.Data != "button" && n.Data != "a" && n.Data != "summary" {
			continue
		}
		name, ok := attribute(n, "aria-label")
		if !ok {
			name = textOf(n)
		}
		if name == "" {
			t.Errorf("a <%s> has no name", n.Data)
		}
		if value, ok := attribute(n, "data-copy"); ok {
			if other, twice := copies[name]; twice && other != value {
				t.Errorf("two different buttons are named %q", name)
			}
			copies[name] = value
		}
	}
}

// checkForms: each form says where it goes and has something that sends it, so
// that it works without script. What an authenticator answers cannot.
func (d document) checkForms(t *testing.T) {
	for _, form := range d.elements {
		method, _ := attribute(form, "method")
		if form.Data != "form" || method == "dialog" {
			continue
		}
		action, _ := attribute(form, "action")
		if action == "" || (method != "post" && method != "get") {
			t.Errorf("a form has the action %q and the method %q", action, method)
		}
		id, _ := attribute(form, "id")
		sends := slices.ContainsFunc(d.elements, func(n *html.Node) bool {
			kind, _ := attribute(n, "type")
			outside, _ := attribute(n, "form")
			return n.Data == "button" && kind == "submit" && (within(n, form) || (id != "" && outside == id))
		})
		if !sends {
			t.Errorf("nothing sends the form to %q", action)
		}
	}
}

// checkPasskeys: what the script needs of a form that takes the answer of an
// authenticator. Its button is there with script only; beside it stands either
// another way or a sentence for those who have none.
func (d document) checkPasskeys(t *testing.T) {
	for _, form := range d.elements {
		kind, ok := attribute(form, "data-passkey")
		if !ok {
			continue
		}
		question, _ := attribute(form, "data-question")
		if (kind != "use" && kind != "add") || !strings.HasPrefix(question, "/") {
			t.Errorf("<form data-passkey=%q data-question=%q>", kind, question)
		}
		var answers, slots, buttons, others int
		for _, n := range d.elements {
			if !within(n, form) {
				continue
			}
			name, _ := attribute(n, "name")
			kind, _ := attribute(n, "type")
			class, _ := attribute(n, "class")
			role, _ := attribute(n, "role")
			if _, ok := attribute(n, "data-passkey-says"); ok && role == "alert" && n.FirstChild == nil {
				slots++
			}
			if value, _ := attribute(n, "value"); name == "answer" && kind == "hidden" && value == "" {
				answers++
			}
			switch scripted := strings.Contains(class, "js-only"); {
			case kind == "submit" && scripted:
				buttons++
			case kind == "submit":
				others++
			}
		}
		if answers != 1 || slots != 1 || buttons != 1 {
			t.Errorf("the passkey form for %s has %d answers, %d places to say something and %d buttons", question, answers, slots, buttons)
		}
		without := slices.ContainsFunc(d.elements, func(n *html.Node) bool {
			class, _ := attribute(n, "class")
			return strings.Contains(class, "no-js-only") && strings.Contains(textOf(n), "JavaScript")
		})
		if others == 0 && !without {
			t.Errorf("without script, nothing says why the passkey form for %s is not there", question)
		}
	}
}

// TestHostileValues shows that what people and clouds say stays text.
func TestHostileValues(t *testing.T) {
	const hostile = `"><img src=x onerror=alert(1)>{{7*7}}`
	p := sampleFaultyForm()
	p.Form.Label, p.Form.Values["subscription_id"], p.Form.Values["pasted"], p.Problem = hostile, hostile, "</textarea>"+hostile, hostile
	p.Fields["label"] = hostile
	p.Guide.Ways[0].Steps[0].LinkURL = "javascript:alert(1)"
	c := sampleFailed()
	c.Label, c.Status.Detail, c.Progress.Stages[1].Said = hostile, hostile, hostile
	c.Progress.Stages[1].Explanation.Command = hostile
	people, security := samplePeople(), sampleSecurity()
	people.People[0].Name, people.People[1].Name, people.Invitations[0].Email, people.Invite.Email = hostile, hostile, hostile, hostile
	people.Notices, people.Hello, people.Accounts[0].Name = []Notice{{Text: hostile, Path: "javascript:alert(1)", LinkText: hostile}}, hostile, hostile
	security.Passkeys[0].Name, security.Identities[0].Name, security.Identities[0].Subject, security.Link[0].Path = hostile, hostile, hostile, "javascript:alert(1)"
	signIn := SignIn{Frame: sampleStranger("Sign in"), Next: hostile, PasskeyHint: hostile, PasskeyPath: "javascript:alert(1)", Providers: []SignInWith{{hostile, hostile, "javascript:alert(1)"}}}
	recovery := Recovery{Frame: sampleStranger("Use a recovery code"), Email: hostile, Problem: hostile, Fields: fault.Fields{"code": hostile}}
	join := Join{Frame: sampleStranger("Join"), Organization: hostile, Description: hostile, InvitedBy: hostile, ForEmail: hostile, SignInPath: "javascript:alert(1)", Action: "/join", Identity: hostile}
	person := AdminPerson{Frame: sampleAdministration(hostile), Name: hostile, Email: hostile, Providers: []string{hostile}, Organizations: []PersonRole{{hostile, hostile}}, DisablePath: "/disable"}
	list, queue, log := sampleFilteredList(), sampleQueue(), sampleLog()
	list.Filter.Search, list.Rows[0].Label, list.Rows[0].ID, list.Rows[0].Path, list.Carried = hostile, hostile, hostile, "javascript:alert(1)", []Hidden{{hostile, hostile}}
	list.Filter.Accounts = []string{hostile}
	queue.Item.Label, queue.Item.Answer, queue.Reason, queue.Chosen, queue.Item.Chart.Since, queue.Item.Chart.Checks[0].When = hostile, hostile, "</textarea>"+hostile, hostile, hostile, "</title>"+hostile
	log.Entries[0].Who, log.Entries[0].WhoPath, log.Entries[0].Detail, log.Entries[0].Changes[0].Before, log.Filter.Person = hostile, "javascript:alert(1)", hostile, hostile, hostile
	key := APIKeyMade{Frame: sampleInfo("API keys"), Key: hostile, Name: hostile, Command: hostile}
	help := sampleHelpFound()
	help.Query, help.Hits[0], help.Pages[0] = hostile, HelpHit{Title: hostile, Path: "javascript:alert(1)", Page: hostile, Excerpt: []Words{{hostile, true}, {hostile, false}}}, HelpEntry{hostile, "javascript:alert(1)", hostile, hostile}
	all := help
	all.Query, all.Frame.Contents = "", []Heading{{Text: hostile, Anchor: `"><img>`}}
	for _, s := range []Sample{
		{"help", HelpIndexPage(all)}, {"help-found", HelpIndexPage(help)},
		{"form", CredentialFormPage(p)}, {"dialog", CredentialFormDialog(p)}, {"preview", CredentialFormPreview(p)}, {"credential", CredentialPage(c)},
		{"people", PeoplePage(people)}, {"security", SecurityPage(security)}, {"sign-in", SignInPage(signIn)}, {"recovery", RecoveryPage(recovery)}, {"join", JoinPage(join)},
		{"admin-person", AdminPersonPage(person)}, {"linked", LinkedAccountsPage(list)}, {"queue", QueuePage(queue)}, {"log", AuditLogPage(log)}, {"tail", AuditTail(AuditTailed{Path: hostile, Entries: log.Entries})}, {"key", APIKeyMadePage(key)},
	} {
		t.Run(s.Name, func(t *testing.T) {
			for _, n := range parse(t, s).elements {
				if n.Data == "img" {
					t.Error("a value became an element")
				}
				if href, _ := attribute(n, "href"); strings.HasPrefix(href, "javascript:") {
					t.Error("a value became a script")
				}
			}
		})
	}
}

// TestFirstView counts what a browser fetches for a page.
func TestFirstView(t *testing.T) {
	for _, s := range Samples() {
		d := parse(t, s)
		if !d.whole {
			continue
		}
		requests := 1 // the page
		for _, n := range d.elements {
			if loading, _ := attribute(n, "loading"); loading == "lazy" { // until somebody comes there
				continue
			}
			if n.Data == "script" || n.Data == "link" || n.Data == "img" {
				requests++
			}
		}
		if requests > 5 {
			t.Errorf("%s: %d requests", s.Name, requests)
		}
		if size := len(render(t, s)); size > 40_000 {
			t.Errorf("%s: %d bytes", s.Name, size)
		}
	}
}

// TestNothingPushesATitleDown holds that what a page tells besides its own matter
// is on every page, once, and below its title.
func TestNothingPushesATitleDown(t *testing.T) {
	for _, s := range Samples() {
		document := render(t, s)
		if !strings.HasPrefix(document, "<!doctype html>") {
			continue
		}
		_, main, _ := strings.Cut(document, "<main")
		before, after, found := strings.Cut(main, `id="page-news"`)
		switch {
		case !found || strings.Contains(after, `id="page-news"`):
			t.Errorf("%s: not one place for news", s.Name)
		case !strings.Contains(before, "</h1>"):
			t.Errorf("%s: the news come before the title", s.Name)
		}
		if title, _, _ := strings.Cut(main, "</h1>"); strings.Contains(title, `class="notice`) || strings.Contains(title, `class="summary`) {
			t.Errorf("%s: a notice comes before the title", s.Name)
		}
	}
}
