package oracle

import (
	"strings"

	"mooring/cloud"
	"mooring/fault"
)

// Read implements cloud.Cloud. The realm is in the OCIDs.
func (o *Oracle) Read(form *cloud.Form) (cloud.Target, fault.Fields) {
	fields := fault.Fields{}
	target := cloud.Target{SignIn: cloud.SignIn{Method: MethodKey}}
	if form.Method != "" && form.Method != MethodKey {
		fields["method"] = sayMethod
	}
	if _, ok := FindRealm(form.Environment); ok {
		target.Environment = form.Environment
	} else if form.Environment != "" {
		fields["environment"] = sayRealm
	}
	values := map[string]string{}
	for _, f := range formFields {
		if value := form.Values[f.Key]; strings.TrimSpace(value) != "" {
			values[f.Key] = value
		}
	}
	pasted := values[fieldPasted]
	a, ok := readForm(values, fields)
	if ok && form.Certificate.ID != "" && namesAnotherKey(pasted, form.Certificate.PublicKeyFingerprint()) {
		fields[fieldPasted], values[fieldPasted] = sayOtherKey, pasted
	} else if ok {
		target = a.target()
		form.Environment = a.realm.Key
	}
	form.Values = values
	return target, fields
}

// parts are what a form has to hold; empty: it doesn't.
type parts struct{ tenancy, user, region string }

// readForm reads the lines and what was pasted. values are what was typed: it removes
// from them what must not be shown again, and spreads what was pasted over the lines.
// What is wrong is in fields.
func readForm(values map[string]string, fields fault.Fields) (access, bool) {
	var found parts
	for _, line := range []struct {
		k    kind
		into *string
	}{{tenancyKind, &found.tenancy}, {userKind, &found.user}} {
		id, problem := readLine(line.k, values)
		*line.into = id
		if problem != "" {
			fields[fieldOf[line.k]] = problem
		}
	}
	pasted, problem := readPasted(values)
	if problem == "" && (differ(found.tenancy, pasted.tenancy) || differ(found.user, pasted.user)) {
		problem = sayPastedDiffers
	}
	if problem == "" {
		found.region, problem = readRegionLine(values, realmKey(found, pasted))
		if problem != "" {
			fields[fieldRegion], problem = problem, ""
		} else if differ(found.region, pasted.region) {
			problem = sayPastedDiffers
		}
	}
	if problem != "" {
		fields[fieldPasted] = problem
		return access{}, false
	}
	missing := fillIn(&found, pasted, values, fields)
	if missing || fields[fieldTenancy]+fields[fieldUser]+fields[fieldRegion] != "" {
		return access{}, false
	}
	a, at, problem := join(found)
	if problem != "" {
		if values[at] == "" {
			at = fieldPasted
		}
		fields[at] = problem
		return access{}, false
	}
	values[fieldTenancy], values[fieldUser], values[fieldRegion] = found.tenancy, found.user, found.region
	delete(values, fieldPasted) // the lines hold all of it
	return a, true
}

// realmKey is the realm of the tenancy that is found, for the names of regions.
func realmKey(found, pasted parts) string {
	for _, text := range []string{found.tenancy, pasted.tenancy} {
		if id, ok := parseOCID(text); ok {
			return id.realm
		}
	}
	return ""
}

func differ(a, b string) bool { return a != "" && b != "" && a != b }

// fillIn adds what was pasted, and says at the right fields what is missing then.
func fillIn(found *parts, pasted parts, values map[string]string, fields fault.Fields) (missing bool) {
	var lacking []string
	for _, part := range []struct {
		field string
		into  *string
		from  string
	}{{fieldTenancy, &found.tenancy, pasted.tenancy}, {fieldUser, &found.user, pasted.user}, {fieldRegion, &found.region, pasted.region}} {
		if *part.into == "" {
			*part.into = part.from
		}
		if *part.into == "" && fields[part.field] == "" {
			lacking = append(lacking, part.field)
		}
	}
	switch {
	case len(lacking) == 0:
	case len(lacking) == 3 && len(values) == 0:
		fields[fieldPasted] = sayNothing
	case values[fieldPasted] != "":
		fields[fieldPasted] = "This lacks the " + words[lacking[0]] + ". Paste all of it, or enter the " + words[lacking[0]] + " below."
	default:
		for _, field := range lacking {
			fields[field] = "Enter the " + words[field] + "."
		}
	}
	return len(lacking) > 0
}

// join checks that the parts belong together. problem says at which field they don't.
func join(found parts) (a access, at, problem string) {
	a.tenancy, _ = parseOCID(found.tenancy)
	a.user, _ = parseOCID(found.user)
	a.region = found.region
	a.realm, _ = FindRealm(a.tenancy.realm)
	switch {
	case a.realm.Key == "":
		return access{}, fieldTenancy, sayUnknownRealm
	case a.user.realm != a.tenancy.realm:
		return access{}, fieldUser, "This user is in a different realm than the tenancy."
	case a.host() == "":
		return access{}, fieldRegion, "This region is in a different realm than the tenancy."
	}
	return a, "", ""
}

// ReadID implements cloud.Cloud.
func (o *Oracle) ReadID(part cloud.Part, typed string) (id, problem string) {
	if part != cloud.Account {
		return "", sayNoParent
	}
	id, problem = readLine(tenancyKind, map[string]string{fieldTenancy: typed})
	if id == "" && problem == "" {
		problem = sayNoOCID(tenancyKind)
	}
	return id, problem
}

// Facts implements cloud.Cloud.
func (o *Oracle) Facts(target cloud.Target) []cloud.Fact {
	return cloud.FieldFacts(o.description, target)
}
