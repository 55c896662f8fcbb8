package digitalocean

import (
	"regexp"
	"strings"

	"mooring/cloud"
	"mooring/fault"
)

const (
	sayTeam        = "A team ID looks like 01234567-89ab-cdef-0123-456789abcdef. It is in the address of the team's settings at DigitalOcean."
	sayConsent     = "DigitalOcean says the team ID when you sign in there."
	sayMethod      = "Choose one of the methods in the list."
	sayEnvironment = "DigitalOcean has only one cloud. Leave this empty."
	sayNoParent    = "DigitalOcean teams are listed by their team ID."
	saySecret      = "This contains a token or another secret. Mooring doesn't need it and hasn't kept it. If it is in use, revoke it at DigitalOcean under API."
)

// Read implements cloud.Cloud.
func (d *DigitalOcean) Read(form *cloud.Form) (cloud.Target, fault.Fields) {
	fields := fault.Fields{}
	if form.Method != "" && form.Method != MethodConsent {
		fields["method"] = sayMethod
	}
	if form.Environment != "" {
		fields["environment"] = sayEnvironment
	}
	typed := form.Values[fieldTeam]
	if holdsSecret(typed) {
		delete(form.Values, fieldTeam)
		fields[fieldTeam] = saySecret
		return targetOf(""), fields
	}
	team, problem := readTeam(typed)
	if problem != "" {
		fields[fieldTeam] = sayConsent
	}
	return targetOf(team), fields
}

func targetOf(team string) cloud.Target {
	return cloud.Target{Account: team, SignIn: cloud.SignIn{Method: MethodConsent}}
}

// ReadID implements cloud.Cloud.
func (d *DigitalOcean) ReadID(part cloud.Part, typed string) (id, problem string) {
	switch {
	case part != cloud.Account:
		return "", sayNoParent
	case holdsSecret(typed):
		return "", saySecret
	}
	return readTeam(typed)
}

var (
	teamID   = regexp.MustCompile(`(?i)\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`)
	apiToken = regexp.MustCompile(`\bdo[opr]_v1_[0-9a-f]{8,}`)
)

const longestTyped = 1000 // bytes

func holdsSecret(typed string) bool { return apiToken.MatchString(typed) || cloud.HoldsSecret(typed) }

// readTeam reads the ID of a team, also out of an address or a sentence.
func readTeam(typed string) (id, problem string) {
	if len(typed) > longestTyped {
		return "", sayTeam
	}
	all := teamID.FindAllString(cloud.Plain(typed), -1)
	for _, other := range all {
		if !strings.EqualFold(other, all[0]) {
			return "", "This contains more than one ID. Enter only one."
		}
	}
	if len(all) == 0 {
		return "", sayTeam
	}
	return strings.ToLower(all[0]), ""
}

// Facts implements cloud.Cloud.
func (d *DigitalOcean) Facts(target cloud.Target) []cloud.Fact {
	return cloud.FieldFacts(d.description, target)
}
