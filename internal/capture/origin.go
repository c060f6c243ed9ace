// SPDX-License-Identifier: Apache-2.0

package capture

// Origin is what a frame shares with thousands of others: what it is, where it
// passed, whose it is. Sources make few of them and point many frames to each.
//
// It is immutable from the moment that a frame with it is handed on: who knows
// better (a look-up of an owner, of a container's name) gives the frame another one
// (Frame.Change). Two Origins that are equal mean the same. That two frames point to
// one is a shortcut for finding out that they are equal, and nothing else follows
// from it: the tables that make equal Origins one (Origins) are bounded and forget.
type Origin struct {
	Source string // the source that made the frame, also when it comes from a file
	Sees   Sees   // what that source could know, as it was opened
	Kind   Kind
	Dir    Dir
	// Inferred: Dir was worked out from port IDs and flags, not seen.
	Inferred bool
	// OwnerInferred: Proc or Socket.Owner was looked up by port ID or inode
	// after the fact, not seen by the hook.
	OwnerInferred bool
	// BigEndian: Data comes from a big-endian machine (only from files).
	BigEndian bool
	Verdict   Verdict
	Protocol  uint16 // NETLINK_ROUTE, …
	Errno     int32  // positive; with VerdictFailed and VerdictDropped
	NetNS     uint64 // inode of the network namespace; 0: the source cannot tell
	// NetNSName is the name of NetNS ("host", that of its mount); "": none.
	NetNSName string
	Proc      Proc   // the task that ran the hook: sender of a request; of a delivery see Causer
	Socket    Socket // this end: sender's for a request, receiver's otherwise
	SrcPort   uint32 // port ID of the sender; 0 is the kernel
	DstPort   uint32 // port ID of the addressee; 0 is the kernel, or nobody for an event
	Group     uint32 // multicast group number (not a mask) of an event; 0: none
	// Peer is who is at the other end of a message between users (DirPeer) than Socket;
	// PeerInferred: looked up by port after the fact.
	Peer         End
	PeerInferred bool
	// Trigger is what made the kernel send an event that no request caused.
	Trigger Trigger
	// Names are those of the machine that was captured, which a recording keeps by
	// interface; nil: none.
	Names *LocalNames
}

// Account returns the process that a row of the live view belongs to: the
// socket's owner where it is known, else the sender of a request. A delivery
// whose owner is unknown belongs to nobody: the current task is its cause, not
// its reader.
func (o *Origin) Account() Proc {
	if p := o.Accounted(); p != nil {
		return *p
	}
	return Proc{}
}

// Accounted is Account without a copy; nil: nobody.
func (o *Origin) Accounted() *Proc {
	switch {
	case o.Socket.Owner.Known():
		return &o.Socket.Owner
	case o.Dir == DirRequest && o.Proc.Known():
		return &o.Proc
	}
	return nil
}

// Causer is who made the kernel send this, or of a peer's message who sent it; zero:
// the source cannot tell, or nobody did.
func (o *Origin) Causer() Proc {
	switch {
	case o.Dir == DirRequest:
		return Proc{}
	case o.Sees.Has(SeesCauses), o.Dir == DirPeer && o.Proc != o.Socket.Owner:
		return o.Proc
	}
	return Proc{} // Proc is who read it
}

// SocketKey tells the sockets of a stream of frames apart: by inode where the
// source knows it, else by what is unique among the sockets that are open.
type SocketKey struct {
	Inode    uint64
	NetNS    uint64
	Protocol uint16
	PortID   uint32
}

// SocketKey returns the key of Socket.
func (o *Origin) SocketKey() SocketKey {
	if o.Socket.Inode != 0 {
		return SocketKey{Inode: o.Socket.Inode}
	}
	return SocketKey{NetNS: o.NetNS, Protocol: o.Protocol, PortID: o.Socket.PortID}
}

// Completion is the Origin of the completion that says that the datagram of o went
// well: the same sender and socket, no addressee.
func (o *Origin) Completion() Origin {
	c := *o
	c.Kind, c.Verdict = KindCompletion, VerdictDelivered
	c.Dir, c.Inferred, c.Errno, c.DstPort, c.Group = DirUnknown, false, 0, 0, 0
	c.Peer, c.PeerInferred = End{}, false
	return c
}

// Change gives the frame an Origin of its own, changed by edit.
func (f *Frame) Change(edit func(o *Origin)) {
	var o Origin
	if f.Origin != nil {
		o = *f.Origin
	}
	edit(&o)
	f.Origin = &o
}

