package aws

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"mooring/cloud"
)

var (
	anyARN          = regexp.MustCompile(`arn:[A-Za-z0-9-]*:[^\s"'<>]+`)
	accessKeyID     = regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`)
	secretKey       = regexp.MustCompile(`(?m)^["'\s]*[A-Za-z0-9/+]{40}["'\s,]*$`) // alone on its line
	certificateText = regexp.MustCompile(`(?s)-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----`)
	spacedID        = regexp.MustCompile(`\b[0-9]{4}[- ]?[0-9]{4}[- ]?[0-9]{4}\b`)
	longerID        = regexp.MustCompile(`[0-9][- ]?(?:[0-9][- ]?){12,}`)
	anError         = regexp.MustCompile(`An error occurred \(([A-Za-z0-9.]{1,60})\)`)
)

// holdsSecret reports whether a text holds an access key or another secret. ARNs and
// certificates have long words, too.
func holdsSecret(typed string) bool {
	typed = certificateText.ReplaceAllString(pastedARN.ReplaceAllString(typed, "ARN"), "")
	return cloud.HoldsSecret(typed) || accessKeyID.MatchString(typed) || secretKey.MatchString(typed)
}

// readLine reads the ARN of a kind in its line of the form. It gives the sentence
// for the field when there is none, and forgets a secret.
func readLine(kind Kind, values map[string]string) (arn, problem string) {
	typed := values[fieldOf[kind]]
	if typed == "" {
		return "", ""
	}
	if holdsSecret(typed) {
		delete(values, fieldOf[kind])
		return "", saySecret
	}
	if len(typed) > maxPasted {
		return "", sayNoARN(kind)
	}
	plain := cloud.Plain(typed)
	for _, try := range []string{plain, withoutSpaces(plain)} { // terminals break long lines
		switch found := FindARNs(try)[kind]; {
		case len(found) > 1:
			return "", "This contains more than one ARN of a " + words[kind] + ". Paste only the one that belongs here."
		case len(found) == 1:
			return checkARN(kind, found[0])
		}
	}
	if strings.ContainsAny(typed, "<>") {
		return "", "This is a placeholder. Replace it with the ARN of the " + words[kind] + "."
	}
	if named := anyARN.FindString(plain); named != "" {
		return checkARN(kind, strings.TrimRight(named, ",.;"))
	}
	return "", sayNoARN(kind)
}

func checkARN(kind Kind, s string) (arn, problem string) {
	read, err := ParseARN(kind, s)
	var wrong *ARNError
	switch {
	case err == nil:
		return read.String(), ""
	case kind == Role && strings.Contains(s, ":assumed-role/"):
		return "", sayAssumedRole
	case errors.As(err, &wrong):
		return "", sayProblem(wrong)
	}
	return "", sayNoARN(kind)
}

func withoutSpaces(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

const maxPasted = 64 << 10 // bytes; a terminal with the command and its output has about 4 KiB

// readPasted reads what the command printed. It gives the sentence for the field
// when it can't be used, and forgets it then.
func readPasted(values map[string]string) (arns map[Kind]string, problem string) {
	typed := values[fieldPasted]
	if typed == "" {
		return nil, ""
	}
	found, problem := arnsIn(typed)
	if problem != "" {
		delete(values, fieldPasted)
		return nil, problem
	}
	return found, ""
}

func arnsIn(typed string) (arns map[Kind]string, problem string) {
	switch {
	case holdsSecret(typed):
		return nil, saySecret
	case len(typed) > maxPasted:
		return nil, sayPastedForm
	}
	arns = map[Kind]string{}
	for kind, found := range FindARNs(cloud.Plain(typed)) {
		if len(found) > 1 {
			return nil, "This names more than one " + words[kind] + ". Paste the output of a single command."
		}
		if _, err := ParseARN(kind, found[0]); err != nil {
			_, problem := checkARN(kind, found[0])
			return nil, problem
		}
		arns[kind] = found[0]
	}
	if len(arns) == 0 {
		if failed := anError.FindStringSubmatch(typed); failed != nil {
			return nil, "The command failed: AWS answered " + failed[1] + ". Fix the cause, then run the command again."
		}
		return nil, sayPastedForm
	}
	return arns, ""
}

// readAccount reads the number of an account, with spaces or dashes, or an ARN of
// something in it.
func readAccount(typed string) (id, problem string) {
	text := cloud.Plain(typed)
	var all []string
	for _, s := range anyARN.FindAllString(text, -1) {
		if arn, ok := splitARN(s); ok && accountNumber.MatchString(arn.Account) {
			all = append(all, arn.Account)
		}
	}
	if !strings.Contains(text, "arn:") && !longerID.MatchString(text) {
		for _, s := range spacedID.FindAllString(text, -1) {
			all = append(all, strings.NewReplacer("-", "", " ", "").Replace(s))
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	switch {
	case len(all) == 1 && len(typed) <= longestARN:
		return all[0], ""
	case len(all) > 1:
		return "", "This contains more than one account ID. Enter only one."
	}
	return "", sayAccount
}
