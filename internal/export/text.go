// SPDX-License-Identifier: Apache-2.0

package export

import (
	"encoding/hex"
	"io"
	"strconv"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/say"
	"github.com/nltop/nltop/internal/words"
)

// TextOptions of a Text. The zero value writes one line per message, in local
// time, without colour and as long as need be.
type TextOptions struct {
	Verbose int // 1: the attribute tree; 2: padding and where the message came from
	Hex     bool
	Color   bool
	Width   int // columns at which the one line is cut; 0: it is not
	UTC     bool
	Date    bool      // in front of every time
	Last    time.Time // of the last message, where it is known: Date, if of another day than the first
	Bare    bool      // no time and process: the message came alone
	ASCII   bool      // arrows in ASCII, for terminals without UTF-8
	Attrs   bool      // the telling attributes in place of the command that they make
	// Group names multicast groups; nil: they are numbers.
	Group func(protocol uint16, group uint32) string
	NetNS uint64 // nltop's own network namespace; 0: not known
}

// Text writes messages for people. It writes whole lines, one Write for each
// message, and it is not safe for concurrent use.
type Text struct {
	w    io.Writer
	o    TextOptions
	line line
	said say.Speaker
	room decode.Scratch
	day  string // of the first line
	// lastCause is what the cause of the last event was.
	lastCause  causeSaid
	lastChange changeSaid
	lastWho    whom // see identity
}

// NewText returns a Text that writes to w.
func NewText(w io.Writer, o TextOptions) *Text {
	return &Text{w: w, o: o, line: line{color: o.Color, width: o.Width, ascii: o.ASCII}}
}

// leads is how many telling values stand in a line.
const leads = 8

// Observe writes a message with what it was paired with, or a report.
func (t *Text) Observe(o *correlate.Observation) error {
	if o.End != correlate.EndNone {
		return nil
	}
	if o.Message == nil {
		return t.report(o)
	}
	return t.message(o)
}

// WriteMessage writes a message of which nothing more is known.
func (t *Text) WriteMessage(m *decode.Message) error { return t.message(observe(m)) }

// WriteFrame writes what a frame without messages says: nothing for a send
// that went well.
func (t *Text) WriteFrame(f *capture.Frame) error { return t.report(observeFrame(f)) }

func observe(m *decode.Message) *correlate.Observation {
	return &correlate.Observation{Frame: m.Frame, Message: m, Account: m.Frame.Account(),
		Family: m.FamilyText(), Type: m.TypeText()}
}

func observeFrame(f *capture.Frame) *correlate.Observation {
	return &correlate.Observation{Frame: f, Account: f.Account(), Errno: f.Errno}
}

func (t *Text) message(o *correlate.Observation) error {
	m, f, l := o.Message, o.Frame, &t.line
	t.head(o, words.Arrow(f.Dir, t.o.ASCII))
	l.word(styleFamily, m.FamilyText())
	l.word(styleType, m.TypeText())
	if f.Dir == capture.DirEvent && f.Group != 0 {
		l.word(styleDim, "to "+words.Group(f, t.o.Group))
	}
	t.ends(f)
	if flags := shortFlags(m); flags != "" {
		l.word(styleDim, flags)
	}
	body := m.BodyIn(&t.room)
	t.tell(m, &body)
	t.differs(o)
	if m.Err != nil {
		t.err(o)
	} else if m.Type == "NLMSG_DONE" {
		t.asked(o)
	}
	if x := o.Exchange; x != nil && x.InterruptedBy != nil && m.Type == "NLMSG_DONE" {
		l.word(styleWarn, "interrupted by "+t.cause(x.InterruptedBy))
	}
	if o.Latency > 0 {
		l.word(styleDim, "("+words.Duration(o.Latency)+")")
	}
	if note := m.Note(); note != "" {
		l.word(styleDim, "("+note+")")
	}
	t.paired(o)
	t.verdict(f)
	t.blame(o)
	t.problem(body.Problem)
	l.end()
	t.details(o, &body)
	return t.flush()
}

