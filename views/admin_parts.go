package views

import (
	"strconv"

	"mooring/fault"
	"mooring/text"
)

func areLeft(n int) string { return text.Count(n, "is left", "are left") }

// choices makes options of what a handler offers, with one for all at the top.
func choices(all string, list []Choice) []option {
	options := []option{{"", all}}
	for _, c := range list {
		options = append(options, option(c))
	}
	return options
}

// asTyped is the value of a field, as an input.
func asTyped(name, label, value, hint string) input {
	return input{Name: name, Label: label, Value: value, Hint: hint}
}

// invalid is what a field with a fault says about itself.
func invalid(name string, fields fault.Fields) bool { return fields[name] != "" }

// orNothing stands for a value that is empty.
func orNothing(s string) string { return orElse(s, "(empty)") }

// percent of the work is done. It never says 100 before the end.
func percent(done, total int) int {
	switch {
	case total <= 0:
		return 0
	case done >= total:
		return 100
	}
	return min(done*100/total, 99)
}

// number writes a number for a program.
func number(n int64) string { return strconv.FormatInt(n, 10) }
