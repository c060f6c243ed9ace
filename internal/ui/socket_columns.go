// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/sockets"
	"github.com/nltop/nltop/internal/words"
)

// socketCount is a column that counts something of the sockets of a row. Of a recording,
// sees is what its source has to see for that; 0: the frames alone tell it.
func socketCount(head string, width, keep int, sees capture.Sees, of func(r *socketRow) uint64, text func(a *app, r *socketRow) (string, tcell.Style)) column[socketRow] {
	return column[socketRow]{head: head, width: width, right: true, keep: keep, cell: func(a *app, r *socketRow) (string, tcell.Style) {
		if len(r.list) > 0 && a.untold(r, sees) {
			return "?", a.theme.dim
		}
		return text(a, r)
	}, compare: func(x, y *socketRow) int { return cmp.Compare(of(y), of(x)) }}
}

// untold says that the source of a recording could not see something, and none of the
// sockets of a row tells it.
func (a *app) untold(r *socketRow, sees capture.Sees) bool {
	return ofThen(a) && a.snap.Info.Lacks(sees) != "" && of(r, func(s *sockets.Socket) bool { return s.RcvBuf == 0 })
}

// readsUntold says that nobody knows how sockets are read: the source does not see it, or the
// recording ends before it says so.
func (a *app) readsUntold() bool {
	return !a.snap.Sockets.Reads || a.snap.Info.Lacks(capture.SeesReads) != ""
}

func of(r *socketRow, is func(s *sockets.Socket) bool) bool {
	return !slices.ContainsFunc(r.list, func(s *sockets.Socket) bool { return !is(s) })
}

