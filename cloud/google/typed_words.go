package google

// lines are the fields of one line, in the order in which they are read.
var lines = []string{fieldProject, fieldProvider, fieldAccount, fieldNumber}

// words name what a field holds.
var words = map[string]string{fieldProject: "project ID", fieldProvider: "provider", fieldAccount: "service account", fieldNumber: "project number"}

// sayForm says what a field should look like.
var sayForm = map[string]string{
	fieldProject:  sayProjectForm,
	fieldProvider: "This isn't the name of a provider, which looks like projects/123456789012/locations/global/workloadIdentityPools/mooring-abc/providers/mooring-abc.",
	fieldAccount:  "This isn't the address of a service account, which ends in gserviceaccount.com.",
	fieldNumber:   "A project number has only digits. You can leave this field empty.",
}

// What is said beside the fields.
const (
	sayMethod        = "Choose one of the methods in the list."
	sayEnvironment   = "Google Cloud has no environments. Leave this empty."
	sayNoParent      = "Google Cloud projects are listed by their project ID."
	sayProjectForm   = "A project ID has 6 to 30 lower-case letters, digits and hyphens, such as acme-prod-123456."
	sayProjectNumber = "This is a project number. Enter the project's ID, such as acme-prod-123456."
	sayNothing       = "Paste the output of the command, or fill in the fields below."
	saySecret        = "This contains a key, a token or another secret. Mooring doesn't need it and hasn't kept it. If it is in use, delete or revoke it in Google Cloud."
	sayPastedForm    = "This isn't the output of the command, and Mooring hasn't kept it. Paste all that the command printed, from { to }."
	sayPastedDiffers = "This names something else than the fields below. Clear those fields or this one."
)
