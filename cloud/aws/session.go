package aws

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"mooring/cloud/wire"
)

// How long a session may last.
const (
	ShortestSession = 15 * time.Minute
	LongestSession  = 12 * time.Hour
)

// Session is an open session.
type Session struct {
	Access
	Credentials    Credentials
	AssumedRole    string // ARN
	SourceIdentity string // "CN=" and the certificate's common name
}

// CreateSession opens a session with a certificate and its key. AWS makes it as
// long as asked, or as the profile allows if that is shorter. The error is a
// *wire.Refusal if AWS refused, or no answer came.
//
// The ARNs are in the query and the duration is in the body, because AWS's own
// helper sends them like that: it is the form that is in use. The documentation
// also describes all of them in the body.
func (c *Client) CreateSession(ctx context.Context, access Access, identity tls.Certificate, lasting time.Duration) (Session, error) {
	endpoint, ok := access.endpoint(RolesAnywhere)
	if !ok {
		return Session{}, errUnknownRegion
	}
	query := url.Values{"profileArn": {access.Profile.String()}, "roleArn": {access.Role.String()}, "trustAnchorArn": {access.TrustAnchor.String()}}
	body, err := json.Marshal(map[string]int{"durationSeconds": int(min(max(lasting, ShortestSession), LongestSession).Seconds())})
	if err != nil {
		return Session{}, err
	}
	// Encode sorts, as signing requires; a space would have to be %20.
	address := "https://" + endpoint.Host + "/sessions?" + strings.ReplaceAll(query.Encode(), "+", "%20")
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return Session{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	if err := signX509(r, body, identity, endpoint.Region, c.now()); err != nil {
		return Session{}, err
	}
	a, err := c.wire.Do(ctx, r)
	if err != nil {
		return Session{}, err
	}
	return c.readSession(a, access)
}

var errUnknownRegion = errors.New("aws: no host for this partition and region")

func (c *Client) readSession(a wire.Answer, access Access) (Session, error) {
	set := wire.ReadObject(a.Body).Object("credentialset")
	given := set.Object("credentials")
	key, secretKey, token := given.Text("accesskeyid"), given.Text("secretaccesskey"), given.Text("sessiontoken")
	expires, err := time.Parse(time.RFC3339, given.Text("expiration"))
	if err != nil || key == "" || secretKey == "" || token == "" {
		return Session{}, c.wire.Unexpected(a, errors.New("aws: the session has no credentials"))
	}
	return Session{
		Access:         access,
		Credentials:    NewCredentials(key, secretKey, token, expires),
		AssumedRole:    set.Object("assumedroleuser").Text("arn"),
		SourceIdentity: set.Text("sourceidentity"),
	}, nil
}
