package google

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"mooring/cloud"
)

const maxPasted = 64 << 10 // bytes; a terminal with the command and its output has about 4 KiB

var (
	certificateText = regexp.MustCompile(`(?s)-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----`)
	googleSecret    = regexp.MustCompile(`\bya29\.[A-Za-z0-9_.-]{20,}|\bAIza[0-9A-Za-z_-]{35}|\bGOCSPX-[A-Za-z0-9_-]{20,}|\b1//[A-Za-z0-9_-]{20,}|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.`)
	commandFailed   = regexp.MustCompile(`ERROR: \((gcloud[a-z0-9.-]*)\) ?([^\n]*)`)
	statusWord      = regexp.MustCompile(`\b[A-Z]{3,}(?:_[A-Z]{2,})+\b|\b(?:UNAUTHENTICATED)\b`)

	anyProvider   = regexp.MustCompile(`projects/([^/\s"'<>]+)/locations/([a-z0-9-]+)/workloadIdentityPools/([A-Za-z0-9_-]+)(?:/providers/([A-Za-z0-9_-]+))?`)
	anyAccount    = regexp.MustCompile(`(?i)[a-z0-9][a-z0-9.-]*@[a-z0-9.-]*gserviceaccount\.com`)
	namedProject  = regexp.MustCompile(`(?i)\bproject_?id["']?\s*[:=]\s*["']?([a-z][a-z0-9.:-]+)`)
	namedNumber   = regexp.MustCompile(`(?i)\bproject_?number["']?\s*[:=]\s*["']?([0-9]+)`)
	namedAccount  = regexp.MustCompile(`(?i)(?:\bservice_?account["']?\s*[:=]\s*["']?|serviceAccounts/)([A-Za-z0-9.-]+@[A-Za-z0-9.-]*gserviceaccount\.com)`)
	projectInURL  = regexp.MustCompile(`[?&]project=([a-z][a-z0-9.:-]+)`)
	projectInName = regexp.MustCompile(`(?:^|/)projects/([a-z][a-z0-9.:-]+)`)
	otherUniverse = regexp.MustCompile(`(?i)"universe_domain"\s*:\s*"([a-z0-9.-]+)"`)
	emailAddress  = regexp.MustCompile(`^[^\s@]+@[^\s@]+\.[A-Za-z]{2,}$`)
	uniqueID      = regexp.MustCompile(`^[0-9]{20,22}$`)
)

// holdsSecret reports whether a text holds a key, a token or another secret.
// Certificates and names have long words, too.
func holdsSecret(typed string) bool {
	typed = certificateText.ReplaceAllString(typed, "")
	return cloud.HoldsSecret(typed) || googleSecret.MatchString(typed)
}

// names are what a text names, by Field.Key, each once.
type names map[string][]string

func (n names) add(key, value string) {
	if value = strings.TrimRight(value, ".,;:-"); value != "" && !slices.Contains(n[key], value) {
		n[key] = append(n[key], value)
	}
}

// one is the only value of a field, or "".
func (n names) one(key string) string {
	if len(n[key]) == 1 {
		return n[key][0]
	}
	return ""
}

// namesIn finds what a command printed: as JSON, as YAML or as Terraform prints it. In
// the text of the command itself, blanks stand where the names are. What is in quotes and
// goes on after a break isn't the entire name.
func namesIn(text string) names {
	found := names{}
	add := func(key string, match []int) {
		start, end := match[len(match)-2], match[len(match)-1]
		inQuotes := start > 0 && text[start-1] == '"'
		if value := text[start:end]; !inQuotes || end == len(text) || !unicode.IsSpace(rune(text[end])) {
			found.add(key, value)
		}
	}
	for _, m := range namedProject.FindAllStringSubmatchIndex(text, -1) {
		if text[m[2]:m[3]] != "string" { // the type, in what terraform output -json prints
			add(fieldProject, m)
		}
	}
	for _, m := range namedNumber.FindAllStringSubmatchIndex(text, -1) {
		add(fieldNumber, m)
	}
	for _, m := range namedAccount.FindAllStringSubmatch(text, -1) {
		found.add(fieldAccount, strings.ToLower(m[1]))
	}
	for _, m := range anyProvider.FindAllStringIndex(text, -1) {
		if _, ok := ParseProvider(text[m[0]:m[1]]); ok {
			add(fieldProvider, m)
		}
	}
	return found
}

