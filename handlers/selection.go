package handlers

import (
	"net/url"
	"slices"

	"mooring/fault"
	"mooring/register"
)

// selectionOf reads which linked accounts are meant: all that match the fields
// of a query, or some, one by one.
func selectionOf(v url.Values) (register.Selection, fault.Fields) {
	if v.Get("all") == "yes" {
		query, fields := register.ParseQuery(v)
		return register.Selection{All: true, Query: query}, fields
	}
	return register.Selection{IDs: slices.DeleteFunc(slices.Clone(v["credential"]), func(id string) bool { return id == "" })}, nil
}
