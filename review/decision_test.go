package review_test

import (
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/credential"
	"mooring/fault"
	"mooring/review"
)

func TestADecisionNeedsAReason(t *testing.T) {
	b := newBoard(t)
	c := b.links("one")[0]
	r := b.open("rita")
	version := b.item("rita", r, c).Version
	long := strings.Repeat("ü", 501)
	for name, test := range map[string]struct {
		kind   review.Kind
		reason string
		field  string
	}{
		"disable without":        {review.Disable, "", "reason"},
		"unlink with white":      {review.Unlink, "  \n ", "reason"},
		"ask with two letters":   {review.Ask, "ok", "reason"},
		"disable with a novel":   {review.Disable, long, "reason"},
		"keep with a novel":      {review.Keep, long, "reason"},
		"no decision":            {"", "Because", "decision"},
		"no such decision":       {"burn", "Because", "decision"},
		"what cannot be seen":    {review.Ask, "\u200b\u200b\u200b", "reason"},
		"white around two marks": {review.Disable, "  ab  ", "reason"},
	} {
		err := b.decideAs("rita", r, c, review.Decision{Kind: test.kind, Reason: test.reason, Version: version})
		if got := fault.Of(err).Fields; len(got) != 1 || got[test.field] == "" {
			t.Errorf("%s: the fields are %v, want %s", name, got, test.field)
		}
	}
	b.ok(b.decideAs("rita", r, c, review.Decision{Kind: review.Keep, Version: version}))
	b.ok(b.decideAs("rita", r, c, review.Decision{Kind: review.Keep, Reason: "ok", Version: b.item("rita", r, c).Version}))
	b.ok(b.decideAs("rita", r, c, review.Decision{Kind: review.Ask, Reason: strings.Repeat("ü", 500), Version: b.item("rita", r, c).Version}))
}

func TestADecisionHasItsEffectAndItsEntries(t *testing.T) {
	b := newBoard(t)
	all := b.links("keep", "disable", "unlink", "ask")
	r := b.open("rita")
	for _, c := range all {
		kind := review.Kind(c.Label)
		b.clock = morning.Add(time.Hour)
		b.ok(b.decide("rita", r, c, kind))
		var actions []audit.Action
		for _, e := range b.entries(c.AccountID) {
			if e.CredentialID == c.ID {
				actions = append(actions, e.Action)
				equal(t, "who did it", e.Actor, actor("rita"))
			}
		}
		effect := map[review.Kind][]audit.Action{review.Disable: {audit.StopCredential}, review.Unlink: {audit.UnlinkCredential}}[kind]
		sameList(t, "the entries of "+c.Label, actions, append(effect, audit.DecideReview))

		found, err := b.credentials.FindAny(t.Context(), c.ID)
		if kind == review.Unlink {
			wantErr(t, err, credential.ErrNotFound)
			continue
		}
		b.ok(err)
		state, reason := credential.Connected, ""
		if kind == review.Disable {
			state, reason = credential.Stopped, "Because of disable"
		}
		equal(t, "the state after "+c.Label, found.State, state)
		equal(t, "the reason after "+c.Label, found.Reason, reason)
		equal(t, "reviewed after "+c.Label, found.ReviewedAt.Equal(b.clock) && found.ReviewedByName == "Rita", kind != review.Ask)
	}
	b.holds(r)
	got := b.review(r.ID)
	equal(t, "what is decided", got.Decided, 3)
	equal(t, "what is asked", got.Asked, 1)
}

func TestTheEntryOfADecisionSaysWhat(t *testing.T) {
	b := newBoard(t)
	c := b.links("one")[0]
	r := b.open("rita")
	b.ok(b.decide("rita", r, c, review.Keep))
	b.ok(b.decide("rita", r, c, review.Ask))
	e := b.entries(c.AccountID)[0]
	equal(t, "the action", e.Action, audit.DecideReview)
	equal(t, "the detail", e.Detail, "Fourth quarter")
	sameList(t, "the changes", e.Changes, []audit.Change{{Field: "Decision", Before: "Keep", After: "Ask the owner"}, {Field: "Question", After: "Because of ask"}})
}

