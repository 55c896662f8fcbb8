package handlers

import (
	"fmt"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mooring/audit"
	"mooring/credential"
	"mooring/views"
)

func TestALongListHasPages(t *testing.T) {
	s := newSite(t)
	for i := range views.LinksOnPage + 2 {
		s.link(fmt.Sprintf("Subscription %03d", i), fmt.Sprintf("aaaaaaaa-0000-4000-8000-%012d", i))
	}
	rows := func(path string, change ...func(*http.Request)) (string, int) {
		page := shows(t, s.ask("owner", "GET", path, nil, change...))
		return page, strings.Count(page, `data-testid="credential-row"`)
	}
	for range 2 { // the second time from what was kept
		page, n := rows(listPath)
		lacks(t, page, "Previous page", "Subscription 100")
		if n != views.LinksOnPage || !strings.Contains(page, "Links 1 to 100 of 102") || !strings.Contains(page, `href="`+listPath+`?page=2">Next page`) {
			t.Errorf("the first page has %d rows", n)
		}
		page, n = rows(listPath + "?page=2")
		lacks(t, page, "Next page", "Subscription 099", "Nothing is linked yet")
		if n != 2 || !strings.Contains(page, ">102 linked<") || !strings.Contains(page, `href="`+listPath+`">Previous page`) {
			t.Errorf("the second page has %d rows", n)
		}
		if page, n = rows(listPath+"?page=2", withHTMX("providers")); n != 2 || !strings.Contains(page, `hx-get="`+listPath+`?page=2"`) || strings.Contains(page, "<html") {
			t.Errorf("htmx gets %d rows: %s", n, page)
		}
	}
	for query, want := range map[string]int{"?page=99": 2, "?page=0": views.LinksOnPage, "?page=-1": views.LinksOnPage, "?page=x": views.LinksOnPage, "?page=99999999999999999999": views.LinksOnPage} {
		if _, n := rows(listPath + query); n != want {
			t.Errorf("%s has %d rows, want %d", query, n, want)
		}
	}
}

// linkedWith links so many, each third of which needs attention. It gives their IDs.
func (s *site) linkedWith(n int) (ids []string) {
	s.t.Helper()
	for i := range n {
		page := s.link(fmt.Sprintf("Pier %02d", i), fmt.Sprintf("aaaaaaaa-0000-4000-8000-%012d", i))
		ids = append(ids, path.Base(page))
	}
	s.passing.fails = true
	for i := 0; i < n; i += 3 {
		s.checked(ids[i])
	}
	s.passing.fails = false
	return ids
}

var rowLabel = regexp.MustCompile(`class="row-link" id="[^"]*" href="[^"]*">([^<]*)<`)

// rowsOf are the labels of a list, in their order.
func rowsOf(page string) (rows []string) {
	for _, found := range rowLabel.FindAllStringSubmatch(page, -1) {
		rows = append(rows, found[1])
	}
	return rows
}

func TestALongListIsSearchedFilteredAndSorted(t *testing.T) {
	s := newSite(t)
	s.linkedWith(10)
	lacks(t, shows(t, s.ask("owner", "GET", listPath, nil), ">10 linked<"), `role="search"`, "?sort=")
	s.link("Überfahrt", "bbbbbbbb-0000-4000-8000-000000000001")
	page := shows(t, s.ask("owner", "GET", listPath, nil), `role="search"`, ">11 linked<", `href="`+listPath+`?status=needs-attention">4 need attention<`, "?sort=status")
	if len(rowsOf(page)) != 11 {
		t.Errorf("the list has %q", rowsOf(page))
	}
	all := []string{"Pier 00", "Pier 01", "Pier 02", "Pier 03", "Pier 04", "Pier 05", "Pier 06", "Pier 07", "Pier 08", "Pier 09", "Überfahrt"}
	last := []string{"Pier 09", "Pier 08", "Pier 07", "Pier 06", "Pier 05", "Pier 04", "Pier 03", "Pier 02", "Pier 01", "Pier 00"}
	for query, want := range map[string][]string{
		"":                                   all,
		"?status=needs-attention":            {"Pier 00", "Pier 03", "Pier 06", "Pier 09"},
		"?status=needs-attention&order=desc": {"Pier 09", "Pier 06", "Pier 03", "Pier 00"},
		"?search=pier+09":                    {"Pier 09"},
		"?search=%C3%9CBERFAHRT":             {"Überfahrt"},
		"?search=4000-8000-000000000003":     {"Pier 03"},
		"?search=PIER&order=desc":            last,
		"?provider=azure&search=berf":        {"Überfahrt"},
		"?provider=aws":                      nil,
		"?provider=none":                     nil,
		"?status=melted":                     nil,
		"?status=Connected":                  nil,
		"?status=asked":                      nil,
		"?search=nothing":                    nil,
		"?sort=melted&search=09":             {"Pier 09"},
		"?sort=status&search=0+pier":         {"Pier 00", "Pier 03", "Pier 06", "Pier 09", "Pier 01", "Pier 02", "Pier 04", "Pier 05", "Pier 07", "Pier 08"},
	} {
		whole := shows(t, s.ask("owner", "GET", listPath+query, nil), "<html", "Cloud Providers</h1>")
		part := shows(t, s.ask("owner", "GET", listPath+query, nil, withHTMX("providers")), `id="providers"`)
		lacks(t, part, "<html", `role="search"`)
		if got := rowsOf(whole); !slices.Equal(got, want) {
			t.Errorf("%q lists %q, want %q", query, got, want)
		}
		if got := rowsOf(part); !slices.Equal(got, want) {
			t.Errorf("%q lists %q with htmx, want %q", query, got, want)
		}
		if want == nil {
			shows(t, s.ask("owner", "GET", listPath+query, nil), "0 links match", "No link matches.", `<a href="`+listPath+`">show all</a>`)
		}
	}
	shows(t, s.ask("owner", "GET", listPath+"?status=melted", nil), "Unknown: melted")
}

func TestAFilteredListHasPages(t *testing.T) {
	s := newSite(t)
	s.linkedWith(views.LinksOnPage + 5)
	at := listPath + "?search=pier"
	page := shows(t, s.ask("owner", "GET", at, nil), "Links 1 to 100 of 105", `href="`+listPath+`?page=2&amp;search=pier">Next page`)
	if got := rowsOf(page); len(got) != views.LinksOnPage {
		t.Errorf("the first page has %d rows", len(got))
	}
	for _, beyond := range []string{"2", "3", "999999"} {
		if got := rowsOf(shows(t, s.ask("owner", "GET", at+"&page="+beyond, nil), "Previous page")); len(got) != 5 {
			t.Errorf("page %s has %q", beyond, got)
		}
	}
}

func TestWhatCanBeLinkedComesFirst(t *testing.T) {
	s := newSite(t)
	order := func() string {
		var keys []string
		for _, found := range regexp.MustCompile(`data-testid="provider-([^"]*)"`).FindAllStringSubmatch(s.ask("owner", "GET", listPath, nil).Body.String(), -1) {
			keys = append(keys, found[1])
		}
		return strings.Join(keys, " ")
	}
	if got := order(); got != "azure aws digitalocean google ibm oracle packet" {
		t.Error(got)
	}
	if err := s.db.Credentials().ChangeRules(t.Context(), credential.Rules{Providers: []string{"other"}},
		audit.Entry{At: testNow(), Actor: s.actor("admin"), Action: audit.ChangeIntake, Result: audit.Done}); err != nil {
		t.Fatal(err)
	}
	if got := order(); got != "aws digitalocean google ibm azure oracle packet" { // Azure can't be linked either
		t.Error(got)
	}
}
