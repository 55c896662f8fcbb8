package azuresim

// environment is one of the national clouds, which share nothing.
type environment struct {
	name      string
	cli       string // what az calls it
	audience  string // what a token for the resource manager is made for
	graph     string // what a token for Microsoft Graph is made for
	login     string // host of the real directory service, for texts only
	challenge string // host named in the resource manager's 401 answer
	classic   bool   // whether the retired service management endpoint exists
	regions   []region
}

// region is one place where machines may run.
type region struct{ name, display, geography string }

func environments() []environment {
	return []environment{
		{
			name: "public", cli: "AzureCloud",
			audience: "https://management.core.windows.net/", graph: "https://graph.microsoft.com",
			login: "login.microsoftonline.com", challenge: "login.windows.net",
			classic: true,
			regions: []region{
				{"westeurope", "West Europe", "Europe"},
				{"northeurope", "North Europe", "Europe"},
				{"swedencentral", "Sweden Central", "Europe"},
				{"eastus", "East US", "US"},
				{"westus3", "West US 3", "US"},
				{"australiaeast", "Australia East", "Asia Pacific"},
			},
		},
		{
			name: "usgov", cli: "AzureUSGovernment",
			audience: "https://management.core.usgovcloudapi.net/", graph: "https://graph.microsoft.us",
			login: "login.microsoftonline.us", challenge: "login.microsoftonline.us",
			regions: []region{
				{"usgovvirginia", "USGov Virginia", "US"},
				{"usgovarizona", "USGov Arizona", "US"},
			},
		},
		{
			name: "china", cli: "AzureChinaCloud",
			audience: "https://management.core.chinacloudapi.cn/", graph: "https://microsoftgraph.chinacloudapi.cn",
			login: "login.chinacloudapi.cn", challenge: "login.chinacloudapi.cn",
			regions: []region{
				{"chinanorth3", "China North 3", "China"},
				{"chinaeast3", "China East 3", "China"},
			},
		},
	}
}

func findEnvironment(name string) (environment, bool) {
	for _, e := range environments() {
		if e.name == name {
			return e, true
		}
	}
	return environment{}, false
}
