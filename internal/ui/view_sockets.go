// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/sockets"
	"github.com/nltop/nltop/internal/words"
)

var socketColumns = []column[sockets.Socket]{
	{head: "DROPS", width: 7, right: true, keep: 13, cell: func(a *app, s *sockets.Socket) (string, tcell.Style) {
		return a.cell(s.Drops > 0, words.Count(uint64(s.Drops)), a.theme.bad)
	}, compare: func(x, y *sockets.Socket) int { return cmp.Compare(y.Drops, x.Drops) }},
	{head: "NEW", width: 6, right: true, keep: 7, cell: func(a *app, s *sockets.Socket) (string, tcell.Style) {
		l := watched(s)
		text := words.Count(l.Drops)
		if l.Unseen > 0 {
			text += "+" + words.Count(l.Unseen)
		}
		return a.cell(l.Drops > 0 || l.Unseen > 0, text, a.theme.bad)
	}, compare: func(x, y *sockets.Socket) int { return cmp.Compare(watched(y).Drops, watched(x).Drops) }},
	{head: "SEEN", width: 8, keep: 11, when: ofThen, cell: func(a *app, s *sockets.Socket) (string, tcell.Style) {
		return a.cell(!s.Seen.IsZero(), s.Seen.Format(words.TimeOfDay[:8]), a.theme.text)
	}, compare: func(x, y *sockets.Socket) int { return y.Seen.Compare(x.Seen) }},
	{head: "QUEUE", width: 8, right: true, keep: 12, cell: func(a *app, s *sockets.Socket) (string, tcell.Style) {
		st := a.theme.text
		if s.RcvBuf > 0 && s.RMem > s.RcvBuf/2 {
			st = a.theme.warn
		}
		return a.cell(s.RMem > 0, words.Size(uint64(s.RMem)), st)
	}, compare: func(x, y *sockets.Socket) int { return cmp.Compare(y.RMem, x.RMem) }},
	{head: "HIGH", width: 8, right: true, keep: 4, cell: func(a *app, s *sockets.Socket) (string, tcell.Style) {
		return a.cell(watched(s).HighWater > 0, words.Size(uint64(watched(s).HighWater)), a.theme.text)
	}, compare: func(x, y *sockets.Socket) int { return cmp.Compare(watched(y).HighWater, watched(x).HighWater) }},
	{head: "RCVBUF", width: 8, right: true, keep: 10, cell: func(a *app, s *sockets.Socket) (string, tcell.Style) {
		if s.RcvBuf == 0 {
			return "?", a.theme.dim
		}
		return words.Size(uint64(s.RcvBuf)), a.theme.text
	}, compare: func(x, y *sockets.Socket) int { return cmp.Compare(y.RcvBuf, x.RcvBuf) }},
	{head: "READS/s", width: 7, right: true, keep: 3, cell: func(a *app, s *sockets.Socket) (string, tcell.Style) {
		return a.cell(watched(s).Reads > 0, words.Rate(watched(s).ReadRate()), a.theme.text)
	}, compare: func(x, y *sockets.Socket) int { return cmp.Compare(watched(y).ReadRate(), watched(x).ReadRate()) }},
	{head: "STALL", width: 7, right: true, keep: 2, cell: func(a *app, s *sockets.Socket) (string, tcell.Style) {
		return a.cell(watched(s).Stall > 0, words.Duration(watched(s).Stall), a.theme.text)
	}, compare: func(x, y *sockets.Socket) int { return cmp.Compare(watched(y).Stall, watched(x).Stall) }},
	{head: "PROTOCOL", width: 10, keep: 9, cell: func(a *app, s *sockets.Socket) (string, tcell.Style) {
		return capture.ShortName(s.Protocol), a.theme.family
	}, compare: func(x, y *sockets.Socket) int { return cmp.Compare(x.Protocol, y.Protocol) }},
	{head: "PORTID", width: 10, right: true, keep: 8, cell: func(a *app, s *sockets.Socket) (string, tcell.Style) {
		return strconv.FormatUint(uint64(s.PortID), 10), a.theme.dim
	}, compare: func(x, y *sockets.Socket) int { return cmp.Compare(x.PortID, y.PortID) }},
	{head: "NETNS", width: 10, keep: 5, cell: func(a *app, s *sockets.Socket) (string, tcell.Style) {
		return socketNetNS(s), a.theme.text
	}, compare: func(x, y *sockets.Socket) int { return strings.Compare(socketNetNS(x), socketNetNS(y)) }},
	{head: "OWNER", width: 20, cell: func(a *app, s *sockets.Socket) (string, tcell.Style) {
		return words.Process(s.Owner) + words.Where(s.Owner), socketStyle(a, s)
	}, compare: func(x, y *sockets.Socket) int { return strings.Compare(x.Owner.Comm, y.Owner.Comm) }},
	{head: "GROUPS", keep: 6, cell: func(a *app, s *sockets.Socket) (string, tcell.Style) {
		return words.Groups(s.Protocol, s.Groups, a.opt.GroupName), a.theme.dim
	}, compare: func(x, y *sockets.Socket) int { return cmp.Compare(len(y.Groups), len(x.Groups)) }},
}

