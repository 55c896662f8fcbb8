package db_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/credential"
	"mooring/register"
	"mooring/review"
)

// reviewing starts a review by ada of everything, with her and eve, who is made
// an administrator for it, as reviewers, and opens it.
func (w world) reviewing(id string, reviewers ...string) review.Review {
	w.t.Helper()
	w.exec(`UPDATE people SET site_admin = 1`)
	r := review.Review{ID: id, Name: "Review " + id, Selection: register.Selection{All: true}, About: "All", StartedByID: "person-ada", StartedByName: "ada",
		StartedAt: morning, DueAt: after(24 * time.Hour), State: review.Gathering}
	for _, name := range reviewers {
		r.Reviewers = append(r.Reviewers, review.Reviewer{PersonID: "person-" + name})
	}
	w.ok(w.Reviews().AddReview(w.t.Context(), r, nil, entry(audit.StartReview, "")))
	w.ok(w.Reviews().AddItems(w.t.Context(), id, w.texts(`SELECT id FROM credentials`), 1_000_000_000))
	w.ok(w.Reviews().OpenReview(w.t.Context(), id, entry(audit.OpenReview, "")))
	return w.reviewNow(id)
}

func (w world) reviewNow(id string) review.Review {
	w.t.Helper()
	r, err := w.Reviews().Review(w.t.Context(), id)
	w.ok(err)
	return r
}

func (w world) texts(query string) (all []string) {
	w.t.Helper()
	rows, err := w.Writer().QueryContext(w.t.Context(), query)
	w.ok(err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var text string
		w.ok(rows.Scan(&text))
		all = append(all, text)
	}
	w.ok(rows.Err())
	return all
}

// rules stores a decision without asking whether it may be made.
func (w world) rules(by, reviewID, credentialID string, change func(*review.Ruling)) error {
	e := entry(audit.DecideReview, "account-acme")
	e.Actor.PersonID = "person-" + by
	return w.Reviews().Settle(w.t.Context(), e.Actor, reviewID, credentialID, func(b review.Bench) (review.Ruling, error) {
		r := review.Ruling{Item: b.Item, Entries: []audit.Entry{e}}
		r.Item.Stage, r.Item.Kind, r.Item.DecidedByID, r.Item.DecidedByName, r.Item.DecidedAt = review.StageDecided, review.Keep, "person-"+by, by, e.At
		r.Item.Changes++
		change(&r)
		return r, nil
	})
}

func TestTheCountersOfAReviewFollowItsItems(t *testing.T) {
	w := newWorld(t)
	random := rand.New(rand.NewPCG(1, 2))
	var ids []string
	for n := range 40 {
		by := []string{"person-ada", "person-eve", ""}[n%3]
		ids = append(ids, w.link(fmt.Sprint(n), func(c *credential.Credential) { c.CreatedBy = by }).ID)
	}
	w.reviewing("one", "ada", "eve")
	w.reviewing("two", "eve")
	stages := []review.Stage{review.StageOpen, review.StageAsked, review.StageDecided, review.StageDecided}
	for step := range 300 {
		id, by := ids[random.IntN(len(ids))], []string{"ada", "eve"}[random.IntN(2)]
		if step%60 == 59 {
			w.exec(`DELETE FROM credentials WHERE id = ?`, id)
		} else if w.count(`SELECT count(*) FROM credentials WHERE id = ?`, id) == 1 {
			w.ok(w.rules(by, []string{"one", "two"}[random.IntN(2)], id, func(r *review.Ruling) { r.Item.Stage = stages[random.IntN(len(stages))] }))
		}
		if step%50 != 0 && step != 299 {
			continue
		}
		for _, reviewID := range []string{"one", "two"} {
			r := w.reviewNow(reviewID)
			for stage, kept := range map[string]int{"open": r.Open, "asked": r.Asked, "decided": r.Decided, "gone": r.Gone} {
				same(t, stage+" of "+reviewID, kept, w.count(`SELECT count(*) FROM review_items WHERE review_id = ? AND stage = ?`, reviewID, stage))
			}
			for _, who := range r.Reviewers {
				same(t, "open to "+who.PersonID, who.Open, w.count(
					`SELECT count(*) FROM review_items WHERE review_id = ? AND stage = 'open' AND linked_by <> ?`, reviewID, who.PersonID))
				same(t, "decided by "+who.PersonID, who.Decided, w.count(
					`SELECT count(*) FROM review_items WHERE review_id = ? AND stage = 'decided' AND decided_by = ?`, reviewID, who.PersonID))
			}
		}
	}
}