var socketColumns = []column[socketRow]{
	socketCount("DROPS", 7, 17, capture.SeesQueues, (*socketRow).drops, func(a *app, r *socketRow) (string, tcell.Style) {
		return a.cell(r.drops() > 0, words.Count(r.drops()), a.theme.bad)
	}),
	socketCount("NEW", 6, 8, capture.SeesLosses, (*socketRow).newDrops, func(a *app, r *socketRow) (string, tcell.Style) {
		text := words.Count(r.newDrops())
		if n := r.unseen(); n > 0 {
			text += "+" + words.Count(n)
		}
		return a.cell(r.newDrops()+r.unseen() > 0, text, a.theme.bad)
	}),
	{head: "BUFFER", width: 12, wide: 16, keep: 16, cell: bufferCell, compare: func(x, y *socketRow) int {
		xs, ys := x.fullest(), y.fullest()
		return cmp.Or(cmp.Compare(fill(ys, ys.RMem), fill(xs, xs.RMem)), cmp.Compare(fill(ys, watched(ys).HighWater), fill(xs, watched(xs).HighWater)))
	}},
	{head: "SEEN", width: 8, keep: 13, when: ofThen, cell: func(a *app, r *socketRow) (string, tcell.Style) {
		return a.cell(!r.seen().IsZero(), r.seen().Format(words.TimeOfDay[:8]), a.theme.text)
	}, compare: func(x, y *socketRow) int { return y.seen().Compare(x.seen()) }},
	socketCount("QUEUE", 8, 6, capture.SeesQueues, func(r *socketRow) uint64 { return uint64(r.fullest().RMem) }, func(a *app, r *socketRow) (string, tcell.Style) {
		s := r.fullest()
		return a.cell(s.RMem > 0, words.Size(uint64(s.RMem)), fillStyle(a, s))
	}),
	socketCount("HIGH", 8, 2, capture.SeesQueues, func(r *socketRow) uint64 { return uint64(watched(r.fullest()).HighWater) }, func(a *app, r *socketRow) (string, tcell.Style) {
		h := watched(r.fullest()).HighWater
		return a.cell(h > 0, words.Size(uint64(h)), a.theme.text)
	}),
	{head: "RCVBUF", width: 8, right: true, keep: 5, cell: func(a *app, r *socketRow) (string, tcell.Style) {
		s := r.fullest()
		if s.RcvBuf == 0 && len(r.list) > 0 {
			return "?", a.theme.dim
		}
		return a.cell(s.RcvBuf > 0, words.Size(uint64(s.RcvBuf)), a.theme.text)
	}, compare: func(x, y *socketRow) int { return cmp.Compare(y.fullest().RcvBuf, x.fullest().RcvBuf) }},
	{head: "READS/s", width: 7, right: true, keep: 3, cell: readCell(func(a *app, r *socketRow) (string, tcell.Style) {
		return a.cell(r.readRate() > 0, words.Rate(r.readRate()), a.theme.text)
	}), compare: func(x, y *socketRow) int { return cmp.Compare(y.readRate(), x.readRate()) }},
	{head: "STALL", width: 7, right: true, keep: 10, cell: readCell(func(a *app, r *socketRow) (string, tcell.Style) {
		return a.cell(r.stall() > 0, words.Duration(r.stall()), a.theme.text)
	}), compare: func(x, y *socketRow) int { return cmp.Compare(y.stall(), x.stall()) }},
	{head: "READ", width: 7, right: true, keep: 9, cell: readCell(lastReadCell),
		compare: func(x, y *socketRow) int { return x.lastRead().Compare(y.lastRead()) }},
	{head: "SOCKETS", width: 7, right: true, keep: 15, cell: func(a *app, r *socketRow) (string, tcell.Style) {
		return a.cell(!r.below && len(r.list) > 0, words.Count(uint64(len(r.list))), a.theme.text)
	}, compare: func(x, y *socketRow) int { return cmp.Compare(len(y.list), len(x.list)) }},
	{head: "GROWTH", width: 8, right: true, keep: 11, when: func(a *app) bool { return !ofThen(a) }, cell: growthCell,
		compare: func(x, y *socketRow) int { return cmp.Compare(y.growth(), x.growth()) }},
	{head: "PROTOCOL", width: 10, keep: 14, cell: func(a *app, r *socketRow) (string, tcell.Style) {
		text := r.protocols()
		return a.cell(text != "", text, a.theme.family)
	}, compare: func(x, y *socketRow) int { return strings.Compare(x.protocols(), y.protocols()) }},
	{head: "PORTID", width: 10, right: true, keep: 12, cell: func(a *app, r *socketRow) (string, tcell.Style) {
		s := r.one()
		return a.cell(s != nil, strconv.FormatUint(uint64(r.fullest().PortID), 10), a.theme.dim)
	}, compare: func(x, y *socketRow) int { return cmp.Compare(x.fullest().PortID, y.fullest().PortID) }},
	{head: "NETNS", width: 10, keep: 4, cell: func(a *app, r *socketRow) (string, tcell.Style) {
		return r.netns(), a.theme.text
	}, compare: func(x, y *socketRow) int { return strings.Compare(x.netns(), y.netns()) }},
	{head: "OWNER", width: 20, wide: 24, cell: func(a *app, r *socketRow) (string, tcell.Style) {
		text := ownerText(a, r)
		if r.below {
			text = "  " + text
		}
		return text, socketStyle(a, r)
	}, compare: func(x, y *socketRow) int {
		return strings.Compare(x.group.Owner.ProcessName(), y.group.Owner.ProcessName())
	}},
	{head: "OPTIONS", width: 24, keep: 1, cell: func(a *app, r *socketRow) (string, tcell.Style) {
		s := r.one()
		if s == nil {
			return "", a.theme.dim
		}
		return socketOptions(s), a.theme.dim
	}, compare: func(x, y *socketRow) int {
		return strings.Compare(socketOptions(y.fullest()), socketOptions(x.fullest()))
	}},
	{head: "GROUPS", keep: 7, cell: func(a *app, r *socketRow) (string, tcell.Style) {
		s := r.one()
		if s == nil {
			return "", a.theme.dim
		}
		return words.Groups(s.Protocol, s.Groups, a.opt.GroupName), a.theme.dim
	}, compare: func(x, y *socketRow) int { return cmp.Compare(y.groups(), x.groups()) }},
}

// readCell is a cell that only a source tells of that watches how sockets are read.
func readCell(cell func(a *app, r *socketRow) (string, tcell.Style)) func(a *app, r *socketRow) (string, tcell.Style) {
	return func(a *app, r *socketRow) (string, tcell.Style) {
		if len(r.list) > 0 && a.readsUntold() {
			return "?", a.theme.dim
		}
		return cell(a, r)
	}
}

// lastReadCell is how long ago the sockets of a row were read; of several the one that has
// something to read and did so longest ago.
func lastReadCell(a *app, r *socketRow) (string, tcell.Style) {
	at, waits := r.lastRead(), r.waits()
	if of(r, func(s *sockets.Socket) bool { return s.Live == nil }) {
		waits = false // nobody has watched it yet
	}
	switch d := a.snap.Table.Time.Sub(at); {
	case at.IsZero() && waits:
		return "never", a.theme.bad // as far as it was watched
	case at.IsZero():
		return a.cell(false, "", a.theme.text)
	case waits && d > stuck:
		return words.Age(d), a.theme.bad
	default:
		return words.Age(d), a.theme.text
	}
}