// paired writes what is out of the ordinary about a request or an answer.
func (t *Text) paired(o *correlate.Observation) {
	switch x := o.Exchange; {
	case x == nil:
	case o.Outcome == correlate.Ignored:
		t.line.word(styleBad, OutcomeText(&correlate.Exchange{Outcome: o.Outcome, Why: x.Why}))
	case o.Asked != nil:
		t.line.word(styleBad, "out of step: answers seq "+strconv.FormatUint(uint64(x.Request.Header.Seq), 10)+
			", asked last was seq "+strconv.FormatUint(uint64(o.Asked.Header.Seq), 10))
	case o.Again:
		t.line.word(styleWarn, "answers frame "+strconv.FormatUint(x.Request.Frame.ID, 10)+" again")
	}
}

// ends writes who sent a message between users, and to whom.
func (t *Text) ends(f *capture.Frame) {
	if f.Dir != capture.DirPeer {
		return
	}
	from, to := f.Ends()
	if f.SrcPort != 0 {
		t.line.word(styleDim, "from "+endText(from, f.SrcPort))
	}
	if f.DstPort != 0 {
		t.line.word(styleDim, "to "+endText(to, f.DstPort))
	}
	if f.PeerInferred {
		t.line.word(styleDim, "(inferred)")
	}
}

func endText(e capture.End, port uint32) string {
	s := "port " + strconv.FormatUint(uint64(port), 10)
	if e != (capture.End{}) {
		return words.Process(capture.Proc{PID: e.PID, Comm: e.Comm}) + " " + s
	}
	return s
}

// tell writes what tells the message from others: a request as the command that a
// person would type, and what no command says behind it; an event as the tool's monitor
// prints it; of nftables the object
// itself, with its place in the transaction; else the leading attributes.
func (t *Text) tell(m *decode.Message, body *decode.Body) {
	said := t.said.Say(m, body)
	t.tellSaid(m, body, &said)
}

func (t *Text) tellSaid(m *decode.Message, body *decode.Body, said *say.Said) {
	l := &t.line
	if said.InBatch {
		l.word(styleDim, said.Batch.String())
		if said.Batch.Index == 0 {
			return
		}
	}
	if said.Line != "" && (t.o.Attrs || !said.Iptables) {
		l.word(styleNone, said.Line)
		return
	}
	if text := said.Text(); text != "" && !t.o.Attrs {
		l.word(styleNone, text)
		t.unsaid(said.Left)
		return
	}
	if event := say.Event(m, body); event != "" && !t.o.Attrs {
		l.word(styleNone, event)
		return
	}
	lead := m.Lead(leads)
	for i := range lead {
		l.word(styleNone, NodeText(&lead[i]))
	}
}

// unsaid writes what of a request its command does not say.
func (t *Text) unsaid(left []say.Left) {
	for i := range left {
		if i == leads {
			t.line.word(styleWarn, "+"+strconv.Itoa(len(left)-i))
			return
		}
		t.line.word(styleWarn, UnsaidText(left[i].Node))
	}
}

// head begins a line: time, process, arrow.
func (t *Text) head(o *correlate.Observation, sign string) {
	l := &t.line
	l.reset()
	if !t.o.Bare {
		l.word(styleDim, t.when(o.Frame.Time))
		l.padded(styleProcess, processText(o), processWidth)
	}
	l.word(styleStrong, sign)
}

const processWidth = 18

