package register_test

import (
	"errors"
	"math/rand/v2"
	"net/url"
	"slices"
	"testing"
	"time"

	"mooring/audit"
	"mooring/credential"
	"mooring/fault"
	"mooring/register"
)

func TestAQueryComesBackFromItsURL(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	for range 500 {
		q := register.Query{
			Search: pick("", "production", `say "hi"`, "ätna & co", "a=b&c"), Provider: pick("", "azure", "aws"),
			Status: credential.Status(pick("", "connected", "needs-attention")), Account: pick("", "harbor", "a b"),
			NeverReviewed: random.IntN(2) == 0, Sort: register.Sort(pick("", "account", "checked", "expires", "reviewed")), Descending: random.IntN(2) == 0,
		}
		if random.IntN(2) == 0 {
			q.ExpiringWithin = 1 + random.IntN(3650)
		}
		if random.IntN(2) == 0 {
			q.NotCheckedSince = time.Date(2026, 1, 1+random.IntN(365), 0, 0, 0, 0, time.UTC)
		}
		v, err := url.ParseQuery(q.Values().Encode())
		if err != nil {
			t.Fatal(err)
		}
		read, fields := register.ParseQuery(v)
		if read != q || len(fields) > 0 {
			t.Errorf("%s:\ngot  %+v %v\nwant %+v", v.Encode(), read, fields, q)
		}
	}
	if v := (register.Query{Sort: register.ByLabel}).Values(); len(v) > 0 {
		t.Errorf("what says nothing is in the URL: %v", v)
	}
}

// What somebody mistypes must not select everything: not now, and not when the
// address or the form comes back.
func TestWhatAQueryDoesNotUnderstandMatchesNothing(t *testing.T) {
	for typed, field := range map[string]string{
		"status=fine": "status", "provider=../azure": "provider", "expiring=0": "expiring", "expiring=soon": "expiring", "expiring=99999999999999999999": "expiring",
		"never-reviewed=perhaps": "never-reviewed", "not-checked-since=yesterday": "not-checked-since", "not-checked-since=2026-02-30": "not-checked-since",
		"not-checked-since=1066-10-14": "not-checked-since", "sort=color": "sort", "order=up": "order",
		"search=" + string(slices.Repeat([]byte("x"), 101)): "search", "account=" + string(slices.Repeat([]byte("x"), 101)): "account",
	} {
		v, err := url.ParseQuery(typed)
		if err != nil {
			t.Fatal(err)
		}
		q, fields := register.ParseQuery(v)
		if len(fields) != 1 || fields[field] == "" {
			t.Errorf("%s: got %v, want a sentence at %s", typed, fields, field)
		}
		orders := field == "sort" || field == "order"
		equal(t, typed+" matches nothing", q.MatchesNothing(), !orders)
		if orders {
			continue
		}
		again, _ := register.ParseQuery(q.Values())
		equal(t, typed+" comes back", again, q)
		equal(t, typed+" filters", q.Filters(), true)
		q.Unread = ""
		equal(t, "what else it means", q, register.Query{})
	}
	equal(t, "an account", must(register.ParseQuery(url.Values{"account": {" HÄRBOR "}})).Account, "härbor")
	q, fields := register.ParseQuery(url.Values{"expiring": {" 30 "}, "sort": {"label"}, "order": {"asc"}, "never-reviewed": {"no"}, "search": {" two\t words\u200b "}})
	if q != (register.Query{ExpiringWithin: 30, Search: "two words"}) || len(fields) > 0 {
		t.Errorf("got %+v and %v", q, fields)
	}
}

func TestAQuerySaysWhatItLists(t *testing.T) {
	for want, q := range map[string]register.Query{
		"All linked accounts":                           {Sort: register.ByExpires, Descending: true},
		"Connected, of harbor, expiring within 30 days": {Status: credential.StatusConnected, Account: "harbor", ExpiringWithin: 30},
		"Provider azure, expiring within 1 day":         {Provider: "azure", ExpiringWithin: 1},
		"Never reviewed, matching “production”":         {NeverReviewed: true, Search: "production"},
		"Not checked since 1 November 2026":             {NotCheckedSince: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Search: "ab"},
	} {
		equal(t, "the sentence", q.Sentence(), want)
	}
}

func TestShortWordsStayWithTheirNeighbours(t *testing.T) {
	for search, want := range map[string][]string{
		"":                 nil,
		"ab":               nil,
		"東":                nil,
		"東京":               {"東京"},
		"東京 港区":            {"東京", "港区"},
		"バー サーバー":          {"バー", "サーバー"},
		"서울 prod":          {"서울", "prod"},
		"東京 a":             {"東京 a"},
		"東a":               nil,
		"äb":               nil,
		"a b":              {"a b"},
		"abc":              {"abc"},
		"olga sato":        {"olga", "sato"},
		"billing 17":       {"billing 17"},
		"17 billing west":  {"17 billing", "west"},
		"a b c production": {"a b c", "production"},
		" two\t\nwords ":   {"two", "words"},
	} {
		q := register.Query{Search: search}
		if got := q.Terms(); !slices.Equal(got, want) {
			t.Errorf("%q looks for %q, want %q", search, got, want)
		}
		equal(t, search+" is too short", q.TooShort(), search != "" && want == nil)
	}
}

func TestEverySearchIsLookedForInOneThing(t *testing.T) {
	r := register.Row{Label: "Billing West", CloudAccountName: "Pay-As-You-Go", CloudAccount: "0000000A-0000-4000-8000-000000000001",
		Account: "harbor", LinkedBy: "Émile Kjær", LinkedByEmail: "emile@example.com"}
	for search, want := range map[string]bool{
		"": true, "ab": true, "BILLING": true, "west pay-as": true, "harb": true, "émile example": true, "ÉMILE": true, "kJÆR": true,
		"billing harbor": false, "bill emile": false, "xyz": false,
		"0000000a-0000-4000-8000-000000000001": true, "0000000a-0000-4000-8000-000000000002": false,
	} {
		equal(t, search, register.Query{Search: search}.Finds(r), want)
	}
}

func TestEveryStatusHasAName(t *testing.T) {
	for _, status := range register.Statuses {
		if register.StatusName(status) == "" {
			t.Errorf("%s has no name", status)
		}
	}
	for _, sort := range register.Sorts {
		if _, fields := register.ParseQuery(url.Values{"sort": {string(sort)}}); len(fields) > 0 {
			t.Errorf("%s: %v", sort, fields)
		}
	}
}

func must(q register.Query, _ fault.Fields) register.Query { return q }

func TestAnUnknownFilterSelectsNothing(t *testing.T) {
	list := register.NewService(register.Config{}) // which asks no store
	q := register.Query{Unread: "status=fine"}
	page, err := list.List(t.Context(), q, "")
	if err != nil || len(page.Rows) > 0 || page.Total > 0 {
		t.Errorf("the list has %+v, %v", page, err)
	}
	s := register.Selection{All: true, Query: q}
	for what, err := range map[string]error{
		"walking":   list.Each(t.Context(), s, 0, func([]register.Row) error { t.Error("it has a row"); return nil }),
		"exporting": list.Export(t.Context(), audit.Actor{}, q, register.CSV, nil),
		"counting":  func() error { _, err := list.Count(t.Context(), s); return err }(),
	} {
		if !errors.Is(err, register.ErrUnknownFilter) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
