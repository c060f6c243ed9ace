// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// verdict is what is wrong now, the worst first, each with the key that leads to it; or
// that nothing is, and what nobody could see of it.
func (a *app) verdict() []segment {
	if a.opening != nil {
		return part(keepLost, a.theme.title, "opening the source")
	}
	var segs []segment
	for _, part := range [][]segment{a.lostPart(), a.errorPart(), a.holdPart(), a.pollPart(), a.ownPart()} {
		segs = append(segs, part...)
	}
	if segs == nil {
		return a.allWell()
	}
	return append(segs, a.notSeen(1)...)
}

// How long a part of the verdict stays where there is no room: longer than sums.
const (
	keepOwn = iota + 11
	keepPoll
	keepHold
	keepError
	keepLost
)

func part(keep int, st tcell.Style, format string, args ...any) []segment {
	return []segment{{text: fmt.Sprintf(format, args...), style: st, keep: keep}}
}

// loser is a process that lost messages.
type loser struct {
	who       string
	lost      uint64
	incidents int
	open      bool
	first     *incident.Incident // of its incidents, as they are listed
}

// losers are those that lost messages lately, the worst first: who is losing them now, then
// who lost most.
func (a *app) losers() []loser {
	var losers []loser
	for i := range a.snap.Incidents {
		in := &a.snap.Incidents[i]
		if !in.Open && !a.recent(in.End) {
			continue
		}
		who := export.OwnerOf(in)
		at := slices.IndexFunc(losers, func(l loser) bool { return l.who == who })
		if at < 0 {
			at, losers = len(losers), append(losers, loser{who: who, first: in})
		}
		l := &losers[at]
		l.lost, l.incidents, l.open = l.lost+in.Lost+in.Dumps, l.incidents+1, l.open || in.Open
	}
	slices.SortStableFunc(losers, func(x, y loser) int {
		if x.open != y.open {
			return map[bool]int{true: -1, false: 1}[x.open]
		}
		return cmp.Compare(y.lost, x.lost)
	})
	return losers
}

// lostPart says who lost messages.
func (a *app) lostPart() []segment {
	losers := a.losers()
	if len(losers) == 0 {
		return a.unseenLoss()
	}
	worst := &losers[0]
	text := worst.who
	if worst.open {
		text += " is losing messages: "
	} else {
		text += " lost "
	}
	text += words.Count(worst.lost) + " in " + words.Plural(worst.incidents, "incident", "incidents")
	if n := len(losers) - 1; n > 0 {
		text += fmt.Sprintf(", and %d more", n)
	}
	return part(keepLost, a.theme.bad, "%s (i)", text)
}

// openIncidents goes to the incidents, and from home to the one that the verdict names.
func (a *app) openIncidents() {
	v := newIncidentsView(a)
	if losers := a.losers(); len(a.views) == 1 && len(losers) > 0 {
		v.sel, v.follow = v.list.id(losers[0].first), true
	}
	a.push(v)
}

// openLocks goes to rtnl_mutex, and from home to who held it longest.
func (a *app) openLocks() {
	v := newLocksView(a)
	hold := a.snap.LongestHold
	if len(a.views) == 1 && hold != nil {
		switch v := v.(type) {
		case *listView[live.LockRow]:
			for i := range a.snap.Locks.Rows {
				r := &a.snap.Locks.Rows[i]
				if r.Proc.PID == hold.Proc.PID && r.Proc.Outside == hold.Proc.Outside && r.Family == hold.Family && r.Type == hold.Type {
					v.sel, v.follow = v.list.id(r), true
				}
			}
		case *listView[live.LockReport]:
			v.sel, v.follow = v.list.id(hold), true
		}
	}
	a.push(v)
}

// unseenLoss is a loss that was seen by its reader alone: nobody knows what it was.
func (a *app) unseenLoss() []segment {
	var who *aggregate.Row
	for _, r := range a.tree.top {
		if r.Nobufs()+r.Drops > 0 && a.recent(r.LostAt) && (who == nil || r.Nobufs()+r.Drops > who.Nobufs()+who.Drops) {
			who = r
		}
	}
	switch {
	case who == nil:
		return nil
	case who.Nobufs() > 0:
		return part(keepLost, a.theme.bad, "%s got ENOBUFS %s (i)", a.rowName(who), words.Plural(int(who.Nobufs()), "time", "times"))
	}
	return part(keepLost, a.theme.bad, "%s lost %s (i)", a.rowName(who), words.Count(who.Drops))
}

// rowName names a row of the top without those around it.
func (a *app) rowName(r *aggregate.Row) string {
	switch {
	case r.Processes > 0:
		return r.Label + " " + a.many(r)
	case r.ID.Level() == aggregate.LevelProcess:
		return words.Process(r.ID.Key.Process.Proc())
	}
	return r.Label
}