// When one of the entries cannot be written nothing at all is decided.
func TestADecisionIsStoredWholeOrNotAtAll(t *testing.T) {
	b := newBoard(t)
	c := b.links("one")[0]
	r := b.open("rita")
	b.depends.lines = []string{"the cluster harbor-1"}
	for range 2 {
		wantErr(t, b.decide("rita", r, c, review.Unlink), credential.ErrInUse)
	}
	i := b.item("rita", r, c)
	equal(t, "the decision", i.Kind, "")
	equal(t, "the changes of the item", i.Changes, 0)
	equal(t, "the state", b.find(c.ID).State, credential.Connected)
	for _, action := range b.actions(c.AccountID) {
		if action == audit.DecideReview || action == audit.UnlinkCredential {
			t.Errorf("there is an entry %s", action)
		}
	}
	b.depends.lines = nil
	b.ok(b.decide("rita", r, c, review.Unlink))
}

func TestWhatWaitsForApprovalIsDeclinedAndWhatIsStoppedStaysSo(t *testing.T) {
	b := newBoard(t)
	pending := b.link("pending", "harbor", "olga", func(c *credential.Credential) { c.State = credential.PendingApproval })
	stopped := b.link("stopped", "harbor", "olga", func(c *credential.Credential) { c.State, c.Reason = credential.Stopped, "For good reason" })
	off := b.link("off", "harbor", "olga", func(c *credential.Credential) { c.State = credential.Disabled })
	r := b.open("rita")
	b.ok(b.decide("rita", r, pending, review.Disable))
	b.ok(b.decide("rita", r, stopped, review.Disable))
	b.ok(b.decide("rita", r, off, review.Disable))
	for _, c := range []credential.Credential{pending, stopped, off} {
		equal(t, "the state of "+c.Label, b.find(c.ID).State, credential.Stopped)
		if got := b.item("rita", r, c); got.Stage != review.StageDecided || len(got.ChangedSince) > 0 {
			t.Errorf("%s is %s and changed %v", c.Label, got.Stage, got.ChangedSince)
		}
	}
	equal(t, "the reason of what was stopped before", b.find(stopped.ID).Reason, "For good reason")
	equal(t, "its version", b.find(stopped.ID).Version, stopped.Version)
	b.holds(r)
}

func TestNobodyDecidesOnWhatTheyDidNotSee(t *testing.T) {
	b := newBoard(t)
	c := b.links("one")[0]
	r := b.open("rita", "rob")
	seen := b.item("rita", r, c).Version
	changed := b.find(c.ID)
	changed.Target.Account = "another-subscription"
	_, err := b.data.Credentials().Change(t.Context(), changed, boardEntry(audit.EditCredential))
	b.ok(err)
	wantErr(t, b.decideAs("rita", r, c, review.Decision{Kind: review.Keep, Version: seen}), review.ErrLinkChanged)
	wantErr(t, b.decideAs("rita", r, c, review.Decision{Kind: review.Keep}), review.ErrLinkChanged)
	b.ok(b.decide("rita", r, c, review.Keep))
	equal(t, "what it was decided on", b.item("rita", r, c).Snapshot.CloudAccount, "another-subscription")
}

// A check that finds everything as it was must not send reviewers back.
func TestACheckThatFindsNothingNewChangesNothing(t *testing.T) {
	b := newBoard(t)
	c := b.links("one")[0]
	r := b.open("rita")
	seen := b.item("rita", r, c).Version
	b.clock = morning.Add(time.Hour)
	v := credential.Verification{ID: "verification", CredentialID: c.ID, Version: c.Version, Trigger: credential.BySchedule, StartedAt: b.clock}
	b.ok(b.data.Credentials().StartVerification(t.Context(), v))
	checked := b.find(c.ID)
	v.FinishedAt, v.Outcome, checked.LastCheckedAt = b.clock, "passed", b.clock
	b.ok(b.data.Credentials().FinishVerification(t.Context(), v, checked, boardEntry(audit.FinishVerification)))
	b.ok(b.decideAs("rita", r, c, review.Decision{Kind: review.Keep, Version: seen}))
	if at := b.item("rita", r, c).Snapshot.LastCheckedAt; !at.Equal(b.clock) {
		t.Errorf("the snapshot has the check of %v, want %v", at, b.clock)
	}
}

