package credential

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"mooring/audit"
	"mooring/certificate"
	"mooring/cloud"
	"mooring/fault"
	"mooring/text"
)

// Service links accounts to clouds.
type Service struct {
	store        Store
	clouds       cloud.Registry
	certificates Certificates
	grants       Grants // nil: no cloud needs any
	dependents   []Dependents
	now          func() time.Time
	newID        func() string
	log          *slog.Logger
	wake         chan struct{}
	intake       *Intake
	runner       *runner
	checks       *checkLimit
}

// Certificates gives what signs for an account.
type Certificates interface {
	Active(ctx context.Context, accountID string) (certificate.Certificate, error)
	Find(ctx context.Context, accountID, id string) (certificate.Certificate, error)
	Identity(ctx context.Context, accountID, id string) (*certificate.Identity, error)

	// Of the authorities of links.
	Issue(ctx context.Context, accountID, authorityID string, actor audit.Actor) (certificate.Issued, error)
	Issuer(ctx context.Context, accountID, certificateID string) (certificate.Authority, error)
	Stranger(ctx context.Context, accountID, certificateID string) (*certificate.Identity, error)
}

// NewService makes a Service. dependents are asked before something is unlinked.
func NewService(store Store, clouds cloud.Registry, certificates Certificates, dependents []Dependents,
	now func() time.Time, newID func() string, log *slog.Logger) *Service {
	s := &Service{store: store, clouds: clouds, certificates: certificates, dependents: dependents,
		now: now, newID: newID, log: log, wake: make(chan struct{}, 1), intake: &Intake{store: store, clouds: clouds, now: now}}
	s.LimitChecks(DefaultChecks)
	s.runner = &runner{service: s, claimed: map[string]chan struct{}{}, byAccount: map[string]int{}}
	return s
}

// Clouds are those that can be linked.
func (s *Service) Clouds() cloud.Registry { return s.clouds }

// Cloud finds the cloud with this key.
func (s *Service) Cloud(provider string) (cloud.Cloud, error) {
	c, ok := s.clouds[provider]
	if !ok {
		return nil, ErrNoSuchProvider
	}
	return c, nil
}

// Check reads a form without saving: the target as far as it can be read, and
// the sentences for its fields. Empty fields get none, since the person is
// still typing.
func (s *Service) Check(provider string, form *cloud.Form) (cloud.Target, fault.Fields, error) {
	c, err := s.Cloud(provider)
	if err != nil {
		return cloud.Target{}, nil, err
	}
	target, fields := c.Read(form)
	for _, field := range c.Describe().Fields() {
		if strings.TrimSpace(form.Values[field.Key]) == "" {
			delete(fields, field.Key)
		}
	}
	return target, fields, nil
}

// Link saves a new credential and, if verify is set, has it verified at once
// in the background. Where the site's policy wants an approval it waits for
// that instead.
func (s *Service) Link(ctx context.Context, r Request, provider string, form *cloud.Form, verify bool) (Credential, error) {
	s.nameCertificate(ctx, r.AccountID, provider, Credential{}, form)
	target, label, err := s.read(provider, form)
	if err != nil {
		return Credential{}, err
	}
	if methodOf(s.clouds.Describe(provider), target).Needs == cloud.Grant {
		return Credential{}, ErrNeedsConsent
	}
	active, err := s.CertificateFor(ctx, r.AccountID, provider, Credential{}, target)
	if err != nil {
		return Credential{}, err
	}
	var issued *certificate.Issued
	if methodOf(s.clouds.Describe(provider), target).Needs == cloud.Chain {
		leaf, err := s.certificates.Issue(ctx, r.AccountID, form.Draft, r.Actor)
		if err != nil {
			return Credential{}, err
		}
		issued, active = &leaf, leaf.Leaf.Certificate
	}
	now := s.now()
	c := Credential{
		ID: s.newID(), AccountID: r.AccountID, Provider: provider, Label: label, Target: target,
		State: NotVerified, Version: 1,
		CreatedBy: r.Actor.PersonID, CreatedAt: now, FreshFrom: now,
	}.signingWith(active)
	if c, err = s.admit(ctx, r, audit.LinkCredential, Credential{}, c, active); err != nil {
		return Credential{}, err
	}
	if verify && c.State.Can(Verify) {
		c.plan(now, ByPerson)
	}
	existing, err := s.add(ctx, c, issued, s.entry(r, audit.LinkCredential, c, s.changes(Credential{}, c)...))
	if err != nil {
		return Credential{}, s.linkToExisting(err, r, c, existing)
	}
	s.Wake()
	return c, nil
}

