package aws_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"mooring/cloud/aws"
	"mooring/cloud/aws/awssim"
)

func TestASessionKnowsWhoItIs(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"Harbor", "East Pier", "Navy Yard", "Free Port"} {
		s := w.session(number(t, name))
		c, err := w.CallerIdentity(t.Context(), s)
		ok(t, err)
		if c.Account != s.Account() || c.RoleName() != commonName || c.SessionName() != "7f0102030405060708" || c.ARN != s.AssumedRole {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestDecisionsComeFromEveryPage(t *testing.T) {
	w := newWorld(t)
	s := w.session(awssim.Working)
	actions := []string{"ec2:DescribeRegions", "ec2:RunInstances", "iam:ListRoles"}
	for i := range 50 { // more than two pages
		actions = append(actions, fmt.Sprintf("s3:Action%d", i))
	}
	before := w.Requests()
	decisions, err := w.SimulatePrincipalPolicy(t.Context(), s, actions)
	ok(t, err)
	if w.Requests()-before != 3 || len(decisions) != len(actions) {
		t.Fatalf("%d decisions from %d pages", len(decisions), w.Requests()-before)
	}
	for i, d := range decisions {
		want := aws.ImplicitlyDeny
		if i == 0 || i == 2 {
			want = aws.Allowed
		}
		if d.Action != actions[i] || d.Verdict != want || d.AllowedByOrganization != nil {
			t.Errorf("%+v", d)
		}
	}
}

func TestARoleWithMoreRightsIsFound(t *testing.T) {
	w := newWorld(t)
	decisions, err := w.SimulatePrincipalPolicy(t.Context(), w.session(number(t, "Wide Berth")), []string{"iam:CreateUser"})
	ok(t, err)
	if decisions[0].Verdict != aws.Allowed {
		t.Errorf("%+v", decisions)
	}
}

func TestTheOrganizationsPolicyIsSeenAndFelt(t *testing.T) {
	w := newWorld(t)
	s := w.session(number(t, "Harbor Rules"))
	decisions, err := w.SimulatePrincipalPolicy(t.Context(), s, []string{"ec2:DescribeRegions", "iam:ListRoles"})
	ok(t, err)
	if by := decisions[0].AllowedByOrganization; by == nil || *by || decisions[0].Verdict != aws.ExplicitlyDeny {
		t.Errorf("%+v", decisions[0])
	}
	if by := decisions[1].AllowedByOrganization; by == nil || !*by || decisions[1].Verdict != aws.Allowed {
		t.Errorf("%+v", decisions[1])
	}
	_, err = w.Regions(t.Context(), s)
	if r := asRefusal(t, err); r.Code != "UnauthorizedOperation" || r.Status != 403 {
		t.Error(r)
	}
}

func TestARoleThatMayNotSimulateIsRefused(t *testing.T) {
	w := newWorld(t)
	_, err := w.SimulatePrincipalPolicy(t.Context(), w.session(number(t, "Sealed Log")), []string{"ec2:DescribeRegions"})
	if r := asRefusal(t, err); r.Code != "AccessDenied" || r.Status != 403 || r.RequestID == "" {
		t.Error(r)
	}
}

func TestRegionsSayWhichAreOn(t *testing.T) {
	w := newWorld(t)
	on := func(name string) map[string]bool {
		regions, err := w.Regions(t.Context(), w.session(number(t, name)))
		ok(t, err)
		all := map[string]bool{}
		for _, r := range regions {
			all[r.Name] = r.On()
		}
		return all
	}
	if r := on("Harbor"); !r["eu-central-1"] || !r["af-south-1"] || r["me-south-1"] || len(r) != 34 {
		t.Errorf("%v", r)
	}
	if r := on("Dark Coast"); r["eu-central-1"] {
		t.Errorf("%v", r)
	}
}

func TestASuspendedAccountAndASilentRegionAreRefused(t *testing.T) {
	w := newWorld(t)
	_, err := w.Regions(t.Context(), w.session(number(t, "Closed Port")))
	if r := asRefusal(t, err); r.Code != "Blocked" {
		t.Error(r)
	}
	_, err = w.CallerIdentity(t.Context(), w.session(number(t, "Silent Coast")))
	if r := asRefusal(t, err); r.Code != "RegionDisabledException" {
		t.Error(r)
	}
}

func TestTheTableAgreesWithTheSimulator(t *testing.T) {
	hosts := aws.Hosts()
	if len(hosts) != 39*3+4 {
		t.Errorf("%d hosts", len(hosts))
	}
	w := newWorld(t)
	for host := range hosts {
		c, err := w.Dial(t.Context(), "tcp", host+":443")
		if err != nil {
			t.Errorf("%s: %v", host, err)
			continue
		}
		_ = c.Close()
	}
	for _, p := range aws.Partitions() {
		if !slices.IsSorted(p.Regions) {
			t.Errorf("%s: the regions are out of order", p.Key)
		}
		if _, ok := p.Endpoint(aws.STS, "us-east-9"); ok {
			t.Errorf("%s has a region that doesn't exist", p.Key)
		}
	}
}

func TestOtherCredentialsAreRefused(t *testing.T) {
	w := newWorld(t)
	s := w.session(awssim.Working)
	for _, wrong := range []aws.Credentials{
		aws.NewCredentials("ASIAUNKNOWN", "unknown", "unknown", time.Time{}),
		with(s.Credentials, func(_, _, token *string) { *token += "x" }),
		with(s.Credentials, func(key, _, _ *string) { *key += "x" }),
	} {
		s.Credentials = wrong
		_, err := w.CallerIdentity(t.Context(), s)
		refused(t, err, "InvalidClientTokenId", "The security token included in the request is invalid.")
	}
}

func TestASessionExpires(t *testing.T) {
	var later time.Duration
	clock := func() time.Time { return time.Now().Add(later) }
	w := newWorldAt(t, clock, clock)
	s := w.session(awssim.Working)
	later = 16 * time.Minute
	for _, try := range []struct {
		code string
		ask  func() error
	}{
		{"ExpiredToken", func() error { _, err := w.CallerIdentity(t.Context(), s); return err }},
		{"ExpiredToken", func() error {
			_, err := w.SimulatePrincipalPolicy(t.Context(), s, []string{"ec2:DescribeRegions"})
			return err
		}},
		{"RequestExpired", func() error { _, err := w.Regions(t.Context(), s); return err }},
	} {
		refused(t, try.ask(), try.code, "The security token included in the request is expired")
	}
}

func with(c aws.Credentials, change func(key, secret, token *string)) aws.Credentials {
	key, secret, token := c.Reveal()
	change(&key, &secret, &token)
	return aws.NewCredentials(key, secret, token, c.Expires())
}