func TestADecisionIsStoredWithItsEffectAndEntriesOrNotAtAll(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	w.reviewing("r", "ada")
	before := w.count(`SELECT count(*) FROM audit`)
	untouched := func(when string) {
		t.Helper()
		same(t, "the decision "+when, w.texts(`SELECT kind FROM review_items`)[0], "")
		same(t, "the review of the link "+when, w.find(c).ReviewedAt.IsZero(), true)
		same(t, "the state "+when, w.find(c).State, credential.NotVerified)
		same(t, "the number of entries "+when, w.count(`SELECT count(*) FROM audit`), before)
	}
	stop := func(r *review.Ruling) {
		stopped := w.find(c)
		stopped.State, stopped.Reason = credential.Stopped, "Because"
		r.Reviewed, r.Stopped = true, &stopped
		r.Entries = append(r.Entries, entry(audit.StopCredential, "account-acme"))
	}
	w.exec(`CREATE TRIGGER full BEFORE INSERT ON audit WHEN new.action = 'credential.stop' BEGIN SELECT raise(ABORT, 'full'); END`)
	if err := w.rules("ada", "r", c.ID, stop); err == nil {
		t.Error("it was stored without one of its entries")
	}
	untouched("without an entry")
	w.exec(`DROP TRIGGER full`)
	want(t, w.rules("ada", "r", c.ID, func(r *review.Ruling) {
		stop(r)
		r.Stopped.Version++
	}), credential.ErrLookAgain)
	untouched("of another version")
	want(t, w.rules("nobody", "r", c.ID, stop), account.ErrSignIn)
	untouched("by nobody")
	w.ok(w.rules("ada", "r", c.ID, stop))
	same(t, "the state", w.find(c).State, credential.Stopped)
	same(t, "who reviewed it", w.find(c).ReviewedBy, "person-ada")
	same(t, "the number of entries", w.count(`SELECT count(*) FROM audit`), before+2)
}

func TestItemsOfAClosedReviewNeverChange(t *testing.T) {
	w := newWorld(t)
	w.link("one")
	r := w.reviewing("r", "ada")
	w.ok(w.Reviews().CloseReview(t.Context(), r.ID, "ada", morning, entry(audit.CloseReview, "")))
	for _, statement := range []string{
		`UPDATE review_items SET kind = 'keep'`, `UPDATE review_items SET reason = 'x'`, `UPDATE review_items SET stage = 'decided'`,
	} {
		if _, err := w.Writer().ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "closed") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	closed := w.reviewNow(r.ID)
	same(t, "the entry that closed it", closed.Anchor.Entry, int64(w.count(`SELECT max(id) FROM audit`)))
	same(t, "its digest", fmt.Sprintf("%x", closed.Anchor.Digest), w.texts(`SELECT lower(hex(digest)) FROM audit ORDER BY id DESC LIMIT 1`)[0])
	want(t, w.Reviews().CloseReview(t.Context(), r.ID, "ada", morning, entry(audit.CloseReview, "")), review.ErrClosed)
	unsealed, err := w.Reviews().Unsealed(t.Context())
	w.ok(err)
	same(t, "the number of reviews to sign", len(unsealed), 1)
	w.ok(w.Reviews().SetSeal(t.Context(), r.ID, review.Seal{Format: 1, Manifest: "m", Sums: map[string]uint32{"a": 7}}))
	seal, err := w.Reviews().Seal(t.Context(), r.ID)
	w.ok(err)
	same(t, "what was signed", seal.Manifest+fmt.Sprint(seal.Sums["a"]), "m7")
}

func TestAddItemsAddsNothingTwiceAndNothingThatIsGone(t *testing.T) {
	w := newWorld(t)
	for n := range 5 {
		w.link(fmt.Sprint(n))
	}
	w.reviewing("other", "ada")
	r := review.Review{ID: "r", Name: "r", Selection: register.Selection{All: true}, State: review.Gathering, StartedAt: morning, DueAt: morning,
		Reviewers: []review.Reviewer{{PersonID: "person-ada"}}}
	w.ok(w.Reviews().AddReview(t.Context(), r, nil, entry(audit.StartReview, "")))
	all := w.texts(`SELECT id FROM credentials ORDER BY number`)
	w.ok(w.Reviews().AddItems(t.Context(), "r", all[:2], 2))
	w.exec(`DELETE FROM credentials WHERE number = 4`)
	w.ok(w.Reviews().AddItems(t.Context(), "r", append(all, "unknown"), 5)) // the first two again
	got := w.reviewNow("r")
	same(t, "the number of items", got.Total, 4)
	same(t, "how far it is", got.Gathered, 5)
	same(t, "the positions", strings.Join(w.texts(`SELECT position || '' FROM review_items WHERE review_id = 'r' ORDER BY number`), " "), "1 2 3 4")
	w.ok(w.Reviews().OpenReview(t.Context(), "r", entry(audit.OpenReview, "")))
	want(t, w.Reviews().AddItems(t.Context(), "r", all, 9), review.ErrNoSuchReview) // it is fixed
	want(t, w.Reviews().OpenReview(t.Context(), "r", entry(audit.OpenReview, "")), review.ErrNoSuchReview)
}

