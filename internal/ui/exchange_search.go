// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"slices"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/spool"
)

// identity tells the page from others: it is one, whatever of the exchanges it lists, but for
// those of a cell.
func (v *exchangesView) identity() any {
	if v.cell != nil {
		return [...]any{v.cell.text(), fmt.Sprint(v.cell.rows)}
	}
	return "exchanges"
}

// identity tells the pages of stories apart: by the frame with the request, from wherever
// they were opened.
func (v *storyView) identity() any { return [2]any{"story", v.want.Frame} }

// span implements spanner: the time of the exchanges on the screen.
func (v *exchangesView) span() (from, to time.Time) {
	for i := range v.cur.page {
		if l := v.at(v.cur.top + i); l != nil {
			if from.IsZero() || l.x.Time.Before(from) {
				from = l.x.Time
			}
			to = later(to, l.x.Time)
		}
	}
	return from, to
}

// askText asks what to look for, and goes to the nearest line below that has it, else to the
// nearest above.
func (v *exchangesView) askText() {
	v.app.askText(func(text string) {
		v.text = text
		if l := v.current(); text != "" && (l == nil || !v.has(v.app.snap, l)) {
			v.seek(false, func() { v.seek(true, nil) })
		}
	})
}

// has says whether a line has the text that is looked for in one of the columns on the screen,
// or below it where it is unfolded.
func (v *exchangesView) has(snap *live.Snapshot, l *exchangeLine) bool {
	if l.below != nil {
		return hasText(v.text, func() string { return l.below.text })
	}
	for i := range v.shown {
		c := v.shown[i].column
		if hasText(v.text, func() string {
			if c.head == requestHead { // of many lines, which are not to be remembered
				return v.requestCell(l, requestWords(v.app, snap, l))
			}
			text, _ := c.cell(v.app, l)
			return text
		}) {
			return true
		}
	}
	return false
}

// seek goes to the next line that has the text. otherwise is called where there is none; nil:
// that is said.
func (v *exchangesView) seek(above bool, otherwise func()) {
	if !v.wanted(v.app) {
		return
	}
	none := func() { v.notThere(v.app, above, v.win.Unread, otherwise) }
	if v.rows() == 0 {
		none()
		return
	}
	v.look(live.Search{Back: above == v.reverse}, above, v.aim(above), v.has, none)
}

// look goes to the next line, above or below, for which match says so: among those that are
// here, and behind those through all that is kept, by steps (live.Search).
func (v *exchangesView) look(of live.Search, above bool, what string, match func(*live.Snapshot, *exchangeLine) bool, none func()) {
	by := 1
	if above {
		by = -1
	}
	of.From = v.beyond(of.Back)
	row := v.cur.at
	if l := v.at(row); l != nil && l.waits == 0 {
		of.From = spool.Start{Seq: l.seq, Time: l.kept.Frame.Time}
	}
	for row += by; row >= 0 && row < v.rows(); row += by {
		l := v.at(row)
		if l == nil {
			break
		}
		if match(v.app.snap, l) {
			v.goTo(row)
			return
		}
		if l.waits == 0 {
			of.From = spool.Start{Seq: l.seq, Time: l.kept.Frame.Time}
		}
	}
	if row < 0 || row >= v.rows() {
		none()
		return
	}
	of.Exchanges = &live.Exchanges{Outcomes: v.only}
	of.Match = func(s *live.Snapshot, k *aggregate.Kept) bool {
		if match(s, lineOf(&s.Ended, 0, k)) {
			return true
		}
		i := slices.IndexFunc(v.unfolded, func(u unfolded) bool { return u.seq == k.Seq })
		return i >= 0 && slices.ContainsFunc(v.unfolded[i].lines, func(b storyLine) bool {
			return match(s, &exchangeLine{below: &b})
		})
	}
	search := &of
	v.app.seek(search, what, func() {
		if len(search.Found) > 0 {
			v.toward = spot{pos: search.Found[0].At, seq: search.Found[0].Seq}
			v.app.fill()
			return
		}
		for row := min(len(v.open), v.cur.at) - 1; above && row >= 0; row-- {
			if match(v.app.snap, v.at(row)) {
				v.goTo(row)
				return
			}
		}
		none()
	})
}

// beyond is where a search begins that has no line to begin at: at the newest going back, else
// at the oldest.
func (v *exchangesView) beyond(back bool) spool.Start {
	if back {
		return spool.Start{Time: v.app.snap.Now.Add(time.Hour)}
	}
	return spool.Start{Time: time.Unix(0, 0)}
}

// goTo puts the cursor into a line.
func (v *exchangesView) goTo(row int) {
	v.cur.move(row - v.cur.at)
	v.moved()
	v.app.fill()
}

// trouble goes to the next that went wrong, later or earlier.
func (v *exchangesView) trouble(later bool) {
	where, above := "earlier", later != v.reverse
	if later {
		where = "later"
	}
	wrong := func(_ *live.Snapshot, l *exchangeLine) bool {
		return l.below == nil && l.waits == 0 && spool.Troubles.Has(l.worst)
	}
	of := live.Search{Back: !later, Only: spool.Troubles}
	none := func() { v.app.notice = "nothing that is kept went wrong " + where + " than this" }
	if v.order != nil { // by something else than time: its neighbours are not those in time
		v.lookSorted(later, wrong, none)
		return
	}
	v.look(of, above, "what went wrong, "+where, wrong, none)
}

// lookSorted is look by time in a list that is all here, in another order.
func (v *exchangesView) lookSorted(later bool, match func(*live.Snapshot, *exchangeLine) bool, none func()) {
	by, at := int64(-1), v.win.First+int64(len(v.win.List))
	if later {
		by = 1
	}
	if l := v.current(); l != nil && l.waits == 0 {
		at = l.pos
	}
	for at += by; v.kept(at) != nil; at += by {
		if l := v.line(at); match(v.app.snap, l) {
			v.toward = l.spot
			v.refresh()
			return
		}
	}
	none()
}
