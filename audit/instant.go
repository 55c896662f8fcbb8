package audit

import "time"

// instantForm is how times are spelt in exports, checkpoints and queries: UTC,
// with the milliseconds that are stored.
const instantForm = "2006-01-02T15:04:05.000Z"

func spellMoment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(instantForm)
}

// readMoment reads what spellMoment wrote.
func readMoment(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.Parse(instantForm, s)
}
