package awssim_test

import (
	"strings"
	"testing"

	"mooring/cloud/aws/awssim"
)

const namedIAM = "CAPABILITY_NAMED_IAM"

func (s shell) createStack(name, template string) (int, string) {
	s.t.Helper()
	return s.ask("cloudformation", "CreateStack", "StackName", name, "TemplateBody", template, "Capabilities.member.1", namedIAM)
}

func TestATemplateLinksAnAccountWhereCloudFormationKnowsItsTypes(t *testing.T) {
	simulator := start(t)
	for _, a := range awssim.Stories() {
		if a.Name != "Harbor" && a.Partition == "aws" {
			continue
		}
		t.Run(a.Name, func(t *testing.T) {
			s, l := newShell(t, simulator, a.Number), newLink(t)
			status, body := s.createStack(linkName, template(t, l.PEM()))
			if a.Partition == "aws-us-gov" {
				s.has(status, body, 400, "Template format error: Unrecognized resource types: [AWS::RolesAnywhere::Profile AWS::RolesAnywhere::TrustAnchor]")
				return
			}
			s.has(status, body, 200, "<StackId>arn:"+a.Partition+":cloudformation:"+a.Region)
			ok(t, s.opens(l, s.outputs(linkName)))
		})
	}
}

func TestAStackIsMadeOnceAndDeletedWithWhatItMade(t *testing.T) {
	s, l := newShell(t, start(t), awssim.Working), newLink(t)
	s.createStack(linkName, template(t, l.PEM()))
	status, body := s.createStack(linkName, template(t, l.PEM()))
	s.has(status, body, 400, "<Code>AlreadyExistsException</Code>")
	made := s.outputs(linkName)
	status, body = s.ask("cloudformation", "DeleteStack", "StackName", linkName)
	s.has(status, body, 200, "DeleteStackResponse")
	status, body = s.ask("cloudformation", "DescribeStacks", "StackName", linkName)
	s.has(status, body, 400, "<Code>ValidationError</Code>", "Stack with id "+linkName+" does not exist")
	if err := s.opens(l, made); err == nil || !strings.Contains(err.Error(), "ResourceNotFound") {
		t.Error(err)
	}
	status, body = s.ask("iam", "GetRole", "RoleName", linkName)
	s.has(status, body, 404, "NoSuchEntity")
	status, body = s.createStack(linkName, template(t, l.PEM()))
	s.has(status, body, 200, "StackId")
}

func TestATemplateThatAWSRefusesMakesNothing(t *testing.T) {
	s, l := newShell(t, start(t), awssim.Working), newLink(t)
	good := template(t, l.PEM())
	for name, try := range map[string]struct{ old, with, want string }{
		"a circle":               {`!Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/` + linkName + `"`, "!GetAtt Role.Arn", "Circular dependency between resources: [Profile Role]"},
		"a reference to nothing": {"!GetAtt Role.Arn]", "!GetAtt Rule.Arn]", "Unresolved resource dependencies [Rule] in the Resources block"},
		"an output of nothing":   {"{Value: !GetAtt Role.Arn}", "{Value: !GetAtt Rule.Arn}", "Unresolved resource dependencies [Rule] in the Outputs block"},
		"a misspelled property":  {"DurationSeconds", "DurationSecond", "Encountered unsupported property DurationSecond in Profile"},
		"a misspelled type":      {"Type: AWS::IAM::Role", "Type: AWS::IAM::Rule", "Unrecognized resource types: [AWS::IAM::Rule]"},
		"a misspelled section":   {"Outputs:", "Output:", "Invalid template property"},
		"an unknown function":    {"!Sub", "!Import", "format error"},
		"no YAML":                {"Resources:", "Resources: [", "YAML not well-formed"},
		"too deep":               {"Resources:", "Resources: " + strings.Repeat("[", 45000), "YAML not well-formed"},
		"too long":               {"Description: ", "Description: " + strings.Repeat("x", 51200), "51200"},
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			status, body := s.createStack("mooring-try", strings.Replace(good, try.old, try.with, 1))
			s.has(status, body, 400, try.want)
			status, body = s.ask("cloudformation", "DescribeStacks", "StackName", "mooring-try")
			s.has(status, body, 400, "does not exist")
		})
	}
	status, body := s.ask("cloudformation", "CreateStack", "StackName", linkName, "TemplateBody", good)
	s.has(status, body, 400, "InsufficientCapabilitiesException", "CAPABILITY_NAMED_IAM")
	status, body = s.createStack("1-mooring", good)
	s.has(status, body, 400, "stackName")
}

