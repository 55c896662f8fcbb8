package credential_test

import (
	"context"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/credential"
	"mooring/fault"
)

// rule sets the policy.
func (w world) rule(form credential.RulesForm) credential.Rules {
	w.t.Helper()
	before, err := w.Intake().Rules(w.t.Context())
	w.ok(err)
	rules, err := w.Intake().Change(w.t.Context(), credential.Order{Actor: audit.BySystem(), Version: before.Version}, form)
	w.ok(err)
	return rules
}

// changed compares what the latest entry about acme says has changed.
func (w world) changed(want ...audit.Change) {
	w.t.Helper()
	if got := w.latest().Changes; !slices.Equal(got, want) {
		w.t.Errorf("the entry tells of %+v, want %+v", got, want)
	}
}

// asked is a cloud that can find the directory of a subscription.
type locating struct {
	*fakeCloud
	tenant string
	err    error
}

func (l locating) FindParent(context.Context, string, string) (string, error) { return l.tenant, l.err }

func TestThePolicyIsKeptAndChangedByVersion(t *testing.T) {
	w := newWorld(t)
	order := w.enthrone()
	rules, err := w.Intake().Rules(t.Context())
	w.ok(err)
	if !reflect.DeepEqual(rules, credential.Rules{}) {
		t.Errorf("at first it is %+v", rules)
	}
	form := credential.RulesForm{ApproveAll: true, ApproveProviders: []string{"azure"}, RightsOn: true,
		Rights: []string{mayList}, OnlyProviders: true, Providers: []string{"azure"},
		Parents: map[string]string{"azure": " tenant-one \r\n\r\ntenant-two\ntenant-one"}, Accounts: map[string]string{"azure": "subscription-one\n"}, LongestCertificate: " 90 "}
	rules, err = w.Intake().Change(t.Context(), order, form)
	w.ok(err)
	want := credential.Rules{ApproveAll: true, ApproveProviders: []string{"azure"}, RightsOn: true,
		ApproveRightsBeyond: []string{mayList}, Providers: []string{"azure"},
		Parents: map[string][]string{"azure": {"tenant-one", "tenant-two"}}, Accounts: map[string][]string{"azure": {"subscription-one"}}, LongestCertificate: 90, Version: 1}
	if !reflect.DeepEqual(rules, want) {
		t.Errorf("got  %+v\nwant %+v", rules, want)
	}
	kept, err := w.Intake().Rules(t.Context())
	w.ok(err)
	if !reflect.DeepEqual(kept, want) {
		t.Errorf("it is kept as %+v", kept)
	}
	entries, err := w.Audit(t.Context(), "", 1)
	w.ok(err)
	sameEntry(t, entries[0], audit.Entry{At: morning, Actor: order.Actor, Action: audit.ChangeIntake, Result: audit.Done})
	wantChanges := []audit.Change{{Field: "Every new link needs an approval", Before: "no", After: "yes"},
		{Field: "Providers whose links need an approval", Before: "none", After: "azure"},
		{Field: "Rights that need no approval", Before: "any", After: "It may list machines."},
		{Field: "Providers that may be linked", Before: "any", After: "azure"},
		{Field: "Directories that may be linked", Before: "any", After: "tenant-one, tenant-two"},
		{Field: "Subscriptions that may be linked", Before: "any", After: "subscription-one"},
		{Field: "Longest life of a certificate", Before: "any", After: "90 days"}}
	if !slices.Equal(entries[0].Changes, wantChanges) {
		t.Errorf("the entry tells of %+v", entries[0].Changes)
	}

	_, err = w.Intake().Change(t.Context(), order, credential.RulesForm{}) // it looked at version 0
	w.want(err, credential.ErrRulesChanged)
	order.Version = 1
	version := w.Version()
	same2, err := w.Intake().Change(t.Context(), order, kept.Form())
	w.ok(err)
	same(t, "the version when nothing changes", same2.Version, 1)
	same(t, "what was written when nothing changes", w.Version(), version)
	_, err = w.Intake().Change(t.Context(), order, credential.RulesForm{})
	w.ok(err)
	kept, err = w.Intake().Rules(t.Context())
	w.ok(err)
	if !reflect.DeepEqual(kept, credential.Rules{Version: 2}) {
		t.Errorf("turned off it is %+v", kept)
	}
}

