// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"slices"
	"time"
)

// Timeline is what happened over all of a run, in moments of the same length behind one
// another. There are at most MaxMoments: where the run gets longer than those, each two
// become one.
type Timeline struct {
	Start   time.Time     // of the first moment; zero: nothing has happened
	Width   time.Duration // of a moment
	Moments []Moment
	// Misdated are messages with a time that no clock of today shows, or that is so far from
	// all others that those would be one moment: it is damaged.
	Misdated uint64
}

// Moment is one part of a Timeline.
type Moment struct {
	Messages uint64
	// Errors are requests that failed, without probes that fail by design.
	Errors uint64
	Lost   uint64 // datagrams dropped, and ENOBUFS raised or read
	// Gap: messages were only counted, or nltop lost some, at some time of it.
	Gap bool
}

const (
	// MaxMoments bounds a Timeline.
	MaxMoments = 1024
	// leastMoment is how long moments are at first, in milliseconds.
	leastMoment = 10
)

// End is where the last moment ends.
func (l *Timeline) End() time.Time { return l.Start.Add(time.Duration(len(l.Moments)) * l.Width) }

// At is the number of the moment that a time is in, or the nearest.
func (l *Timeline) At(t time.Time) int {
	if l.Width <= 0 || len(l.Moments) == 0 {
		return 0
	}
	return int(min(max(t.Sub(l.Start)/l.Width, 0), time.Duration(len(l.Moments)-1)))
}

// Sum is what happened in the moments from one on, to before another.
func (l *Timeline) Sum(from, to int) (m Moment) {
	for _, n := range l.Moments[max(min(from, len(l.Moments)), 0):max(min(to, len(l.Moments)), 0)] {
		m.add(&n)
	}
	return m
}

func (m *Moment) add(n *Moment) {
	m.Messages += n.Messages
	m.Errors += n.Errors
	m.Lost += n.Lost
	m.Gap = m.Gap || n.Gap
}

// line makes a Timeline. What is far from what came before may be damaged, or be the next
// part of a recording; the first of all may be damaged, too. So it keeps what is near each
// other, what is near the newest that was not, and all, and chooses when it is asked for.
type line struct {
	main  moments
	aside moments // the stray that came last, and what is near it
	all   moments // nothing until something strayed
	// unplaced are messages without a moment.
	unplaced uint64
}

// What is taken for damaged: what is further away than farLeast, and than farTimes as long
// as what there is; fewer messages at one place than aPlace, and all of them no more than
// one in strayShare.
const (
	farLeast   = 48 * time.Hour
	farTimes   = 64
	aPlace     = 16
	strayShare = 50
	// shortTimes: with strays the line would be so many times as long, at least.
	shortTimes = 8
)

// count adds what was counted at a time.
func (l *line) count(t time.Time, d *Counters) {
	n := Moment{Messages: d.Messages(), Errors: d.Failures(), Lost: d.Drops + d.Nobufs()}
	switch {
	case n == Moment{}:
		return
	case !placed(t):
		l.unplaced += n.Messages
		return
	case l.main.near(t):
		l.main.add(t, &n)
	case l.all.list == nil:
		l.all = l.main.clone()
		fallthrough
	default:
		if !l.aside.near(t) {
			l.aside = moments{}
		}
		if l.aside.add(t, &n); l.aside.messages > l.main.messages {
			l.main, l.aside = l.aside, l.main
		}
	}
	if l.all.list != nil {
		l.all.add(t, &n)
	}
}

// copy is what a snapshot has.
func (l *line) copy() Timeline {
	outside := l.all.messages - min(l.main.messages, l.all.messages)
	strays := l.aside.messages < aPlace && outside <= max(l.all.messages/strayShare, 1)
	if l.all.list == nil || strays && l.all.length() > shortTimes*l.main.length() {
		c := l.main.copy()
		c.Misdated = outside + l.unplaced
		return c
	}
	c := l.all.copy()
	c.Misdated = l.unplaced
	return c
}