func TestAStackThatFailsIsRolledBack(t *testing.T) {
	simulator := start(t)
	l := newLink(t)
	for name, try := range map[string]struct{ number, template, want string }{
		"a leaf as the authority": {awssim.Working, template(t, l.leaf.Certificate.PEM()), "Incorrect basic constraints for CA certificate"},
		"a policy of another partition": {numberOf(t, "East Pier"), strings.Replace(template(t, l.PEM()), "arn:${AWS::Partition}:iam::aws:policy", "arn:aws:iam::aws:policy", 1),
			"does not exist or is not attachable"},
		"a malformed policy": {awssim.Working, strings.Replace(template(t, l.PEM()), "Effect: Allow", "Effect: Permit", 1), "MalformedPolicyDocument"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShell(t, simulator, try.number)
			status, body := s.createStack(linkName, try.template)
			s.has(status, body, 200, "StackId")
			status, body = s.ask("cloudformation", "DescribeStacks", "StackName", linkName)
			s.has(status, body, 200, "ROLLBACK_COMPLETE", try.want)
			status, body = s.ask("cloudformation", "DescribeStackEvents", "StackName", linkName)
			s.has(status, body, 200, "CREATE_FAILED", try.want)
			if outputs := s.outputs(linkName); len(outputs) > 0 {
				t.Errorf("%v", outputs)
			}
			status, body = s.ask("iam", "GetRole", "RoleName", linkName)
			s.has(status, body, 404, "NoSuchEntity")
			status, body = s.anywhere("GET", "/trustanchors", "")
			s.has(status, body, 200, `{"trustAnchors":[]}`)
			s.ask("cloudformation", "DeleteStack", "StackName", linkName)
		})
	}
}

func TestParametersAndJoinAreComputed(t *testing.T) {
	s := newShell(t, start(t), awssim.Working)
	const text = `{"Parameters":{"Name":{"Type":"String","Default":"mooring"},"Pem":{"Type":"String"}},
		"Resources":{"Anchor":{"Type":"AWS::RolesAnywhere::TrustAnchor","Properties":{"Name":{"Ref":"Name"},"Enabled":"true","Source":{"SourceType":"CERTIFICATE_BUNDLE","SourceData":{"X509CertificateData":{"Ref":"Pem"}}}}}},
		"Outputs":{"Joined":{"Value":{"Fn::Join":["-",[{"Ref":"Name"},{"Fn::GetAtt":["Anchor","TrustAnchorId"]}]]}},"Literal":{"Value":{"Fn::Sub":"${!Name} ${Name} ${AWS::Region}"}}}}`
	status, body := s.createStack("x", text)
	s.has(status, body, 400, "Parameters: [Pem] must have values")
	status, body = s.ask("cloudformation", "CreateStack", "StackName", "x", "TemplateBody", text, "Parameters.member.1.ParameterKey", "Pem", "Parameters.member.1.ParameterValue", string(strangerPEM(t)))
	s.has(status, body, 200, "StackId")
	if got := s.outputs("x"); !strings.HasPrefix(got["Joined"], "mooring-") || len(got["Joined"]) != 44 || got["Literal"] != "${Name} mooring eu-central-1" {
		t.Errorf("%v", got)
	}
}

func numberOf(t testing.TB, name string) string {
	t.Helper()
	for _, a := range awssim.Stories() {
		if a.Name == name {
			return a.Number
		}
	}
	t.Fatalf("no story is called %s", name)
	return ""
}
