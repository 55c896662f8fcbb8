package wire

import (
	"encoding/json"
	"strings"
)

// Object is a JSON object whose names are in lower case. Each field is read apart, so
// that an odd one doesn't hide the others. A nil Object has no fields.
type Object map[string]json.RawMessage

// ReadObject reads an object; nil: it isn't one.
func ReadObject(body []byte) Object {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil || object == nil {
		return nil
	}
	all := make(Object, len(object))
	for name, value := range object {
		all[strings.ToLower(name)] = value
	}
	return all
}

// Text is a field that is a string, without spaces around it, or "".
func (o Object) Text(name string) string {
	var s string
	if json.Unmarshal(o[name], &s) != nil {
		return ""
	}
	return strings.TrimSpace(s)
}

// Number is a field that is a number, or a string that spells one; 0: neither.
func (o Object) Number(name string) float64 {
	var n json.Number
	if json.Unmarshal(o[name], &n) != nil {
		return 0
	}
	value, _ := n.Float64()
	return value
}

// Bool is a field that is true.
func (o Object) Bool(name string) bool {
	var b bool
	return json.Unmarshal(o[name], &b) == nil && b
}

// Object is a field that is an object, or the first of a list of them.
func (o Object) Object(name string) Object {
	if list := o.Objects(name); len(list) > 0 {
		return list[0]
	}
	return nil
}

// Objects is a field that is a list of objects, or a single one. What isn't an object
// is left out.
func (o Object) Objects(name string) []Object {
	if one := ReadObject(o[name]); one != nil {
		return []Object{one}
	}
	return ReadObjects(o[name])
}

// ReadObjects reads a list of objects. What isn't an object is left out.
func ReadObjects(body []byte) []Object {
	var list []json.RawMessage
	_ = json.Unmarshal(body, &list)
	var all []Object
	for _, item := range list {
		if one := ReadObject(item); one != nil {
			all = append(all, one)
		}
	}
	return all
}

// Texts is a field that is a list of strings. What isn't a string is left out.
func (o Object) Texts(name string) []string {
	var list []json.RawMessage
	_ = json.Unmarshal(o[name], &list)
	var all []string
	for _, item := range list {
		var s string
		if json.Unmarshal(item, &s) == nil {
			all = append(all, s)
		}
	}
	return all
}
