package credential

import "mooring/audit"

// changes tells the audit log what differs between two moments of a
// credential, in the words of the pages. Of a new one before is empty.
func (s *Service) changes(before, after Credential) []audit.Change {
	was, is := s.told(before), s.told(after)
	var all []audit.Change
	for i, field := range toldFields {
		all = append(all, changed(field, was[i], is[i])...)
	}
	return all
}

var toldFields = []string{"Label", "Subscription ID", "Directory (tenant) ID", "Application (client) ID",
	"Method", "Environment", "Certificate (SHA-1)", "Status"}

// told are the values of toldFields.
func (s *Service) told(c Credential) [8]string {
	if c.ID == "" {
		return [8]string{}
	}
	t := c.Target
	method, environment, cloudName := t.Method, t.Environment, c.Provider
	if provider, ok := s.clouds[c.Provider]; ok {
		description := provider.Describe()
		cloudName, environment = description.ShortName, description.EnvironmentName(t.Environment)
		if named, ok := description.Method(t.Method); ok {
			method = named.Name
		}
	}
	return [8]string{c.Label, t.SubscriptionID, t.TenantID, t.ClientID, method, environment, c.CertificateSHA1, c.Word(cloudName, s.now())}
}

func changed(field, before, after string) []audit.Change {
	if before == after {
		return nil
	}
	return []audit.Change{{Field: field, Before: before, After: after}}
}
