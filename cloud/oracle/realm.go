package oracle

import (
	"slices"
	"strings"
)

// Realm is one of the separate clouds of Oracle. Tenancies and OCIDs of one mean nothing
// in another.
type Realm struct {
	Key, Name string
	Regions   map[string]string // their keys, such as FRA, by identifier
	domain    string            // of hosts
}

// Realms lists the realms in which tenancies can be linked. No host comes from anywhere
// else. A region that Oracle opens later is missing until it is added.
//
// Source: github.com/oracle/oci-go-sdk v65.130.0 (common/regions.go).
func Realms() []Realm {
	return []Realm{
		{"oc1", "Commercial (OC1)", map[string]string{
			"af-casablanca-1": "LEJ", "af-johannesburg-1": "JNB", "ap-batam-1": "HSG", "ap-chuncheon-1": "YNY", "ap-delhi-1": "ONM",
			"ap-hyderabad-1": "HYD", "ap-kulai-2": "JBP", "ap-melbourne-1": "MEL", "ap-mumbai-1": "BOM", "ap-osaka-1": "KIX",
			"ap-seoul-1": "ICN", "ap-singapore-1": "SIN", "ap-singapore-2": "XSP", "ap-sydney-1": "SYD", "ap-tokyo-1": "NRT",
			"ca-montreal-1": "YUL", "ca-toronto-1": "YYZ", "eu-amsterdam-1": "AMS", "eu-frankfurt-1": "FRA", "eu-madrid-1": "MAD",
			"eu-madrid-3": "ORF", "eu-marseille-1": "MRS", "eu-milan-1": "LIN", "eu-paris-1": "CDG", "eu-stockholm-1": "ARN",
			"eu-turin-1": "NRQ", "eu-zurich-1": "ZRH", "il-jerusalem-1": "MTZ", "me-abudhabi-1": "AUH", "me-dubai-1": "DXB",
			"me-jeddah-1": "JED", "me-riyadh-1": "RUH", "mx-monterrey-1": "MTY", "mx-queretaro-1": "QRO", "sa-bogota-1": "BOG",
			"sa-santiago-1": "SCL", "sa-saopaulo-1": "GRU", "sa-valparaiso-1": "VAP", "sa-vinhedo-1": "VCP", "uk-cardiff-1": "CWL",
			"uk-london-1": "LHR", "us-ashburn-1": "IAD", "us-chicago-1": "ORD", "us-phoenix-1": "PHX", "us-saltlake-2": "AGA",
			"us-sanjose-1": "SJC",
		}, "oraclecloud.com"},
		{"oc2", "US Government (OC2)", map[string]string{"us-langley-1": "LFI", "us-luke-1": "LUF"}, "oraclegovcloud.com"},
		{"oc3", "US Federal (OC3)", map[string]string{"us-gov-ashburn-1": "RIC", "us-gov-chicago-1": "PIA", "us-gov-phoenix-1": "TUS"}, "oraclegovcloud.com"},
		{"oc4", "UK Government (OC4)", map[string]string{"uk-gov-cardiff-1": "BRS", "uk-gov-london-1": "LTN"}, "oraclegovcloud.uk"},
		{"oc8", "Realm OC8", map[string]string{"ap-chiyoda-1": "NJA", "ap-ibaraki-1": "UKB"}, "oraclecloud8.com"},
		{"oc9", "Realm OC9", map[string]string{"me-dcc-muscat-1": "MCT", "me-ibri-1": "IBR"}, "oraclecloud9.com"},
		{"oc10", "Realm OC10", map[string]string{"ap-dcc-canberra-1": "WGA"}, "oraclecloud10.com"},
		{"oc14", "Realm OC14", map[string]string{
			"eu-dcc-dublin-1": "ORK", "eu-dcc-dublin-2": "SNN", "eu-dcc-milan-1": "BGY", "eu-dcc-milan-2": "MXP", "eu-dcc-rating-1": "DUS",
			"eu-dcc-rating-2": "DTM",
		}, "oraclecloud14.com"},
		{"oc15", "Realm OC15", map[string]string{"ap-dcc-gazipur-1": "DAC"}, "oraclecloud15.com"},
		{"oc19", "EU Sovereign (OC19)", map[string]string{"eu-frankfurt-2": "STR", "eu-madrid-2": "VLL"}, "oraclecloud.eu"},
		{"oc20", "Realm OC20", map[string]string{"eu-jovanovac-1": "BEG"}, "oraclecloud20.com"},
		{"oc21", "Realm OC21", map[string]string{"me-alrayyan-1": "VVE", "me-dcc-doha-1": "DOH"}, "oraclecloud21.com"},
		{"oc23", "Realm OC23", map[string]string{"us-somerset-1": "EBB", "us-thames-1": "EBL"}, "oraclecloud23.com"},
		{"oc24", "Realm OC24", map[string]string{"eu-crissier-1": "AVF", "eu-dcc-zurich-1": "AVZ"}, "oraclecloud24.com"},
		{"oc26", "Realm OC26", map[string]string{"me-abudhabi-3": "AHU", "me-alain-1": "RBA"}, "oraclecloud26.com"},
		{"oc29", "Realm OC29", map[string]string{"me-abudhabi-2": "RKT", "me-abudhabi-4": "SHJ"}, "oraclecloud29.com"},
		{"oc35", "Realm OC35", map[string]string{"ap-chuncheon-2": "BNO", "ap-seoul-2": "DTZ", "ap-suwon-1": "DLN"}, "oraclecloud35.com"},
		{"oc42", "Realm OC42", map[string]string{"us-ashburn-2": "YXJ", "us-newark-1": "PGC"}, "oraclecloud42.com"},
		{"oc51", "Realm OC51", map[string]string{"eu-budapest-1": "JSK"}, "oraclecloud51.com"},
		{"oc52", "Realm OC52", map[string]string{"sa-riodejaneiro-1": "HNW"}, "oraclecloud52.com"},
	}
}

