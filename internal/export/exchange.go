// SPDX-License-Identifier: Apache-2.0

package export

import (
	"strconv"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/nft"
	"github.com/nltop/nltop/internal/say"
	"github.com/nltop/nltop/internal/words"
)

// Exchanges writes one line, or object, per exchange and event when it has
// ended, one per ENOBUFS, and nothing for messages. What it needs comes with
// correlate.Options.Ends.
type Exchanges struct {
	to interface {
		end(*correlate.Observation) error
		report(*correlate.Observation) error
	}
}

// NewTextExchanges and NewJSONExchanges return an Exchanges that writes where t
// or j does.
func NewTextExchanges(t *Text) Exchanges { return Exchanges{t} }
func NewJSONExchanges(j *JSON) Exchanges { return Exchanges{j} }

// IsLoss says whether a report is why answers and events are missing, or parts of them.
func IsLoss(f *capture.Frame) bool {
	return f.Kind == capture.KindSocketError || f.Kind == capture.KindTruncated
}

// Observe writes the end of an exchange or event.
func (e Exchanges) Observe(o *correlate.Observation) error {
	if o.End == correlate.EndNone {
		if IsLoss(o.Frame) {
			return e.to.report(o) // it is why answers and events are missing
		}
		return nil
	}
	return e.to.end(o)
}

func (t *Text) end(o *correlate.Observation) error {
	if o.End == correlate.EndEvent {
		return t.eventEnd(o)
	}
	x, l := o.Exchange, &t.line
	if nft.Frames(x.Request) && !x.Leads {
		return nil // what begins a batch stands for all of it, and has its time
	}
	t.head(o, words.Arrow(capture.DirRequest, t.o.ASCII))
	l.word(styleFamily, x.Request.FamilyText())
	l.word(styleType, x.Request.TypeText())
	t.outcome(x)
	t.times(x)
	if x.Replies > 0 {
		l.word(styleNone, words.Plural(x.Replies, "reply", "replies")+" "+strconv.FormatUint(x.Bytes, 10)+" B")
	}
	if x.Truncated > 0 {
		l.word(styleBad, "reader's buffer too small, "+strconv.FormatUint(x.Truncated, 10)+" B lost (MSG_TRUNC)")
	}
	if x.Rounds > 1 {
		l.word(styleDim, "in "+words.Plural(x.Rounds, "round", "rounds"))
	}
	if x.Asked != nil {
		l.word(styleBad, "out of step: its answer was read after seq "+strconv.FormatUint(uint64(x.Asked.Header.Seq), 10)+" was asked")
	}
	if x.Again > 0 {
		l.word(styleWarn, "answered again "+words.Plural(x.Again, "time", "times"))
	}
	if x.Shared > 1 {
		place := "one"
		if x.Leads {
			place = "first"
		}
		l.word(styleDim, place+" of "+strconv.Itoa(x.Shared)+" in its datagram")
	}
	lock := x.Lock
	if _, split := x.Parts(); split {
		lock.Wait = 0 // it stands among the parts
	}
	t.lock(&lock)
	if x.InterruptedBy != nil {
		l.word(styleWarn, "interrupted by "+t.cause(x.InterruptedBy))
	}
	if x.Events > 0 {
		l.word(styleDim, HeardText(x))
	}
	t.losers(x.Lost, x.LostBy)
	body := x.Request.Values()
	t.tell(x.Request, &body)
	t.problem(body.Problem)
	l.end()
	return t.flush()
}

// problem writes what is malformed; "": nothing.
func (t *Text) problem(what string) {
	if what != "" {
		t.line.word(styleBad, "problem: "+decode.Quote(what))
	}
}

// outcome writes how an exchange ended, with the errno and its words.
func (t *Text) outcome(x *correlate.Exchange) {
	l := &t.line
	if x.Outcome != correlate.Failed {
		st := styleGood
		switch x.Outcome {
		case correlate.Unanswered, correlate.Lost, correlate.Interrupted, correlate.RolledBack, correlate.Ignored:
			st = styleBad
		case correlate.Pending, correlate.Unread, correlate.Abandoned:
			st = styleWarn
		}
		l.word(st, OutcomeText(x))
		return
	}
	if x.Err == nil {
		l.word(styleBad, "send failed: "+words.Errno(x.Errno))
		return
	}
	if x.Probe {
		l.word(styleDim, words.ErrorName(x.Err)+" "+ProbeNote)
		return
	}
	l.word(styleBad, words.ErrorName(x.Err))
	if x.Err.Msg != "" {
		l.word(styleBad, strconv.QuoteToGraphic(x.Err.Msg))
	}
	if x.Err.Attr != "" {
		l.word(styleBad, "at "+decode.Quote(x.Err.Attr))
	}
}

