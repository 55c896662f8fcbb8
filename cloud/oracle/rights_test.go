package oracle_test

import (
	"slices"
	"strings"
	"testing"

	"mooring/cloud"
	"mooring/cloud/oracle"
	"mooring/cloud/oracle/oraclesim"
)

var groups = map[string]string{"ocid1.group.oc1..a": "mooring", "ocid1.group.oc1..b": "Deck Crew"}

// granted are the rights that statements give, without the cloud's key, or "unclear".
func granted(statements ...string) string {
	found, certain := oracle.RightsOf(statements, groups, tenancyID)
	if !certain {
		return "unclear"
	}
	var all []string
	for _, r := range found {
		if r.Granted {
			all = append(all, strings.TrimPrefix(r.Key, "oracle-"))
		}
	}
	return strings.Join(all, " ")
}

const everything = "view change-instances change-networks run-commands read-data read-secrets change-data give-permissions administrator"

func TestStatementsGiveRights(t *testing.T) {
	const view = "Allow group mooring to inspect all-resources in tenancy"
	for statement, want := range map[string]string{
		view: "view",
		"ALLOW GROUP Mooring to  inspect\tall-resources IN TENANCY":                         "view",
		"Allow group id ocid1.group.oc1..a to inspect all-resources in tenancy":             "view",
		"Allow group 'Default'/'mooring' to inspect all-resources in tenancy":               "view",
		"allow group Default/mooring to inspect all-resources in tenancy":                   "view",
		"Allow group Default/'Deck Crew' to inspect all-resources in tenancy":               "view",
		"Allow group Others, mooring to inspect all-resources in tenancy":                   "view",
		"Allow group mooring to inspect all-resources in compartment id " + tenancyID:       "view",
		"Allow any-user to inspect all-resources in tenancy":                                "view",
		"Allow any-group to inspect all-resources in tenancy":                               "view",
		"Allow group mooring to read all-resources in tenancy":                              "view read-data read-secrets",
		"Allow group mooring to use all-resources in tenancy":                               "view run-commands read-data read-secrets change-data give-permissions",
		"Allow group mooring to manage all-resources in tenancy":                            everything,
		"Allow group mooring to manage instance-family in tenancy":                          "change-instances",
		"Allow group mooring to use instance-family in tenancy":                             "",
		"Allow group mooring to manage virtual-network-family in tenancy":                   "change-networks",
		"Allow group mooring to read object-family in tenancy":                              "read-data",
		"Allow group mooring to use objects in tenancy":                                     "read-data change-data",
		"Allow group mooring to read secret-bundles in tenancy":                             "read-secrets",
		"Allow group mooring to manage policies in tenancy":                                 "give-permissions",
		"Allow group mooring to use users in tenancy":                                       "",
		"Allow group mooring to use instance-agent-command-family in tenancy":               "run-commands",
		"Allow group Others to manage all-resources in tenancy":                             "",
		"Allow group Elsewhere/mooring to manage all-resources in tenancy":                  "",
		"Allow dynamic-group mooring to manage all-resources in tenancy":                    "",
		"Allow service objectstorage to manage all-resources in tenancy":                    "",
		"Allow group mooring to manage all-resources in compartment Quay":                   "",
		"Allow group mooring to manage all-resources in compartment id ocid1.compartment.x": "",
		"Define tenancy Others as " + otherID:                                               "",
		"Endorse group mooring to manage all-resources in any-tenancy":                      "",
		"Admit group Others of tenancy Others to manage all-resources in tenancy":           "",

		"Allow any-user to manage all-resources in tenancy where ALL {request.principal.type='ApiGateway', request.resource.compartment.id='x'}": "",
		"Allow any-user to manage all-resources in tenancy where ANY {request.principal.type='ApiGateway', request.user.name='x'}":               "unclear",
		"Allow any-user to manage all-resources in tenancy where request.principal.type = 'user'":                                                "unclear",
		"Allow group mooring to manage all-resources in tenancy where request.region='FRA'":                                                      "unclear",
		"Allow group mooring to manage buckets in tenancy where request.region='FRA'":                                                            "",
		"Allow group mooring to {INSTANCE_INSPECT} in tenancy":                                                                                   "unclear",
		"Allow group Others to {INSTANCE_INSPECT} in tenancy":                                                                                    "",
		"Allow group mooring to sail all-resources in tenancy":                                                                                   "unclear",
		"Deny group mooring to inspect all-resources in tenancy":                                                                                 "unclear",
		"Permit anything": "unclear",
		"":                "unclear",
	} {
		if got := granted(statement); got != want {
			t.Errorf("%s\n gives %q, want %q", statement, got, want)
		}
	}
	for want, statements := range map[string][]string{
		"":                           {},
		"give-permissions":           {"Allow group mooring to use users in tenancy", "Allow group 'Deck Crew' to use groups in tenancy"},
		"view change-instances":      {view, "Allow group mooring to manage instances in tenancy"},
		"view read-data change-data": {view, "Allow group mooring to use objects in tenancy", "Allow group mooring to use objects in tenancy where request.region='FRA'"},
		"unclear":                    {view, "Allow group mooring to use users in tenancy", "Allow group mooring to use groups in tenancy where request.region='FRA'"},
	} {
		if got := granted(statements...); got != want {
			t.Errorf("%q give %q, want %q", statements, got, want)
		}
	}
	for _, unknown := range []map[string]string{nil, {"ocid1.group.oc1..a": ""}} {
		if _, certain := oracle.RightsOf([]string{view}, unknown, tenancyID); certain {
			t.Errorf("rights in the groups %v are clear", unknown)
		}
	}
}

func TestRightsAreThoseOfTheStories(t *testing.T) {
	h := newHarbor(t)
	for story, want := range map[string]string{"Harbor": "view", "Wide Berth": everything, "Narrow Strait": "", "Sealed Log": "nil", "Fog Bank": "nil"} {
		_, results, finding := check(t, h.cloud, h.attempt(story))
		var all []string
		excessive := false
		for _, r := range finding.Rights {
			if r.Granted {
				all = append(all, strings.TrimPrefix(r.Key, "oracle-"))
			}
			excessive = excessive || r.Excessive
		}
		got := strings.Join(all, " ")
		if finding.Rights == nil {
			got = "nil"
		}
		if got != want || excessive != (story == "Wide Berth") || finding.RightsUnanswered {
			t.Errorf("%s: %q, excessive %v: %+v", story, got, excessive, results[len(results)-1])
		}
	}
	attempt := h.attempt("Free Port")
	ok(t, h.simulator.SetOverride(attempt.Target.Account, oraclesim.Override{Stage: "permissions", Code: "ServiceUnavailable"}))
	if _, _, finding := check(t, h.cloud, attempt); finding.Rights != nil || !finding.RightsUnanswered {
		t.Errorf("in an outage: %+v", finding)
	}
}

func TestWhoGivesPermissionsIsOfThatKind(t *testing.T) {
	rights := oracle.New(oracle.Options{}).Rights()
	at := slices.IndexFunc(rights, func(r cloud.RightText) bool { return r.Kind == cloud.GivesPermissions })
	if at < 0 || rights[at].Key != "oracle-give-permissions" {
		t.Errorf("%+v", rights)
	}
}
