package awssim

import "slices"

// create makes one resource of a stack with its resolved properties.
func (m *maker) create(logical, kind string, p map[string]any) (made, error) {
	switch kind {
	case "AWS::RolesAnywhere::TrustAnchor":
		return m.createAnchor(p)
	case "AWS::RolesAnywhere::Profile":
		return m.createProfile(p)
	case "AWS::IAM::RolePolicy":
		return m.createRolePolicy(p)
	}
	return m.createRole(logical, p)
}

func (m *maker) createAnchor(p map[string]any) (made, error) {
	source, _ := p["Source"].(map[string]any)
	data, _ := source["SourceData"].(map[string]any)
	if text(source["SourceType"]) != "CERTIFICATE_BUNDLE" {
		return made{}, invalidAnywhere("Invalid SourceType")
	}
	a := m.account
	t, err := m.world.createAnchor(a, m.stack.region, text(p["Name"]), text(data["X509CertificateData"]), flag(p["Enabled"]))
	if err != nil {
		return made{}, err
	}
	m.stack.removers = append(m.stack.removers, func() {
		a.anchors = slices.DeleteFunc(a.anchors, func(other *anchor) bool { return other == t })
	})
	return made{t.id, map[string]string{"TrustAnchorArn": t.arn, "TrustAnchorId": t.id}}, nil
}

func (m *maker) createProfile(p map[string]any) (made, error) {
	a := m.account
	created, err := m.world.createProfile(a, m.stack.region, profile{name: text(p["Name"]), roles: texts(p["RoleArns"]), enabled: flag(p["Enabled"]),
		duration: number(p["DurationSeconds"], 3600), acceptSessionName: flag(p["AcceptRoleSessionName"])})
	if err != nil {
		return made{}, err
	}
	m.stack.removers = append(m.stack.removers, func() {
		a.profiles = slices.DeleteFunc(a.profiles, func(other *profile) bool { return other == created })
	})
	return made{created.id, map[string]string{"ProfileArn": created.arn, "ProfileId": created.id}}, nil
}

func (m *maker) createRole(logical string, p map[string]any) (made, error) {
	name, path := text(p["RoleName"]), text(p["Path"])
	if name == "" {
		name = m.stack.name + "-" + logical + "-" + letters(12)
	}
	if path == "" {
		path = "/"
	}
	a := m.account
	r, err := m.world.createRole(a, name, path, document(p["AssumeRolePolicyDocument"]), number(p["MaxSessionDuration"], 3600))
	if err != nil {
		return made{}, err
	}
	m.stack.removers = append(m.stack.removers, func() { delete(a.roles, r.name) })
	for _, arn := range texts(p["ManagedPolicyArns"]) {
		if err := a.attach(r, arn); err != nil {
			return made{}, err
		}
	}
	policies, _ := p["Policies"].([]any)
	for _, raw := range policies {
		inline, _ := raw.(map[string]any)
		if err := a.putPolicy(r, text(inline["PolicyName"]), document(inline["PolicyDocument"])); err != nil {
			return made{}, err
		}
	}
	return made{r.name, map[string]string{"Arn": r.arn, "RoleId": r.id}}, nil
}

func (m *maker) createRolePolicy(p map[string]any) (made, error) {
	r := m.account.roles[text(p["RoleName"])]
	if r == nil {
		return made{}, noSuchEntity("The role with name " + text(p["RoleName"]) + " cannot be found.")
	}
	name := text(p["PolicyName"])
	m.stack.removers = append(m.stack.removers, func() { delete(r.inline, name) })
	return made{name, nil}, m.account.putPolicy(r, name, document(p["PolicyDocument"]))
}
