// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"encoding/binary"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// What a frame has in common with others stands in front of its facts, in the same bytes in
// all of them: what these say is worked out once.

// originTags are those of tagFlags and of setOrigin, a bit for each.
const originTags uint64 = 1<<tagKind | 1<<tagDir | 1<<tagFlags | 1<<tagVerdict | 1<<tagErrno | 1<<tagNetNS | 1<<tagProc |
	1<<tagOwner | 1<<tagPortID | 1<<tagInode | 1<<tagRcvBuf | 1<<tagSrcPort | 1<<tagDstPort | 1<<tagGroup | 1<<tagSource |
	1<<tagProtocol | 1<<tagNetNSName | 1<<tagSees | 1<<tagPeerPID | 1<<tagPeerComm | 1<<tagNameless |
	1<<tagTrigger | 1<<tagTriggerNumber | 1<<tagTriggerName

// constantFacts is how many bytes in front of a list of facts are of the Origin; false: some
// behind them are, too, or the list is malformed, or longer than is kept.
func constantFacts(b []byte) (n int, ok bool) {
	n = -1
	at := 0
	for at < len(b) && b[at] != 0 {
		tag := b[at]
		size, width := uvarint(b[at+1:])
		if tag >= 64 || width <= 0 || size > uint64(len(b)-at-1-width) {
			return 0, false
		}
		switch origin := originTags>>tag&1 != 0; {
		case !origin && n < 0:
			n = at
		case origin && n >= 0:
			return 0, false
		}
		at += 1 + width + int(size)
	}
	if n < 0 {
		n = at
	}
	return n, n <= maxProcFacts
}

// knownOrigin is what the facts of an Origin said.
type knownOrigin struct {
	origin *capture.Origin
	kind   capture.Kind // as the facts have it
	flags  uint64
	// completion is the Origin of those of its completions that are written without it,
	// of the last verdict; nil: there was none.
	completion *capture.Origin
}

// completed is the Origin of a completion of k.
func (k *knownOrigin) completed(v capture.Verdict, origins *capture.Origins) *capture.Origin {
	if k.completion == nil || k.completion.Verdict != v {
		o := k.origin.Completion()
		o.Verdict = v
		k.completion = origins.Of(&o)
	}
	return k.completion
}

// maxKnown bounds the Origins that are known by their facts, twice.
const maxKnown = 3 << 12

// knownOrigins are those of the section, by what tells them.
type knownOrigins struct {
	young, old map[string]*knownOrigin
	key        []byte // of the last one that was looked up
}

// of returns the one that facts tell in a packet of an interface (reportIface: in a report)
// and a protocol; nil: they are new.
func (k *knownOrigins) of(iface uint32, protocol uint16, facts []byte) *knownOrigin {
	k.key = binary.LittleEndian.AppendUint32(k.key[:0], iface)
	k.key = binary.LittleEndian.AppendUint16(k.key, protocol)
	k.key = append(k.key, facts...)
	if o := k.young[string(k.key)]; o != nil {
		return o
	}
	o := k.old[string(k.key)]
	if o != nil {
		k.put(o)
	}
	return o
}

const reportIface = 1<<32 - 1

// put keeps what the facts that were looked up last say.
func (k *knownOrigins) put(o *knownOrigin) {
	if k.young == nil || len(k.young) >= maxKnown {
		k.young, k.old = make(map[string]*knownOrigin), k.young
	}
	k.young[string(k.key)] = o
}

// forget is for what the facts do not tell by themselves: another section or interface.
func (k *knownOrigins) forget() { k.young, k.old = nil, nil }

// packetFacts restores the facts of a packet: those of the frame in f.
func (r *Reader) packetFacts(f *capture.Frame, iface uint32, protocol uint16, facts []byte) *knownOrigin {
	n, ok := constantFacts(facts)
	if ok {
		if k := r.known.of(iface, protocol, facts[:n]); k != nil {
			if err := r.names.setVarying(f, k, facts[n:]); err != nil {
				r.noteBadFacts()
			}
			return k
		}
	}
	i := &r.ifaces[iface]
	o := capture.Origin{Source: i.source, Sees: i.sees, Protocol: protocol, Names: i.local}
	flags, err := r.names.setFrame(f, &o, facts)
	if err != nil {
		r.noteBadFacts()
	}
	if flags&flagPreamble == 0 && (o.Source != i.source || o.Sees != i.sees) {
		r.alsoFrom(&o)
	}
	k := &knownOrigin{kind: o.Kind, flags: flags}
	o.Kind = capture.KindDatagram
	k.origin = r.origins.Of(&o)
	if ok && err == nil {
		r.known.put(k)
	}
	return k
}

// reportFacts restores those of a report; false: it contradicts itself.
func (r *Reader) reportFacts(f *capture.Frame, facts []byte) (*knownOrigin, bool) {
	n, ok := constantFacts(facts)
	if ok {
		if k := r.known.of(reportIface, 0, facts[:n]); k != nil {
			return k, r.names.setVarying(f, k, facts[n:]) == nil
		}
	}
	o := r.reporter()
	flags, err := r.names.setFrame(f, &o, facts)
	if err != nil || o.Kind == capture.KindDatagram {
		return nil, false
	}
	k := &knownOrigin{origin: r.origins.Of(&o), kind: o.Kind, flags: flags}
	if ok {
		r.known.put(k)
	}
	return k, true
}

// setVarying restores the facts behind those of an Origin, as setFrame does.
func (n *names) setVarying(f *capture.Frame, k *knownOrigin, b []byte) error {
	const numbers = 2 + len(varied{})
	if k.flags&flagZeroTime != 0 {
		f.Time = time.Time{}
	}
	ends := func(b []byte) bool { return len(b) == 0 || b[0] == 0 }
	if len(b) >= numbers && b[0] == tagVaried && b[1] == byte(len(varied{})) {
		switch rest := b[numbers:]; {
		case ends(rest):
			getVaried(b[2:numbers], f, k.kind)
			return nil
		case len(rest) >= 2+numberedLen && rest[0] == tagNumbered && rest[1] == numberedLen && ends(rest[2+numberedLen:]):
			getVaried(b[2:numbers], f, k.kind)
			setNumbered(f, rest[2:])
			return nil
		}
	}
	o := capture.Origin{Kind: k.kind}
	_, err := n.setFrame(f, &o, b)
	return err
}

// setNumbered restores what tagNumbered holds.
func setNumbered(f *capture.Frame, b []byte) {
	f.ID = binary.LittleEndian.Uint64(b)
	ns := binary.LittleEndian.Uint64(b[8:])
	f.Time = time.Unix(int64(ns/1e9), int64(ns%1e9))
}
