package db_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"mooring/audit"
	"mooring/credential"
	"mooring/fault"
)

func TestAnAccountHasSoManyCredentialsAndNoMore(t *testing.T) {
	w := newWorld(t)
	first := w.link("first")
	w.link("second")
	limited := w.Credentials().AtMost(2)
	add := func(c credential.Credential) (string, error) {
		return limited.Add(t.Context(), c, entry(audit.LinkCredential, c.AccountID))
	}
	entries := len(w.audit("account-acme"))
	_, err := add(newCredential("acme", "ada", "third"))
	want(t, err, credential.ErrTooManyCredentials)
	same(t, "the sentence", fault.Of(err).Sentence,
		"This account has reached its limit of 2 credentials. Unlink one that you no longer need, or ask the operator of this Mooring to raise the limit.")
	same(t, "the credentials", w.count(`SELECT count(*) FROM credentials`), 2)
	same(t, "the entries", len(w.audit("account-acme")), entries)

	double := newCredential("acme", "ada", "double")
	double.Target = first.Target
	existing, err := add(double)
	want(t, err, credential.ErrAlreadyLinked) // which helps more
	same(t, "the one in the way", existing, first.ID)

	_, err = add(newCredential("evil", "eve", "theirs"))
	w.ok(err)
	_, err = w.Credentials().AtMost(1).Change(t.Context(), w.find(first), entry(audit.EditCredential, "account-acme"))
	w.ok(err) // who has more keeps them
	w.ok(limited.Remove(t.Context(), "account-acme", first.ID, entry(audit.UnlinkCredential, "account-acme")))
	_, err = add(newCredential("acme", "ada", "third"))
	w.ok(err)
}

func TestTwoAtOnceDoNotPassTheLimit(t *testing.T) {
	w := newWorld(t)
	const rivals, most = 20, 5
	limited := w.Credentials().AtMost(most)
	var group sync.WaitGroup
	results := make(chan error, rivals)
	for i := range rivals {
		c := newCredential("acme", "ada", fmt.Sprint("link-", i))
		group.Go(func() {
			_, err := limited.Add(t.Context(), c, entry(audit.LinkCredential, c.AccountID))
			results <- err
		})
	}
	group.Wait()
	close(results)
	refused := 0
	for err := range results {
		if errors.Is(err, credential.ErrTooManyCredentials) {
			refused++
		} else {
			w.ok(err)
		}
	}
	same(t, "the refused", refused, rivals-most)
	same(t, "the credentials", w.count(`SELECT count(*) FROM credentials`), most)
}
