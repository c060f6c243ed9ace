// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/sockets"
	"github.com/nltop/nltop/internal/words"
)

// socketRow is a process with its sockets, all processes of a name with theirs, or one
// socket.
type socketRow struct {
	group *sockets.Group
	list  []*sockets.Socket // those of the row; none: all were closed
	below bool              // the row stands below that of its process
}

// one is the socket that the row is about; nil: it is about several, or none.
func (r *socketRow) one() *sockets.Socket {
	if len(r.list) == 1 {
		return r.list[0]
	}
	return nil
}

// fullest is the socket of which the buffer is told: the one that is fullest, or was.
func (r *socketRow) fullest() *sockets.Socket {
	if len(r.list) == 0 {
		return &sockets.Socket{}
	}
	return slices.MaxFunc(r.list, func(x, y *sockets.Socket) int {
		return cmp.Or(cmp.Compare(fill(x, x.RMem), fill(y, y.RMem)), cmp.Compare(fill(x, watched(x).HighWater), fill(y, watched(y).HighWater)),
			cmp.Compare(x.RMem, y.RMem))
	})
}

// fill is which part of its buffer so many bytes are; 0: nobody knows how large it is.
func fill(s *sockets.Socket, bytes uint32) float64 {
	if s.RcvBuf == 0 {
		return 0
	}
	return float64(bytes) / float64(s.RcvBuf)
}

// sum adds up something of all sockets of a row.
func (r *socketRow) sum(of func(s *sockets.Socket) uint64) (n uint64) {
	for _, s := range r.list {
		n += of(s)
	}
	return n
}

func (r *socketRow) drops() uint64 {
	return r.sum(func(s *sockets.Socket) uint64 { return uint64(s.Drops) })
}

func (r *socketRow) newDrops() uint64 {
	return r.sum(func(s *sockets.Socket) uint64 { return watched(s).Drops })
}

func (r *socketRow) unseen() uint64 {
	return r.sum(func(s *sockets.Socket) uint64 { return watched(s).Unseen })
}

// socketsBy is how the sockets are put together.
type socketsBy int

const (
	byProcess socketsBy = iota
	byName
	byNothing
)

var socketsByNames = [...]string{"by process", "by name", "each by itself"}

// newSocketsView lists every Netlink socket by its process, those in trouble first.
func newSocketsView(a *app) *listView[socketRow] {
	by := byProcess
	return newListView(a, list[socketRow]{
		name:    "sockets",
		columns: socketColumns,
		load:    func(a *app) listed[socketRow] { return loadSockets(a, by) },
		id:      socketRowID,
		below: func(r *socketRow) []socketRow {
			if r.below || len(r.list) < 2 {
				return nil
			}
			rows := make([]socketRow, len(r.list))
			for i := range r.list {
				rows[i] = socketRow{group: r.group, list: r.list[i : i+1], below: true}
			}
			return rows
		},
		open: func(v *listView[socketRow], r *socketRow) {
			switch s := r.one(); {
			case s != nil:
				v.app.openSocket(s.Protocol, s.NetNS, s.PortID, s.Inode, words.Process(s.Owner))
			case len(r.list) == 0:
				v.app.notice = "all sockets of this process were closed"
			default:
				v.toggle()
			}
		},
		opens:  "open the last messages of the socket, or unfold the process",
		detail: socketDetail,
		keys: func(v *listView[socketRow]) []binding {
			group := func(step socketsBy) func() {
				return func() {
					by = (by + step) % (byNothing + 1)
					v.app.notice = "sockets " + socketsByNames[by]
					v.refresh()
				}
			}
			return []binding{
				{"b", "by process, by name, or each by itself", "by", group(1)},
				{"B", "the same, the other way round", "", group(byNothing)},
				{"m", "open the last messages of the process, or of the socket", "messages", func() { openSocketRow(v) }},
			}
		},
		ask: live.Ask{Sockets: true},
	})
}

// openSocketRow lists the messages of a socket, or of its process.
func openSocketRow(v *listView[socketRow]) {
	r := v.current()
	if r == nil {
		return
	}
	v.pin()
	if s := r.one(); s != nil {
		v.app.openSocket(s.Protocol, s.NetNS, s.PortID, s.Inode, words.Process(s.Owner))
		return
	}
	v.app.openProcess(r.group.Owner)
}

func loadSockets(a *app, by socketsBy) listed[socketRow] {
	all := &a.snap.Sockets
	list := slices.DeleteFunc(slices.Clone(all.List), func(s sockets.Socket) bool { return s.Kernel })
	groups := sockets.Groups(list, all.Gone, by == byName)
	l := listed[socketRow]{none: "none is known"}
	l.title = fmt.Sprintf("Netlink sockets: %d, %s", len(list), socketsByNames[by])
	for i := range groups {
		g := &groups[i]
		if by != byNothing {
			l.rows = append(l.rows, socketRow{group: g, list: g.Members})
			continue
		}
		for k := range g.Members {
			l.rows = append(l.rows, socketRow{group: g, list: g.Members[k : k+1]})
		}
	}
	slices.SortStableFunc(l.rows, func(x, y socketRow) int { return troubleFirst(&x, &y) })
	if ofThen(a) {
		l.title += ", as of " + a.snap.Now.Format("2006-01-02 15:04:05") + ", each as last seen"
		l.notes = append(l.notes, "of those that had messages in the recording; whether closed since is not known")
	} else if gone := len(all.Gone); gone > 0 {
		l.title += fmt.Sprintf("; %d that were there at the first look were closed", gone)
	}
	for _, m := range all.Missing {
		l.notes = append(l.notes, "not seen: "+m)
	}
	if ofThen(a) {
		l.notes = append(l.notes, a.snap.Info.DoesNotSeeAny(
			capture.Unseen{Facts: capture.SeesQueues, What: "receive buffers, and how full they are"},
			capture.Unseen{Facts: capture.SeesLosses, What: "what sockets lose"})...)
	}
	return l
}

