package azure

import (
	"encoding/json"
	"regexp"
	"strings"

	"mooring/cloud"
	"mooring/fault"
)

const maxPasted = 16 << 10 // bytes; the command prints about 200

var (
	guid           = regexp.MustCompile(`^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	inSubscription = regexp.MustCompile(`/subscriptions/([^/?#\s]+)`)
)

// Read implements cloud.Cloud.
func (a *Azure) Read(form *cloud.Form) (cloud.Target, fault.Fields) {
	fields := fault.Fields{}
	target := cloud.Target{Environment: form.Environment, Method: form.Method}
	if target.Method == "" {
		target.Method = MethodApp
	}
	if target.Environment == "" && len(a.environments) > 0 {
		target.Environment = a.environments[0].Key
	}
	environment, ok := a.environment(target.Environment)
	if !ok {
		fields["environment"] = sayEnvironment
	}
	target.SubscriptionID = readSubscription(form.SubscriptionID, fields)
	switch target.Method {
	case MethodApp:
		readApplication(form, &target, fields)
	case MethodClassic:
		if ok && environment.Classic == "" {
			fields["method"] = sayNoClassic
		}
	default:
		fields["method"] = sayMethod
	}
	return target, fields
}

func readSubscription(typed string, fields fault.Fields) string {
	id := strings.ToLower(tidy(typed))
	if found := inSubscription.FindStringSubmatch(id); found != nil {
		id = found[1]
	}
	switch {
	case id == "":
		fields["subscription_id"] = saySubscriptionMissing
	case !guid.MatchString(id) && looksLikeName(id):
		fields["subscription_id"] = saySubscriptionName
	case !guid.MatchString(id):
		fields["subscription_id"] = saySubscriptionForm
	default:
		return id
	}
	return ""
}

func readApplication(form *cloud.Form, target *cloud.Target, fields fault.Fields) {
	client, tenant := strings.ToLower(tidy(form.ClientID)), strings.ToLower(tidy(form.TenantID))
	if strings.TrimSpace(form.Pasted) != "" {
		printed, problem := readPasted(form.Pasted)
		if problem != "" { // it may hold a secret, and is of no use
			form.Pasted = ""
		}
		switch {
		case problem != "":
			fields["pasted"] = problem
		case client != "" && client != printed.client, tenant != "" && tenant != printed.tenant:
			fields["pasted"] = sayPastedDiffers
		default:
			client, tenant = printed.client, printed.tenant
		}
	}
	switch {
	case fields["pasted"] != "":
	case client == "":
		fields["client_id"] = sayClientMissing
	case !guid.MatchString(client):
		fields["client_id"] = sayClientForm
	case client == target.SubscriptionID:
		fields["client_id"] = sayClientIsSubscription
	case client == tenant:
		fields["client_id"] = sayClientIsTenant
	default:
		target.ClientID = client
	}
	switch {
	case tenant == "" || fields["pasted"] != "":
	case !guid.MatchString(tenant):
		fields["tenant_id"] = sayTenantForm
	case tenant == target.SubscriptionID:
		fields["tenant_id"] = sayTenantIsSubscription
	default:
		target.TenantID = tenant
	}
}

type printed struct{ client, tenant string }

// readPasted reads what `az ad sp create-for-rbac` printed, in both of its
// spellings. It returns the sentence for the field when it cannot be used.
func readPasted(text string) (printed, string) {
	if len(text) > maxPasted {
		return printed{}, sayPastedForm
	}
	// Cloud Shell prints warnings before the JSON, and people copy the prompt.
	if start, end := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}'); start >= 0 && end > start {
		text = text[start : end+1]
	}
	var p struct {
		AppID        string `json:"appId"`
		Tenant       string `json:"tenant"`
		ClientID     string `json:"clientId"`
		TenantID     string `json:"tenantId"`
		Password     any    `json:"password"`
		ClientSecret any    `json:"clientSecret"`
	}
	err := json.Unmarshal([]byte(text), &p)
	if hasPassword(p.Password) || hasPassword(p.ClientSecret) {
		return printed{}, sayPastedPassword
	}
	client, tenant := strings.ToLower(tidy(p.AppID+p.ClientID)), strings.ToLower(tidy(p.Tenant+p.TenantID))
	if err != nil || !guid.MatchString(client) || !guid.MatchString(tenant) {
		return printed{}, sayPastedForm
	}
	return printed{client, tenant}, ""
}

func hasPassword(v any) bool {
	s, isString := v.(string)
	return v != nil && (!isString || s != "")
}

// tidy takes off what comes along when people copy: spaces, quotes, braces.
func tidy(s string) string { return strings.Trim(s, " \t\r\n\u00a0\u200b\"'`{}<>,;") }

var letters = regexp.MustCompile(`[g-z]`)

// looksLikeName recognises a subscription's name where its ID belongs.
func looksLikeName(s string) bool { return letters.MatchString(s) || strings.ContainsRune(s, ' ') }

// What stands beside the fields.
const (
	sayEnvironment          = "Choose one of the Azure clouds in the list."
	sayMethod               = "Choose one of the methods in the list."
	sayNoClassic            = "This Azure cloud has no classic endpoint here. Choose the app registration."
	saySubscriptionMissing  = "Paste the subscription ID. You find it in the portal under Subscriptions."
	saySubscriptionName     = "This looks like the subscription's name. Paste its ID, which looks like aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee."
	saySubscriptionForm     = "A subscription ID has 32 digits and letters a to f in five groups, such as aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee."
	sayClientMissing        = "Paste the Application (client) ID from the app registration's Overview, or what the command printed."
	sayClientForm           = "This is not an Application (client) ID. Copy it from the app registration's Overview; the Object ID and the name do not work."
	sayClientIsSubscription = "This is the subscription ID. Paste the Application (client) ID here."
	sayClientIsTenant       = "This is the same as the directory (tenant) ID. Paste the Application (client) ID here."
	sayTenantForm           = "This is not a Directory (tenant) ID. Leave it empty and Mooring finds it from the subscription."
	sayTenantIsSubscription = "This is the subscription ID. Leave it empty and Mooring finds the directory."
	sayPastedForm           = "This is not what the command printed, and Mooring has not kept it. Paste everything from { to }, with appId and tenant in it."
	sayPastedDiffers        = "This names another application or directory than the fields above. Empty those fields or this one."
	sayPastedPassword       = "This contains a password, which Mooring does not need and has not kept. Delete it in Azure under Certificates & secrets, then run the command from this page, which makes none."
)
