// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"strings"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/spool"
)

// The lines of the list of exchanges are counted from the top: those that wait, then the
// datagrams, each with what is unfolded below it.

// listed is how many datagrams the list has.
func (v *exchangesView) listed() int {
	if v.order != nil {
		return len(v.order)
	}
	return int(v.win.Total)
}

// rows is how many lines.
func (v *exchangesView) rows() int {
	n := len(v.open) + v.listed()
	for i := range v.unfolded {
		n += len(v.unfolded[i].lines)
	}
	return n
}

// posOf is the position of the datagram at a place in the list.
func (v *exchangesView) posOf(i int) int64 {
	switch {
	case v.order != nil:
		return v.win.First + int64(v.order[i])
	case v.reverse:
		return v.win.Low + int64(i)
	}
	return v.win.Low + v.win.Total - 1 - int64(i)
}

// indexOf is the place in the list of a position; negative: it is not there.
func (v *exchangesView) indexOf(pos int64) int {
	if v.order != nil {
		for i, at := range v.order {
			if v.win.First+int64(at) == pos {
				return i
			}
		}
		return -1
	}
	if pos < v.win.Low || pos >= v.win.Low+v.win.Total {
		return -1
	}
	if v.reverse {
		return int(pos - v.win.Low)
	}
	return int(v.win.Low + v.win.Total - 1 - pos)
}

func (v *exchangesView) kept(pos int64) *aggregate.Kept {
	if i := pos - v.win.First; i >= 0 && i < int64(len(v.win.List)) {
		return &v.win.List[i]
	}
	return nil
}

// at is what a line of the list is about; nil: it is not there yet, or not any more.
func (v *exchangesView) at(row int) *exchangeLine {
	if row < 0 {
		return nil
	}
	if row < len(v.open) {
		x := &v.open[row]
		return &exchangeLine{spot: spot{waits: x.Request.Frame.ID}, kept: live.RequestOf(x), x: x, worst: x}
	}
	pos, sub, u := v.placeOf(row)
	if pos < 0 {
		return nil
	}
	l := v.line(pos)
	if l != nil && sub > 0 {
		l.below, l.sub = &u.lines[sub-1], sub
	}
	return l
}

// placeOf is the position of the datagram that a line below those that wait is about, whether
// or not that is there yet, and which of the lines below it, of u; negative: there is none.
func (v *exchangesView) placeOf(row int) (pos int64, sub int, u *unfolded) {
	row -= len(v.open)
	for i := range v.unfolded { // in the order of the list
		u := &v.unfolded[i]
		first := v.indexOf(u.pos)
		if row <= first {
			break
		}
		if row <= first+len(u.lines) {
			return u.pos, row - first, u
		}
		row -= len(u.lines)
	}
	if row < 0 || row >= v.listed() {
		return -1, 0, nil
	}
	return v.posOf(row), 0, nil
}

// line is that of a datagram.
func (v *exchangesView) line(pos int64) *exchangeLine {
	k := v.kept(pos)
	if k == nil {
		return nil
	}
	return lineOf(&v.win, pos, k)
}

// lineOf is that of a datagram at a position of a window.
func lineOf(w *spool.Window, pos int64, k *aggregate.Kept) *exchangeLine {
	return &exchangeLine{spot: spot{pos: pos, seq: k.Seq}, kept: *k, x: k.Exchange, worst: w.Worst(k), rest: w.Shared[k.Seq]}
}

// rowOf finds a place in the list again.
func (v *exchangesView) rowOf(p spot) (row int, ok bool) {
	if p == (spot{}) {
		return 0, false
	}
	if p.waits != 0 {
		for i := range v.open {
			if v.open[i].Request.Frame.ID == p.waits {
				return i, true
			}
		}
		for i := range v.win.List { // it has ended
			if k := &v.win.List[i]; k.Frame.ID == p.waits {
				v.sel = spot{pos: v.win.First + int64(i), seq: k.Seq}
				return v.rowOf(v.sel)
			}
		}
		return 0, false
	}
	p.pos = v.found(p.pos, p.seq)
	i := v.indexOf(p.pos)
	if i < 0 {
		return 0, false
	}
	v.sel.pos = p.pos
	if k := v.kept(p.pos); k != nil && p.blind {
		v.sel.seq, v.sel.blind = k.Seq, false
	}
	row = len(v.open) + i
	for j := range v.unfolded {
		if u := &v.unfolded[j]; v.indexOf(u.pos) < i {
			row += len(u.lines)
		} else if u.pos == p.pos {
			row += min(p.sub, len(u.lines))
		}
	}
	return row, true
}

// found is where a datagram is that was at a position: one that ended late may have come
// between.
func (v *exchangesView) found(pos int64, seq uint64) int64 {
	if k := v.kept(pos); seq == 0 || k == nil || k.Seq == seq {
		return pos
	}
	for i := range v.win.List {
		if v.win.List[i].Seq == seq {
			return v.win.First + int64(i)
		}
	}
	return pos
}

// arrange sorts the list, where it is sorted by something else than time.
func (v *exchangesView) arrange() {
	v.order = nil
	if v.cell != nil {
		v.arrangeCell()
		return
	}
	if v.sorted == nil || v.win.Total > maxSorted {
		return
	}
	lines := make([]*exchangeLine, len(v.win.List))
	for i := range lines {
		lines[i] = v.line(v.win.First + int64(i))
	}
	v.order = orderOf(lines, v.sorted.compare, v.reverse)
}

var exchangeOrders = struct {
	process, request, outcome, latency, kernel, wait, parts func(x, y *exchangeLine) int
}{
	process: func(x, y *exchangeLine) int {
		return cmp.Or(strings.Compare(x.x.Proc.Comm, y.x.Proc.Comm), cmp.Compare(x.x.Proc.PID, y.x.Proc.PID))
	},
	request: func(x, y *exchangeLine) int {
		return strings.Compare(x.x.Request.TypeText(), y.x.Request.TypeText())
	},
	outcome: func(x, y *exchangeLine) int {
		return cmp.Or(cmp.Compare(y.worst.Errno, x.worst.Errno), cmp.Compare(y.worst.Outcome, x.worst.Outcome))
	},
	latency: func(x, y *exchangeLine) int { return cmp.Compare(y.x.Last, x.x.Last) },
	kernel:  func(x, y *exchangeLine) int { return cmp.Compare(y.x.Kernel, x.x.Kernel) },
	wait:    func(x, y *exchangeLine) int { return cmp.Compare(waited(y.x), waited(x.x)) },
	parts:   func(x, y *exchangeLine) int { return cmp.Compare(y.x.Replies+y.x.Shared, x.x.Replies+x.x.Shared) },
}
