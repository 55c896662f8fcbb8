package credential

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/fault"
)

// How the policy judges links: when they are saved, and when a check finds out
// what was not known by then.

// refusal is what the policy has against a link.
type refusal struct {
	policies []string // for the audit log
	fields   fault.Fields
	provider bool
}

func (f *refusal) add(policy, field, sentence string) {
	if f.fields == nil {
		f.fields = fault.Fields{}
	}
	f.policies = append(f.policies, policy)
	f.fields[field] = cmp.Or(f.fields[field], sentence)
}

// err is what people read; nil when nothing is refused.
func (f *refusal) err() error {
	if f.provider {
		return ErrProviderNotAllowed
	}
	return fault.AtFields(f.fields)
}

// Refusals tells before saving what the policy has against a target, by field.
// saved is the credential that is changed; its zero value stands for a new
// one. Nothing is said about what is still empty.
func (s *Service) Refusals(ctx context.Context, r Request, provider string, target cloud.Target, saved Credential) (fault.Fields, error) {
	c := saved
	c.Provider, c.Target = provider, withFoundParent(saved.Target, target)
	signing, err := s.CertificateFor(ctx, r.AccountID, provider, saved, c.Target)
	if err != nil {
		return nil, err
	}
	rules, err := s.intake.Rules(ctx)
	if err != nil {
		return nil, err
	}
	against := rules.against(s.clouds.Describe(provider), saved, c.signingWith(signing), signing)
	if against.provider {
		return nil, ErrProviderNotAllowed
	}
	return against.fields, nil
}

// against judges what is known about c, a link to the cloud that d describes, before it
// is saved in place of before.
func (r Rules) against(d cloud.Description, before, c Credential, signing certificate.Certificate) refusal {
	var f refusal
	if c.CertificateID != "" && before.CertificateID != c.CertificateID && !r.allowsCertificate(signing.NotAfter.Sub(signing.NotBefore)) {
		f.add("certificate life", "certificate_life", sayCertificate(signing, r.LongestCertificate))
	}
	if before.ID != "" && d.SameTarget(before.Target, c.Target) {
		return f // the rest was judged when it was first saved so
	}
	if !r.Allows(c.Provider) {
		return refusal{policies: []string{"provider"}, provider: true}
	}
	if c.Target.Account != "" && !allows(r.Accounts[c.Provider], c.Target.Account) {
		f.add(d.Account.One, fieldOf(d, c.Target, cloud.Account), sayNotAllowed(d))
	}
	if c.Target.Parent != "" && !allows(r.Parents[c.Provider], c.Target.Parent) {
		f.add(d.Parent.One, fieldOf(d, c.Target, cloud.Parent), sayParentNotAllowed(d))
	}
	return f
}

// methodOf is the method of a target, or the first one of its cloud.
func methodOf(d cloud.Description, t cloud.Target) cloud.Method {
	if m, ok := d.Method(t.SignIn.Method); ok {
		return m
	}
	if len(d.Methods) == 0 {
		return cloud.Method{}
	}
	return d.Methods[0]
}

// fieldOf is the field at which is said what is wrong with a part of a target.
func fieldOf(d cloud.Description, t cloud.Target, part cloud.Part) string {
	if part == cloud.Parent {
		return methodOf(d, t).ParentField
	}
	return methodOf(d, t).AccountField
}

// admit judges c, which is about to be saved in place of before, by the
// policy. It gives c as it may be saved, or the refusal, which is in the audit
// log by then.
func (s *Service) admit(ctx context.Context, r Request, action audit.Action, before, c Credential, signing certificate.Certificate) (Credential, error) {
	rules, err := s.intake.Rules(ctx)
	if err != nil {
		return Credential{}, err
	}
	description := s.clouds.Describe(c.Provider)
	moved := before.ID == "" || !description.SameTarget(before.Target, c.Target)
	unknown := false
	if moved && len(rules.Parents[c.Provider]) > 0 && c.Target.Parent == "" {
		c.Target.Parent = s.findParent(ctx, c)
		unknown = c.Target.Parent == ""
	}
	against := rules.against(description, before, c, signing)
	if unknown && !against.provider {
		against.add(description.Parent.One, fieldOf(description, c.Target, cloud.Parent), sayParentUnknown(description))
	}
	if refused := against.err(); refused != nil {
		entry := s.entry(r, action, c)
		entry.Result, entry.CredentialID = audit.Refused, before.ID
		entry.Detail = "intake policy: " + strings.Join(against.policies, ", ")
		if err := s.store.Refuse(ctx, entry); err != nil {
			return Credential{}, err
		}
		return Credential{}, refused
	}
	if moved {
		c.ApprovedRights = nil
		if rules.RightsOn {
			c.ApprovedRights = []string{}
		}
	}
	if before.State == Stopped { // for whatever it points at now
		return c.after(Edit)
	}
	reason, err := s.whyStopped(ctx, c)
	if err != nil {
		return Credential{}, err
	}
	if !moved && reason == "" {
		return c.after(Edit)
	}
	if reason == "" {
		reason = rules.whyApprove(c.Provider)
	}
	event := Edit
	if reason != "" {
		event = Propose
	} else if before.State == PendingApproval {
		reason = sayChangedWhilePending
	}
	c.Reason, c.DecidedBy, c.DecidedAt = reason, "", time.Time{}
	return c.after(event)
}