func TestOfTwoFirstPoliciesTheSecondIsRefused(t *testing.T) {
	w := newWorld(t)
	entry := audit.Entry{At: morning, Actor: audit.BySystem(), Action: audit.ChangeIntake, Result: audit.Done}
	w.ok(w.Credentials().ChangeRules(t.Context(), credential.Rules{ApproveAll: true}, entry))
	w.want(w.Credentials().ChangeRules(t.Context(), credential.Rules{}, entry), credential.ErrRulesChanged)
	rules, err := w.Intake().Rules(t.Context())
	w.ok(err)
	same(t, "the policy", rules.ApproveAll, true)
}

func TestWhatIsWrongWithAPolicyIsSaidAtItsFields(t *testing.T) {
	w := newWorld(t)
	order := w.enthrone()
	many := &strings.Builder{}
	for i := range 1001 {
		many.WriteString("t-" + strings.Repeat("i", i) + "\n")
	}
	for name, test := range map[string]struct {
		form credential.RulesForm
		says fault.Fields
	}{
		"a provider that is not there": {credential.RulesForm{ApproveProviders: []string{"aws"}}, fault.Fields{"approve-provider": "Choose from the providers in the list."}},
		"none of the providers":        {credential.RulesForm{OnlyProviders: true}, fault.Fields{"provider": "Choose at least one provider, or allow all."}},
		"some, and none of them":       {credential.RulesForm{ApproveSome: true, Rights: []string{mayList}}, fault.Fields{"approval": "Select at least one provider, or the box about permissions, or choose None."}},
		"a right that is not there":    {credential.RulesForm{RightsOn: true, Rights: []string{"Anything"}}, fault.Fields{"right": "Choose from the permissions in the list."}},
		"no subscription ID":           {credential.RulesForm{Accounts: map[string]string{"azure": "good\n no id"}}, fault.Fields{"accounts-azure": "Line 2: That is not a subscription ID."}},
		"too many":                     {credential.RulesForm{Parents: map[string]string{"azure": many.String()}}, fault.Fields{"parents-azure": "Enter at most 1,000."}},
		"no number of days":            {credential.RulesForm{LongestCertificate: "a year"}, fault.Fields{"longest-certificate": "Enter a number of days from 0 to 3650. 0 means no limit."}},
		"negative days":                {credential.RulesForm{LongestCertificate: "-1"}, fault.Fields{"longest-certificate": "Enter a number of days from 0 to 3650. 0 means no limit."}},
		"too many days":                {credential.RulesForm{LongestCertificate: "3651"}, fault.Fields{"longest-certificate": "Enter a number of days from 0 to 3650. 0 means no limit."}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Intake().Change(t.Context(), order, test.form)
			if !fault.Has(err, fault.Invalid) || !maps.Equal(fault.Of(err).Fields, test.says) {
				t.Errorf("got %v at %v", err, fault.Of(err).Fields)
			}
		})
	}
}

