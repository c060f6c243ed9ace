// SPDX-License-Identifier: Apache-2.0

package who

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/differ"
	"github.com/nltop/nltop/internal/say"
	"github.com/nltop/nltop/internal/words"
)

// Options of a Search.
type Options struct {
	// All has requests that only read, too.
	All bool
	// NoEvent says what it means that no event of a change was seen: "nobody listened: no
	// event" where none is left out; "": nothing.
	NoEvent string
	// Narrowed says what was left out before anything was searched, one clause; "": nothing.
	Narrowed string
	// Within says of what time changes are told; what was before is looked at, since it has
	// names. nil: all times.
	Within func(time.Time) bool
	// Emit takes the sentences, in the order of what they tell.
	Emit func(*Line) error
}

// Search looks through one stream of observations, with the ends of exchanges and events
// (correlate.Options.Ends). It is not safe for concurrent use.
type Search struct {
	query *Query
	o     Options
	words say.Speaker

	queue    []*item
	requests map[requestID]*item
	events   map[*correlate.Event][]*item
	procs    map[uint32]capture.Proc // the last that was seen under each PID
	alts     map[altKey][]string
	now      time.Time
	sum      Summary
	held     bool // nothing is told before Close
}

// item is a sentence in the making.
type item struct {
	line Line
	id   requestID // zero: an event
	seq  uint32    // of a request, and the thread that sent it
	tid  uint32
	done bool
	// exchange is that of a request that has ended.
	exchange *correlate.Exchange
	// until is how long a request waits for events that may still be told as its own.
	until time.Time
}

type requestID struct {
	frame uint64
	index int
}

type altKey struct {
	netns uint64
	index int32
}

// Bounds of what a Search keeps.
const (
	maxWaiting = 4096 // sentences that wait for an end, or for one before them
	maxProcs   = 8192
	maxAlts    = 4096
	// readLate is how long after a request its events may be read, where that is when they
	// are told (capture.Sees.AtRead).
	readLate = 1500 * time.Millisecond
)

// NewSearch returns a Search that has seen nothing.
func NewSearch(q *Query, o Options) *Search {
	return &Search{query: q, o: o, requests: make(map[requestID]*item), events: make(map[*correlate.Event][]*item),
		procs: make(map[uint32]capture.Proc), alts: make(map[altKey][]string), sum: Summary{families: make(map[string]int), narrowed: o.Narrowed}}
}

// Observe takes a message, or an end.
func (s *Search) Observe(o *correlate.Observation) error {
	if o.Frame != nil && o.Frame.Time.After(s.now) {
		s.now = o.Frame.Time
	}
	switch {
	case o.End == correlate.EndExchange:
		s.exchangeEnded(o.Exchange)
	case o.End == correlate.EndEvent:
		s.eventEnded(o.Event)
	case o.Message != nil:
		s.message(o)
	}
	if s.held {
		return nil
	}
	return s.advance(false)
}

// Elapse says what time it is where no observation does.
func (s *Search) Elapse(now time.Time) error {
	if now.After(s.now) {
		s.now = now
	}
	if s.held {
		return nil
	}
	return s.advance(false)
}

func (s *Search) message(o *correlate.Observation) {
	m := o.Message
	s.remember(o.Account)
	s.remember(o.Frame.Proc)
	if s.o.Within != nil && !s.o.Within(o.Frame.Time) {
		if o.Frame.Dir != capture.DirRequest {
			s.learnAlts(m)
		}
		s.words.Hear(m)
		return
	}
	s.sum.saw(m)
	switch o.Frame.Dir {
	case capture.DirRequest:
		s.request(o)
	case capture.DirEvent:
		s.learnAlts(m)
		s.event(o)
	default:
		s.learnAlts(m)
		s.words.Hear(m)
	}
}

