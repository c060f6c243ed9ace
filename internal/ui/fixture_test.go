// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/nft"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/sockets"
	"github.com/nltop/nltop/internal/spool"
)

// The fixture has tables of its own, so that the golden screens do not change
// with the real ones. Numbers are those of include/uapi/linux/rtnetlink.h,
// if_link.h and genetlink.h.
func tables() []*schema.Family {
	u32 := schema.Type{Kind: schema.U32}
	vxlan := &schema.Set{Name: "IFLA_VXLAN", Attrs: []schema.Attr{{ID: 1, Name: "IFLA_VXLAN_ID", Type: u32}}}
	info := &schema.Set{Name: "IFLA_INFO", Attrs: []schema.Attr{
		{ID: 1, Name: "IFLA_INFO_KIND", Type: schema.Type{Kind: schema.String}},
		{ID: 2, Name: "IFLA_INFO_DATA", Type: schema.Type{Kind: schema.Nest, Set: vxlan}},
	}}
	route := &schema.Family{
		Name: "route", Protocol: capture.NETLINK_ROUTE,
		Header: &schema.StructType{Name: "ifinfomsg", Fields: []schema.Field{
			{Name: "ifi_family", Type: schema.Type{Kind: schema.U8}},
			{Name: "__ifi_pad", Type: schema.Type{Kind: schema.Pad, Len: 1}},
			{Name: "ifi_type", Type: schema.Type{Kind: schema.U16}},
			{Name: "ifi_index", Type: schema.Type{Kind: schema.S32}},
			{Name: "ifi_flags", Type: u32}, {Name: "ifi_change", Type: u32},
		}},
		Set: &schema.Set{Name: "IFLA", Attrs: []schema.Attr{
			{ID: 3, Name: "IFLA_IFNAME", Type: schema.Type{Kind: schema.String}},
			{ID: 4, Name: "IFLA_MTU", Type: u32},
			{ID: 18, Name: "IFLA_LINKINFO", Type: schema.Type{Kind: schema.Nest, Set: info}},
		}},
		Messages: []schema.Message{{ID: 16, Name: "RTM_NEWLINK"}, {ID: 18, Name: "RTM_GETLINK"}},
		Lead:     []string{"IFLA_IFNAME", "IFLA_INFO_KIND", "IFLA_MTU"},
	}
	nlctrl := &schema.Family{
		Name: "nlctrl", Protocol: capture.NETLINK_GENERIC, GenlID: 16,
		Set: &schema.Set{Name: "CTRL_ATTR", Attrs: []schema.Attr{
			{ID: 2, Name: "CTRL_ATTR_FAMILY_NAME", Type: schema.Type{Kind: schema.String}},
		}},
		Messages: []schema.Message{{ID: 3, Name: "CTRL_CMD_GETFAMILY"}},
	}
	return []*schema.Family{route, nlctrl}
}

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// fakeSource is a table that is fed by hand, and what was asked of it.
type fakeSource struct {
	table   *aggregate.Table
	decoder *decode.Decoder
	tracker *correlate.Tracker
	now     time.Time
	status  live.Status
	id      uint64
	kept    []correlate.Observation // the messages
	watched bool
	held    bool
	cleared int
	panics  bool
	asked   func() // runs with the second snapshot; nil: nothing does
	asks    int

	ended     []correlate.Exchange    // in the order in which they began
	shared    map[uint64]spool.Shared // by place in ended, from 1
	stories   map[uint64]spool.Story  // likewise
	incidents []incident.Incident
	sockets   []sockets.Socket
	gone      []sockets.Socket
	unread    bool // it is not told how sockets are read
	missing   []string
	locks     live.Locks
	errs      []live.ErrorKind
	polls     []live.Poll
	hold      *live.LockReport
	said      map[uint64]nft.Said // by frame ID
	line      *aggregate.Timeline // instead of the table's; nil: that
	overruns  []live.Span
	went      []live.To // where it was told to go
	saved     []string  // files, and whether all was asked for
}

var errFilter = errors.New("unknown name \"famly\"\n  famly == 1\n  ^")

func (s *fakeSource) Snapshot(ask live.Ask) *live.Snapshot {
	if s.panics {
		panic("the source panics")
	}
	if s.asks++; s.asks == 2 && s.asked != nil {
		s.asked()
	}
	s.watched = ask.Looking
	snap := &live.Snapshot{Status: s.status, Table: s.table.Snapshot(s.now), Incidents: s.incidents, Errors: s.errs, Polls: s.polls, LongestHold: s.hold, Now: s.now, Line: s.table.Timeline()}
	snap.Overruns = s.overruns
	if s.line != nil {
		snap.Line = *s.line
	}
	s.Fill(snap, ask)
	return snap
}