func TestASnapshotIsKeptAsItWas(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	w.reviewing("r", "ada")
	taken := review.Snapshot{At: morning, Word: "Expires in 9 days", Status: credential.StatusExpiring, State: credential.Connected, Version: 7,
		Account: "acme", Label: "one", Rights: []review.SeenRight{{Key: "azure-all", Granted: true, Excessive: true, Sentence: "It may do all."}},
		CertificateExpires: after(time.Hour), LinkedAt: morning, LastCheckedAt: after(-time.Hour)}
	w.ok(w.rules("ada", "r", c.ID, func(r *review.Ruling) { r.Item.Snapshot = taken }))
	items, err := w.Reviews().Recorded(t.Context(), "r", 0, 10)
	w.ok(err)
	got, err := json.Marshal(items[0].Snapshot)
	w.ok(err)
	wanted, err := json.Marshal(taken)
	w.ok(err)
	same(t, "the snapshot", string(got), string(wanted))
}

func TestWordsOutsideTheListsOfReviewsAreRefused(t *testing.T) {
	w := newWorld(t)
	w.link("one")
	w.reviewing("r", "ada")
	for _, statement := range []string{
		`UPDATE reviews SET state = 'shut'`,
		`UPDATE reviews SET selection = 'all'`,
		`UPDATE review_items SET stage = 'meh'`,
		`UPDATE review_items SET kind = 'burn'`,
		`UPDATE review_items SET snapshot = 'nice'`,
		`UPDATE review_reviewers SET own_open = -1`,
		`INSERT INTO review_schedules (id, name, every, first_on, days, selection, about, made_by_name, made_at, next_at)
		 VALUES ('s', 's', 'weekly', 1, 1, '{}', '', '', 1, 1)`,
	} {
		if _, err := w.Writer().ExecContext(t.Context(), statement); err == nil || !strings.Contains(err.Error(), "CHECK") {
			t.Errorf("%s: got %v, want a refusal by CHECK", statement, err)
		}
	}
}

func TestAScheduleMovesOnOnce(t *testing.T) {
	w := newWorld(t)
	s := review.Schedule{ID: "s", Name: "s", Every: review.Monthly, FirstOn: morning, NextAt: morning, Days: 3, Selection: register.Selection{All: true},
		MadeByName: "ada", MadeAt: morning, Reviewers: []review.Reviewer{{PersonID: "person-ada", Name: "ada", Email: "ada@example.com"}}}
	w.ok(w.Reviews().AddSchedule(t.Context(), s, 1, entry(audit.MakeSchedule, "")))
	s.ID = "another"
	want(t, w.Reviews().AddSchedule(t.Context(), s, 1, entry(audit.MakeSchedule, "")), review.ErrTooManySchedules)
	start := review.Start{ScheduleID: "s", Was: morning, Next: after(time.Hour)}
	r := review.Review{ID: "r1", Name: "r", State: review.Gathering, StartedAt: morning, DueAt: morning, Selection: s.Selection, Reviewers: s.Reviewers}
	w.ok(w.Reviews().AddReview(t.Context(), r, &start, entry(audit.StartReview, "")))
	r.ID = "r2"
	want(t, w.Reviews().AddReview(t.Context(), r, &start, entry(audit.StartReview, "")), review.ErrNoSuchSchedule)
	w.exec(`UPDATE people SET site_admin = 0`)
	start = review.Start{ScheduleID: "s", Was: after(time.Hour), Next: after(2 * time.Hour)}
	system := audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.StartReview, Result: audit.Done}
	want(t, w.Reviews().AddReview(t.Context(), r, &start, system), review.ErrNobodyLeft)
	same(t, "the number of reviews", w.count(`SELECT count(*) FROM reviews`), 1)
	same(t, "whether it moved on", w.count(`SELECT count(*) FROM review_schedules WHERE next_at = ?`, after(time.Hour).UnixMilli()), 1)
}