// request takes a request: what its names are later does not count.
func (s *Search) request(o *correlate.Observation) {
	m := o.Message
	said := s.words.FromStream(m)
	if m.NoHeader || m.Modifies() == decode.No && !s.o.All {
		return
	}
	body := m.Body()
	said.Add(m, &body)
	reads := readsOnly(m, &said)
	if reads && !s.o.All || body.Problem != "" && len(body.Attrs)+len(body.Fields) == 0 {
		return
	}
	subject := subjectOf(m, &body)
	view := sighting{m: m, nodes: [][]decode.Node{body.Fields, body.Attrs}, words: []string{subject.What(), m.Family, m.Type, said.Line}, alt: s.altsOf(m)}
	for _, c := range said.Commands {
		view.words = append(append(view.words, c.Words...), c.Input...)
	}
	how, ok := s.query.match(&view)
	if !ok {
		return
	}
	f := o.Frame
	x := &item{id: requestID{f.ID, m.Index}, line: Line{
		Subject: subject, Time: f.Time, Frame: f.ID, Index: m.Index, NetNS: f.NetNS, NetNSName: f.NetNSName,
		Family: m.FamilyText(), Type: m.TypeText(), Reads: reads, Proc: o.Account, Lineage: s.lineage(o.Account),
		Port: f.Socket.PortID, Says: saidText(&said), Outcome: correlate.Pending, Sees: f.Sees, How: how, noEvent: s.o.NoEvent,
	}, seq: m.Header.Seq, tid: f.Proc.TID}
	if f.Sees.AtRead() {
		x.until = f.Time.Add(readLate)
	}
	s.requests[x.id] = x
	s.queue = append(s.queue, x)
}

// maxSays bounds a command in a sentence, in bytes: a transaction of nftables has no end.
const maxSays = 512

func saidText(said *say.Said) string {
	text := said.Line
	if len(said.Commands) > 0 {
		text = said.Text()
	}
	return brief(text, maxSays)
}

