// SPDX-License-Identifier: Apache-2.0

package live

import (
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

// TestUnseenDrops: what sk_drops counted and nobody saw is told apart from what was
// seen, and a queue is of the time when it was looked at.
func TestUnseenDrops(t *testing.T) {
	type look struct {
		lost  bool
		drops uint32
		blind bool // the source does not tell of the queue
	}
	for _, c := range []struct {
		name         string
		looks        []look
		drops        uint32
		seen, unseen uint64
	}{
		{"none", []look{{}, {}}, 0, 0, 0},
		{"from before", []look{{drops: 40}, {drops: 40}}, 40, 0, 0},
		{"all seen", []look{{lost: true, drops: 41}, {lost: true, drops: 42}, {drops: 42}}, 42, 2, 0},
		{"some missed", []look{{drops: 5}, {lost: true, drops: 9}, {drops: 12}}, 12, 1, 6},
		{"missed behind the first", []look{{lost: true, drops: 1}, {drops: 4}}, 4, 1, 3},
		{"no queue", []look{{lost: true, blind: true}}, 0, 1, 0},
		{"counter begins anew", []look{{drops: 9}, {drops: 2}}, 2, 0, 0},
	} {
		var k seenSockets
		for i, l := range c.looks {
			o := capture.Origin{Dir: capture.DirEvent, Socket: capture.Socket{PortID: 7, Inode: 9, RcvBuf: 4096}}
			if l.lost {
				o.Verdict = capture.VerdictOverrun
			}
			if l.blind {
				o.Socket.RcvBuf = 0
			}
			f := &capture.Frame{Origin: &o, Time: time.Unix(int64(i), 0), Queue: capture.Queue{Drops: l.drops, RMem: uint32(i)}}
			k.observe(&correlate.Observation{Frame: f})
		}
		got := k.list()
		if len(got) != 1 {
			t.Fatalf("%s: %d sockets", c.name, len(got))
		}
		s := &got[0]
		if s.Drops != c.drops || s.Live.Drops != c.seen || s.Live.Unseen != c.unseen {
			t.Errorf("%s: DROPS %d, NEW %d+%d, want %d, %d+%d", c.name, s.Drops, s.Live.Drops, s.Live.Unseen, c.drops, c.seen, c.unseen)
		}
		if last := len(c.looks) - 1; s.RcvBuf != 0 && (!s.Seen.Equal(time.Unix(int64(last), 0)) || s.RMem != uint32(last)) {
			t.Errorf("%s: %d bytes at %v", c.name, s.RMem, s.Seen)
		}
	}
}
