package account

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"mooring/audit"
	"mooring/fault"
	"mooring/secret"
	"mooring/text"
)

// InvitationLife is how long an invitation can be used.
const InvitationLife = 7 * 24 * time.Hour

const (
	maxDescription = 200 // characters
	// MaxInvitations is how many invitations of one organization can be open at
	// once.
	MaxInvitations = 100
	// MaxMails is how many invitations one person can mail within MailWindow, so
	// that nobody sends mail to the whole world. Those that are taken back count.
	MaxMails   = 20
	MailWindow = time.Hour
	// MaxOrganizations is how many one person can own and still make another:
	// each costs a certificate, and takes a name.
	MaxOrganizations = 20
)

// NewInvitation is an invitation as it is stored.
type NewInvitation struct {
	Invitation
	Hash      string // of the token in the link
	CreatedBy string // person ID; one that nobody has is not stored
	Sender    string // for whom its mail counts, as a hash; empty: it is not mailed
}

// OrganizationStore keeps organizations, who belongs to them and who is
// invited. A personal account is no organization: every method answers
// ErrNoSuchAccount for it. A change looks whether who asked may still make it:
// ErrSignIn, ErrNoSuchAccount, ErrNotOwnerAnyMore. Work that no person asked for
// may be done.
type OrganizationStore interface {
	Organization(ctx context.Context, accountID string) (Account, error)
	AddOrganization(ctx context.Context, a Account, ownerID string, entry audit.Entry) error // ErrNameTaken at "name", ErrTooManyOrganizations
	ChangeOrganization(ctx context.Context, a Account, entry audit.Entry) error              // ErrNameTaken at "name"
	Deletion(ctx context.Context, accountID string, now time.Time) (Deletion, error)
	// DeleteOrganization removes it with all that belongs to it, if that is
	// still its name.
	DeleteOrganization(ctx context.Context, accountID, name string, entry audit.Entry) error

	Colleagues(ctx context.Context, accountID string) ([]Colleague, error)
	// SetRole and RemoveMember answer ErrNoSuchColleague, ErrByGroup, or
	// ErrLastOwner when no other owner would be left who can sign in. Who is
	// no owner any more leaves no invitations behind, and who is gone no keys.
	// Both put into the entry whom it was about.
	SetRole(ctx context.Context, accountID, personID string, role Role, entry audit.Entry) error
	RemoveMember(ctx context.Context, accountID, personID string, entry audit.Entry) error

	Invitations(ctx context.Context, accountID string, now time.Time) ([]Invitation, error)
	// AddInvitation answers ErrAlreadyMember at "email", ErrTooManyInvitations and
	// ErrTooManyMails, and gives the invitation as it will be listed.
	AddInvitation(ctx context.Context, i NewInvitation, entry audit.Entry) (Invitation, error)
	// RemoveInvitation answers ErrNoSuchInvitation, and puts into the entry
	// which one it was.
	RemoveInvitation(ctx context.Context, accountID, invitationID string, entry audit.Entry) error
	InvitationByHash(ctx context.Context, hash string, now time.Time) (Invitation, error) // ErrInvitation
	// AcceptInvitation uses up the invitation and makes the person a member in
	// one transaction: ErrInvitation, ErrInvitationForAnother, ErrAlreadyMember.
	AcceptInvitation(ctx context.Context, hash, personID string, now time.Time, entry audit.Entry) error
}

// OrganizationsConfig is what Organizations needs.
type OrganizationsConfig struct {
	Store  OrganizationStore
	Mailer Mailer // nil: the operator named no mail server
	Policy Policy
	Link   func(token string) string // the address under which an invitation is accepted
	Now    func() time.Time
	NewID  func() string
	Log    *slog.Logger
	Joined func() // after accounts were added; must not block
}

// Organizations makes and ends organizations and manages who belongs to them.
type Organizations struct {
	store  OrganizationStore
	mailer Mailer
	policy Policy
	link   func(token string) string
	now    func() time.Time
	newID  func() string
	log    *slog.Logger
	joined func()
}

// NewOrganizations makes the service.
func NewOrganizations(c OrganizationsConfig) *Organizations {
	return &Organizations{store: c.Store, mailer: c.Mailer, policy: c.Policy, link: c.Link, now: c.Now, newID: c.NewID, log: c.Log, joined: c.Joined}
}

func (f *OrganizationForm) check() error {
	f.Name, f.Description = strings.ToLower(strings.TrimSpace(f.Name)), text.Line(f.Description)
	fields := fault.Fields{}
	if !isAccountName(f.Name) {
		fields["name"] = "Use 2 to 39 lowercase letters, digits and single hyphens."
	}
	if utf8.RuneCountInString(f.Description) > maxDescription {
		fields["description"] = "Use at most 200 characters."
	}
	return fault.AtFields(fields)
}

