package credential

import (
	"context"
	"errors"

	"mooring/audit"
	"mooring/cloud"
	"mooring/secret"
	"mooring/text"
)

// Grants keeps what links sign in with where a person consented to it.
type Grants interface {
	Seal(accountID, credentialID string, grant secret.Text) ([]byte, error)
	Of(provider, accountID, credentialID string) cloud.UseGrant
	Discard(ctx context.Context, provider, id string, grant secret.Text) error
	Wake()
}

// KeepGrants says what keeps grants. It is called before anything else is.
func (s *Service) KeepGrants(grants Grants) { s.grants = grants }

// LinkConsented saves a new credential that signs in with what a person has consented
// to, and has it checked at once. When the account has that link already, it gets the new
// grant. A grant that gets no link is revoked.
func (s *Service) LinkConsented(ctx context.Context, r Request, provider string, given cloud.Consented) (Credential, error) {
	c, err := s.linkConsented(ctx, r, provider, given)
	if err != nil {
		return Credential{}, errors.Join(err, s.discard(ctx, provider, given))
	}
	s.Wake()
	return c, nil
}

func (s *Service) linkConsented(ctx context.Context, r Request, provider string, given cloud.Consented) (Credential, error) {
	if _, err := s.Cloud(provider); err != nil {
		return Credential{}, err
	}
	now := s.now()
	c := Credential{ID: s.newID(), AccountID: r.AccountID, Provider: provider, Label: s.labelOf(provider, given), Target: given.Target,
		CloudAccountName: given.AccountName, State: NotVerified, Version: 1, CreatedBy: r.Actor.PersonID, CreatedAt: now, FreshFrom: now}
	signing, err := s.CertificateFor(ctx, r.AccountID, provider, Credential{}, c.Target)
	if err != nil {
		return Credential{}, err
	}
	if c, err = s.admit(ctx, r, audit.LinkCredential, Credential{}, c, signing); err != nil {
		return Credential{}, err
	}
	if c.State.Can(Verify) {
		c.plan(now, ByPerson)
	}
	sealed, err := s.grants.Seal(c.AccountID, c.ID, given.Grant)
	if err != nil {
		return Credential{}, err
	}
	existing, err := s.store.AddGranted(ctx, c, sealed, s.entry(r, audit.LinkCredential, c, s.changes(Credential{}, c)...))
	if errors.Is(err, ErrAlreadyLinked) {
		return s.signInAgain(ctx, r, provider, existing, given)
	}
	return c, err
}

// SignInAgain gives a credential another grant, to the same account of its cloud, and has
// it checked at once. A grant to another account is refused, and revoked.
func (s *Service) SignInAgain(ctx context.Context, r Request, provider, id string, given cloud.Consented) (Credential, error) {
	c, err := s.signInAgain(ctx, r, provider, id, given)
	if err != nil {
		return Credential{}, errors.Join(err, s.discard(ctx, provider, given))
	}
	s.Wake()
	return c, nil
}

func (s *Service) signInAgain(ctx context.Context, r Request, provider, id string, given cloud.Consented) (Credential, error) {
	before, err := s.may(ctx, r, id, Edit)
	switch {
	case err != nil:
		return Credential{}, err
	case before.Provider != provider:
		return Credential{}, ErrNotFound
	case !before.Target.Equal(withFoundParent(before.Target, given.Target)):
		return Credential{}, ErrOtherConsent
	}
	c, now := before, s.now()
	c.restart(now)
	if c.State.Can(Verify) {
		c.plan(now, ByPerson)
	}
	sealed, err := s.grants.Seal(c.AccountID, c.ID, given.Grant)
	if err != nil {
		return Credential{}, err
	}
	if _, err := s.store.ChangeGranted(ctx, c, sealed, s.entry(r, audit.SignInAgain, c)); err != nil {
		return Credential{}, err
	}
	return c, nil
}

// discard has a grant revoked that gets no link.
func (s *Service) discard(ctx context.Context, provider string, given cloud.Consented) error {
	return s.grants.Discard(context.WithoutCancel(ctx), provider, s.newID(), given.Grant)
}

// labelOf names a link that nobody has named: as its cloud calls the account.
func (s *Service) labelOf(provider string, given cloud.Consented) string {
	label := []rune(text.Line(given.AccountName))
	if len(label) == 0 || cloud.LooksLikeSecret(string(label)) {
		d := s.clouds.Describe(provider)
		return d.ShortName + " " + d.Account.One
	}
	return string(label[:min(len(label), maxLabel)])
}
