// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
)

// A row of the kernel's counters is of one kind, as a message is; what had no room for a
// row is of none that is known.
func TestCountKinds(t *testing.T) {
	for _, tt := range []struct {
		name string
		rest bool
		c    capture.Count
		want Counters
	}{
		{"requests", false, capture.Count{Request: true, Out: true}, Counters{OutMessages: 3, OutBytes: 60, Requests: 3}},
		{"answers that are counted with their request", false, capture.Count{Request: true}, Counters{InMessages: 3, InBytes: 60, Replies: 3}},
		{"replies", false, capture.Count{}, Counters{InMessages: 3, InBytes: 60, Replies: 3}},
		{"events", false, capture.Count{Event: true}, Counters{InMessages: 3, InBytes: 60, Events: 3}},
		{"between users", false, capture.Count{Peer: true, Request: true}, Counters{InMessages: 3, InBytes: 60, Peers: 3}},
		{"without a row", true, capture.Count{}, Counters{InMessages: 3, InBytes: 60}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tb := New(Options{CountOnly: true})
			tt.c.Messages, tt.c.Bytes, tt.c.Last = 3, 60, epoch
			if tt.rest {
				tb.CountRest(&tt.c)
			} else {
				tb.Count(&tt.c, &capture.Frame{Origin: &capture.Origin{}}, nil)
			}
			if diff := cmp.Diff(tt.want, tb.Snapshot(epoch).Total); diff != "" {
				t.Errorf("total (-want +got):\n%s", diff)
			}
		})
	}
}
