// SPDX-License-Identifier: Apache-2.0

package words

import (
	"math"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 ns", 999: "999 ns", 1000: "1.00 us", 9996: "10.0 us", 41500: "41.5 us", 99960: "100 us",
		415000: "415 us", 999499: "999 us", 999500: "1.00 ms", 1500000: "1.50 ms", 999500000: "1.00 s",
		2 * time.Second: "2.00 s", 90 * time.Second: "90.0 s", 100 * time.Second: "1.67 m",
		99 * time.Minute: "99.0 m", 36 * time.Hour: "36.0 h", 1000 * time.Hour: "1000 h",
		-5: "-5 ns", -1250 * time.Microsecond: "-1.25 ms", math.MinInt64: "-2562048 h",
	} {
		if got := Duration(d); got != want {
			t.Errorf("%d: %s, want %s", d, got, want)
		}
	}
}

func TestGroup(t *testing.T) {
	names := func(protocol uint16, group uint32) string {
		if protocol != capture.NETLINK_GENERIC {
			return ""
		}
		return map[uint32]string{5: "monitor", 6: "\x1b[31m"}[group]
	}
	for _, tt := range []struct {
		protocol uint16
		group    uint32
		names    func(uint16, uint32) string
		want     string
	}{
		{capture.NETLINK_GENERIC, 5, names, "monitor"},
		{capture.NETLINK_GENERIC, 6, names, `"\x1b[31m"`},
		{capture.NETLINK_GENERIC, 7, names, "group 7"},
		{capture.NETLINK_ROUTE, 5, names, "group 5"},
		{capture.NETLINK_GENERIC, 5, nil, "group 5"},
	} {
		if got := Group(&capture.Frame{Origin: &capture.Origin{Protocol: tt.protocol, Group: tt.group}}, tt.names); got != tt.want {
			t.Errorf("group %d of %d: %s, want %s", tt.group, tt.protocol, got, tt.want)
		}
	}
}

func TestNumbers(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{Count(0), "0"}, {Count(99_999), "99999"}, {Count(100_000), "100K"}, {Count(1_234_567), "1.23M"},
		{Count(1<<64 - 1), "18.4E"},
		{Rate(0.5), "0.5"}, {Rate(9.94), "9.9"}, {Rate(9.96), "10"}, {Rate(9999), "9999"}, {Rate(12345), "12.3K"}, {Rate(1e6), "1.00M"},
		{Short(0), "0"}, {Short(1023), "1023"}, {Short(1023.9), "1.00K"}, {Short(1536), "1.50K"}, {Short(32 << 20), "32.0M"},
		{Age(0), "now"}, {Age(-time.Hour), "now"}, {Age(99 * time.Second), "99s"}, {Age(100 * time.Second), "1m"},
		{Age(3 * time.Hour), "3h"}, {Age(72 * time.Hour), "3d"},
		{Clock(7 * time.Second), "0:07"}, {Clock(3723 * time.Second), "1:02:03"}, {Clock(-time.Second), "0:00"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
	// Nothing outgrows its column.
	for n := uint64(1); n > 0; n *= 3 {
		if n > 1<<62 {
			break
		}
		for _, s := range []string{Count(n), Rate(float64(n)), Short(float64(n)), Short(float64(n) - 0.5)} {
			if len(s) > 6 {
				t.Errorf("%d: %q", n, s)
			}
		}
		// A latency of a year is none.
		if d := time.Duration(n); d < 365*24*time.Hour && len(Duration(d)) > 7 {
			t.Errorf("%d ns: %q", n, Duration(d))
		}
	}
}
