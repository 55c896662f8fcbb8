package aws

import "slices"

// Service is a service that requests are signed for.
type Service string

// The services.
const (
	RolesAnywhere  Service = "rolesanywhere"
	STS            Service = "sts"
	IAM            Service = "iam"
	EC2            Service = "ec2"
	CloudFormation Service = "cloudformation"
)

// Partition is one of the separate clouds of AWS. Accounts and ARNs of one mean
// nothing in another.
type Partition struct {
	Key, Name string
	Regions   []string // in alphabetical order
	suffix    string   // of hosts
	iam       Endpoint // the one for all regions
	console   string   // host of the console
}

// Endpoint is where a service answers, and the region that requests to it are
// signed for.
type Endpoint struct{ Host, Region string }

// Partitions lists the partitions in which accounts can be linked. No host comes
// from anywhere else. A region that AWS opens later is missing until it is added.
//
// Source: botocore 1.43.11 (endpoints.json, and IAM's endpoint-rule-set-1.json).
func Partitions() []Partition {
	return []Partition{
		{
			Key: "aws", Name: "AWS", suffix: "amazonaws.com", console: "console.aws.amazon.com",
			iam: Endpoint{"iam.amazonaws.com", "us-east-1"},
			Regions: []string{
				"af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
				"ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6", "ap-southeast-7",
				"ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2",
				"eu-west-3", "il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
			},
		},
		{
			Key: "aws-cn", Name: "AWS China", suffix: "amazonaws.com.cn", console: "console.amazonaws.cn",
			iam:     Endpoint{"iam.cn-north-1.amazonaws.com.cn", "cn-north-1"},
			Regions: []string{"cn-north-1", "cn-northwest-1"},
		},
		{
			Key: "aws-us-gov", Name: "AWS GovCloud (US)", suffix: "amazonaws.com", console: "console.amazonaws-us-gov.com",
			iam:     Endpoint{"iam.us-gov.amazonaws.com", "us-gov-west-1"},
			Regions: []string{"us-gov-east-1", "us-gov-west-1"},
		},
		{
			Key: "aws-eusc", Name: "AWS European Sovereign Cloud", suffix: "amazonaws.eu", console: "console.amazonaws-eusc.eu",
			iam:     Endpoint{"iam.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1"},
			Regions: []string{"eusc-de-east-1"},
		},
	}
}

// FindPartition finds a partition by its key.
func FindPartition(key string) (Partition, bool) {
	all := Partitions()
	at := slices.IndexFunc(all, func(p Partition) bool { return p.Key == key })
	if at < 0 {
		return Partition{}, false
	}
	return all[at], true
}

// Endpoint gives where a service answers for a region. It reports false for a
// region of another partition.
func (p Partition) Endpoint(s Service, region string) (Endpoint, bool) {
	if !slices.Contains(p.Regions, region) {
		return Endpoint{}, false
	}
	switch s {
	case IAM:
		return p.iam, true
	case RolesAnywhere, STS, EC2, CloudFormation:
		return Endpoint{string(s) + "." + region + "." + p.suffix, region}, true
	}
	return Endpoint{}, false
}

// hosts lists every host that a request may go to.
func hosts() map[string]bool {
	all := map[string]bool{}
	for _, p := range Partitions() {
		for _, region := range p.Regions {
			for _, s := range []Service{RolesAnywhere, STS, IAM, EC2} {
				e, _ := p.Endpoint(s, region)
				all[e.Host] = true
			}
		}
	}
	return all
}