// Each rule refuses before anything is saved, says so in the preview as well,
// and leaves an entry about the attempt.
func TestWhatThePolicyRefusesIsNotSaved(t *testing.T) {
	for name, test := range map[string]struct {
		rules  credential.RulesForm
		target func(*cloud.Form)
		says   fault.Fields // nil: the provider
		policy string
		late   bool // the preview cannot know
	}{
		"a subscription": {rules: credential.RulesForm{Accounts: map[string]string{"azure": "subscription-first\nsubscription-other"}},
			says: fault.Fields{"subscription_id": "Your administrators don't allow linking this subscription. Check the ID, or ask a site administrator to allow it."}, policy: "subscription"},
		"a directory": {rules: credential.RulesForm{Parents: map[string]string{"azure": "tenant-first"}},
			says: fault.Fields{"tenant_id": "Your administrators don't allow linking subscriptions in this directory. Choose another subscription, or ask a site administrator to allow the directory."}, policy: "directory"},
		"a directory that cannot be found": {rules: credential.RulesForm{Parents: map[string]string{"azure": "tenant-first"}}, target: func(f *cloud.Form) { f.Values["tenant_id"] = "" },
			says: fault.Fields{"tenant_id": "Your administrators allow only certain directories, and Mooring couldn't find the directory of this subscription. Check the ID and try again in a few minutes."}, policy: "directory", late: true},
		"a directory that nobody could type": {rules: credential.RulesForm{Parents: map[string]string{"azure": "tenant-first"}}, target: func(f *cloud.Form) { f.Method = "classic" },
			says: fault.Fields{"subscription_id": "Your administrators don't allow linking subscriptions in this directory. Choose another subscription, or ask a site administrator to allow the directory."}, policy: "directory"},
		"a subscription in a directory": {rules: credential.RulesForm{Parents: map[string]string{"azure": "tenant-first"}, Accounts: map[string]string{"azure": "subscription-first"}},
			says: fault.Fields{"subscription_id": "Your administrators don't allow linking this subscription. Check the ID, or ask a site administrator to allow it.",
				"tenant_id": "Your administrators don't allow linking subscriptions in this directory. Choose another subscription, or ask a site administrator to allow the directory."}, policy: "subscription, directory"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c := w.link("first")
			w.rule(test.rules)
			typed := form("one")
			if test.target != nil {
				test.target(typed)
			}
			target, _, err := w.Service.Check("azure", typed)
			w.ok(err)
			before := w.find(c)
			for how, saved := range map[string]credential.Credential{"a new one": {}, "an edit": before} {
				says, err := w.Refusals(t.Context(), ofAcme, "azure", target, saved)
				if want := test.says; err != nil || !test.late && !maps.Equal(says, want) || test.late && len(says) > 0 {
					t.Errorf("the preview of %s says %v, %v", how, says, err)
				}
			}
			for action, err := range map[audit.Action]error{
				audit.LinkCredential: func() error { _, err := w.Link(t.Context(), ofAcme, "azure", typed, true); return err }(),
				audit.EditCredential: func() error { _, err := w.Edit(t.Context(), ofAcme, c.ID, typed, true); return err }(),
			} {
				if !fault.Has(err, fault.Invalid) || !maps.Equal(fault.Of(err).Fields, test.says) {
					t.Errorf("%s: got %v at %v", action, err, fault.Of(err).Fields)
				}
			}
			if got := w.find(c); !reflect.DeepEqual(got, before) {
				t.Errorf("it became %+v", got)
			}
			list, err := w.List(t.Context(), acme)
			w.ok(err)
			same(t, "how many are linked", len(list), 1)
			entries, err := w.Audit(t.Context(), acme, 2)
			w.ok(err)
			slices.SortFunc(entries, func(a, b audit.Entry) int { return strings.Compare(string(b.Action), string(a.Action)) })
			for i, want := range []audit.Entry{{Action: audit.LinkCredential}, {Action: audit.EditCredential, CredentialID: c.ID}} {
				want.At, want.Actor, want.AccountID, want.Result, want.Detail = morning, ofAcme.Actor, acme, audit.Refused, "intake policy: "+test.policy
				sameEntry(t, entries[i], want)
			}
		})
	}
}

