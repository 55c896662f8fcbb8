package awssim

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// stack is a stack of CloudFormation. It is made at once: nothing is ever in
// progress.
type stack struct {
	id, name, region string
	status, reason   string
	capabilities     []string
	created          time.Time
	outputs          map[string]string
	events           []stackEvent // in the order in which they happened
	removers         []func()     // of what the stack made, in that order
}

type stackEvent struct{ logical, physical, kind, status, reason string }

// stackForm is what CreateStack asks for.
type stackForm struct {
	name, template string
	capabilities   []string
	parameters     map[string]string
}

var stackNameForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,127}$`)

// resourceTypes are the types that the simulator knows, with their properties.
var resourceTypes = map[string][]string{
	"AWS::RolesAnywhere::TrustAnchor": {"Name", "Enabled", "Source", "NotificationSettings", "Tags"},
	"AWS::RolesAnywhere::Profile":     {"Name", "Enabled", "RoleArns", "DurationSeconds", "AcceptRoleSessionName", "Tags"},
	"AWS::IAM::Role":                  {"RoleName", "Path", "Description", "AssumeRolePolicyDocument", "ManagedPolicyArns", "Policies", "MaxSessionDuration", "Tags"},
	"AWS::IAM::RolePolicy":            {"RoleName", "PolicyName", "PolicyDocument"},
}

// createStack makes a stack with everything in it. What AWS refuses before it makes
// anything is an error; what fails later is a stack that was rolled back.
func (w *world) createStack(a *account, region string, f stackForm) (*stack, error) {
	if !stackNameForm.MatchString(f.name) {
		return nil, refuse(http.StatusBadRequest, "ValidationError", "1 validation error detected: Value '%s' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*", f.name)
	}
	if a.findStack(f.name, region) != nil {
		return nil, refuse(http.StatusBadRequest, "AlreadyExistsException", "Stack [%s] already exists", f.name)
	}
	t, err := parseTemplate(f.template)
	if err != nil {
		return nil, err
	}
	if err := t.checkTypes(a.Partition, f.capabilities); err != nil {
		return nil, err
	}
	s := &stack{id: a.arn(cloudFormation, region, "stack/"+f.name+"/"+w.newID()), name: f.name, region: region, status: "CREATE_COMPLETE",
		capabilities: f.capabilities, created: w.now(), outputs: map[string]string{}}
	m := &maker{world: w, account: a, stack: s, template: t, made: map[string]made{}, values: map[string]string{
		"AWS::Partition": a.Partition, "AWS::AccountId": a.Number, "AWS::Region": region, "AWS::StackName": f.name, "AWS::StackId": s.id}}
	if err := m.readParameters(f.parameters); err != nil {
		return nil, err
	}
	m.makeAll()
	a.stacks = append(a.stacks, s)
	return s, nil
}

func (t template) checkTypes(partition string, capabilities []string) error {
	var unknown []string
	named := false
	for name, r := range t.resources {
		properties := resourceTypes[r.kind]
		if properties == nil || partition == "aws-us-gov" && strings.HasPrefix(r.kind, "AWS::RolesAnywhere::") {
			unknown = append(unknown, r.kind)
			continue
		}
		for property := range r.properties {
			if !slices.Contains(properties, property) {
				return refuse(http.StatusBadRequest, "ValidationError", "Encountered unsupported property %s in %s", property, name)
			}
		}
		named = named || r.kind == "AWS::IAM::Role" && r.properties["RoleName"] != nil
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return invalidTemplate("format error: Unrecognized resource types: %s", slices.Compact(unknown))
	}
	hasRole := slices.ContainsFunc(slices.Collect(maps.Values(t.resources)), func(r templateResource) bool { return strings.HasPrefix(r.kind, "AWS::IAM::") })
	switch {
	case named && !slices.Contains(capabilities, "CAPABILITY_NAMED_IAM"):
		return refuse(http.StatusBadRequest, "InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_NAMED_IAM]")
	case hasRole && len(capabilities) == 0:
		return refuse(http.StatusBadRequest, "InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_IAM]")
	}
	return nil
}

// maker makes the resources of a stack, each after those that it refers to.
type maker struct {
	*world
	account  *account
	stack    *stack
	template template
	values   map[string]string // of parameters
	made     map[string]made
}

// made is a resource that exists.
type made struct {
	physical   string
	attributes map[string]string
}

func (m *maker) readParameters(given map[string]string) error {
	for name, raw := range m.template.parameters {
		body, _ := raw.(map[string]any)
		value, ok := given[name]
		if !ok {
			if body["Default"] == nil {
				return refuse(http.StatusBadRequest, "ValidationError", "Parameters: [%s] must have values", name)
			}
			value = fmt.Sprint(body["Default"])
		}
		m.values[name] = value
	}
	for name := range given {
		if m.template.parameters[name] == nil {
			return refuse(http.StatusBadRequest, "ValidationError", "Parameters: [%s] do not exist in the template", name)
		}
	}
	return nil
}

func (m *maker) makeAll() {
	for _, name := range slices.Sorted(maps.Keys(m.template.resources)) {
		if err := m.make(name); err != nil {
			m.rollBack(err)
			return
		}
	}
	for name, raw := range m.template.outputs {
		body, _ := raw.(map[string]any)
		value, err := m.resolve(body["Value"])
		if err != nil {
			m.rollBack(err)
			return
		}
		m.stack.outputs[name] = fmt.Sprint(value)
	}
}

func (m *maker) rollBack(reason error) {
	for _, remove := range slices.Backward(m.stack.removers) {
		remove()
	}
	m.stack.removers, m.stack.outputs = nil, map[string]string{}
	m.stack.status, m.stack.reason = "ROLLBACK_COMPLETE", "The following resource(s) failed to create. "+reason.Error()
}

func (m *maker) make(name string) error {
	r := m.template.resources[name]
	if _, done := m.made[name]; done || r.kind == "" {
		return nil
	}
	for _, need := range r.needs {
		if err := m.make(need); err != nil {
			return err
		}
	}
	resolved, err := m.resolve(r.properties)
	if err == nil {
		properties, _ := resolved.(map[string]any)
		m.made[name], err = m.create(name, r.kind, properties)
	}
	e := stackEvent{logical: name, kind: r.kind, status: "CREATE_COMPLETE", physical: m.made[name].physical}
	if err != nil {
		e.status, e.reason = "CREATE_FAILED", err.Error()
	}
	m.stack.events = append(m.stack.events, e)
	return err
}

// resolve computes the functions in a value.
func (m *maker) resolve(v any) (any, error) {
	switch v := v.(type) {
	case []any:
		all := make([]any, len(v))
		for i, item := range v {
			var err error
			if all[i], err = m.resolve(item); err != nil {
				return nil, err
			}
		}
		return all, nil
	case map[string]any:
		if len(v) == 1 {
			for name, argument := range v {
				if name == "Ref" || strings.HasPrefix(name, "Fn::") {
					return m.call(name, argument)
				}
			}
		}
		all := map[string]any{}
		for name, item := range v {
			var err error
			if all[name], err = m.resolve(item); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
	return v, nil
}

func (m *maker) call(name string, argument any) (string, error) {
	list, _ := argument.([]any)
	text, isText := argument.(string)
	switch {
	case name == "Ref" && isText:
		return m.value(text)
	case name == "Fn::GetAtt" && len(list) == 2:
		return m.value(fmt.Sprint(list[0]) + "." + fmt.Sprint(list[1]))
	case name == "Fn::Sub" && isText:
		var failed error
		done := placeholder.ReplaceAllStringFunc(text, func(found string) string {
			value, err := m.value(found[2 : len(found)-1])
			failed = errors.Join(failed, err)
			return value
		})
		return strings.ReplaceAll(done, "${!", "${"), failed
	case name == "Fn::Join" && len(list) == 2:
		parts, err := m.resolve(list[1])
		if err != nil {
			return "", err
		}
		var all []string
		items, _ := parts.([]any)
		for _, item := range items {
			all = append(all, fmt.Sprint(item))
		}
		return strings.Join(all, fmt.Sprint(list[0])), nil
	}
	return "", invalidTemplate("error: every %s object must have the right arguments", name)
}

// value is a parameter, a resource, or an attribute of one.
func (m *maker) value(name string) (string, error) {
	if v, ok := m.values[name]; ok {
		return v, nil
	}
	resource, attribute, both := strings.Cut(name, ".")
	if err := m.make(resource); err != nil {
		return "", err
	}
	found, ok := m.made[resource]
	if ok && !both {
		return found.physical, nil
	}
	if v, ok := found.attributes[attribute]; ok {
		return v, nil
	}
	return "", invalidTemplate("error: resource %s does not support attribute type %s in Fn::GetAtt", resource, attribute)
}

// text, flag, number and document read resolved properties, as leniently as
// CloudFormation does.
func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func flag(v any) bool { return text(v) == "true" }

func number(v any, otherwise int) int {
	if v == nil {
		return otherwise
	}
	n, _ := strconv.Atoi(text(v)) // 0 is refused
	return n
}

func texts(v any) []string {
	var all []string
	list, _ := v.([]any)
	for _, item := range list {
		all = append(all, text(item))
	}
	return all
}

func document(v any) string {
	raw, _ := json.Marshal(v) // strings, numbers, lists and maps
	return string(raw)
}
