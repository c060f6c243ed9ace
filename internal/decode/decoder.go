// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
)

// Options of a Decoder. The zero value is good.
type Options struct {
	// IfName is asked for the name of an interface that the traffic has not
	// told; nil: nobody is asked. It must be safe for concurrent use.
	IfName func(netns uint64, index int32) string
}

// Decoder names messages and learns from them what later ones need:
// generic-netlink ids and interface names. Frame and LearnFamily belong to one
// goroutine, the one that owns the stream of frames; everything else,
// including the methods of the messages it made, is safe from any goroutine.
type Decoder struct {
	opts      Options
	control   controlTables
	protocols [capture.MaxProtocol]*schema.Family
	subsys    [len(nfnlNames)]*schema.Family // of NETLINK_NETFILTER; 0 is nil
	genl      genlTable
	policies  policies
	names     ifNames
	tables    []*schema.Family // all that New got
	plans     sync.Map         // name → *plan
	atlas     atlas            // that plans are made from
	errs      []ErrorInfo      // slab: ACKs are too many to allocate each
}

// OnLearn has fn called before what was learned changes, and with it what messages that
// were made before say: by the goroutine that calls Frame, from inside of it. It is called
// before the first Frame.
func (d *Decoder) OnLearn(fn func()) { d.genl.learns, d.names.learns = fn, fn }

// New returns a decoder for the families; of two that claim the same protocol,
// subsystem or generic name the later one wins. The tables must not change any
// more.
func New(families []*schema.Family, o Options) *Decoder {
	d := &Decoder{opts: o, tables: families, control: newControlTables()}
	d.names.byKey = make(map[ifKey]*ifName)
	d.genl.tables = make(map[string]*schema.Family)
	for p := range d.protocols {
		d.protocols[p] = bareFamily(uint16(p))
		d.protocols[p].Build()
	}
	for id, name := range nfnlNames {
		if name != "" {
			d.subsys[id] = &schema.Family{Name: name, Protocol: capture.NETLINK_NETFILTER, Subsys: uint16(id)}
			d.subsys[id].Build()
		}
	}
	for _, f := range families {
		if !f.Built() {
			f.Build()
		}
		d.add(f)
	}
	d.genl.start()
	return d
}

func (d *Decoder) add(f *schema.Family) {
	switch {
	case f.Protocol == capture.NETLINK_GENERIC:
		d.genl.tables[f.Name] = f
	case f.Protocol == capture.NETLINK_NETFILTER && f.Subsys != 0:
		if int(f.Subsys) < len(d.subsys) {
			d.subsys[f.Subsys] = f
		}
	case f.Protocol < capture.MaxProtocol:
		d.protocols[f.Protocol] = f
	}
}

// ErrCut is wrapped by the Problem of a message that is incomplete because the
// capture cut it, as opposed to one that was sent malformed.
var ErrCut = errors.New("cut at the snap length")

// ErrTaken is likewise wrapped where its reader got no more (MSG_TRUNC).
var ErrTaken = errors.New("the reader's buffer was too small")

// Frame splits the datagram of f at its nlmsghdr boundaries, names the
// messages, learns from them, and appends them to dst. Every byte of the
// datagram but the padding between messages, and zeros behind the last one,
// belongs to one of them: what no header fits becomes a message of its own with a Problem. Reports
// (KindCompletion, KindSocketError, KindExtack) hold no messages.
func (d *Decoder) Frame(f *capture.Frame, dst []Message) []Message {
	var p Position
	return d.Next(f, &p, math.MaxInt, dst)
}

// Position is how far a datagram was taken apart. The zero value is its beginning.
type Position struct{ off, index int }

// More says whether there is more of the datagram of f behind p.
func (p Position) More(f *capture.Frame) bool { return p.off < len(f.Data) }

// Next is Frame for the next messages alone, most of them at most, from p on, which it
// moves. A datagram may hold more than fit into memory at once.
func (d *Decoder) Next(f *capture.Frame, p *Position, most int, dst []Message) []Message {
	return d.next(f, p, most, dst, true)
}

// Again is Next for a frame that was decoded before: nothing is learned from it, since
// what it tells may be out of date. It belongs to one goroutine at a time with Next.
func (d *Decoder) Again(f *capture.Frame, p *Position, most int, dst []Message) []Message {
	return d.next(f, p, most, dst, false)
}