func TestAProviderThatIsNotAllowedCannotBeLinked(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	w.Service = credential.NewService(w.Credentials(), cloud.Registry{"azure": w.cloud, "other": w.cloud}, w.signer, nil, w.now, w.newID, nil)
	rules := w.rule(credential.RulesForm{OnlyProviders: true, Providers: []string{"other"}})
	same(t, "whether azure may be linked", rules.Allows("azure"), false)
	same(t, "whether the other may be linked", rules.Allows("other"), true)
	_, err := w.Link(t.Context(), ofAcme, "azure", form("two"), true)
	w.want(err, credential.ErrProviderNotAllowed)
	same(t, "the entry", w.latest().Detail, "intake policy: provider")
	_, err = w.Refusals(t.Context(), ofAcme, "azure", cloud.Target{}, credential.Credential{})
	w.want(err, credential.ErrProviderNotAllowed)
	_, err = w.Edit(t.Context(), ofAcme, c.ID, form("two"), true)
	w.want(err, credential.ErrProviderNotAllowed)
	renamed := form("one")
	renamed.Label = "Renamed"
	_, err = w.Edit(t.Context(), ofAcme, c.ID, renamed, true) // what is linked stays, under whatever name
	w.ok(err)
}

func TestTheDirectoryIsFoundBeforeSavingWhereOnlySomeAreAllowed(t *testing.T) {
	for tenant, allowed := range map[string]bool{"tenant-good": true, "tenant-bad": false} {
		w := newWorld(t)
		w.Service = credential.NewService(w.Credentials(), cloud.Registry{"azure": locating{w.cloud, tenant, nil}}, w.signer, nil, w.now, w.newID, nil)
		w.rule(credential.RulesForm{Parents: map[string]string{"azure": "TENANT-good"}})
		blank := form("one")
		blank.Values["tenant_id"] = ""
		c, err := w.Link(t.Context(), ofAcme, "azure", blank, true)
		if allowed {
			w.ok(err)
			same(t, "the directory that is saved", w.find(c).Target.Parent, tenant)
			continue
		}
		if !fault.Has(err, fault.Invalid) || fault.Of(err).Fields["tenant_id"] == "" {
			t.Errorf("%s: %v", tenant, err)
		}
	}
	w := newWorld(t)
	w.Service = credential.NewService(w.Credentials(), cloud.Registry{"azure": locating{w.cloud, "", errors.New("no answer")}}, w.signer, nil, w.now, w.newID, nil)
	blank := form("one")
	blank.Values["tenant_id"] = ""
	_, err := w.Link(t.Context(), ofAcme, "azure", blank, true) // without the rule nobody asks
	w.ok(err)
}

func TestALinkWhoseDirectoryTurnsOutNotToBeAllowedNeverConnects(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		blank := form("one")
		blank.Values["tenant_id"] = ""
		c, err := w.Link(t.Context(), ofAcme, "azure", blank, false) // before there was a rule
		w.ok(err)
		w.rule(credential.RulesForm{Parents: map[string]string{"azure": "tenant-good"}})
		w.running(w.Service)
		for try := range 3 {
			_, err = w.Verify(t.Context(), ofAcme, c.ID)
			w.ok(err)
			settle()
			got := w.find(c)
			same(t, "the state", got.State, credential.NeedsAttention)
			same(t, "the directory, which is not taken over", got.Target.Parent, "")
			if !strings.Contains(got.Reason, "tenant-found") || !strings.Contains(got.Reason, "which your administrators don't allow") {
				t.Errorf("try %d says %q", try, got.Reason)
			}
			same(t, "the outcome", w.runs(c)[try].Outcome, cloud.Broken)
		}
		w.cloud.answers(func(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
			report(result("directory", cloud.OK))
			report(result("sign-in", cloud.CannotTell)) // the directory is found, and nothing else
			return cloud.Finding{Parent: "tenant-found"}, nil
		})
		_, err = w.Verify(t.Context(), ofAcme, c.ID)
		w.ok(err)
		settle()
		same(t, "the directory of a run that broke off", w.find(c).Target.Parent, "")

		w.cloud.answers(passes)
		w.rule(credential.RulesForm{Parents: map[string]string{"azure": "tenant-good\ntenant-found"}})
		_, err = w.Verify(t.Context(), ofAcme, c.ID)
		w.ok(err)
		settle()
		got := w.find(c)
		same(t, "the state when it is allowed", got.State, credential.Connected)
		same(t, "the reason when it is allowed", got.Reason, "")
		w.rule(credential.RulesForm{Parents: map[string]string{"azure": "tenant-good"}})
		_, err = w.Verify(t.Context(), ofAcme, c.ID)
		w.ok(err)
		settle()
		same(t, "the state of what was linked before the rule", w.find(c).State, credential.Connected)
	})
}

