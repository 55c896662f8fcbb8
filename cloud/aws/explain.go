package aws

import (
	"regexp"
	"strings"

	"mooring/cloud"
)

// Explain implements cloud.Cloud.
func (a *AWS) Explain(result cloud.StageResult, target cloud.Target) cloud.Explanation {
	return catalogue.Explain(result, target)
}

// Catalogue implements cloud.Cloud.
func (a *AWS) Catalogue() []cloud.Explanation { return catalogue.All() }

// blankAccess has readable blanks where a target has no ARNs.
var blankAccess = Access{
	TrustAnchor: ARN{"aws", string(RolesAnywhere), "REGION", "ACCOUNT_ID", "trust-anchor/TRUST_ANCHOR_ID"},
	Profile:     ARN{"aws", string(RolesAnywhere), "REGION", "ACCOUNT_ID", "profile/PROFILE_ID"},
	Role:        ARN{"aws", string(IAM), "", "ACCOUNT_ID", "role/ROLE_NAME"},
}

// accessOrBlank is the way into the account of a target. Only ARNs that were read
// get into commands.
func accessOrBlank(target cloud.Target) Access {
	if access, problems := accessOf(target); len(problems) == 0 {
		return access
	}
	return blankAccess
}

// fill writes the person's own names into a command.
func fill(command string, target cloud.Target) string {
	a := accessOrBlank(target)
	name := "LINK_NAME"
	if linkName.MatchString(a.Role.Name()) {
		name = a.Role.Name()
	}
	return strings.NewReplacer(
		"{region}", a.Region(), "{anchor}", a.TrustAnchor.Name(), "{profile}", a.Profile.Name(), "{role}", quoted(a.Role.Name()),
		"{trust policy}", quoted(Setup{Name: name}.trustPolicy(a.TrustAnchor.String())), "{preflight}", quoted(simulation(a.Role.String())),
	).Replace(command)
}

// linkName is the form of names that certificate.NewLinkName makes.
var linkName = regexp.MustCompile(`^mooring-[a-z2-7]{16}$`)
