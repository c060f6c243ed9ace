// SPDX-License-Identifier: Apache-2.0

package export

import (
	"io"
	"strconv"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/differ"
	"github.com/nltop/nltop/internal/say"
	"github.com/nltop/nltop/internal/words"
)

// JSON writes one object per message, one per line, by hand: reflection costs
// several times what the decoding does. Fields that are not known are null or
// left out. It writes whole lines, one Write for each, and it is not safe for
// concurrent use.
//
// The fields of every message, in this order:
//
//	time source dir protocol family type type_id cmd flags seq portid len frame
//	netns netns_name proc header attrs error problem
//
// Behind them, where there is something to say: inferred, owner_inferred,
// guess, index, rest, verdict, errno, group, groupname, cast, cause, trigger, self, socket,
// orig_len, outcome, latency_ns, request, line (an nftables message near nft's
// own syntax), batch (its transaction: genid, index from 1, of; the messages
// around it have no index, and instead what is added and deleted). A failed send and an ENOBUFS are
// objects with "kind" ("completion", "socket_error", "lock": rtnl_mutex was held
// or waited for long, "truncated": a reader's buffer was too small) and without a message. With Exchanges there are those of
// kind "exchange" and "event" instead of all others.
type JSON struct {
	w     io.Writer
	group func(protocol uint16, group uint32) string
	buf   []byte
	room  decode.Scratch
	pair  differ.Room
	names []string
	words say.Speaker
	// saysEnds: what has ended is said, too.
	saysEnds bool
}

// NewJSON returns a JSON that writes to w. group names multicast groups; nil:
// they are numbers.
func NewJSON(w io.Writer, group func(protocol uint16, group uint32) string) *JSON {
	return &JSON{w: w, group: group}
}

// Observe writes a message with what it was paired with, or a report.
func (j *JSON) Observe(o *correlate.Observation) error {
	if o.End != correlate.EndNone {
		return nil
	}
	if o.Message == nil {
		return j.report(o)
	}
	return j.message(o, j.words.FromStream(o.Message))
}

// observeSaid is Observe for a caller who keeps what messages tell of others.
func (j *JSON) observeSaid(o *correlate.Observation, said say.Said) error {
	if o.End != correlate.EndNone {
		return nil
	}
	if o.Message == nil {
		return j.report(o)
	}
	return j.message(o, said)
}

// WriteMessage writes a message of which nothing more is known.
func (j *JSON) WriteMessage(m *decode.Message) error { return j.Observe(observe(m)) }

// WriteFrame writes what a frame without messages says: nothing for a send
// that went well.
func (j *JSON) WriteFrame(f *capture.Frame) error { return j.report(observeFrame(f)) }

func (j *JSON) message(o *correlate.Observation, said say.Said) error {
	m, f := o.Message, o.Frame
	body := m.ValuesIn(&j.room)
	j.open(f)
	j.orNull("family", m.Family)
	j.orNull("type", m.Type)
	j.header(m)
	j.buf = appendUint(append(j.buf, `,"frame":`...), f.ID)
	j.origin(o)
	j.buf = append(j.buf, `,"header":`...)
	j.fields(body.Fields)
	j.buf = append(j.buf, `,"attrs":`...)
	j.attrs(body.Attrs, false)
	j.err(o)
	j.orNull("problem", body.Problem)
	j.extras(o, &body, said)
	return j.flush()
}

// open begins an object with what every frame has.
func (j *JSON) open(f *capture.Frame) {
	j.buf = append(appendTime(append(j.buf[:0], '{'), "time", f.Time), `,"source":`...)
	j.buf = appendString(j.buf, f.Source)
	j.buf = append(j.buf, `,"dir":"`...)
	j.buf = append(j.buf, f.Dir.String()...)
	j.buf = append(j.buf, `","protocol":"`...)
	j.buf = append(j.buf, capture.ProtocolName(f.Protocol)...)
	j.buf = append(j.buf, '"')
}

// header writes what nlmsghdr says, and nulls for a message without one.
func (j *JSON) header(m *decode.Message) {
	if m.NoHeader {
		j.buf = append(j.buf, `,"type_id":null,"cmd":null,"flags":null,"seq":null,"portid":null,"len":null`...)
		return
	}
	h := &m.Header
	j.buf = appendUint(append(j.buf, `,"type_id":`...), uint64(h.Type))
	if m.HasCmd {
		j.buf = appendUint(append(j.buf, `,"cmd":`...), uint64(m.Cmd))
	} else {
		j.buf = append(j.buf, `,"cmd":null`...)
	}
	j.names = m.AppendFlags(j.names[:0])
	j.buf = append(j.buf, `,"flags":`...)
	j.buf = appendStrings(j.buf, j.names)
	j.buf = appendUint(append(j.buf, `,"seq":`...), uint64(h.Seq))
	j.buf = appendUint(append(j.buf, `,"portid":`...), uint64(h.PID))
	j.buf = appendUint(append(j.buf, `,"len":`...), uint64(h.Len))
}

