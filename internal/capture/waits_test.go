// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"testing"
	"time"
)

// The parts add up to the whole, whatever the source says.
func TestSplit(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct {
		name          string
		elapsed, rtnl time.Duration
		w             *Waits
		want          Parts
	}{
		{"nothing", 7 * ms, 0, nil, Parts{Own: 7 * ms}},
		{
			"a module, rtnl and sleep that nobody explains", 710 * ms, 3 * ms, &Waits{Loading: 650 * ms, OffCPU: 700 * ms},
			Parts{Module: 650 * ms, RTNL: 3 * ms, Rest: 47 * ms, Own: 10 * ms},
		},
		{
			"grace periods and locks", 100 * ms, 0, &Waits{RCU: 60 * ms, Locks: 20 * ms, OffCPU: 80 * ms},
			Parts{RCU: 60 * ms, Locks: 20 * ms, Own: 20 * ms},
		},
		{"waits that spun", 10 * ms, 8 * ms, &Waits{OffCPU: 1 * ms}, Parts{RTNL: 8 * ms, Own: 2 * ms}},
		{"more than the whole", 10 * ms, 8 * ms, &Waits{Loading: 5 * ms, OffCPU: 99 * ms}, Parts{Module: 5 * ms, RTNL: 5 * ms}},
		{"less than nothing", -5, -3, &Waits{Loading: -1, RCU: -1, Locks: -1, OffCPU: -1}, Parts{}},
	} {
		got := Split(tt.elapsed, tt.rtnl, tt.w)
		if got != tt.want || got.Sum() != max(tt.elapsed, 0) {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
	sum := Parts{1, 2, 3, 4, 5, 6}
	sum.Add(&Parts{10, 20, 30, 40, 50, 60})
	if want := (Parts{11, 22, 33, 44, 55, 66}); sum != want {
		t.Errorf("%+v, want %+v", sum, want)
	}
}
