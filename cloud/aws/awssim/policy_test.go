package awssim

import (
	"slices"
	"testing"
)

func TestPatternsMatchAsInPolicies(t *testing.T) {
	for _, try := range []struct {
		pattern, text string
		want          bool
	}{
		{"*", "", true}, {"*", "x", true}, {"", "x", false}, {"x", "", false}, {"a?c", "abc", true}, {"a?c", "ac", false},
		{"a*c", "abbc", true}, {"a*c", "abbd", false}, {"*b*", "abc", true}, {"a**", "a", true}, {"a*b*c", "axbxbxc", true},
		{"*a*a*a*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
	} {
		if matches(try.pattern, try.text) != try.want {
			t.Errorf("%q and %q", try.pattern, try.text)
		}
	}
}

func TestPoliciesDecideAsInAWS(t *testing.T) {
	read := func(text string) policy {
		p, err := parsePolicy(text, false)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	allowAll := read(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
	denyUsers := read(`{"Statement":[{"Effect":"Deny","Action":["IAM:*User"],"Resource":"*"}]}`)
	oneRole := read(`{"Statement":[{"Effect":"Allow","Action":"iam:GetRole","Resource":"arn:aws:iam::1:role/x"}]}`)
	byTag := read(`{"Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/Team":"harbor"}}}]}`)
	for name, try := range map[string]struct {
		policies         []policy
		action, resource string
		said             map[string]string
		want             verdict
		missing          []string
	}{
		"nothing":           {nil, "ec2:RunInstances", "*", nil, implicitDeny, nil},
		"everything":        {[]policy{allowAll}, "ec2:RunInstances", "*", nil, allowed, nil},
		"denied first":      {[]policy{allowAll, denyUsers}, "iam:CreateUser", "*", nil, explicitDeny, nil},
		"not denied":        {[]policy{denyUsers, allowAll}, "iam:CreateRole", "*", nil, allowed, nil},
		"one resource":      {[]policy{oneRole}, "iam:GetRole", "arn:aws:iam::1:role/x", nil, allowed, nil},
		"another resource":  {[]policy{oneRole}, "iam:GetRole", "*", nil, implicitDeny, nil},
		"condition unknown": {[]policy{byTag}, "ec2:RunInstances", "*", nil, implicitDeny, []string{"aws:PrincipalTag/Team"}},
		"condition met":     {[]policy{byTag}, "ec2:RunInstances", "*", map[string]string{"aws:principaltag/team": "harbor"}, allowed, nil},
		"condition not met": {[]policy{byTag}, "ec2:RunInstances", "*", map[string]string{"aws:principaltag/team": "pier"}, implicitDeny, nil},
	} {
		got, missing := decide(try.policies, try.action, try.resource, try.said)
		if got != try.want || !slices.Equal(missing, try.missing) {
			t.Errorf("%s: %s %v", name, got, missing)
		}
	}
}

// StringNotEquals holds for what is absent, which is a trap for trust policies.
func TestConditionsHoldAsInAWS(t *testing.T) {
	said := map[string]string{"aws:sourcearn": "arn:aws:rolesanywhere:eu-central-1:1:trust-anchor/a"}
	for _, try := range []struct {
		operator, key, wanted string
		want                  bool
	}{
		{"ArnEquals", "aws:SourceArn", "arn:aws:rolesanywhere:eu-central-1:1:trust-anchor/a", true},
		{"ArnLike", "AWS:sourcearn", "arn:aws:rolesanywhere:*:1:trust-anchor/*", true},
		{"ArnEquals", "aws:SourceArn", "arn:aws:rolesanywhere:eu-central-1:1:trust-anchor/b", false},
		{"StringEquals", "aws:PrincipalTag/x509Subject/CN", "x", false},
		{"StringNotEquals", "aws:PrincipalTag/x509Subject/CN", "x", true},
		{"ArnNotEquals", "aws:SourceArn", "arn:aws:rolesanywhere:eu-central-1:1:trust-anchor/a", false},
		{"NumericEquals", "aws:SourceArn", "1", false},
	} {
		s := statement{Condition: map[string]map[string]oneOrMore[string]{try.operator: {try.key: {try.wanted}}}}
		if got, _ := s.holds(said); got != try.want {
			t.Errorf("%+v: %v", try, got)
		}
	}
}

func FuzzParseTemplate(f *testing.F) {
	f.Add("Resources: {A: {Type: AWS::IAM::Role, Properties: {RoleName: !Sub \"${AWS::StackName}\"}}}")
	f.Add("Resources: {A: {Type: x, Properties: !GetAtt A.B}}")
	f.Fuzz(func(_ *testing.T, text string) { _, _ = parseTemplate(text) })
}
