// SPDX-License-Identifier: Apache-2.0

package pipeline

import "github.com/nltop/nltop/internal/capture"

// port is one that a user's socket has.
type port struct {
	netns    uint64
	protocol uint16
	id       uint32
}

// maxEnds bounds how many ports are remembered.
const maxEnds = 8192

// peer finds out who is at the other end of a message between users, where its source
// tells of one end: who was seen with that port last, else who has it now.
func (p *Pipeline) peer(o *capture.Origin) {
	if owner := &o.Socket.Owner; o.Socket.PortID != 0 && owner.Known() && !o.OwnerInferred {
		if p.ends == nil || len(p.ends) >= maxEnds {
			p.ends = map[port]capture.End{}
		}
		p.ends[port{o.NetNS, o.Protocol, o.Socket.PortID}] = capture.End{PID: owner.PID, Comm: owner.Comm}
	}
	other := o.PeerPort()
	if o.Dir != capture.DirPeer || other == 0 || o.Peer != (capture.End{}) {
		return
	}
	if c := o.Causer(); c.Known() && !o.Outgoing() {
		o.Peer = capture.End{PID: c.PID, Comm: c.Comm}
		return
	}
	if e, seen := p.ends[port{o.NetNS, o.Protocol, other}]; seen {
		o.Peer = e
		return
	}
	if p.o.Owners != nil {
		if proc, ok := p.o.Owners.Owner(o.NetNS, o.Protocol, other); ok {
			o.Peer, o.PeerInferred = capture.End{PID: proc.PID, Comm: proc.Comm}, true
		}
	}
}
