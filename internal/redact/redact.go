// SPDX-License-Identifier: Apache-2.0

// Package redact overwrites the bytes of a frame that must not leave a machine unasked:
// once, before anything of it is shown or kept.
//
// What is a secret stands in the tables (schema.Secrecy); where it lies in a message,
// package decode finds. Lengths stay, and the filling (schema.Overwrite) says what it is
// in every program. The package hides nothing else: names and addresses are left alone,
// and command lines are package argv's, which is told what was found, and asked about those
// that audit quotes.
package redact

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/maphash"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
)

// Policy says what is overwritten. The zero value is the default: what schema.Withheld has.
type Policy struct {
	// Keep: nothing is.
	Keep bool
	// Also are classes beside those of schema.Withheld.
	Also schema.Classes
}

// Classes returns what is overwritten.
func (p Policy) Classes() schema.Classes {
	if p.Keep {
		return 0
	}
	return schema.Withheld | p.Also
}

// Redactor overwrites the secrets of frames. It belongs to one goroutine, the one that
// owns the decoder, and is told nothing of what a decoder learns: it asks.
type Redactor struct {
	dec *decode.Decoder
	of  schema.Classes
	// asks are these, and those of which only what has the form of a secret is overwritten.
	asks schema.Classes

	tables  [capture.MaxProtocol]*[tableLen]verdict
	holds   [capture.MaxProtocol]verdict // of any message
	secrets schema.Secrets
	defs    map[*schema.Message]schema.Classes

	seed    maphash.Seed
	scratch decode.Scratch
	found   []decode.Secret
	args    []string // of the audit record at hand
	parts   []part
	seals   []sealed

	messages uint64

	// Found is told of keys and passwords that are going to be overwritten, while they are
	// there; nil: nobody is.
	Found func(f *capture.Frame, secret []byte)
}

// proof has the classes whose bytes are a secret wherever they stand. What was typed may be
// any command.
var proof = schema.ClassesOf(schema.Key, schema.Password, schema.Unnamed)

// tableLen is above the types of all protocols in mainline, the highest of which are those
// of NETLINK_RDMA. What is not below it is looked up each time.
const tableLen = 1 << 13

// maxDefs bounds what is remembered: a recording may teach one family after the other.
const maxDefs = 1 << 12

// verdict is what is known of all messages of a type.
type verdict uint8

const (
	unasked verdict = iota
	clean           // no table has a secret in it
	suspect         // it may hold one, or nobody knows the type
)

// part is what is overwritten in a frame.
type part struct {
	in     int // where its message begins
	lo, hi int // of the frame's data
	done   bool
	proves bool // that it is a secret wherever it stands
}

// New returns a redactor of what dec decodes.
func New(dec *decode.Decoder, p Policy) *Redactor {
	of, asks := p.Classes(), schema.Classes(0)
	if of != 0 {
		asks = of | schema.ClassesOf(schema.Spoken)
	}
	return &Redactor{dec: dec, of: of, asks: asks, defs: map[*schema.Message]schema.Classes{}, seed: maphash.MakeSeed()}
}

// Messages returns in how many messages something was overwritten so far, also those in
// which another nltop had done so before.
func (r *Redactor) Messages() uint64 { return r.messages }

// Frame overwrites what of a frame is to be withheld, and returns in how many of its
// messages there was something. The bytes that f had are left as they are: f gets others.
// Messages that were decoded before show what was there; they are to be decoded again.
func (r *Redactor) Frame(f *capture.Frame) int {
	r.parts, r.seals = r.parts[:0], r.seals[:0]
	if r.of == 0 || !r.Suspect(f) {
		return 0
	}
	return r.overwrite(f)
}

// Harmless is no more than a shortcut to what Suspect found before, for a datagram that is
// one message: it says whether those of its type are known to hold no secret.
func (r *Redactor) Harmless(f *capture.Frame) bool {
	b, p := f.Data, f.Protocol
	if len(b) < decode.HeaderLen || p >= capture.MaxProtocol {
		return false
	}
	t, typ := r.tables[p], binary.LittleEndian.Uint16(b[4:])
	return t != nil && typ < tableLen && t[typ] == clean && !f.BigEndian &&
		uint64(binary.LittleEndian.Uint32(b)) == uint64(len(b)) && (typ != typeError || len(b) <= quotedAt+decode.HeaderLen)
}

// Suspect says whether a frame may hold a secret, from the types of its messages alone.
func (r *Redactor) Suspect(f *capture.Frame) bool {
	switch f.Kind {
	case capture.KindDatagram, capture.KindTruncated, capture.KindFlushed:
	default:
		return false // no bytes of a payload, or text of the kernel
	}
	p := f.Protocol
	switch {
	case p == capture.NETLINK_KOBJECT_UEVENT:
		return false
	case p >= capture.MaxProtocol, p == capture.NETLINK_GENERIC:
		return len(f.Data) > decode.HeaderLen
	}
	big, b := f.BigEndian, f.Data
	for len(b) >= decode.HeaderLen {
		size, typ := uint64(binary.LittleEndian.Uint32(b)), binary.LittleEndian.Uint16(b[4:])
		if big {
			size, typ = uint64(binary.BigEndian.Uint32(b)), binary.BigEndian.Uint16(b[4:])
		}
		switch {
		case r.verdict(p, typ) == suspect:
			return true
		case typ == typeError && p != capture.NETLINK_CONNECTOR && len(b) > quotedAt+decode.HeaderLen:
			quoted := binary.LittleEndian.Uint16(b[quotedAt+4:])
			if big {
				quoted = binary.BigEndian.Uint16(b[quotedAt+4:])
			}
			if r.verdict(p, quoted) == suspect {
				return true
			}
		case p == capture.NETLINK_AUDIT && f.Dir != capture.DirRequest && typ >= auditPlainMin:
			return false // its length is another's, and nothing is behind it
		}
		if size < decode.HeaderLen || size > uint64(len(b)) {
			// What is behind nobody can tell; cut messages end so, too.
			return r.protocol(p) == suspect
		}
		b = b[min((size+3)&^3, uint64(len(b))):]
	}
	return len(b) > 0 && r.protocol(p) == suspect
}

