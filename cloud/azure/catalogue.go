package azure

import (
	"strings"

	"mooring/cloud"
)

// fixer is the key of who can fix something.
type fixer int

// The fixers.
const (
	appOwner     fixer = iota // of the app registration
	appAdmin                  // of applications in the directory
	roleGiver                 // of roles on the subscription
	subOwner                  // of the subscription
	policyAdmin               // of Conditional Access
	contributor               // to the subscription
	linkEditor                // an owner of the account, by editing the link
	accountOwner              // an owner of the account, with a new certificate
	operator                  // of Mooring
	nobodyNow                 // it passes
)

// fixers are their words.
var fixers = map[fixer]struct {
	words string
	fixer cloud.Fixer
}{
	appOwner:     {"An owner of the app registration in Azure.", cloud.FixedInCloud},
	appAdmin:     {"An administrator of the directory (Application Administrator or higher).", cloud.FixedInCloud},
	roleGiver:    {"Someone who can assign roles on the subscription: Owner, User Access Administrator or Role Based Access Control Administrator.", cloud.FixedInCloud},
	subOwner:     {"An owner of the subscription, or the person who manages its billing.", cloud.FixedInCloud},
	policyAdmin:  {"An administrator of the directory who manages Conditional Access.", cloud.FixedInCloud},
	contributor:  {"A Contributor or Owner of the subscription.", cloud.FixedInCloud},
	linkEditor:   {"An owner of the account in Mooring.", cloud.FixedByOwner},
	accountOwner: {"An owner of the account in Mooring.", cloud.FixedByOwner},
	operator:     {"The operator of this Mooring.", cloud.FixedByOperator},
	nobodyNow:    {"Nobody needs to act. Mooring keeps trying.", cloud.FixedByNobody},
}

const (
	uploadAgain = "Run the command. " + byHand
	uploadedNow = "If you added it in the last few minutes, Mooring keeps trying. Otherwise, run the command. " + byHand
	byHand      = "Or download this link's certificate from Mooring and upload it in the app registration under Certificates & secrets, Certificates. Compare the SHA-1 thumbprint."
	giveReader  = `az role assignment create --assignee {client} --role Reader --scope /subscriptions/{subscription}`
	showApp     = `az ad app show --id {client} --query "{appId:appId, name:displayName}"`
	showObject  = `az ad app show --id {client} --query "{appId:appId, objectId:id}" --output json`
	listCerts   = `az ad app credential list --id {client} --cert`

	// Without --append it removes every other key.
	addCertificate = "az ad app credential reset --id {client} --append --display-name mooring --cert " + cloud.CertificateBlank
	showSub        = `az account show --subscription {subscription} --query "{id:id, tenant:tenantId, state:state}"`
	makeSP         = `az ad sp create --id {client}`
	enableSP       = `az ad sp update --id {client} --set accountEnabled=true`
	registerBoth   = "az provider register --subscription {subscription} --namespace Microsoft.Compute\naz provider register --subscription {subscription} --namespace Microsoft.Network"
)

