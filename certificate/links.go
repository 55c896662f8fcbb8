package certificate

import (
	"context"
	"crypto/rand"
	"errors"

	"mooring/audit"
	"mooring/fault"
)

// ErrNoDraft is what people read who save a link that was begun elsewhere.
var ErrNoDraft = fault.New(fault.Conflict, "certificate.no-draft",
	"This form was already saved, or somebody else opened it. Open Add credentials again and run its command.")

// AuthorityStore keeps the authorities of links.
type AuthorityStore interface {
	// Draft finds the authority of the link that a person has begun and not saved: ErrNone.
	Draft(ctx context.Context, accountID, provider, personID string) (SealedAuthority, error)
	// AddDraft stores one, and does nothing if that person has begun one meanwhile.
	AddDraft(ctx context.Context, a SealedAuthority, provider, personID string, entry audit.Entry) error
	// Authority finds one of the account, of a draft or of a link: ErrNone.
	Authority(ctx context.Context, accountID, id string) (SealedAuthority, error)
	// Issuer finds the authority of the account that issued a certificate: ErrNone.
	Issuer(ctx context.Context, accountID, certificateID string) (SealedAuthority, error)
}

// Issued is a leaf that an authority has issued and nobody has stored.
type Issued struct {
	AuthorityID string
	LinkName    string
	Leaf        Sealed
	Entry       audit.Entry // about it, for whoever stores it
}

// Draft gives the authority of the link that a person has begun with a provider. It
// makes it when there is none, and gives the same one until the link is saved.
func (s *Service) Draft(ctx context.Context, accountID, provider string, actor audit.Actor) (Authority, error) {
	found, err := s.store.Draft(ctx, accountID, provider, actor.PersonID)
	if !errors.Is(err, ErrNone) {
		return found.Authority, err
	}
	name, err := NewLinkName(s.names)
	if err != nil {
		return Authority{}, err
	}
	made, err := NewAuthority(s.sealer, s.newID(), accountID, name, s.now())
	if err != nil {
		return Authority{}, err
	}
	entry := audit.Entry{At: s.now(), Actor: actor, Action: audit.MakeAuthority, AccountID: accountID, Result: audit.Done, Detail: name}
	if err := s.store.AddDraft(ctx, made, provider, actor.PersonID, entry); err != nil {
		return Authority{}, err
	}
	found, err = s.store.Draft(ctx, accountID, provider, actor.PersonID)
	return found.Authority, err
}

// Authority gives an authority of the account.
func (s *Service) Authority(ctx context.Context, accountID, id string) (Authority, error) {
	found, err := s.store.Authority(ctx, accountID, id)
	return found.Authority, err
}

// Issuer gives the authority that issued a certificate of the account.
func (s *Service) Issuer(ctx context.Context, accountID, certificateID string) (Authority, error) {
	found, err := s.store.Issuer(ctx, accountID, certificateID)
	return found.Authority, err
}

// Issue makes a leaf of an authority of the account, as long as clouds and the site
// allow it, for a link that is saved.
func (s *Service) Issue(ctx context.Context, accountID, authorityID string, actor audit.Actor) (Issued, error) {
	a, err := s.store.Authority(ctx, accountID, authorityID)
	if errors.Is(err, ErrNone) {
		return Issued{}, ErrNoDraft
	}
	if err != nil {
		return Issued{}, err
	}
	life, err := s.life(ctx)
	if err != nil {
		return Issued{}, err
	}
	leaf, err := a.Issue(s.sealer, Leaf{ID: s.newID(), Life: min(life, LongestLeaf)}, s.now())
	if err != nil {
		return Issued{}, err
	}
	entry := audit.Entry{At: s.now(), Actor: actor, Action: audit.IssueCertificate, AccountID: accountID, Result: audit.Done,
		Detail: a.LinkName + ", " + leaf.SHA1()}
	return Issued{AuthorityID: a.ID, LinkName: a.LinkName, Leaf: leaf, Entry: entry}, nil
}

// strangerLife is how long a stranger can be one. It is used at once.
const strangerLife = 2 * backdate

// Stranger gives an identity under the authority that issued a certificate, with a name
// that nobody was ever told. It is stored nowhere.
func (s *Service) Stranger(ctx context.Context, accountID, certificateID string) (*Identity, error) {
	a, err := s.store.Issuer(ctx, accountID, certificateID)
	if err != nil {
		return nil, err
	}
	name, err := NewLinkName(rand.Reader)
	if err != nil {
		return nil, err
	}
	leaf, err := a.Issue(s.sealer, Leaf{ID: s.newID(), Name: name, Life: strangerLife}, s.now())
	if err != nil {
		return nil, err
	}
	return a.NewIdentity(s.sealer, leaf)
}