// Create makes an organization that the caller owns.
func (o *Organizations) Create(ctx context.Context, caller Caller, f OrganizationForm, actor audit.Actor) (Account, error) {
	if err := f.check(); err != nil {
		return Account{}, err
	}
	if err := o.mayName(caller, f.Name); err != nil {
		return Account{}, err
	}
	made := Account{ID: o.newID(), Name: f.Name, Kind: Organization, CreatedAt: o.now(), Description: f.Description}
	entry := o.entry(audit.MakeAccount, made.ID, made.Name, actor)
	entry.Changes = changedAccount(Account{}, made)
	if err := o.store.AddOrganization(ctx, made, caller.Person.ID, entry); err != nil {
		return Account{}, err
	}
	o.joined()
	return made, nil
}

// mayName keeps the names that group rules are about for site administrators.
// Whoever owned such an organization, or gave its name to another one, would
// decide what the members of the group join.
func (o *Organizations) mayName(caller Caller, names ...string) error {
	if !caller.Person.SiteAdmin && slices.ContainsFunc(names, o.policy.keepsForGroups) {
		return ErrNameForGroups.At("name")
	}
	return nil
}

// Change renames and describes an organization and says whether it requires a
// second step.
func (o *Organizations) Change(ctx context.Context, caller Caller, m Membership, f OrganizationForm, actor audit.Actor) (Account, error) {
	if err := f.check(); err != nil {
		return Account{}, err
	}
	old := m.Account
	if f.Name != old.Name {
		if err := o.mayName(caller, old.Name, f.Name); err != nil {
			return Account{}, err
		}
	}
	if f.RequireSecondStep && !old.RequireSecondStep && caller.Passkeys == 0 {
		return Account{}, ErrNeedsPasskey.At("require_second_step")
	}
	changed := old
	changed.Name, changed.Description, changed.RequireSecondStep = f.Name, f.Description, f.RequireSecondStep
	if changed == old && old.Kind == Organization {
		return old, nil
	}
	entry := o.entry(audit.ChangeAccount, old.ID, whatChanged(old, changed), actor)
	entry.Changes = changedAccount(old, changed)
	if err := o.store.ChangeOrganization(ctx, changed, entry); err != nil {
		return Account{}, err
	}
	return changed, nil
}

func whatChanged(old, changed Account) string {
	var what []string
	if changed.Name != old.Name {
		what = append(what, fmt.Sprintf("renamed from %s to %s", old.Name, changed.Name))
	}
	if changed.Description != old.Description {
		what = append(what, "described")
	}
	if changed.RequireSecondStep != old.RequireSecondStep {
		word := "no longer required"
		if changed.RequireSecondStep {
			word = "required"
		}
		what = append(what, "second step "+word)
	}
	return strings.Join(what, ", ")
}

// Deletion lists what would go with an organization.
func (o *Organizations) Deletion(ctx context.Context, accountID string) (Deletion, error) {
	return o.store.Deletion(ctx, accountID, o.now())
}

// Delete removes an organization and all that belongs to it, when confirm is
// its name. The audit log stays.
func (o *Organizations) Delete(ctx context.Context, m Membership, confirm string, actor audit.Actor) error {
	if m.Account.Kind != Organization {
		return ErrNoSuchAccount
	}
	if strings.TrimSpace(confirm) != m.Account.Name {
		return ErrOtherName.At("confirm")
	}
	entry := o.entry(audit.DeleteAccount, m.Account.ID, m.Account.Name, actor)
	entry.Changes = changedAccount(m.Account, Account{})
	return o.store.DeleteOrganization(ctx, m.Account.ID, m.Account.Name, entry)
}

// People lists who belongs to an organization, by name.
func (o *Organizations) People(ctx context.Context, accountID string) ([]Colleague, error) {
	return o.store.Colleagues(ctx, accountID)
}

// Invitations lists those that can still be used, the latest first.
func (o *Organizations) Invitations(ctx context.Context, accountID string) ([]Invitation, error) {
	return o.store.Invitations(ctx, accountID, o.now())
}

// ChangeRole gives somebody of an organization another role.
func (o *Organizations) ChangeRole(ctx context.Context, accountID, personID, role string, actor audit.Actor) error {
	parsed, err := ParseRole(role)
	if err != nil {
		return ErrNoSuchRole.At("role")
	}
	return o.store.SetRole(ctx, accountID, personID, parsed, o.entry(audit.ChangeRole, accountID, "", actor))
}

// Remove ends somebody's membership. They are out with their next request.
func (o *Organizations) Remove(ctx context.Context, accountID, personID string, actor audit.Actor) error {
	return o.store.RemoveMember(ctx, accountID, personID, o.entry(audit.RemoveMember, accountID, "", actor))
}

// Leave ends the caller's own membership.
func (o *Organizations) Leave(ctx context.Context, caller Caller, m Membership, actor audit.Actor) error {
	return o.store.RemoveMember(ctx, m.Account.ID, caller.Person.ID, o.entry(audit.LeaveAccount, m.Account.ID, "", actor))
}

