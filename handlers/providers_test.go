package handlers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"mooring/credential"
	"mooring/views"
)

func TestALongListSaysWhatItHolds(t *testing.T) {
	rows := func(tones ...views.Tone) []views.Tone { return tones }
	const ok, attention, waiting, off = views.ToneOK, views.ToneAttention, views.ToneWaiting, views.ToneOff
	for want, listed := range map[string][]views.Tone{
		"":                             rows(ok, attention, waiting, off, ok),
		"6 linked.":                    rows(ok, ok, ok, ok, ok, off),
		"6 linked. 1 needs attention.": rows(ok, ok, ok, ok, ok, attention),
		"6 linked. 2 need attention. 3 waiting or expiring.": rows(attention, ok, attention, waiting, waiting, waiting),
	} {
		if got := summaryOf(listed); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestAPageOfLinksHasSoManyAndNoMore(t *testing.T) {
	row := func(n int) []*credential.Credential { return make([]*credential.Credential, n) }
	for _, c := range []struct {
		number int
		lists  []int
		want   []int
	}{
		{1, []int{0, 40}, []int{0, 40}},
		{1, []int{30, 100, 20}, []int{30, 70, 0}},
		{2, []int{30, 100, 20}, []int{0, 30, 20}},
		{2, []int{250}, []int{100}},
		{3, []int{250}, []int{50}},
		{4, []int{250}, []int{0}},
	} {
		cut := rowCutter{skip: (c.number - 1) * rowsOfPage, take: rowsOfPage}
		for i, n := range c.lists {
			if got := len(cut.next(row(n))); got != c.want[i] {
				t.Errorf("page %d of %v has %d rows of list %d, want %d", c.number, c.lists, got, i, c.want[i])
			}
		}
	}
}

func TestALongListHasPages(t *testing.T) {
	s := newSite(t)
	for i := range rowsOfPage + 2 {
		s.link(fmt.Sprintf("Subscription %03d", i), fmt.Sprintf("aaaaaaaa-0000-4000-8000-%012d", i))
	}
	rows := func(path string, change ...func(*http.Request)) (string, int) {
		page := shows(t, s.ask("owner", "GET", path, nil, change...))
		return page, strings.Count(page, `data-testid="credential-row"`)
	}
	for range 2 { // the second time from what was kept
		page, n := rows(listPath)
		lacks(t, page, "Previous page", "Subscription 100")
		if n != rowsOfPage || !strings.Contains(page, "Links 1 to 100 of 102") || !strings.Contains(page, `href="`+listPath+`?page=2">Next page`) {
			t.Errorf("the first page has %d rows", n)
		}
		page, n = rows(listPath + "?page=2")
		lacks(t, page, "Next page", "Subscription 099", "Nothing is linked yet")
		if n != 2 || !strings.Contains(page, "102 linked.") || !strings.Contains(page, `href="`+listPath+`">Previous page`) {
			t.Errorf("the second page has %d rows", n)
		}
		if page, n = rows(listPath+"?page=2", withHTMX("providers")); n != 2 || !strings.Contains(page, `hx-get="`+listPath+`?page=2"`) || strings.Contains(page, "<html") {
			t.Errorf("htmx gets %d rows: %s", n, page)
		}
	}
	for query, want := range map[string]int{"?page=99": 2, "?page=0": rowsOfPage, "?page=-1": rowsOfPage, "?page=x": rowsOfPage, "?page=99999999999999999999": rowsOfPage} {
		if _, n := rows(listPath + query); n != want {
			t.Errorf("%s has %d rows, want %d", query, n, want)
		}
	}
}
