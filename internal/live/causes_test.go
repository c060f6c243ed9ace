// SPDX-License-Identifier: Apache-2.0

package live

import (
	"fmt"
	"slices"
	"testing"

	"github.com/nltop/nltop/internal/aggregate"
)

// Rows of causes have the number of the requests that were sent, the largest first, and
// what found no room last.
func TestCauseRows(t *testing.T) {
	ip := aggregate.Process{PID: 5, Comm: "ip"}
	link := aggregate.Type{Family: "route", Name: "RTM_NEWLINK"}
	s := &aggregate.Snapshot{
		Cells: []aggregate.Cell{
			{Key: aggregate.Key{Process: ip, Type: link, Socket: aggregate.Socket{Inode: 1}}, Counters: aggregate.Counters{OutMessages: 3, InMessages: 9}},
			{Key: aggregate.Key{Process: ip, Type: link, Socket: aggregate.Socket{Inode: 2}}, Counters: aggregate.Counters{OutMessages: 4}},
			{Key: aggregate.Key{Process: aggregate.Process{PID: 6, Comm: "ip"}, Type: link}, Counters: aggregate.Counters{OutMessages: 100}},
		},
		Causes: []aggregate.Cause{
			{CauseKey: aggregate.CauseKey{Process: aggregate.Process{Comm: "(interrupt)"}}, Caused: aggregate.Caused{Deliveries: 5, Lost: 5, Bytes: 1}},
			{CauseKey: aggregate.CauseKey{Process: ip, Request: link}, Caused: aggregate.Caused{Deliveries: 9, Bytes: 7}},
			{CauseKey: aggregate.CauseKey{}, Caused: aggregate.Caused{Deliveries: 5, Bytes: 8}},
		},
		OtherCauses: aggregate.Caused{Deliveries: 1000},
	}
	for order, want := range map[string][]string{
		"deliveries": {"ip[5] RTM_NEWLINK 7", "(interrupt)  0", "-  0", "-  0"},
		"drops":      {"(interrupt)  0", "ip[5] RTM_NEWLINK 7", "-  0", "-  0"},
		"bytes":      {"-  0", "ip[5] RTM_NEWLINK 7", "(interrupt)  0", "-  0"},
	} {
		var got []string
		rows := Causes(s, order)
		for i := range rows {
			got = append(got, fmt.Sprint(rows[i].Process(), " ", rows[i].Type, " ", rows[i].Requests))
		}
		if !slices.Equal(got, want) || !rows[len(rows)-1].Others {
			t.Errorf("by %s: %q, want %q", order, got, want)
		}
	}
	if !slices.Contains(Sums(), ByCause) || !slices.IsSorted(Sums()) {
		t.Errorf("sums %q", Sums())
	}
}
