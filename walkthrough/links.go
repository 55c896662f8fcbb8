package walkthrough

import (
	"fmt"
	"net/url"

	"github.com/yuin/goldmark/ast"
)

// anchorsOf are the places of a page that links can lead to.
func (w *Walkthrough) anchorsOf() map[string]bool {
	there := map[string]bool{}
	_ = ast.Walk(w.root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := node.(*ast.Heading); ok && entering {
			there[anchorOf(h)] = true
		}
		return ast.WalkContinue, nil
	})
	return there
}

// CheckLinks finds links that lead nowhere: to other walkthroughs, and to
// headings. Where other sites lead is not looked up, but they have to be https.
func CheckLinks(all []*Walkthrough) []Finding {
	anchors := map[string]map[string]bool{}
	for _, w := range all {
		anchors[w.Name] = w.anchorsOf()
	}
	var findings []Finding
	for _, w := range all {
		_ = ast.Walk(w.root, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
			var to string
			switch n := node.(type) {
			case *ast.Link:
				to = string(n.Destination)
			case *ast.AutoLink:
				to = string(n.URL(w.source))
			default:
				return ast.WalkContinue, nil
			}
			if says := nowhere(w, to, anchors); says != "" && entering {
				findings = append(findings, Finding{Walkthrough: w.Name, Line: w.lineOf(node), Says: says})
			}
			return ast.WalkContinue, nil
		})
	}
	return findings
}

func nowhere(from *Walkthrough, to string, anchors map[string]map[string]bool) string {
	if u, err := url.Parse(to); err == nil && u.Scheme == "https" && u.Host != "" {
		return ""
	}
	name, anchor, ok := otherPage(to)
	if len(to) > 0 && to[0] == '#' {
		name, anchor, ok = from.Name, to[1:], true
	}
	switch there, known := anchors[name]; {
	case !ok:
		return fmt.Sprintf("the link %q must lead to a heading (#…), another walkthrough (../NAME/%s#…) or an https address", to, PageFile)
	case !known:
		return fmt.Sprintf("the link %q leads to a walkthrough that does not exist", to)
	case anchor != "" && !there[anchor]:
		return fmt.Sprintf("the link %q leads to a heading that does not exist", to)
	}
	return ""
}