// metError is an error as the verdict names it: how often a command met it, whatever the
// kernel said of it.
type metError struct {
	live.ErrorKind // the one that was seen most of those with another text
	all            uint64
}

// worstError is the error that was met most; ok is false where none was.
func (a *app) worstError() (worst metError, ok bool) {
	type met struct {
		errno int32
		comm  string
	}
	all := make(map[met]uint64)
	for i := range a.snap.Errors {
		if e := &a.snap.Errors[i]; a.recent(e.Last) {
			all[met{e.Errno, e.Comm}] += e.Count
		}
	}
	for i := range a.snap.Errors {
		e := &a.snap.Errors[i]
		n := all[met{e.Errno, e.Comm}]
		if n > worst.all || n == worst.all && e.Comm == worst.Comm && e.Errno < worst.Errno { // as its row
			worst, ok = metError{*e, n}, true
		}
	}
	if ok { // what the row says, where not all messages were seen
		worst.all = max(worst.all, a.counted(worst.Errno, worst.Comm))
	}
	return worst, ok
}

// counted is how often processes of a name met an error, by their rows.
func (a *app) counted(errno int32, comm string) (n uint64) {
	for _, r := range a.tree.top {
		if comm == "" || r.ID.Key.Comm != comm {
			continue
		}
		for _, e := range r.Errnos.Top {
			if e.Errno == errno {
				n += e.Count
			}
		}
	}
	return n
}

// errorPart says which error is met most. Where messages are only counted, it is the one
// of the row that has most.
func (a *app) errorPart() []segment {
	if e, ok := a.worstError(); ok {
		who := decode.Quote(e.Comm)
		if e.Comm == "" {
			who = words.Process(e.Process.Proc())
		}
		segs := part(keepError, a.theme.warn, "%s: %s (E)", a.errno(aggregate.ErrnoCount{Errno: e.Errno, Count: e.all}), who)
		if e.Text != "" {
			text := decode.Quote(e.Text)
			if e.Count < e.all {
				text = words.Count(e.Count) + " of them: " + text
			}
			segs = append(segs, segment{text: text, style: a.theme.text, keep: 7})
		}
		return segs
	}
	var worst *aggregate.Row
	for _, r := range a.tree.top {
		if a.recent(r.Errnos.At) && (worst == nil || r.Failures() > worst.Failures()) {
			worst = r
		}
	}
	if worst == nil {
		return nil
	}
	text, _ := errorCell(a, worst)
	return part(keepError, a.theme.warn, "%s: %s (E)", text, a.rowName(worst))
}

// holdPart says who held rtnl_mutex long.
func (a *app) holdPart() []segment {
	l := a.snap.LongestHold
	if l == nil {
		return nil
	}
	return part(keepHold, a.theme.warn, "rtnl held %s by %s (L)", words.Duration(l.Hold), words.Process(l.Proc))
}

// ownPart says what nltop itself missed.
func (a *app) ownPart() []segment {
	n := a.snap.Stats.LostTotal()
	if n == 0 {
		return nil
	}
	segs := part(0, a.theme.bad, "nltop lost %s (l)", words.Count(n)) // which makes all else doubtful
	if why := a.lossReason(); why != "" {
		segs = append(segs, segment{text: "(" + why + ")", style: a.theme.bad, keep: 7})
	}
	return segs
}

// allWell says that nothing is wrong, as far as the source can know.
func (a *app) allWell() []segment {
	t := &a.theme
	if a.snap.Table.Start.IsZero() {
		return part(keepLost, t.dim, "nothing seen yet")
	}
	return append(part(keepLost, t.strong, "nothing wrong"), a.notSeen(keepOwn)...)
}

// notSeen says in short what the verdict cannot know.
func (a *app) notSeen(keep int) []segment {
	var unseen []string
	for _, x := range []capture.Unseen{
		{Facts: capture.SeesRequests, What: "requests and errors"}, {Facts: capture.SeesLosses, What: "losses"},
		{Facts: capture.SeesCauses, What: "causes"}, {Facts: capture.SeesLocks, What: "rtnl_mutex"},
	} {
		if a.snap.Info.Lacks(x.Facts) != "" {
			unseen = append(unseen, x.What)
		}
	}
	if len(unseen) == 0 {
		return nil
	}
	return part(keep, a.theme.dim, "not seen: %s (l)", strings.Join(unseen, ", "))
}

// openError goes to the newest of the errors that the verdict names.
func (a *app) openError() {
	if e, ok := a.worstError(); ok {
		a.openProcess(e.Process.Proc())
		if v, ok := a.top().(*messagesView); ok {
			v.follow, v.want = false, e.Last
			a.fill()
		}
		return
	}
	for _, r := range a.tree.top {
		if a.recent(r.Errnos.At) {
			a.push(newMessagesView(a, a.rowName(r), r.ID))
			return
		}
	}
	a.notice = "no error was seen"
}