// gap marks a time.
func (l *line) gap(from, to time.Time) {
	if !placed(from) || !placed(to) || to.Before(from) {
		return
	}
	l.main.gap(from, to)
	if l.all.list != nil {
		l.all.gap(from, to)
	}
}

// moments are those of one stretch of time.
type moments struct {
	width int64 // in milliseconds
	first int64 // the number of the first: its time by width
	list  []Moment
	// messages is how many are in them.
	messages uint64
}

func (h *moments) clone() moments {
	c := *h
	c.list = slices.Clone(h.list)
	return c
}

// near says whether a time is no stray. The first of all is near.
func (h *moments) near(t time.Time) bool {
	if len(h.list) == 0 {
		return true
	}
	from := h.first * h.width
	to := from + h.length()
	far := max(farLeast.Milliseconds(), farTimes*(to-from))
	ms := t.UnixMilli()
	return ms >= from-far && ms < to+far
}

// length is how long they are together, in milliseconds.
func (h *moments) length() int64 { return int64(len(h.list)) * h.width }

func (h *moments) add(t time.Time, n *Moment) {
	h.at(t).add(n)
	h.messages += n.Messages
}

// at returns the moment of a time. What is in front of all others costs a copy of them;
// since their number is bounded, and each doubling of their length halves it, that is a
// bounded number of copies whatever times a file has.
func (h *moments) at(t time.Time) *Moment {
	ms := t.UnixMilli()
	if len(h.list) == 0 {
		h.width = leastMoment
		h.first, h.list = floorDiv(ms, h.width), append(h.list, Moment{})
	}
	n := floorDiv(ms, h.width)
	for !h.reaches(n) {
		h.double()
		n = floorDiv(ms, h.width)
	}
	if n < h.first {
		h.list = slices.Insert(h.list, 0, make([]Moment, h.first-n)...)
		h.first = n
	}
	for n >= h.first+int64(len(h.list)) {
		h.list = append(h.list, Moment{})
	}
	return &h.list[n-h.first]
}

// reaches says whether a moment fits beside those that there are. Numbers are far below
// the limits of their type: they were divided.
func (h *moments) reaches(n int64) bool {
	from, to := min(h.first, n), max(h.first+int64(len(h.list))-1, n)
	return to-from < MaxMoments
}

// double makes moments twice as long.
func (h *moments) double() {
	first, last := floorDiv(h.first, 2), floorDiv(h.first+int64(len(h.list))-1, 2)
	list := make([]Moment, last-first+1)
	for i := range h.list {
		list[floorDiv(h.first+int64(i), 2)-first].add(&h.list[i])
	}
	h.list, h.first, h.width = list, first, 2*h.width
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// placed says whether a time has a moment: one that no clock of today shows has none, or
// it would make all others one.
func placed(t time.Time) bool { return !t.Before(earliest) && t.Before(latest) }

var (
	earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

func (h *moments) copy() Timeline {
	if len(h.list) == 0 {
		return Timeline{}
	}
	return Timeline{
		Start: time.UnixMilli(h.first * h.width), Width: time.Duration(h.width) * time.Millisecond,
		Moments: slices.Clone(h.list),
	}
}

// Timeline is a copy of what happened over all of the run.
func (t *Table) Timeline() Timeline { return t.line.copy() }

// Totals is a snapshot with nothing but the rates and the sum of all.
func (t *Table) Totals(now time.Time) Snapshot {
	return Snapshot{Time: now, Start: t.start, Total: t.total.counts, Rates: t.total.rate.rates(bucketOf(now), bucketOf(t.start))}
}

// Gap marks the time in which messages were only counted, or lost by nltop.
func (t *Table) Gap(from, to time.Time) { t.line.gap(from, to) }

func (h *moments) gap(from, to time.Time) {
	h.at(to)
	h.at(from)
	for n := floorDiv(from.UnixMilli(), h.width); n <= floorDiv(to.UnixMilli(), h.width); n++ {
		h.list[n-h.first].Gap = true
	}
}
