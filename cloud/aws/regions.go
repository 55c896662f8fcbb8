package aws

import (
	"context"
	"errors"
	"net/url"
)

// Region is a region as the account sees it.
type Region struct {
	Name  string
	OptIn string // AWS's word: "opt-in-not-required", "opted-in" or "not-opted-in"
}

// On reports whether the account can use the region.
func (r Region) On() bool { return r.OptIn != "not-opted-in" }

// Regions lists the regions of the partition, also those that are off.
func (c *Client) Regions(ctx context.Context, s Session) ([]Region, error) {
	tree, a, err := c.query(ctx, s, EC2, "2016-11-15", "DescribeRegions", url.Values{"AllRegions": {"true"}})
	if err != nil {
		return nil, err
	}
	var all []Region
	for _, item := range tree.list("regionInfo") {
		if name := item.text("regionName"); name != "" {
			all = append(all, Region{name, item.text("optInStatus")})
		}
	}
	if len(all) == 0 {
		return nil, c.wire.Unexpected(a, errors.New("aws: no region"))
	}
	return all, nil
}