// err writes what the kernel answered: "ok" or the name of the errno, its words,
// and the attribute it is about.
func (t *Text) err(o *correlate.Observation) {
	e, l := o.Message.Err, &t.line
	t.asked(o)
	if e.Errno == 0 {
		l.word(styleGood, "ok")
	} else if o.Probe {
		l.word(styleDim, words.ErrorName(e)+" "+ProbeNote)
	} else {
		l.word(styleBad, words.ErrorName(e))
	}
	if e.Msg != "" {
		l.word(styleBad, strconv.QuoteToGraphic(e.Msg))
		if e.Traced {
			l.word(styleDim, TracedNote)
		}
	}
	if e.Attr != "" {
		l.word(styleBad, "at "+decode.Quote(e.Attr))
	} else if e.HasOff {
		l.word(styleBad, "at offset "+strconv.FormatUint(uint64(e.Offset), 10))
	}
	if e.Policy != "" {
		l.word(styleBad, e.Policy)
	}
	if r := o.Exchange; r != nil && r.Request != nil && e.Errno != 0 {
		if b, ok := t.said.BatchOf(r.Request); ok && b.Index > 0 {
			l.word(styleBad, "message "+b.String()+" of its transaction")
		}
	}
	if e.HasMissType {
		l.word(styleBad, "missing "+decode.Quote(Missing(o)))
	}
	if len(e.Cookie) > 0 {
		l.word(styleDim, "cookie "+hex.EncodeToString(e.Cookie))
	}
}

// TracedNote stands behind words that did not come with an error.
const TracedNote = "(traced; the client did not ask)"

// asked writes the type of the request that a control message answers.
func (t *Text) asked(o *correlate.Observation) {
	if e := o.Message.Err; e != nil && e.RequestType != "" {
		t.line.word(styleType, e.RequestType)
	} else if o.Exchange != nil && o.Exchange.Request != nil {
		t.line.word(styleType, o.Exchange.Request.TypeText())
	}
}

// Missing names the attribute that an error says is missing, and the nest that
// it is missing in.
func Missing(o *correlate.Observation) string {
	e := o.Message.Err
	if o.Exchange != nil && o.Exchange.Request != nil {
		req := o.Exchange.Request
		if name := req.MissingName(e); name != "" {
			if e.HasMissNest {
				if nest := req.PathAt(e.MissNest); nest != "" {
					name += " in " + nest
				}
			}
			return name
		}
	}
	s := "attribute " + strconv.FormatUint(uint64(e.MissType), 10)
	if e.HasMissNest {
		s += " in the nest at offset " + strconv.FormatUint(uint64(e.MissNest), 10)
	}
	return s
}

// verdict writes what became of a datagram unless it was delivered.
func (t *Text) verdict(f *capture.Frame) {
	l := &t.line
	switch f.Verdict {
	case capture.VerdictUnheard:
		text := f.Verdict.String()
		if f.Kind == capture.KindFlushed {
			text = "flushed, and no event made"
		}
		l.word(styleDim, text)
	case capture.VerdictOverrun, capture.VerdictDropped, capture.VerdictFailed:
		text := f.Verdict.String()
		if f.Errno != 0 {
			text += " " + words.Errno(f.Errno)
		}
		l.word(styleBad, text)
		if f.Queue.Drops != 0 {
			l.word(styleBad, "drops="+strconv.FormatUint(uint64(f.Queue.Drops), 10))
		}
	}
	if n := f.Missed(); n > 0 {
		l.word(styleBad, TruncatedText(f.Taken, n))
	}
	if f.Cut() {
		l.word(styleWarn, "cut "+strconv.Itoa(len(f.Data))+"/"+strconv.Itoa(f.OrigLen))
	}
}

// TruncatedText says that a reader got part of a datagram.
func TruncatedText(room uint32, missed int) string {
	return "reader's buffer " + strconv.FormatUint(uint64(room), 10) + " B, " + strconv.Itoa(missed) + " B lost (MSG_TRUNC)"
}

