package oracle

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"mooring/cloud"
)

// What looks like a secret and is none: where a private key would be, in the console's
// preview and in the configuration of other programs.
var (
	keyPlaceholder    = regexp.MustCompile(`(?i)<?path to your private ?key ?file>?`)
	keyPath           = regexp.MustCompile(`(?i)\bprivate_key_path\b`)
	passphrase        = regexp.MustCompile(`(?i)\bpass_phrase["']?\s*[=:]\s*["']?[^\s"']`)
	keyLine           = regexp.MustCompile(`(?m)^["'\s]*[A-Za-z0-9/+]{64}["'\s,]*$`)
	publicKey         = regexp.MustCompile(`(?s)-----BEGIN (PUBLIC KEY|CERTIFICATE)-----.*?-----END (PUBLIC KEY|CERTIFICATE)-----`)
	shortened         = regexp.MustCompile(`(?:\.\.\.|…)[a-z0-9]{4,12}\b`)
	pastedRegion      = regexp.MustCompile(`(?i)\bregion["']?\s*[=:]\s*["']?([a-z][a-z0-9-]+)`)
	pastedFingerprint = regexp.MustCompile(`(?i)\bfingerprint["']?\s*[=:]\s*["']?((?:[0-9a-f]{2}:){15}[0-9a-f]{2})\b`)
	anyRegion         = regexp.MustCompile(`\b[a-z]{2}(?:-[a-z]+)+-[0-9]\b`)
	serviceError      = regexp.MustCompile(`(?s)ServiceError:.{0,400}?"code"\s*:\s*"([A-Za-z]{1,60})"`)
)

// holdsSecret reports whether a text holds a private key or another secret.
func holdsSecret(typed string) bool {
	typed = publicKey.ReplaceAllString(typed, "")
	typed = keyPath.ReplaceAllString(keyPlaceholder.ReplaceAllString(typed, ""), "path")
	return cloud.HoldsSecret(typed) || passphrase.MatchString(typed) || keyLine.MatchString(typed)
}

// readLine reads the OCID of a kind in its line of the form. It gives the sentence for
// the field when there is none, and forgets a secret.
func readLine(k kind, values map[string]string) (id, problem string) {
	typed := values[fieldOf[k]]
	if strings.TrimSpace(typed) == "" {
		return "", ""
	}
	if holdsSecret(typed) {
		delete(values, fieldOf[k])
		return "", saySecret
	}
	if len(typed) > maxPasted {
		return "", sayNoOCID(k)
	}
	plain := cloud.Plain(typed)
	for _, try := range []string{plain, withoutSpaces(plain)} { // terminals break long lines
		switch found := ofKind(findOCIDs(try), k); {
		case len(found) > 1:
			return "", "This contains more than one " + words[fieldOf[k]] + ". Paste only the one that belongs here."
		case len(found) == 1:
			return checkOCID(found[0])
		}
	}
	return "", sayWrong(k, plain)
}

func checkOCID(id ocid) (text, problem string) {
	if _, ok := FindRealm(id.realm); !ok {
		return "", sayUnknownRealm
	}
	return id.text, ""
}

// sayWrong says what is wrong with a text that holds no OCID of the kind.
func sayWrong(k kind, plain string) string {
	switch others := findOCIDs(plain); {
	case len(others) > 0 && kindWords[others[0].kind] != "":
		return "This is the OCID of " + kindWords[others[0].kind] + ". Paste the " + words[fieldOf[k]] + " here."
	case len(others) > 0:
		return "This isn't the OCID of a " + string(k) + ". Paste the " + words[fieldOf[k]] + " here."
	case shortened.MatchString(plain):
		return "This OCID is shortened. Choose Copy next to it in Oracle's console."
	case strings.ContainsAny(plain, "<>"):
		return "This is a placeholder. Replace it with the " + words[fieldOf[k]] + "."
	}
	return sayNoOCID(k)
}

