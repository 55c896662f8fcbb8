package views

import (
	"cmp"
	"slices"

	"mooring/cloud"
	"mooring/credential"
	"mooring/register"
	"mooring/text"
)

// listLabel is what a list of a policy is called. It names the provider where there are
// several.
func listLabel(of cloud.Noun, provider string, named bool) string {
	if !named {
		return text.Capital(of.Many)
	}
	return provider + ": " + of.Many
}

func intakePlaces(p Intake) []place {
	names := []string{"approval", "Approval", "approve-provider", "Providers that need approval", "right", "Permissions", "provider", "Providers"}
	for _, l := range p.Lists {
		names = append(names, "parents-"+l.Provider, listLabel(l.Parent, l.Name, len(p.Lists) > 1),
			"accounts-"+l.Provider, listLabel(l.Account, l.Name, len(p.Lists) > 1))
	}
	return places(p.Fields, append(names, "longest-certificate", "Longest certificate lifetime")...)
}

// What the form of the intake policy says about approvals and providers.
const (
	ApproveNone   = "none"
	ApproveAll    = "all"
	ApproveSome   = "some"
	OnlyProviders = "some"
	AllProviders  = "all"
)

// IntakeForm is what was typed into the form of the intake policy, with what there is
// to choose.
type IntakeForm struct {
	credential.RulesForm
	Version int64
	Lists   []credential.ProviderLists
	Rights  []credential.ProviderRights // as offered
	Pending int                         // linked accounts that wait for approval
}

// Intake builds the page of the intake policy.
func (r Reader) Intake(frame Frame, form IntakeForm) Intake {
	p := Intake{
		Frame: frame, Action: IntakePath, Version: form.Version, Approval: approvalOf(form.RulesForm), ProviderRule: AllProviders,
		RightsOn: form.RightsOn, ApproveProviders: r.providerTicks(form.ApproveProviders), Rights: rightTicks(form.Rights, form.RulesForm.Rights),
		Providers:          r.providerTicks(form.Providers),
		LongestCertificate: form.LongestCertificate,
	}
	for _, l := range form.Lists {
		p.Lists = append(p.Lists, IntakeList{Provider: l.Provider, Name: l.Name, Account: l.Account, Parent: l.Parent,
			Accounts: form.Accounts[l.Provider], Parents: form.Parents[l.Provider]})
	}
	if form.OnlyProviders {
		p.ProviderRule = OnlyProviders
	}
	if form.Pending > 0 {
		p.Pending = Link{Text: text.Count(form.Pending, "linked account is waiting for approval", "linked accounts are waiting for approval"),
			Path: LinkedAccountsAt(register.Query{Status: credential.StatusPending}, "")}
	}
	return p
}

func approvalOf(form credential.RulesForm) string {
	switch {
	case form.ApproveAll:
		return ApproveAll
	case form.ApproveSome:
		return ApproveSome
	}
	return ApproveNone
}

func (r Reader) providerTicks(ticked []string) []Tick {
	var all []Tick
	for key, linkable := range r.Clouds {
		all = append(all, Tick{Key: key, Name: linkable.Describe().Name, Ticked: slices.Contains(ticked, key)})
	}
	slices.SortFunc(all, func(a, b Tick) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// rightTicks lists what links may turn out to do. Where several clouds can be
// linked each says whose right it is.
func rightTicks(providers []credential.ProviderRights, ticked []string) []Tick {
	var all []Tick
	for _, of := range providers {
		for _, right := range of.Rights {
			tick := Tick{Key: right.Key, Name: right.Granted, Ticked: slices.Contains(ticked, right.Key)}
			if len(providers) > 1 {
				tick.Remark = of.Name
			}
			all = append(all, tick)
		}
	}
	return all
}