// FindRealm finds a realm by its key.
func FindRealm(key string) (Realm, bool) {
	all := Realms()
	at := slices.IndexFunc(all, func(r Realm) bool { return r.Key == key })
	if at < 0 {
		return Realm{}, false
	}
	return all[at], true
}

// realmOf finds the realm of a region.
func realmOf(region string) (Realm, bool) {
	for _, r := range Realms() {
		if r.Regions[region] != "" {
			return r, true
		}
	}
	return Realm{}, false
}

// Host is where Identity and Access Management answers for a region, or "" for a region
// of another realm.
func (r Realm) Host(region string) string {
	if r.Regions[region] == "" {
		return ""
	}
	return "identity." + region + ".oci." + r.domain
}

// hosts lists every host that a request may go to.
func hosts() map[string]bool {
	all := map[string]bool{}
	for _, r := range Realms() {
		for region := range r.Regions {
			all[r.Host(region)] = true
		}
	}
	return all
}

// findRegion finds the region that somebody means: by its identifier, by its key, or by
// the city in the name that the console shows, such as Germany Central (Frankfurt). The
// realm of the tenancy decides between cities; empty: it isn't known.
func findRegion(typed, realm string) (region string, ok bool) {
	typed = strings.ToLower(strings.TrimSpace(typed))
	city := typed
	if _, inside, there := strings.Cut(typed, "("); there {
		city, _, _ = strings.Cut(inside, ")")
	}
	city = strings.ReplaceAll(strings.ReplaceAll(city, " ", ""), "-", "")
	var cities []string
	for _, r := range Realms() {
		for id, key := range r.Regions {
			if typed == id || typed == strings.ToLower(key) {
				return id, true
			}
			parts := strings.Split(id, "-")
			if (realm == "" || r.Key == realm) && city == parts[len(parts)-2] {
				cities = append(cities, id)
			}
		}
	}
	if len(cities) != 1 {
		return "", false
	}
	return cities[0], true
}
