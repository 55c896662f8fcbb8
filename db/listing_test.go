package db_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"mooring/credential"
	"mooring/review"
)

// TestAThousandLinksAreListedInPages has 1,001 links, of which a review asks about
// every tenth and every third needs attention, and another account with one.
func TestAThousandLinksAreListedInPages(t *testing.T) {
	w := newWorld(t)
	w.link("pier")
	w.multiply("pier", 1000)
	w.exec(`UPDATE credentials SET status = 'needs-attention', last_checked_at = ? WHERE number % 3 = 0`, morning.UnixMilli())
	other := newCredential("evil", "eve", "theirs")
	_, err := w.Credentials().Add(t.Context(), other, entry("credential.link", "account-evil"))
	w.ok(err)
	w.reviewing("quarter", "ada")
	w.exec(`UPDATE review_items SET stage = 'asked', kind = 'ask', question = 'Who uses it?', asked_by_name = 'Eve', asked_at = 1 WHERE number % 10 = 0 OR account_id = 'account-evil'`)

	began := time.Now()
	entries, err := w.Credentials().Entries(t.Context(), "account-acme")
	w.ok(err)
	t.Logf("read in %s", time.Since(began))
	same(t, "entries", len(entries), 1001)
	attention := credential.Listing{Status: credential.StatusAttention}.Select(entries)
	same(t, "those that need attention", len(attention), w.count(`SELECT count(*) FROM credentials WHERE status = 'needs-attention'`))
	asked := credential.Listing{Asked: true, Sort: credential.ByChecked, Descending: true}.Select(entries)
	same(t, "those that are asked about", len(asked), w.count(`SELECT count(*) FROM review_items WHERE stage = 'asked' AND account_id = 'account-acme'`))
	found := credential.Listing{Search: "PIER 100"}.Select(entries)
	same(t, "hits", len(found), 2) // pier-100 and pier-1000
	same(t, "of no such status", len(credential.Listing{Status: "melted"}.Select(entries)), 0)

	ids := []string{other.ID}
	for _, e := range asked[:100] {
		ids = append(ids, e.ID)
	}
	some, err := w.Credentials().Some(t.Context(), "account-acme", ids)
	w.ok(err)
	same(t, "rows of a page, without those of others", len(some), 100)
	about, err := w.Reviews().UnansweredAbout(t.Context(), "account-acme", ids)
	w.ok(err)
	same(t, "questions on the page", len(about), 100)
	same(t, "a question", about[asked[0].ID].Text, "Who uses it?")

	unanswered, err := w.Reviews().Unanswered(t.Context(), []string{"account-acme", "none"})
	w.ok(err)
	same(t, "accounts that are asked", len(unanswered), 1)
	same(t, "questions of the account", unanswered[0].Total, len(asked))
	same(t, "the account", unanswered[0].AccountID, "account-acme")

	w.ok(w.Reviews().Answer(t.Context(), "account-acme", asked[0].ID, "quarter", "We do.", entry("review.answer", "account-acme")))
	unanswered, err = w.Reviews().Unanswered(t.Context(), []string{"account-acme"})
	w.ok(err)
	same(t, "questions after an answer", unanswered[0].Total, len(asked)-1)
	w.exec(`UPDATE reviews SET state = 'closed'`)
	unanswered, err = w.Reviews().Unanswered(t.Context(), []string{"account-acme", "account-evil"})
	w.ok(err)
	same(t, "accounts that a closed review asks", len(unanswered), 0)
	about, err = w.Reviews().UnansweredAbout(t.Context(), "account-acme", ids)
	w.ok(err)
	same(t, "questions of a closed review", len(about), 0)
}

// TestTheQuestionThatIsDueFirstIsTold has two reviews ask about one link.
func TestTheQuestionThatIsDueFirstIsTold(t *testing.T) {
	w := newWorld(t)
	c := w.link("pier")
	for i, id := range []string{"late", "soon"} {
		w.reviewing(id, "ada")
		w.exec(`UPDATE reviews SET due_at = ? WHERE id = ?`, after(time.Duration(10-i)*time.Hour).UnixMilli(), id)
		w.exec(`UPDATE review_items SET stage = 'asked', kind = 'ask', question = ? WHERE review_id = ?`, fmt.Sprint("Question of ", id), id)
	}
	about, err := w.Reviews().UnansweredAbout(t.Context(), "account-acme", []string{c.ID})
	w.ok(err)
	unanswered, err := w.Reviews().Unanswered(t.Context(), []string{"account-acme"})
	w.ok(err)
	for _, q := range []review.Question{about[c.ID], unanswered[0].First} {
		told, err := json.Marshal(q)
		w.ok(err)
		if q.ReviewID != "soon" || q.Text != "Question of soon" || !q.DueAt.Equal(after(9*time.Hour)) {
			t.Errorf("told is %s", told)
		}
	}
}
