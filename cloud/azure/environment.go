package azure

// Environment is one Azure cloud: the public one or a national one. All hosts
// that this package ever connects to stand in one.
type Environment struct {
	Key, Name       string
	Authority       string // Entra, such as "https://login.microsoftonline.com"
	ResourceManager string // such as "https://management.azure.com"
	Audience        string // of tokens for the resource manager, exactly as Azure spells it
	Classic         string // service management; empty: classic is not offered
	Graph           string // Microsoft Graph; empty: certificates are not renewed
	GraphAudience   string // of tokens for it
	Portal          Portal
}

// Portal holds the pages that the guide links to.
type Portal struct {
	AppRegistrations string
	Subscriptions    string
	CloudShell       string
}

// Environments lists the Azure clouds that can be chosen. The classic
// endpoints are left out, since Azure retired them on 31 August 2024; an
// operator who still has one sets it.
//
// Sources: azcore v1.24.0 (cloud/cloud.go, arm/runtime/runtime.go), and for Graph
// https://learn.microsoft.com/graph/deployments.
func Environments() []Environment {
	return []Environment{
		{
			Key: "public", Name: "Azure public",
			Authority:       "https://login.microsoftonline.com",
			ResourceManager: "https://management.azure.com",
			Audience:        "https://management.core.windows.net/",
			Graph:           "https://graph.microsoft.com",
			GraphAudience:   "https://graph.microsoft.com",
			Portal:          portalAt("https://portal.azure.com"),
		},
		{
			Key: "usgov", Name: "Azure US Government",
			Authority:       "https://login.microsoftonline.us",
			ResourceManager: "https://management.usgovcloudapi.net",
			Audience:        "https://management.core.usgovcloudapi.net/",
			Graph:           "https://graph.microsoft.us",
			GraphAudience:   "https://graph.microsoft.us",
			Portal:          portalAt("https://portal.azure.us"),
		},
		{
			Key: "china", Name: "Azure China (21Vianet)",
			Authority:       "https://login.chinacloudapi.cn",
			ResourceManager: "https://management.chinacloudapi.cn",
			Audience:        "https://management.core.chinacloudapi.cn/",
			Graph:           "https://microsoftgraph.chinacloudapi.cn",
			GraphAudience:   "https://microsoftgraph.chinacloudapi.cn",
			Portal:          portalAt("https://portal.azure.cn"),
		},
	}
}

func portalAt(origin string) Portal {
	return Portal{
		AppRegistrations: origin + "/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
		Subscriptions:    origin + "/#view/Microsoft_Azure_Billing/SubscriptionsBlade",
		CloudShell:       origin + "/#cloudshell/",
	}
}
