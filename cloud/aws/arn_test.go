package aws_test

import (
	"testing"

	"mooring/cloud/aws"
)

const (
	anchorARN  = "arn:aws:rolesanywhere:eu-central-1:111122223333:trust-anchor/00000000-0000-4000-8000-00000000000a"
	profileARN = "arn:aws:rolesanywhere:eu-central-1:111122223333:profile/00000000-0000-4000-8000-00000000000b"
	roleARN    = "arn:aws:iam::111122223333:role/harbor/mooring-abc"
)

func TestThreeARNsThatBelongTogetherAreRead(t *testing.T) {
	a, problems := aws.ParseAccess(anchorARN, profileARN, roleARN)
	if problems != nil {
		t.Fatal(problems)
	}
	if a.Account() != "111122223333" || a.Region() != "eu-central-1" || a.Partition() != "aws" || a.Role.Name() != "mooring-abc" {
		t.Errorf("%+v", a)
	}
	if a.TrustAnchor.String() != anchorARN || a.Profile.String() != profileARN || a.Role.String() != roleARN {
		t.Errorf("spelled %s %s %s", a.TrustAnchor, a.Profile, a.Role)
	}
}

func TestAnARNThatIsWrongSaysHow(t *testing.T) {
	for arn, want := range map[string]aws.ARNError{
		"":                                 {Kind: aws.Role, Problem: aws.ProblemEmpty},
		"mooring":                          {Kind: aws.Role, Problem: aws.ProblemNoARN},
		"arn:aws:iam::111122223333":        {Kind: aws.Role, Problem: aws.ProblemNoARN},
		anchorARN:                          {Kind: aws.Role, Problem: aws.ProblemOtherKind, Found: aws.TrustAnchor},
		profileARN:                         {Kind: aws.Role, Problem: aws.ProblemOtherKind, Found: aws.Profile},
		"arn:aws:iam::111122223333:user/x": {Kind: aws.Role, Problem: aws.ProblemOtherKind},
		"arn:aws:sts::111122223333:assumed-role/x/y":                                                      {Kind: aws.Role, Problem: aws.ProblemOtherKind},
		"arn:aws-iso:iam::111122223333:role/x":                                                            {Kind: aws.Role, Problem: aws.ProblemPartition},
		"arn:aws:iam::11112222333:role/x":                                                                 {Kind: aws.Role, Problem: aws.ProblemAccount},
		"arn:aws:iam::1111222233３3:role/x":                                                                {Kind: aws.Role, Problem: aws.ProblemAccount},
		"arn:aws:iam:eu-central-1:111122223333:role/x":                                                    {Kind: aws.Role, Problem: aws.ProblemRegion},
		"arn:aws:iam::111122223333:role/":                                                                 {Kind: aws.Role, Problem: aws.ProblemName},
		"arn:aws:iam::111122223333:role/x y":                                                              {Kind: aws.Role, Problem: aws.ProblemName},
		"arn:aws:iam::111122223333:role/x'; rm":                                                           {Kind: aws.Role, Problem: aws.ProblemName},
		"arn:aws:iam::111122223333:role/$(id)":                                                            {Kind: aws.Role, Problem: aws.ProblemName},
		"arn:aws:iam::111122223333:role/x\n":                                                              {Kind: aws.Role, Problem: aws.ProblemName},
		"arn:aws:rolesanywhere:eu-central-9:111122223333:profile/00000000-0000-4000-8000-00000000000b":    {Kind: aws.Profile, Problem: aws.ProblemRegion},
		"arn:aws-cn:rolesanywhere:eu-central-1:111122223333:profile/00000000-0000-4000-8000-00000000000b": {Kind: aws.Profile, Problem: aws.ProblemRegion},
		"arn:aws:rolesanywhere::111122223333:profile/00000000-0000-4000-8000-00000000000b":                {Kind: aws.Profile, Problem: aws.ProblemRegion},
		"arn:aws:rolesanywhere:eu-central-1:111122223333:profile/mine":                                    {Kind: aws.Profile, Problem: aws.ProblemName},
		"arn:aws:rolesanywhere:eu-central-1:111122223333:profile/00000000-0000-4000-8000-00000000000b/x":  {Kind: aws.Profile, Problem: aws.ProblemName},
	} {
		_, err := aws.ParseARN(want.Kind, arn)
		got, ok := err.(*aws.ARNError)
		if !ok || *got != want {
			t.Errorf("%q: got %+v, want %+v", arn, got, want)
		}
	}
}

func TestARNsThatDoNotBelongTogetherAreRefused(t *testing.T) {
	for name, try := range map[string]struct {
		profile, role string
		want          []aws.ARNError
	}{
		"another account":   {profileARN, "arn:aws:iam::111122224444:role/x", []aws.ARNError{{Kind: aws.Role, Problem: aws.ProblemOtherAccount}}},
		"another partition": {profileARN, "arn:aws-cn:iam::111122223333:role/x", []aws.ARNError{{Kind: aws.Role, Problem: aws.ProblemOtherPartition}}},
		"another region": {"arn:aws:rolesanywhere:eu-west-1:111122223333:profile/00000000-0000-4000-8000-00000000000b", roleARN,
			[]aws.ARNError{{Kind: aws.Profile, Problem: aws.ProblemOtherRegion}}},
		"both": {"arn:aws:rolesanywhere:eu-central-1:111122224444:profile/00000000-0000-4000-8000-00000000000b", "arn:aws:iam::111122225555:role/x",
			[]aws.ARNError{{Kind: aws.Profile, Problem: aws.ProblemOtherAccount}, {Kind: aws.Role, Problem: aws.ProblemOtherAccount}}},
		"two that are none": {"x", "", []aws.ARNError{{Kind: aws.Profile, Problem: aws.ProblemNoARN}, {Kind: aws.Role, Problem: aws.ProblemEmpty}}},
	} {
		_, problems := aws.ParseAccess(anchorARN, try.profile, try.role)
		if len(problems) != len(try.want) {
			t.Errorf("%s: %v", name, problems)
			continue
		}
		for i, p := range problems {
			if *p != try.want[i] {
				t.Errorf("%s: %v", name, p)
			}
		}
	}
}
