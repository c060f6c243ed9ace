// SPDX-License-Identifier: Apache-2.0

package export

import (
	"fmt"
	"strconv"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/words"
)

const indentStep = "    "

// details writes the lines below a message's line.
func (t *Text) details(o *correlate.Observation, body *decode.Body) {
	l := &t.line
	if t.o.Verbose > 0 {
		width := l.width
		l.width = 0
		t.who(o)
		t.origin(o)
		t.differsBelow(o)
		fault := faultOf(o)
		t.nodes(body.Fields, 1, fault.inAnswer)
		t.nodes(body.Attrs, 1, noMark)
		if len(body.Rest) > 0 {
			l.buf = append(l.buf, indentStep...)
			l.put(styleWarn, fmt.Sprintf("%d bytes at offset %d belong to no attribute: ", len(body.Rest), body.RestOff))
			if body.RestRedacted {
				l.buf = append(l.buf, redacted...)
			} else {
				l.buf = appendRaw(l.buf, body.Rest)
			}
			l.end()
		}
		if fault.inRequest != noMark {
			t.request(o, fault)
		}
		l.width = width
	}
	if t.o.Hex {
		l.buf = Hex(l.buf, o.Message.Data, indentStep)
	}
}

// noMark is an offset at which nothing is.
const noMark = -1

// fault says where the attribute is that an error is about.
type fault struct {
	inAnswer  int // offset in the answer, which quotes the request; noMark: not there
	inRequest int // offset in the request, where the answer does not quote it
}

// faultOf finds what NLMSGERR_ATTR_OFFS, or else NLMSGERR_ATTR_MISS_NEST, points
// at.
func faultOf(o *correlate.Observation) fault {
	f := fault{noMark, noMark}
	e := o.Message.Err
	if e == nil {
		return f
	}
	off, ok := e.Points()
	if !ok {
		return f
	}
	// struct nlmsgerr: the errno, then the request, whole or its header alone.
	const quoted = decode.HeaderLen + 4
	capped := o.Message.Header.Flags&flagCapped != 0 || e.Request.Len <= decode.HeaderLen
	switch {
	case !capped && uint64(off) < uint64(e.Request.Len):
		f.inAnswer = quoted + int(off)
	case o.Exchange != nil && o.Exchange.Request != nil && uint64(off) < uint64(len(o.Exchange.Request.Data)):
		f.inRequest = int(off)
	}
	return f
}

const flagCapped = 0x100 // NLM_F_CAPPED

// request writes the request that an error is about, and marks what is wrong.
func (t *Text) request(o *correlate.Observation, f fault) {
	l, m := &t.line, o.Exchange.Request
	l.buf = append(l.buf, indentStep...)
	l.put(styleDim, "of the request "+decode.Quote(m.TypeText()))
	l.end()
	body := m.Body()
	t.nodes(body.Fields, 2, f.inRequest)
	t.nodes(body.Attrs, 2, f.inRequest)
	if t.o.Hex {
		hi := len(m.Data)
		if n := headed(body.Attrs, f.inRequest); n != nil {
			hi = n.Off + len(n.Raw)
		}
		l.buf = HexMarked(l.buf, m.Data, indentStep+indentStep, f.inRequest, hi)
	}
}

// headed returns the attribute that begins at an offset, or nil.
func headed(nodes []decode.Node, off int) *decode.Node {
	for i := range nodes {
		if n := &nodes[i]; n.Attr && n.Head() == off {
			return n
		}
		if n := headed(nodes[i].Children, off); n != nil {
			return n
		}
	}
	return nil
}

// flagNetByteOrder is NLA_F_NET_BYTEORDER.
const flagNetByteOrder = 0x4000

// FaultMark stands behind what an error is about.
const FaultMark = "<== the error is here"

