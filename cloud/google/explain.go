package google

import (
	"cmp"
	"regexp"
	"strings"

	"mooring/cloud"
)

// Explain implements cloud.Cloud.
func (g *Google) Explain(result cloud.StageResult, target cloud.Target) cloud.Explanation {
	return withNames(catalogue.Explain(result, target), result.Said)
}

// Catalogue implements cloud.Cloud.
func (g *Google) Catalogue() []cloud.Explanation {
	all := catalogue.All()
	for i := range all {
		all[i] = withNames(all[i], "")
	}
	return all
}

// What a refusal names. It comes from the network and enters commands, so nothing else
// passes.
var (
	saidPermission = regexp.MustCompile(`\b[a-z][A-Za-z0-9]{1,40}\.[a-zA-Z][A-Za-z0-9]{1,60}\.[a-zA-Z][A-Za-z0-9]{1,60}\b`)
	saidService    = regexp.MustCompile(`\b[a-z][a-z0-9-]{1,40}\.googleapis\.com\b`)
)

// withNames writes the permission or the API that Google named into the command that
// fixes it.
func withNames(e cloud.Explanation, said string) cloud.Explanation {
	if strings.Contains(e.Command, "{permission") {
		permission := "PERMISSION"
		for _, found := range saidPermission.FindAllString(said, -1) {
			if !strings.HasSuffix(found, ".com") {
				permission = found
				break
			}
		}
		e.Command = strings.NewReplacer("{permission}", permission, "{permission role}", "mooring_"+strings.ReplaceAll(permission, ".", "_")).Replace(e.Command)
	}
	if strings.Contains(e.Command, "{service}") {
		e.Command = strings.ReplaceAll(e.Command, "{service}", cmp.Or(saidService.FindString(said), "SERVICE"))
	}
	return e
}

// blankAccess has readable blanks where a target has no names.
var blankAccess = Access{Project: "PROJECT_ID", Provider: Provider{"POOL_PROJECT_NUMBER", "POOL_ID", "PROVIDER_ID"}, ServiceAccount: "SERVICE_ACCOUNT"}

// accessOrBlank is the way into the project of a target. Only names that were read get
// into commands.
func accessOrBlank(target cloud.Target) Access {
	if access, err := accessOf(target); err == nil {
		return access
	}
	return blankAccess
}

// linkName is the form of names that certificate.NewLinkName makes.
var linkName = regexp.MustCompile(`^mooring-[a-z2-7]{16}$`)

// subject is the name in the certificates of a link. The guide gives it to the pool.
func (a Access) subject() string {
	if linkName.MatchString(a.Provider.Pool) {
		return a.Provider.Pool
	}
	return "LINK_NAME"
}

// principal is who signs in to the pool.
func (a Access) principal() string { return a.Provider.Principal(a.subject()) }

// member is who has the permissions in the project.
func (a Access) member(method string) string {
	if method == MethodKey || a.ServiceAccount != "" && a != blankAccess {
		return "serviceAccount:" + a.ServiceAccount
	}
	return a.principal()
}

// fill writes the person's own names into a command.
func fill(command string, target cloud.Target) string {
	a := accessOrBlank(target)
	return strings.NewReplacer(
		"{project}", quoted(a.Project), "{provider}", quoted(a.Provider.String()), "{pool}", quoted(a.Provider.PoolName()),
		"{account}", quoted(a.ServiceAccount), "{consumer}", quoted(a.consumer()), "{principal}", quoted(a.principal()),
		"{member}", quoted(a.member(target.SignIn.Method)), "{condition}", `"`+condition(a.subject())+`"`, "{upload}", uploadCommand(quoted(a.ServiceAccount)),
	).Replace(command)
}

// quoted is a word of a command. No name that was read has a quote in it.
func quoted(s string) string { return "'" + s + "'" }
