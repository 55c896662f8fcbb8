package awssim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"mooring/cloud/aws/awssim"
)

// made reads one field of an answer of IAM Roles Anywhere.
func made(t testing.TB, body, object, field string) string {
	t.Helper()
	var all map[string]map[string]any
	ok(t, json.Unmarshal([]byte(body), &all))
	return fmt.Sprint(all[object][field])
}

// linkByHand makes everything with separate calls, as in GovCloud.
func (s shell) linkByHand(l link) map[string]string {
	s.t.Helper()
	source, _ := json.Marshal(string(l.PEM()))
	status, body := s.anywhere("POST", "/trustanchors", `{"name":"`+linkName+`","enabled":true,"source":{"sourceType":"CERTIFICATE_BUNDLE","sourceData":{"x509CertificateData":`+string(source)+`}}}`)
	s.has(status, body, 201, "trustAnchorArn")
	anchor := made(s.t, body, "trustAnchor", "trustAnchorArn")
	role := "arn:" + s.partition + ":iam::" + s.number + ":role/" + linkName
	status, body = s.ask("iam", "CreateRole", "RoleName", linkName, "AssumeRolePolicyDocument", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"rolesanywhere.amazonaws.com"},
		"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"],"Condition":{"StringEquals":{"aws:PrincipalTag/x509Subject/CN":"`+linkName+`"},"ArnEquals":{"aws:SourceArn":"`+anchor+`"}}}]}`)
	s.has(status, body, 200, "<Arn>"+role+"</Arn>")
	status, body = s.ask("iam", "AttachRolePolicy", "RoleName", linkName, "PolicyArn", "arn:"+s.partition+":iam::aws:policy/job-function/ViewOnlyAccess")
	s.has(status, body, 200, "")
	status, body = s.ask("iam", "PutRolePolicy", "RoleName", linkName, "PolicyName", "preflight", "PolicyDocument",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:SimulatePrincipalPolicy","Resource":"`+role+`"}}`)
	s.has(status, body, 200, "")
	status, body = s.anywhere("POST", "/profiles", `{"name":"`+linkName+`","enabled":true,"roleArns":["`+role+`"]}`)
	s.has(status, body, 201, "profileArn")
	return map[string]string{"TrustAnchorArn": anchor, "RoleArn": role, "ProfileArn": made(s.t, body, "profile", "profileArn")}
}

func TestSeparateCallsLinkAnAccountInEveryPartition(t *testing.T) {
	simulator := start(t)
	for _, name := range []string{"Harbor", "East Pier", "Navy Yard", "Free Port"} {
		s, l := newShell(t, simulator, numberOf(t, name)), newLink(t)
		ok(t, s.opens(l, s.linkByHand(l)))
	}
}

func TestWhatIsDisabledOpensAgainOnceItIsEnabled(t *testing.T) {
	for kind, said := range map[string]string{"TrustAnchorArn": "Trust anchor", "ProfileArn": "Profile"} {
		s, l := newShell(t, start(t), awssim.Working), newLink(t)
		all := s.linkByHand(l)
		path := "/" + strings.ReplaceAll(strings.SplitN(all[kind], ":", 6)[5], "-anchor/", "anchor/")
		status, body := s.anywhere("POST", path+"/disable", "")
		s.has(status, body, 200, `"enabled":false`)
		if err := s.opens(l, all); err == nil || !strings.Contains(err.Error(), "AccessDeniedException") {
			t.Errorf("%s: %v", path, err)
		}
		status, body = s.anywhere("POST", path+"/enable", "")
		s.has(status, body, 200, `"enabled":true`)
		ok(t, s.opens(l, all))
		status, body = s.anywhere("DELETE", path, "")
		s.has(status, body, 200, linkName)
		status, body = s.anywhere("GET", path, "")
		s.has(status, body, 404, said+" not found")
		if err := s.opens(l, all); err == nil || !strings.Contains(err.Error(), "ResourceNotFoundException") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestARoleWithPoliciesCanNotBeDeleted(t *testing.T) {
	s, l := newShell(t, start(t), awssim.Working), newLink(t)
	s.linkByHand(l)
	status, body := s.ask("iam", "DeleteRole", "RoleName", linkName)
	s.has(status, body, 409, "DeleteConflict")
	status, body = s.ask("iam", "CreateRole", "RoleName", linkName, "AssumeRolePolicyDocument", "{}")
	s.has(status, body, 409, "EntityAlreadyExists")
	status, body = s.ask("iam", "ListAttachedRolePolicies", "RoleName", linkName)
	s.has(status, body, 200, "ViewOnlyAccess")
	status, body = s.ask("iam", "ListRolePolicies", "RoleName", linkName)
	s.has(status, body, 200, "preflight")
	status, body = s.ask("iam", "ListRoles")
	s.has(status, body, 200, linkName)
}

func TestWhatIsNotRightIsNotMade(t *testing.T) {
	s := newShell(t, start(t), awssim.Working)
	pem, _ := json.Marshal(string(strangerPEM(t)))
	for body, want := range map[string]string{
		`{"name":"x","source":{"sourceType":"AWS_ACM_PCA"}}`:                                                                   "ValidationException",
		`{"name":"x/y","source":{"sourceType":"CERTIFICATE_BUNDLE","sourceData":{"x509CertificateData":` + string(pem) + `}}}`: "Invalid name",
		`{"name":"x","source":{"sourceType":"CERTIFICATE_BUNDLE","sourceData":{"x509CertificateData":"x"}}}`:                   "Unable to parse certificate",
		`nonsense`: "isn't valid",
	} {
		status, said := s.anywhere("POST", "/trustanchors", body)
		if status != 400 || !strings.Contains(said, want) && want != "ValidationException" {
			t.Errorf("%s: %d %s", body, status, said)
		}
	}
	status, body := s.anywhere("POST", "/profiles", `{"name":"x","roleArns":["arn:aws:iam::999999999999:role/x"]}`)
	s.has(status, body, 400, "Invalid role ARN")
	status, body = s.ask("iam", "CreateRole", "RoleName", "x", "AssumeRolePolicyDocument", `{"Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}`)
	s.has(status, body, 400, "MalformedPolicyDocument")
	status, body = s.ask("iam", "CreateUser", "UserName", "x")
	s.has(status, body, 400, "InvalidAction")
}

func TestAnAdministratorsKeyIsOfOnePartition(t *testing.T) {
	s := newShell(t, start(t), awssim.Working)
	status, body := s.ask("sts", "GetCallerIdentity")
	s.has(status, body, 200, "<Arn>arn:aws:iam::"+awssim.Working+":user/administrator</Arn>")
	s.partition, s.region = "aws-cn", "cn-north-1"
	status, body = s.ask("sts", "GetCallerIdentity")
	s.has(status, body, 403, "InvalidClientTokenId")
	s.partition, s.region, s.secret = "aws", "eu-west-1", "wrong"
	status, body = s.ask("sts", "GetCallerIdentity")
	s.has(status, body, 403, "SignatureDoesNotMatch")
	status, body = s.ask("ec2", "DescribeRegions")
	s.has(status, body, 403, "AuthFailure")
}
