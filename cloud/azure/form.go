package azure

import (
	"cmp"
	"strings"

	"mooring/cloud"
	"mooring/fault"
)

// typedForm is a form of Azure's while it is read.
type typedForm struct {
	subscription, client, tenant, pasted string
	object, key                          string // for renewal
	fields                               fault.Fields
}

// Read implements cloud.Cloud.
func (a *Azure) Read(form *cloud.Form) (cloud.Target, fault.Fields) {
	typed := &typedForm{subscription: form.Values[fieldSubscription], client: form.Values[fieldClient],
		tenant: form.Values[fieldTenant], pasted: form.Values[fieldPasted], object: form.Values[fieldObject], key: form.Values[fieldKey], fields: fault.Fields{}}
	target := cloud.Target{Environment: form.Environment, SignIn: cloud.SignIn{Method: form.Method}}
	if target.SignIn.Method == "" {
		target.SignIn.Method = MethodApp
	}
	if target.Environment == "" && len(a.environments) > 0 {
		target.Environment = a.environments[0].Key
	}
	environment, ok := a.environment(target.Environment)
	if !ok {
		typed.fields["environment"] = sayEnvironment
	}
	target.Account = typed.readSubscription()
	switch target.SignIn.Method {
	case MethodApp:
		a.readApplication(typed, &target)
		typed.readForRenewal(&target)
	case MethodClassic:
		if ok && environment.Classic == "" {
			typed.fields["method"] = sayNoClassic
		}
	default:
		typed.fields["method"] = sayMethod
	}
	form.Values = typed.values()
	return target, typed.fields
}

// values are what may be shown again.
func (t *typedForm) values() map[string]string {
	all := map[string]string{}
	for key, value := range map[string]string{fieldSubscription: t.subscription, fieldClient: t.client, fieldTenant: t.tenant, fieldPasted: t.pasted, fieldObject: t.object, fieldKey: t.key} {
		if value != "" {
			all[key] = value
		}
	}
	return all
}

// ReadID implements cloud.Cloud.
func (a *Azure) ReadID(part cloud.Part, typed string) (id, problem string) {
	if part == cloud.Parent {
		if id, problem = tenantField.read(&typed); id == "" && problem == "" {
			problem = sayTenantForm
		}
		return id, problem
	}
	form := &typedForm{subscription: typed, fields: fault.Fields{}}
	return form.readSubscription(), form.fields[fieldSubscription]
}

// Facts implements cloud.Cloud.
func (a *Azure) Facts(target cloud.Target) []cloud.Fact {
	return cloud.FieldFacts(a.description, target)
}

func (t *typedForm) readSubscription() string {
	id, problem := subscriptionField.read(&t.subscription)
	if problem == saySubscriptionForm && looksLikeName(strings.ToLower(cloud.Tidy(t.subscription))) {
		problem = saySubscriptionName
	}
	if id == "" && problem == "" {
		problem = saySubscriptionMissing
	}
	if problem != "" {
		t.fields[fieldSubscription] = problem
	}
	return id
}

func (a *Azure) readApplication(typed *typedForm, target *cloud.Target) {
	fields := typed.fields
	client, clientProblem := clientField.read(&typed.client)
	tenant, tenantProblem := tenantField.read(&typed.tenant)
	if strings.TrimSpace(typed.pasted) != "" {
		p, problem := readPasted(typed.pasted)
		switch {
		case problem != "": // it may hold a secret, and is of no use
			typed.pasted, fields[fieldPasted] = "", problem
		case p.client != "" && client != "" && client != p.client, p.tenant != "" && tenant != "" && tenant != p.tenant:
			fields[fieldPasted] = sayPastedDiffers
		case clientProblem == "" && tenantProblem == "":
			client, tenant = cmp.Or(p.client, client), cmp.Or(p.tenant, tenant)
			a.takeOver(p, typed, target)
		}
	}
	switch {
	case clientProblem != "":
		fields[fieldClient] = clientProblem
	case fields[fieldPasted] != "":
	case client == "" && tenantProblem == "":
		fields[fieldClient] = sayClientMissing
	case client == target.Account && client != "":
		fields[fieldClient] = sayClientIsSubscription
	case client == tenant && client != "":
		fields[fieldClient] = sayClientIsTenant
	default:
		target.SignIn.Principal = client
	}
	switch {
	case tenantProblem != "":
		fields[fieldTenant] = tenantProblem
	case tenant == "" || fields[fieldPasted] != "":
	case tenant == target.Account:
		fields[fieldTenant] = sayTenantIsSubscription
	default:
		target.Parent = tenant
	}
}

// readForRenewal reads what nothing but renewal needs.
func (t *typedForm) readForRenewal(target *cloud.Target) {
	for _, one := range []struct {
		key   string
		field idField
		typed *string
	}{{fieldObject, objectField, &t.object}, {fieldKey, keyField, &t.key}} {
		id, problem := one.field.read(one.typed)
		switch {
		case problem != "":
			t.fields[one.key] = problem
		case id != "" && id == target.SignIn.Principal:
			t.fields[one.key] = sayNotTheClient
		case id != "":
			if target.SignIn.Values == nil {
				target.SignIn.Values = map[string]string{}
			}
			target.SignIn.Values[one.key] = id
		}
	}
}

// takeOver uses what was pasted beyond the application: the subscription where none
// was typed. What contradicts the other fields is said.
func (a *Azure) takeOver(p printed, typed *typedForm, target *cloud.Target) {
	fields := typed.fields
	if strings.TrimSpace(typed.object) == "" {
		typed.object = p.object
	}
	if strings.TrimSpace(typed.key) == "" {
		typed.key = p.key
	}
	switch {
	case p.subscription == "":
	case strings.TrimSpace(typed.subscription) == "":
		typed.subscription, target.Account = p.subscription, p.subscription
		delete(fields, fieldSubscription)
	case target.Account != "" && target.Account != p.subscription:
		fields[fieldPasted] = sayPastedOtherSubscription
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

	sayObjectForm   = "An Object ID has five groups of digits and letters from a to f. It's on the app registration's Overview. Or leave the field empty."
	sayKeyForm      = "A Certificate ID has five groups of digits and letters from a to f. It's in the app registration under Certificates & secrets, Certificates. Or leave the field empty."
	sayNotTheClient = "This is the Application (client) ID. Copy the ID that belongs here, or leave the field empty."

	sayPastedForm              = "This isn't the output of the command, and Mooring hasn't kept it. Paste everything from { to }, including appId and tenant."
	sayPastedTable             = "This is a table. Run the command from this page, which prints JSON, and paste the JSON."
	sayPastedAccount           = "This describes a subscription, not an application. Paste the output of the command from this page."
	sayPastedDiffers           = "This names a different application or directory than the fields above. Clear those fields or this one."
	sayPastedOtherSubscription = "This names a different subscription than the field above. Check which one you want to link."
	sayPastedPassword          = "This contains a password or another secret. Mooring doesn't need it and hasn't kept it. Delete it in Azure under Certificates & secrets, then run the command from this page, which doesn't create one."
	sayPastedOwnCertificate    = "This command created its own certificate, which Mooring can't use. Run the command from this page, which includes Mooring's certificate."
)