func TestACertificateThatLivesTooLongIsRefused(t *testing.T) {
	w := newWorld(t)
	c := w.link("one")
	w.rule(credential.RulesForm{LongestCertificate: "364"})
	_, err := w.Link(t.Context(), ofAcme, "azure", form("two"), true)
	const says = "The certificate of this account is valid for 365 days, but your administrators allow at most 364. Make a new certificate, upload it in place of this one, and save again."
	if !maps.Equal(fault.Of(err).Fields, fault.Fields{"certificate_life": says}) {
		t.Errorf("got %v at %v", err, fault.Of(err).Fields)
	}
	same(t, "the entry", w.latest().Detail, "intake policy: certificate life")
	renamed := form("one")
	renamed.Label = "Renamed"
	_, err = w.Edit(t.Context(), ofAcme, c.ID, renamed, true) // with the certificate that it has
	w.ok(err)
	w.certify(acme, 2)
	_, err = w.MoveCertificate(t.Context(), ofAcme, c.ID, acme+"-certificate-2")
	w.want(err, credential.ErrCertificateTooLong)
	longest, err := w.Intake().LongestCertificate(t.Context())
	w.ok(err)
	same(t, "how long a new one may be valid", longest, 364*24*time.Hour)
	w.rule(credential.RulesForm{LongestCertificate: "365"})
	_, err = w.Link(t.Context(), ofAcme, "azure", form("two"), true)
	w.ok(err)
	if certificate.Life != 365*24*time.Hour {
		t.Error("the test is about another life")
	}
}

func TestWhereAnApprovalIsNeededALinkWaitsForIt(t *testing.T) {
	for name, test := range map[string]struct {
		rules  credential.RulesForm
		reason string
	}{
		"all":          {credential.RulesForm{ApproveAll: true}, "Every new link needs approval here."},
		"the provider": {credential.RulesForm{ApproveProviders: []string{"azure"}}, "Every new link to this provider needs approval here."},
	} {
		t.Run(name, func(t *testing.T) {
			live(t, func(t *testing.T, w world) {
				order := w.enthrone()
				before := w.link("before")
				w.running(w.Service)
				settle()
				w.rule(test.rules)
				c := w.link("one")
				after(48 * time.Hour)
				got := w.find(c)
				same(t, "the state", got.State, credential.PendingApproval)
				same(t, "the reason", got.Reason, test.reason)
				same(t, "the word", got.Word("Azure", time.Now()), "Pending approval")
				same(t, "how often it was checked", len(w.runs(c)), 0)
				same(t, "the state of what was linked before", w.find(before).State, credential.Connected)
				for name, not := range map[string]func() error{
					"verify":  func() error { _, err := w.Verify(t.Context(), ofAcme, c.ID); return err },
					"disable": func() error { _, err := w.Disable(t.Context(), ofAcme, c.ID); return err },
					"enable":  func() error { _, err := w.Enable(t.Context(), ofAcme, c.ID); return err },
				} {
					if err := not(); !errors.Is(err, credential.ErrNotPossibleNow) {
						t.Errorf("%s when pending: %v", name, err)
					}
				}
				renamed := form("one")
				renamed.Label = "Renamed"
				_, err := w.Edit(t.Context(), ofAcme, c.ID, renamed, true)
				w.ok(err)
				settle()
				same(t, "the state after an edit", w.find(c).State, credential.PendingApproval)
				same(t, "how often it was checked after an edit", len(w.runs(c)), 0)

				order.Reason, order.Version = "", 1
				_, err = w.Approve(t.Context(), order, c.ID)
				w.want(err, credential.ErrLookAgain) // it is not what was looked at
				order.Version = 2
				_, err = w.Approve(t.Context(), order, c.ID)
				w.ok(err)
				settle()
				got = w.find(c)
				same(t, "the state when approved", got.State, credential.Connected)
				same(t, "who approved", got.DecidedByName, "Ruth")

				renamed.Label, renamed.Values["tenant_id"] = "Renamed again", "tenant-found" // as the page fills it in
				_, err = w.Edit(t.Context(), ofAcme, c.ID, renamed, true)
				w.ok(err)
				settle()
				same(t, "the state when only the label changes", w.find(c).State, credential.Connected)
				_, err = w.Edit(t.Context(), ofAcme, c.ID, form("two"), true)
				w.ok(err)
				settle()
				same(t, "the state when it points elsewhere", w.find(c).State, credential.PendingApproval)
			})
		})
	}
}

