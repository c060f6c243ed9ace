// SPDX-License-Identifier: Apache-2.0

package words

import (
	"testing"
	"time"
)

func TestParseTime(t *testing.T) {
	zone := time.FixedZone("X", 3600)
	start := time.Date(2026, 1, 2, 22, 3, 4, 500_000_000, zone)
	end := start.Add(5 * time.Hour)
	for _, tt := range []struct{ text, want string }{
		{"22:03:05", "2026-01-02T22:03:05+01:00"},
		{"22:03:04", "2026-01-02T22:03:04+01:00"}, // before the start, and no other such time in it
		{"01:00", "2026-01-03T01:00:00+01:00"},
		{"05:00", "2026-01-02T05:00:00+01:00"},
		{" 22:03:05.25 ", "2026-01-02T22:03:05.25+01:00"},
		{"+1.5s", "2026-01-02T22:03:06+01:00"},
		{"2026-01-02T21:03:05Z", "2026-01-02T21:03:05Z"},
		{"2026-01-02 22:03:05", "2026-01-02T22:03:05+01:00"},
		{"2026-01-03", "2026-01-03T00:00:00+01:00"},
		{"", ""}, {"+", ""}, {"+-1s", ""}, {"25:00:00", ""}, {"noon", ""},
	} {
		got, err := ParseTime(tt.text, start, end)
		if (err != nil) != (tt.want == "") || err == nil && got.Format(time.RFC3339Nano) != tt.want {
			t.Errorf("%q: %v, %v, want %s", tt.text, got, err, tt.want)
		}
	}
	for n, want := range map[uint64]string{0: "0", 999: "999", 9766: "9,766", 1234567: "1,234,567"} {
		if got := Grouped(n); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
}
