package awssim

import (
	"maps"
	"slices"
	"strings"
)

// managed holds the policies that AWS itself offers, by the end of their ARN. They
// are much shorter than the real ones.
var managed = map[string]policy{
	"job-function/ViewOnlyAccess": permitting("cloudtrail:Describe*", "cloudwatch:Describe*", "ec2:Describe*", "iam:List*", "iam:GetAccountSummary",
		"organizations:List*", "rds:Describe*", "s3:ListAllMyBuckets", "s3:ListBucket"),
	"ReadOnlyAccess":      permitting("*:Describe*", "*:Get*", "*:List*"),
	"SecurityAudit":       permitting("*:Describe*", "*:List*", "iam:Get*"),
	"AmazonEC2FullAccess": permitting("ec2:*"),
	"IAMFullAccess":       permitting("iam:*"),
	"AdministratorAccess": permitting("*"),
	"PowerUserAccess": {Statement: oneOrMore[statement]{
		{Effect: "Allow", NotAction: oneOrMore[string]{"iam:*", "organizations:*", "account:*"}, Resource: oneOrMore[string]{"*"}},
	}},
}

func permitting(actions ...string) policy {
	return policy{Statement: oneOrMore[statement]{{Effect: "Allow", Action: actions, Resource: oneOrMore[string]{"*"}}}}
}

// findManaged finds one of AWS's policies. Its ARN is different in each partition.
func findManaged(partition, arn string) (policy, bool) {
	name, ok := strings.CutPrefix(arn, "arn:"+partition+":iam::aws:policy/")
	p, known := managed[name]
	return p, ok && known
}

// policies are all that give the role permissions.
func (a *account) policies(r *role) []policy {
	var all []policy
	for _, p := range r.inline {
		all = append(all, p.policy)
	}
	for _, arn := range r.attached {
		if p, ok := findManaged(a.Partition, arn); ok {
			all = append(all, p)
		}
	}
	return all
}

// deniedOutside reports whether the organization denies an action in the account.
func (a *account) deniedOutside(action string) bool {
	for _, denied := range a.story.denied {
		if strings.EqualFold(denied, action) {
			return true
		}
	}
	return false
}

// may reports whether the holder of a key may do something. An administrator may do
// everything.
func (k *accessKey) may(action, resource string) bool {
	if k.role == nil {
		return true
	}
	decision, _ := decide(k.account.policies(k.role), action, resource, nil)
	return decision == allowed && !k.account.deniedOutside(action)
}

// arn is who the holder of a key is.
func (k *accessKey) arn() string {
	if k.role == nil {
		return k.account.arn(iam, "", "user/administrator")
	}
	return k.account.arn(sts, "", "assumed-role/"+k.role.name+"/"+k.session)
}

// userID is AWS's own ID of the holder.
func (k *accessKey) userID() string {
	if k.role == nil {
		return "AIDA" + k.id[4:]
	}
	return k.role.id + ":" + k.session
}

// managedNames are the names of AWS's policies, the one that linking needs first.
func managedNames() []string {
	const first = "job-function/ViewOnlyAccess"
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(managed)), func(name string) bool { return name == first })
	return slices.Insert(names, 0, first)
}
