package azure

import (
	"strings"

	"mooring/cloud"
	"mooring/fault"
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
	target.SubscriptionID = readSubscription(form, fields)
	switch target.Method {
	case MethodApp:
		a.readApplication(form, &target, fields)
	case MethodClassic:
		if ok && environment.Classic == "" {
			fields["method"] = sayNoClassic
		}
	default:
		fields["method"] = sayMethod
	}
	return target, fields
}

func readSubscription(form *cloud.Form, fields fault.Fields) string {
	id, problem := subscriptionField.read(&form.SubscriptionID)
	if problem == saySubscriptionForm && looksLikeName(strings.ToLower(tidy(form.SubscriptionID))) {
		problem = saySubscriptionName
	}
	if id == "" && problem == "" {
		problem = saySubscriptionMissing
	}
	if problem != "" {
		fields["subscription_id"] = problem
	}
	return id
}

func (a *Azure) readApplication(form *cloud.Form, target *cloud.Target, fields fault.Fields) {
	client, clientProblem := clientField.read(&form.ClientID)
	tenant, tenantProblem := tenantField.read(&form.TenantID)
	if strings.TrimSpace(form.Pasted) != "" {
		p, problem := readPasted(form.Pasted)
		switch {
		case problem != "": // it may hold a secret, and is of no use
			form.Pasted, fields["pasted"] = "", problem
		case client != "" && client != p.client, tenant != "" && tenant != p.tenant:
			fields["pasted"] = sayPastedDiffers
		case clientProblem == "" && tenantProblem == "":
			client, tenant = p.client, p.tenant
			a.takeOver(p, form, target, fields)
		}
	}
	switch {
	case clientProblem != "":
		fields["client_id"] = clientProblem
	case fields["pasted"] != "":
	case client == "" && tenantProblem == "":
		fields["client_id"] = sayClientMissing
	case client == target.SubscriptionID && client != "":
		fields["client_id"] = sayClientIsSubscription
	case client == tenant && client != "":
		fields["client_id"] = sayClientIsTenant
	default:
		target.ClientID = client
	}
	switch {
	case tenantProblem != "":
		fields["tenant_id"] = tenantProblem
	case tenant == "" || fields["pasted"] != "":
	case tenant == target.SubscriptionID:
		fields["tenant_id"] = sayTenantIsSubscription
	default:
		target.TenantID = tenant
	}
}

// takeOver uses what was pasted beyond the application: the subscription where none
// was typed. What contradicts the other fields is said.
func (a *Azure) takeOver(p printed, form *cloud.Form, target *cloud.Target, fields fault.Fields) {
	switch {
	case p.subscription == "":
	case strings.TrimSpace(form.SubscriptionID) == "":
		form.SubscriptionID, target.SubscriptionID = p.subscription, p.subscription
		delete(fields, "subscription_id")
	case target.SubscriptionID != "" && target.SubscriptionID != p.subscription:
		fields["pasted"] = sayPastedOtherSubscription
	}
	if e, ok := a.environment(p.environment); ok && e.Key != target.Environment && fields["environment"] == "" {
		fields["environment"] = "This output is from " + e.Name + ". Choose that cloud, or run the command in the cloud you chose and paste its output."
	}
}

// What stands beside the fields.
const (
	sayEnvironment = "Choose one of the Azure clouds in the list."
	sayMethod      = "Choose one of the methods in the list."
	sayNoClassic   = "The classic method isn't set up for this Azure cloud. Choose the app registration."

	saySecret      = "This contains a secret. Mooring doesn't need it and hasn't kept it. Delete the secret in Azure, because it was sent over the network."
	sayPlaceholder = "This is a placeholder. Replace it with the actual ID."
	sayZeros       = "This ID is all zeros. Paste the actual ID."
	saySeveral     = "This contains more than one ID. Paste only the one that belongs here."

	saySubscriptionMissing  = "Paste the subscription ID. It's in the Azure portal under Subscriptions."
	saySubscriptionName     = "This looks like the subscription's name. Paste its ID, which looks like aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee."
	saySubscriptionForm     = "A subscription ID has five groups of digits and letters from a to f, such as aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee."
	saySubscriptionIsClient = "This is an application ID. Paste the subscription ID here, and the application ID in the field below."
	saySubscriptionIsTenant = "This is a directory (tenant) ID. Paste the subscription ID here."
	saySubscriptionIsObject = "This is an object ID. Paste the subscription ID, which is in the Azure portal under Subscriptions."
	saySubscriptionIsGroup  = "This is a management group. Paste the ID of one of its subscriptions."

	sayClientMissing        = "Paste the Application (client) ID from the app registration's Overview, or the output of the command."
	sayClientForm           = "This isn't an Application (client) ID. Copy it from the app registration's Overview; the Object ID and the name don't work."
	sayClientIsSubscription = "This is the subscription ID. Paste the Application (client) ID here."
	sayClientIsTenant       = "This is the directory (tenant) ID. Paste the Application (client) ID here."
	sayClientIsObject       = "This is the Object ID. Paste the Application (client) ID, which is next to it on the app registration's Overview."
	sayClientIsGroup        = "This is a management group. Paste the Application (client) ID here."

	sayTenantForm           = "This isn't a Directory (tenant) ID. Leave the field empty, and Mooring looks up the directory from the subscription."
	sayTenantIsSubscription = "This is the subscription ID. Leave the field empty, and Mooring looks up the directory."
	sayTenantIsClient       = "This is an application ID. Leave the field empty, and Mooring looks up the directory."
	sayTenantIsObject       = "This is an object ID. Leave the field empty, and Mooring looks up the directory."
	sayTenantIsGroup        = "This is a management group. Leave the field empty, and Mooring looks up the directory."

	sayPastedForm              = "This isn't the output of the command, and Mooring hasn't kept it. Paste everything from { to }, including appId and tenant."
	sayPastedTable             = "This is a table. Run the command from this page, which prints JSON, and paste the JSON."
	sayPastedAccount           = "This describes a subscription, not an application. Paste the output of the command from this page."
	sayPastedDiffers           = "This names a different application or directory than the fields above. Clear those fields or this one."
	sayPastedOtherSubscription = "This names a different subscription than the field above. Check which one you want to link."
	sayPastedPassword          = "This contains a password or another secret. Mooring doesn't need it and hasn't kept it. Delete it in Azure under Certificates & secrets, then run the command from this page, which doesn't create one."
	sayPastedOwnCertificate    = "This command created its own certificate, which Mooring can't use. Run the command from this page, which includes Mooring's certificate."
)