func withoutSpaces(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// readLine reads a field of one line. It gives the sentence for the field when it can't
// be used, and forgets a secret.
func readLine(key string, values map[string]string) (value, problem string) {
	typed := values[key]
	switch {
	case strings.TrimSpace(typed) == "":
		return "", ""
	case holdsSecret(typed):
		delete(values, key)
		return "", saySecret
	case len(typed) > maxPasted:
		return "", sayForm[key]
	}
	plain := cloud.Plain(typed)
	if strings.Count(plain, "projects/") == 1 && strings.ContainsAny(strings.TrimSpace(plain), "\r\n") && key == fieldProvider {
		plain = withoutSpaces(plain) // a long name that was broken
	}
	if found := namesIn(plain)[key]; len(found) > 1 {
		return "", "This contains more than one " + words[key] + ". Paste only the one that belongs here."
	} else if len(found) == 1 {
		plain = found[0]
	}
	read := readers[key]
	value, problem = read(cloud.Tidy(plain))
	if problem != "" { // terminals break long lines
		if again, still := read(cloud.Tidy(withoutSpaces(plain))); still == "" && strings.ContainsAny(plain, "\r\n") {
			return again, ""
		}
	}
	if problem != "" && strings.ContainsAny(typed, "<>") {
		problem = "This is a placeholder. Replace it with the " + words[key] + "."
	}
	return value, problem
}

// readers read one name of each kind.
var readers = map[string]func(string) (value, problem string){fieldProject: readProject, fieldNumber: readNumber, fieldProvider: readProvider, fieldAccount: readAccount}

func readProject(text string) (id, problem string) {
	if m := projectInURL.FindStringSubmatch(text); m != nil {
		text = m[1]
	} else if m := projectInName.FindStringSubmatch(text); m != nil && !strings.Contains(text, "://") {
		text = m[1]
	}
	lower := strings.ToLower(text)
	switch {
	case projectForm.MatchString(lower):
		return lower, ""
	case numberForm.MatchString(strings.TrimPrefix(text, "projects/")):
		return "", sayProjectNumber
	case anyProvider.MatchString(text):
		return "", "This is the name of a pool or a provider. Enter the project ID here."
	case anyAccount.MatchString(text):
		return "", "This is the address of a service account. Enter the project ID here."
	case strings.HasPrefix(lower, "organizations/"), strings.HasPrefix(lower, "folders/"):
		return "", "This is an organization or a folder. Enter the ID of one of its projects."
	case strings.Contains(text, " ") && len(text) <= 30:
		return "", "This looks like the project's name. Enter its ID, which has no spaces."
	}
	return "", sayProjectForm
}

func readNumber(text string) (number, problem string) {
	text = strings.TrimPrefix(text, "projects/")
	switch {
	case numberForm.MatchString(text):
		return text, ""
	case projectForm.MatchString(text):
		return "", "This is the project's ID. Its number has only digits. You can leave this field empty."
	}
	return "", sayForm[fieldNumber]
}

func readProvider(text string) (name, problem string) {
	if strings.Contains(text, "/workforcePools/") {
		return "", "This is a workforce pool, which is for people. Enter the provider of a workload identity pool."
	}
	m := anyProvider.FindStringSubmatch(text)
	switch {
	case m == nil:
		return "", sayForm[fieldProvider]
	case m[2] != "global":
		return "", "The location of the pool must be global. Copy the name of the provider again."
	case m[4] == "":
		return "", "This is the name of a pool. Enter the name of its provider, which continues with /providers/ and an ID."
	case projectForm.MatchString(m[1]):
		return "", "This name has the ID of the project. Enter the one with its number, as the command prints it."
	}
	if _, ok := ParseProvider(m[0]); !ok {
		return "", "Mooring can't use this name. Copy the name of the provider again."
	}
	return m[0], ""
}

func readAccount(text string) (address, problem string) {
	all := anyAccount.FindAllString(text, -1)
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) > 1 {
		return "", "This contains more than one service account. Paste only the one that belongs here."
	}
	if len(all) == 1 {
		if lower := strings.ToLower(all[0]); accountForm.MatchString(lower) {
			return lower, ""
		}
		return "", sayForm[fieldAccount]
	}
	switch {
	case uniqueID.MatchString(text):
		return "", "This is the unique ID of a service account. Enter its address, which ends in gserviceaccount.com."
	case emailAddress.MatchString(text):
		return "", "This is the address of a person or a group. Enter that of a service account, which ends in gserviceaccount.com."
	}
	return "", sayForm[fieldAccount]
}

// readPasted reads what a command printed. It gives the sentence for the field when it
// can't be used, and forgets it then.
func readPasted(values map[string]string) (found names, problem string) {
	typed := values[fieldPasted]
	if strings.TrimSpace(typed) == "" {
		return nil, ""
	}
	found, problem = namesOf(typed)
	if problem != "" {
		delete(values, fieldPasted)
	}
	return found, problem
}

func namesOf(typed string) (names, string) {
	switch {
	case holdsSecret(typed):
		return nil, saySecret
	case len(typed) > maxPasted:
		return nil, sayPastedForm
	}
	plain := cloud.Plain(typed)
	if m := otherUniverse.FindStringSubmatch(plain); m != nil && m[1] != "googleapis.com" {
		return nil, "Mooring can't link projects in the universe " + m[1] + ", only those of googleapis.com."
	}
	found := namesIn(plain)
	joined := withoutSpaces(plain) // terminals break long lines
	for key, value := range namesIn(joined) {
		if len(found[key]) == 0 && (key != fieldProject || strings.Contains(joined, `"`+value[0]+`"`)) {
			found[key] = value
		}
	}
	for _, key := range lines {
		if len(found[key]) > 1 {
			return nil, "This names more than one " + words[key] + ". Paste the output of a single command."
		}
	}
	if m := commandFailed.FindStringSubmatch(plain); m != nil && len(found[fieldProject]) == 0 {
		return nil, sayFailed(m[2]) // its message can name something, too
	}
	if len(found) == 0 {
		return nil, sayPastedForm
	}
	for _, key := range lines {
		if value := found.one(key); value != "" {
			read, problem := readers[key](value)
			if problem != "" {
				return nil, problem
			}
			found[key] = []string{read}
		}
	}
	return found, ""
}

// sayFailed says why a command of the guide failed, as far as gcloud's message tells.
func sayFailed(message string) string {
	switch {
	case strings.Contains(message, "disableServiceAccountKey") || strings.Contains(message, "Key upload") || strings.Contains(message, "Key creation"):
		return "The command failed: a policy of the organization doesn't allow uploading keys to service accounts. Choose the method Certificate (Workload Identity Federation) instead."
	case strings.Contains(message, "ALREADY_EXISTS") || strings.Contains(message, "already exists"):
		return "The command failed, because something with this name already exists. If the command ran before, run only the lines that haven't run yet."
	}
	why := ""
	if status := statusWord.FindString(message); status != "" {
		why = ": Google Cloud answered " + status
	}
	return "The command failed" + why + ". Fix the cause, then run the lines that haven't run yet."
}