// HeardText says how many sockets heard of what a request did, if its source sees that:
// "4 events to 3 listeners, 12 deliveries".
func HeardText(x *correlate.Exchange) string {
	s := words.Plural(x.Events, "event", "events")
	to := words.Listeners(x.Request.Frame.Sees, x.Listeners)
	if to == "" {
		return s
	}
	s += " to " + to
	if x.Deliveries != x.Listeners {
		s += ", " + words.Plural(x.Deliveries, "delivery", "deliveries")
	}
	return s
}

// ProbeNote stands behind an error that its requester asked for.
const ProbeNote = "(a probe: what it asks for is not there)"

// OutcomeText says in words how an exchange has ended, except that it failed.
func OutcomeText(x *correlate.Exchange) string {
	switch {
	case x.Outcome == correlate.Ignored:
		return "ignored by the kernel: " + x.Why
	case x.Outcome == correlate.Lost && x.Errno == enobufs:
		return "answer lost (ENOBUFS)"
	case x.Outcome == correlate.Unread:
		return "answer not read"
	case x.Outcome == correlate.Abandoned:
		return "abandoned by its reader"
	case x.Outcome == correlate.Pending && x.Ended:
		return "not over when capture ended"
	case x.Outcome == correlate.Accepted && x.Request != nil && x.Request.Type == "NFNL_MSG_BATCH_BEGIN":
		return "committed" // it stands for all of its transaction
	}
	return x.Outcome.String()
}

const enobufs = 105 // include/uapi/asm-generic/errno.h

func (t *Text) times(x *correlate.Exchange) {
	for i, m := range live.Measures(x) {
		t.line.word(styleDim, m.Name)
		t.line.word(styleNone, words.Duration(m.Time))
		if i == 0 && x.Kernel > 0 {
			t.parts(x)
		}
	}
}

// parts writes what the kernel's time went to: "= module sch_tbf 650 ms + own 7 ms".
func (t *Text) parts(x *correlate.Exchange) {
	_, split := x.Parts()
	sign := "="
	if !split {
		sign = "of it" // the rest is not known
	}
	for _, m := range live.Parts(x) {
		t.line.word(styleDim, sign+" "+m.Name)
		t.line.word(styleNone, words.Duration(m.Time))
		sign = "+"
	}
	if later := x.Later(); split && later > 0 {
		t.line.word(styleDim, sign+" later reads")
		t.line.word(styleNone, words.Duration(later))
	}
}

// lock writes what happened around rtnl_mutex.
func (t *Text) lock(k *capture.Lock) {
	if k.Wait > 0 {
		text := "waited " + words.Duration(k.Wait) + " for rtnl"
		if k.Blocker != nil {
			text += " held by " + words.Process(*k.Blocker)
		}
		t.line.word(styleWarn, text)
	}
	if k.Hold > 0 {
		t.line.word(styleDim, "held rtnl "+words.Duration(k.Hold))
	}
}

func (t *Text) losers(n int, by []capture.Proc) {
	if n == 0 {
		return
	}
	text := strconv.Itoa(n) + " lost"
	for i, p := range by {
		sep := ", "
		if i == 0 {
			sep = " by "
		}
		text += sep + words.Process(p)
	}
	if len(by) == correlate.MaxLosers {
		text += ", …"
	}
	t.line.word(styleBad, text)
}

func (t *Text) eventEnd(o *correlate.Observation) error {
	e, l := o.Event, &t.line
	m := e.Message
	t.head(o, words.Arrow(capture.DirEvent, t.o.ASCII))
	l.word(styleFamily, m.FamilyText())
	l.word(styleType, m.TypeText())
	if m.Frame.Group != 0 {
		l.word(styleDim, "to "+words.Group(m.Frame, t.o.Group))
	}
	if to := words.Listeners(m.Frame.Sees, e.Delivered); to != "" {
		l.word(styleNone, to)
	}
	t.losers(e.Lost, e.Losers)
	body := m.Values()
	t.tell(m, &body)
	t.differs(o)
	t.problem(body.Problem)
	by := t.cause(&e.Cause)
	if by == "" {
		by = causeText(&e.Cause, "") // "?"
	}
	l.word(styleDim, causedBy(&e.Cause, by))
	l.end()
	return t.flush()
}

// CauseText says who made the kernel do something: the process, the request with its
// command, and whether that was worked out only. "" where nobody knows.
func CauseText(c *correlate.Cause) string {
	if !causeKnown(c) {
		return ""
	}
	said := ""
	if c.Exchange != nil {
		said = briefCommand(c.Exchange.Request)
	}
	return causeText(c, said)
}

func causeKnown(c *correlate.Cause) bool { return c != nil && (c.Proc.Known() || c.Exchange != nil) }

// CausedBy is CauseText with what did it, where no request did.
func CausedBy(c *correlate.Cause) string {
	if who := CauseText(c); who != "" {
		return causedBy(c, who)
	}
	return ""
}

