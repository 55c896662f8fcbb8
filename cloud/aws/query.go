package aws

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"mooring/cloud/wire"
)

// query sends a form to one of the services that speak AWS's query protocol, and
// reads the XML that answers, whose root must be action+"Response". The error is a
// *wire.Refusal if AWS refused, or no answer came.
func (c *Client) query(ctx context.Context, s Session, service Service, version, action string, form url.Values) (*element, wire.Answer, error) {
	endpoint, ok := s.endpoint(service)
	if !ok {
		return nil, wire.Answer{}, errUnknownRegion
	}
	form.Set("Action", action)
	form.Set("Version", version)
	body := form.Encode()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+endpoint.Host+"/", strings.NewReader(body))
	if err != nil {
		return nil, wire.Answer{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	if err := v4.NewSigner().SignHTTP(ctx, s.Credentials.sdk(), r, hexSHA256(body), string(service), endpoint.Region, c.now()); err != nil {
		return nil, wire.Answer{}, err
	}
	a, err := c.wire.Do(ctx, r)
	if err != nil {
		var refusal *wire.Refusal
		if errors.As(err, &refusal) {
			err = scrub(refusal, s.Credentials)
		}
		return nil, a, err
	}
	tree := parseXML(a.Body)
	if tree == nil || tree.name != action+"Response" {
		return nil, a, c.wire.Unexpected(a, fmt.Errorf("aws: not an answer to %s", action))
	}
	return tree, a, nil
}
