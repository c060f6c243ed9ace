// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"cmp"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

// Options bound a Table; zero fields take the defaults.
type Options struct {
	MaxCells  int  // 16384
	MaxCauses int  // 4096
	CountOnly bool // no heat, and nobody is told of messages
	// Message is told of every message, with the number of the cell that it is counted in,
	// which is never used again; nil: nobody is.
	Message func(cell uint64, x *correlate.Observation)
	// Ended is told of every exchange that has ended, with the number of the cell that its
	// request was counted in; 0: that had to make room. nil: nobody is.
	Ended func(cell uint64, x *correlate.Observation)
}

func (o Options) withDefaults() Options {
	def := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	def(&o.MaxCells, 16384)
	def(&o.MaxCauses, 4096)
	return o
}

// cell counts one Key.
type cell struct {
	key    Key
	serial uint64 // never used again
	portID uint32
	counts Counters
	times  times // of Counters.Latency
	kernel times // of Counters.Kernel
	last   Last
	rate   rateRing
	trend  trendRing
	errnos errnos
	newest int64 // highest bucket number, to skip the rates of idle cells

	newer, older *cell // by last use
}

// Table counts observations.
type Table struct {
	opt   Options
	index map[Key]*cell
	// recent are the cells seen last, by Key.slot: most messages are of a row
	// that had one a moment ago. A cell that was used again for another key is
	// found out by its key.
	recent [recentCells]*cell
	hints  [hints]hint
	cells  []*cell // in order of creation; a folded one is used again in place
	lru    cell    // ring: lru.older is the cell used last, lru.newer the one idle longest

	total    cell
	overflow cell
	folded   uint64 // cells in overflow
	rest     bool   // one of which is what a source had no row for
	causes   causes
	history  history
	line     line
	heat     heat
	serials  uint64    // cells made so far, also before Clear
	start    time.Time // of the first observation
}

// New returns an empty table.
func New(o Options) *Table {
	t := &Table{opt: o.withDefaults()}
	t.Clear()
	return t
}

// CountOnly says whether the table keeps no message.
func (t *Table) CountOnly() bool { return t.opt.CountOnly }

// Clear forgets all counters and rates.
func (t *Table) Clear() {
	*t = Table{opt: t.opt, index: make(map[Key]*cell), serials: t.serials}
	t.lru.newer, t.lru.older = &t.lru, &t.lru
	t.causes = newCauses(t.opt.MaxCauses)
}

// Observe counts one observation.
func (t *Table) Observe(o correlate.Observation) { t.Add(&o) }

// Add is Observe for an observation that the caller keeps. It allocates only for a key
// that it has not seen.
func (t *Table) Add(x *correlate.Observation) {
	if x.End == correlate.EndExchange {
		t.ended(x)
	}
	if !counts(x) {
		return
	}
	t.causes.observe(x)
	t.count(x)
}

// AddCause counts who caused what is observed, and AddRest all else: both together are Add.
// They share nothing, so that one may run beside the other.
func (t *Table) AddCause(x *correlate.Observation) {
	if counts(x) {
		t.causes.observe(x)
	}
}

// AddRest is described at AddCause.
func (t *Table) AddRest(x *correlate.Observation) {
	if counts(x) {
		t.count(x)
	}
}

func (t *Table) count(x *correlate.Observation) {
	at := x.Frame.Time
	if t.start.IsZero() {
		t.start = at
	}
	d := delta(x)
	n := bucketOf(at)
	t.total.observe(&d, x, n)
	t.line.count(at, &d)
	if d.Latency.Count > 0 && answersOther(x) {
		// How long a question took belongs to the question, not to the type of
		// its answer.
		asked := *x
		asked.Message, asked.Family, asked.Type = x.Exchange.Request, x.Exchange.Request.Family, x.Exchange.Request.Type
		took := Counters{Tally: capture.Tally{Latency: d.Latency}}
		question := t.cellOf(&asked)
		question.observe(&took, x, n)
		t.heatUp(question, at, took.Latency.Sum, 1)
		d.Latency = Latency{}
	}
	c := t.cellOf(x) // after the other: it may have to make room
	if x.Frame.Socket.PortID != 0 {
		c.portID = x.Frame.Socket.PortID
	}
	c.last.Who = cmp.Or(x.Frame.Accounted(), c.last.Who)
	c.observe(&d, x, n)
	t.heatUp(c, at, d.Latency.Sum, d.Latency.Count)
	if d.OutMessages+d.InMessages > 0 {
		t.history.count(at, 1)
	}
	t.tell(c, x)
}

// tell passes a message on.
func (t *Table) tell(c *cell, x *correlate.Observation) {
	if x.Message != nil && t.opt.Message != nil && !t.opt.CountOnly {
		t.opt.Message(c.serial, x)
	}
}

