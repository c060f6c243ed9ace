// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// Both ends of a message between users are named on both sides, whatever the source
// tells of them.
func TestBothEnds(t *testing.T) {
	const a, b = 100, 200
	alice, bob := capture.Proc{PID: 10, Comm: "alice"}, capture.Proc{PID: 20, Comm: "bob"}
	end := func(p capture.Proc) capture.End { return capture.End{PID: p.PID, Comm: p.Comm} }
	peer := func(own uint32, owner, proc capture.Proc, sees capture.Sees) *capture.Origin {
		return &capture.Origin{Dir: capture.DirPeer, Proc: proc, Sees: sees, SrcPort: a, DstPort: b,
			Socket: capture.Socket{PortID: own, Owner: owner}}
	}
	const atRead = capture.SeesRequests | capture.SeesProcesses
	for _, tc := range []struct {
		name     string
		seen     []*capture.Origin // before
		o        *capture.Origin
		from, to capture.End
	}{
		{"sent, addressee unknown", nil, peer(a, alice, alice, atRead), end(alice), capture.End{}},
		{"sent to one that was seen", []*capture.Origin{peer(b, bob, bob, atRead)}, peer(a, alice, alice, atRead), end(alice), end(bob)},
		{"read, from one that was seen", []*capture.Origin{peer(a, alice, alice, atRead)}, peer(b, bob, bob, atRead), end(alice), end(bob)},
		{"read, sender unknown", nil, peer(b, bob, bob, atRead), capture.End{}, end(bob)},
		{"seen when it was queued", nil, peer(b, bob, alice, atRead|capture.SeesCauses), end(alice), end(bob)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := new(Pipeline)
			for _, o := range tc.seen {
				p.peer(o)
			}
			p.peer(tc.o)
			if from, to := tc.o.Ends(); from != tc.from || to != tc.to {
				t.Errorf("from %+v to %+v, want %+v and %+v", from, to, tc.from, tc.to)
			}
		})
	}
}
