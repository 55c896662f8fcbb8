package awssim

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// template is a CloudFormation template. Values are strings, numbers, booleans, nil,
// lists and maps; a short form such as !GetAtt has become its long form.
type template struct {
	parameters map[string]any
	resources  map[string]templateResource
	outputs    map[string]any
}

type templateResource struct {
	kind       string
	properties map[string]any
	needs      []string // logical names that it refers to
}

func invalidTemplate(message string, values ...any) error {
	return refuse(http.StatusBadRequest, "ValidationError", "Template "+message, values...)
}

// longestTemplate is how long a template in a request may be.
const longestTemplate = 51200

// parseTemplate reads YAML or JSON.
func parseTemplate(text string) (template, error) {
	if len(text) > longestTemplate {
		return template{}, refuse(http.StatusBadRequest, "ValidationError", "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200")
	}
	if tooDeep(text) {
		return template{}, invalidTemplate("format error: YAML not well-formed.")
	}
	file, err := parser.ParseBytes([]byte(text), 0)
	if err != nil || len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return template{}, invalidTemplate("format error: YAML not well-formed.")
	}
	value, err := valueOf(file.Docs[0].Body)
	if err != nil {
		return template{}, invalidTemplate("format error: %s", err)
	}
	root, ok := value.(map[string]any)
	if !ok {
		return template{}, invalidTemplate("format error: unsupported structure.")
	}
	t := template{parameters: section(root, "Parameters"), outputs: section(root, "Outputs"), resources: map[string]templateResource{}}
	for name := range root {
		if !slices.Contains([]string{"AWSTemplateFormatVersion", "Description", "Parameters", "Resources", "Outputs", "Metadata"}, name) {
			return template{}, invalidTemplate("format error: Invalid template property or properties [%s]", name)
		}
	}
	for name, raw := range section(root, "Resources") {
		body, _ := raw.(map[string]any)
		kind, _ := body["Type"].(string)
		properties, _ := body["Properties"].(map[string]any)
		t.resources[name] = templateResource{kind: kind, properties: properties, needs: references(properties)}
		for key := range body {
			if !slices.Contains([]string{"Type", "Properties", "DependsOn", "Metadata", "DeletionPolicy", "UpdateReplacePolicy"}, key) {
				return template{}, invalidTemplate("format error: Invalid resource property [%s]", key)
			}
		}
	}
	if len(t.resources) == 0 {
		return template{}, invalidTemplate("format error: At least one Resources member must be defined.")
	}
	return t, t.check()
}

// tooDeep reports whether brackets are so deep in each other that reading them would
// take seconds.
func tooDeep(text string) bool {
	depth := 0
	for _, c := range []byte(text) {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		if depth > 200 {
			return true
		}
	}
	return false
}

func section(root map[string]any, name string) map[string]any {
	s, _ := root[name].(map[string]any)
	return s
}

// check refuses references to nothing and references in a circle.
func (t template) check() error {
	known := func(name string) bool {
		return t.parameters[name] != nil || t.resources[name].kind != "" || strings.HasPrefix(name, "AWS::")
	}
	var unresolved []string
	for _, r := range t.resources {
		unresolved = append(unresolved, slices.DeleteFunc(slices.Clone(r.needs), known)...)
	}
	if len(unresolved) > 0 {
		slices.Sort(unresolved)
		return invalidTemplate("format error: Unresolved resource dependencies %s in the Resources block of the template", slices.Compact(unresolved))
	}
	if missing := slices.DeleteFunc(references(t.outputs), known); len(missing) > 0 {
		return invalidTemplate("format error: Unresolved resource dependencies %s in the Outputs block of the template", missing)
	}
	done := map[string]bool{}
	for range t.resources {
		for name, r := range t.resources {
			if !slices.ContainsFunc(r.needs, func(n string) bool { return t.resources[n].kind != "" && !done[n] }) {
				done[name] = true
			}
		}
	}
	var circle []string
	for name := range t.resources {
		if !done[name] {
			circle = append(circle, name)
		}
	}
	if len(circle) > 0 {
		slices.Sort(circle)
		return refuse(http.StatusBadRequest, "ValidationError", "Circular dependency between resources: %s", circle)
	}
	return nil
}

// valueOf turns YAML into values.
func valueOf(n ast.Node) (any, error) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return mapOf(n.Values)
	case *ast.MappingValueNode:
		return mapOf([]*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		list := []any{}
		for _, item := range n.Values {
			v, err := valueOf(item)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case *ast.TagNode:
		return intrinsic(n)
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.BoolNode:
		return n.Value, nil
	case *ast.NullNode:
		return nil, nil
	case *ast.IntegerNode, *ast.FloatNode:
		f, err := strconv.ParseFloat(n.GetToken().Value, 64)
		return f, err
	}
	return nil, fmt.Errorf("unsupported YAML: %s", n.Type())
}

func mapOf(values []*ast.MappingValueNode) (any, error) {
	all := map[string]any{}
	for _, pair := range values {
		key, err := valueOf(pair.Key)
		if err != nil {
			return nil, err
		}
		name, ok := key.(string)
		if _, twice := all[name]; !ok || twice {
			return nil, errors.New("a key is not a text, or there twice")
		}
		if all[name], err = valueOf(pair.Value); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func intrinsic(n *ast.TagNode) (any, error) {
	v, err := valueOf(n.Value)
	if err != nil {
		return nil, err
	}
	switch name := strings.TrimPrefix(n.Start.Value, "!"); name {
	case "Ref":
		return map[string]any{"Ref": v}, nil
	case "GetAtt":
		if text, ok := v.(string); ok {
			resource, attribute, _ := strings.Cut(text, ".")
			v = []any{resource, attribute}
		}
		return map[string]any{"Fn::GetAtt": v}, nil
	case "Sub", "Join":
		return map[string]any{"Fn::" + name: v}, nil
	}
	return nil, fmt.Errorf("the simulator doesn't know %s", n.Start.Value)
}

var placeholder = regexp.MustCompile(`\$\{([^!}][^}]*)\}`)

// references lists the logical names that a value refers to.
func references(v any) []string {
	var all []string
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			all = append(all, references(item)...)
		}
	case map[string]any:
		for name, inner := range v {
			switch list, _ := inner.([]any); {
			case name == "Ref":
				all = append(all, fmt.Sprint(inner))
			case name == "Fn::GetAtt" && len(list) == 2:
				all = append(all, fmt.Sprint(list[0]))
			case name == "Fn::Sub":
				for _, found := range placeholder.FindAllStringSubmatch(fmt.Sprint(inner), -1) {
					resource, _, _ := strings.Cut(found[1], ".")
					all = append(all, resource)
				}
			default:
				all = append(all, references(inner)...)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