// add stores a new credential, with the leaf that was issued for it, if one was.
func (s *Service) add(ctx context.Context, c Credential, issued *certificate.Issued, entry audit.Entry) (existingID string, err error) {
	if issued == nil {
		return s.store.Add(ctx, c, entry)
	}
	return s.store.AddIssued(ctx, c, *issued, entry)
}

// Edit changes what a credential points at, or what it is called. Another target
// clears the old result; a new label touches nothing else. The certificate stays:
// see CertificateFor and MoveCertificate. If verify is set, what has changed or
// doesn't work is checked at once.
func (s *Service) Edit(ctx context.Context, r Request, id string, form *cloud.Form, verify bool) (Credential, error) {
	before, err := s.may(ctx, r, id, Edit)
	if err != nil {
		return Credential{}, err
	}
	if methodOf(s.clouds.Describe(before.Provider), before.Target).Needs == cloud.Grant {
		*form = cloud.FormOf(s.clouds.Describe(before.Provider), before.Target, form.Label) // the rest is what was consented to
	}
	s.nameCertificate(ctx, r.AccountID, before.Provider, before, form)
	target, label, err := s.read(before.Provider, form)
	if err != nil {
		return Credential{}, err
	}
	c, now := before, s.now()
	c.Target, c.Label = withFoundParent(before.Target, target), label
	signing, err := s.CertificateFor(ctx, r.AccountID, before.Provider, before, c.Target)
	if err != nil {
		return Credential{}, err
	}
	c = c.signingWith(signing)
	moved := !s.clouds.Describe(before.Provider).SameTarget(c.Target, before.Target)
	if moved {
		if c, err = s.admit(ctx, r, audit.EditCredential, before, c, signing); err != nil {
			return Credential{}, err
		}
		c.restart(now)
		c.CloudAccountName, c.Rights, c.Reported, c.Stranger = "", nil, nil, cloud.StrangerUnknown
	}
	if verify && c.State.Can(Verify) && (moved || label == before.Label || c.State != Connected) {
		c.plan(now, ByPerson)
		if c.State != Connected {
			c.FreshFrom = now
		}
	}
	existing, err := s.store.Change(ctx, c, s.entry(r, audit.EditCredential, c, s.changes(before, c)...))
	if err != nil {
		return Credential{}, s.linkToExisting(err, r, c, existing)
	}
	s.Wake()
	return c, nil
}

// Verify asks for a check now.
func (s *Service) Verify(ctx context.Context, r Request, id string) (Credential, error) {
	c, err := s.may(ctx, r, id, Verify)
	if err != nil {
		return Credential{}, err
	}
	if c.RunningVerification != "" {
		return c, nil // one is on its way already
	}
	if err := s.checks.take(c.AccountID, s.now()); err != nil {
		return Credential{}, err
	}
	c.plan(s.now(), ByPerson)
	if c.State != Connected { // somebody has just mended it on the cloud's side, which takes minutes to copy
		c.FreshFrom = c.NextCheckAt
	}
	if err := s.store.Plan(ctx, r.AccountID, id, c.NextCheckAt, c.FreshFrom, s.entry(r, audit.VerifyCredential, c)); err != nil {
		return Credential{}, err
	}
	s.Wake()
	return c, nil
}

// Disable stops the use and the checks of a credential until it is enabled.
func (s *Service) Disable(ctx context.Context, r Request, id string) (Credential, error) {
	return s.flip(ctx, r, id, Disable, audit.DisableCredential)
}

// Enable takes a disabled credential back into use and has it verified, or
// proposes it where an administrator has stopped what it points at.
func (s *Service) Enable(ctx context.Context, r Request, id string) (Credential, error) {
	return s.flip(ctx, r, id, Enable, audit.EnableCredential)
}

func (s *Service) flip(ctx context.Context, r Request, id string, event Event, action audit.Action) (Credential, error) {
	before, err := s.may(ctx, r, id, event)
	if err != nil {
		return Credential{}, err
	}
	c, now := before, s.now()
	if event == Enable {
		stopped, err := s.whyStopped(ctx, c)
		if err != nil {
			return Credential{}, err
		}
		if stopped != "" {
			event, c = Propose, c.refused(stopped)
		}
	}
	if c, err = c.after(event); err != nil {
		return Credential{}, err
	}
	c.restart(now)
	if c.State.Can(Verify) {
		c.plan(now, ByPerson)
	}
	if _, err := s.store.Change(ctx, c, s.entry(r, action, c, s.changes(before, c)...)); err != nil {
		return Credential{}, err
	}
	s.Wake()
	return c, nil
}