// origin writes network namespace and process.
func (j *JSON) origin(o *correlate.Observation) {
	if o.Frame.NetNS != 0 {
		j.buf = appendUint(append(j.buf, `,"netns":`...), o.Frame.NetNS)
	} else {
		j.buf = append(j.buf, `,"netns":null`...)
	}
	if o.Frame.NetNSName != "" {
		j.text("netns_name", o.Frame.NetNSName)
	}
	j.buf = append(j.buf, `,"proc":`...)
	if o.Account.Known() {
		j.proc(&o.Account)
	} else {
		j.buf = append(j.buf, "null"...)
	}
}

func (j *JSON) proc(p *capture.Proc) { j.process(p, true) }

// process is proc; whole: with who it is, which of the owner of a socket stands in proc
// already.
func (j *JSON) process(p *capture.Proc, whole bool) {
	j.buf = appendUint(append(j.buf, `{"pid":`...), uint64(p.PID))
	j.number("tid", uint64(p.TID))
	j.number("ppid", uint64(p.PPID))
	if p.Outside {
		j.buf = append(j.buf, `,"outside":true`...)
	}
	if p.Comm != "" {
		j.text("comm", p.Comm)
	}
	if whole {
		j.identity(p)
	}
	if p.Cgroup != "" {
		j.text("cgroup", p.Cgroup)
	} else {
		j.number("cgroup_id", p.CgroupID)
	}
	for _, x := range [...]struct{ name, text string }{{"unit", p.Unit}, {"container", p.Container}, {"pod", p.Pod}} {
		if x.text != "" {
			j.text(x.name, x.text)
		}
	}
	j.buf = append(j.buf, '}')
}

// identity writes who a process is, as far as it is known.
func (j *JSON) identity(p *capture.Proc) {
	if p.Name != "" {
		j.text("name", p.Name)
	}
	if p.Exe != "" {
		j.text("exe", p.Exe)
	}
	if p.CmdLine != "" {
		j.text("cmdline", p.CmdLine.String())
	}
	if v, ok := p.UID.Value(); ok {
		j.always("uid", uint64(v))
	}
	if v, ok := p.LoginUID.Value(); ok {
		j.always("loginuid", uint64(v))
	}
	if q := &p.Parent; q.PID != 0 {
		j.buf = appendUint(append(j.buf, `,"parent":{"pid":`...), uint64(q.PID))
		if q.Outside {
			j.buf = append(j.buf, `,"outside":true`...)
		}
		if q.Name != "" {
			j.text("name", q.Name)
		}
		if q.CmdLine != "" {
			j.text("cmdline", q.CmdLine.String())
		}
		if q.Late {
			j.buf = append(j.buf, `,"late":true`...)
		}
		j.buf = append(j.buf, '}')
	}
	if p.Late {
		j.buf = append(j.buf, `,"late":true`...)
	}
}

// err writes what an NLMSG_ERROR or NLMSG_DONE says; null for plain success.
func (j *JSON) err(o *correlate.Observation) {
	e := o.Message.Err
	if e == nil || e.Errno == 0 && e.Msg == "" && !e.HasOff && !e.HasMissType && len(e.Cookie) == 0 {
		j.buf = append(j.buf, `,"error":null`...)
		return
	}
	j.buf = append(j.buf, `,"error":{"errno":`...)
	j.buf = strconv.AppendInt(j.buf, int64(e.Errno), 10)
	if e.Name != "" {
		j.text("name", e.Name)
	}
	if e.Msg != "" {
		j.text("msg", e.Msg)
	}
	j.flag("msg_traced", e.Traced)
	if e.Attr != "" {
		j.text("attr", e.Attr)
	}
	if e.Policy != "" {
		j.text("policy", e.Policy)
	}
	if e.HasOff {
		j.buf = appendUint(append(j.buf, `,"offset":`...), uint64(e.Offset))
	}
	if e.HasMissType {
		j.buf = appendUint(append(j.buf, `,"miss_type":`...), uint64(e.MissType))
		if o.Exchange != nil && o.Exchange.Request != nil {
			if name := o.Exchange.Request.MissingName(e); name != "" {
				j.text("miss_name", name)
			}
		}
	}
	if e.HasMissNest {
		j.buf = appendUint(append(j.buf, `,"miss_nest":`...), uint64(e.MissNest))
	}
	if len(e.Cookie) > 0 {
		j.hex("cookie", e.Cookie)
	}
	j.buf = append(j.buf, '}')
}