// catalogue tells each code as what happened, what to do and who can do it.
// The codes and causes are those of Microsoft's references:
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes and
// https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors.
var catalogue = []entry{
	// Renewing the certificate.
	{"Authentication_MissingOrMalformed", broken, "Azure doesn't accept the proof that Mooring has the certificate's key.",
		"Check that the Object ID is of the same app registration as the Application (client) ID. Both are on its Overview.", linkEditor, showObject},
	{"Authorization_RequestDenied", broken, "Azure doesn't let the application change its certificates.",
		"Check the Object ID, which is on the app registration's Overview. If it is right, a policy of the directory forbids it: move the link to a new certificate.", linkEditor, showObject},
	{"Request_ResourceNotFound", broken, "There is no app registration with this Object ID.",
		"Copy the Object ID from the app registration's Overview. The enterprise application has another Object ID, which doesn't work.", linkEditor, showObject},
	{"CredentialInvalidLifetimeAsPerAppPolicy", broken, "A policy of the directory forbids certificates that are valid for so long.",
		"Ask an administrator of the directory to allow them, or ask a site administrator to limit the life of certificates in Mooring. Then choose Try again.", appAdmin, ""},
	{"CredentialTypeNotAllowedAsPerAppPolicy", broken, "A policy of the directory forbids adding certificates to applications.",
		"Ask an administrator of the directory to allow it for this application. Otherwise, move the link to a new certificate yourself.", appAdmin, ""},

	// The directory.
	{"AADSTS90002", broken, "The directory does not exist in this Azure cloud.",
		"Clear the Directory (tenant) ID to have Mooring look it up from the subscription, or copy it again from the app registration's Overview. Check which Azure cloud is selected.", linkEditor, showSub},
	{"AADSTS900023", broken, "The Directory (tenant) ID isn't valid.",
		"Copy the Directory (tenant) ID from the app registration's Overview, or clear the field.", linkEditor, showSub},
	{"AADSTS90038", broken, "The directory is in another Azure cloud.",
		"Select the cloud that the subscription is in, such as Azure US Government.", linkEditor, ""},
	{"AADSTS900382", broken, "The directory is in another Azure cloud.",
		"Select the cloud that the subscription is in, such as Azure US Government.", linkEditor, ""},
	{"AADSTS900432", broken, "The directory is in another Azure cloud.",
		"Select the cloud that the subscription is in, such as Azure US Government.", linkEditor, ""},
	{codeTenantNotFound, broken, "Azure doesn't say which directory the subscription belongs to.",
		"Enter the Directory (tenant) ID from the app registration's Overview.", linkEditor, showSub},
	{codeTenantElsewhere, broken, "The directory is in another Azure cloud.",
		"Select the cloud that the subscription is in, such as Azure US Government.", linkEditor, ""},
	{"AADSTS5000224", broken, "Microsoft has blocked the directory, or it no longer exists.",
		"Ask an administrator of the directory. If another directory has replaced it, enter the ID of the directory that owns the subscription now.", appAdmin, showSub},
	{"AADSTS5000225", broken, "Microsoft has blocked the directory because nobody used it for a long time.",
		"Ask an administrator of the directory to have it enabled again, or enter the ID of the directory that owns the subscription now.", appAdmin, showSub},
	{"AADSTS50059", broken, "The sign-in didn't say which directory it is for.",
		"Enter the Directory (tenant) ID from the app registration's Overview.", linkEditor, showSub},
	{"AADSTS500021", broken, "A network between Mooring and Azure allows only certain directories (tenant restrictions), and this one isn't among them.",
		"Ask the administrators of that network or proxy to allow the directory.", operator, ""},
	{codeTenantMismatch, broken, "The subscription belongs to a different directory than the one entered.",
		"Clear the Directory (tenant) ID to have Mooring look it up. Then check that the app registration is in the subscription's directory.", linkEditor, showSub},

	// Signing in.
	{"AADSTS700016", copying, "Azure doesn't know this application yet.",
		"If you created it in the last few minutes, Mooring keeps trying. Otherwise compare the Application (client) ID with the app registration's Overview. The Object ID doesn't work.", linkEditor, showApp},
	{"AADSTS700038", broken, "The Application (client) ID isn't valid.",
		"Copy the Application (client) ID from the app registration's Overview.", linkEditor, showApp},
	{"AADSTS700027", copying, "The application doesn't know this link's certificate.",
		uploadedNow, appOwner, addCertificate},
	{"AADSTS1000502", broken, "The certificate has expired, or isn't valid yet.",
		"Make a new certificate for this account, and move the link to it.", accountOwner, listCerts},
	{"AADSTS7000214", broken, "The certificate has been revoked.",
		"Make a new certificate for this account, and move the link to it.", accountOwner, listCerts},
	{"AADSTS700030", broken, "The application doesn't accept a certificate with this subject.",
		"Add this link's certificate to the app registration itself, under Certificates & secrets, Certificates.", appOwner, addCertificate},
	{"AADSTS700023", broken, "The sign-in names a different address than the directory expects.",
		"Check the Azure endpoints in Mooring's settings, and which Azure cloud is selected.", operator, ""},
	{"AADSTS700025", broken, "The application is registered as a public client, which can't sign in with a certificate.",
		"In the app registration, under Authentication, set Allow public client flows to No.", appOwner, showApp},
	{"AADSTS7000216", broken, "The sign-in request reached Azure without its signed assertion.",
		"Check again. If the error persists, look for a proxy between Mooring and Azure that changes requests.", operator, ""},
	{"AADSTS500014", broken, "Azure's resource manager is disabled in the directory.",
		"Ask an administrator of the directory to enable the enterprise application Windows Azure Service Management API.", appAdmin, ""},
	{"AADSTS501051", broken, "The application isn't assigned to Azure's resource manager, and the directory requires an assignment.",
		"In Entra, open Enterprise applications, choose Windows Azure Service Management API, and assign the application, or set Assignment required to No.", appAdmin, ""},
	{"AADSTS50012", copying, "The application doesn't accept this link's certificate.",
		uploadedNow, appOwner, addCertificate},
	{"AADSTS700024", broken, "Azure rejected the sign-in as too old or too new: the clock of the server that runs Mooring is probably wrong.",
		"Synchronize the server's clock with NTP. Nothing in Azure needs to change.", operator, ""},
	{"AADSTS500133", broken, "Azure rejected the sign-in as expired or not yet valid: the clock of the server that runs Mooring is probably wrong.",
		"Synchronize the server's clock with NTP. Nothing in Azure needs to change.", operator, ""},
	{"AADSTS50013", broken, "Azure couldn't read the sign-in request from Mooring.",
		"Check again. If the error persists, tell the operator of this Mooring. Nothing in Azure needs to change.", operator, ""},
	{"AADSTS7000215", broken, "Azure expected a client secret, but Mooring doesn't use one.", uploadAgain, appOwner, addCertificate},
	{"AADSTS7000222", broken, "The application's client secret has expired. Mooring uses a certificate instead.", uploadAgain, appOwner, addCertificate},
	{"AADSTS7000218", broken, "The sign-in request reached Azure without its signed assertion.",
		"Check again. If the error persists, look for a proxy between Mooring and Azure that changes requests.", operator, ""},
	{"AADSTS7000112", broken, "The application is disabled in the directory.",
		"In Entra, open Enterprise applications, choose the application, and under Properties set Enabled for users to sign-in to Yes.", appAdmin, enableSP},
	{"AADSTS7000229", copying, "The application exists, but it has no service principal in the directory.",
		"If it was created in the last few minutes, Mooring keeps trying. Otherwise, create it with the command.", appAdmin, makeSP},
	{"AADSTS53003", broken, "A Conditional Access policy of the directory blocks this sign-in.",
		"Exclude the application from the policy, or allow the address that Mooring connects from.", policyAdmin, ""},
	{"AADSTS53005", broken, "A policy of the directory blocks this sign-in.",
		"Exclude the application from the policy, or allow the address that Mooring connects from.", policyAdmin, ""},
	{"AADSTS530032", broken, "A security policy of the directory blocks this sign-in.",
		"Exclude the application from the policy, or allow the address that Mooring connects from.", policyAdmin, ""},
	{"AADSTS530035", broken, "The security defaults of the directory block this sign-in.",
		"Ask an administrator of the directory to allow the application, or the address that Mooring connects from.", policyAdmin, ""},
	{codeInsufficientClaims, broken, "A Conditional Access policy of the directory doesn't accept this sign-in, for example because of the address it comes from.",
		"Exclude the application from the policy, or allow the address that Mooring connects from.", policyAdmin, ""},
	{"LocationConditionEvaluationSatisfied", broken, "A Conditional Access policy of the directory doesn't accept the address that Mooring connects from.",
		"Exclude the application from the policy, or allow the address that Mooring connects from.", policyAdmin, ""},
	{"AADSTS500011", broken, "The directory doesn't know Azure's resource manager by the name that Mooring used.",
		"Check which Azure cloud is selected.", linkEditor, ""},
	{"AADSTS50034", broken, "Azure looked for a user, but Mooring signs in as an application.",
		"Check the Directory (tenant) ID and the Application (client) ID.", linkEditor, showApp},
	{"AADSTS50049", broken, "The directory service doesn't know the address that Mooring used.",
		"Check the Azure endpoints in Mooring's settings.", operator, ""},
	{"AADSTS50196", silent, "Azure received the same sign-in too many times and asks Mooring to wait.", "Wait a few minutes.", nobodyNow, ""},
	{"AADSTS50032", broken, "The certificate's key is too weak for the directory.",
		"Make a new certificate for this account and upload it.", accountOwner, ""},
	{"AADSTS5002738", broken, "The directory doesn't accept this kind of signature.",
		"Make a new certificate for this account and upload it.", accountOwner, ""},
	{"AADSTS70021", broken, "The application has no matching federated identity.",
		"Add this link's certificate to the application instead.", appOwner, addCertificate},
	{"AADSTS700211", broken, "The application's federated identity names another issuer.",
		"Add this link's certificate to the application instead.", appOwner, addCertificate},
	{"AADSTS700213", broken, "The application's federated identity names another subject.",
		"Add this link's certificate to the application instead.", appOwner, addCertificate},
	{"AADSTS7002138", broken, "The application's federated identity names another subject.",
		"Add this link's certificate to the application instead.", appOwner, addCertificate},
	{"AADSTS90033", silent, "Azure's directory service has a temporary problem.", "Wait a few minutes.", nobodyNow, ""},
	{"AADSTS90012", silent, "Azure's directory service took too long.", "Wait a few minutes.", nobodyNow, ""},
	{"AADSTS7002381", broken, "The directory has a rule for federated identities that this sign-in doesn't meet.",
		"Add this link's certificate to the application instead.", appOwner, addCertificate},
	{"AADSTS90006", silent, "Azure's directory service has a temporary problem.", "Wait a few minutes.", nobodyNow, ""},
	{"AADSTS90024", silent, "Azure's directory service has a temporary problem.", "Wait a few minutes.", nobodyNow, ""},
	{"AADSTS90055", silent, "Azure's directory service received too many requests for this directory.", "Wait a few minutes.", nobodyNow, ""},
	{"AADSTS50033", silent, "Azure's directory service has a temporary problem.", "Wait a few minutes.", nobodyNow, ""},

	// The subscription.
	{"AuthenticationFailed", broken, "Azure couldn't read the sign-in on this request.",
		"Check again. If the error persists, look for a proxy between Mooring and Azure that changes requests.", operator, ""},
	{"InvalidAuthenticationTokenTenant", broken, "The subscription has moved to a directory that isn't the application's.",
		"Register the application in the directory that owns the subscription now. After a move, it can take up to an hour for Azure to apply the change.", appAdmin, showSub},
	{"InvalidAuthenticationTokenAudience", broken, "Azure's resource manager doesn't accept the audience of Mooring's token.",
		"Check --azure-audience in Mooring's settings.", operator, ""},
	{"AuthenticationFailedMissingToken", broken, "Mooring's request reached Azure without its access token.",
		"Look for a proxy between Mooring and Azure that changes requests. If Mooring uses a private Azure endpoint, check --azure-audience in its settings.", operator, ""},
	{"InvalidAuthenticationToken", broken, "Azure didn't accept the sign-in for this subscription.",
		"Check which Azure cloud is selected, then check again.", linkEditor, ""},
	{"ExpiredAuthenticationToken", silent, "The sign-in expired during the check.", "Check again.", nobodyNow, ""},
	{"SubscriptionNotFound", broken, "Azure found no subscription with this ID.",
		"Compare the subscription ID with the portal, and check which Azure cloud is selected. If both are right, the subscription has been deleted, or the application has no access to it.", linkEditor, showSub},
	{"InvalidSubscriptionId", broken, "Azure says that this isn't a subscription ID.",
		"Copy the ID from the portal under Subscriptions. The subscription's name doesn't work.", linkEditor, showSub},
	{codeOtherSubscription, broken, "Azure answered about a different subscription than the one Mooring asked for.",
		"Check for a proxy between Mooring and Azure, then check again.", operator, ""},
	{"AuthorizationFailed", copying, "The application has no role on this subscription that allows reading.",
		"If you assigned a role in the last ten minutes, Mooring keeps trying. Otherwise, assign the Reader role to the application.", roleGiver, giveReader},
	{"DenyAssignmentAuthorizationFailed", broken, "A deny assignment on the subscription blocks the application.",
		"Remove the deny assignment, or exclude the application from it.", roleGiver, ""},
	{"LinkedAuthorizationFailed", copying, "The application can change this resource, but not another resource that it depends on.",
		"If you assigned a role in the last ten minutes, Mooring keeps trying. Otherwise, assign the application a role on the other resource's group, too.", roleGiver, giveReader},
	{codeRightsUnreadable, broken, "Mooring couldn't read Azure's list of permissions to the end, so the application's permissions are unknown. The link still works.",
		"Check again later. If the error persists, ask the operator of this Mooring to look for a proxy between Mooring and Azure that changes responses.", operator, ""},
	{codeRightsUnknown, broken, "The application isn't allowed to read this information, so Mooring can't show it. The link still works.",
		"You don't need to do anything. To see this information, assign the Reader role to the application.", roleGiver, giveReader},
	{"ReadOnlyDisabledSubscription", broken, "The subscription is disabled. It can be read, but nothing in it can be changed.",
		"Enable it in the portal under Subscriptions. Common causes are a spending limit or a missed payment.", subOwner, showSub},
	{codeDisabled, broken, "The subscription is disabled. It can be read, but nothing in it can be changed.",
		"Enable it in the portal under Subscriptions. Common causes are a spending limit or a missed payment.", subOwner, showSub},
	{"DisabledSubscription", broken, "The subscription is disabled. It can be read, but nothing in it can be changed.",
		"Enable it in the portal under Subscriptions. Common causes are a spending limit or a missed payment.", subOwner, showSub},
	{codeDeleted, broken, "The subscription has been deleted.",
		"If this was a mistake, its owner can ask Azure support to restore it within a few weeks. Otherwise, unlink it here.", subOwner, showSub},

	// Using it.
	{codeNotRegistered, broken, "The link works. Virtual machines also need the resource providers Microsoft.Compute and Microsoft.Network, and at least one of them isn't registered in this subscription.",
		"You don't need to do anything unless you want to create virtual machines with this link. If you do, register the providers. This takes a minute or two and is free.", contributor, registerBoth},
	{"InvalidSubscriptionRegistrationState", broken, "The subscription isn't registered with a resource provider.",
		"Register the providers.", contributor, registerBoth},
	{"NoRegisteredProviderFound", broken, "The resource provider doesn't know this kind of request.",
		"Register the providers, then check again.", contributor, registerBoth},
	{"OperationNotAllowed", broken, "Azure doesn't allow this, most often because a quota is used up.",
		"Choose a smaller size or another region, or request a higher quota under Subscriptions, Usage + quotas.", subOwner, ""},
	{"QuotaExceeded", broken, "A quota of the subscription is used up.",
		"Choose a smaller size or another region, or request a higher quota under Subscriptions, Usage + quotas.", subOwner, ""},
	{"ResourceQuotaExceeded", broken, "A quota of the subscription is used up.",
		"Choose a smaller size or another region, or request a higher quota under Subscriptions, Usage + quotas.", subOwner, ""},
	{"PublicIPCountLimitReached", broken, "The subscription has reached its limit of public IP addresses.",
		"Delete one that isn't used, or request a higher quota under Subscriptions, Usage + quotas.", subOwner, ""},
	{"SkuNotAvailable", broken, "This size isn't available in this location.", "Choose another size, region or zone.", linkEditor, ""},
	{"AllocationFailed", broken, "Azure has no capacity for this size in this location right now.", "Try later, or choose another size or region.", linkEditor, ""},
	{"ZonalAllocationFailed", broken, "Azure has no capacity for this size in this zone right now.", "Try later, or choose another size or zone.", linkEditor, ""},
	{"OverconstrainedAllocationRequest", broken, "Azure has no capacity for everything that was requested together.", "Request less at once, or choose another size or region.", linkEditor, ""},
	{"RequestDisallowedByPolicy", broken, "An Azure policy of your organization doesn't allow this.",
		"Azure's message names the policy. Choose something that the policy allows, or ask its owner for an exemption.", subOwner, ""},
	{"RegionDoesNotAllowProvisioning", broken, "This region doesn't accept new resources.", "Choose another region.", linkEditor, ""},
	{"LocationNotAvailableForResourceType", broken, "This region doesn't offer this kind of resource.", "Choose another region.", linkEditor, ""},
	{"InvalidResourceLocation", broken, "A resource with that name exists in another region.", "Choose another name, or the region that the resource is in.", linkEditor, ""},
	{"Conflict", broken, "Another change to the same resource is in progress.", "Wait a minute, then try again.", linkEditor, ""},
	{"AnotherOperationInProgress", broken, "Another change to the same resource is in progress.", "Wait a minute, then try again.", linkEditor, ""},
	{"ResourceGroupBeingDeleted", broken, "The resource group is being deleted.", "Wait until it has been deleted, or choose another one.", linkEditor, ""},
	{"ResourceGroupNotFound", broken, "The resource group doesn't exist.", "Check its name, or create it.", linkEditor, ""},
	{"ImageNotFound", broken, "The image doesn't exist.", "Check its name.", linkEditor, ""},

	// Classic.
	{codeForbidden, broken, "The subscription doesn't know this link's certificate.",
		"Download this link's certificate and upload it to the subscription under Management certificates. Compare the SHA-1 thumbprint.", subOwner, ""},
	{"MissingOrIncorrectVersionHeader", broken, "The classic endpoint doesn't support the API version that Mooring uses.",
		"Check the classic endpoint in Mooring's settings.", operator, ""},
	{"ResourceNotFound", broken, "The classic endpoint found no subscription with this ID.",
		"Compare the subscription ID with the portal.", linkEditor, ""},
	{"ServerBusy", silent, "Azure is busy.", "Wait a few minutes.", nobodyNow, ""},
	{"InternalError", silent, "Azure has a temporary problem.", "Wait a few minutes.", nobodyNow, ""},
	{"OperationTimedOut", silent, "Azure took too long.", "Wait a few minutes.", nobodyNow, ""},

	// On the way.
	{codeRefused, broken, "Azure refused the request without a reason that Mooring can read.",
		"Check the subscription ID, the application's role, and its certificate. If they are right, look for a proxy between Mooring and Azure.", linkEditor, ""},
	{codeThrottled, silent, "Azure received too many requests and asks Mooring to wait.", "Wait a few minutes.", nobodyNow, ""},
	{"SubscriptionRequestsThrottled", silent, "The subscription received too many requests, and Azure asks Mooring to wait.", "Wait a few minutes.", nobodyNow, ""},
	{codeOutage, silent, "Azure answered that it is unavailable.", "Wait a few minutes. Mooring will check again. This doesn't mean that anything is wrong with the link.", nobodyNow, ""},
	{codeNoAnswer, silent, "Mooring couldn't reach Azure.",
		"Wait a few minutes. If the error persists, check that the server that runs Mooring can reach Azure: check its network, proxy and DNS.", operator, ""},
	{codeNameNotFound, silent, "The DNS name of Azure's server wasn't found.",
		"Wait a few minutes. If the error persists, check the DNS settings of the server that runs Mooring.", operator, ""},
	{codeNotTrusted, silent, "Mooring doesn't trust the certificate of the server that answered for Azure.",
		"If a proxy inspects TLS, or you use a private Azure endpoint, give Mooring its CA certificate with --azure-ca.", operator, ""},
	{codeProxyRefused, silent, "The proxy between Mooring and Azure refused the connection.",
		"Allow the server that runs Mooring to reach Azure through the proxy.", operator, ""},
	{codeProxyAuthorization, silent, "The proxy between Mooring and Azure requires a password.",
		"Add the proxy's user name and password to HTTPS_PROXY on the server that runs Mooring.", operator, ""},
	{codeForeignHost, silent, "A response redirected Mooring to a host that isn't one of Azure's. Mooring didn't follow it.",
		"Look for a proxy between Mooring and Azure that changes responses, and check the Azure endpoints in Mooring's settings.", operator, ""},
	{codeTimedOut, silent, "Azure didn't respond in time.",
		"Wait a few minutes. If the error persists, check the network between Mooring and Azure.", operator, ""},
	{codeUnexpectedAnswer, silent, "The response wasn't in a form that Azure uses.",
		"Wait a few minutes. If the error persists, look for a proxy or a network sign-in page between Mooring and Azure.", operator, ""},
}

// variants are the codes that mean something else at some stages, or for a reason.
var variants = []variant{
	{code: "AADSTS700027", reason: reasonExpired, slug: reasonExpired, entry: entry{"AADSTS700027", broken, "The application knows this link's certificate, but its entry there has expired.",
		"Add the certificate again. " + uploadAgain, appOwner, addCertificate}},
	{code: "AADSTS50012", reason: reasonExpired, slug: reasonExpired, entry: entry{"AADSTS50012", broken, "The application knows this link's certificate, but its entry there has expired.",
		"Add the certificate again. " + uploadAgain, appOwner, addCertificate}},
	// The same code means less where it only keeps us from looking.
	{code: "AuthorizationFailed", stages: []string{stageRights, stageProviders}, entry: byCode[strings.ToLower(codeRightsUnknown)]},
}
