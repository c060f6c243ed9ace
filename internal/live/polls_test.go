// SPDX-License-Identifier: Apache-2.0

package live

import (
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/pcapng"
)

// A snapshot says who asks the same again and again, and every how long.
func TestSnapshotPolls(t *testing.T) {
	r, err := pcapng.Open("../../cmd/nltop/demo.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	m := replayed(t, r)
	var found []Poll
	for _, p := range m.Snapshot(Ask{}).Polls {
		if p.Process.Comm == "routewatch" {
			found = append(found, p)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%+v", found)
	}
	p := found[0]
	if (p.Interval-time.Second).Abs() > time.Second/50 || !p.Even || p.Times != 38 || !p.Dump || p.Type != "RTM_GETROUTE" || p.Replies < 38*10 {
		t.Errorf("%+v", p)
	}
	if p.Process == (aggregate.Process{}) || p.Last.Sub(p.First) < 30*time.Second {
		t.Errorf("%+v", p)
	}
}
