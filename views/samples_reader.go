package views

import (
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/cloud"
	"mooring/credential"
	"mooring/register"
	"mooring/review"
)

// sampleReader is who reads the samples that are built from values of the domain.
var sampleReader = Reader{PersonID: "per_1", Now: time.Date(2026, time.November, 22, 9, 14, 3, 0, time.UTC), Zone: time.UTC,
	Clouds:      cloud.Registry{"azure": describedCloud{description: sampleCheckedCloud()}, "harbor": describedCloud{description: sampleSmallCloud}},
	SignInNames: map[string]string{"github": "GitHub", "harbor": "Harbor SSO"}}

// ago is a moment before the samples are looked at.
func ago(d time.Duration) time.Time { return sampleReader.Now.Add(-d) }

const sampleDay = 24 * time.Hour

// When things happened in the samples.
var (
	sampleLinkedOn = time.Date(2026, time.October, 30, 8, 2, 11, 0, time.UTC)
	sampleEndsOn   = time.Date(2027, time.October, 30, 8, 0, 0, 0, time.UTC)
	sampleEndsSoon = time.Date(2026, time.December, 1, 8, 0, 0, 0, time.UTC)
)

// sampleCheckedCloud is sampleCloud with stages to check.
func sampleCheckedCloud() cloud.Description {
	d := sampleCloud
	d.Methods = append([]cloud.Method{}, d.Methods...)
	d.Methods[0].Stages = []cloud.Stage{{Key: "directory", Name: "Find the directory"}, {Key: "sign-in", Name: "Sign in"},
		{Key: "subscription", Name: "Open the subscription"}, {Key: "status", Name: "Subscription status"},
		{Key: "permissions", Name: "Permissions", Advisory: true}, {Key: "providers", Name: "Resource providers", Advisory: true}}
	return d
}

// describedCloud is a cloud that is only described: nothing can be linked to it, and it
// must not be asked for what its embedded nil would have to answer.
type describedCloud struct {
	cloud.Cloud
	description cloud.Description
}

// Describe implements cloud.Cloud.
func (c describedCloud) Describe() cloud.Description { return c.description }

// Explain implements cloud.Cloud.
func (describedCloud) Explain(result cloud.StageResult, _ cloud.Target) cloud.Explanation {
	for _, known := range sampleCatalogue() {
		if known.Code == result.Code {
			known.Known = true
			return known
		}
	}
	return cloud.Explanation{Code: result.Code}
}

// Facts implements cloud.Cloud.
func (c describedCloud) Facts(target cloud.Target) []cloud.Fact {
	return cloud.FieldFacts(c.description, target)
}

// Rights implements cloud.RightsLister.
func (describedCloud) Rights() []cloud.RightText {
	return []cloud.RightText{
		{Key: "azure-read", Granted: "It can read the resources in the subscription."},
		{Key: "azure-group", Granted: "It can create and delete resources in the resource group mooring."},
		{Key: "azure-grant", Granted: "It can assign roles to others."},
	}
}

// sampleLink is a link that works.
func sampleLink() credential.Credential {
	return credential.Credential{
		ID: "crd_7h2k9m4p", AccountID: "acc_1", Provider: "azure", Label: "Production", State: credential.Connected, Version: 4,
		Target:        cloud.Target{Environment: "public", Account: sampleSubscription, Parent: sampleTenant, SignIn: cloud.SignIn{Method: "app", Principal: sampleClient}},
		CertificateID: "crt_1", CertificateSHA1: sampleCertificate().SHA1, CertificateExpires: sampleEndsOn, CertificateIsCurrent: true,
		CloudAccountName: "Harbor Production", CreatedBy: "per_1", CreatedByName: "Ada Byron", CreatedAt: sampleLinkedOn,
		LastCheckedAt: ago(3 * time.Minute), NextCheckAt: ago(3*time.Minute - sampleDay), ReviewedAt: sampleLinkedOn, ReviewedBy: "per_2", ReviewedByName: "Ben Okafor",
	}
}

