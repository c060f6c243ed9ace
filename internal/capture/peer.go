// SPDX-License-Identifier: Apache-2.0

package capture

// End names a process at one end of a message between users; zero: unknown.
type End struct {
	PID  uint32
	Comm string
}

func endOf(p *Proc) End { return End{p.PID, p.Comm} }

// Ends returns who sent a message between users and whom it was sent to, as far as it is
// known. The addressee of a multicast has no port.
func (o *Origin) Ends() (from, to End) {
	switch {
	case o.Outgoing():
		from, to = endOf(&o.Proc), o.Peer
		if o.Socket.Owner.Known() {
			from = endOf(&o.Socket.Owner)
		}
	default:
		from, to = o.Peer, endOf(&o.Socket.Owner)
		if from == (End{}) {
			p := o.Causer()
			from = endOf(&p)
		}
	}
	return from, to
}

// Outgoing says whether a message between users was seen where it was sent, and not
// where it arrived.
func (o *Origin) Outgoing() bool {
	return o.SrcPort != 0 && o.Socket.PortID == o.SrcPort && o.DstPort != o.SrcPort
}

// PeerPort is the port of the other end than Socket; 0: it has none.
func (o *Origin) PeerPort() uint32 {
	if o.Outgoing() {
		return o.DstPort
	}
	return o.SrcPort
}