// Invite makes an invitation and gives the token of its link, or mails the link
// when there is an address and a mail server. Then the token is empty, so that
// following the link proves that the address is theirs.
func (o *Organizations) Invite(ctx context.Context, m Membership, f InviteForm, actor audit.Actor) (Invitation, secret.Text, error) {
	role, err := f.check()
	if err != nil {
		return Invitation{}, secret.Text{}, err
	}
	token, now := newToken(), o.now()
	invitation := NewInvitation{
		Invitation: Invitation{ID: o.newID(), Account: m.Account, Role: role, Email: f.Email,
			Mailed: f.Email != "" && o.mailer != nil, CreatedAt: now, ExpiresAt: now.Add(InvitationLife)},
		Hash: hashToken(token.Reveal()), CreatedBy: actor.PersonID,
	}
	if invitation.Mailed {
		invitation.Sender = throttleKey("mail", actor.PersonID)
	}
	entry := o.entry(audit.Invite, m.Account.ID, invitation.About(), actor)
	entry.Changes = invitation.made()
	made, err := o.store.AddInvitation(ctx, invitation, entry)
	if err != nil {
		return Invitation{}, secret.Text{}, err
	}
	if !made.Mailed {
		return made, token, nil
	}
	if err := o.mail(ctx, made, token, actor); err != nil {
		return Invitation{}, secret.Text{}, err
	}
	return made, secret.Text{}, nil
}

func (f *InviteForm) check() (Role, error) {
	f.Email = normalEmail(f.Email)
	fields := fault.Fields{}
	if f.Email != "" && !isEmail(f.Email) {
		fields["email"] = "Enter an e-mail address, such as ada@example.com, or leave it empty."
	}
	role, err := ParseRole(f.Role)
	if err != nil {
		fields["role"] = ErrNoSuchRole.Sentence
	}
	return role, fault.AtFields(fields)
}

// About says in a few words for the audit log whom an invitation is for.
func (i Invitation) About() string {
	if i.Email == "" {
		return fmt.Sprintf("by link as %s", i.Role)
	}
	return fmt.Sprintf("%s as %s", i.Email, i.Role)
}

// mail sends the link and, when that fails, takes the invitation back: nobody
// has its token, so that nobody could use it.
func (o *Organizations) mail(ctx context.Context, i Invitation, token secret.Text, actor audit.Actor) error {
	subject := fmt.Sprintf("Join %s on Mooring", i.Account.Name)
	sendErr := o.mailer.Send(ctx, i.Email, subject, o.letter(i, token, actor))
	if sendErr == nil {
		return nil
	}
	entry := o.entry(audit.RevokeInvitation, i.Account.ID, "the mail could not be sent", actor)
	// Also when whoever asked has gone meanwhile.
	if err := o.store.RemoveInvitation(context.WithoutCancel(ctx), i.Account.ID, i.ID, entry); err != nil {
		o.log.Error("could not take back an invitation whose mail was not sent", "invitation", i.ID, "cause", err)
	}
	return ErrMailFailed.Because(sendErr)
}

// letter names who invites by their address, because a name could say anything.
func (o *Organizations) letter(i Invitation, token secret.Text, actor audit.Actor) string {
	return fmt.Sprintf(`Hello,

%s has invited you to join the organization %s on Mooring, with the role %s.

To join, open this address by %s:

%s

The address works once, and only for %s. If you didn't expect this, ignore this mail.
`, actor.Name, i.Account.Name, i.Role, i.ExpiresAt.UTC().Format("2 January 2006, 15:04 UTC"), o.link(token.Reveal()), i.Email)
}

// Revoke takes back an invitation that is not used yet.
func (o *Organizations) Revoke(ctx context.Context, accountID, invitationID string, actor audit.Actor) error {
	return o.store.RemoveInvitation(ctx, accountID, invitationID, o.entry(audit.RevokeInvitation, accountID, "", actor))
}

// Invited finds the invitation that this token belongs to: ErrInvitation when
// it is used, revoked or has expired, or never was.
func (o *Organizations) Invited(ctx context.Context, token string) (Invitation, error) {
	return o.store.InvitationByHash(ctx, hashToken(token), o.now())
}

// Accept lets the caller join by an invitation, which is used up.
func (o *Organizations) Accept(ctx context.Context, caller Caller, token string, actor audit.Actor) (Account, error) {
	invitation, err := o.Invited(ctx, token)
	if err != nil {
		return Account{}, err
	}
	entry := o.entry(audit.JoinAccount, invitation.Account.ID, "by an invitation: "+invitation.About(), actor)
	entry.Changes = ChangedRole("", invitation.Role)
	if err := o.store.AcceptInvitation(ctx, hashToken(token), caller.Person.ID, o.now(), entry); err != nil {
		return Account{}, err
	}
	return invitation.Account, nil
}

func (o *Organizations) entry(action audit.Action, accountID, detail string, actor audit.Actor) audit.Entry {
	return audit.Entry{At: o.now(), Actor: actor, Action: action, AccountID: accountID, Result: audit.Done, Detail: detail}
}
