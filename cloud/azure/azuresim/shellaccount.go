package azuresim

import "strings"

// The shapes of what az prints about subscriptions and what is done to them.
type (
	accountAnswer struct {
		EnvironmentName  string      `json:"environmentName"`
		HomeTenantID     string      `json:"homeTenantId"`
		ID               string      `json:"id"`
		IsDefault        bool        `json:"isDefault"`
		ManagedByTenants []string    `json:"managedByTenants"`
		Name             string      `json:"name"`
		State            string      `json:"state"`
		TenantID         string      `json:"tenantId"`
		User             accountUser `json:"user"`
	}

	accountUser struct {
		CloudShellID bool   `json:"cloudShellID"`
		Name         string `json:"name"`
		Type         string `json:"type"`
	}

	assignmentAnswer struct {
		ID               string `json:"id"`
		Name             string `json:"name"`
		PrincipalID      string `json:"principalId"`
		PrincipalType    string `json:"principalType"`
		RoleDefinitionID string `json:"roleDefinitionId"`
		Scope            string `json:"scope"`
		Type             string `json:"type"`
	}

	providerAnswer struct {
		ID                string `json:"id"`
		Namespace         string `json:"namespace"`
		RegistrationState string `json:"registrationState"`
	}
)

func (s *shellSession) showAccount(options) (any, error) {
	sub, err := s.home()
	if err != nil {
		return nil, err
	}
	return s.describeAccount(sub), nil
}

func (s *shellSession) listAccounts(options) (any, error) {
	list := []accountAnswer{}
	for _, sub := range s.world.listSubscriptions() {
		if sub.read != readUnknown {
			list = append(list, s.describeAccount(sub))
		}
	}
	return list, nil
}

func (s *shellSession) describeAccount(sub subscription) accountAnswer {
	return accountAnswer{
		EnvironmentName:  sub.environment.cli,
		HomeTenantID:     sub.directory.id,
		ID:               sub.id,
		IsDefault:        sub.id == s.shell.current,
		ManagedByTenants: []string{},
		Name:             sub.name,
		State:            sub.state,
		TenantID:         sub.directory.id,
		User:             accountUser{CloudShellID: true, Name: "keeper@harbor.example", Type: "user"},
	}
}

// setAccount chooses the subscription for the commands to come. Its flag was
// resolved already, as the global one of the same name.
func (s *shellSession) setAccount(options) (any, error) {
	s.shell.current = s.subscription
	return nil, nil
}

func (s *shellSession) registerProvider(o options) (any, error) {
	if err := s.world.registerProvider(s.subscription, o.one("--namespace")); err != nil {
		return nil, err
	}
	s.note("Registering is still on-going. You can monitor using 'az provider show -n %s'", o.one("--namespace"))
	return nil, nil
}

func (s *shellSession) showProvider(o options) (any, error) {
	sub, err := s.home()
	if err != nil {
		return nil, err
	}
	p := sub.provider(o.one("--namespace"))
	if p == nil {
		return nil, refuse("(InvalidResourceNamespace) The resource namespace '%s' is invalid.", o.one("--namespace"))
	}
	return providerAnswer{"/subscriptions/" + sub.id + "/providers/" + p.namespace, p.namespace, p.state}, nil
}

func (s *shellSession) createAssignment(o options) (any, error) {
	at, err := parseScope(o.one("--scope"))
	if err != nil {
		return nil, err
	}
	made, err := s.world.assign(o.one("--assignee"), at, o.one("--role"))
	if err != nil {
		return nil, err
	}
	return assignmentAnswer{
		ID:               made.scope.String() + "/providers/Microsoft.Authorization/roleAssignments/" + made.id,
		Name:             made.id,
		PrincipalID:      made.principalID,
		PrincipalType:    "ServicePrincipal",
		RoleDefinitionID: "/subscriptions/" + at.subscription + "/providers/Microsoft.Authorization/roleDefinitions/" + made.role.id,
		Scope:            made.scope.String(),
		Type:             "Microsoft.Authorization/roleAssignments",
	}, nil
}

// deleteAssignment removes what matches all that was given. Without --scope it
// looks at the current subscription alone, not at its resource groups.
func (s *shellSession) deleteAssignment(o options) (any, error) {
	at := scope{subscription: s.subscription}
	if text := o.one("--scope"); text != "" {
		var err error
		if at, err = parseScope(text); err != nil {
			return nil, err
		}
	}
	wanted := ""
	if name := o.one("--role"); name != "" {
		r, err := findRole(name)
		if err != nil {
			return nil, err
		}
		wanted = r.id
	}
	who := o.one("--assignee")
	removed, err := s.world.unassign(at.subscription, func(a assignment) bool {
		return (strings.EqualFold(a.clientID, who) || strings.EqualFold(a.principalID, who)) &&
			(wanted == "" || a.role.id == wanted) && a.scope.equal(at)
	})
	if err != nil {
		return nil, err
	}
	if removed == 0 {
		s.note("No matched assignments were found to delete")
	}
	return nil, nil
}
