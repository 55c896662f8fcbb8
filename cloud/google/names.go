package google

import (
	"errors"
	"regexp"
	"strings"

	"mooring/cloud"
)

// The forms of names. They are narrower than Google's own: what passes also enters
// commands. A project ID can have the domain of an organization in front.
var (
	projectForm = regexp.MustCompile(`^(?:[a-z0-9][a-z0-9.-]{0,62}:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$`)
	numberForm  = regexp.MustCompile(`^[1-9][0-9]{5,18}$`)
	accountForm = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,62}@[a-z0-9][a-z0-9.-]{0,100}gserviceaccount\.com$`)
	poolForm    = regexp.MustCompile(`^[a-z0-9-]{4,32}$`)
)

// Provider is a provider of a workload identity pool.
type Provider struct {
	Project string // number of the project that the pool is in
	Pool    string
	ID      string
}

var providerForm = regexp.MustCompile(`^projects/([0-9]+)/locations/global/workloadIdentityPools/([^/]+)/providers/([^/]+)$`)

// ParseProvider reads the resource name of a provider.
func ParseProvider(s string) (Provider, bool) {
	found := providerForm.FindStringSubmatch(s)
	if found == nil || !numberForm.MatchString(found[1]) || !poolForm.MatchString(found[2]) || !poolForm.MatchString(found[3]) {
		return Provider{}, false
	}
	return Provider{found[1], found[2], found[3]}, true
}

// String is the resource name.
func (p Provider) String() string { return p.PoolName() + "/providers/" + p.ID }

// PoolName is the resource name of the pool.
func (p Provider) PoolName() string {
	return "projects/" + p.Project + "/locations/global/workloadIdentityPools/" + p.Pool
}

// Audience is what the token service knows the provider as.
func (p Provider) Audience() string { return "//iam.googleapis.com/" + p.String() }

// Principal is who a certificate with a common name signs in as, in policies.
func (p Provider) Principal(commonName string) string {
	return "principal://iam.googleapis.com/" + p.PoolName() + "/subject/" + commonName
}

// Access is the way into one project.
type Access struct {
	Project        string   // ID
	Number         string   // of the project; empty: nobody said
	Provider       Provider // of MethodCertificate; zero otherwise
	ServiceAccount string   // e-mail address; empty: the certificate's principal has its own permissions
}

var errAccess = errors.New("google: the target doesn't say how to sign in")

// accessOf is the way into the project of a target.
func accessOf(target cloud.Target) (Access, error) {
	values := target.SignIn.Values
	a := Access{Project: target.Account, Number: values[fieldNumber], ServiceAccount: values[fieldAccount]}
	good := projectForm.MatchString(a.Project) && (a.Number == "" || numberForm.MatchString(a.Number)) && (a.ServiceAccount == "" || accountForm.MatchString(a.ServiceAccount))
	switch target.SignIn.Method {
	case MethodCertificate:
		var ok bool
		a.Provider, ok = ParseProvider(values[fieldProvider])
		good = good && ok
	case MethodKey:
		good = good && a.ServiceAccount != ""
	default:
		good = false
	}
	if !good {
		return Access{}, errAccess
	}
	return a, nil
}

// targetOf is the target of a way into a project.
func targetOf(method string, a Access) cloud.Target {
	values := map[string]string{}
	add := func(key, value string) {
		if value != "" {
			values[key] = value
		}
	}
	add(fieldNumber, a.Number)
	add(fieldAccount, a.ServiceAccount)
	principal := a.ServiceAccount
	if method == MethodCertificate {
		add(fieldProvider, a.Provider.String())
		if principal == "" {
			principal = a.Provider.String()
		}
	}
	return cloud.Target{Account: a.Project, Alias: a.Number, SignIn: cloud.SignIn{Method: method, Principal: principal, Values: values}}
}

// consumer is the project that Google counts requests for: its APIs have to be on.
func (a Access) consumer() string {
	name, ok := strings.CutSuffix(a.ServiceAccount, ".iam.gserviceaccount.com")
	_, project, _ := strings.Cut(name, "@")
	switch {
	case ok && projectForm.MatchString(project):
		return project
	case a.ServiceAccount == "" && a.Provider.Project != "":
		return a.Provider.Project
	}
	return a.Project
}
