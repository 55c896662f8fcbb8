package credential

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"mooring/audit"
	"mooring/cloud"
	"mooring/fault"
	"mooring/text"
)

// Rules are the site's policy on what may be linked. The zero value lets
// everything in. They judge a link when it is saved: what is linked already
// stays as it is when they change.
type Rules struct {
	ApproveAll          bool     // every new link waits for an approval
	ApproveProviders    []string // keys of providers whose new links do
	RightsOn            bool     // new links with more rights than these do
	ApproveRightsBeyond []string // keys of rights that need no approval, and of kinds of rights
	Providers           []string // keys of those that may be linked; empty: all
	LongestCertificate  int      // days that a certificate may be valid; 0: any
	Version             int64    // 0: there have never been any

	// IDs of the accounts of a provider that may be linked, and of the parents whose
	// accounts may be, by the provider's key; none for a provider: all of it.
	Accounts, Parents map[string][]string
}

// Allows reports whether this provider may be linked.
func (r Rules) Allows(provider string) bool {
	return len(r.Providers) == 0 || slices.Contains(r.Providers, provider)
}

// NeedsApproval reports whether every new link of this provider waits for an
// approval.
func (r Rules) NeedsApproval(provider string) bool {
	return r.ApproveAll || slices.Contains(r.ApproveProviders, provider)
}

// allows reports whether an id is on a list, or the list is empty.
func allows(list []string, id string) bool {
	return len(list) == 0 || slices.ContainsFunc(list, func(allowed string) bool { return strings.EqualFold(allowed, id) })
}

