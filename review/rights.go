package review

import (
	"encoding/json"
	"slices"

	"mooring/credential"
	"mooring/review/evidence1"
)

// SeenRight is a right as it was. The key says which; the sentence is what the
// reviewer read.
type SeenRight struct {
	Key       string `json:"key"`
	Granted   bool   `json:"granted"`
	Excessive bool   `json:"excessive"`
	Sentence  string `json:"sentence"`

	keyless bool // it was stored before rights had keys
}

// UnmarshalJSON implements json.Unmarshaler. A right from before rights had keys
// gets its own.
func (r *SeenRight) UnmarshalJSON(text []byte) error {
	type spelled SeenRight
	if err := json.Unmarshal(text, (*spelled)(r)); err != nil {
		return err
	}
	if r.Key == "" {
		r.Key, r.keyless = evidence1.RightKey(r.Sentence), true
	}
	return nil
}

// seenRights puts the rights of c into words.
func (s *Service) seenRights(c credential.Credential) []SeenRight {
	clouds := s.credentials.Clouds()
	seen := make([]SeenRight, len(c.Rights))
	for i, r := range c.Rights {
		seen[i] = SeenRight{Key: r.Key, Granted: r.Granted, Excessive: r.Excessive, Sentence: clouds.RightText(c.Provider, r)}
	}
	return seen
}

// RightChange says what became of a right since a snapshot.
type RightChange string

// The changes. The zero value is none.
const (
	RightAdded   RightChange = "added"
	RightRemoved RightChange = "removed"
)

// RightSince is a right that is granted now, or was then.
type RightSince struct {
	SeenRight
	Change RightChange
}

// RightsNow lists what is granted, compared with nothing.
func (s *Service) RightsNow(c credential.Credential) []RightSince {
	var granted []RightSince
	for _, r := range s.seenRights(c) {
		if r.Granted {
			granted = append(granted, RightSince{SeenRight: r})
		}
	}
	return granted
}

// RightsSince lists what is granted now, and what was granted when the snapshot
// was taken and is no longer.
func (s *Service) RightsSince(c credential.Credential, then Snapshot) []RightSince {
	return rightsSince(s.seenRights(c), then.Rights)
}

// rightsSince compares key by key. Rights that are unknown now are not taken for
// gone, and what had no key then, because no check could find it, not for new.
func rightsSince(now, then []SeenRight) []RightSince {
	var all []RightSince
	for _, r := range now {
		if !r.Granted {
			continue
		}
		since := RightSince{SeenRight: r}
		if !grants(then, r.Key) && !(isKeyless(then) && !evidence1.HasRight(r.Key)) {
			since.Change = RightAdded
		}
		all = append(all, since)
	}
	for _, r := range then {
		if r.Granted && len(now) > 0 && !grants(now, r.Key) {
			all = append(all, RightSince{r, RightRemoved})
		}
	}
	return all
}

func isKeyless(rights []SeenRight) bool {
	return slices.ContainsFunc(rights, func(r SeenRight) bool { return r.keyless })
}

func grants(rights []SeenRight, key string) bool {
	return slices.ContainsFunc(rights, func(r SeenRight) bool { return r.Granted && r.Key == key })
}
