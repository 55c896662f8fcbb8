package credential

import (
	"slices"

	"mooring/audit"
	"mooring/cloud"
)

// changes tells the audit log what differs between two moments of a
// credential, in the words of the pages. Of a new one before is empty.
func (s *Service) changes(before, after Credential) []audit.Change {
	was, is := s.told(before), s.told(after)
	var all []audit.Change
	for _, field := range toldInOrder(was, is) {
		all = append(all, changed(field, was.values[field], is.values[field])...)
	}
	return all
}

// told is what the audit log tells of a credential, by the label that its pages give
// it.
type told struct {
	fields []string
	values map[string]string
}

func (t *told) add(field, value string) {
	t.fields, t.values[field] = append(t.fields, field), value
}

// toldInOrder are the fields of both, those of is first.
func toldInOrder(was, is told) []string {
	fields := slices.Clone(is.fields)
	for i, field := range was.fields {
		if !slices.Contains(fields, field) {
			fields = slices.Insert(fields, min(i, len(fields)), field)
		}
	}
	return fields
}

func (s *Service) told(c Credential) told {
	t := told{values: map[string]string{}}
	if c.ID == "" {
		return t
	}
	description := s.clouds.Describe(c.Provider)
	environment, method := c.Target.Environment, cloud.Method{Name: c.Target.SignIn.Method}
	if known, ok := description.Method(c.Target.SignIn.Method); ok {
		environment, method = description.EnvironmentName(environment), known
	}
	t.add("Label", c.Label)
	for _, field := range method.Fields {
		if field.Kind != cloud.Paste {
			t.add(field.Label, c.Target.Value(field))
		}
	}
	if len(method.Fields) == 0 { // its cloud was removed
		t.add(description.Account.ID, c.Target.Account)
	}
	t.add("Method", method.Name)
	t.add("Environment", environment)
	t.add("Certificate (SHA-1)", c.CertificateSHA1)
	t.add("Status", c.Word(description.ShortName, s.now()))
	return t
}

func changed(field, before, after string) []audit.Change {
	if before == after {
		return nil
	}
	return []audit.Change{{Field: field, Before: before, After: after}}
}