func TestADecisionCanBeMadeAgainWhileTheReviewIsOpen(t *testing.T) {
	b := newBoard(t)
	c := b.links("one")[0]
	r := b.open("rita", "rob")
	b.ok(b.decide("rita", r, c, review.Disable))
	b.holds(r)
	b.ok(b.decide("rob", r, c, review.Keep)) // which does not enable it: that is for the administrator's page
	b.holds(r)
	i := b.item("rita", r, c)
	equal(t, "the decision", i.Kind, review.Keep)
	equal(t, "who decided", i.DecidedByName, "Rob")
	equal(t, "the state it was decided on", i.Snapshot.Word, "Disabled")
	b.ok(b.decide("rita", r, c, review.Unlink))
	i = b.item("rita", r, c)
	equal(t, "gone", i.Gone, true)
	equal(t, "the stage", i.Stage, review.StageDecided)
	equal(t, "the number of differences", len(i.ChangedSince), 0)
	wantErr(t, b.decide("rob", r, c, review.Keep), review.ErrUnlinkedMeanwhile)
	b.holds(r)
}

func TestWhatIsUnlinkedMeanwhileIsGone(t *testing.T) {
	b := newBoard(t)
	all := b.links("one", "two", "three")
	r, other := b.open("rita"), b.open("rob")
	b.ok(b.decide("rita", r, all[1], review.Keep))
	b.ok(b.decide("rita", r, all[2], review.Ask))
	version := b.item("rita", r, all[0]).Version
	for _, c := range all {
		b.unlink(c)
	}
	b.holds(r)
	b.holds(other)
	got := b.review(r.ID)
	equal(t, "what is gone", got.Gone, 2)
	equal(t, "what is undecided", got.Undecided(), 0)
	equal(t, "what is gone from the other", b.review(other.ID).Gone, 3)
	wantErr(t, b.decideAs("rita", r, all[0], review.Decision{Kind: review.Keep, Version: version}), review.ErrUnlinkedMeanwhile)
	items, _, err := b.Items(t.Context(), caller("rita"), r.ID, "", 0)
	b.ok(err)
	for _, i := range items {
		equal(t, i.Label+" is gone", i.Gone, true)
	}
	kept := b.item("rita", r, all[1])
	sameList(t, "the differences", kept.ChangedSince, []audit.Change{{Field: "Linked account", Before: "linked", After: "unlinked"}})
}

func TestAnAccountThatIsDeletedTakesItsLinksOutOfTheQueue(t *testing.T) {
	b := newBoard(t)
	b.links("one", "two")
	r := b.open("rita")
	b.ok(b.data.Accounts().DeleteOrganization(t.Context(), "account-harbor", "harbor", boardEntry(audit.DeleteAccount)))
	b.holds(r)
	equal(t, "what is gone", b.review(r.ID).Gone, 2)
}