// Dependents lists what stops working without this credential.
func (s *Service) Dependents(ctx context.Context, accountID, id string) ([]string, error) {
	var all []string
	for _, d := range s.dependents {
		some, err := d.DependOn(ctx, accountID, id)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// Unlink removes a credential. While something depends on it, confirm must be
// its label.
func (s *Service) Unlink(ctx context.Context, r Request, id, confirm string) (Credential, error) {
	c, err := s.may(ctx, r, id, Unlink)
	if err != nil {
		return Credential{}, err
	}
	dependents, err := s.Dependents(ctx, r.AccountID, id)
	if err != nil {
		return Credential{}, err
	}
	if len(dependents) > 0 && strings.TrimSpace(confirm) != c.Label {
		return Credential{}, ErrConfirm.At("confirm")
	}
	if err := s.store.Remove(ctx, r.AccountID, id, s.unlinkEntry(r, c)); err != nil {
		return Credential{}, err
	}
	if s.grants != nil {
		s.grants.Wake()
	}
	return c, nil
}

// Find gives one credential of the account.
func (s *Service) Find(ctx context.Context, accountID, id string) (Credential, error) {
	return s.store.Find(ctx, accountID, id)
}

// List gives the account's credentials.
func (s *Service) List(ctx context.Context, accountID string) ([]Credential, error) {
	return s.store.List(ctx, accountID)
}

// HistoryLength is how many runs a credential's page shows.
const HistoryLength = 20

// Verifications gives the latest runs with their evidence.
func (s *Service) Verifications(ctx context.Context, accountID, id string) ([]Verification, error) {
	return s.store.Verifications(ctx, accountID, id, HistoryLength)
}

// may finds a credential that this can be done to.
func (s *Service) may(ctx context.Context, r Request, id string, event Event) (Credential, error) {
	c, err := s.store.Find(ctx, r.AccountID, id)
	switch {
	case err != nil:
		return Credential{}, err
	case r.Version != 0 && r.Version != c.Version:
		return Credential{}, ErrChangedMeanwhile
	case !c.State.Can(event):
		return Credential{}, ErrNotPossibleNow
	case event.NeedsCloud() && s.clouds[c.Provider] == nil:
		return Credential{}, ErrProviderRemoved
	}
	return c, nil
}

// after is c once this has happened to it.
func (c Credential) after(event Event) (Credential, error) {
	next, ok := c.State.After(event)
	if !ok {
		return Credential{}, ErrNotPossibleNow
	}
	c.State = next
	return c, nil
}

// restart makes c one that a person has just changed. What earlier checks found
// stays, until one finds something else.
func (c *Credential) restart(now time.Time) {
	c.FreshFrom, c.Attempts, c.CouldNotCheckAt, c.TrialCertificateID = now, 0, time.Time{}, ""
	c.plan(time.Time{}, "")
}

const maxLabel = 80

// nameCertificate writes into a form what the link will sign with, as far as that can be
// read.
func (s *Service) nameCertificate(ctx context.Context, accountID, provider string, saved Credential, form *cloud.Form) {
	target := cloud.Target{SignIn: cloud.SignIn{Method: form.Method}}
	if signing, err := s.CertificateFor(ctx, accountID, provider, saved, target); err == nil {
		form.Certificate = signing
	}
}

func (s *Service) read(provider string, form *cloud.Form) (cloud.Target, string, error) {
	c, err := s.Cloud(provider)
	if err != nil {
		return cloud.Target{}, "", err
	}
	target, fields := c.Read(form)
	if fields == nil {
		fields = fault.Fields{}
	}
	if cloud.LooksLikeSecret(form.Label) {
		form.Label, fields["label"] = "", sayLabelSecret
		return target, "", fault.AtFields(fields)
	}
	label := text.Line(form.Label)
	if label == "" {
		fields["label"] = sayLabelMissing
	} else if len([]rune(label)) > maxLabel {
		fields["label"] = sayLabelLong
	}
	return target, label, fault.AtFields(fields)
}

func (s *Service) entry(r Request, action audit.Action, c Credential, changes ...audit.Change) audit.Entry {
	return audit.Entry{At: s.now(), Actor: r.Actor, Action: action, AccountID: r.AccountID,
		CredentialID: c.ID, Result: audit.Done, Detail: c.Label, Changes: changes}
}

func (s *Service) linkToExisting(err error, r Request, c Credential, existingID string) error {
	if !errors.Is(err, ErrAlreadyLinked) {
		return err
	}
	return ErrAlreadyLinked.At(fieldOf(s.clouds.Describe(c.Provider), c.Target, cloud.Account)).To("Open the existing credential",
		fmt.Sprintf("/accounts/%s/cloud-providers/%s/credentials/%s", r.AccountName, c.Provider, existingID))
}
