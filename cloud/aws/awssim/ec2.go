package awssim

import "net/http"

const sayBlocked = "This account is currently blocked and not recognized as a valid account. Please contact aws-verification@amazon.com if you have questions."

func (w *world) answerEC2(c *call) (reply, error) {
	if c.form.Get("Action") != "DescribeRegions" || c.form.Get("Version") != "2016-11-15" {
		return reply{}, c.unknownAction()
	}
	a := c.key.account
	if c.key.role != nil {
		if err := a.override.Instead(atRegions); err != nil {
			return reply{}, err
		}
	}
	if a.story.blocked {
		return reply{}, refuse(http.StatusBadRequest, "Blocked", sayBlocked)
	}
	if err := c.authorize("ec2:DescribeRegions", "*"); err != nil {
		return reply{}, err
	}
	p, _ := findPartition(a.Partition)
	var items []node
	add := func(region, status string) {
		if region == c.region && (a.override.Has(effectRegionOff) || a.story.regionOff && region == a.Region) {
			status = "not-opted-in"
		}
		if status != "not-opted-in" || c.form.Get("AllRegions") == "true" {
			items = append(items, tag("item", leaf("regionName", region), leaf("regionEndpoint", "ec2."+region+"."+p.suffix), leaf("optInStatus", status)))
		}
	}
	for _, region := range p.regions {
		add(region, "opt-in-not-required")
	}
	for i, region := range p.optional {
		status := "not-opted-in"
		if i == 0 { // one is on in every account
			status = "opted-in"
		}
		add(region, status)
	}
	return c.queryReply(tag("regionInfo", items...))
}