func TestAQuestionGoesToTheOwnerAndComesBack(t *testing.T) {
	b := newBoard(t)
	all := b.links("one", "two")
	c := all[0]
	r := b.open("rita", "rob")
	ofHarbor := credential.Request{AccountID: c.AccountID, Actor: actor("olga")}
	wantErr(t, b.Answer(t.Context(), ofHarbor, c.ID, r.ID, "Nobody asked"), review.ErrNoQuestion)
	b.clock = morning.Add(time.Hour)
	b.ok(b.decide("rita", r, c, review.Ask))
	labels, _ := b.queue("rob", r, 0)
	sameList(t, "the queue", labels, []string{"two"})
	equal(t, "reviewed", b.find(c.ID).ReviewedAt.IsZero(), true)

	questions, err := b.Questions(t.Context(), c.AccountID, c.ID)
	b.ok(err)
	if len(questions) != 1 || questions[0].Text != "Because of ask" || questions[0].AskedByName != "Rita" || questions[0].Review != "Fourth quarter" ||
		questions[0].Answered() || !questions[0].AskedAt.Equal(b.clock) {
		t.Fatalf("the questions are %+v", questions)
	}
	others, err := b.Questions(t.Context(), "account-quay", c.ID)
	b.ok(err)
	equal(t, "the questions that another account sees", len(others), 0)

	for text, ok := range map[string]bool{"": false, " \n\t": false, strings.Repeat("x", 1001): false} {
		if err := b.Answer(t.Context(), ofHarbor, c.ID, r.ID, text); (err == nil) != ok || fault.Of(err).Fields["answer"] == "" {
			t.Errorf("%.10q: %v", text, err)
		}
	}
	wantErr(t, b.Answer(t.Context(), credential.Request{AccountID: "account-quay", Actor: actor("rita")}, c.ID, r.ID, "Mine"), review.ErrNoQuestion)
	wantErr(t, b.Answer(t.Context(), credential.Request{AccountID: c.AccountID, Actor: actor("rita")}, c.ID, r.ID, "Not hers"), account.ErrNoSuchAccount)

	stale := b.item("rob", r, c).Version
	b.answer(r, c, "We need it\r\n\r\nfor the  tests.")
	i := b.item("rob", r, c)
	equal(t, "the answer", i.Answer, "We need it\nfor the tests.")
	equal(t, "who answered", i.AnsweredByName, "Olga")
	equal(t, "the stage", i.Stage, review.StageOpen)
	entry := b.entries(c.AccountID)[0]
	equal(t, "the action", entry.Action, audit.AnswerReview)
	equal(t, "the detail", entry.Detail, "Fourth quarter")
	labels, _ = b.queue("rob", r, 0)
	sameList(t, "the queue", labels, []string{"one", "two"})
	err = b.decideAs("rob", r, c, review.Decision{Kind: review.Keep, Version: stale})
	wantErr(t, err, review.ErrDecidedMeanwhile)
	if got := fault.Of(err).Sentence; !strings.HasPrefix(got, "Olga has answered") {
		t.Errorf("rob reads %q", got)
	}
	wantErr(t, b.Answer(t.Context(), ofHarbor, c.ID, r.ID, "Twice"), review.ErrNoQuestion)

	b.ok(b.decide("rob", r, c, review.Keep))
	i = b.item("rob", r, c)
	equal(t, "the question that is kept", i.Question, "Because of ask")
	equal(t, "the answer that is kept", i.Answer, "We need it\nfor the tests.")
	b.ok(b.decide("rob", r, c, review.Ask)) // once more
	equal(t, "the answer to the new question", b.item("rob", r, c).Answer, "")
	b.holds(r)
}

