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
	subOwner:     {"An owner of the subscription, or the person who pays for it.", cloud.FixedInCloud},
	policyAdmin:  {"An administrator of the directory who manages Conditional Access.", cloud.FixedInCloud},
	contributor:  {"A Contributor or Owner of the subscription.", cloud.FixedInCloud},
	linkEditor:   {"An owner of the account in Mooring.", cloud.FixedByOwner},
	accountOwner: {"An owner of the account in Mooring.", cloud.FixedByOwner},
	operator:     {"The operator of this Mooring.", cloud.FixedByOperator},
	nobodyNow:    {"Nobody needs to act. Mooring keeps trying.", cloud.FixedByNobody},
}

const (
	uploadAgain = "Run the command. " + byHand
	uploadedNow = "If you have just added it, wait: Azure takes minutes to copy it. Otherwise, run the command. " + byHand
	byHand      = "Or download this link's certificate from Mooring and upload it in the app registration under Certificates & secrets, Certificates. Compare the SHA-1 thumbprint."
	giveReader  = `az role assignment create --assignee {client} --role Reader --scope /subscriptions/{subscription}`
	showApp     = `az ad app show --id {client} --query "{appId:appId, name:displayName}"`
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
	// The directory.
	{"AADSTS90002", broken, "The directory does not exist in this Azure cloud.",
		"Clear the Directory (tenant) ID, so that Mooring finds it from the subscription, or copy it again from the app registration's Overview. Check which Azure cloud is chosen.", linkEditor, showSub},
	{"AADSTS900023", broken, "The Directory (tenant) ID is not one.",
		"Copy the Directory (tenant) ID from the app registration's Overview, or clear the field.", linkEditor, showSub},
	{"AADSTS90038", broken, "The directory is in another Azure cloud.",
		"Choose the cloud in which the subscription lives, for example Azure US Government.", linkEditor, ""},
	{"AADSTS900382", broken, "The directory is in another Azure cloud.",
		"Choose the cloud in which the subscription lives, for example Azure US Government.", linkEditor, ""},
	{"AADSTS900432", broken, "The directory is in another Azure cloud.",
		"Choose the cloud in which the subscription lives, for example Azure US Government.", linkEditor, ""},
	{codeTenantNotFound, broken, "Azure does not tell which directory the subscription belongs to.",
		"Enter the Directory (tenant) ID from the app registration's Overview.", linkEditor, showSub},
	{codeTenantElsewhere, broken, "The directory is in another Azure cloud.",
		"Choose the cloud in which the subscription lives, for example Azure US Government.", linkEditor, ""},
	{"AADSTS5000224", broken, "Microsoft has blocked the directory, or it no longer exists.",
		"Ask an administrator of the directory. If it was replaced, enter the ID of the directory that owns the subscription now.", appAdmin, showSub},
	{"AADSTS5000225", broken, "Microsoft has blocked the directory because nobody used it for a long time.",
		"Ask an administrator of the directory to have it enabled again, or enter the ID of the directory that owns the subscription now.", appAdmin, showSub},
	{"AADSTS50059", broken, "The sign-in did not say which directory it is for.",
		"Enter the Directory (tenant) ID from the app registration's Overview.", linkEditor, showSub},
	{"AADSTS500021", broken, "A network between Mooring and Azure allows other directories only (tenant restrictions).",
		"Ask the administrators of that network or proxy to allow the directory.", operator, ""},
	{codeTenantMismatch, broken, "The subscription belongs to another directory than the one entered.",
		"Clear the Directory (tenant) ID, so that Mooring finds it. Then check that the app registration is in the subscription's directory.", linkEditor, showSub},

	// Signing in.
	{"AADSTS700016", copying, "Azure doesn't know this application yet.",
		"If you created it in the last few minutes, Mooring keeps trying. Otherwise compare the Application (client) ID with the app registration's Overview. The Object ID doesn't work.", linkEditor, showApp},
	{"AADSTS700038", broken, "The Application (client) ID is not one.",
		"Copy the Application (client) ID from the app registration's Overview.", linkEditor, showApp},
	{"AADSTS700027", copying, "The application doesn't know this link's certificate.",
		uploadedNow, appOwner, addCertificate},
	{"AADSTS1000502", broken, "The certificate has expired, or isn't valid yet.",
		"Make a new certificate for this account, and move the link to it.", accountOwner, listCerts},
	{"AADSTS7000214", broken, "The certificate has been revoked.",
		"Make a new certificate for this account, and move the link to it.", accountOwner, listCerts},
	{"AADSTS700030", broken, "The application doesn't accept a certificate with this subject.",
		"Add this link's certificate to the app registration itself, under Certificates & secrets, Certificates.", appOwner, addCertificate},
	{"AADSTS700023", broken, "The sign-in names another address than the directory expects.",
		"Check the Azure endpoints in Mooring's settings, and which Azure cloud is chosen.", operator, ""},
	{"AADSTS700025", broken, "The application is registered as a public client, which can't sign in with a certificate.",
		"In the app registration, under Authentication, set Allow public client flows to No.", appOwner, showApp},
	{"AADSTS7000216", broken, "The sign-in reached Azure without its proof.",
		"Check again. If it stays, look for a proxy between Mooring and Azure that changes requests.", operator, ""},
	{"AADSTS500014", broken, "Azure's resource manager is disabled in the directory.",
		"Ask an administrator of the directory to enable the enterprise application Windows Azure Service Management API.", appAdmin, ""},
	{"AADSTS501051", broken, "The application isn't assigned to what it signs in to, and the directory asks for that.",
		"In Entra, open Enterprise applications, choose Windows Azure Service Management API, and assign the application, or set Assignment required to No.", appAdmin, ""},
	{"AADSTS50012", copying, "The application doesn't accept this link's certificate.",
		uploadedNow, appOwner, addCertificate},
	{"AADSTS700024", broken, "Azure finds the sign-in too old or too new: the clock of the server that runs Mooring is wrong.",
		"Set the server's clock by NTP. This is on our side; nothing in Azure needs to change.", operator, ""},
	{"AADSTS500133", broken, "Azure finds the sign-in outside its time: the clock of the server that runs Mooring is probably wrong.",
		"Set the server's clock by NTP. This is on our side; nothing in Azure needs to change.", operator, ""},
	{"AADSTS50013", broken, "Azure could not read the sign-in that Mooring made.",
		"Check again. If it stays, tell the operator of this Mooring; nothing in Azure needs to change.", operator, ""},
	{"AADSTS7000215", broken, "Azure expected a client secret, and Mooring uses none.", uploadAgain, appOwner, addCertificate},
	{"AADSTS7000222", broken, "The application's client secret has expired. Mooring uses a certificate instead.", uploadAgain, appOwner, addCertificate},
	{"AADSTS7000218", broken, "The sign-in reached Azure without its proof.",
		"Check again. If it stays, look for a proxy between Mooring and Azure that changes requests.", operator, ""},
	{"AADSTS7000112", broken, "The application is disabled in the directory.",
		"In Entra, open Enterprise applications, choose the application, and under Properties set Enabled for users to sign-in to Yes.", appAdmin, enableSP},
	{"AADSTS7000229", copying, "The application exists, but has no service principal in the directory.",
		"Make one with the command. If it was made just now, wait: Azure takes minutes to copy it.", appAdmin, makeSP},
	{"AADSTS53003", broken, "A Conditional Access policy of the directory blocks this sign-in.",
		"Exclude the application from the policy, or allow the address from which Mooring reaches Azure.", policyAdmin, ""},
	{"AADSTS53005", broken, "A policy of the directory blocks this sign-in.",
		"Exclude the application from the policy, or allow the address from which Mooring reaches Azure.", policyAdmin, ""},
	{"AADSTS530032", broken, "A security policy of the directory blocks this sign-in.",
		"Exclude the application from the policy, or allow the address from which Mooring reaches Azure.", policyAdmin, ""},
	{"AADSTS530035", broken, "The security defaults of the directory block this sign-in.",
		"Ask an administrator of the directory to allow the application, or the address from which Mooring reaches Azure.", policyAdmin, ""},
	{codeInsufficientClaims, broken, "A Conditional Access policy of the directory doesn't accept this sign-in, for example because of the address that it comes from.",
		"Exclude the application from the policy, or allow the address from which Mooring reaches Azure.", policyAdmin, ""},
	{"LocationConditionEvaluationSatisfied", broken, "A Conditional Access policy of the directory doesn't accept the address from which Mooring reaches Azure.",
		"Exclude the application from the policy, or allow the address from which Mooring reaches Azure.", policyAdmin, ""},
	{"AADSTS500011", broken, "The directory does not know Azure's resource manager under the name Mooring used.",
		"Check which Azure cloud is chosen.", linkEditor, ""},
	{"AADSTS50034", broken, "Azure looked for a user where Mooring signs in as an application.",
		"Check the Directory (tenant) ID and the Application (client) ID.", linkEditor, showApp},
	{"AADSTS50049", broken, "The directory service does not know the address Mooring used.",
		"Check the Azure endpoints in Mooring's settings.", operator, ""},
	{"AADSTS50196", silent, "Azure saw too many equal sign-ins and asks for a pause.", "Wait some minutes.", nobodyNow, ""},
	{"AADSTS50032", broken, "The certificate's key is too weak for the directory.",
		"Make a new certificate for this account and upload it.", accountOwner, ""},
	{"AADSTS5002738", broken, "The directory does not accept this kind of signature.",
		"Make a new certificate for this account and upload it.", accountOwner, ""},
	{"AADSTS70021", broken, "The application has no matching federated identity.",
		"Add this link's certificate to the application instead.", appOwner, addCertificate},
	{"AADSTS700211", broken, "The application's federated identity names another issuer.",
		"Add this link's certificate to the application instead.", appOwner, addCertificate},
	{"AADSTS700213", broken, "The application's federated identity names another subject.",
		"Add this link's certificate to the application instead.", appOwner, addCertificate},
	{"AADSTS7002138", broken, "The application's federated identity names another subject.",
		"Add this link's certificate to the application instead.", appOwner, addCertificate},
	{"AADSTS90033", silent, "Azure's directory service has a passing problem.", "Wait.", nobodyNow, ""},
	{"AADSTS90012", silent, "Azure's directory service took too long.", "Wait.", nobodyNow, ""},
	{"AADSTS7002381", broken, "The directory has a rule for federated identities that this sign-in doesn't meet.",
		"Add this link's certificate to the application instead.", appOwner, addCertificate},
	{"AADSTS90006", silent, "Azure's directory service has a passing problem.", "Wait.", nobodyNow, ""},
	{"AADSTS90024", silent, "Azure's directory service has a passing problem.", "Wait.", nobodyNow, ""},
	{"AADSTS90055", silent, "Azure's directory service got too many requests for this directory.", "Wait.", nobodyNow, ""},
	{"AADSTS50033", silent, "Azure's directory service has a passing problem.", "Wait.", nobodyNow, ""},

	// The subscription.
	{"AuthenticationFailed", broken, "Azure did not read the sign-in on this request.",
		"Check again. If it stays, look for a proxy between Mooring and Azure that changes requests.", operator, ""},
	{"InvalidAuthenticationTokenTenant", broken, "The subscription has moved to another directory than the application's.",
		"Register the application in the directory that owns the subscription now. After a move, Azure can take up to an hour.", appAdmin, showSub},
	{"InvalidAuthenticationTokenAudience", broken, "Azure's resource manager doesn't accept the audience of Mooring's token.",
		"Check --azure-audience in Mooring's settings.", operator, ""},
	{"AuthenticationFailedMissingToken", broken, "Mooring's request reached Azure without its sign-in.",
		"Look for a proxy between Mooring and Azure that changes requests. If Mooring uses an Azure endpoint of your own, check --azure-audience in its settings.", operator, ""},
	{"InvalidAuthenticationToken", broken, "Azure did not accept the sign-in for this subscription.",
		"Check which Azure cloud is chosen, then check again.", linkEditor, ""},
	{"ExpiredAuthenticationToken", silent, "The sign-in ran out while Mooring was asking.", "Check again.", nobodyNow, ""},
	{"SubscriptionNotFound", broken, "Azure finds no subscription with this ID.",
		"Compare the subscription ID with the portal, and check which Azure cloud is chosen. If both are right, the subscription is deleted or the application may not see it.", linkEditor, showSub},
	{"InvalidSubscriptionId", broken, "Azure says that this is not a subscription ID.",
		"Copy the ID from the portal under Subscriptions. The subscription's name does not work.", linkEditor, showSub},
	{codeOtherSubscription, broken, "Azure answered about another subscription than the one asked for.",
		"Check for a proxy between Mooring and Azure, then check again.", operator, ""},
	{"AuthorizationFailed", copying, "The application has no role on this subscription that lets it read.",
		"Give it the role Reader. If you have just done so, wait: Azure takes up to ten minutes to copy it.", roleGiver, giveReader},
	{"DenyAssignmentAuthorizationFailed", broken, "A deny assignment on the subscription blocks the application.",
		"Remove the deny assignment, or exclude the application from it.", roleGiver, ""},
	{"LinkedAuthorizationFailed", copying, "The application may change one resource, but not another one that it is tied to.",
		"Give it a role on the resource group of the other one, too. If you have just done so, wait: Azure takes up to ten minutes to copy it.", roleGiver, giveReader},
	{codeRightsUnreadable, broken, "Mooring can't read Azure's list of what the application may do to its end, so its permissions are unknown. The link works all the same.",
		"Check again later. If it stays, ask the operator of this Mooring to look for a proxy between Mooring and Azure that changes answers.", operator, ""},
	{codeRightsUnknown, broken, "The application may not look at this, so it cannot be told. The link works all the same.",
		"Nothing has to be done. With the role Reader, Mooring could tell.", roleGiver, giveReader},
	{"ReadOnlyDisabledSubscription", broken, "The subscription is disabled: it can be read, and nothing in it can be changed.",
		"Enable it in the portal under Subscriptions. The reason is often a spending limit or a payment.", subOwner, showSub},
	{codeDisabled, broken, "The subscription is disabled: it can be read, and nothing in it can be changed.",
		"Enable it in the portal under Subscriptions. The reason is often a spending limit or a payment.", subOwner, showSub},
	{"DisabledSubscription", broken, "The subscription is disabled: it can be read, and nothing in it can be changed.",
		"Enable it in the portal under Subscriptions. The reason is often a spending limit or a payment.", subOwner, showSub},
	{codeDeleted, broken, "The subscription is deleted.",
		"If that was a mistake, its owner can bring it back for some weeks by a request to Azure support. Otherwise unlink it here.", subOwner, showSub},

	// Using it.
	{codeNotRegistered, broken, "The link works. Microsoft.Compute and Microsoft.Network, which only virtual machines need, aren't both registered in this subscription.",
		"Nothing, unless somebody wants to create virtual machines with this link. Then register the providers: it takes a minute or two and costs nothing.", contributor, registerBoth},
	{"InvalidSubscriptionRegistrationState", broken, "The subscription is not registered with a resource provider.",
		"Register the providers.", contributor, registerBoth},
	{"NoRegisteredProviderFound", broken, "The resource provider does not know this kind of request.",
		"Register the providers, then check again.", contributor, registerBoth},
	{"OperationNotAllowed", broken, "Azure does not allow it, most often because a quota is used up.",
		"Choose a smaller size or another region, or ask for more under Subscriptions, Usage + quotas.", subOwner, ""},
	{"QuotaExceeded", broken, "A quota of the subscription is used up.",
		"Choose a smaller size or another region, or ask for more under Subscriptions, Usage + quotas.", subOwner, ""},
	{"ResourceQuotaExceeded", broken, "A quota of the subscription is used up.",
		"Choose a smaller size or another region, or ask for more under Subscriptions, Usage + quotas.", subOwner, ""},
	{"PublicIPCountLimitReached", broken, "The subscription has all the public addresses it may have.",
		"Delete one that nobody uses, or ask for more under Subscriptions, Usage + quotas.", subOwner, ""},
	{"SkuNotAvailable", broken, "The size is not available there.", "Choose another size, region or zone.", linkEditor, ""},
	{"AllocationFailed", broken, "Azure has no room for this size there at the moment.", "Try later, or choose another size or region.", linkEditor, ""},
	{"ZonalAllocationFailed", broken, "Azure has no room for this size in that zone at the moment.", "Try later, or choose another size or zone.", linkEditor, ""},
	{"OverconstrainedAllocationRequest", broken, "Azure has no room that fits everything that was asked for.", "Ask for less at once, or choose another size or region.", linkEditor, ""},
	{"RequestDisallowedByPolicy", broken, "A policy of the organization forbids it.",
		"Ask for the name of the policy that Azure's sentence mentions, and choose what it allows.", subOwner, ""},
	{"RegionDoesNotAllowProvisioning", broken, "The region takes no new resources.", "Choose another region.", linkEditor, ""},
	{"LocationNotAvailableForResourceType", broken, "The region does not offer this kind of resource.", "Choose another region.", linkEditor, ""},
	{"InvalidResourceLocation", broken, "A resource of that name exists in another region.", "Choose another name, or the region it is in.", linkEditor, ""},
	{"Conflict", broken, "Something else is being changed there at the same time.", "Wait a minute, then try again.", linkEditor, ""},
	{"AnotherOperationInProgress", broken, "Something else is being changed there at the same time.", "Wait a minute, then try again.", linkEditor, ""},
	{"ResourceGroupBeingDeleted", broken, "The resource group is being deleted.", "Wait until it is gone, or choose another one.", linkEditor, ""},
	{"ResourceGroupNotFound", broken, "The resource group does not exist.", "Check its name, or make it.", linkEditor, ""},
	{"ImageNotFound", broken, "The image does not exist.", "Check its name.", linkEditor, ""},

	// Classic.
	{codeForbidden, broken, "The subscription doesn't know this link's certificate.",
		"Download this link's certificate and upload it to the subscription under Management certificates. Compare the SHA-1 thumbprint.", subOwner, ""},
	{"MissingOrIncorrectVersionHeader", broken, "The classic endpoint does not speak the version that Mooring asked for.",
		"Check the classic endpoint in Mooring's settings.", operator, ""},
	{"ResourceNotFound", broken, "The classic endpoint finds no subscription with this ID.",
		"Compare the subscription ID with the portal.", linkEditor, ""},
	{"ServerBusy", silent, "Azure is busy.", "Wait.", nobodyNow, ""},
	{"InternalError", silent, "Azure has a passing problem.", "Wait.", nobodyNow, ""},
	{"OperationTimedOut", silent, "Azure took too long.", "Wait.", nobodyNow, ""},

	// On the way.
	{codeRefused, broken, "Azure refused the request and gave no reason that Mooring can read.",
		"Check the subscription ID, the application's role, and its certificate. If they are right, look for a proxy between Mooring and Azure.", linkEditor, ""},
	{codeThrottled, silent, "Azure asks for a pause, because it got too many requests.", "Wait some minutes.", nobodyNow, ""},
	{"SubscriptionRequestsThrottled", silent, "Azure asks for a pause, because the subscription got too many requests.", "Wait some minutes.", nobodyNow, ""},
	{codeOutage, silent, "Azure answered that it cannot answer now.", "Wait. This says nothing about the link.", nobodyNow, ""},
	{codeNoAnswer, silent, "Azure could not be reached.",
		"Wait. If it stays, check that the server that runs Mooring reaches Azure: its network, proxy and name service.", operator, ""},
	{codeNameNotFound, silent, "The name of Azure's server was not found.",
		"Wait. If it stays, check the name service (DNS) of the server that runs Mooring.", operator, ""},
	{codeNotTrusted, silent, "Mooring does not trust the certificate of the server that answered for Azure.",
		"If a proxy inspects TLS, or Azure is at an endpoint of your own, give Mooring its CA certificate with --azure-ca.", operator, ""},
	{codeProxyRefused, silent, "The proxy between Mooring and Azure refused the connection.",
		"Allow the server that runs Mooring to reach Azure through the proxy.", operator, ""},
	{codeProxyAuthorization, silent, "The proxy between Mooring and Azure wants a password.",
		"Put the proxy's user name and password into HTTPS_PROXY of the server that runs Mooring.", operator, ""},
	{codeForeignHost, silent, "An answer sent Mooring to a host that is not one of Azure's. It did not go there.",
		"Look for a proxy between Mooring and Azure that changes answers, and check the Azure endpoints in Mooring's settings.", operator, ""},
	{codeTimedOut, silent, "Azure did not answer in time.",
		"Wait. If it stays, check the network between Mooring and Azure.", operator, ""},
	{codeUnexpectedAnswer, silent, "The answer was not one of Azure's.",
		"Wait. If it stays, look for a proxy or a sign-in page between Mooring and Azure.", operator, ""},
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
