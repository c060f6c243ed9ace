// SPDX-License-Identifier: Apache-2.0

package export

import (
	"strconv"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/words"
)

// whom tells processes apart: what is known of one beside its name stands in the first of
// its lines that follow each other.
type whom struct {
	pid     uint32
	life    uint64
	outside bool
	name    string
}

// change writes a request.
func (t *Text) change(c *change) error {
	x := c.x
	m, l := x.Request, &t.line
	t.head(&correlate.Observation{Frame: m.Frame, Exchange: x, Account: x.Proc}, words.Arrow(capture.DirRequest, t.o.ASCII))
	t.sentence(m)
	switch {
	case x.Change() == decode.No: // its events tell that it did something
		t.outcome(x)
	case m.Modifies() == decode.Unknown:
		l.word(styleWarn, "(whether it changes anything, no table says)")
	case x.Change() == decode.Unknown:
		l.word(styleWarn, "("+OutcomeText(x)+": whether it was done is not known)")
	}
	t.where(m.Frame)
	t.identity(&x.Proc)
	l.end()
	return t.flush()
}

// sentence writes a request as the command that it is, else its family, its type and what
// tells it from others.
func (t *Text) sentence(m *decode.Message) {
	l := &t.line
	body := m.ValuesIn(&t.room)
	said := t.said.Say(m, &body)
	if text := said.Text(); text != "" && !t.o.Attrs {
		l.word(styleNone, text)
		t.unsaid(said.Left)
		if said.InBatch && said.Batch.Of > 1 {
			l.word(styleDim, "("+said.Batch.String()+" of a transaction)")
		}
		t.problem(body.Problem)
		return
	}
	l.word(styleFamily, m.FamilyText())
	l.word(styleType, m.TypeText())
	t.tellSaid(m, &body, &said)
	t.problem(body.Problem)
}

// where writes the network namespace, if it is not nltop's own: of a recording, the first
// that has no name but the host's.
func (t *Text) where(f *capture.Frame) {
	name := decode.Quote(f.NetNSName)
	if t.o.NetNS == 0 && (name == "" || name == "host" || name == "current") {
		t.o.NetNS = f.NetNS
	}
	if f.NetNS == 0 || f.NetNS == t.o.NetNS {
		return
	}
	if name == "" {
		name = strconv.FormatUint(f.NetNS, 10)
	}
	t.line.word(styleProcess, "(netns "+name+")")
}

// identity writes who a process is, unless its newest line has it.
func (t *Text) identity(p *capture.Proc) {
	own := *p
	own.Parent.CmdLine = "" // a shell's is a script, often
	s := words.Identity(&own)
	now := whom{p.PID, p.Life, p.Outside, p.ProcessName()}
	if s == "" || now == t.lastWho {
		return
	}
	t.lastWho = now
	t.line.word(styleDim, "("+s+")")
}

// indent is what stands before what belongs to the line above.
func (t *Text) indent() {
	t.line.reset()
	t.line.buf = append(t.line.buf, "    "...)
	t.line.used = len(t.line.buf)
}

// below writes an event below its request.
func (t *Text) below(e *correlate.Event) error {
	t.indent()
	t.line.word(styleStrong, words.Arrow(capture.DirEvent, t.o.ASCII))
	t.sentence(e.Message)
	t.differs(&correlate.Observation{Event: e})
	t.line.end()
	return t.flush()
}

// late writes an event whose request was written before.
func (t *Text) late(e *correlate.Event) error {
	return t.event(e, "of "+t.cause(&e.Cause)+":")
}

// alone writes an event that no request caused.
func (t *Text) alone(e *correlate.Event) error { return t.event(e, Unasked(e)+":") }

func (t *Text) event(e *correlate.Event, why string) error {
	m := e.Message
	t.head(&correlate.Observation{Frame: m.Frame, Event: e, Account: e.Cause.Proc, End: correlate.EndEvent}, words.Arrow(capture.DirEvent, t.o.ASCII))
	t.line.word(styleDim, why)
	t.sentence(m)
	if m.Modifies() == decode.Unknown {
		t.line.word(styleWarn, "(whether anything changed, no table says)")
	}
	t.differs(&correlate.Observation{Event: e})
	t.where(m.Frame)
	t.identity(&e.Cause.Proc)
	t.line.end()
	return t.flush()
}

// Unasked says why an event stands by itself: what is known of a request.
func Unasked(e *correlate.Event) string {
	m := e.Message
	switch x := e.Cause.Exchange; {
	case x != nil:
		return "by a question, " + x.Request.TypeText()
	case m.Header.PID != 0: // whom the kernel answers by it
		return "a request of port " + strconv.FormatUint(uint64(m.Header.PID), 10) + ", not seen"
	case m.Frame.Cause != 0:
		return "a request, not seen"
	case m.Frame.Sees.Has(capture.SeesCauses):
		if what := e.Cause.Trigger.String(); what != "" {
			return "no request, " + what
		}
		return "no request"
	}
	return "no request seen"
}

// more counts events that are not written.
func (t *Text) more(n int, typ string) error {
	t.indent()
	if typ == "" {
		t.line.word(styleDim, "+ "+words.Plural(n, "event", "events"))
	} else {
		t.line.word(styleDim, "+ "+strconv.Itoa(n)+" more "+typ)
	}
	t.line.end()
	return t.flush()
}

// rest counts requests that changed nothing.
func (t *Text) rest(n *folded) error {
	t.line.reset()
	t.line.word(styleDim, "+ "+n.String())
	t.line.end()
	return t.flush()
}