func TestWhatIsDeclinedIsStoppedWithTheReason(t *testing.T) {
	w := newWorld(t)
	order := w.enthrone()
	w.rule(credential.RulesForm{ApproveAll: true})
	c := w.link("one")
	order.Reason = ""
	_, err := w.Decline(t.Context(), order, c.ID)
	w.want(err, credential.ErrReason)
	order.Reason = "Ask your lead first"
	_, err = w.Decline(t.Context(), order, c.ID)
	w.ok(err)
	got := w.find(c)
	same(t, "the state", got.State, credential.Stopped)
	same(t, "the reason", got.Reason, "Ask your lead first")
	same(t, "the entry", w.latest().Action, audit.DeclineCredential)
	w.changed(audit.Change{Field: "Status", Before: "Pending approval", After: "Disabled"}, audit.Change{Field: "Reason", After: "Ask your lead first"})
	w.rule(credential.RulesForm{})
	_, err = w.Unlink(t.Context(), ofAcme, c.ID, "")
	w.ok(err)
	same(t, "the state when linked again", w.link("one").State, credential.PendingApproval)
}

const (
	mayList = "azure-list"
	mayGive = "azure-give-roles"
)

// may answers with these rights.
func may(rights ...string) func(context.Context, cloud.Attempt, func(cloud.StageResult)) (cloud.Finding, error) {
	return func(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
		finding, err := passes(ctx, a, report)
		finding.Rights = nil
		for _, right := range rights {
			finding.Rights = append(finding.Rights, cloud.Right{Key: right, Granted: true})
		}
		if rights != nil {
			finding.Rights = append(finding.Rights, cloud.Right{Key: "azure-delete"})
		}
		return finding, err
	}
}

func TestMoreRightsThanNamedAreHeldUntilApproved(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		order := w.enthrone()
		order.Reason = ""
		w.running(w.Service)
		check := func(c credential.Credential) credential.Credential {
			_, err := w.Verify(t.Context(), ofAcme, c.ID)
			w.ok(err)
			settle()
			return w.find(c)
		}
		w.cloud.answers(may(mayList, mayGive))
		before := w.link("before")
		settle()
		w.rule(credential.RulesForm{RightsOn: true, Rights: []string{mayList}})
		same(t, "the state of what was linked before", check(before).State, credential.Connected)

		w.cloud.answers(may(mayList))
		few := w.link("few")
		settle()
		same(t, "the state with no more than named", w.find(few).State, credential.Connected)

		w.cloud.answers(may(mayList, mayGive))
		c := w.link("one")
		settle()
		got := w.find(c)
		same(t, "the state with more than named", got.State, credential.PendingApproval)
		same(t, "the reason", got.Reason, "It has permissions that need approval: It may give roles to others.")
		same(t, "the plan", got.NextCheckAt, time.Time{})
		same(t, "the rights, for who approves", len(got.Rights), 3)
		same(t, "the entry", w.latest().Action, audit.HoldCredential)
		same(t, "the outcome of the run", w.runs(c)[0].Outcome, cloud.Passed)
		after(48 * time.Hour)
		same(t, "how often it was checked", len(w.runs(c)), 1)

		_, err := w.Approve(t.Context(), order, c.ID)
		w.ok(err)
		settle()
		same(t, "the state when approved", w.find(c).State, credential.Connected)
		w.cloud.answers(may(mayList, mayGive, "azure-anything"))
		got = check(c)
		same(t, "the state with a further right", got.State, credential.PendingApproval)
		same(t, "the reason", got.Reason, "It has permissions that need approval: azure-anything")
		same(t, "the state of one let in with less, which grew by the next check", w.find(few).State, credential.PendingApproval)
		same(t, "the state of what was linked before", check(before).State, credential.Connected)
	})
}

