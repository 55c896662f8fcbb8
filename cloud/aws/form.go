package aws

import (
	"strings"

	"mooring/cloud"
	"mooring/fault"
)

// Read implements cloud.Cloud. The account, the region and the partition are in the
// ARNs.
func (a *AWS) Read(form *cloud.Form) (cloud.Target, fault.Fields) {
	fields := fault.Fields{}
	target := cloud.Target{SignIn: cloud.SignIn{Method: MethodCertificate}}
	if form.Method != "" && form.Method != MethodCertificate {
		fields["method"] = sayMethod
	}
	if _, ok := FindPartition(form.Environment); ok {
		target.Environment = form.Environment
	} else if form.Environment != "" {
		fields["environment"] = sayPartition
	}
	values := map[string]string{}
	for _, f := range formFields {
		if value := form.Values[f.Key]; strings.TrimSpace(value) != "" {
			values[f.Key] = value
		}
	}
	if access, ok := readForm(values, fields); ok {
		environment := access.Partition()
		target = targetOf(access)
		form.Environment = environment
	}
	form.Values = values
	return target, fields
}

// readForm reads the three ARNs. values are what was typed: it removes from them
// what must not be shown again, and spreads what was pasted over the lines. What is
// wrong is in fields.
func readForm(values map[string]string, fields fault.Fields) (Access, bool) {
	found := map[Kind]string{}
	for _, kind := range kinds {
		arn, problem := readLine(kind, values)
		if problem != "" {
			fields[fieldOf[kind]] = problem
		}
		found[kind] = arn
	}
	pasted, problem := readPasted(values)
	if problem == "" && differs(found, pasted) {
		problem = sayPastedDiffers
	}
	if problem != "" {
		fields[fieldPasted] = problem
		return Access{}, false
	}
	missing := fillIn(found, pasted, values, fields)
	if missing || len(fields) > 0 && (fields[fieldAnchor] != "" || fields[fieldProfile] != "" || fields[fieldRole] != "") {
		return Access{}, false
	}
	access, problems := ParseAccess(found[TrustAnchor], found[Profile], found[Role])
	for _, p := range problems {
		at := fieldOf[p.Kind]
		if values[at] == "" {
			at = fieldPasted
		}
		fields[at] = sayProblem(p)
	}
	if len(problems) > 0 {
		return Access{}, false
	}
	for _, kind := range kinds {
		if values[fieldOf[kind]] == "" {
			values[fieldOf[kind]] = found[kind]
		}
	}
	delete(values, fieldPasted) // the lines hold all of it
	return access, true
}

// differs reports whether a line names something else than what was pasted.
func differs(found, pasted map[Kind]string) bool {
	for kind, arn := range pasted {
		if found[kind] != "" && found[kind] != arn {
			return true
		}
	}
	return false
}

// fillIn adds what was pasted, and says at the right fields what is missing then.
func fillIn(found, pasted map[Kind]string, values map[string]string, fields fault.Fields) (missing bool) {
	var lacking []Kind
	for _, kind := range kinds {
		if found[kind] == "" {
			found[kind] = pasted[kind]
		}
		if found[kind] == "" && fields[fieldOf[kind]] == "" {
			lacking = append(lacking, kind)
		}
	}
	switch {
	case len(lacking) == 0:
	case len(lacking) == len(kinds) && len(values) == 0:
		fields[fieldPasted] = sayNothing
	case values[fieldPasted] != "":
		fields[fieldPasted] = "The output lacks the ARN of the " + words[lacking[0]] + ". Paste all that the command printed, or enter the ARN below."
	default:
		for _, kind := range lacking {
			fields[fieldOf[kind]] = "Enter the ARN of the " + words[kind] + "."
		}
	}
	return len(lacking) > 0
}

// ReadID implements cloud.Cloud.
func (a *AWS) ReadID(part cloud.Part, typed string) (id, problem string) {
	switch {
	case part != cloud.Account:
		return "", sayNoParent
	case holdsSecret(typed):
		return "", saySecret
	}
	return readAccount(typed)
}

// Facts implements cloud.Cloud.
func (a *AWS) Facts(target cloud.Target) []cloud.Fact {
	all := []cloud.Fact{{Key: "account", Label: a.description.Account.ID, Value: target.Account, Copyable: true}}
	role, err := ParseARN(Role, target.SignIn.Principal)
	if err == nil {
		all = append(all, cloud.Fact{Key: "role", Label: "Role", Value: role.Name(), Copyable: true})
	}
	if access, problems := accessOf(target); len(problems) == 0 {
		all = append(all, cloud.Fact{Key: "region", Label: "Region", Value: access.Region()})
	} else if err == nil { // a record of the time when only the role was kept
		all = append(all, cloud.Fact{Key: fieldRole, Label: "Role ARN", Value: role.String(), Copyable: true})
	}
	for _, f := range cloud.FieldFacts(a.description, target) {
		if f.Value != "" {
			all = append(all, f)
		}
	}
	return all
}