// ended passes on that an exchange has ended.
func (t *Table) ended(x *correlate.Observation) {
	if t.opt.Ended == nil || t.opt.CountOnly {
		return
	}
	k := keyOf(asking(x))
	c := t.recent[k.slot()]
	if c == nil || c.key != k {
		c = t.index[k]
	}
	serial := uint64(0)
	if c != nil {
		serial = c.serial
	}
	t.opt.Ended(serial, x)
}

// asking is the request of an exchange that has ended, as it was counted.
func asking(x *correlate.Observation) *correlate.Observation {
	asked := *x
	asked.Message, asked.Frame = x.Exchange.Request, x.Exchange.Request.Frame
	return &asked
}

// answersOther says whether a message is counted in another row than the request
// that it answers.
func answersOther(x *correlate.Observation) bool {
	return x.Exchange != nil && x.Exchange.Request != nil &&
		(x.Exchange.Request.Type != x.Type || x.Exchange.Request.Family != x.Family)
}

func (c *cell) observe(d *Counters, x *correlate.Observation, n int64) {
	if d.Latency.Count > 0 {
		c.times.own().Add(d.Latency.Sum)
	}
	if d.Kernel.Count > 0 {
		c.kernel.own().Add(d.Kernel.Sum)
	}
	c.count(d, x.Frame.Time, x.Errno, n)
}

// count adds what happened until at; bucket n is that of at.
func (c *cell) count(d *Counters, at time.Time, errno int32, n int64) {
	c.counts.Add(d)
	if at.After(c.last.Seen) {
		c.last.Seen = at
	}
	if d.Errors > 0 && !at.Before(c.last.ErrorAt) {
		c.last.Errno, c.last.ErrorAt = errno, at
	}
	if n := d.Failures(); n > 0 {
		c.errnos.own().add(errno, n, at)
	}
	if d.Drops|d.NobufsRaised|d.NobufsRead != 0 && at.After(c.last.LostAt) {
		c.last.LostAt = at
	}
	if d.OutMessages|d.InMessages == 0 {
		return
	}
	c.newest = max(c.newest, n)
	c.trend.count(n, d.OutMessages+d.InMessages)
	if b := c.rate.slot(n); b != nil {
		b.out += uint32(d.OutMessages)
		b.in += uint32(d.InMessages)
		b.outBytes += d.OutBytes
		b.inBytes += d.InBytes
	}
}

// delta is what one observation adds.
func delta(x *correlate.Observation) Counters {
	var d Counters
	f := x.Frame
	switch {
	case f.Verdict == capture.VerdictNobufsRaised:
		d.NobufsRaised = 1
		return d
	case f.Verdict == capture.VerdictNobufsRead:
		d.NobufsRead = 1
		return d
	case f.Verdict.Lost():
		// The kernel drops datagrams: one per frame, however many messages.
		if x.Message == nil || x.Message.Index == 0 {
			d.Drops = 1
		}
		return d
	case x.Errno > 0:
		d.Errors = 1
		if x.Probe {
			d.Probes = 1
		}
	}
	if f.Elapsed > 0 && (f.Kind == capture.KindCompletion || sendTook(x)) {
		d.Kernel = once(f.Elapsed)
		if f.Sees.Has(capture.SeesTimes) {
			d.Spent.Parts = capture.Split(f.Elapsed, f.Lock.Wait, f.Waits)
		}
	}
	if x.Read {
		r := x.Exchange
		d.Spent.Later, d.Spent.Late, d.Spent.Reader, d.Spent.Queue = r.Later(), r.Late(), r.Reader, r.Queue
	}
	if f.Kind != capture.KindDatagram {
		return d
	}
	if outward(f) {
		d.OutMessages, d.OutBytes = 1, size(x)
	} else {
		d.InMessages, d.InBytes = 1, size(x)
	}
	switch f.Dir {
	case capture.DirRequest:
		d.Requests = 1
	case capture.DirEvent:
		d.Events = 1
	case capture.DirPeer:
		d.Peers = 1
	default:
		d.Replies = 1
	}
	switch x.Outcome {
	case correlate.Acked, correlate.Failed, correlate.Answered, correlate.Interrupted:
		if x.Latency > 0 {
			d.Latency = once(x.Latency)
		}
	}
	return d
}

// sendTook says whether a datagram tells its send's time by itself, once for all
// its messages.
func sendTook(x *correlate.Observation) bool {
	f := x.Frame
	return f.Kind == capture.KindDatagram && f.Verdict == capture.VerdictDelivered && outward(f) &&
		(x.Message == nil || x.Message.Index == 0)
}

func once(d time.Duration) Latency { return Latency{Count: 1, Sum: d, Max: d} }

// outward says whether the accounted process sent the datagram. A message
// between users is counted where it arrives, unless the source saw its sender's
// socket.
func outward(f *capture.Frame) bool {
	if f.Dir == capture.DirPeer {
		return f.Outgoing()
	}
	return f.Dir == capture.DirRequest
}