func (s *fakeSource) Fill(snap *live.Snapshot, ask live.Ask) {
	snap.Asked, snap.Messages, snap.SaidBy = ask, spool.Window{}, make(map[live.MessageID]nft.Said)
	if m := ask.Messages; m != nil {
		snap.Messages = s.window(m, snap.Table.Time)
	}
	for frame, said := range s.said {
		snap.SaidBy[live.MessageID{Frame: frame}] = said
	}
	if ask.Changes {
		for i := range s.kept {
			if x := &s.kept[i]; x.Message.Modifies() != decode.No {
				snap.Changes = append(snap.Changes, aggregate.Keep(uint64(i+1), x))
			}
		}
	}
	if ask.Heat != nil {
		snap.Heat = s.table.Heat(*ask.Heat, snap.Table.Time)
	}
	snap.Open = s.tracker.Open(time.Time{}, nil)
	if ask.Exchanges != nil {
		snap.Ended = s.endedWindow(ask.Exchanges)
		snap.Began = snap.Ended.Total
	}
	if of := ask.Story; of != nil {
		snap.Story = s.storyOf(*of)
	}
	snap.Sockets = live.Sockets{List: s.sockets, Gone: s.gone, Missing: s.missing, Reads: !s.unread}
	snap.Locks = s.locks
}

// window is what package spool makes of all messages.
func (s *fakeSource) window(m *live.Messages, until time.Time) spool.Window {
	var all []aggregate.Kept
	for i := range s.kept {
		x := &s.kept[i]
		of := len(m.Rows) == 0
		for _, id := range m.Rows {
			of = of || id.Holds(x)
		}
		if of && !x.Frame.Time.After(until) {
			all = append(all, aggregate.Keep(uint64(i+1), x))
		}
	}
	w := spool.Window{Total: int64(len(all)), First: m.First}
	if m.Last {
		w.First = w.Total - int64(m.Count)
	}
	if !m.Find.IsZero() {
		w.First = int64(slices.IndexFunc(all, func(k aggregate.Kept) bool { return !k.Frame.Time.Before(m.Find) }))
	}
	w.First = max(w.First, 0)
	w.List = all[min(w.First, w.Total):min(max(w.First+int64(m.Count), 0), w.Total)]
	return w
}

// step is how many messages one step of a search looks at.
const step = 64

// Search is what package live does, over the messages that were fed, or the exchanges.
func (s *fakeSource) Search(snap *live.Snapshot, q *live.Search) {
	w := s.window(&live.Messages{Rows: q.Rows, Count: 1 << 30}, snap.Table.Time)
	if q.Exchanges != nil {
		all := *q.Exchanges
		all.Count = 1 << 30
		w = s.endedWindow(&all)
		told := *snap
		told.Ended.Shared = w.Shared
		snap = &told
	}
	var list []spool.Placed
	for i := range w.List {
		k := &w.List[i]
		if q.Back && (q.From.Seq == 0 && !k.Frame.Time.After(q.From.Time) || k.Seq < q.From.Seq) || !q.Back && (q.From.Seq > 0 && k.Seq > q.From.Seq || q.From.Seq == 0 && !k.Frame.Time.Before(q.From.Time)) {
			list = append(list, spool.Placed{At: int64(i), Kept: *k})
		}
	}
	if q.Back {
		slices.Reverse(list)
	}
	list = list[min(q.Looked, uint64(len(list))):]
	q.Ended = len(list) <= step
	q.Look(snap, list[:min(step, len(list))])
}

// endedWindow is what package spool makes of all exchanges, each in a datagram of its own
// but for those in s.shared.
func (s *fakeSource) endedWindow(x *live.Exchanges) spool.Window {
	var all []aggregate.Kept
	for i := range s.ended {
		k := live.RequestOf(&s.ended[i])
		k.Seq = uint64(i + 1)
		w := spool.Window{Shared: s.shared}
		of := len(x.Rows) == 0
		for _, id := range x.Rows {
			of = of || id.Holds(&k.Observation)
		}
		if between := x.Until.IsZero() || !k.Frame.Time.Before(x.Find) && !k.Frame.Time.After(x.Until); of && between && x.Outcomes.Has(w.Worst(&k)) {
			all = append(all, k)
		}
	}
	w := spool.Window{Total: int64(len(all)), First: x.First, Shared: s.shared}
	if x.Last {
		w.First = w.Total - int64(x.Count)
	}
	if !x.Until.IsZero() {
		w.First = w.Total - int64(x.Count)
	} else if !x.Find.IsZero() {
		w.First = int64(slices.IndexFunc(all, func(k aggregate.Kept) bool { return !k.Frame.Time.Before(x.Find) }))
	}
	w.First = max(w.First, 0)
	w.List = all[min(w.First, w.Total):min(max(w.First+int64(x.Count), 0), w.Total)]
	return w
}