// newSocketsView lists every Netlink socket, those in trouble first.
func newSocketsView(a *app) *listView[sockets.Socket] {
	return newListView(a, list[sockets.Socket]{
		name:    "sockets",
		columns: socketColumns,
		load: func(a *app) listed[sockets.Socket] {
			rows := slices.DeleteFunc(slices.Clone(a.snap.Sockets.List), func(s sockets.Socket) bool { return s.Kernel })
			l := listed[sockets.Socket]{title: fmt.Sprintf("Netlink sockets: %d", len(rows)), rows: rows, none: "none is known"}
			if ofThen(a) {
				l.title += ", each as last seen"
				l.notes = append(l.notes, "at the time SEEN in the recording; whether closed since is not known")
			}
			for _, m := range a.snap.Sockets.Missing {
				l.notes = append(l.notes, "not seen: "+m)
			}
			return l
		},
		id: func(s *sockets.Socket) any {
			return capture.SocketKey{Inode: s.Inode, NetNS: s.NetNS, Protocol: s.Protocol, PortID: s.PortID}
		},
		open: func(v *listView[sockets.Socket], s *sockets.Socket) {
			v.app.openSocket(s.Protocol, s.NetNS, s.PortID, s.Inode, words.Process(s.Owner))
		},
		opens:  "open the last messages of the socket",
		detail: socketDetail,
		ask:    live.Ask{Sockets: true},
	})
}

// ofThen says whether the sockets are those of a recording: each as it was when its last
// message passed, not as it is today.
func ofThen(a *app) bool {
	return slices.ContainsFunc(a.snap.Sockets.List, func(s sockets.Socket) bool { return !s.Seen.IsZero() })
}

// watched is how a socket was read; zeros where nobody watched.
func watched(s *sockets.Socket) *sockets.Live {
	if s.Live == nil {
		return &sockets.Live{}
	}
	return s.Live
}

// socketNetNS names a network namespace; nothing for that of the host.
func socketNetNS(s *sockets.Socket) string {
	switch {
	case !ownNetNS(s.NetNSName):
		return decode.Quote(s.NetNSName)
	case s.NetNSName == "" && s.NetNS != 0:
		return strconv.FormatUint(s.NetNS, 10)
	}
	return ""
}

func socketStyle(a *app, s *sockets.Socket) tcell.Style {
	switch {
	case s.Drops > 0:
		return a.theme.bad
	case s.RcvBuf > 0 && s.RMem > s.RcvBuf/2:
		return a.theme.warn
	}
	return a.theme.text
}

func socketDetail(a *app, s *sockets.Socket) [][]segment {
	t := &a.theme
	segs := []segment{{text: words.Process(s.Owner) + words.Where(s.Owner), style: t.title}}
	add := func(keep int, format string, args ...any) {
		segs = append(segs, segment{text: fmt.Sprintf(format, args...), style: t.text, keep: keep})
	}
	if g := words.Groups(s.Protocol, s.Groups, a.opt.GroupName); g != "" {
		add(3, "groups %s", g)
	}
	if len(s.Flags) > 0 {
		add(2, "%s", strings.Join(s.Flags, " "))
	}
	if n := watched(s).Unseen; n > 0 {
		add(7, "%s in sk_drops alone: lost by nltop, or filtered", words.Plural(int(n), "drop", "drops"))
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