func TestWhatChangedSinceTheDecisionIsFlagged(t *testing.T) {
	for name, test := range map[string]struct {
		kind   review.Kind
		change func(*credential.Credential)
		want   []audit.Change
	}{
		"nothing": {review.Keep, func(*credential.Credential) {}, nil},
		"label":   {review.Keep, func(c *credential.Credential) { c.Label = "new" }, []audit.Change{{Field: "Label", Before: "one", After: "new"}}},
		"subscription": {review.Keep, func(c *credential.Credential) { c.Target.Account = "other" },
			[]audit.Change{{Field: "Subscription ID", Before: "subscription-one", After: "other"}}},
		"application": {review.Keep, func(c *credential.Credential) { c.Target.SignIn.Principal = "other" },
			[]audit.Change{{Field: "Application (client) ID", Before: "client-one", After: "other"}}},
		"method": {review.Keep, func(c *credential.Credential) { c.Target.SignIn.Method = "classic" },
			[]audit.Change{{Field: "Application (client) ID", Before: "client-one"}, {Field: "Method", Before: "Application", After: "Classic"}}},
		"more rights": {review.Keep, func(c *credential.Credential) { c.Rights[1].Granted = true },
			[]audit.Change{{Field: "Permission", After: "It may make machines."}}},
		"fewer rights": {review.Keep, func(c *credential.Credential) { c.Rights[0].Granted = false },
			[]audit.Change{{Field: "Permission", Before: "It may list machines."}}},
		"state": {review.Keep, func(c *credential.Credential) { c.State = credential.NeedsAttention },
			[]audit.Change{{Field: "Status", Before: "Connected", After: "Needs attention"}}},
		"not checked yet": {review.Keep, func(c *credential.Credential) {
			c.State, c.Rights, c.CloudAccountName, c.LastCheckedAt = credential.NotVerified, nil, "", time.Time{}
		}, []audit.Change{{Field: "Status", Before: "Connected", After: "Not checked"}}},
		"disabled": {review.Disable, func(*credential.Credential) {}, nil},
		"enabled again": {review.Disable, func(c *credential.Credential) { c.State = credential.Connected },
			[]audit.Change{{Field: "Status", Before: "Disabled", After: "Connected"}}},
		"disabled, and another label": {review.Disable, func(c *credential.Credential) { c.Label = "new" },
			[]audit.Change{{Field: "Label", Before: "one", After: "new"}}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBoard(t)
			c := b.links("one", "two")[0]
			r := b.open("rita")
			b.ok(b.decide("rita", r, c, test.kind))
			now := b.find(c.ID)
			test.change(&now)
			if test.kind == review.Disable && now.State != credential.Stopped {
				b.ok(b.data.Credentials().ChangeAny(t.Context(), now, boardEntry(audit.ReleaseCredential)))
			} else {
				_, err := b.data.Credentials().Change(t.Context(), now, boardEntry(audit.EditCredential))
				b.ok(err)
			}
			sameList(t, "the differences", b.item("rita", r, c).ChangedSince, test.want)
			changed, next, err := b.Items(t.Context(), caller("rita"), r.ID, review.FilterChanged, 0)
			b.ok(err)
			equal(t, "the number of changed items", len(changed), min(1, len(test.want)))
			equal(t, "where it goes on", next, 0)
		})
	}
}

func TestTheEndOfACertificateIsNoticedLater(t *testing.T) {
	b := newBoard(t)
	c := b.links("one")[0]
	r := b.open("rita")
	b.ok(b.decide("rita", r, c, review.Keep))
	b.clock = morning.AddDate(1, 0, -5)
	sameList(t, "the differences", b.item("rita", r, c).ChangedSince, []audit.Change{{Field: "Status", Before: "Connected", After: "Expires in 5 days"}})
}

func TestTheHistoryOfALinkedAccount(t *testing.T) {
	b := newBoard(t)
	c := b.links("one")[0]
	first := b.open("rita")
	b.ok(b.decide("rita", first, c, review.Keep))
	b.clock = morning.Add(time.Hour)
	b.open("rita")
	past, err := b.History(t.Context(), c.ID)
	b.ok(err)
	if len(past) != 2 || past[1].Kind != review.Keep || past[0].Kind != "" || past[1].ReviewID != first.ID || past[1].Review != "Fourth quarter" {
		t.Errorf("the history is %+v", past)
	}
}

func TestFilters(t *testing.T) {
	b := newBoard(t)
	all := b.links("a", "b", "c", "d", "e", "f")
	r := b.open("rita")
	for n, kind := range []review.Kind{review.Keep, review.Disable, review.Unlink, review.Ask, review.Ask} {
		b.ok(b.decide("rita", r, all[n], kind))
	}
	b.answer(r, all[4], "Yes")
	for filter, want := range map[string]string{"": "a b c d e f", "open": "e f", "keep": "a", "disable": "b", "unlink": "c", "ask": "d e", "asked": "d"} {
		items, next, err := b.Items(t.Context(), caller("rita"), r.ID, filter, 0)
		b.ok(err)
		var labels []string
		for _, i := range items {
			labels = append(labels, i.Label)
		}
		equal(t, "filter "+filter, strings.Join(labels, " "), want)
		equal(t, "where it goes on", next, 0)
	}
}