func (d *Decoder) next(f *capture.Frame, p *Position, most int, dst []Message, learns bool) []Message {
	if f.Kind != capture.KindDatagram && f.Kind != capture.KindFlushed || len(f.Data) == 0 {
		p.off = len(f.Data)
		return dst
	}
	if f.Protocol == capture.NETLINK_KOBJECT_UEVENT {
		p.off = len(f.Data)
		return append(dst, d.uevent(f))
	}
	o := order(f.BigEndian)
	for end := p.index + min(most, math.MaxInt-p.index); p.off < len(f.Data) && p.index < end; p.index++ {
		if p.index > 0 && onlyZeros(f, p.off) {
			p.off = len(f.Data)
			break
		}
		dst = append(dst, Message{Frame: f, Index: p.index, Offset: p.off, dec: d})
		m := &dst[len(dst)-1]
		p.off = m.split(o)
		if m.NoHeader {
			m.Family = d.protocolFamily(f.Protocol).Name
			m.Guess = d.guessed(f.Protocol)
			continue
		}
		d.name(m, m.toKernel())
		if m.Header.Type < minUserType {
			d.setError(m, o)
		} else if learns && m.Frame.Dir != capture.DirRequest && m.Header.Flags&flagRequest == 0 {
			d.learn(m, o)
		}
	}
	if len(d.policies.fresh) > 0 {
		d.applyPolicies()
	}
	return dst
}

// missing says why the rest of a datagram is not there.
func missing(f *capture.Frame) error {
	if f.Cut() {
		return ErrCut
	}
	return ErrTaken
}

// onlyZeros: zeros behind the last message say nothing. iproute2 sends its
// whole buffer, and netlink_rcv_skb stops at an nlmsg_len below 16.
func onlyZeros(f *capture.Frame, off int) bool {
	return !f.Incomplete() && len(bytes.TrimLeft(f.Data[off:], "\x00")) == 0
}

// ZerosBehind is how many bytes stand behind the message, up to the end of its datagram,
// where all are zero: a sender that sends more of its buffer than the message.
func (m *Message) ZerosBehind() int {
	off := m.Offset + align4(len(m.Data))
	if m.NoHeader || off >= len(m.Frame.Data) || !onlyZeros(m.Frame, off) {
		return 0
	}
	return len(m.Frame.Data) - off
}

// split takes the message at m.Offset out of its frame and returns the offset
// of the next one. A length that leads nowhere takes all that is left.
func (m *Message) split(o order) int {
	f, rest := m.Frame, m.Frame.Data[m.Offset:]
	if len(rest) < HeaderLen {
		m.NoHeader, m.Data = true, rest
		if f.Incomplete() {
			m.Problem = fmt.Errorf("message at offset %d of the datagram: header %w, %d of %d bytes",
				m.Offset, missing(f), len(rest), HeaderLen)
		} else {
			m.Problem = fmt.Errorf("%d bytes at offset %d of the datagram are too short for a header", len(rest), m.Offset)
		}
		return len(f.Data)
	}
	m.Header = header(o, rest)
	size, left := uint64(m.Header.Len), uint64(f.OrigLen-m.Offset)
	left = max(left, uint64(len(rest))) // a source that does not set OrigLen
	switch {
	case m.plainAudit(size, left):
		m.Data = rest
	case size < HeaderLen:
		m.Data = rest
		m.Problem = fmt.Errorf("message at offset %d of the datagram: length %d is less than %d", m.Offset, size, HeaderLen)
	case size > left:
		m.Data = rest
		m.Problem = fmt.Errorf("message at offset %d of the datagram: length %d is beyond its end (%d bytes left)",
			m.Offset, size, left)
	case size > uint64(len(rest)):
		m.Data = rest
		m.Problem = fmt.Errorf("message at offset %d of the datagram: %w, %d of %d bytes", m.Offset, missing(f), len(rest), size)
	default:
		m.Data = rest[:size]
		return m.Offset + align4(int(size))
	}
	return len(f.Data)
}

// plainAudit recognises the kernel's audit records: audit_log_end sets
// nlmsg_len to the length of the text alone, "for backwards compatibility"
// with auditd, and sends one record per datagram.
func (m *Message) plainAudit(size, left uint64) bool {
	return m.Frame.Protocol == capture.NETLINK_AUDIT && m.Header.Type >= auditPlainMin &&
		m.Offset == 0 && size+HeaderLen == left && m.Frame.Dir != capture.DirRequest
}

func header(o order, b []byte) Header {
	return Header{Len: o.u32(b), Type: o.u16(b[4:]), Flags: o.u16(b[6:]), Seq: o.u32(b[8:]), PID: o.u32(b[12:])}
}

// FirstHeader returns the header that a datagram, or what a report has of one, begins
// with; false: there is none.
func FirstHeader(f *capture.Frame) (Header, bool) {
	if len(f.Data) < HeaderLen || f.Protocol == capture.NETLINK_KOBJECT_UEVENT {
		return Header{}, false
	}
	return header(order(f.BigEndian), f.Data), true
}

// toKernel says which direction of a family's tables holds.
func (m *Message) toKernel() bool {
	switch m.Frame.Dir {
	case capture.DirRequest:
		return true
	case capture.DirReply, capture.DirEvent:
		return false
	}
	return m.Header.Flags&flagRequest != 0
}

func (m *Message) order() order { return order(m.Frame.BigEndian) }