// whyStopped says that a link needs an approval because an administrator had
// stopped what it points at, in whichever account; empty: nobody had.
func (s *Service) whyStopped(ctx context.Context, c Credential) (string, error) {
	reason, err := s.store.StoppedBefore(ctx, c.Provider, c.Target)
	if err != nil || reason == "" {
		return "", err
	}
	return sayStoppedBefore(s.clouds.Describe(c.Provider), reason), nil
}

// whyApprove says why a new link needs an approval; empty: it needs none.
func (r Rules) whyApprove(provider string) string {
	switch {
	case r.ApproveAll:
		return sayApproveAll
	case r.NeedsApproval(provider):
		return sayApproveProvider
	}
	return ""
}

// withFoundParent gives what was typed in place of saved with the parent that a
// check had found, as long as that is the answer to the same question.
func withFoundParent(saved, typed cloud.Target) cloud.Target {
	asked := saved
	asked.Parent = ""
	if typed.Equal(asked) {
		return saved
	}
	return typed
}

// findTimeout is how long somebody who saves waits for the parent.
const findTimeout = 15 * time.Second

// findParent finds what an account belongs to, or nothing.
func (s *Service) findParent(ctx context.Context, c Credential) string {
	finder, ok := s.clouds[c.Provider].(cloud.Finder)
	if !ok {
		return ""
	}
	limited, cancel := context.WithTimeout(ctx, findTimeout)
	defer cancel()
	found, err := finder.FindParent(limited, c.Target.Environment, c.Target.Account)
	if err != nil {
		return ""
	}
	return found
}

// conclude takes over what a verification found and judges by the policy what
// was not known before: the directory when it is first found, and the rights
// of a link that was saved when the policy asked for them.
func (s *Service) conclude(ctx context.Context, c Credential, f cloud.Finding, event Event) (Credential, Event, error) {
	learned := c.learned(f, event)
	if c.DecidedAt.IsZero() && event != CouldNotCheck { // the policy's word is as old as the check that said it
		learned.Reason = ""
	}
	newParent := learned.Target.Parent != c.Target.Parent
	newRights := event == Pass && c.ApprovedRights != nil
	if !newParent && !newRights {
		return learned, event, nil
	}
	rules, err := s.intake.Rules(ctx)
	if err != nil {
		return Credential{}, "", err
	}
	if newParent && !allows(rules.Parents[c.Provider], learned.Target.Parent) {
		learned.Target.Parent = c.Target.Parent // or the next check would take it for known
		return learned.refused(sayParentFound(s.clouds.Describe(c.Provider), f.Parent)), Break, nil
	}
	if !newRights {
		return learned, event, nil
	}
	if rules.RightsOn && learned.Rights == nil && f.RightsUnanswered {
		return learned, CouldNotCheck, nil // not even to say that they are unknown
	}
	if beyond := rules.beyond(learned, s.clouds); len(beyond) > 0 {
		return learned.refused(sayRightsBeyond + grantedTexts(s.clouds, c.Provider, beyond)), Hold, nil
	}
	learned.ApprovedRights = learned.approved() // what is let in stays so when the rules change
	return learned, event, nil
}

// grantedTexts puts rights into words.
func grantedTexts(clouds cloud.Registry, provider string, keys []string) string {
	var all []string
	for _, key := range keys {
		if key == rightsUnknown {
			all = append(all, sayRightsUnknown)
			continue
		}
		all = append(all, clouds.RightText(provider, cloud.Right{Key: key, Granted: true}))
	}
	return strings.Join(all, " ")
}

// refused is c with the policy's word.
func (c Credential) refused(reason string) Credential {
	c.Reason, c.DecidedBy, c.DecidedAt = reason, "", time.Time{}
	return c
}

// beyond lists the keys of the rights of c that need an approval which nobody
// has given.
func (r Rules) beyond(c Credential, clouds cloud.Registry) []string {
	if !r.RightsOn {
		return nil
	}
	return slices.DeleteFunc(c.granted(), func(right string) bool {
		kind := clouds.RightKind(c.Provider, right)
		return slices.Contains(r.ApproveRightsBeyond, right) || slices.Contains(c.ApprovedRights, right) ||
			kind != cloud.OtherRight && slices.Contains(r.ApproveRightsBeyond, string(kind))
	})
}

// rightsUnknown stands for the rights of a link that nobody knows, which may be
// any: an approval of the others does not include it.
const rightsUnknown = "unknown"

// granted are the keys of the rights that c was found to have.
func (c Credential) granted() []string {
	if c.Rights == nil {
		return []string{rightsUnknown}
	}
	var all []string
	for _, right := range c.Rights {
		if right.Granted {
			all = append(all, right.Key)
		}
	}
	return all
}

// approved are the keys of the rights that need no approval any more when c is
// approved as it is.
func (c Credential) approved() []string {
	if c.Rights == nil && (c.LastCheckedAt.IsZero() || c.LastCheckedAt.Before(c.FreshFrom)) { // nobody has seen any
		return c.ApprovedRights
	}
	all := slices.Clone(c.ApprovedRights)
	for _, right := range c.granted() {
		if !slices.Contains(all, right) {
			all = append(all, right)
		}
	}
	return all
}
