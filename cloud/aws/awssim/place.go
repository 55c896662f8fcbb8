package awssim

import (
	"slices"
	"strings"
)

// place is a service in a region.
type place struct{ service, region, partition string }

// partition is one of the separate clouds, as the simulator knows it.
type partition struct {
	key, suffix      string
	iamHost, iamHome string
	regions          []string // that are always on
	optional         []string // that an account has to turn on
}

var partitions = []partition{
	{
		key: "aws", suffix: "amazonaws.com", iamHost: "iam.amazonaws.com", iamHome: "us-east-1",
		regions: []string{"ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
			"eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2"},
		optional: []string{"af-south-1", "ap-east-1", "ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-6",
			"ap-southeast-7", "ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2", "il-central-1", "me-central-1", "me-south-1", "mx-central-1"},
	},
	{key: "aws-cn", suffix: "amazonaws.com.cn", iamHost: "iam.cn-north-1.amazonaws.com.cn", iamHome: "cn-north-1", regions: []string{"cn-north-1", "cn-northwest-1"}},
	{key: "aws-us-gov", suffix: "amazonaws.com", iamHost: "iam.us-gov.amazonaws.com", iamHome: "us-gov-west-1", regions: []string{"us-gov-east-1", "us-gov-west-1"}},
	{key: "aws-eusc", suffix: "amazonaws.eu", iamHost: "iam.eusc-de-east-1.amazonaws.eu", iamHome: "eusc-de-east-1", regions: []string{"eusc-de-east-1"}},
}

func findPartition(key string) (partition, bool) {
	for _, p := range partitions {
		if p.key == key {
			return p, true
		}
	}
	return partition{}, false
}

func (p partition) has(region string) bool {
	return slices.Contains(p.regions, region) || slices.Contains(p.optional, region)
}

// The services, as signatures name them.
const (
	anywhere       = "rolesanywhere"
	sts            = "sts"
	iam            = "iam"
	ec2            = "ec2"
	cloudFormation = "cloudformation"
)

// findPlace tells which service in which region a host is.
func findPlace(host string) (place, bool) {
	for _, p := range partitions {
		if host == p.iamHost {
			return place{iam, p.iamHome, p.key}, true
		}
		rest, ok := strings.CutSuffix(host, "."+p.suffix)
		service, region, both := strings.Cut(rest, ".")
		if ok && both && service != iam && isService(service) && p.has(region) {
			return place{service, region, p.key}, true
		}
	}
	return place{}, false
}

func isService(name string) bool {
	return slices.Contains([]string{anywhere, sts, iam, ec2, cloudFormation}, name)
}