// report writes a failed send, an ENOBUFS, a datagram that was lost without its bytes,
// or one that its reader had no room for.
func (t *Text) report(o *correlate.Observation) error {
	f, l := o.Frame, &t.line
	switch {
	case f.Kind == capture.KindCompletion && f.Verdict != capture.VerdictFailed:
		return nil
	case f.Kind == capture.KindDatagram && f.Verdict <= capture.VerdictDelivered, f.Kind == capture.KindRead:
		return nil
	case f.Kind == capture.KindLock:
		return t.lockReport(o)
	}
	sign := "!"
	if f.Kind == capture.KindDatagram {
		sign = words.Arrow(f.Dir, t.o.ASCII)
	}
	t.head(o, sign)
	family := o.Family
	if family == "" {
		family = capture.ProtocolName(f.Protocol)
	}
	l.word(styleFamily, decode.Quote(family))
	if o.Type != "" {
		l.word(styleType, decode.Quote(o.Type))
	}
	if n := f.Missed(); n > 0 {
		l.word(styleBad, TruncatedText(f.Taken, n))
		t.socketWords(f)
		l.end()
		return t.flush()
	}
	if f.Kind == capture.KindRefused {
		l.word(styleBad, words.Refused(f, t.o.Group))
		t.socketWords(f)
		l.end()
		return t.flush()
	}
	switch f.Verdict {
	case capture.VerdictFailed:
		l.word(styleBad, "send failed: "+words.Errno(f.Errno))
	case capture.VerdictNobufsRaised:
		l.word(styleBad, "ENOBUFS raised: the receive buffer was full")
	case capture.VerdictNobufsRead:
		l.word(styleBad, "ENOBUFS read by the owner: it knows that messages are lost")
	default:
		l.word(styleBad, f.Verdict.String())
	}
	t.socketWords(f)
	l.end()
	return t.flush()
}

// lockReport writes that somebody held rtnl_mutex, or waited for it, for long.
func (t *Text) lockReport(o *correlate.Observation) error {
	l := &t.line
	t.head(o, "!")
	if o.Family != "" {
		l.word(styleFamily, decode.Quote(o.Family))
		l.word(styleType, decode.Quote(o.Type))
	}
	t.lock(&o.Frame.Lock)
	l.end()
	return t.flush()
}

func (t *Text) socketWords(f *capture.Frame) {
	s, q := &f.Socket, &f.Queue
	for _, x := range []struct {
		name string
		n    uint64
	}{{"portid", uint64(s.PortID)}, {"drops", uint64(q.Drops)}, {"rmem", uint64(q.RMem)}, {"rcvbuf", uint64(s.RcvBuf)}} {
		if x.n != 0 {
			t.line.word(styleDim, x.name+"="+strconv.FormatUint(x.n, 10))
		}
	}
}

func (t *Text) flush() error {
	_, err := t.w.Write(t.line.buf)
	return err
}

// processText names whom the message is counted for, or at least the port.
func processText(o *correlate.Observation) string {
	if o.Account.Known() {
		return words.Process(o.Account) + words.Where(o.Account)
	}
	if o.Frame.Verdict == capture.VerdictUnheard {
		return "nobody"
	}
	// Of an event that is over the account is who caused it, and the port its reader's.
	if port := o.Frame.Socket.PortID; port != 0 && o.End != correlate.EndEvent {
		return "port " + strconv.FormatUint(uint64(port), 10)
	}
	return "?"
}

// shortFlags are the flags without their common prefix, and without
// NLM_F_REQUEST, which the arrow says.
func shortFlags(m *decode.Message) string {
	var b []byte
	var names [8]string
	for _, name := range m.AppendFlags(names[:0]) {
		if name == "NLM_F_REQUEST" && m.Frame.Dir == capture.DirRequest {
			continue
		}
		if len(b) > 0 {
			b = append(b, '|')
		}
		if len(name) > len(flagPrefix) && name[:len(flagPrefix)] == flagPrefix {
			name = name[len(flagPrefix):]
		}
		b = append(b, name...)
	}
	return string(b)
}

const flagPrefix = "NLM_F_"