// origin writes the header and where the message came from.
func (t *Text) origin(o *correlate.Observation) {
	l, m, f := &t.line, o.Message, o.Frame
	start := len(l.buf)
	l.buf = append(l.buf, indentStep...)
	word := func(name string, n uint64) {
		if n != 0 {
			l.word(styleDim, name+"="+strconv.FormatUint(n, 10))
		}
	}
	if !m.NoHeader {
		l.word(styleDim, "len="+strconv.FormatUint(uint64(m.Header.Len), 10))
		l.word(styleDim, "seq="+strconv.FormatUint(uint64(m.Header.Seq), 10))
		l.word(styleDim, "portid="+strconv.FormatUint(uint64(m.Header.PID), 10))
	}
	if n := m.ZerosBehind(); n > 0 {
		l.word(styleDim, "and "+words.Plural(n, "byte", "bytes")+" of zeros behind it")
	}
	if f.Group != 0 {
		l.word(styleDim, "to "+words.Group(f, t.o.Group))
	}
	word("netns", f.NetNS)
	if c := o.CausedBy(); c.Proc.Known() {
		l.word(styleDim, "cause="+words.Process(c.Proc))
	}
	if o.Account.Cgroup != "" {
		l.word(styleDim, "cgroup="+decode.Quote(o.Account.Cgroup))
	}
	if t.o.Verbose > 1 {
		l.word(styleDim, "protocol="+capture.ProtocolName(f.Protocol))
		l.word(styleDim, "dir="+f.Dir.String())
		word("frame", f.ID)
		word("message", uint64(m.Index))
		word("inode", f.Socket.Inode)
		word("rcvbuf", uint64(f.Socket.RcvBuf))
		word("rmem", uint64(f.Queue.RMem))
		l.word(styleDim, decode.Quote(f.Source))
		if f.Inferred {
			l.word(styleDim, "direction inferred")
		}
		if f.OwnerInferred {
			l.word(styleDim, "process inferred")
		}
	}
	if l.used == 0 {
		l.buf = l.buf[:start]
		return
	}
	l.end()
}

// who writes who the processes of a line are: who sent or reads it, and who caused it.
func (t *Text) who(o *correlate.Observation) {
	line := func(role string, p *capture.Proc) {
		if s := words.Identity(p); s != "" {
			t.line.buf = append(t.line.buf, indentStep...)
			t.line.put(styleDim, role+s)
			t.line.end()
		}
	}
	role := "of "
	if o.Frame.Dir == capture.DirRequest {
		role = "by "
	}
	if c := o.CausedBy(); c.Proc != o.Account {
		line("caused by ", &c.Proc)
	}
	line(role, &o.Account)
}

// nodes writes a tree, a line for each node. What begins at the offset mark is
// what an error is about.
func (t *Text) nodes(nodes []decode.Node, depth, mark int) {
	for i := range nodes {
		n := &nodes[i]
		if n.Hidden && t.o.Verbose < 2 {
			continue
		}
		t.node(n, depth, mark)
		if n.Nested && !scalars(n) {
			t.nodes(n.Children, depth+1, mark)
		}
	}
}

func (t *Text) node(n *decode.Node, depth, mark int) {
	l := &t.line
	for range depth {
		l.buf = append(l.buf, indentStep...)
	}
	switch label := n.Label(); {
	case label != "":
		l.put(styleName, decode.Quote(label))
	case n.Hidden:
		l.put(styleDim, "padding")
	case n.Word:
		l.put(styleDim, "text")
	default:
		l.put(styleWarn, "bytes")
	}
	if !n.Nested || scalars(n) {
		l.buf = append(l.buf, ' ')
		l.buf = appendValue(l.buf, n)
	}
	switch v, ok := n.Guessed().(uint64); {
	case n.Redacted:
		l.buf = append(l.buf, ' ')
		l.put(styleDim, redactedNote(n))
	case ok:
		l.buf = append(l.buf, ' ')
		l.put(styleDim, "(guess: "+strconv.FormatUint(v, 10)+")")
	case n.Guess:
		l.buf = append(l.buf, ' ')
		l.put(styleDim, "(guess)")
	case n.Policy:
		l.buf = append(l.buf, ' ')
		l.put(styleDim, "("+n.Kind().String()+", from policy)")
	}
	switch {
	case n.Refused:
		l.buf = append(l.buf, ' ')
		l.put(styleWarn, "(without NLA_F_NESTED, which strict kernels refuse)")
	case n.Unflagged && t.o.Verbose > 1:
		l.buf = append(l.buf, ' ')
		l.put(styleDim, "(without NLA_F_NESTED)")
	}
	if n.Attr && n.Flags&flagNetByteOrder != 0 {
		l.buf = append(l.buf, ' ')
		l.put(styleDim, "(NLA_F_NET_BYTEORDER)")
	}
	if n.Attr && t.o.Verbose > 1 {
		l.buf = append(l.buf, ' ')
		l.put(styleDim, "(nla_len "+strconv.Itoa(len(n.Raw)+4)+")")
	}
	if n.Overridden {
		l.buf = append(l.buf, ' ')
		l.put(styleWarn, "(overridden: it stands below once more)")
	}
	if mark != noMark && n.Head() == mark {
		l.buf = append(l.buf, ' ')
		l.put(styleBad, FaultMark)
	}
	if n.Problem != "" {
		l.buf = append(l.buf, ' ')
		l.put(styleBad, "problem: "+decode.Quote(n.Problem))
	}
	l.end()
}