// sampleRuns are n checks, a day apart, the latest first. Most passed.
func sampleRuns(n int) []credential.Verification {
	runs := make([]credential.Verification, n)
	for i := range runs {
		started := ago(3*time.Minute + time.Duration(i)*sampleDay)
		run := credential.Verification{ID: "run", Version: 4, CertificateID: "crt_1", Trigger: credential.BySchedule,
			StartedAt: started, FirstAt: started, FinishedAt: started.Add(2 * time.Second), Times: 1, Outcome: cloud.Passed}
		switch i {
		case 49, 50:
			run.Outcome = cloud.StillCopying
		case 38:
			run.Outcome = cloud.CouldNotCheck
		case 2:
			run.Outcome = cloud.Broken
		}
		runs[i] = run
	}
	ok := func(stage, said string, took time.Duration) cloud.StageResult {
		return cloud.StageResult{Stage: stage, Verdict: cloud.OK, Said: said, StartedAt: runs[0].StartedAt, Duration: took}
	}
	signedIn := ok("sign-in", "", 400*time.Millisecond)
	signedIn.TraceID, signedIn.CorrelationID = sampleTrace, sampleCorrelation
	runs[0].Results = []cloud.StageResult{ok("directory", "harbor.example", 200*time.Millisecond), signedIn,
		ok("subscription", "Harbor Production", 300*time.Millisecond), ok("status", "Enabled", 100*time.Millisecond),
		ok("permissions", "Reader on the subscription, Contributor on the resource group mooring", 1500*time.Millisecond),
		ok("providers", "Compute, Network and Storage are registered", 300*time.Millisecond)}
	return runs
}

// sampleRightsSince are rights of which one came and one went.
func sampleRightsSince() []review.RightSince {
	right := func(sentence string, excessive bool, change review.RightChange) review.RightSince {
		return review.RightSince{SeenRight: review.SeenRight{Sentence: sentence, Granted: true, Excessive: excessive}, Change: change}
	}
	return []review.RightSince{
		right("It can read the resources in the subscription.", false, ""),
		right("It can create and delete resources in the resource group mooring.", false, review.RightAdded),
		right("It can assign roles to others.", true, ""),
		right("It can register resource providers.", false, review.RightRemoved),
	}
}

// samplePast are the reviews of sampleLink: one that goes on, and one that kept it.
func samplePast() []review.Past {
	return []review.Past{
		{Review: "Fourth quarter of 2026", Item: review.Item{ReviewID: "rev_9x3v6n0b", Stage: review.StageOpen}},
		{Review: "Third quarter of 2026", Item: review.Item{ReviewID: "rev_1", Stage: review.StageDecided, Kind: review.Keep, Reason: "Used every day by the shop.",
			DecidedByName: "Ben Okafor", DecidedAt: sampleLinkedOn}},
	}
}

// sampleRecord is what is read about sampleLink.
func sampleRecord() LinkRecord {
	return LinkRecord{Owned: account.Owned{Account: account.Account{ID: "acc_1", Name: "harbor"}, Owners: []account.Person{{ID: "per_1", Name: "Ada Byron"}, {ID: "per_2", Name: "Ben Okafor"}}},
		Runs: sampleRuns(60), Reviews: samplePast(), Rights: sampleRightsSince(), Entries: sampleSealed()[:2]}
}

// sampleSealed are entries of the audit log, and sampleNames what they are about.
func sampleSealed() []audit.Sealed {
	entry := func(number int64, at time.Time, actor audit.Actor, action audit.Action, detail string) audit.Sealed {
		return audit.Sealed{Number: number, Entry: audit.Entry{At: at, Actor: actor, Action: action, Detail: detail, Result: audit.Done}}
	}
	edited := entry(1204331, ago(0), audit.Actor{PersonID: "per_1", Name: "ada@harbor.example", Address: "192.0.2.17", RequestID: "req_5t8w2q9z"}, audit.EditCredential, "Production")
	edited.AccountID, edited.CredentialID = "acc_1", "crd_7h2k9m4p"
	edited.Changes = []audit.Change{{Field: "Label", Before: "Prod", After: "Production"}, {Field: "Subscription ID", Before: "", After: sampleSubscription}}
	checked := entry(1204330, ago(3*time.Minute), audit.Actor{PersonID: audit.System, Name: "Mooring"}, audit.FinishVerification, "passed")
	checked.AccountID, checked.CredentialID = "acc_1", "crd_7h2k9m4p"
	refused := entry(1204329, ago(3*time.Minute), audit.Actor{PersonID: "per_3", Name: "cleo.marsh.of.the.data.science.group@research.harbor.example", KeyID: "k3v9x0ab",
		Address: "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", RequestID: "req_9q8w7e6r"}, audit.RefuseRequest, "GET /admin/linked-accounts")
	refused.Result = audit.Refused
	unlinked := entry(1204328, ago(sampleDay), audit.Actor{PersonID: "per_2", Name: "ben@harbor.example", Address: "203.0.113.9", RequestID: "req_1a2b3c4d"}, audit.UnlinkCredential, sampleLong)
	unlinked.AccountID, unlinked.CredentialID = "acc_2", "crd_0a1b2c3d"
	return []audit.Sealed{edited, checked, refused, unlinked}
}

func sampleNames() LogNames {
	return LogNames{Accounts: map[string]string{"acc_1": "harbor", "acc_2": "tide-tables-of-the-channel"}, Labels: map[string]string{"crd_7h2k9m4p": "Production"}}
}

