package db

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"mooring/cloud"
	"mooring/credential"
)

// moment is a time as it is stored: milliseconds since 1970, and 0 for the
// zero time. Only registerquery converts them, too, for the keys that it sorts by.
type moment time.Time

// Value implements driver.Valuer.
func (m moment) Value() (driver.Value, error) {
	t := time.Time(m)
	if t.IsZero() {
		return int64(0), nil
	}
	return t.UnixMilli(), nil
}

// Scan implements sql.Scanner.
func (m *moment) Scan(from any) error {
	millis, ok := from.(int64)
	if !ok {
		return fmt.Errorf("a time is stored as %T", from)
	}
	*m = moment{}
	if millis != 0 {
		*m = moment(time.UnixMilli(millis).UTC())
	}
	return nil
}

// ending is when the certificate of a link ends. Without one that is never, which is
// stored as a moment after all others, so that lists by it need no case of their own.
type ending time.Time

// Value implements driver.Valuer.
func (e ending) Value() (driver.Value, error) {
	if time.Time(e).IsZero() {
		return moment(credential.Never).Value()
	}
	return moment(e).Value()
}

// Scan implements sql.Scanner.
func (e *ending) Scan(from any) error {
	err := (*moment)(e).Scan(from)
	if time.Time(*e).Equal(credential.Never) {
		*e = ending{}
	}
	return err
}

// values are stored as a JSON object.
type values map[string]string

// Value implements driver.Valuer.
func (v values) Value() (driver.Value, error) {
	if len(v) == 0 {
		return "{}", nil
	}
	text, err := json.Marshal(map[string]string(v)) // in the order of the keys
	return string(text), err
}

// Scan implements sql.Scanner.
func (v *values) Scan(from any) error {
	text, ok := from.(string)
	if !ok {
		return fmt.Errorf("values are stored as %T", from)
	}
	*v = nil
	if text == "{}" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), (*map[string]string)(v)); err != nil {
		return fmt.Errorf("stored values: %w", err)
	}
	return nil
}

// rights are stored as JSON, because they are read and written as one.
type rights []cloud.Right

// right spells cloud.Right in the database, so that renaming a field there
// does not lose what is stored.
type right struct {
	Key       string `json:"key"`
	Granted   bool   `json:"granted"`
	Excessive bool   `json:"excessive"`
}

// Value implements driver.Valuer.
func (r rights) Value() (driver.Value, error) {
	stored := make([]right, len(r))
	for i := range r {
		stored[i] = right(r[i])
	}
	text, err := json.Marshal(stored)
	return string(text), err
}

// Scan implements sql.Scanner.
func (r *rights) Scan(from any) error {
	text, ok := from.(string)
	if !ok {
		return fmt.Errorf("rights are stored as %T", from)
	}
	var stored []right
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return fmt.Errorf("stored rights: %w", err)
	}
	*r = nil
	for _, s := range stored {
		*r = append(*r, cloud.Right(s))
	}
	return nil
}

// keys are stored as a JSON list; none at all as an empty text, which is not the
// same as an empty list.
type keys []string

// Value implements driver.Valuer.
func (k keys) Value() (driver.Value, error) {
	if k == nil {
		return "", nil
	}
	text, err := json.Marshal([]string(k))
	return string(text), err
}

// Scan implements sql.Scanner.
func (k *keys) Scan(from any) error {
	text, ok := from.(string)
	if !ok {
		return fmt.Errorf("keys are stored as %T", from)
	}
	*k = nil
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), (*[]string)(k)); err != nil {
		return fmt.Errorf("stored keys: %w", err)
	}
	return nil
}

// warnings are stored as keys.
type warnings []cloud.Warning

// Value implements driver.Valuer.
func (w warnings) Value() (driver.Value, error) {
	if len(w) == 0 {
		return "", nil
	}
	text, err := json.Marshal([]cloud.Warning(w))
	return string(text), err
}

// Scan implements sql.Scanner.
func (w *warnings) Scan(from any) error {
	var stored keys
	if err := stored.Scan(from); err != nil {
		return err
	}
	*w = nil
	for _, key := range stored {
		*w = append(*w, cloud.Warning(key))
	}
	return nil
}
