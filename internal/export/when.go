// SPDX-License-Identifier: Apache-2.0

package export

import (
	"strconv"
	"time"

	"github.com/nltop/nltop/internal/words"
)

// when is a time as a line of text has it: that of the day, behind the date where it
// was asked for, and as soon as the day is another than that of the first line.
func (t *Text) when(at time.Time) string {
	if t.o.UTC {
		at = at.UTC()
	}
	const day = "2006-01-02"
	if !t.o.Date && !at.IsZero() {
		if t.day == "" {
			t.day = at.Format(day)
			if last := t.o.Last; !last.IsZero() {
				t.o.Date = last.In(at.Location()).Format(day) != t.day
			}
		}
		t.o.Date = t.o.Date || at.Format(day) != t.day
	}
	if t.o.Date {
		return at.Format(day + " " + words.TimeOfDay)
	}
	return at.Format(words.TimeOfDay)
}

const rfc3339 = "2006-01-02T15:04:05.000000000Z07:00"

// appendTime appends a time as a JSON value, and behind it, where RFC 3339 has no such
// year, a field with the seconds since 1970.
func appendTime(b []byte, name string, at time.Time) []byte {
	at = at.UTC()
	b = append(append(append(b, '"'), name...), `":`...)
	switch year := at.Year(); {
	case at.IsZero(): // a message that came alone
		return append(b, "null"...)
	case year < 0 || year > 9999:
		b = append(append(append(b, `null,"`...), name...), `_seconds":`...)
		return strconv.AppendInt(b, at.Unix(), 10)
	}
	return append(at.AppendFormat(append(b, '"'), rfc3339), '"')
}