func withoutSpaces(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// readRegionLine reads the region in its line of the form.
func readRegionLine(values map[string]string, realm string) (region, problem string) {
	typed := values[fieldRegion]
	switch {
	case typed == "":
		return "", ""
	case holdsSecret(typed):
		delete(values, fieldRegion)
		return "", saySecret
	}
	tidy := cloud.Tidy(typed)
	if named := pastedRegion.FindStringSubmatch(tidy); named != nil {
		tidy = named[1]
	}
	if region, ok := findRegion(tidy, realm); ok {
		return region, ""
	}
	return "", sayNoRegion
}

const maxPasted = 64 << 10 // bytes; a terminal with the command and its output has about 4 KiB

// readPasted reads what was pasted. It gives the sentence for the field when it can't be
// used, and forgets it then.
func readPasted(values map[string]string) (parts, string) {
	typed := values[fieldPasted]
	if typed == "" {
		return parts{}, ""
	}
	found, problem := partsIn(typed)
	if problem != "" {
		delete(values, fieldPasted)
		return parts{}, problem
	}
	return found, ""
}

func partsIn(typed string) (found parts, problem string) {
	switch {
	case holdsSecret(typed):
		return parts{}, saySecret
	case len(typed) > maxPasted:
		return parts{}, sayPastedForm
	}
	plain := cloud.Plain(typed)
	all := findOCIDs(plain)
	for _, part := range []struct {
		k    kind
		into *string
	}{{tenancyKind, &found.tenancy}, {userKind, &found.user}} {
		switch some := ofKind(all, part.k); {
		case len(some) > 1:
			return parts{}, "This names more than one " + string(part.k) + ". Paste the output of a single command, or a single profile."
		case len(some) == 1:
			if *part.into, problem = checkOCID(some[0]); problem != "" {
				return parts{}, problem
			}
		}
	}
	if found.region, problem = regionIn(plain, realmKey(found, parts{})); problem != "" {
		return parts{}, problem
	}
	if found == (parts{}) {
		if failed := serviceError.FindStringSubmatch(plain); failed != nil {
			return parts{}, "The command failed: Oracle Cloud answered " + failed[1] + ". Fix the cause, then run the command again."
		}
		return parts{}, sayPastedForm
	}
	return found, ""
}

// regionIn finds the region in a pasted text: the one that is called so, or else the
// only one.
func regionIn(plain, realm string) (region, problem string) {
	named := pastedRegion.FindAllStringSubmatch(plain, -1)
	for _, one := range named {
		id, ok := findRegion(one[1], realm)
		switch {
		case !ok:
			return "", "Mooring doesn't know the region " + one[1] + "."
		case differ(region, id):
			return "", "This names more than one region. Paste the output of a single command, or a single profile."
		}
		region = id
	}
	if len(named) > 0 {
		return region, ""
	}
	for _, id := range anyRegion.FindAllString(plain, -1) {
		if _, ok := realmOf(id); ok {
			if differ(region, id) {
				return "", ""
			}
			region = id
		}
	}
	return region, ""
}

// namesAnotherKey reports whether a pasted configuration is about another key than the one
// with this fingerprint.
func namesAnotherKey(pasted, fingerprint string) bool {
	found := pastedFingerprint.FindAllStringSubmatch(cloud.Plain(pasted), -1)
	return len(found) > 0 && !slices.ContainsFunc(found, func(one []string) bool { return strings.EqualFold(one[1], fingerprint) })
}

// words name what a field holds.
var words = map[string]string{fieldTenancy: "tenancy OCID", fieldUser: "user OCID", fieldRegion: "region"}

// kindWords name what an OCID is of.
var kindWords = map[kind]string{tenancyKind: "a tenancy", userKind: "a user", "compartment": "a compartment", "group": "a group",
	"policy": "a policy", "domain": "an identity domain", "instance": "an instance", "credential": "a key", "vcn": "a network"}

func sayNoOCID(k kind) string {
	return "This isn't an OCID. Paste the entire " + words[fieldOf[k]] + ", which begins with ocid1." + string(k) + "."
}

// What is said beside the fields.
const (
	sayMethod        = "Choose one of the methods in the list."
	sayRealm         = "Mooring doesn't know this realm."
	sayUnknownRealm  = "Mooring can't link tenancies in the realm of this OCID."
	sayNoParent      = "Tenancies are listed by their OCID."
	sayNothing       = "Paste the output of the command or the configuration file preview, or enter the two OCIDs and the region."
	sayNoRegion      = "Mooring doesn't know this region. Enter its identifier, such as eu-frankfurt-1."
	saySecret        = "This contains a private key or another secret. Mooring doesn't need it and hasn't kept it. If it is in use, delete it in Oracle Cloud."
	sayPastedForm    = "This isn't the output of the command, and Mooring hasn't kept it. Paste all that the command printed, or the entire configuration file preview."
	sayOtherKey      = "The fingerprint in this belongs to another key than Mooring's. Add the public key from part 1 to the user, then paste the configuration file preview of that key."
	sayPastedDiffers = "This names something else than the fields below. Clear those fields or this one."
)
