package awssim

import (
	"crypto/x509"
	"strings"
	"time"

	"mooring/cloud/simulated"
)

// Account is one account of the simulated AWS, and what a user who links it meets.
type Account struct {
	Number    string // twelve digits
	Name      string
	Partition string
	Region    string // that its CloudShell opens in
	Outcome   string // one plain sentence
}

// account is an account with what is in it.
type account struct {
	Account
	story         story
	administrator *accessKey
	anchors       []*anchor
	profiles      []*profile
	roles         map[string]*role // by name
	stacks        []*stack
	override      *simulated.Chosen // nil: it answers as usual
	left          int               // sessions still refused, because the role is fresh
}

// anchor is a trust anchor.
type anchor struct {
	id, arn, name, region string
	pem                   string
	roots                 []*x509.Certificate
	enabled               bool
	created               time.Time
}

// profile is a profile of IAM Roles Anywhere.
type profile struct {
	id, arn, name, region string
	roles                 []string // ARNs
	duration              int      // in seconds
	enabled               bool
	acceptSessionName     bool
	created               time.Time
}

// role is a role of IAM.
type role struct {
	id, arn, name, path string
	maxSession          int // in seconds
	trustText           string
	trust               policy
	inline              map[string]inlinePolicy
	attached            []string // ARNs of managed policies
	created             time.Time
}

type inlinePolicy struct {
	text string
	policy
}

func (a *account) findAnchor(arn string) *anchor {
	for _, t := range a.anchors {
		if t.arn == arn {
			return t
		}
	}
	return nil
}

func (a *account) findProfile(arn string) *profile {
	for _, p := range a.profiles {
		if p.arn == arn {
			return p
		}
	}
	return nil
}

// alias is the name that the account's sign-in page has: the account's, with dashes.
func (a *account) alias() string {
	if a.story.noAlias {
		return ""
	}
	return strings.ReplaceAll(strings.ToLower(a.Name), " ", "-")
}

func (a *account) arn(service, region, resource string) string {
	return "arn:" + a.Partition + ":" + service + ":" + region + ":" + a.Number + ":" + resource
}
