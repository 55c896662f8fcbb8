package azure

import (
	"regexp"
	"strings"

	"mooring/cloud"
)

const maxPasted = 16 << 10 // bytes; the command prints about 200

// printed is what az ad sp create-for-rbac printed, as far as it helps.
type printed struct {
	client, tenant string
	subscription   string // only with --json-auth, or its older name --sdk-auth
	environment    string // likewise
	object, key    string // of az ad app show; empty: another command printed it
}

var (
	colors  = regexp.MustCompile("\x1b\\[[0-9;]*[A-Za-z]")
	aLine   = regexp.MustCompile(`(?im)["']?\b(?:azure_|arm_)?(app_?id|client_?id|tenant(?:_?id)?|subscription_?id|object_?id|key_?id)["']?\s*[:=]\s*["']?([0-9a-f-]{32,36})\b`)
	aHeader = regexp.MustCompile(`(?i)\bappid\s+displayname\b`)
)

// readPasted reads what the command printed, in each of its spellings and formats.
// It returns the sentence for the field when it cannot be used.
func readPasted(text string) (printed, string) {
	text = cloud.Plain(colors.ReplaceAllString(text, ""))
	switch {
	case strings.Contains(text, "fileWithCertAndPrivateKey"):
		return printed{}, sayPastedOwnCertificate
	case cloud.HoldsSecret(text):
		return printed{}, sayPastedPassword
	case len(text) > maxPasted:
		return printed{}, sayPastedForm
	}
	object := fieldsOf([]byte(between(text, '{', '}')))
	if len(object) == 0 {
		object = fields{}
		for _, found := range aLine.FindAllStringSubmatch(text, -1) {
			name := strings.ToLower(strings.ReplaceAll(found[1], "_", ""))
			object[name] = []byte(`"` + found[2] + `"`)
		}
	}
	id := func(names ...string) string {
		for _, name := range names {
			if value := withDashes(strings.ToLower(cloud.Tidy(object.text(name)))); guid.MatchString(value) && value != zeroID {
				return value
			}
		}
		return ""
	}
	p := printed{client: id("appid", "clientid"), tenant: id("tenant", "tenantid"), subscription: id("subscriptionid"), object: id("objectid"), key: id("keyid"),
		environment: environmentOf(object.text("resourcemanagerendpointurl") + " " + object.text("activedirectoryendpointurl"))}
	switch {
	case p.client != "" && p.tenant != "", p.object != "":
		return p, ""
	case p.client == "" && id("id") != "" && p.tenant != "":
		return printed{}, sayPastedAccount
	case aHeader.MatchString(text):
		return printed{}, sayPastedTable
	}
	return printed{}, sayPastedForm
}

// environmentOf is the key of the Azure cloud that endpoints belong to, or nothing.
func environmentOf(endpoints string) string {
	endpoints = strings.ToLower(endpoints)
	for _, known := range []struct{ part, key string }{
		{"usgovcloudapi.net", "usgov"}, {"microsoftonline.us", "usgov"}, {"chinacloudapi.cn", "china"}, {"azure.com", "public"}, {"microsoftonline.com", "public"},
	} {
		if strings.Contains(endpoints, known.part) {
			return known.key
		}
	}
	return ""
}