// allowsCertificate reports whether a certificate may be valid for so long.
func (r Rules) allowsCertificate(life time.Duration) bool {
	return r.LongestCertificate == 0 || life <= days(r.LongestCertificate)
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// RulesForm is the policy as it is typed. Lists of ids have one on each line.
// What is wrong is said at the fields approval, approve-provider, right, provider and
// longest-certificate, and at accounts and parents with a hyphen and the provider's key.
type RulesForm struct {
	ApproveAll         bool
	ApproveSome        bool     // those of ApproveProviders, and those with more rights if RightsOn: one of both has to be chosen
	ApproveProviders   []string // keys
	RightsOn           bool
	Rights             []string          // keys of the rights that need no approval
	OnlyProviders      bool              // only Providers may be linked; else all
	Providers          []string          // keys
	LongestCertificate string            // days; empty or 0: any
	Accounts, Parents  map[string]string // lists, by the provider's key
}

// Form is the policy as it would be typed.
func (r Rules) Form() RulesForm {
	f := RulesForm{ApproveAll: r.ApproveAll, ApproveSome: !r.ApproveAll && (r.RightsOn || len(r.ApproveProviders) > 0), ApproveProviders: r.ApproveProviders, RightsOn: r.RightsOn, Rights: r.ApproveRightsBeyond,
		OnlyProviders: len(r.Providers) > 0, Providers: r.Providers, Accounts: map[string]string{}, Parents: map[string]string{}}
	for key, ids := range r.Accounts {
		f.Accounts[key] = strings.Join(ids, "\n")
	}
	for key, ids := range r.Parents {
		f.Parents[key] = strings.Join(ids, "\n")
	}
	if r.LongestCertificate > 0 {
		f.LongestCertificate = strconv.Itoa(r.LongestCertificate)
	}
	return f
}

// Intake is the policy on what may be linked, and how administrators change it.
type Intake struct {
	store  IntakeStore
	clouds cloud.Registry
	now    func() time.Time
}

// Intake gives the policy that this service links by.
func (s *Service) Intake() *Intake { return s.intake }

// Rules gives the policy as it is now. It is one row, read by its key.
func (i *Intake) Rules(ctx context.Context) (Rules, error) { return i.store.Rules(ctx) }

// ProviderRights are the rights that links of one provider may turn out to have, or
// those of a kind that links of any provider may have.
type ProviderRights struct {
	Provider, Name string // Provider: empty for those of any
	Rights         []cloud.RightText
}

// Rights lists every right that a rule can name.
func (i *Intake) Rights() []ProviderRights {
	var all []ProviderRights
	for _, key := range i.providers() {
		if lister, ok := i.clouds[key].(cloud.RightsLister); ok {
			all = append(all, ProviderRights{Provider: key, Name: i.clouds[key].Describe().Name, Rights: lister.Rights()})
		}
	}
	if len(all) > 1 {
		all = slices.Insert(all, 0, ProviderRights{Name: anyProvider, Rights: rightKinds})
	}
	return all
}

// ProviderLists are the lists that a policy can have about one provider, in words.
type ProviderLists struct {
	Provider, Name  string
	Account, Parent cloud.Noun // Parent: the zero value where there is none
}

// rightKinds are the rights that a rule can name for all clouds at once.
var rightKinds = []cloud.RightText{{Key: string(cloud.GivesPermissions), Granted: "It can give permissions to others, or to itself.", Kind: cloud.GivesPermissions}}

// Lists names every provider whose accounts a rule can list.
func (i *Intake) Lists() []ProviderLists {
	var all []ProviderLists
	for _, key := range i.providers() {
		d := i.clouds[key].Describe()
		all = append(all, ProviderLists{Provider: key, Name: d.Name, Account: d.Account, Parent: d.Parent})
	}
	return all
}

// providers are the keys of what can be linked, in a stable order.
func (i *Intake) providers() []string {
	var keys []string
	for key := range i.clouds {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// LongestCertificate gives how long a new certificate may be valid; 0: as long
// as it would be anyway.
func (i *Intake) LongestCertificate(ctx context.Context) (time.Duration, error) {
	rules, err := i.Rules(ctx)
	return days(rules.LongestCertificate), err
}

// Change replaces the policy by what was typed. Order.Version is that of the
// rules on the screen. Nothing that is linked already changes.
func (i *Intake) Change(ctx context.Context, o Order, form RulesForm) (Rules, error) {
	before, err := i.Rules(ctx)
	if err != nil {
		return Rules{}, err
	}
	if o.Version != before.Version {
		return Rules{}, ErrRulesChanged
	}
	rules, fields := i.read(form)
	if err := fault.AtFields(fields); err != nil {
		return Rules{}, err
	}
	rules.Version = before.Version
	rules.Accounts, rules.Parents = i.withRemoved(rules.Accounts, before.Accounts), i.withRemoved(rules.Parents, before.Parents)
	entry := audit.Entry{At: i.now(), Actor: o.Actor, Action: audit.ChangeIntake, Result: audit.Done, Changes: i.changes(before, rules)}
	if len(entry.Changes) == 0 {
		return before, nil
	}
	if err := i.store.ChangeRules(ctx, rules, entry); err != nil {
		return Rules{}, err
	}
	rules.Version++
	return rules, nil
}

// The bounds of the policy.
const (
	maxDays   = 3650
	maxListed = 1000
)

func (i *Intake) read(form RulesForm) (Rules, fault.Fields) {
	fields := fault.Fields{}
	rules := Rules{ApproveAll: form.ApproveAll, RightsOn: form.RightsOn}
	if form.ApproveSome && !form.ApproveAll && !form.RightsOn && len(form.ApproveProviders) == 0 {
		fields["approval"] = sayApproveWhich
	}
	rules.ApproveProviders = i.known(form.ApproveProviders, i.providers(), "approve-provider", sayNoSuchProvider, fields)
	if form.OnlyProviders {
		rules.Providers = i.known(form.Providers, i.providers(), "provider", sayNoSuchProvider, fields)
		if len(form.Providers) == 0 {
			fields["provider"] = sayNoProvider
		}
	}
	var rights []string
	for _, of := range i.Rights() {
		for _, right := range of.Rights {
			rights = append(rights, right.Key)
		}
	}
	rules.ApproveRightsBeyond = i.known(form.Rights, rights, "right", sayNoSuchRight, fields)
	for _, key := range i.providers() {
		if ids := i.ids(form.Parents[key], key, cloud.Parent, fields); len(ids) > 0 {
			rules.Parents = with(rules.Parents, key, ids)
		}
		if ids := i.ids(form.Accounts[key], key, cloud.Account, fields); len(ids) > 0 {
			rules.Accounts = with(rules.Accounts, key, ids)
		}
	}
	if typed := strings.TrimSpace(form.LongestCertificate); typed != "" {
		n, err := strconv.Atoi(typed)
		if err != nil || n < 0 || n > maxDays {
			fields["longest-certificate"] = sayDays
		}
		rules.LongestCertificate = n
	}
	return rules, fields
}

// known keeps what was chosen in the order of the choices, and refuses what is
// none of them.
func (i *Intake) known(chosen, choices []string, field, says string, fields fault.Fields) []string {
	var kept []string
	for _, choice := range choices {
		if slices.Contains(chosen, choice) && !slices.Contains(kept, choice) {
			kept = append(kept, choice)
		}
	}
	for _, one := range chosen {
		if !slices.Contains(choices, one) {
			fields[field] = says
		}
	}
	return kept
}

// with is lists with one more.
func with(lists map[string][]string, key string, ids []string) map[string][]string {
	if lists == nil {
		lists = map[string][]string{}
	}
	lists[key] = ids
	return lists
}

// withRemoved adds the lists of providers that were removed, which no form shows: they
// count again if the provider comes back.
func (i *Intake) withRemoved(lists, before map[string][]string) map[string][]string {
	for key, ids := range before {
		if i.clouds[key] == nil {
			lists = with(lists, key, ids)
		}
	}
	return lists
}

// listField is the field at which is said what is wrong with a list.
func listField(part cloud.Part, provider string) string {
	if part == cloud.Parent {
		return "parents-" + provider
	}
	return "accounts-" + provider
}

// ids reads a list of a provider with one ID on each line.
func (i *Intake) ids(typed, provider string, part cloud.Part, fields fault.Fields) []string {
	var all []string
	for number, line := range strings.Split(typed, "\n") {
		line = text.Line(line)
		if line == "" {
			continue
		}
		id, problem := i.clouds[provider].ReadID(part, line)
		if problem != "" {
			fields[listField(part, provider)] = fmt.Sprintf("Line %d: %s", number+1, problem)
			return nil
		}
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	if len(all) > maxListed {
		fields[listField(part, provider)] = sayTooMany
	}
	return all
}

// changes tells the audit log what differs between two policies.
func (i *Intake) changes(before, after Rules) []audit.Change {
	was, is := i.told(before), i.told(after)
	var all []audit.Change
	for n := range was {
		all = append(all, changed(was[n].Field, was[n].Before, is[n].Before)...)
	}
	return all
}

// told are the rules in words, as what was before.
func (i *Intake) told(r Rules) []audit.Change {
	rights, longest := "any", "any"
	if r.RightsOn {
		rights = orNone(i.rightTexts(r.ApproveRightsBeyond))
	}
	if r.LongestCertificate > 0 {
		longest = fmt.Sprintf("%d days", r.LongestCertificate)
	}
	told := []audit.Change{
		{Field: "Every new link needs an approval", Before: map[bool]string{true: "yes", false: "no"}[r.ApproveAll]},
		{Field: "Providers whose links need an approval", Before: orNone(r.ApproveProviders)},
		{Field: "Rights that need no approval", Before: rights},
		{Field: "Providers that may be linked", Before: orAny(r.Providers)},
	}
	for _, of := range i.Lists() {
		if of.Parent.Many != "" {
			told = append(told, audit.Change{Field: mayBeLinked(of.Parent), Before: orAny(r.Parents[of.Provider])})
		}
		told = append(told, audit.Change{Field: mayBeLinked(of.Account), Before: orAny(r.Accounts[of.Provider])})
	}
	return append(told, audit.Change{Field: "Longest life of a certificate", Before: longest})
}

// mayBeLinked heads a list: "Subscriptions that may be linked".
func mayBeLinked(of cloud.Noun) string { return text.Capital(of.Many) + " that may be linked" }

// rightTexts puts the keys of rights into words.
func (i *Intake) rightTexts(keys []string) []string {
	texts := map[string]string{}
	for _, of := range i.Rights() {
		for _, right := range of.Rights {
			texts[right.Key] = right.Granted
		}
	}
	all := slices.Clone(keys)
	for n, key := range keys {
		all[n] = cmp.Or(texts[key], key)
	}
	return all
}

func orNone(list []string) string {
	if len(list) == 0 {
		return "none"
	}
	return strings.Join(list, ", ")
}

func orAny(list []string) string {
	if len(list) == 0 {
		return "any"
	}
	return strings.Join(list, ", ")
}
