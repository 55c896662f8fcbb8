package aws

import (
	"context"
	"errors"
	"net/url"
)

// AccountAlias gives the name that people chose for the account, or "" if there is
// none.
func (c *Client) AccountAlias(ctx context.Context, s Session) (string, error) {
	tree, a, err := c.query(ctx, s, IAM, "2010-05-08", "ListAccountAliases", url.Values{})
	if err != nil {
		return "", err
	}
	result := tree.child("ListAccountAliasesResult")
	if result == nil {
		return "", c.wire.Unexpected(a, errors.New("aws: no list of aliases"))
	}
	for _, member := range result.list("AccountAliases") { // AWS allows one
		return member.data, nil
	}
	return "", nil
}