// troubleFirst is the order at the start: who loses, who has lost, who is full, who gets more.
func troubleFirst(x, y *socketRow) int {
	full := func(r *socketRow) float64 { s := r.fullest(); return fill(s, s.RMem) }
	return cmp.Or(cmp.Compare(y.newDrops(), x.newDrops()), cmp.Compare(y.drops(), x.drops()), cmp.Compare(full(y), full(x)))
}

// socketRowID tells rows apart. A process with one socket stays its row when it gets another.
func socketRowID(r *socketRow) any {
	type whose struct {
		pid     uint32
		life    uint64
		outside bool
		name    string
		socket  capture.SocketKey
	}
	p := &r.group.Owner
	id := whose{pid: p.PID, life: p.Life, outside: p.Outside, name: p.ProcessName()}
	if s := r.one(); s != nil && (r.below || len(r.group.Members) > 1 || p.PID == 0) {
		id.socket = capture.SocketKey{Inode: s.Inode, NetNS: s.NetNS, Protocol: s.Protocol, PortID: s.PortID}
	}
	return id
}

// ofThen says whether the sockets are those of a recording, or of an earlier time: each as it
// was when its last message passed, not as it is today.
func ofThen(a *app) bool {
	return a.snap.Replay != nil || slices.ContainsFunc(a.snap.Sockets.List, func(s sockets.Socket) bool { return !s.Seen.IsZero() })
}

// watched is how a socket was read; zeros where nobody watched.
func watched(s *sockets.Socket) *sockets.Live {
	if s.Live == nil {
		return &sockets.Live{}
	}
	return s.Live
}

// socketRowClause is that of the socket, or of the process.
func socketRowClause(r *socketRow) filter.Clause {
	if s := r.one(); s != nil {
		return socketClause(s.Protocol, s.PortID, s.NetNS)
	}
	return processClause(r.group.Owner)
}

func socketDetail(a *app, r *socketRow) [][]segment {
	t := &a.theme
	segs := []segment{{text: ownerText(a, r), style: t.title}}
	add := func(keep int, format string, args ...any) {
		segs = append(segs, segment{text: fmt.Sprintf(format, args...), style: t.text, keep: keep})
	}
	g := r.group
	if !r.below && g.Watched() && g.New+g.Gone > 0 {
		add(8, "in %s %d new, %d closed", words.Age(g.For), g.New, g.Gone)
	}
	if n := r.unseen(); n > 0 {
		add(7, "%s in sk_drops alone: lost by nltop, or filtered", words.Plural(int(n), "drop", "drops"))
	}
	s := r.one()
	if s == nil {
		if len(g.FDs) > 0 {
			add(3, "descriptors %s", g.Descriptors())
		}
		if len(r.list) > 1 {
			add(5, "the buffer is that of its fullest socket, port %d", r.fullest().PortID)
		}
		return [][]segment{segs}
	}
	if text := words.Groups(s.Protocol, s.Groups, a.opt.GroupName); text != "" {
		add(3, "groups %s", text)
	}
	if text := socketOptions(s); text != "" {
		add(2, "options %s", text)
	}
	if !s.Seen.IsZero() {
		add(6, "so at %s", s.Seen.Format("2006-01-02 15:04:05"))
	}
	if s.Dump {
		add(4, "a dump is running")
	}
	if l := watched(s); !l.LastRead.IsZero() {
		add(5, "last read %s", l.LastRead.Format(words.TimeOfDay[:12]))
	}
	if n := len(s.SharedWith); n > 0 {
		add(1, "held by %d more", n)
	}
	return [][]segment{segs}
}

// ownerText names whose the row is.
func ownerText(a *app, r *socketRow) string {
	g := r.group
	text := words.Process(g.Owner) + words.Where(g.Owner)
	if s := r.one(); s != nil {
		text = words.Process(s.Owner) + words.Where(s.Owner)
	}
	if r.one() == nil && g.Processes > 1 {
		sign := "×"
		if a.opt.ASCII {
			sign = "x"
		}
		text += fmt.Sprintf(" %s%d", sign, g.Processes)
	}
	return text
}

// socketOptions are the options of a socket, as far as they are known, without what their
// names have in common.
func socketOptions(s *sockets.Socket) string {
	if s.Options != nil {
		return s.Options.String()
	}
	names := make([]string, len(s.Flags))
	for i, f := range s.Flags {
		names[i] = strings.TrimPrefix(f, "NDIAG_FLAG_")
	}
	return strings.Join(names, ",")
}

// openSocket lists the last messages of a socket: by inode where both sides know
// it, else by port ID.
func (a *app) openSocket(protocol uint16, netns uint64, port uint32, inode uint64, name string) {
	var ids []aggregate.RowID
	seen := make(map[aggregate.RowID]bool)
	for i := range a.snap.Table.Cells {
		c := &a.snap.Table.Cells[i]
		same := c.PortID == port && (c.NetNS == netns || c.NetNS == 0 || netns == 0)
		if c.Inode != 0 && inode != 0 {
			same = c.Inode == inode
		}
		if c.Protocol != protocol || !same {
			continue
		}
		id := aggregate.RowID{Group: aggregate.GroupSocket, Depth: 1, Key: c.Key}.Up(1)
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		a.notice = "no message of this socket was counted"
		return
	}
	path := fmt.Sprintf("%s %s port %d", name, capture.ShortName(protocol), port)
	a.push(newMessagesView(a, path, ids...))
}
