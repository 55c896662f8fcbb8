package oraclesim

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// domains are those of the realms that are simulated. OC2 and OC3 share one.
var domains = map[string][]string{
	"oraclecloud.com": {"oc1"}, "oraclegovcloud.com": {"oc2", "oc3"}, "oraclegovcloud.uk": {"oc4"},
	"oraclecloud8.com": {"oc8"}, "oraclecloud.eu": {"oc19"},
}

var hostForm = regexp.MustCompile(`^identity\.([a-z]{2}(?:-[a-z]+)+-[0-9])\.oci\.(.+)$`)

// placeOf gives the region and the realms of a host of Identity and Access Management.
func placeOf(host string) (region string, realms []string, ok bool) {
	found := hostForm.FindStringSubmatch(host)
	if found == nil {
		return "", nil, false
	}
	realms, ok = domains[found[2]]
	return found[1], realms, ok
}

// regionKeys are the keys of the regions of the stories.
var regionKeys = map[string]string{
	"eu-frankfurt-1": "FRA", "us-ashburn-1": "IAD", "ap-tokyo-1": "NRT", "uk-london-1": "LHR", "eu-zurich-1": "ZRH",
	"eu-frankfurt-2": "STR", "us-gov-ashburn-1": "RIC", "uk-gov-london-1": "LTN",
}

// fleetRegions are those of the fleet.
var fleetRegions = slices.DeleteFunc(slices.Sorted(maps.Keys(regionKeys)), func(region string) bool {
	return strings.Contains(region, "-gov-") || strings.HasSuffix(region, "-2")
})
