// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/nltop/nltop/internal/capture"
)

// iface is an interface of the current section.
type iface struct {
	link     uint16
	snap     uint32
	tsresol  uint8
	tsoffset int64
	dropped  uint64 // by epb_dropcount and the Packet Block's field
	counted  bool   // an Interface Statistics Block was seen
	// Of frames that say nothing else: the source, and what it saw. ours: nltop's.
	source string
	sees   capture.Sees
	ours   bool
	local  *capture.LocalNames
}

// maxIfaces bounds the interfaces of a section.
const maxIfaces = 1 << 12

func (r *Reader) block(blockType uint32, body []byte, start int64) (Record, bool, error) {
	switch blockType {
	case blockSHB:
		return Record{}, false, r.section(body, start)
	case blockIDB:
		return r.describeInterface(body)
	case blockISB:
		return r.statistics(body)
	case blockReport:
		return r.report(body)
	}
	p, ok := r.parsePacket(blockType, body)
	if !ok {
		return r.skip(lostMalformed)
	}
	return r.packet(p)
}

// section starts a new one; body begins behind the byte-order magic.
func (r *Reader) section(body []byte, start int64) error {
	if major := r.bo.Uint16(body); major != 1 {
		return &Error{start, fmt.Errorf("pcapng version %d.%d is unknown", major, r.bo.Uint16(body[2:]))}
	}
	m := Meta{Format: "pcapng", BigEndian: r.bigEndian()}
	r.eachOption(body[12:], func(code uint16, v []byte) {
		switch code {
		case shbHardware:
			m.Hardware = text(v)
		case shbOS:
			m.OS = text(v)
		case shbUserAppl:
			m.Application = text(v)
		case optCustom:
			if kind, facts, ok := r.ours(v); ok && kind == factsSection {
				if err := m.setSection(facts); err != nil {
					r.damage(err)
				}
			}
		}
	})
	r.ifaces, r.families, r.settled = nil, 0, false
	r.names.forget()
	r.known.forget()
	r.places.section()
	r.sections++
	if r.sections > 1 && !m.continues(&r.meta) {
		// IDs are unique in a section only; Of refers within one.
		r.idBase = r.maxID
		r.infer = capture.NewInferrer()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.lastStats {
		r.past.add(l)
	}
	r.lastStats = nil
	r.stats.LostReports = capture.AddUp(r.stats.LostReports, r.lastReports)
	r.lastReports = 0
	r.redacted, r.lastRedacted = capture.AddUp(r.redacted, r.lastRedacted), 0
	r.endSection()
	if r.sections > 1 {
		r.account.made = addMade(r.account.made, r.meta)
	}
	r.meta = m
	return nil
}

// continues says whether this is the file that comes behind another one of its recording.
func (m *Meta) continues(before *Meta) bool {
	return m.PartOf != 0 && m.PartOf == before.PartOf && m.Part == before.Part+1
}

// setSection takes also what a malformed list still tells.
func (m *Meta) setSection(facts []byte) error {
	return eachFact(facts, func(tag, num uint64, v []byte) {
		switch tag {
		case tagVersion:
			m.Version = text(v)
		case tagSourceName:
			m.Source.Name = text(v)
		case tagScope:
			m.Source.Scope = text(v)
		case tagBlind:
			m.Source.Blind = addClause(m.Source.Blind, v)
		case tagNote:
			m.Source.Notes = addClause(m.Source.Notes, v)
		case tagFilter:
			m.Filter = text(v)
		case tagAnonymised:
			m.Source.Pseudonyms = cmp.Or(m.Source.Pseudonyms, unknownKey)
		case tagKeyPrint:
			m.Source.Pseudonyms = text(v)
		case tagSnap:
			m.Source.Snap = int(unzigzag(num))
		case tagCommand:
			m.Command = text(v)
		case tagDistribution:
			m.Distribution = text(v)
		case tagSecrets:
			m.Secrets = Secrets(atMost(num, uint64(SecretsKept)))
		case tagPartOf:
			m.PartOf = num
		case tagPart:
			m.Part = num
		default:
			m.Held = m.Held.set(tag, num, v)
		}
	})
}

// text is a string of a file as one may print it, of a bounded length.
func text(v []byte) string {
	return capture.Printable(strings.TrimRight(string(v[:min(len(v), maxString)]), "\x00"))
}

// describeInterface reads u16 link type, u16 reserved, u32 snap length,
// options.
func (r *Reader) describeInterface(body []byte) (Record, bool, error) {
	switch {
	case len(r.ifaces) == maxIfaces:
		r.damage(errors.New("interface is one too many, and skipped"))
		return Record{}, false, nil
	case len(body) < 8:
		r.damage(errors.New("interface description is too short"))
		r.someInterface()
		return Record{}, false, nil
	}
	i := iface{link: r.bo.Uint16(body), snap: r.bo.Uint32(body[4:]), tsresol: 6}
	var name, about, filter, system string
	var told []capture.Info
	r.eachOption(body[8:], func(code uint16, v []byte) {
		switch {
		case code == ifTSResol && len(v) == 1:
			i.tsresol = v[0]
		case code == ifTSOffset && len(v) == 8:
			i.tsoffset = int64(r.bo.Uint64(v))
		case code == ifName:
			name = text(v)
		case code == ifDescription:
			about = text(v)
		case code == optCustom && len(told) < maxSources:
			kind, facts, ok := r.ours(v)
			switch {
			case ok && kind == factsSource:
				i, err := parseSource(facts)
				if err != nil {
					r.damage(err)
				}
				told = append(told, i)
			case ok && kind == factsNames:
				var err error
				if i.local, err = r.parseNames(facts); err != nil {
					r.damage(err)
				}
			}
		case code == ifFilter && len(v) > 1 && v[0] == 0:
			filter = text(v[1:])
		case code == ifOS:
			system = text(v)
		}
	})
	sources := r.sourcesOf(told, name, about)
	for k := range sources {
		sources[k].Names = i.local
	}
	if len(sources) > 0 {
		i.source, i.sees, i.ours = sources[0].Name, sources[0].Sees, len(told) > 0 || strings.HasPrefix(about, "nltop ")
	}
	first := len(r.ifaces) == 0
	if sources == nil && !first { // the families of the recording before it
		before := &r.ifaces[len(r.ifaces)-1]
		i.source, i.sees, i.local = before.source, before.sees, before.local
	}
	r.ifaces = append(r.ifaces, i)
	r.known.forget()
	r.mu.Lock()
	defer r.mu.Unlock()
	if i.link == linkNetlink {
		r.current = append(r.current, sources[:min(len(sources), maxSources-min(len(r.current), maxSources))]...)
	}
	if first && len(told) == 1 && r.meta.Source.Name == told[0].Name {
		r.meta.Source = sources[0]
	}
	r.lastStats = append(r.lastStats, nil)
	if r.meta.Version == "" {
		r.meta.Filter = orElse(r.meta.Filter, filter)
		r.meta.OS = orElse(r.meta.OS, system)
	}
	if name != "" && (name != familiesName || about != familiesAbout) && len(r.meta.Interfaces) < maxSources {
		r.meta.Interfaces = append(r.meta.Interfaces, name)
	}
	return Record{}, false, nil
}

func orElse(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// packet is what the three kinds of packet block have in common.
type packet struct {
	iface      uint32
	ts         uint64
	timed      bool
	data       []byte
	orig       uint32
	options    []byte
	dropsSince uint16 // Packet Block
}

// parsePacket takes apart the body of a packet block; false if it contradicts
// itself.
func (r *Reader) parsePacket(blockType uint32, b []byte) (p packet, ok bool) {
	var captured uint32
	switch {
	case blockType == blockEPB && len(b) >= 20:
		p.iface, p.timed = r.bo.Uint32(b), true
	case blockType == blockPB && len(b) >= 20:
		p.iface, p.timed = uint32(r.bo.Uint16(b)), true
		if d := r.bo.Uint16(b[2:]); d != 0xFFFF { // unknown
			p.dropsSince = d
		}
	case blockType == blockSPB && len(b) >= 4 && len(r.ifaces) > 0:
		p.orig = r.bo.Uint32(b)
		b = b[4:]
		captured = min(p.orig, uint32(len(b)))
		if snap := r.ifaces[0].snap; snap != 0 {
			captured = min(captured, snap)
		}
		p.data = b[:captured]
		return p, true
	default:
		return p, false
	}
	p.ts = uint64(r.bo.Uint32(b[4:]))<<32 | uint64(r.bo.Uint32(b[8:]))
	captured, p.orig = r.bo.Uint32(b[12:]), r.bo.Uint32(b[16:])
	b = b[20:]
	if int64(captured) > int64(len(b)) || int64(p.iface) >= int64(len(r.ifaces)) {
		return p, false
	}
	p.data = b[:captured]
	p.options = b[min(int(captured)+pad4(int(captured)), len(b)):]
	return p, true
}

// packet makes a frame of a packet block.
func (r *Reader) packet(p packet) (Record, bool, error) {
	i := &r.ifaces[p.iface]
	if !r.settled && (p.iface != ifaceFamilies || !r.ifaces[0].ours) {
		r.settle()
	}
	drops := uint64(p.dropsSince)
	var id uint64
	var pid, tid uint32
	var facts, tail []byte
	r.eachOption(p.options, func(code uint16, v []byte) {
		switch {
		case code == epbPacketID && len(v) == 8:
			id = r.bo.Uint64(v)
		case code == epbPIDTID && len(v) == 8:
			pid, tid = r.bo.Uint32(v), r.bo.Uint32(v[4:])
		case code == epbDropCount && len(v) == 8:
			drops = capture.AddUp(drops, r.bo.Uint64(v))
		case code == optCustom:
			if kind, body, ok := r.ours(v); ok && kind == factsFrame {
				facts = body
			} else if ok && kind == factsTail {
				tail = append(tail, body...)
			}
		}
	})
	if drops > 0 {
		r.addDrops(int(p.iface), drops)
	}
	if i.link != linkNetlink {
		return r.skip(lostLinkType)
	}
	f, protocol := r.datagram(p.data, p.orig)
	if f == nil {
		return r.skip(lostMalformed)
	}
	f.Data = append(f.Data, tail...)
	f.OrigLen = max(f.OrigLen, len(f.Data))
	if p.timed {
		f.Time = i.time(p.ts)
	}
	f.ID = id
	rec := Record{Frame: f}
	if facts == nil {
		f.ID = r.renumber(id)
		r.foreign(f, capture.Origin{Protocol: protocol, Proc: capture.Proc{PID: pid, TID: tid}, Sees: i.sees, Names: i.local})
	} else {
		k := r.packetFacts(f, p.iface, protocol, facts)
		f.Origin = k.origin
		if rec.Preamble = k.flags&flagPreamble != 0; rec.Preamble {
			r.families++
			r.preamble()
		}
		f.ID, f.Of, f.Cause = r.renumber(f.ID), r.renumber(f.Of), r.renumber(f.Cause)
		if asks(f.Origin) && !rec.Preamble {
			r.requests.put(f.ID, k)
		}
	}
	if !rec.Preamble {
		r.count(f)
	}
	return rec, true, nil
}

// foreign gives a datagram that another program recorded its Origin.
func (r *Reader) foreign(f *capture.Frame, o capture.Origin) {
	o.Source = capture.SourceFile
	o.BigEndian = capture.GuessBigEndian(o.Protocol, f.Data, f.OrigLen, r.bigEndian())
	r.infer.Infer(&o, f.Data)
	f.Origin = r.origins.Of(&o)
}

// report reads a frame that is no datagram.
func (r *Reader) report(body []byte) (Record, bool, error) {
	kind, facts, ok := parseFacts(body)
	if ok && kind == factsProcess {
		number, err := r.names.tell(facts)
		if err != nil {
			r.noteBadFacts()
		}
		r.places.tell(number, r.at)
		return Record{}, false, nil
	}
	if ok && (kind == factsLock || kind == factsReader || kind == factsTables) {
		r.readTables(kind, facts)
		return Record{}, false, nil
	}
	if !ok || !ofFrame(kind) {
		return Record{}, false, nil // somebody else's block
	}
	f := r.frame()
	k, ok := r.reportFacts(f, facts)
	if !ok {
		return r.skip(lostMalformed)
	}
	f.ID, f.Of, f.Cause = r.renumber(f.ID), r.renumber(f.Of), r.renumber(f.Cause)
	f.Origin = k.origin
	if k.flags&flagAsRequest != 0 {
		// Who took the request out of the file took its sender, too.
		if q := r.requests.of(f.Of); q != nil {
			f.Origin = (*q).completed(k.origin.Verdict, &r.origins)
		}
	}
	r.cut(f)
	r.truncated(f)
	return Record{Frame: f}, true, nil
}

// reporter is the Origin of a report that says nothing of its source.
func (r *Reader) reporter() capture.Origin {
	if len(r.ifaces) == 0 {
		return capture.Origin{Source: r.meta.Source.Name, Sees: capture.Describe(r.meta.Source.Name).Recorded()}
	}
	return capture.Origin{Source: r.ifaces[0].source, Sees: r.ifaces[0].sees, Names: r.ifaces[0].local}
}

// renumber keeps the IDs of one section apart from those of the sections
// before it.
func (r *Reader) renumber(id uint64) uint64 {
	if id == 0 {
		return 0
	}
	id += r.idBase
	r.maxID = max(r.maxID, id)
	return id
}

func (r *Reader) noteBadFacts() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.badFacts++
	r.damageAt(&Error{r.at, errFacts})
}

// statistics reads an Interface Statistics Block. Its numbers count from the
// start of the recording, so the last one of an interface stands.
func (r *Reader) statistics(body []byte) (Record, bool, error) {
	if len(body) < 12 || int64(r.bo.Uint32(body)) >= int64(len(r.ifaces)) {
		return r.skip(lostMalformed)
	}
	i := r.bo.Uint32(body)
	var dropped, reports uint64
	var lost losses
	var ours bool
	var redacted uint64
	r.eachOption(body[12:], func(code uint16, v []byte) {
		switch {
		case (code == isbIfDrop || code == isbOSDrop) && len(v) == 8:
			dropped = capture.AddUp(dropped, r.bo.Uint64(v))
		case code == optCustom:
			kind, facts, ok := r.ours(v)
			if !ok || kind != factsStats {
				return
			}
			ours = true
			redacted = redactedIn(facts)
			var err error
			if reports, err = setLosses(&lost, facts); err != nil {
				r.noteBadFacts()
			}
		}
	})
	if !ours && dropped > 0 {
		lost = losses{{Reason: lostElsewhere, Count: dropped}}
	}
	r.ifaces[i].counted = true
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lastStats[i] = lost
	if ours {
		r.lastReports = reports
		r.lastRedacted = max(r.lastRedacted, redacted)
	}
	return Record{}, false, nil
}

// addDrops sums the drop counts beside packets, until the first statistics
// block of the interface, which knows better.
func (r *Reader) addDrops(i int, n uint64) {
	if r.ifaces[i].counted {
		return
	}
	r.ifaces[i].dropped = capture.AddUp(r.ifaces[i].dropped, n)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lastStats[i] = losses{{Reason: lostElsewhere, Count: r.ifaces[i].dropped}}
}

// setLosses restores the losses of datagrams, and returns that of reports.
func setLosses(lost *losses, facts []byte) (reports uint64, err error) {
	var inner error
	err = eachFact(facts, func(tag, num uint64, v []byte) {
		if tag == tagLostReports {
			reports = num
		}
		if tag != tagLost {
			return
		}
		var l capture.Loss
		inner = errors.Join(inner, eachFact(v, func(tag, num uint64, v []byte) {
			switch tag {
			case tagReason:
				l.Reason = text(v)
			case tagCount:
				l.Count = num
			}
		}))
		lost.add(losses{l})
	})
	return reports, errors.Join(err, inner)
}

// eachOption calls fn with every option up to the end of the list, or up to
// where it stops making sense.
func (r *Reader) eachOption(b []byte, fn func(code uint16, value []byte)) {
	for len(b) >= 4 {
		code, size := r.bo.Uint16(b), int(r.bo.Uint16(b[2:]))
		b = b[4:]
		if code == optEnd {
			return
		}
		if size > len(b) {
			r.damage(fmt.Errorf("option %d of %d bytes has only %d", code, size, len(b)))
			return
		}
		fn(code, b[:size])
		b = b[min(size+pad4(size), len(b)):]
	}
}

// ours takes the facts out of a custom option, if they are nltop's.
func (r *Reader) ours(v []byte) (kind byte, facts []byte, ok bool) {
	if len(v) < 4 || r.bo.Uint32(v) != pen {
		return 0, nil, false
	}
	return parseFacts(v[4:])
}
