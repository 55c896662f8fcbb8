package aws

import (
	"context"
	"errors"
	"net/url"
	"strings"
)

// Caller is who AWS says a session is.
type Caller struct {
	Account string
	ARN     string // arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION
	UserID  string
}

// CallerIdentity asks who the session is. It needs no permission, and no policy
// can deny it.
func (c *Client) CallerIdentity(ctx context.Context, s Session) (Caller, error) {
	tree, a, err := c.query(ctx, s, STS, "2011-06-15", "GetCallerIdentity", url.Values{})
	if err != nil {
		return Caller{}, err
	}
	result := tree.child("GetCallerIdentityResult")
	caller := Caller{Account: result.text("Account"), ARN: result.text("Arn"), UserID: result.text("UserId")}
	if _, ok := splitARN(caller.ARN); !ok || !accountNumber.MatchString(caller.Account) {
		return Caller{}, c.wire.Unexpected(a, errors.New("aws: the caller has no account or ARN"))
	}
	return caller, nil
}

// RoleName is the name of the role that the session assumed, or empty. A role's
// path isn't part of it.
func (c Caller) RoleName() string {
	arn, _ := splitARN(c.ARN)
	name, ok := strings.CutPrefix(arn.Resource, "assumed-role/")
	if !ok || arn.Service != string(STS) {
		return ""
	}
	name, _, _ = strings.Cut(name, "/")
	return name
}

// SessionName is the name of the session, which the account's CloudTrail shows.
func (c Caller) SessionName() string {
	parts := strings.Split(c.ARN, "/")
	if len(parts) != 3 {
		return ""
	}
	return parts[2]
}