// brief cuts a text to so many bytes.
func brief(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// readsOnly says whether a request changes nothing. Of a type that no table decides on its
// words may tell.
func readsOnly(m *decode.Message, said *say.Said) bool {
	switch m.Modifies() {
	case decode.Yes:
		return false
	case decode.No:
		return true
	}
	return said.Reads
}

// event takes an event, once.
func (s *Search) event(o *correlate.Observation) {
	m, e, f := o.Message, o.Event, o.Frame
	if e == nil || e.ID != f.ID {
		s.words.Hear(m)
		return
	}
	said := s.words.FromStream(m)
	if m.NoHeader || m.Modifies() == decode.No && !s.o.All {
		return
	}
	t := m.Thing()
	var body decode.Body
	if t != nil && t.Name == "link" {
		body = m.Values() // which is long, and of which names count
	} else {
		body = m.Body()
	}
	subject := subjectOf(m, &body)
	view := sighting{m: m, nodes: [][]decode.Node{body.Fields, body.Attrs}, alt: s.altsOf(m),
		words: []string{subject.What(), m.Family, m.Type, said.Line}}
	if t != nil {
		view.only = func(n *decode.Node) bool { return namesThing(n.Name) || slices.Contains(t.Key, n.Name) }
	}
	how, ok := s.query.match(&view)
	by := idOf(e.Cause.Exchange)
	if by == (requestID{}) {
		by = s.askedBy(m)
	}
	x := s.requests[by]
	part := x != nil && x.line.sameThing(&subject, m)
	var differs []differ.Difference
	if e.Before != nil && e.Message.Index == m.Index && (ok || part || s.query.hasWords()) {
		differs = differ.Between(e.Before, e.Message)
		if !ok {
			view.words = append(view.words, differ.Text(differs))
			how, ok = s.query.match(&view)
		}
	}
	switch {
	case part:
		// Also where the words are not in it: it tells what came of the request.
		x.line.Differs = merge(x.line.Differs, differs)
		s.settle(x, m)
	case ok:
		s.told(o, &Line{Subject: subject, How: how, Differs: differs})
	}
}

// told queues an event that is no part of a request's sentence.
func (s *Search) told(o *correlate.Observation, l *Line) {
	m, e, f := o.Message, o.Event, o.Frame
	l.Time, l.Frame, l.Index, l.NetNS, l.NetNSName = f.Time, f.ID, m.Index, f.NetNS, f.NetNSName
	l.Family, l.Type, l.Event, l.Events, l.Sees = m.FamilyText(), m.TypeText(), true, 1, f.Sees
	if len(l.Differs) == 0 && e.Before != nil {
		l.Verb = "told again, unchanged,"
	}
	x := &item{line: *l}
	s.events[e] = append(s.events[e], x)
	s.queue = append(s.queue, x)
}

// askedBy finds the request of an event whose cause is a process alone, as where a module
// was loaded meanwhile: the one that its thread is in, or the newest of the process that
// has its number.
func (s *Search) askedBy(m *decode.Message) requestID {
	const most = 64
	p := m.Frame.Causer()
	if p.PID == 0 || m.Frame.Trigger.Kind != capture.TriggerNone {
		return requestID{}
	}
	for i := len(s.queue) - 1; i >= 0 && i >= len(s.queue)-most; i-- {
		x := s.queue[i]
		if x.id == (requestID{}) || x.line.Proc.PID != p.PID || x.line.Family != m.FamilyText() {
			continue
		}
		if !x.done && p.TID != 0 && x.tid == p.TID || m.Header.Seq != 0 && x.seq == m.Header.Seq {
			return x.id
		}
	}
	return requestID{}
}

// namesThing are the names of a link beside its key.
func namesThing(name string) bool {
	return linkName(name) || name == "IFLA_PROP_LIST" || name == "NDA_LLADDR" || name == "IFLA_ADDRESS"
}

// settle lets an event say what the request left open.
func (s *Search) settle(x *item, m *decode.Message) {
	if x.line.Name == "" {
		body := m.Body()
		event := subjectOf(m, &body)
		x.line.Name = event.Name
	}
}

// sameThing says whether an event tells of what a request asked for.
func (l *Line) sameThing(s *Subject, m *decode.Message) bool {
	return l.Noun == s.Noun && (l.Name == "" || l.Name == s.Name || strings.HasPrefix(s.Name, l.Name+" ") || m.Type == l.Type && l.Noun == "link")
}

func merge(a, b []differ.Difference) []differ.Difference {
	const most = 16
	for _, d := range b {
		if len(a) >= most {
			break
		}
		a = append(a, d)
	}
	return a
}

func idOf(x *correlate.Exchange) requestID {
	if x == nil || x.Request == nil || x.Request.Frame == nil {
		return requestID{}
	}
	return requestID{x.Request.Frame.ID, x.Request.Index}
}

// exchangeEnded takes what came of a request.
func (s *Search) exchangeEnded(e *correlate.Exchange) {
	x := s.requests[idOf(e)]
	if x == nil {
		return
	}
	x.exchange = e // where events are told as they are read, more may come
	l := &x.line
	x.done, l.Ended, l.Outcome = true, true, e.Outcome
	l.Why = why(e)
	if e.Probe && !s.o.All {
		s.drop(x) // it asked whether something is there
	}
}

// why says in words why nothing came of a request, or what is not known of it.
func why(e *correlate.Exchange) string {
	switch e.Outcome {
	case correlate.Failed:
		if e.Err == nil {
			return "the send failed: " + words.Errno(e.Errno)
		}
		text := "failed: " + words.ErrorName(e.Err)
		if e.Err.Msg != "" {
			text += " " + strconv.QuoteToGraphic(e.Err.Msg)
		}
		if e.Err.Attr != "" {
			text += " at " + decode.Quote(e.Err.Attr)
		}
		return text
	case correlate.RolledBack:
		return "rolled back: another message of its transaction failed"
	case correlate.Ignored:
		return "ignored by the kernel: " + e.Why
	case correlate.Pending:
		return "not over when capture ended"
	case correlate.Unanswered, correlate.Lost, correlate.Unread:
		return "outcome not known: answer " + e.Outcome.String()
	}
	return ""
}

// eventEnded takes who heard of an event, and who caused it.
func (s *Search) eventEnded(e *correlate.Event) {
	for _, x := range s.events[e] {
		l := &x.line
		x.done, l.Ended = true, true
		l.Listeners, l.Lost = e.Delivered, e.Lost
		s.blame(x, &e.Cause)
	}
	delete(s.events, e)
}

// blame says who caused an event. One about what its request asked for becomes part of
// that, if it is not told yet.
func (s *Search) blame(x *item, c *correlate.Cause) {
	l := &x.line
	if by := s.requests[idOf(c.Exchange)]; by != nil && by.line.Noun == l.Noun && (by.line.Name == "" || by.line.Name == l.Name) {
		by.line.Differs = merge(by.line.Differs, l.Differs)
		s.drop(x)
		return
	}
	l.Proc, l.Inferred, l.Trigger = c.Proc, c.Inferred, c.Trigger
	l.Lineage = s.lineage(c.Proc)
	if c.Exchange == nil || c.Exchange.Request == nil {
		return
	}
	m := c.Exchange.Request
	body := m.Body()
	var alone say.Speaker
	said := alone.Say(m, &body)
	cause := subjectOf(m, &body)
	l.Says, l.Asked = saidText(&said), true
	if cause.What() == l.What() {
		l.Verb = cause.Verb // the request itself, in other words
	} else {
		l.By = cause.What() + " " + cause.Verb
	}
}

// drop takes an item out of those that are told.
func (s *Search) drop(x *item) {
	x.done, x.line.Verb = true, ""
}

// advance tells what waits for nothing any more; all: the others, too.
func (s *Search) advance(all bool) error {
	n := 0
	for n < len(s.queue) {
		x := s.queue[n]
		if !all && len(s.queue)-n <= maxWaiting && (!x.done || s.now.Before(x.until)) {
			break
		}
		n++
		delete(s.requests, x.id)
		if x.line.Verb == "" {
			continue
		}
		if !x.done {
			x.line.Why = "not over when capture ended"
			if !all {
				x.line.Why = "no outcome was seen"
			}
		}
		if e := x.exchange; e != nil {
			x.line.Events, x.line.Listeners, x.line.Lost = e.Events, e.Listeners, e.Lost
		}
		s.sum.Found++
		if err := s.o.Emit(&x.line); err != nil {
			return err
		}
	}
	clear(s.queue[:n])
	if s.queue = s.queue[n:]; len(s.queue) == 0 {
		s.queue = nil
	}
	return nil
}

// Close tells what still waits.
func (s *Search) Close() error {
	clear(s.events)
	return s.advance(true)
}

// remember keeps who a process is, for its children.
func (s *Search) remember(p capture.Proc) {
	if p.PID == 0 || p.Parent.PID == 0 {
		return
	}
	if _, known := s.procs[p.PID]; !known && len(s.procs) >= maxProcs {
		clear(s.procs)
	}
	s.procs[p.PID] = p
}

// lineage is who started a process, and who started that one, as far as it was seen.
func (s *Search) lineage(p capture.Proc) []capture.Proc {
	const most = 3
	var out []capture.Proc
	for q := p.Parent; q.PID != 0 && q.Name != "" && q.Name != "kthreadd" && len(out) < most; {
		out = append(out, capture.Proc{PID: q.PID, Comm: q.Name, Outside: q.Outside})
		next, known := s.procs[q.PID]
		if !known || next.ProcessName() != q.Name || next.Outside != q.Outside {
			break
		}
		q = next.Parent
	}
	return out
}

// learnAlts keeps the other names of a link.
func (s *Search) learnAlts(m *decode.Message) {
	if m.Type != "RTM_NEWLINK" || m.Family != "route" {
		return
	}
	list, has := m.Lookup("IFLA_PROP_LIST")
	index, ok := m.Lookup("ifi_index")
	if !ok {
		return
	}
	k := altKey{m.Frame.NetNS, int32(index.Num)}
	if !has {
		return // an event of a bridge or a radio has none, too
	}
	var names []string
	for i := range list.Children {
		if v, ok := list.Children[i].Value.(string); ok {
			names = append(names, v)
		}
	}
	if _, known := s.alts[k]; !known && len(s.alts) >= maxAlts {
		clear(s.alts)
	}
	s.alts[k] = names
}

func (s *Search) altsOf(m *decode.Message) func(int32) []string {
	return func(index int32) []string { return s.alts[altKey{m.Frame.NetNS, index}] }
}

// Kept searches messages that were kept, in their order: what came of them is in them.
func (s *Search) Kept(list []correlate.Observation) error {
	s.held = true
	first := make(map[uint64]bool) // events whose first delivery was there
	for i := range list {
		o := &list[i]
		if o.Event != nil && !first[o.Event.ID] && o.Event.ID != o.Frame.ID {
			e := *o.Event // the first that is kept stands for the first that was
			e.ID = o.Frame.ID
			first[o.Event.ID] = true
			x := *o
			x.Event = &e
			o = &x
		} else if o.Event != nil {
			first[o.Event.ID] = true
		}
		if err := s.Observe(o); err != nil {
			return err
		}
		if o.Event != nil {
			s.eventEnded(o.Event)
		}
	}
	for i := range list {
		if x := list[i].Exchange; x != nil && list[i].Frame.Dir == capture.DirRequest {
			s.exchangeEnded(x)
		}
	}
	return s.Close()
}
