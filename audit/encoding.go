package audit

import (
	"encoding/binary"
	"time"
)

// encoding spells values one after the other so that no two lists of values
// are spelt alike: every text has its length before it. What is hashed, marked
// or signed is one of these.
type encoding []byte

// encode begins with the name of what is spelt, so that the spelling of one
// thing is never that of another.
func encode(name string) encoding { return encoding(nil).text(name) }

func (e encoding) bytes(b []byte) encoding {
	return append(binary.BigEndian.AppendUint32(e, uint32(len(b))), b...)
}

func (e encoding) text(s string) encoding {
	return append(binary.BigEndian.AppendUint32(e, uint32(len(s))), s...)
}

func (e encoding) number(n int64) encoding { return binary.BigEndian.AppendUint64(e, uint64(n)) }

func (e encoding) moment(t time.Time) encoding { return e.number(millis(t)) }

// millis are milliseconds since 1970, and 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func atMillis(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}
