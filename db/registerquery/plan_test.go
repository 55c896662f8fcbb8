package registerquery_test

import (
	"strings"
	"testing"

	"mooring/db/registerquery"
	"mooring/register"
)

// Whatever is asked for, no question reads a whole table or sorts, at the first
// page and behind it, with the usual limits and with small ones.
func TestNoQuestionOfTheListGrows(t *testing.T) {
	w := newRegister(t, 130, 6)
	asked := map[string]bool{}
	for round := range 300 {
		q := w.query()
		if round%50 == 0 {
			q = register.Query{Search: "142857142857"} // a whole ID of an account
		}
		store := w.Register().Planner
		if round%3 > 0 {
			store = store.WithLimits(registerquery.Tiny(w.random.IntN))
		}
		found, err := store.ListLinked(t.Context(), q, register.Cursor{}, 5, morning)
		w.ok(err)
		for _, after := range []register.Cursor{{}, found.Next} {
			plans, err := store.Explain(t.Context(), q, after, 5, morning)
			w.ok(err)
			for _, plan := range plans {
				asked[plan.Query] = true
				if plan.Grows() {
					t.Fatalf("%+v:\n%s\n\t%s", q, plan.Query, strings.Join(plan.Steps, "\n\t"))
				}
			}
		}
	}
	if len(asked) < 60 {
		t.Errorf("only %d questions were looked at", len(asked))
	}
}

func TestAPlanThatGrowsIsSeen(t *testing.T) {
	for step, grows := range map[string]bool{
		"SCAN c": true,
		"SCAN c USING COVERING INDEX register_label":   true,
		"USE TEMP B-TREE FOR ORDER BY":                 true,
		"SCAN register_texts VIRTUAL TABLE INDEX 0:":   true,
		"SCAN register_texts VIRTUAL TABLE INDEX 0:M3": false,
		"SCAN j VIRTUAL TABLE INDEX 1:":                false,
		"SCAN w":                                       false,
		"SEARCH c USING INTEGER PRIMARY KEY (rowid=?)": false,
	} {
		same(t, step, registerquery.Plan{Steps: []string{step}}.Grows(), grows)
	}
}