// extras writes what the contract does not promise of every message.
func (j *JSON) extras(o *correlate.Observation, body *decode.Body, said say.Said) {
	m, f := o.Message, o.Frame
	j.flag("inferred", f.Inferred)
	j.flag("owner_inferred", f.OwnerInferred)
	j.flag("guess", m.Guess)
	j.number("index", uint64(m.Index))
	if note := m.Note(); note != "" {
		j.text("note", note)
	}
	if len(body.Rest) > 0 {
		j.buf = appendUint(append(j.buf, `,"rest":{"offset":`...), uint64(body.RestOff))
		if body.RestRedacted {
			j.redactedRest(len(body.Rest))
		} else {
			j.hex("raw", body.Rest)
		}
		j.buf = append(j.buf, '}')
	}
	j.verdict(f)
	if f.Verdict == capture.VerdictUnheard {
		j.always("listeners", 0)
	}
	j.flag("flushed", f.Kind == capture.KindFlushed)
	j.multicast(f)
	j.ends(f)
	j.number("cast", f.Cast)
	if c := o.CausedBy(); causeKnown(&c) {
		j.cause("cause", &c)
		j.trigger(c.Trigger)
	}
	j.differs(o.Event)
	j.flag("self", o.Self)
	j.socket(&f.Socket, &f.Queue, false)
	j.truncated(f)
	if f.Incomplete() {
		j.number("orig_len", uint64(f.OrigLen))
	}
	if s := o.Outcome.String(); s != "" {
		j.text("outcome", s)
	}
	if x := o.Exchange; x != nil && o.Outcome == correlate.Ignored {
		j.text("why", x.Why)
	}
	j.flag("probe", o.Probe)
	j.changed(o)
	j.flag("again", o.Again)
	if o.Asked != nil {
		j.always("asked_seq", uint64(o.Asked.Header.Seq))
	}
	j.number("latency_ns", uint64(max(o.Latency, 0)))
	j.request(o)
	j.says(o.Message, body, &said)
}

// changed writes whether the system was changed: nothing where it was not, null where nobody
// knows.
func (j *JSON) changed(o *correlate.Observation) {
	switch o.Change() {
	case decode.Yes:
		j.buf = append(j.buf, `,"change":true`...)
	case decode.Unknown:
		j.buf = append(j.buf, `,"change":null`...)
	}
}

// ends writes who sent a message between users, and to whom.
func (j *JSON) ends(f *capture.Frame) {
	if f.Dir != capture.DirPeer {
		return
	}
	end := func(name string, e capture.End, port uint32) {
		j.buf = append(append(append(j.buf, `,"`...), name...), `":{"portid":`...)
		j.buf = appendUint(j.buf, uint64(port))
		if e != (capture.End{}) {
			j.number("pid", uint64(e.PID))
			j.text("comm", e.Comm)
		}
		j.buf = append(j.buf, '}')
	}
	from, to := f.Ends()
	if f.SrcPort != 0 {
		end("from", from, f.SrcPort)
	}
	if f.DstPort != 0 {
		end("to", to, f.DstPort)
	}
	j.flag("peer_inferred", f.PeerInferred)
}

// says writes a message in words, and what of it has none; of nftables its line and
// its transaction too.
func (j *JSON) says(m *decode.Message, body *decode.Body, said *say.Said) {
	said.Add(m, body)
	if text := said.Text(); text != "" {
		j.text("says", text)
		if len(said.Left) > 0 {
			j.names = j.names[:0]
			for i := range said.Left {
				j.names = append(j.names, said.Left[i].Name())
			}
			j.buf = appendStrings(append(j.buf, `,"unsaid":`...), j.names)
		}
	}
	if text := say.Event(m, body); text != "" {
		j.text("says", text)
	}
	if said.Line != "" {
		j.text("line", said.Line)
	}
	if !said.InBatch {
		return
	}
	b := &said.Batch
	j.buf = append(j.buf, `,"batch":{`...)
	if b.HasGenID {
		j.buf = append(appendUint(append(j.buf, `"genid":`...), uint64(b.GenID)), ',')
	}
	if b.Index > 0 {
		j.buf = append(appendUint(append(j.buf, `"index":`...), uint64(b.Index)), ',')
	}
	j.buf = appendUint(append(j.buf, `"of":`...), uint64(b.Of))
	if b.Index == 0 {
		j.buf = appendUint(append(j.buf, `,"added":`...), uint64(b.Added))
		j.buf = appendUint(append(j.buf, `,"deleted":`...), uint64(b.Deleted))
	}
	j.buf = append(j.buf, '}')
}

