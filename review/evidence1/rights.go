package evidence1

// rightKeys are the sentences that rights were before they had keys. Snapshots of
// that time hold only the sentence.
var rightKeys = map[string]string{
	"It can read what is in the subscription.":                                                                                             "azure-read",
	"It cannot read what is in the subscription.":                                                                                          "azure-read",
	"It can create and change virtual machines with their disks and networks, in the whole subscription.":                                  "azure-create-machines",
	"It cannot create virtual machines in the whole subscription. A role on one resource group is enough for that, and is not shown here.": "azure-create-machines",
	"It can create resource groups.":                                                                                                       "azure-create-resource-groups",
	"It cannot create resource groups.":                                                                                                    "azure-create-resource-groups",
	"It can give roles to others, which is more than Mooring needs. Replace the role Owner or User Access Administrator by a smaller one.": "azure-give-roles",
	"It can do everything with the classic resources of the subscription. A management certificate knows no smaller right.":                "azure-classic",
}

// RightKey gives the key of a right that a snapshot holds as a sentence. A
// sentence that nobody knows is its own key.
func RightKey(sentence string) string {
	if key := rightKeys[sentence]; key != "" {
		return key
	}
	return sentence
}

// HasRight reports whether there was a sentence for a right at that time.
func HasRight(key string) bool {
	for _, named := range rightKeys {
		if named == key {
			return true
		}
	}
	return false
}
