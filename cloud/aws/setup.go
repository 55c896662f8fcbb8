package aws

import (
	"fmt"
	"strings"
)

// Setup is what somebody makes in an account to link it: a trust anchor with the
// link's certificate authority, a role that views the account and trusts only the
// link's leaf, and a profile that lists the role. All have the link's name.
type Setup struct {
	Name         string // as certificate.NewLinkName makes it: it needs no quotes in a command
	AuthorityPEM string
}

// Names of what a setup makes inside a role.
const (
	viewOnly      = "job-function/ViewOnlyAccess"
	preflightName = "preflight"
)

// Template is the setup for CloudFormation. It is right in every partition that
// knows the types.
func (s Setup) Template() string {
	return `AWSTemplateFormatVersion: "2010-09-09"
Description: Lets Mooring view this account with a certificate.
Resources:
  TrustAnchor:
    Type: AWS::RolesAnywhere::TrustAnchor
    Properties:
      Name: ` + s.Name + `
      Enabled: true
      Source:
        SourceType: CERTIFICATE_BUNDLE
        SourceData:
          X509CertificateData: |
` + indent(s.AuthorityPEM, "            ") + `
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: ` + s.Name + `
      MaxSessionDuration: 3600
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: {Service: rolesanywhere.amazonaws.com}
            Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
            Condition:
              StringEquals: {"aws:PrincipalTag/x509Subject/CN": ` + s.Name + `}
              ArnEquals: {"aws:SourceArn": !GetAtt TrustAnchor.TrustAnchorArn}
      ManagedPolicyArns:
        - !Sub "arn:${AWS::Partition}:iam::aws:policy/` + viewOnly + `"
      Policies:
        - PolicyName: ` + preflightName + `
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: iam:SimulatePrincipalPolicy
                Resource: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/` + s.Name + `"
  Profile:
    Type: AWS::RolesAnywhere::Profile
    Properties:
      Name: ` + s.Name + `
      Enabled: true
      DurationSeconds: 3600
      RoleArns: [!GetAtt Role.Arn]
Outputs:
  TrustAnchorArn: {Value: !GetAtt TrustAnchor.TrustAnchorArn}
  ProfileArn: {Value: !GetAtt Profile.ProfileArn}
  RoleArn: {Value: !GetAtt Role.Arn}
`
}

// StackCommand makes the setup as a stack and prints the three ARNs. It doesn't
// change a stack that exists.
func (s Setup) StackCommand() string {
	file := s.Name + ".yaml"
	return "cat > " + file + " <<'EOF'\n" + s.Template() + "EOF\n" +
		"aws cloudformation create-stack --stack-name " + s.Name + " --template-body file://" + file + " --capabilities CAPABILITY_NAMED_IAM &&\n" +
		"aws cloudformation wait stack-create-complete --stack-name " + s.Name + " &&\n" +
		"aws cloudformation describe-stacks --stack-name " + s.Name + " --query 'Stacks[0].Outputs'\n"
}

// SeparateCommands make the setup without CloudFormation, where it doesn't know the
// types, and print the three ARNs.
func (s Setup) SeparateCommands(partition string) string {
	return fmt.Sprintf(`anchor=$(aws rolesanywhere create-trust-anchor --name %[1]s --enabled --query trustAnchor.trustAnchorArn --output text \
  --source 'sourceType=CERTIFICATE_BUNDLE,sourceData={x509CertificateData="%[2]s"}') &&
role=$(aws iam create-role --role-name %[1]s --max-session-duration 3600 --query Role.Arn --output text --assume-role-policy-document '%[3]s') &&
aws iam attach-role-policy --role-name %[1]s --policy-arn arn:%[4]s:iam::aws:policy/%[5]s &&
aws iam put-role-policy --role-name %[1]s --policy-name %[6]s --policy-document '%[7]s' &&
profile=$(aws rolesanywhere create-profile --name %[1]s --enabled --duration-seconds 3600 --role-arns "$role" --query profile.profileArn --output text) &&
printf '%%s\n' "$anchor" "$profile" "$role"
`, s.Name, strings.TrimSpace(s.AuthorityPEM), s.trustPolicy(`'"$anchor"'`), partition, viewOnly, preflightName, simulation(`'"$role"'`))
}