// storyOf is what is known of an exchange.
func (s *fakeSource) storyOf(of spool.StoryOf) spool.Story {
	if of.Frame != 0 {
		of.Seq = uint64(1 + slices.IndexFunc(s.ended, func(x correlate.Exchange) bool { return x.Request.Frame.ID == of.Frame }))
	}
	if st, ok := s.stories[of.Seq]; ok {
		return st
	}
	if i := int(of.Seq) - 1; i >= 0 && i < len(s.ended) {
		return spool.Story{Exchanges: append([]correlate.Exchange{s.ended[i]}, s.shared[of.Seq].List...), Ended: true, Whole: true, Final: true}
	}
	for _, x := range s.tracker.Open(time.Time{}, nil) {
		if x.Request.Frame.ID == of.Frame {
			return spool.Story{Exchanges: []correlate.Exchange{x}}
		}
	}
	for i := range s.kept {
		if k := aggregate.Keep(uint64(i+1), &s.kept[i]); k.Frame.Dir == capture.DirRequest && k.Frame.ID == of.Frame {
			return spool.Story{Exchanges: []correlate.Exchange{*live.ExchangeOf(&k)}, Ended: true}
		}
	}
	return spool.Story{Gone: true}
}

func (s *fakeSource) Ready() <-chan struct{} { return nil }

func (s *fakeSource) Hold(yes bool) { s.held = yes }

func (s *fakeSource) Go(to live.To) (live.Stop, error) {
	s.went = append(s.went, to)
	s.status.At = nil
	if to != live.Now {
		s.status.At = &live.At{Time: to.Time, Frames: to.Frames}
	}
	return live.Stop{}, nil
}

func (s *fakeSource) Save(path string, all bool) error {
	if path == "/" {
		return errors.New("/ is a directory")
	}
	s.saved = append(s.saved, fmt.Sprint(path, " ", all))
	return nil
}

func (s *fakeSource) Clear() { s.cleared++; s.table.Clear(); s.kept = nil }

func (s *fakeSource) SetFilter(expr string) error {
	if expr == "famly == 1" {
		return errFilter
	}
	s.status.Filter, s.status.Narrowed = expr, expr
	return nil
}

// feed passes a frame through decoder and tracker, as the pipeline does.
func (s *fakeSource) feed(f capture.Frame) {
	s.id++
	f.Change(func(o *capture.Origin) { o.NetNS = 4026531840 })
	f.ID = s.id
	f.Time = s.now
	f.OrigLen = len(f.Data)
	for _, x := range s.tracker.Frame(&f, s.decoder.Frame(&f, nil), nil) {
		if s.table.Observe(x); aggregate.IsMessage(&x) {
			s.kept = append(s.kept, x)
		}
	}
}

func newSource() *fakeSource {
	return &fakeSource{
		table:   aggregate.New(aggregate.Options{}),
		decoder: decode.New(tables(), decode.Options{}),
		tracker: correlate.New(),
		now:     epoch,
		status: live.Status{
			Info: capture.Info{
				Name: capture.SourceFentry, Scope: "all network namespaces", Sees: capture.Describe(capture.SourceFentry).Always(),
				Blind: []string{"messages that a socket filter dropped"},
				Notes: []string{"sk_error_report is absent: sock_def_error_report is used"},
			},
			Stats: capture.Stats{Frames: 1234, Bytes: 56789, Lost: []capture.Loss{{Reason: "ring buffer full"}, {Reason: "hook recursion"}}},
		},
	}
}

