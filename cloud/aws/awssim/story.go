package awssim

import "fmt"

// story is an account with all that makes it behave as its Outcome says. What is
// set changes what somebody makes in the account, or how it answers.
type story struct {
	Account
	otherAuthority  bool     // a new trust anchor gets another certificate
	anchorDisabled  bool     // a new trust anchor is disabled
	anchorDeleted   bool     // a new trust anchor is deleted at once
	profileDisabled bool     // a new profile is disabled
	profileEmpty    bool     // a new profile lists another role
	noCondition     bool     // a new role loses the condition of its trust policy
	noSourceAction  bool     // a new role loses sts:SetSourceIdentity in its trust policy
	noSimulation    bool     // a new role loses its inline policies
	administrator   bool     // a new role gets AdministratorAccess as well
	denied          []string // actions that a service control policy denies
	blocked         bool     // EC2 refuses everything: the account is suspended
	stsOff          bool     // STS isn't activated in the account's region
	regionOff       bool     // the account's own region is listed as off
	noAlias         bool     // nobody chose an alias for the account
	freshFor        int      // how many sessions a new role is too fresh for
}

// Working is the number of the account in which everything works.
const Working = "111122223333"

// Stories lists the accounts, in the order in which they are told.
func Stories() []Account {
	var all []Account
	for _, s := range stories() {
		all = append(all, s.Account)
	}
	return all
}

func stories() []story {
	tell := func(name, outcome string, change func(*story)) story {
		s := story{Account: Account{Name: name, Partition: "aws", Region: "eu-central-1", Outcome: outcome}}
		if change != nil {
			change(&s)
		}
		return s
	}
	all := []story{
		tell("Harbor", "Connects right away. The role can view resources but can't change any.", nil),
		tell("Wide Berth", "Connects with a warning: somebody gave the role AdministratorAccess, which is more than Mooring needs.", func(s *story) { s.administrator = true }),
		tell("Fresh Paint", "Waits for AWS, then connects: the role is so new that the first two sessions are refused.", func(s *story) { s.freshFor = 2 }),
		tell("Other Flag", "Fails: the trust anchor holds the certificate of another authority.", func(s *story) { s.otherAuthority = true }),
		tell("Open Gate", "Connects with a warning: the role's trust policy has lost its condition, so any certificate of the authority opens a session.", func(s *story) { s.noCondition = true }),
		tell("Sealed Log", "Connects, but the role may not simulate its own permissions, so Mooring can't tell what it may do.", func(s *story) { s.noSimulation = true }),
		tell("Raised Anchor", "Fails: the trust anchor is disabled.", func(s *story) { s.anchorDisabled = true }),
		tell("Furled Sail", "Fails: the profile is disabled.", func(s *story) { s.profileDisabled = true }),
		tell("Lost Anchor", "Fails: somebody deleted the trust anchor.", func(s *story) { s.anchorDeleted = true }),
		tell("Wrong Crew", "Waits for AWS, then fails: the profile doesn't list the role.", func(s *story) { s.profileEmpty = true }),
		tell("Half an Oath", "Waits for AWS, then fails: the role's trust policy lacks one of the three actions.", func(s *story) { s.noSourceAction = true }),
		tell("Harbor Rules", "Connects, but a policy of the organization denies listing the regions.", func(s *story) { s.denied = []string{"ec2:DescribeRegions"} }),
		tell("Closed Port", "Connects, but EC2 refuses everything: the account is suspended.", func(s *story) { s.blocked = true }),
		tell("Silent Coast", "Opens a session, then fails: STS isn't activated in the region.", func(s *story) { s.stsOff = true }),
		tell("Dark Coast", "Connects, but the region of the trust anchor is turned off for this account.", func(s *story) { s.regionOff, s.noAlias = true, true }),
		tell("East Pier", "Connects, in AWS China.", func(s *story) { s.Partition, s.Region = "aws-cn", "cn-north-1" }),
		tell("Navy Yard", "Connects, in AWS GovCloud (US), where CloudFormation doesn't know trust anchors.", func(s *story) { s.Partition, s.Region = "aws-us-gov", "us-gov-west-1" }),
		tell("Free Port", "Connects, in the AWS European Sovereign Cloud.", func(s *story) { s.Partition, s.Region = "aws-eusc", "eusc-de-east-1" }),
	}
	all[0].Number = Working
	for i := range all[1:] {
		all[i+1].Number = fmt.Sprintf("4400%08d", i+2)
	}
	return all
}
