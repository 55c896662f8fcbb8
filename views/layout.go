package views

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// fewAccounts are found at a glance; more need a filter.
const fewAccounts = 8

// personalFirst puts the person's own account above the organizations.
func personalFirst(accounts []AccountLink) []AccountLink {
	sorted := slices.Clone(accounts)
	slices.SortStableFunc(sorted, func(a, b AccountLink) int { return rank(a) - rank(b) })
	return sorted
}

func rank(a AccountLink) int {
	if a.Kind == "Personal" {
		return 0
	}
	return 1
}

func navTitle(f Frame) string { return orElse(f.NavTitle, "Account info") }

// Administration lists the pages for administrators of the site. The one that
// path belongs to is current.
func Administration(path string) []Link {
	pages := []Link{
		{Text: "Linked accounts", Path: LinkedAccountsPath},
		{Text: "Reviews", Path: ReviewsPath},
		{Text: "Jobs", Path: JobsPath},
		{Text: "Intake policy", Path: IntakePath},
		{Text: "Audit log", Path: AuditLogPath},
		{Text: "People", Path: PeoplePath},
	}
	for i, page := range pages {
		pages[i].Current = path == page.Path || strings.HasPrefix(path, page.Path+"/")
	}
	return pages
}

// forAdministrators tells which pages stand in a wide frame: the navigation
// keeps its place from one to the next, whether they need the width or not.
func forAdministrators(f Frame) bool { return f.wide || f.NavTitle == "Administration" }

// wide makes room for a table with many columns.
func wide(f Frame) Frame {
	f.wide = true
	return f
}

// withDialog has the page come with its dialog open.
func withDialog(f Frame, dialog templ.Component) Frame {
	f.dialog = dialog
	return f
}

// framed puts content into a page.
func framed(f Frame, content templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return layout(f).Render(templ.WithChildren(ctx, content), w)
	})
}
