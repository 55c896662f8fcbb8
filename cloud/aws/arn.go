package aws

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// ARN is the name of something in AWS.
type ARN struct {
	Partition, Service, Region, Account string
	Resource                            string // such as "role/harbor/mooring"
}

// String spells the ARN.
func (a ARN) String() string {
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.Account + ":" + a.Resource
}

// Name is the last part of what the ARN names, such as "mooring" of
// "role/harbor/mooring".
func (a ARN) Name() string { return a.Resource[strings.LastIndexByte(a.Resource, '/')+1:] }

// splitARN takes an ARN apart and checks nothing else.
func splitARN(s string) (ARN, bool) {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return ARN{}, false
	}
	return ARN{parts[1], parts[2], parts[3], parts[4], parts[5]}, true
}

// Kind is a kind of thing that a link names.
type Kind string

// The kinds.
const (
	TrustAnchor Kind = "trust-anchor"
	Profile     Kind = "profile"
	Role        Kind = "role"
)

// Problem is what is wrong with an ARN.
type Problem string

// The problems, in the order in which they are looked for.
const (
	ProblemEmpty          Problem = "empty"
	ProblemNoARN          Problem = "not-an-arn"
	ProblemOtherKind      Problem = "other-kind"      // such as a profile's where a role's belongs
	ProblemPartition      Problem = "partition"       // Mooring doesn't know it
	ProblemAccount        Problem = "account"         // not twelve digits
	ProblemRegion         Problem = "region"          // the partition has none of this name
	ProblemName           Problem = "name"            // not what AWS would have given out
	ProblemOtherPartition Problem = "other-partition" // than the trust anchor's; so the next two
	ProblemOtherRegion    Problem = "other-region"
	ProblemOtherAccount   Problem = "other-account"
)

// ARNError is a problem with one of the three ARNs.
type ARNError struct {
	Kind    Kind // of ARN that was asked for
	Problem Problem
	Found   Kind // for ProblemOtherKind: what it names instead; empty: something else
}

// Error implements error.
func (e *ARNError) Error() string { return fmt.Sprintf("aws: %s ARN: %s", e.Kind, e.Problem) }

// Patterns of resources. They are narrower than AWS's own: what passes also enters
// commands. AWS gives out the two UUIDs itself, in lower case.
var resources = map[Kind]*regexp.Regexp{
	TrustAnchor: regexp.MustCompile(`^trust-anchor/` + uuid + `$`),
	Profile:     regexp.MustCompile(`^profile/` + uuid + `$`),
	Role:        regexp.MustCompile(`^role/([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}$`),
}

const uuid = `[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

var accountNumber = regexp.MustCompile(`^[0-9]{12}$`)

// longestARN is the longest that AWS accepts.
const longestARN = 1011

// ParseARN reads the ARN of a trust anchor, a profile or a role. The error is an
// *ARNError.
func ParseARN(kind Kind, s string) (ARN, error) {
	fail := func(p Problem) (ARN, error) { return ARN{}, &ARNError{Kind: kind, Problem: p} }
	if s == "" {
		return fail(ProblemEmpty)
	}
	arn, ok := splitARN(s)
	if !ok || len(s) > longestARN {
		return fail(ProblemNoARN)
	}
	if found := kindOf(arn); found != kind {
		return ARN{}, &ARNError{Kind: kind, Problem: ProblemOtherKind, Found: found}
	}
	partition, ok := FindPartition(arn.Partition)
	if !ok {
		return fail(ProblemPartition)
	}
	if !accountNumber.MatchString(arn.Account) {
		return fail(ProblemAccount)
	}
	if kind == Role && arn.Region != "" || kind != Role && !slices.Contains(partition.Regions, arn.Region) {
		return fail(ProblemRegion)
	}
	if !resources[kind].MatchString(arn.Resource) {
		return fail(ProblemName)
	}
	return arn, nil
}

func kindOf(arn ARN) Kind {
	resource, _, _ := strings.Cut(arn.Resource, "/")
	switch kind := Kind(resource); {
	case arn.Service == string(RolesAnywhere) && (kind == TrustAnchor || kind == Profile),
		arn.Service == string(IAM) && kind == Role:
		return kind
	}
	return ""
}

// Access is the way into one account: the trust anchor that knows our certificate
// authority, the profile, and the role that the profile lists.
type Access struct{ TrustAnchor, Profile, Role ARN }

// ParseAccess reads three ARNs that belong together, and lists what is wrong with
// them.
func ParseAccess(trustAnchor, profile, role string) (Access, []*ARNError) {
	var a Access
	var problems []*ARNError
	read := func(kind Kind, s string, into *ARN) {
		arn, err := ParseARN(kind, s)
		if err != nil {
			problems = append(problems, err.(*ARNError))
			return
		}
		*into = arn
	}
	read(TrustAnchor, trustAnchor, &a.TrustAnchor)
	read(Profile, profile, &a.Profile)
	read(Role, role, &a.Role)
	if len(problems) > 0 {
		return Access{}, problems
	}
	agree := func(kind Kind, with ARN) {
		switch {
		case with.Partition != a.TrustAnchor.Partition:
			problems = append(problems, &ARNError{Kind: kind, Problem: ProblemOtherPartition})
		case with.Account != a.TrustAnchor.Account:
			problems = append(problems, &ARNError{Kind: kind, Problem: ProblemOtherAccount})
		case kind == Profile && with.Region != a.TrustAnchor.Region:
			problems = append(problems, &ARNError{Kind: kind, Problem: ProblemOtherRegion})
		}
	}
	agree(Profile, a.Profile)
	agree(Role, a.Role)
	if len(problems) > 0 {
		return Access{}, problems
	}
	return a, nil
}

// Account is the number of the account.
func (a Access) Account() string { return a.TrustAnchor.Account }

// Region is the region of the trust anchor and the profile.
func (a Access) Region() string { return a.TrustAnchor.Region }

// Partition is the partition of all three.
func (a Access) Partition() string { return a.TrustAnchor.Partition }

// endpoint gives where a service answers for this account.
func (a Access) endpoint(s Service) (Endpoint, bool) {
	p, ok := FindPartition(a.Partition())
	if !ok {
		return Endpoint{}, false
	}
	return p.Endpoint(s, a.Region())
}
