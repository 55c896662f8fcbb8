package views

import "slices"

// credentialFields are the fields of the form, in the order of the screen.
var credentialFields = []string{"method", "certificate_life", "label", "environment", "subscription_id", "client_id", "pasted", "tenant_id"}

// shownFields are those that this form has: with one method or one environment
// there is nothing to choose.
func shownFields(p CredentialForm) []string {
	return slices.DeleteFunc(slices.Clone(credentialFields), func(name string) bool {
		return name == "method" && len(p.Methods) < 2 || name == "environment" && len(p.Environments) < 2
	})
}

func credentialPlaces(p CredentialForm) []place {
	list := places(p.Fields,
		"method", "How to link", "certificate_life", "The certificate", "label", "Label", "environment", "Azure cloud",
		"subscription_id", "Subscription ID", "client_id", "Application (client) ID",
		"pasted", "Command output", "tenant_id", "Directory (tenant) ID")
	return list
}

func tenantInput(p CredentialForm) input {
	return input{
		Name: "tenant_id", Label: "Directory (tenant) ID", Value: p.Form.TenantID,
		Hint: "You can usually leave this empty. Mooring looks it up from the subscription.",
		Note: p.FormNotes["tenant_id"], Optional: true, Mono: true,
	}
}

// partLevel is the level of the headings of the three parts.
func partLevel(dialog bool) int {
	if dialog {
		return 3
	}
	return 2
}

// partsID names what asks for the preview. An id that starts with dialog lets a
// failure find the alert slot of the dialog.
func partsID(dialog bool) string {
	if dialog {
		return "dialog-parts"
	}
	return "parts"
}