// size is the length of a message as it was sent, also where the datagram is
// cut. A length in a header is believed only as far as the datagram goes.
func size(x *correlate.Observation) uint64 {
	f, m := x.Frame, x.Message
	if m == nil {
		return uint64(max(f.OrigLen, len(f.Data), 0))
	}
	n := len(m.Data)
	if rest := f.OrigLen - m.Offset; n < rest {
		switch declared := uint64(m.Header.Len); {
		case declared == 0 && m.Offset+n >= len(f.Data):
			n = rest // no nlmsghdr (a uevent): the rest of the datagram
		case declared > uint64(n):
			n = int(min(declared, uint64(rest)))
		}
	}
	return uint64(n)
}

// hint is in which cell a message of an Origin was counted. It says so without a Key, of
// which making and comparing costs more than all else that counting does.
type hint struct {
	origin       *capture.Origin
	family, name string
	cell         *cell
	serial       uint64 // of the cell: it may have been used again for another key
}

// hints is the length of Table.hints, a power of two.
const hints = 1 << 13

// cellOf returns the cell that x is counted in and makes it the one used last.
func (t *Table) cellOf(x *correlate.Observation) *cell {
	o := x.Frame.Origin
	// Of what has no name, or no account of its own, more than these makes the key.
	if x.Family == "" || x.Type == "" || o.Accounted() == nil {
		return t.cell(keyOf(x))
	}
	h := &t.hints[hintAt(o, x.Type)]
	c := h.cell
	if h.origin == o && h.name == x.Type && h.family == x.Family && c.serial == h.serial && c.key.PID == x.Account.PID && c.key.Life == x.Account.Life {
		t.use(c)
		return c
	}
	c = t.cell(keyOf(x))
	*h = hint{o, x.Family, x.Type, c, c.serial}
	return c
}

func hintAt(o *capture.Origin, name string) uint32 {
	h := uint32(o.Socket.Inode)*0x85ebca6b ^ o.Socket.PortID*0xc2b2ae35 ^ o.Proc.PID*0x9e3779b1 ^ uint32(o.Dir)<<7 ^ uint32(o.Kind)<<11 ^ uint32(o.Verdict)<<15 ^ uint32(len(name))<<3
	if n := len(name); n > 6 {
		h ^= uint32(name[4])<<9 ^ uint32(name[n-1])<<1 ^ uint32(name[6])<<5
	}
	return (h ^ h>>15) & (hints - 1)
}

// cell returns the cell of k and makes it the one used last.
func (t *Table) cell(k Key) *cell {
	hint := &t.recent[k.slot()]
	c := *hint
	if c == nil || c.key != k {
		c = t.index[k]
		*hint = c
	}
	if c == nil {
		c = t.add(k)
		c.newer, c.older = c, c
		*hint = c
	}
	t.use(c)
	return c
}

// use makes a cell the one used last.
func (t *Table) use(c *cell) {
	if t.lru.older == c {
		return
	}
	c.newer.older, c.older.newer = c.older, c.newer
	c.newer, c.older = &t.lru, t.lru.older
	c.newer.older, c.older.newer = c, c
}

// recentCells is the length of Table.recent, a power of two.
const recentCells = 4096

// slot spreads keys over Table.recent. It looks at no text: hashing the strings
// of a key costs more than all else that counting does.
func (k *Key) slot() uint32 {
	h := k.PID*0x9e3779b1 ^ uint32(k.Inode)*0x85ebca6b ^ k.PortID*0xc2b2ae35 ^ uint32(len(k.Name))<<7
	if n := len(k.Name); n > 6 {
		h ^= uint32(k.Name[4])<<3 ^ uint32(k.Name[n-1]) ^ uint32(k.Name[6])<<5
	}
	h ^= uint32(k.ID) ^ uint32(k.Cmd) ^ uint32(k.FamilyID)
	return (h ^ h>>15) & (recentCells - 1)
}

// add makes a cell that is not linked yet. When there are too many, the one
// that was idle longest goes into the overflow.
func (t *Table) add(k Key) *cell {
	var c *cell
	if len(t.cells) < t.opt.MaxCells {
		c = new(cell)
		t.cells = append(t.cells, c)
	} else {
		c = t.lru.newer
		c.newer.older, c.older.newer = c.older, c.newer
		t.fold(c)
	}
	t.serials++
	c.key, c.serial, c.portID = k, t.serials, k.PortID
	t.index[k] = c
	return c
}

// fold moves what c counted into the overflow.
func (t *Table) fold(c *cell) {
	t.folded++
	t.overflow.counts.Add(&c.counts)
	t.overflow.times.merge(&c.times)
	t.overflow.kernel.merge(&c.kernel)
	t.overflow.last.merge(&c.last)
	t.overflow.newest = max(t.overflow.newest, c.newest)
	t.overflow.rate.fold(&c.rate)
	t.overflow.trend.fold(&c.trend)
	t.overflow.errnos.fold(&c.errnos)
	delete(t.index, c.key)
	*c = cell{}
}