func TestRightsAreApprovedForOneTarget(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		order := w.enthrone()
		w.rule(credential.RulesForm{RightsOn: true, Rights: []string{mayList}})
		w.cloud.answers(may(mayList, mayGive))
		w.running(w.Service)
		c := w.link("one")
		settle()
		_, err := w.Approve(t.Context(), order, c.ID)
		w.ok(err)
		settle()
		same(t, "the state when approved", w.find(c).State, credential.Connected)
		_, err = w.Edit(t.Context(), ofAcme, c.ID, form("elsewhere"), true)
		w.ok(err)
		settle()
		same(t, "the state elsewhere", w.find(c).State, credential.PendingApproval)
	})
}

func TestRightsThatNobodyKnowsAreHeldOnce(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		order := w.enthrone()
		w.rule(credential.RulesForm{RightsOn: true, Rights: []string{mayList}})
		w.cloud.answers(may())
		w.running(w.Service)
		c := w.link("one")
		settle()
		got := w.find(c)
		same(t, "the state", got.State, credential.PendingApproval)
		same(t, "the reason", got.Reason, "It has permissions that need approval: Mooring couldn't read its permissions.")
		_, err := w.Approve(t.Context(), order, c.ID)
		w.ok(err)
		settle()
		same(t, "the state when approved", w.find(c).State, credential.Connected)
	})
}

// unanswered passes, but for the rights.
func unanswered(ctx context.Context, a cloud.Attempt, report func(cloud.StageResult)) (cloud.Finding, error) {
	finding, err := passes(ctx, a, report)
	finding.Rights, finding.RightsUnanswered = nil, true
	return finding, err
}

func TestRightsThatCannotBeReadAnyMoreAreHeld(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.rule(credential.RulesForm{RightsOn: true, Rights: []string{mayList}})
		w.cloud.answers(may(mayList))
		w.running(w.Service)
		c := w.link("one")
		settle()
		same(t, "the state", w.find(c).State, credential.Connected)
		w.cloud.answers(may())
		_, err := w.Verify(t.Context(), ofAcme, c.ID)
		w.ok(err)
		settle()
		got := w.find(c)
		same(t, "the state when nobody can read them", got.State, credential.PendingApproval)
		same(t, "the rights", len(got.Rights), 0)
	})
}

func TestAnOutageHoldsNothing(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.rule(credential.RulesForm{RightsOn: true, Rights: []string{mayList}})
		w.cloud.answers(may(mayList))
		w.running(w.Service)
		c := w.link("one")
		settle()
		w.cloud.answers(unanswered)
		_, err := w.Verify(t.Context(), ofAcme, c.ID)
		w.ok(err)
		settle()
		got := w.find(c)
		same(t, "the state", got.State, credential.Connected)
		same(t, "the rights", got.Rights[0].Key, mayList)

		fresh := w.link("two")
		settle()
		got = w.find(fresh)
		same(t, "the state of one whose rights nobody has seen", got.State, credential.NotVerified)
		same(t, "that it is retried", got.NextTrigger, credential.ByRetry)
		w.cloud.answers(may(mayList))
		_, err = w.Verify(t.Context(), ofAcme, fresh.ID)
		w.ok(err)
		settle()
		same(t, "the state once they are read", w.find(fresh).State, credential.Connected)
	})
}

