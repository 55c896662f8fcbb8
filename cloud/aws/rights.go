package aws

import (
	"slices"

	"mooring/cloud"
)

// The keys of rights. Databases, policies and evidence keep them: a sentence may
// change, a key never does.
const (
	rightView            = "aws-view"
	rightMachines        = "aws-change-instances"
	rightNetworks        = "aws-change-networks"
	rightRunCommands     = "aws-run-commands"
	rightReadData        = "aws-read-data"
	rightReadSecrets     = "aws-read-secrets"
	rightChangeData      = "aws-change-data"
	rightGivePermissions = "aws-give-permissions"
	rightAdministrator   = "aws-administrator"
)

// right is one thing that a role may be able to do, with the actions that it takes.
type right struct {
	cloud.RightText
	excessive bool
	all       bool // it takes all of the actions; one is enough otherwise
	actions   []string
}

// rights are shown in this order. AWS decides about any resource, so what a role may
// do with some resources only isn't among them.
var rights = []right{
	{
		RightText: cloud.RightText{Key: rightView,
			Granted: "It can view the resources in the account.",
			Missing: "It can't view all kinds of resources in the account."},
		all: true, actions: []string{"ec2:DescribeInstances", "s3:ListAllMyBuckets"},
	},
	{
		RightText: cloud.RightText{Key: rightMachines,
			Granted: "It can create, stop and terminate instances (virtual machines) anywhere in the account.",
			Missing: "It can't create and change every instance (virtual machine) in the account."},
		actions: []string{"ec2:RunInstances", "ec2:TerminateInstances"},
	},
	{
		RightText: cloud.RightText{Key: rightNetworks,
			Granted: "It can change networks and open firewalls (security groups)."},
		actions: []string{"ec2:CreateVpc", "ec2:AuthorizeSecurityGroupIngress"},
	},
	{
		RightText: cloud.RightText{Key: rightRunCommands,
			Granted: "It can run commands inside instances, as their administrator."},
		actions: []string{"ssm:SendCommand", "ssm:StartSession"},
	},
	{
		RightText: cloud.RightText{Key: rightReadData,
			Granted: "It can read data inside services, such as files in S3. That is more than Mooring needs."},
		excessive: true, actions: []string{"s3:GetObject", "dynamodb:GetItem"},
	},
	{
		RightText: cloud.RightText{Key: rightReadSecrets,
			Granted: "It can read secrets and parameters (Secrets Manager, Systems Manager). That is more than Mooring needs."},
		excessive: true, actions: []string{"secretsmanager:GetSecretValue", "ssm:GetParameter"},
	},
	{
		RightText: cloud.RightText{Key: rightChangeData,
			Granted: "It can change or delete data inside services, such as files in S3. That is more than Mooring needs."},
		excessive: true, actions: []string{"s3:PutObject", "s3:DeleteObject"},
	},
	{
		RightText: cloud.RightText{Key: rightGivePermissions, Kind: cloud.GivesPermissions,
			Granted: "It can give permissions to users and roles, which is more than Mooring needs. Detach policies such as IAMFullAccess from the role."},
		excessive: true, actions: []string{"iam:AttachRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:CreateUser", "iam:CreateAccessKey"},
	},
	{
		RightText: cloud.RightText{Key: rightAdministrator,
			Granted: "It can do what an administrator of the account can do, which is more than Mooring needs. Detach AdministratorAccess from the role."},
		excessive: true, all: true,
		actions: []string{"iam:CreateUser", "iam:AttachRolePolicy", "ec2:TerminateInstances", "s3:DeleteObject", "secretsmanager:GetSecretValue", "account:DisableRegion"},
	},
}

// Rights implements cloud.RightsLister.
func (a *AWS) Rights() []cloud.RightText { return rightTexts }

var rightTexts = func() []cloud.RightText {
	var all []cloud.RightText
	for _, r := range rights {
		all = append(all, r.RightText)
	}
	return all
}()

// probedActions are the actions that AWS is asked about, each once. A page of its
// answer has them all.
var probedActions = func() []string {
	var all []string
	for _, r := range rights {
		for _, action := range r.actions {
			if !slices.Contains(all, action) {
				all = append(all, action)
			}
		}
	}
	return all
}()

// answerTo is what decisions say about an action or a right.
type answerTo int

const (
	no answerTo = iota
	yes
	unclear // it depends on something that the simulator wasn't told
)

func (d Decision) answer() answerTo {
	outside := func(allowed *bool) bool { return allowed != nil && !*allowed }
	switch {
	case d.Verdict == ExplicitlyDeny || outside(d.AllowedByOrganization) || outside(d.AllowedByBoundary):
		return no
	case d.Verdict == Allowed:
		return yes // at least under some conditions
	case len(d.MissingContext) > 0:
		return unclear
	}
	return no
}

// in says whether answers by action grant the right. An action without an answer is
// unclear.
func (r right) in(answers map[string]answerTo) answerTo {
	count := map[answerTo]int{}
	for _, action := range r.actions {
		answer, ok := answers[action]
		if !ok {
			answer = unclear
		}
		count[answer]++
	}
	switch {
	case r.all && count[no] > 0, !r.all && count[yes] == 0 && count[unclear] == 0:
		return no
	case !r.all && count[yes] > 0, count[unclear] == 0:
		return yes
	}
	return unclear
}

// rightsOf names what decisions grant, and what they lack that Mooring can use. It
// reports false if that isn't clear: what may be granted must not be left out.
func rightsOf(decisions []Decision) ([]cloud.Right, bool) {
	answers := map[string]answerTo{}
	for _, d := range decisions {
		answers[d.Action] = d.answer()
	}
	found := []cloud.Right{}
	for _, r := range rights {
		answer := r.in(answers)
		if answer == unclear {
			return nil, false
		}
		if granted := answer == yes; granted || r.Missing != "" {
			found = append(found, cloud.Right{Key: r.Key, Granted: granted, Excessive: granted && r.excessive})
		}
	}
	return found, true
}

// sayRights sums up what a role may do.
func sayRights(found []cloud.Right) string {
	granted := map[string]bool{}
	for _, right := range found {
		if right.Excessive {
			return "It has more permissions than Mooring needs. See What Mooring can do."
		}
		granted[right.Key] = right.Granted
	}
	switch {
	case !granted[rightView]:
		return "It can't view everything in the account. See What Mooring can do."
	case granted[rightMachines]:
		return "It can view the account, and create and change instances."
	}
	return "It can view the account. Creating instances needs another policy."
}