// request names what a control message is about.
func (j *JSON) request(o *correlate.Observation) {
	if o.Frame.Dir == capture.DirRequest {
		return // of a request, Observation.Exchange is its own record
	}
	var e *decode.ErrorInfo
	if o.Message != nil {
		e = o.Message.Err
	}
	var m *decode.Message
	if o.Exchange != nil {
		m = o.Exchange.Request
	}
	switch {
	case m != nil:
		j.buf = append(j.buf, `,"request":{"family":`...)
		j.buf = appendStringOrNull(j.buf, m.Family)
		j.orNull("type", m.Type)
		j.buf = appendUint(append(j.buf, `,"type_id":`...), uint64(m.Header.Type))
		if m.Frame != nil {
			j.number("frame", m.Frame.ID)
		}
		j.buf = append(j.buf, '}')
	case e != nil && e.Request.Len != 0:
		j.buf = append(j.buf, `,"request":{"family":`...)
		j.buf = appendStringOrNull(j.buf, e.RequestFamily)
		j.orNull("type", e.RequestType)
		j.buf = appendUint(append(j.buf, `,"type_id":`...), uint64(e.Request.Type))
		j.buf = append(j.buf, '}')
	}
}

func (j *JSON) verdict(f *capture.Frame) {
	if s := f.Verdict.String(); s != "" {
		j.text("verdict", s)
	}
	if f.Errno != 0 {
		j.buf = append(j.buf, `,"errno":`...)
		j.buf = strconv.AppendInt(j.buf, int64(f.Errno), 10)
	}
}

// socket writes this end's socket, as far as it is known; whole: with who its owner is,
// which of a message stands in proc.
func (j *JSON) socket(s *capture.Socket, q *capture.Queue, whole bool) {
	if s.PortID == 0 && s.Inode == 0 && !s.Owner.Known() {
		return
	}
	j.buf = appendUint(append(j.buf, `,"socket":{"portid":`...), uint64(s.PortID))
	j.number("inode", s.Inode)
	if s.Owner.Known() {
		j.buf = append(j.buf, `,"owner":`...)
		j.process(&s.Owner, whole)
	}
	j.number("drops", uint64(q.Drops))
	j.number("rcvbuf", uint64(s.RcvBuf))
	j.number("rmem", uint64(q.RMem))
	j.buf = append(j.buf, '}')
}

// truncated writes how much of a datagram its reader had room for.
func (j *JSON) truncated(f *capture.Frame) {
	if n := f.Missed(); n > 0 {
		j.number("taken", uint64(f.Taken))
		j.number("truncated", uint64(n))
	}
}

// report writes a failed send, an ENOBUFS, a datagram that was lost without its bytes,
// or one that its reader had no room for.
func (j *JSON) report(o *correlate.Observation) error {
	f := o.Frame
	switch {
	case f.Kind == capture.KindCompletion && f.Verdict == capture.VerdictFailed:
	case f.Kind == capture.KindSocketError, f.Kind == capture.KindLock, f.Kind == capture.KindTruncated, f.Kind == capture.KindRefused:
	case f.Kind == capture.KindDatagram && f.Verdict > capture.VerdictDelivered:
	default:
		return nil
	}
	j.open(f)
	j.orNull("family", o.Family)
	j.orNull("type", o.Type)
	j.text("kind", f.Kind.Name())
	j.number("frame", f.ID)
	j.number("of", f.Of)
	j.origin(o)
	j.verdict(f)
	j.number("elapsed_ns", uint64(max(f.Elapsed, 0)))
	j.lock(&f.Lock)
	j.number("group", uint64(f.Group))
	j.socket(&f.Socket, &f.Queue, false)
	if r, ok := f.Refused(); ok {
		j.refused(f, &r)
		return j.flush()
	}
	if f.Kind == capture.KindTruncated {
		if h, ok := decode.FirstHeader(f); ok {
			j.always("seq", uint64(h.Seq))
		}
		j.truncated(f)
		j.request(o)
	}
	j.number("orig_len", uint64(max(f.OrigLen, 0)))
	return j.flush()
}

// refused writes what the kernel refused of a socket's setup.
func (j *JSON) refused(f *capture.Frame, r *capture.Refused) {
	if r.Level == 0 {
		j.text("call", "bind")
		j.number("asked_portid", uint64(r.PortID))
		j.number("asked_groups", uint64(r.Groups))
	} else {
		j.text("call", "setsockopt")
		j.text("option", words.Option(r.Level, r.Option))
		j.always("level", uint64(r.Level))
		j.always("option_id", uint64(r.Option))
		j.always("value", uint64(r.Value))
	}
	j.text("says", words.Refused(f, j.group))
}

func (j *JSON) flush() error {
	j.buf = append(j.buf, '}', '\n')
	_, err := j.w.Write(j.buf)
	if cap(j.buf) > maxLine {
		j.buf = nil
	}
	return err
}

// maxLine is what is kept of the buffer after a very long message.
const maxLine = 1 << 20