func TestATighterPolicyDoesNotTouchWhatItLetIn(t *testing.T) {
	live(t, func(t *testing.T, w world) {
		w.rule(credential.RulesForm{RightsOn: true, Rights: []string{mayList, mayGive}})
		w.cloud.answers(may(mayList, mayGive))
		w.running(w.Service)
		c := w.link("one")
		settle()
		w.rule(credential.RulesForm{RightsOn: true, ApproveAll: true, Accounts: map[string]string{"azure": "other"}, LongestCertificate: "1"})
		_, err := w.Verify(t.Context(), ofAcme, c.ID)
		w.ok(err)
		settle()
		same(t, "the state", w.find(c).State, credential.Connected)
	})
}

func TestAnApprovalIsForWhatItPointsAt(t *testing.T) {
	for _, from := range []string{"connected", "disabled", "stopped"} {
		w := newWorld(t)
		order := w.enthrone()
		c := w.decided(w.link("one"), credential.Pass)
		w.rule(credential.RulesForm{ApproveAll: true})
		want := credential.PendingApproval
		switch from {
		case "disabled":
			_, err := w.Disable(t.Context(), ofAcme, c.ID)
			w.ok(err)
		case "stopped":
			_, err := w.Stop(t.Context(), order, c.ID)
			w.ok(err)
			want = credential.Stopped
		}
		_, err := w.Edit(t.Context(), ofAcme, c.ID, form("elsewhere"), true)
		w.ok(err)
		same(t, "the state of a "+from+" one that points elsewhere", w.find(c).State, want)
		same(t, "its plan", w.find(c).NextCheckAt, time.Time{})
	}
}

func TestAPolicyThatCannotBeReadLetsNothingIn(t *testing.T) {
	trouble := errors.New("the disk is gone")
	w := newWorld(t)
	s := w.service(lawless{w.Credentials(), trouble})
	_, err := s.Link(t.Context(), ofAcme, "azure", form("one"), true)
	w.want(err, trouble)
	same(t, "how many are linked", len(w.audited()), 0)
}

// lawless is a store whose policy can't be read.
type lawless struct {
	credential.Store
	err error
}

func (s lawless) Rules(context.Context) (credential.Rules, error) { return credential.Rules{}, s.err }

// Ways to link that know no application have their directory found by a check.
// What the person typed is the same when they change the label alone.
func TestAnotherLabelKeepsTheFoundDirectoryAndAsksNobody(t *testing.T) {
	w := newWorld(t)
	order := w.enthrone()
	typed := form("one")
	typed.Values["tenant_id"], typed.Values["client_id"] = "", ""
	c, err := w.Link(t.Context(), ofAcme, "azure", typed, true)
	w.ok(err)
	_, err = w.CheckNow(t.Context(), order, c.ID)
	w.ok(err)
	same(t, "the directory", w.find(c).Target.Parent, "tenant-found")
	_, err = w.Intake().Change(t.Context(), order, credential.RulesForm{ApproveAll: true})
	w.ok(err)
	for _, label := range []string{"renamed", "and again"} {
		typed.Label = label
		_, err = w.Edit(t.Context(), ofAcme, c.ID, typed, false)
		w.ok(err)
		got := w.find(c)
		same(t, "the state", got.State, credential.Connected)
		same(t, "the directory", got.Target.Parent, "tenant-found")
		if changes := w.latest().Changes; len(changes) == 0 || slices.ContainsFunc(changes, func(c audit.Change) bool { return strings.Contains(c.Field, "Directory") }) {
			t.Errorf("the entry tells of %v", changes)
		}
	}
	typed.Values["subscription_id"] = "subscription-two"
	_, err = w.Edit(t.Context(), ofAcme, c.ID, typed, false)
	w.ok(err)
	got := w.find(c)
	same(t, "the state of another subscription", got.State, credential.PendingApproval)
	same(t, "its directory", got.Target.Parent, "")
}
