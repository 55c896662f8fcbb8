package handlers

import (
	"maps"
	"net/url"
	"slices"

	"mooring/fault"
	"mooring/review"
	"mooring/views"
)

// selectionOf reads which linked accounts are meant: all that match the fields
// of a query, or some, one by one.
func selectionOf(v url.Values) (review.Selection, fault.Fields) {
	if v.Get("all") == "yes" {
		query, fields := review.ParseQuery(v)
		return review.Selection{All: true, Query: query}, fields
	}
	return review.Selection{IDs: slices.DeleteFunc(slices.Clone(v["credential"]), func(id string) bool { return id == "" })}, nil
}

// selectionValues spells a selection so that selectionOf reads the same.
func selectionValues(s review.Selection) url.Values {
	if s.All {
		v := s.Query.Values()
		v.Set("all", "yes")
		return v
	}
	return url.Values{"credential": s.IDs}
}

// carried are values that a form takes along, in an order that stays.
func carried(v url.Values) []views.Hidden {
	var all []views.Hidden
	for _, name := range slices.Sorted(maps.Keys(v)) {
		for _, value := range v[name] {
			all = append(all, views.Hidden{Name: name, Value: value})
		}
	}
	return all
}