// traffic feeds a little of everything.
func (s *fakeSource) traffic() {
	end := func(p capture.Proc, inode uint64, dir capture.Dir, data []byte) capture.Frame {
		f := capture.Frame{
			Origin: &capture.Origin{
				Dir: dir, Proc: p, Socket: capture.Socket{PortID: p.PID, Inode: inode, Owner: p},
			},
			Data: data,
		}
		if dir == capture.DirRequest {
			f.Change(func(o *capture.Origin) { o.SrcPort = p.PID })
		}
		return f
	}
	ip := capture.Proc{PID: 4711, Comm: "ip"}
	networkd := capture.Proc{PID: 811, Comm: "systemd-network"}
	zebra := capture.Proc{PID: 2044, Comm: "zebra"}
	odd := capture.Proc{PID: 99, Comm: "日本\x1b[31m語"}
	link := func(index byte, name string) [][]byte {
		return [][]byte{
			{0, 0, 1, 0, index, 0, 0, 0, 0x43, 0x10, 1, 0, 0, 0, 0, 0},
			nltest.Attr(3, nltest.Str(name)), nltest.Attr(4, []byte{0xdc, 5, 0, 0}),
			nltest.Attr(18, nltest.Attr(1, nltest.Str("vxlan")), nltest.Attr(2, nltest.Attr(1, nltest.U32(42)))),
			nltest.Attr(200, []byte{0xde, 0xad}),
		}
	}
	seq := uint32(100)
	for i := range 40 {
		s.now = s.now.Add(50 * time.Millisecond)
		for _, p := range []capture.Proc{ip, zebra} {
			seq++
			req := nltest.Message(16, 0x605, seq, 0, link(0, "vx0")...)
			s.feed(end(p, uint64(p.PID)+70000, capture.DirRequest, req))
			s.now = s.now.Add(1250 * time.Microsecond)
			code := []byte{0, 0, 0, 0}
			if p == zebra && i%10 == 0 {
				code = []byte{0xef, 0xff, 0xff, 0xff} // -EEXIST
			}
			s.feed(end(p, uint64(p.PID)+70000, capture.DirReply, nltest.Message(2, 0x100, seq, p.PID, code, req[:16])))
		}
		ev := end(networkd, 71234, capture.DirEvent, nltest.Message(16, 0, 0, 0, link(7, "vx0")...))
		ev.Change(func(o *capture.Origin) { o.Proc = ip; o.Group = 1 })
		if i == 30 {
			ev.Change(func(o *capture.Origin) { o.Verdict = capture.VerdictOverrun })
		}
		s.feed(ev)
	}
	raised := end(networkd, 71234, capture.DirUnknown, nil)
	raised.Change(func(o *capture.Origin) {
		o.Kind = capture.KindSocketError
		o.Verdict = capture.VerdictNobufsRaised
		o.Errno = 105
	})
	s.feed(raised)
	get := end(odd, 5, capture.DirRequest, nltest.Message(16, 5, 9, 0, []byte{3, 2, 0, 0}, nltest.Attr(2, nltest.Str("nl80211"))))
	get.Change(func(o *capture.Origin) { o.Protocol = capture.NETLINK_GENERIC })
	s.feed(get)
	get.Data = nltest.Message(0x21, 5, 10, 0, []byte{7, 1, 0, 0})
	s.feed(get)
	s.now = s.now.Add(250 * time.Millisecond)
}

// harness is a view on a simulated screen, without the loop of Run.
type harness struct {
	*app
	t    testing.TB
	sim  tcell.SimulationScreen
	src  *fakeSource
	show *counter
}

// counter counts how often a screen is brought up to date.
type counter struct {
	tcell.SimulationScreen
	shows int
}

func (c *counter) Show() {
	c.shows++
	c.SimulationScreen.Show()
}

func newScreen(t testing.TB, w, h int) *counter {
	t.Helper()
	sim := tcell.NewSimulationScreen("UTF-8")
	if err := sim.Init(); err != nil {
		t.Fatal(err)
	}
	sim.SetSize(w, h)
	return &counter{SimulationScreen: sim}
}

func newHarness(t testing.TB, w, h int, o Options) *harness {
	t.Helper()
	c := newScreen(t, w, h)
	t.Cleanup(c.Fini)
	src := newSource()
	src.traffic()
	o.Interval = defaultInterval
	if o.Theme == "" {
		o.Theme = ThemeDark // not what the environment says
	}
	a := newApp(c, src, o)
	a.cpu = func(time.Time) float64 { return 1.5 }
	hn := &harness{app: a, t: t, sim: c.SimulationScreen, src: src, show: c}
	hn.tick()
	return hn
}

// tick is what the ticker of the loop does.
func (h *harness) tick() {
	h.refresh(h.src.now)
	h.draw()
}

// keysByName are those that tests press.
var keysByName = func() map[string]tcell.Key {
	m := make(map[string]tcell.Key)
	for k, name := range tcell.KeyNames {
		m[name] = k
	}
	return m
}()

// press presses keys by the names that keyName gives them.
func (h *harness) press(keys ...string) {
	h.t.Helper()
	for _, name := range keys {
		ev := tcell.NewEventKey(tcell.KeyRune, []rune(name)[0], 0)
		if name == "Space" {
			ev = tcell.NewEventKey(tcell.KeyRune, ' ', 0)
		} else if k, ok := keysByName[name]; ok {
			ev = tcell.NewEventKey(k, 0, 0)
		} else if len([]rune(name)) != 1 {
			h.t.Fatalf("no key %q", name)
		}
		h.event(ev)
		h.draw()
	}
}

// settle lets a search come to its end, as the loop does while no key is pressed.
func (h *harness) settle() {
	for h.seeking != nil {
		h.seekOn()
	}
	h.draw()
}

// typeText presses one key per character.
func (h *harness) typeText(s string) {
	for _, r := range s {
		h.event(tcell.NewEventKey(tcell.KeyRune, r, 0))
	}
	h.draw()
}
