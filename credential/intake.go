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
	ApproveRightsBeyond []string // keys of rights that need no approval
	Providers           []string // keys of those that may be linked; empty: all
	Directories         []string // ids of those that may be linked; empty: all
	Subscriptions       []string // ids of those that may be linked; empty: all
	LongestCertificate  int      // days that a certificate may be valid; 0: any
	Version             int64    // 0: there have never been any
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
// What is wrong is said at the fields approval, approve-provider, right, provider,
// directories, subscriptions and longest-certificate.
type RulesForm struct {
	ApproveAll         bool
	ApproveSome        bool     // those of ApproveProviders, and those with more rights if RightsOn: one of both has to be chosen
	ApproveProviders   []string // keys
	RightsOn           bool
	Rights             []string // keys of the rights that need no approval
	OnlyProviders      bool     // only Providers may be linked; else all
	Providers          []string // keys
	Directories        string
	Subscriptions      string
	LongestCertificate string // days; empty or 0: any
}

// Form is the policy as it would be typed.
func (r Rules) Form() RulesForm {
	f := RulesForm{ApproveAll: r.ApproveAll, ApproveSome: !r.ApproveAll && (r.RightsOn || len(r.ApproveProviders) > 0), ApproveProviders: r.ApproveProviders, RightsOn: r.RightsOn, Rights: r.ApproveRightsBeyond,
		OnlyProviders: len(r.Providers) > 0, Providers: r.Providers, Directories: strings.Join(r.Directories, "\n"), Subscriptions: strings.Join(r.Subscriptions, "\n")}
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

// ProviderRights are the rights that links of one provider may turn out to have.
type ProviderRights struct {
	Provider, Name string
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
	rules.Directories = i.ids(form.Directories, "directories", "tenant_id", fields)
	rules.Subscriptions = i.ids(form.Subscriptions, "subscriptions", "subscription_id", fields)
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

// ids reads a list with one id on each line. The clouds read each as they read
// that field of their own forms; what one of them takes is an id.
func (i *Intake) ids(typed, field, formField string, fields fault.Fields) []string {
	var all []string
	for number, line := range strings.Split(typed, "\n") {
		line = text.Line(line)
		if line == "" {
			continue
		}
		id, problem := i.id(line, formField)
		if problem != "" {
			fields[field] = fmt.Sprintf("Line %d: %s", number+1, problem)
			return nil
		}
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	if len(all) > maxListed {
		fields[field] = sayTooMany
	}
	return all
}

func (i *Intake) id(line, formField string) (id, problem string) {
	problem = sayNoID
	for _, key := range i.providers() {
		form := cloud.Form{SubscriptionID: line}
		if formField == "tenant_id" {
			form = cloud.Form{TenantID: line}
		}
		target, says := i.clouds[key].Read(&form)
		if id = target.SubscriptionID; formField == "tenant_id" {
			id = target.TenantID
		}
		if says[formField] == "" && id != "" {
			return id, ""
		}
		if says[formField] != "" {
			problem = says[formField]
		}
	}
	return "", problem
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
	return []audit.Change{
		{Field: "Every new link needs an approval", Before: map[bool]string{true: "yes", false: "no"}[r.ApproveAll]},
		{Field: "Providers whose links need an approval", Before: orNone(r.ApproveProviders)},
		{Field: "Rights that need no approval", Before: rights},
		{Field: "Providers that may be linked", Before: orAny(r.Providers)},
		{Field: "Directories that may be linked", Before: orAny(r.Directories)},
		{Field: "Subscriptions that may be linked", Before: orAny(r.Subscriptions)},
		{Field: "Longest life of a certificate", Before: longest},
	}
}

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
