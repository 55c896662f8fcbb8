package account

import "context"

// Owned is an account of whatever kind with the people who own it.
type Owned struct {
	Account Account
	Owners  []Person // by name
}

// OwnersOf gives an account of whatever kind with its owners, for the site
// administrators who look at what it links.
func (p *People) OwnersOf(ctx context.Context, accountID string) (Owned, error) {
	return p.store.OwnersOf(ctx, accountID)
}