// Origins makes equal Origins one, as far as it remembers them. The zero value is
// ready. It is not safe for concurrent use.
type Origins struct {
	// Limit is how many it remembers at least, and half of how many at most;
	// 0: 4096.
	Limit int
	// latest are the last ones that were asked for, by a few of their numbers, since
	// comparing costs less than hashing. It is not used where Limit is small.
	latest [256]*Origin
	// By a sum of most of what they say, since hashing all of an Origin costs more than
	// all else that is done for a frame. Of two with one sum the older is forgotten.
	young, old map[uint64]*Origin
}

// sum tells Origins apart, but for those that differ in texts alone.
func (o *Origin) sum() uint64 {
	const odd = 0x9E3779B97F4A7C15 // Fibonacci hashing
	h := o.Socket.Inode*odd ^ uint64(o.Socket.PortID)<<32 ^ uint64(o.Socket.RcvBuf)
	add := func(n uint64) { h = (h ^ h>>29 ^ n) * odd }
	add(o.NetNS<<8 ^ uint64(o.Protocol))
	add(uint64(o.Dir)<<56 ^ uint64(o.Kind)<<48 ^ uint64(o.Verdict)<<40 ^ uint64(uint32(o.Errno)))
	add(uint64(o.SrcPort)<<32 ^ uint64(o.DstPort))
	add(uint64(o.Group)<<32 ^ uint64(o.Peer.PID))
	add(uint64(o.Trigger.Kind)<<32 ^ uint64(o.Trigger.Number))
	add(uint64(o.Sees))
	for _, p := range [...]*Proc{&o.Proc, &o.Socket.Owner} {
		add(uint64(p.PID)<<32 ^ uint64(p.TID))
		add(p.Life ^ p.CgroupID<<20 ^ uint64(len(p.Comm))<<56)
		if n := len(p.Comm); n > 0 {
			add(uint64(p.Comm[0]) | uint64(p.Comm[n/2])<<8 | uint64(p.Comm[n-1])<<16)
		}
	}
	return h ^ h>>32
}

// Of returns the Origin that stands for o. It keeps no pointer to o.
func (s *Origins) Of(o *Origin) *Origin {
	limit := s.Limit
	if limit <= 0 {
		limit = 4096
	}
	h := uint32(o.Socket.Inode)<<4 ^ o.Socket.PortID ^ o.Proc.TID<<8 ^ o.DstPort<<5 ^ uint32(o.Dir)<<2 ^ uint32(o.Kind) ^ uint32(o.Protocol)<<7
	latest := &s.latest[h*0x9E3779B1>>24] // the upper bits of Fibonacci hashing
	if p := *latest; p != nil && *p == *o && limit >= len(s.latest) {
		return p
	}
	sum := o.sum()
	p := s.young[sum]
	if p == nil || *p != *o {
		if p = s.old[sum]; p == nil || *p != *o {
			p = new(Origin)
			*p = *o
		}
		if s.young == nil || len(s.young) >= limit {
			s.young, s.old = make(map[uint64]*Origin), s.young
		}
		s.young[sum] = p
	}
	*latest = p
	return p
}

// PerOrigin keeps something for the Origins that frames point to: a shortcut to what
// was worked out for the frames before. It is bounded and forgets, and it may have two
// for Origins that are equal. The zero value is ready. It is not safe for concurrent
// use.
type PerOrigin[T any] struct {
	// Limit is how many it remembers at least, and half of how many at most;
	// 0: 1024.
	Limit int
	// latest are the last ones by direction and kind: requests, replies and
	// completions take turns.
	latest     [16]*keptFor[T]
	young, old map[*Origin]*keptFor[T]
}

type keptFor[T any] struct {
	origin *Origin
	kept   T
}

func latestAt(o *Origin) uint8 { return (uint8(o.Dir) ^ uint8(o.Kind)<<3) & 15 }

// Latest is Of for an Origin that is the last one of its direction and kind, small enough
// to be no call; nil: it is another.
func (p *PerOrigin[T]) Latest(o *Origin) *T {
	if k := p.latest[latestAt(o)]; k != nil && k.origin == o {
		return &k.kept
	}
	return nil
}

// Of returns what is kept for o; nothing yet: the zero T and false.
func (p *PerOrigin[T]) Of(o *Origin) (kept *T, known bool) {
	if kept := p.Latest(o); kept != nil {
		return kept, true
	}
	k, known := p.young[o]
	if !known {
		if k, known = p.old[o]; !known {
			k = &keptFor[T]{origin: o}
		}
		limit := p.Limit
		if limit <= 0 {
			limit = 1024
		}
		if p.young == nil || len(p.young) >= limit {
			p.young, p.old = make(map[*Origin]*keptFor[T]), p.young
		}
		p.young[o] = k
	}
	p.latest[latestAt(o)] = k
	return &k.kept, known
}
