package views

import (
	"strings"
	"testing"

	"github.com/a-h/templ"

	"mooring/cloud"
	"mooring/credential"
)

func TestAPageOfLinksHasSoManyAndNoMore(t *testing.T) {
	row := func(n int) []credential.Entry { return make([]credential.Entry, n) }
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
		cut := rowCutter{skip: (c.number - 1) * LinksOnPage, take: LinksOnPage}
		for i, n := range c.lists {
			if got := len(cut.next(row(n))); got != c.want[i] {
				t.Errorf("page %d of %v has %d rows of list %d, want %d", c.number, c.lists, got, i, c.want[i])
			}
		}
	}
}

func TestUnlinkingSaysThatAGrantIsRevoked(t *testing.T) {
	for _, revokes := range []bool{true, false} {
		commands := []cloud.Command{{Title: "The grant"}}
		for _, page := range []templ.Component{
			unlinkForm(Unlink{Cloud: "Cloud", RevokesGrant: revokes, Commands: commands}, false),
			LeftoversPage(Leftovers{Cloud: "Cloud", RevokesGrant: revokes, Commands: commands}),
		} {
			var b strings.Builder
			if err := page.Render(t.Context(), &b); err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(b.String(), "What you created in Cloud"); got == revokes {
				t.Errorf("it revokes a grant: %v, and speaks of what people created: %v", revokes, got)
			}
		}
	}
	for need, want := range map[cloud.Need]bool{cloud.Grant: true, cloud.Chain: false} {
		d := cloud.Description{Methods: []cloud.Method{{Key: "method", Needs: need}}}
		if got := revokesGrant(d, cloud.Target{SignIn: cloud.SignIn{Method: "method"}}); got != want {
			t.Errorf("a method that needs %v revokes: %v", need, got)
		}
	}
}