// causedBy says who, or what, made the kernel send an event: "caused by ip[7] RTM_NEWLINK
// seq 3", "no request: ioctl SIOCSIFFLAGS by ifconfig[12]".
func causedBy(c *correlate.Cause, who string) string {
	switch what := c.Trigger.String(); {
	case what == "":
		return "caused by " + who
	case c.Trigger.Kind == capture.TriggerInterrupt, c.Trigger.Kind == capture.TriggerKworker:
		return "no request: " + what // whoever was running, whichever worker was free
	default:
		return "no request: " + what + " by " + who
	}
}

func causeText(c *correlate.Cause, said string) string {
	text := words.Process(c.Proc)
	if x := c.Exchange; x != nil {
		text += " " + x.Request.TypeText() + " seq " + strconv.FormatUint(uint64(x.Request.Header.Seq), 10)
	}
	if c.Inferred {
		text += " (inferred)"
	}
	if said != "" {
		text += ": " + said
	}
	return text
}

// causeSaid is the command of the request that was the cause last: of many events one
// behind the other it is the same.
type causeSaid struct {
	request *decode.Message
	text    string
}

// cause is CauseText of a stream of messages.
func (t *Text) cause(c *correlate.Cause) string {
	switch {
	case c.Exchange == nil && !c.Proc.Known():
		return ""
	case c.Exchange == nil || t.o.Attrs:
		return causeText(c, "")
	}
	if last, request := &t.lastCause, c.Exchange.Request; last.request != request {
		*last = causeSaid{request, briefCommand(request)}
	}
	return causeText(c, t.lastCause.text)
}

// A command that stands beside something else is no longer than that.
const (
	briefLen  = 160  // runes
	briefFrom = 4096 // bytes of the request
)

// briefCommand is a request as the command that a person would type; "": it has no words,
// or is longer than anybody types.
func briefCommand(m *decode.Message) string {
	if len(m.Data) > briefFrom {
		return ""
	}
	body := m.Body()
	said, _ := say.Request(m, &body)
	text := said.Text()
	if text == "" {
		text = say.Iptables(m)
	}
	if short := []rune(text); len(short) > briefLen {
		return string(short[:briefLen]) + "…"
	}
	return text
}

// blame writes behind an event who caused it.
func (t *Text) blame(o *correlate.Observation) {
	if o.Event == nil {
		return
	}
	if s := t.cause(&o.Event.Cause); s != "" {
		t.line.word(styleDim, causedBy(&o.Event.Cause, s))
	}
	if o.Self {
		t.line.word(styleDim, "(own echo)")
	}
}

func (j *JSON) end(o *correlate.Observation) error {
	if o.End == correlate.EndEvent {
		return j.eventEnd(o)
	}
	x := o.Exchange
	j.open(x.Request.Frame)
	j.orNull("family", x.Request.Family)
	j.orNull("type", x.Request.Type)
	j.text("kind", "exchange")
	j.header(x.Request)
	j.number("frame", x.Request.Frame.ID)
	j.origin(o)
	j.text("outcome", x.Outcome.String())
	if x.Why != "" {
		j.text("why", x.Why)
	}
	j.flag("probe", x.Probe)
	j.changed(o)
	if x.Asked != nil {
		j.always("asked_seq", uint64(x.Asked.Header.Seq))
	}
	j.number("again", uint64(max(x.Again, 0)))
	if x.Errno != 0 {
		j.number("errno", uint64(max(x.Errno, 0)))
		j.text("error_name", decode.ErrnoName(x.Errno))
	}
	if x.Err != nil && x.Err.Msg != "" {
		j.text("msg", x.Err.Msg)
	}
	j.always("replies", uint64(max(x.Replies, 0)))
	j.always("reply_bytes", x.Bytes)
	j.number("truncated", x.Truncated)
	j.number("rounds", uint64(max(x.Rounds, 0)))
	j.nanoseconds("kernel_ns", x.Kernel)
	j.nanoseconds("first_ns", x.First)
	j.nanoseconds("last_ns", x.Last)
	j.nanoseconds("reader_ns", x.Reader)
	j.spent(x)
	if x.Shared > 1 {
		j.number("shared", uint64(x.Shared))
	}
	j.lock(&x.Lock)
	j.always("events", uint64(max(x.Events, 0)))
	j.always("deliveries", uint64(max(x.Deliveries, 0)))
	j.always("listeners", uint64(max(x.Listeners, 0)))
	j.always("lost", uint64(max(x.Lost, 0)))
	j.procs("lost_by", x.LostBy)
	j.flag("interrupted", x.Intr)
	if x.InterruptedBy != nil {
		j.cause("interrupted_by", x.InterruptedBy)
	}
	j.saysOf(x.Request)
	return j.flush()
}