// sampleRegister are rows of the list of all linked accounts, one for each status.
func sampleRegister() []register.Row {
	row := func(id, label, owner, by, name, id2 string, state credential.State) register.Row {
		return register.Row{ID: id, Label: label, Provider: "azure", Account: owner, LinkedBy: by, CloudAccountName: name, CloudAccount: id2, State: state,
			LastCheckedAt: ago(3 * time.Minute), ExpiresAt: sampleEndsOn}
	}
	connected := row("crd_7h2k9m4p", "Production", "harbor", "Ada Byron", "Harbor Production", sampleSubscription, credential.Connected)
	connected.ReviewedAt, connected.ReviewedBy = sampleLinkedOn, "Ben Okafor"
	waiting := row("crd_2c8d5f1a", "Staging", "harbor", "Ben Okafor", "", "bbbbbbbb-cccc-dddd-eeee-ffffffffffff", credential.WaitingCloud)
	waiting.LastCheckedAt = ago(0)
	failing := row("crd_9x3v6n0b", sampleLong, "tide-tables-of-the-channel", "Cleo Marsh of the data science group", sampleUnwrapped, "cccccccc-dddd-eeee-ffff-000000000000", credential.NeedsAttention)
	failing.CouldNotCheckAt, failing.LastCheckedAt, failing.ExpiresAt = ago(2*time.Minute), ago(sampleDay), sampleEndsSoon
	failing.ReviewedAt, failing.ReviewedBy = ago(sampleDay), "Cleo Marsh of the data science group"
	expiring := row("crd_1m5t8w2q", "Backups", "lighthouse", "Dan Lund", "Backups", "dddddddd-eeee-ffff-0000-111111111111", credential.Connected)
	expiring.ExpiresAt = sampleEndsSoon
	pending := row("crd_6z0c4j8r", "Sandbox", "ben", "", "", "eeeeeeee-ffff-0000-1111-222222222222", credential.PendingApproval)
	pending.LastCheckedAt = time.Time{}
	stopped := row("crd_3y7d1k5v", "Old shop", "lighthouse", "Dan Lund", "Shop (do not use)", "ffffffff-0000-1111-2222-333333333333", credential.Stopped)
	stopped.LastCheckedAt, stopped.ExpiresAt, stopped.ReviewedAt, stopped.ReviewedBy = sampleLinkedOn, ago(2*sampleDay), ago(sampleDay), "Ada Byron"
	return []register.Row{connected, waiting, failing, expiring, pending, stopped}
}

// sampleReviewed is a review that goes on, and sampleItems are its items.
func sampleReviewed() review.Review {
	return review.Review{ID: "rev_9x3v6n0b", Name: "Fourth quarter of 2026", About: "Connected, of harbor", StartedByID: "per_1", StartedByName: "Ada Byron", StartedAt: sampleLinkedOn,
		DueAt: sampleEndsSoon, State: review.Open, Total: 10, Decided: 4, Open: 5, Asked: 1,
		Reviewers: []review.Reviewer{{PersonID: "per_1", Name: "Ada Byron", Email: "ada@harbor.example", Decided: 3, Open: 5}, {PersonID: "per_2", Name: "Ben Okafor", Email: "ben@harbor.example", Decided: 1, Open: 4}}}
}

func sampleItems() []review.Item {
	var items []review.Item
	for i, row := range sampleRegister() {
		items = append(items, review.Item{ReviewID: "rev_9x3v6n0b", Number: int64(i + 1), CredentialID: row.ID, Account: row.Account, Provider: row.Provider, Label: row.Label,
			CloudAccountName: row.CloudAccountName, CloudAccount: row.CloudAccount, Stage: review.StageOpen})
	}
	decide := func(i *review.Item, kind review.Kind, reason, by string, at time.Time) {
		i.Stage, i.Kind, i.Reason, i.DecidedByName, i.DecidedAt = review.StageDecided, kind, reason, by, at
	}
	decide(&items[0], review.Keep, "", "Ben Okafor", ago(sampleDay))
	items[0].ChangedSince = []audit.Change{{Field: "Status", Before: "Connected", After: "Needs attention"}, {Field: "Permission", Before: "", After: "It can assign roles to others."}}
	decide(&items[1], review.Ask, "Who uses it since the move?", "Ada Byron", ago(sampleDay))
	items[1].Answer, items[1].AnsweredByName = "The night tests, until January.", "Cleo Marsh"
	decide(&items[2], review.Disable, sampleLong, "Ada Byron", ago(3*time.Minute))
	items[4].Own = true
	decide(&items[5], review.Unlink, "The shop is closed.", "Ada Byron", ago(3*time.Minute))
	items[5].Gone = true
	return items
}