// Of include/uapi/linux/netlink.h and audit.h: NLMSG_ERROR, where it quotes a message, and
// AUDIT_FIRST_USER_MSG.
const (
	typeError     = 2
	quotedAt      = decode.HeaderLen + 4
	auditPlainMin = 1100
)

// verdict is a look-up in the table of a protocol, which is filled as types are met.
func (r *Redactor) verdict(p, typ uint16) verdict {
	if int(typ) >= tableLen {
		return r.judge(p, typ)
	}
	t := r.tables[p]
	if t == nil {
		t = new([tableLen]verdict)
		r.tables[p] = t
	}
	v := t[typ]
	if v == unasked {
		v = r.judge(p, typ)
		t[typ] = v
	}
	return v
}

func (r *Redactor) judge(p, typ uint16) verdict {
	family, defs, known := r.dec.TypeOf(p, typ)
	if !known {
		return suspect
	}
	for _, def := range defs {
		if r.message(family, def)&r.asks != 0 {
			return suspect
		}
	}
	return clean
}

// protocol says whether any message of a protocol may hold a secret that a table knows.
func (r *Redactor) protocol(p uint16) verdict {
	v := &r.holds[p]
	if *v == unasked {
		*v = clean
		for _, f := range r.dec.ProtocolFamilies(p) {
			if f.Origin == schema.None || r.secrets.Family(f)&r.asks != 0 {
				*v = suspect
			}
		}
	}
	return *v
}

func (r *Redactor) message(f *schema.Family, def *schema.Message) schema.Classes {
	c, known := r.defs[def]
	if !known {
		if len(r.defs) >= maxDefs {
			clear(r.defs)
			r.secrets = schema.Secrets{}
		}
		c = r.secrets.Message(f, def)
		r.defs[def] = c
	}
	return c
}

// overwrite finds the secrets of a frame and overwrites them in a copy of its bytes.
func (r *Redactor) overwrite(f *capture.Frame) int {
	messages, left := 0, false
	r.dec.Each(f, func(m *decode.Message) {
		if !r.reaches(m) {
			return
		}
		r.found = r.heard(m, m.Secrets(r.asks, &r.scratch, r.found[:0]))
		if len(r.found) == 0 {
			return
		}
		messages++
		for _, s := range r.found {
			r.parts = append(r.parts, part{m.Offset, m.Offset + s.Lo, m.Offset + s.Hi, s.Done, proof.Has(s.Why)})
			left = left || !s.Done
		}
	})
	r.messages += uint64(messages)
	if !left {
		return messages
	}
	data := bytes.Clone(f.Data)
	for _, p := range r.parts {
		if !p.done {
			if r.Found != nil && p.proves {
				r.Found(f, f.Data[p.lo:p.hi])
			}
			schema.Overwrite(data[p.lo:p.hi])
		}
	}
	r.seal(f.Data)
	f.Data = data
	return messages
}

// reaches says whether a message is worth being decoded for its secrets.
func (r *Redactor) reaches(m *decode.Message) bool {
	if m.NoHeader || m.Problem != nil && m.Header.Len < decode.HeaderLen {
		return r.any(m.Frame.Protocol)
	}
	if sub, broken := m.Quotes(); sub != nil {
		return r.wanted(sub) && (broken || r.below(sub))
	}
	return r.wanted(m) && r.below(m)
}

// wanted says whether the tables have secrets in such a message, or do not know it.
func (r *Redactor) wanted(m *decode.Message) bool {
	family, def, foreign := m.Tables()
	return foreign || def != nil && r.message(family, def)&r.asks != 0 || r.swallows(m)
}

// swallows says whether a message, by its length, has others in it that may hold secrets.
func (r *Redactor) swallows(m *decode.Message) bool {
	if m.Problem == nil || errors.Is(m.Problem, decode.ErrCut) || errors.Is(m.Problem, decode.ErrTaken) {
		return false
	}
	return r.any(m.Frame.Protocol)
}

// any says whether anything of a protocol may hold secrets.
func (r *Redactor) any(p uint16) bool {
	return p >= capture.MaxProtocol || p == capture.NETLINK_GENERIC || r.protocol(p) == suspect
}

// below looks at the attributes, as far as they are known.
func (r *Redactor) below(m *decode.Message) bool {
	_, _, foreign := m.Tables()
	return foreign || m.Reaches(r.asks, &r.secrets)
}
