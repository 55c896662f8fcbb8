package azure

import (
	"bytes"
	"encoding/json"
	"strings"
)

// fields are those of a JSON object, by their names in lower case. Each is read
// by itself, so that one of an odd type hides none of the others.
type fields map[string]json.RawMessage

// fieldsOf reads an object, or the first one of a list. What is none has no fields.
func fieldsOf(body []byte) fields {
	body = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimSpace(body), byteOrderMark))
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		var list []json.RawMessage
		if json.Unmarshal(body, &list) != nil || len(list) == 0 || json.Unmarshal(list[0], &object) != nil {
			return nil
		}
	}
	all := make(fields, len(object))
	for name, value := range object {
		all[strings.ToLower(name)] = value
	}
	return all
}

// text is a field that is a text or a number, or "".
func (f fields) text(name string) string {
	var text string
	var number json.Number
	switch raw := f[name]; {
	case json.Unmarshal(raw, &text) == nil:
		return strings.TrimSpace(text)
	case json.Unmarshal(raw, &number) == nil:
		return number.String()
	}
	return ""
}

// numbers is a field that is a number or a list of numbers, which may be texts.
func (f fields) numbers(name string) []string {
	var list []json.RawMessage
	if json.Unmarshal(f[name], &list) != nil {
		list = []json.RawMessage{f[name]}
	}
	var all []string
	for _, raw := range list {
		number := fields{"": raw}.text("")
		if number != "" && strings.Trim(number, "0123456789") == "" {
			all = append(all, number)
		}
	}
	return all
}

// texts is a field that is a text or a list of texts. It reports false if there
// is anything else in it.
func (f fields) texts(name string) ([]string, bool) {
	raw, ok := f[name]
	if !ok || string(raw) == "null" {
		return nil, true
	}
	var all []string
	if json.Unmarshal(raw, &all) == nil {
		return all, true
	}
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []string{one}, true
	}
	return nil, false
}

// objects is a field that is an object or a list of objects. A text that holds
// one, as some gateways send, counts as well.
func (f fields) objects(name string) []fields {
	raw := f[name]
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = json.RawMessage(text)
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		list = []json.RawMessage{raw}
	}
	var all []fields
	for _, item := range list {
		if object := fieldsOf(item); len(object) > 0 {
			all = append(all, object)
		}
	}
	return all
}