// bufferBar draws how full a receive buffer is, and how full it was at most.
func bufferBar(s *sockets.Socket, width int, ascii bool) string {
	signs := []rune("█·│")
	if ascii {
		signs = []rune("#.|")
	}
	cells := func(bytes uint32) int {
		n := int(math.Round(fill(s, bytes) * float64(width)))
		if bytes > 0 {
			n = max(n, 1)
		}
		return min(n, width)
	}
	bar := make([]rune, width)
	for i := range bar {
		bar[i] = signs[1]
		if i < cells(s.RMem) {
			bar[i] = signs[0]
		}
	}
	if high := cells(watched(s).HighWater); high > cells(s.RMem) {
		bar[high-1] = signs[2]
	}
	return string(bar)
}

func bufferCell(a *app, r *socketRow) (string, tcell.Style) {
	s := r.fullest()
	switch {
	case len(r.list) == 0:
		return "", a.theme.dim
	case s.RcvBuf == 0:
		return "?", a.theme.dim
	}
	width := 12
	if a.grid.w >= wideScreen {
		width = 16
	}
	st := fillStyle(a, s)
	if s.RMem == 0 {
		st = a.theme.dim
	}
	return bufferBar(s, width, a.opt.ASCII), st
}

// fillStyle says by colour how full a buffer is.
func fillStyle(a *app, s *sockets.Socket) tcell.Style {
	switch f := fill(s, s.RMem); {
	case f >= 0.9:
		return a.theme.bad
	case f > 0.5:
		return a.theme.warn
	}
	return a.theme.text
}

func socketStyle(a *app, r *socketRow) tcell.Style {
	if r.drops() > 0 {
		return a.theme.bad
	}
	return fillStyle(a, r.fullest())
}

// growthCell is what came and what was closed since the first look.
func growthCell(a *app, r *socketRow) (string, tcell.Style) {
	g := r.group
	if r.below || !g.Watched() && g.Gone == 0 {
		return a.cell(false, "", a.theme.text)
	}
	var parts []string
	if g.New > 0 {
		parts = append(parts, fmt.Sprintf("+%d", g.New))
	}
	if g.Gone > 0 {
		parts = append(parts, fmt.Sprintf("-%d", g.Gone))
	}
	st := a.theme.text
	if g.Growth() > 0 {
		st = a.theme.strong
	}
	return a.cell(len(parts) > 0, strings.Join(parts, " "), st)
}

func (r *socketRow) growth() int {
	if r.below {
		return 0
	}
	return r.group.Growth()
}

func (r *socketRow) groups() (n int) {
	for _, s := range r.list {
		n += len(s.Groups)
	}
	return n
}

// seen is when the newest of its sockets was seen.
func (r *socketRow) seen() (at time.Time) {
	for _, s := range r.list {
		at = later(at, s.Seen)
	}
	return at
}

func (r *socketRow) readRate() (n float64) {
	for _, s := range r.list {
		n += watched(s).ReadRate()
	}
	return n
}

func (r *socketRow) stall() (d time.Duration) {
	for _, s := range r.list {
		d = max(d, watched(s).Stall)
	}
	return d
}

// waits says whether there is something to be read.
func (r *socketRow) waits() bool {
	return slices.ContainsFunc(r.list, func(s *sockets.Socket) bool { return s.RMem > 0 })
}

// lastRead is when it was read: of the sockets with something to read the one of longest ago,
// of others the newest.
func (r *socketRow) lastRead() (at time.Time) {
	if r.waits() {
		first := true
		for _, s := range r.list {
			if l := watched(s).LastRead; s.RMem > 0 && (first || l.Before(at)) {
				at, first = l, false
			}
		}
		return at
	}
	for _, s := range r.list {
		at = later(at, watched(s).LastRead)
	}
	return at
}

// protocols names the protocol; of several the one with most sockets, and how many more.
func (r *socketRow) protocols() string {
	count := make(map[uint16]int)
	for _, s := range r.list {
		count[s.Protocol]++
	}
	most, n := uint16(0), 0
	for p, k := range count {
		if k > n || k == n && p < most {
			most, n = p, k
		}
	}
	switch len(count) {
	case 0:
		return ""
	case 1:
		return capture.ShortName(most)
	}
	return fmt.Sprintf("%s +%d", capture.ShortName(most), len(count)-1)
}

// netns names the network namespace, "*" if there are several.
func (r *socketRow) netns() string {
	for i, s := range r.list {
		if i > 0 && socketNetNS(s) != socketNetNS(r.list[0]) {
			return "*"
		}
	}
	if len(r.list) == 0 {
		return ""
	}
	return socketNetNS(r.list[0])
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
