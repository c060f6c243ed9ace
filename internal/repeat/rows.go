// SPDX-License-Identifier: Apache-2.0

package repeat

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/histogram"
)

// Row is one question of one process, or of several of one name that asked it once each,
// one after another, as a script starts them.
type Row struct {
	Proc capture.Proc // of several processes the name alone; zero: unknown
	// Processes is how many they are.
	Processes int
	PortID    uint32 // of the socket, where the process is not known
	NetNS     uint64 // inode
	Protocol  uint16
	Family    string
	Type      string
	Dump      bool
	Request   *decode.Message // the first; nil: it is too long to be shown
	Counts
	First, Last time.Time // when it was asked
	// Of the times between two: the middle, and that which one in ten is below and above.
	// 0: it was asked once, or only begun anew.
	Interval, Low, High time.Duration
}

// Orders are the names that Rows takes: by the bytes of the replies, by the time from
// request to last reply, by how often.
func Orders() []string { return slices.Sorted(maps.Keys(orders)) }

var orders = map[string]func(r *Row) uint64{
	"bytes": func(r *Row) uint64 { return r.Bytes },
	"time":  func(r *Row) uint64 { return uint64(r.Took.Sum) },
	"times": func(r *Row) uint64 { return r.Times },
}

// Rows returns what was asked, by one of Orders, most first.
func (l *Log) Rows(order string) []Row {
	var out []Row
	for _, rs := range l.questions() {
		out = append(out, sum(rs))
	}
	of := orders[order]
	slices.SortFunc(out, func(a, b Row) int {
		return cmp.Or(cmp.Compare(of(&b), of(&a)), cmp.Compare(b.Times, a.Times), a.First.Compare(b.First),
			cmp.Compare(a.Type, b.Type), cmp.Compare(a.Proc.PID, b.Proc.PID), cmp.Compare(a.PortID, b.PortID))
	})
	return out
}

// Polls are the questions that were asked at least PollTimes times, over at least PollSpan,
// last since a time, and at times between two that do not differ too much; those asked most
// often first, so many of them at most.
func (l *Log) Polls(since time.Time, most int) []Row {
	var often [][]*row
	for _, rs := range l.questions() {
		first, last := rs[0].first, rs[0].last()
		for _, r := range rs[1:] {
			if r.first.Before(first) {
				first = r.first
			}
			if r.last().After(last) {
				last = r.last()
			}
		}
		if asked(rs) >= PollTimes && last.Sub(first) >= PollSpan && !last.Before(since) {
			often = append(often, rs)
		}
	}
	slices.SortFunc(often, func(a, b []*row) int {
		return cmp.Or(cmp.Compare(asked(b), asked(a)), a[0].first.Compare(b[0].first),
			cmp.Compare(a[0].name, b[0].name), cmp.Compare(a[0].proc.PID, b[0].proc.PID))
	})
	var out []Row
	for _, rs := range often[:min(len(often), most)] {
		if r := sum(rs); r.High <= pollSpread*r.Low {
			out = append(out, r)
		}
	}
	return out
}

// What makes a question a poll: who runs a command three times by hand does not poll, nor
// does a script that asks the same ten times in a second.
const (
	PollTimes = 4
	PollSpan  = 3 * time.Second
	// pollSpread is how many times as long one time between two may be as another.
	pollSpread = 4
)

// Even says whether the times between two were about the same.
func (r *Row) Even() bool { return r.Interval > 0 && r.High <= 2*r.Low }

// asked is how often a question was asked.
func asked(rs []*row) (n int) {
	for _, r := range rs {
		n += r.asked
	}
	return n
}

// questions are all that were asked, each with its row, or with those of processes of one
// name that asked it once each.
func (l *Log) questions() [][]*row {
	var out [][]*row
	once := map[key]int{} // by question and name, in out
	for e := l.lru.Back(); e != nil; e = e.Prev() {
		r := e.Value.(*row)
		if k := r.key; r.asked == 1 && r.proc.Known() {
			k.proc.pid, k.proc.life = 0, 0
			if at, ok := once[k]; ok {
				out[at] = append(out[at], r)
				continue
			}
			once[k] = len(out)
		}
		out = append(out, []*row{r})
	}
	return out
}

// sum is the row of one question.
func sum(rs []*row) Row {
	if len(rs) == 1 {
		return rs[0].row()
	}
	return fold(rs)
}

// Rest is what found no room.
func (l *Log) Rest() Rest { return l.rest }

// Span is the time of what was seen.
func (l *Log) Span() time.Duration { return l.to.Sub(l.from) }

func (r *row) row() Row {
	out := Row{
		Proc: r.proc, Processes: 1, PortID: r.key.port, NetNS: r.key.netns, Protocol: r.key.protocol,
		Family: r.family, Type: r.name, Dump: r.dump, Request: r.request, Counts: r.counts, First: r.first, Last: r.last(),
	}
	out.spread(&r.intervals)
	return out
}

func (r *Row) spread(h *histogram.H) {
	r.Interval, r.Low, r.High = h.Quantile(0.5), h.Quantile(0.1), h.Quantile(0.9)
}

// fold makes one row of those of processes that asked once each.
func fold(rs []*row) Row {
	slices.SortStableFunc(rs, func(a, b *row) int { return a.first.Compare(b.first) })
	out := rs[0].row()
	out.Proc, out.Processes = capture.Proc{Comm: rs[0].proc.ProcessName()}, len(rs)
	var between histogram.H
	for i, r := range rs[1:] {
		before := rs[i]
		out.add(&r.counts)
		out.Last = r.last()
		between.Add(r.first.Sub(before.first))
		if before.before.known && r.before.known {
			out.Compared++
			if before.before == r.before {
				out.Same++
			}
		}
	}
	out.spread(&between)
	return out
}
