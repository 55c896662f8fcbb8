package google

import (
	"strings"

	"mooring/cloud"
	"mooring/fault"
)

// Read implements cloud.Cloud.
func (g *Google) Read(form *cloud.Form) (cloud.Target, fault.Fields) {
	fields := fault.Fields{}
	key := form.Method
	if key == "" {
		key = MethodCertificate
	}
	method, ok := g.description.Method(key)
	if !ok {
		fields["method"] = sayMethod
		method = g.description.Methods[0]
	}
	if form.Environment != "" {
		fields["environment"] = sayEnvironment
	}
	values := map[string]string{}
	for _, f := range method.Fields {
		if value := form.Values[f.Key]; strings.TrimSpace(value) != "" {
			values[f.Key] = value
		}
	}
	target := cloud.Target{SignIn: cloud.SignIn{Method: method.Key}}
	if access, ok := readForm(method.Key, values, fields); ok {
		target = targetOf(method.Key, access)
	}
	form.Values = values
	return target, fields
}

// needed are the fields of one line that a method can't do without.
var needed = map[string][]string{MethodCertificate: {fieldProject, fieldProvider}, MethodKey: {fieldProject, fieldAccount}}

// readForm reads the lines and what was pasted. values are what was typed: it removes
// from them what must not be shown again, and spreads what was pasted over the lines.
// What is wrong is in fields.
func readForm(method string, values map[string]string, fields fault.Fields) (Access, bool) {
	wrong := false
	say := func(key, problem string) { fields[key], wrong = problem, true }
	empty := len(values) == 0
	read := map[string]string{}
	for _, key := range lines {
		value, problem := readLine(key, values)
		if problem != "" {
			say(key, problem)
		}
		read[key] = value
	}
	pasted, problem := readPasted(values)
	for key, found := range pasted {
		switch {
		case method == MethodKey && key == fieldProvider: // of the other method
		case read[key] == "" && values[key] == "":
			read[key] = found[0]
		case read[key] != "" && read[key] != found[0]:
			problem = sayPastedDiffers
		}
	}
	if problem != "" {
		say(fieldPasted, problem)
		return Access{}, false
	}
	for _, key := range needed[method] {
		switch {
		case read[key] != "" || fields[key] != "":
		case empty:
			say(fieldPasted, sayNothing)
		case values[fieldPasted] != "":
			say(fieldPasted, "The output lacks the "+words[key]+". Paste all that the command printed, or enter it below.")
		default:
			say(key, "Enter the "+words[key]+".")
		}
	}
	if wrong {
		return Access{}, false
	}
	delete(values, fieldPasted) // the lines hold all of it
	for _, key := range lines {
		if values[key] == "" && read[key] != "" {
			values[key] = read[key]
		}
	}
	provider, _ := ParseProvider(read[fieldProvider]) // readProvider has
	return Access{Project: read[fieldProject], Number: read[fieldNumber], Provider: provider, ServiceAccount: read[fieldAccount]}, true
}

// ReadID implements cloud.Cloud.
func (g *Google) ReadID(part cloud.Part, typed string) (id, problem string) {
	if part != cloud.Account {
		return "", sayNoParent
	}
	values := map[string]string{fieldProject: typed}
	id, problem = readLine(fieldProject, values)
	if id == "" && problem == "" {
		problem = sayProjectForm
	}
	return id, problem
}

// Facts implements cloud.Cloud.
func (g *Google) Facts(target cloud.Target) []cloud.Fact {
	all := cloud.FieldFacts(g.description, target)
	if provider, ok := ParseProvider(target.SignIn.Values[fieldProvider]); ok && target.SignIn.Method == MethodCertificate {
		pool := cloud.Fact{Key: "pool", Label: "Workload identity pool", Value: provider.Pool, Copyable: true}
		all = append(all[:1], append([]cloud.Fact{pool}, all[1:]...)...)
	}
	return all
}