// spent writes what the time of a send went to: all parts or none, of which the sum is
// send_ns, and what followed until the last answer was read.
func (j *JSON) spent(x *correlate.Exchange) {
	if w := x.Waits; w != nil && w.Module != "" {
		j.text("module", w.Module)
		j.number("modules", uint64(w.Modules))
	}
	p, split := x.Parts()
	switch {
	case split:
		j.always("send_ns", uint64(x.Send))
		for _, part := range []struct {
			name string
			d    time.Duration
		}{
			{"module_ns", p.Module}, {"rtnl_ns", p.RTNL}, {"rcu_ns", p.RCU},
			{"locks_ns", p.Locks}, {"own_ns", p.Own}, {"rest_ns", p.Rest},
		} {
			j.always(part.name, uint64(part.d))
		}
	case x.Waits != nil && x.Waits.Loading > 0:
		j.nanoseconds("module_ns", x.Waits.Loading)
	}
	j.nanoseconds("late_ns", x.Late())
	j.nanoseconds("queue_ns", x.Queue)
	j.nanoseconds("whole_ns", x.Whole)
}

func (j *JSON) eventEnd(o *correlate.Observation) error {
	e := o.Event
	f := e.Message.Frame
	j.open(f)
	j.orNull("family", e.Message.Family)
	j.orNull("type", e.Message.Type)
	j.text("kind", "event")
	j.header(e.Message)
	j.number("frame", e.ID)
	j.number("index", uint64(e.Message.Index))
	j.number("cast", f.Cast)
	if f.NetNS != 0 {
		j.number("netns", f.NetNS)
	}
	j.multicast(f)
	j.always("delivered", uint64(max(e.Delivered, 0)))
	j.always("lost", uint64(max(e.Lost, 0)))
	j.procs("losers", e.Losers)
	j.cause("cause", &e.Cause)
	j.changed(o)
	j.differs(e)
	j.trigger(e.Cause.Trigger)
	j.saysOf(e.Message)
	return j.flush()
}

// cause writes who caused something; null where nobody knows.
func (j *JSON) cause(name string, c *correlate.Cause) {
	j.buf = append(append(append(j.buf, `,"`...), name...), `":`...)
	if !causeKnown(c) {
		j.buf = append(j.buf, "null"...)
		return
	}
	j.proc(&c.Proc)
	j.buf = j.buf[:len(j.buf)-1] // its brace
	if x := c.Exchange; x != nil {
		j.orNull("family", x.Request.Family)
		j.orNull("type", x.Request.Type)
		j.always("seq", uint64(x.Request.Header.Seq))
		j.number("frame", x.Request.Frame.ID)
	}
	j.flag("inferred", c.Inferred)
	j.buf = append(j.buf, '}')
}

// trigger writes what sent an event that no request caused.
func (j *JSON) trigger(t capture.Trigger) {
	if t.Kind == capture.TriggerNone {
		return
	}
	j.buf = append(append(append(j.buf, `,"trigger":{"kind":"`...), t.Kind.String()...), '"')
	j.number("number", uint64(t.Number))
	if t.Name != "" {
		j.text("name", t.Name)
	}
	j.buf = append(j.buf, '}')
}

func (j *JSON) lock(k *capture.Lock) {
	if k.Wait == 0 && k.Hold == 0 {
		return
	}
	j.buf = appendUint(append(j.buf, `,"lock":{"wait_ns":`...), uint64(max(k.Wait, 0)))
	j.always("hold_ns", uint64(max(k.Hold, 0)))
	if k.Blocker != nil {
		j.buf = append(j.buf, `,"blocker":`...)
		j.proc(k.Blocker)
	}
	j.buf = append(j.buf, '}')
}

func (j *JSON) procs(name string, ps []capture.Proc) {
	if len(ps) == 0 {
		return
	}
	j.buf = append(append(append(j.buf, `,"`...), name...), `":[`...)
	for i := range ps {
		if i > 0 {
			j.buf = append(j.buf, ',')
		}
		j.proc(&ps[i])
	}
	j.buf = append(j.buf, ']')
}

// nanoseconds leaves out what was not measured.
func (j *JSON) nanoseconds(name string, d time.Duration) {
	j.number(name, uint64(max(d, 0)))
}

// always writes a number also when it is 0.
func (j *JSON) always(name string, n uint64) {
	j.buf = append(append(append(j.buf, `,"`...), name...), `":`...)
	j.buf = appendUint(j.buf, n)
}

// multicast writes the group of an event, and its name.
func (j *JSON) multicast(f *capture.Frame) {
	if f.Group == 0 {
		return
	}
	j.number("group", uint64(f.Group))
	if j.group == nil {
		return
	}
	if name := j.group(f.Protocol, f.Group); name != "" {
		j.text("groupname", name)
	}
}
