package camera

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"mooring/walkthrough"
)

// rolesOf are Chromium's own names where they differ from those of targets.
var rolesOf = map[string][]string{
	"disclosure": {"DisclosureTriangle", "DisclosureTriangleGrouped"},
	"region":     {"region", "complementary", "Section"},
	"status":     {"status", "alert", "log"},
	"combobox":   {"combobox", "listbox"},
	"date":       {"Date", "DateTime"},
	"cell":       {"cell", "gridcell"},
	"textbox":    {"textbox", "searchbox", "spinbutton"},
}

// heldBy are targets that are found by what stands in them, because nobody
// knows a whole row by heart.
var heldBy = map[string]string{"row": "tr, [role=row]", "listitem": "li, [role=listitem]"}

// tightRoles are those whose words are what one means, not their whole line.
var tightRoles = []string{"cell", "columnheader", "definition", "heading", "listitem", "rowheader", "status", "term", walkthrough.RoleText}

// find waits for the one element that a target names.
func (t *tab) find(ctx context.Context, target walkthrough.Target, limit time.Duration) (runtime.RemoteObjectID, error) {
	var found []runtime.RemoteObjectID
	problem := ""
	err := t.until(ctx, limit, func() string { return problem }, func() bool {
		var err error
		found, err = t.all(target)
		switch {
		case err != nil:
			problem = err.Error()
		case len(found) == 0:
			problem = "it is not on the page" + t.instead(target)
		case len(found) > 1:
			problem = fmt.Sprintf("the page has %d of it: specify a part, as in %s in region \"…\"", len(found), target)
		}
		return err == nil && len(found) == 1
	})
	if err != nil {
		return "", err
	}
	return found[0], nil
}

// all finds all visible elements that a target fits.
func (t *tab) all(target walkthrough.Target) ([]runtime.RemoteObjectID, error) {
	root, err := t.rootOf(target)
	if err != nil || root == "" {
		return nil, err
	}
	name := literal(target.Name)
	switch selector := heldBy[target.Role]; {
	case target.Role == walkthrough.RoleDoc:
		return t.list(root, "hooked(this, "+name+")")
	case target.Role == walkthrough.RoleText:
		return t.list(root, "showing(this, "+name+")")
	case selector != "":
		return t.list(root, "holding(this, "+literal(selector)+", "+name+")")
	}
	return t.accessible(root, target.Role, target.Name), nil
}

// literal writes a text as JavaScript does.
func literal(text string) string {
	written, _ := json.Marshal(text) // a string always can be
	return string(written)
}

// rootOf is what the target is looked for in; "" when that is not there.
func (t *tab) rootOf(target walkthrough.Target) (runtime.RemoteObjectID, error) {
	if target.Within != nil {
		places, err := t.all(*target.Within)
		switch {
		case err != nil || len(places) == 0:
			return "", err
		case len(places) > 1:
			return "", fmt.Errorf("there are %d of %s", len(places), *target.Within)
		}
		return places[0], nil
	}
	document, err := chromedp.Call(t.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "document.documentElement"})
	if err != nil || document.Result == nil {
		return "", err
	}
	return document.Result.ObjectID, nil
}

// list gives the elements that a function of page.js finds.
func (t *tab) list(root runtime.RemoteObjectID, question string) ([]runtime.RemoteObjectID, error) {
	list, err := chromedp.Call(t.ctx, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: "function () { return (" + pageScript + ")." + question + " }", ObjectID: root,
	})
	if err != nil || list.Result == nil || list.Result.ObjectID == "" {
		return nil, err
	}
	own, err := chromedp.Call(t.ctx, runtime.GetProperties, runtime.GetPropertiesParams{ObjectID: list.Result.ObjectID, OwnProperties: &yes})
	if err != nil {
		return nil, err
	}
	var found []runtime.RemoteObjectID
	for _, p := range own.Result {
		if p.Enumerable && p.Value != nil && p.Value.ObjectID != "" {
			found = append(found, p.Value.ObjectID)
		}
	}
	return found, nil
}

// accessible finds elements as assistive technology does. What is hidden, or
// inert behind a dialog, does not count.
func (t *tab) accessible(root runtime.RemoteObjectID, role, name string) []runtime.RemoteObjectID {
	var found []runtime.RemoteObjectID
	for _, node := range t.nodes(root, role) {
		if name != "" && nameOf(node) != name {
			continue
		}
		object, err := chromedp.Call(t.ctx, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node.BackendDOMNodeID})
		if err != nil {
			continue // it left meanwhile
		}
		if shows, err := askOf[bool](t, object.Object.ObjectID, "visible"); err == nil && shows {
			found = append(found, object.Object.ObjectID)
		}
	}
	return found
}

// nodes are all of a role. Chromium would compare the names too, but overlooks
// those of fields for files.
func (t *tab) nodes(root runtime.RemoteObjectID, role string) []*accessibility.Node {
	var found []*accessibility.Node
	roles := rolesOf[role]
	if roles == nil {
		roles = []string{role}
	}
	for _, role := range roles {
		tree, err := chromedp.Call(t.ctx, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: root, Role: role})
		if err != nil {
			continue // the page is just changing
		}
		for _, node := range tree.Nodes {
			if !node.Ignored && node.BackendDOMNodeID != 0 {
				found = append(found, node)
			}
		}
	}
	return found
}

// nameOf is a node's accessible name, on one line.
func nameOf(node *accessibility.Node) string {
	var name string
	if node.Name != nil {
		_ = json.Unmarshal(node.Name.Value, &name) // what is no text is no name
	}
	return strings.Join(strings.Fields(name), " ")
}

// instead lists what else of the role there is, for whoever wrote a name that
// is not there.
func (t *tab) instead(target walkthrough.Target) string {
	root, err := t.rootOf(target)
	if err != nil || root == "" || heldBy[target.Role] != "" || target.Role == walkthrough.RoleDoc || target.Role == walkthrough.RoleText {
		return ""
	}
	var names []string
	for _, node := range t.nodes(root, target.Role) {
		if name := nameOf(node); name != "" && !slices.Contains(names, name) && len(names) < 8 {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf("; the page has these of the role %s: %q", target.Role, names)
}

// mostTargets is how many things of a page are listed for writers.
const mostTargets = 80

// roleOf is how walkthroughs call one of Chromium's roles.
func roleOf(chromium string) (string, bool) {
	for role, names := range rolesOf {
		if names[0] == chromium {
			return role, true
		}
	}
	return chromium, slices.Contains(walkthrough.Roles, chromium)
}

// Targets implements walkthrough.Stage. A name that several things have is listed
// once.
func (s *Stage) Targets(context.Context) ([]walkthrough.Target, error) {
	tree, err := chromedp.Call(s.current.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		return nil, err
	}
	var targets []walkthrough.Target
	met := map[walkthrough.Target]bool{}
	add := func(t walkthrough.Target) {
		if !met[t] && len(targets) < mostTargets {
			met[t] = true
			targets = append(targets, t)
		}
	}
	for _, node := range tree.Nodes {
		var chromium string
		if node.Ignored || node.Role == nil || json.Unmarshal(node.Role.Value, &chromium) != nil {
			continue
		}
		if role, known := roleOf(chromium); known && nameOf(node) != "" && len(nameOf(node)) <= 100 {
			add(walkthrough.Target{Role: role, Name: nameOf(node)})
		}
	}
	hooks, err := ask[[]string](s.current, "hooks")
	for _, hook := range hooks {
		add(walkthrough.Target{Role: walkthrough.RoleDoc, Name: hook})
	}
	return targets, err
}