// trustPolicy is the role's, for a trust anchor with this ARN.
func (s Setup) trustPolicy(anchor string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"rolesanywhere.amazonaws.com"},` +
		`"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"],"Condition":{"StringEquals":{"aws:PrincipalTag/x509Subject/CN":"` + s.Name +
		`"},"ArnEquals":{"aws:SourceArn":"` + anchor + `"}}}]}`
}

// simulation is the policy that lets a role with this ARN ask about itself.
func simulation(role string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:SimulatePrincipalPolicy","Resource":"` + role + `"}]}`
}

// Terraform is the setup for Terraform, in every partition.
func (s Setup) Terraform() string {
	return strings.ReplaceAll(`data "aws_partition" "mooring" {}

resource "aws_rolesanywhere_trust_anchor" "mooring" {
  name    = "NAME"
  enabled = true
  source {
    source_type = "CERTIFICATE_BUNDLE"
    source_data {
      x509_certificate_data = <<-EOT
`+indent(s.AuthorityPEM, "        ")+`
      EOT
    }
  }
}

resource "aws_iam_role" "mooring" {
  name                 = "NAME"
  max_session_duration = 3600
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "rolesanywhere.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
      Condition = {
        StringEquals = { "aws:PrincipalTag/x509Subject/CN" = "NAME" }
        ArnEquals    = { "aws:SourceArn" = aws_rolesanywhere_trust_anchor.mooring.arn }
      }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "mooring" {
  role       = aws_iam_role.mooring.name
  policy_arn = "arn:${data.aws_partition.mooring.partition}:iam::aws:policy/`+viewOnly+`"
}

resource "aws_iam_role_policy" "mooring" {
  name = "`+preflightName+`"
  role = aws_iam_role.mooring.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "iam:SimulatePrincipalPolicy"
      Resource = aws_iam_role.mooring.arn
    }]
  })
}

resource "aws_rolesanywhere_profile" "mooring" {
  name             = "NAME"
  enabled          = true
  duration_seconds = 3600
  role_arns        = [aws_iam_role.mooring.arn]
}

output "mooring" {
  value = [aws_rolesanywhere_trust_anchor.mooring.arn, aws_rolesanywhere_profile.mooring.arn, aws_iam_role.mooring.arn]
}
`, "NAME", s.Name)
}

// DeleteStackCommand removes what StackCommand made.
func (a Access) DeleteStackCommand() string {
	return "aws cloudformation delete-stack --region " + a.Region() + " --stack-name " + quoted(a.Role.Name()) + "\n"
}

// DeleteCommands remove what SeparateCommands made. Its parts go in an order in
// which AWS accepts it.
func (a Access) DeleteCommands() string {
	role := quoted(a.Role.Name())
	return "aws rolesanywhere delete-profile --region " + a.Region() + " --profile-id " + a.Profile.Name() + "\n" +
		"aws iam detach-role-policy --role-name " + role + " --policy-arn arn:" + a.Partition() + ":iam::aws:policy/" + viewOnly + "\n" +
		"aws iam delete-role-policy --role-name " + role + " --policy-name " + preflightName + "\n" +
		"aws iam delete-role --role-name " + role + "\n" +
		"aws rolesanywhere delete-trust-anchor --region " + a.Region() + " --trust-anchor-id " + a.TrustAnchor.Name() + "\n"
}

// quoted is a word of a command. No ARN that was read has a quote in it.
func quoted(s string) string { return "'" + s + "'" }

func indent(text, with string) string {
	return with + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n"+with)
}
