// SPDX-License-Identifier: Apache-2.0

package words

import (
	"fmt"
	"strings"
	"time"
)

// dates are the ways to write a time with its day, days of the time zone of the reader.
var dates = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"}

// ParseTime reads a time as people write it of traffic that went from start to end:
// "12:03:04.5" is the first such time of day in it, or else that of its first day;
// "+1.5s" is so long after start; a time of RFC 3339, or a date and a time, is that. A
// time of day, and a date without a zone, are in start's time zone.
func ParseTime(s string, start, end time.Time) (time.Time, error) {
	s = strings.TrimSpace(s)
	if after, ok := strings.CutPrefix(s, "+"); ok {
		d, err := time.ParseDuration(after)
		if err != nil || d < 0 {
			return time.Time{}, fmt.Errorf("%q: no duration such as +1.5s", s)
		}
		return start.Add(d), nil
	}
	for _, layout := range []string{"15:04:05", "15:04"} {
		of, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		t := time.Date(start.Year(), start.Month(), start.Day(), of.Hour(), of.Minute(), of.Second(), of.Nanosecond(), start.Location())
		if next := t.AddDate(0, 0, 1); t.Before(start) && !next.After(end) {
			t = next
		}
		return t, nil
	}
	for _, layout := range dates {
		if t, err := time.ParseInLocation(layout, s, start.Location()); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q: no time such as 12:03:04, 2026-01-02T12:03:04Z, or +1.5s after the start", s)
}
