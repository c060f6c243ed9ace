// SPDX-License-Identifier: Apache-2.0

package live

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/words"
)

// Row is what one process did with one message type, or a sum over what Sum leaves
// out. It is the object of nltop stat -o json.
type Row struct {
	Proc     *aggregate.Process `json:"proc"` // null: the source cannot tell, or summed over
	Family   string             `json:"family"`
	Type     string             `json:"type"`
	Calls    uint64             `json:"calls"` // messages that the process sent
	Messages uint64             `json:"messages"`
	Bytes    uint64             `json:"bytes"`
	aggregate.Where
	NetNS  uint64            `json:"netns,omitempty"`
	Socket *aggregate.Socket `json:"socket,omitempty"` // of the sum "socket"
	aggregate.Counters
	// NobufsSeen instead of Counters.NobufsRead: nil where reads are not watched.
	NobufsSeen *uint64 `json:"enobufs_read,omitempty"`
	// Quantiles of the latency; 0: not measured.
	P50 time.Duration `json:"p50_ns"`
	P90 time.Duration `json:"p90_ns"`
	P99 time.Duration `json:"p99_ns"`
	// Likewise of the time in the kernel; nil: not known (the kernel's own counters
	// have sum and maximum alone).
	KernelP50 *time.Duration `json:"kernel_p50_ns,omitempty"`
	KernelP90 *time.Duration `json:"kernel_p90_ns,omitempty"`
	KernelP99 *time.Duration `json:"kernel_p99_ns,omitempty"`

	times, kernelTimes aggregate.Times
}

// sums are what rows may be summed up to, and the parts of a key that stay.
var sums = map[string]func(c *aggregate.Cell) sumKey{
	"all": func(c *aggregate.Cell) sumKey {
		return sumKey{proc: c.Process, family: c.FamilyLabel(), name: c.Type.Label()}
	},
	"process": func(c *aggregate.Cell) sumKey { return sumKey{proc: c.Process} },
	"socket": func(c *aggregate.Cell) sumKey {
		k := sumKey{proc: c.Process, socket: c.Socket}
		k.socket.PortID = c.PortID
		return k
	},
	"comm":   func(c *aggregate.Cell) sumKey { return sumKey{proc: aggregate.Process{Comm: c.Comm}} },
	"family": func(c *aggregate.Cell) sumKey { return sumKey{family: c.FamilyLabel()} },
	"container": func(c *aggregate.Cell) sumKey {
		return sumKey{where: aggregate.Where{Container: cmp.Or(c.ContainerLabel(), "(host)")}}
	},
	"unit": func(c *aggregate.Cell) sumKey {
		return sumKey{where: aggregate.Where{Unit: cmp.Or(c.Unit, "(no unit)")}}
	},
	"netns": func(c *aggregate.Cell) sumKey {
		return sumKey{where: aggregate.Where{NetNSName: c.NetNSName}, netns: c.NetNS}
	},
	"type": func(c *aggregate.Cell) sumKey { return sumKey{family: c.FamilyLabel(), name: c.Type.Label()} },
}

type sumKey struct {
	proc         aggregate.Process
	family, name string
	where        aggregate.Where
	netns        uint64
	socket       aggregate.Socket
}

// orders are what rows can be sorted by, largest first.
var orders = map[string]func(r *Row) uint64{
	"messages": func(r *Row) uint64 { return r.Messages },
	"calls":    func(r *Row) uint64 { return r.Calls },
	"requests": func(r *Row) uint64 { return r.Requests },
	"replies":  func(r *Row) uint64 { return r.Replies },
	"events":   func(r *Row) uint64 { return r.Events },
	"bytes":    func(r *Row) uint64 { return r.Bytes },
	"errors":   func(r *Row) uint64 { return r.Failures() },
	"drops":    func(r *Row) uint64 { return r.Drops },
	"kernel":   func(r *Row) uint64 { return uint64(r.Kernel.Sum) },
	"p50":      func(r *Row) uint64 { return uint64(r.P50) },
	"p99":      func(r *Row) uint64 { return uint64(r.P99) },
	"max":      func(r *Row) uint64 { return uint64(r.Latency.Max) },
}

// Sums are the names of what rows are summed up by, in order: ByCause, of which Causes
// makes the rows, and those that Rows takes.
func Sums() []string {
	return slices.Sorted(func(yield func(string) bool) {
		for name := range sums {
			if !yield(name) {
				return
			}
		}
		yield(ByCause)
	})
}

// Orders are the names that Rows takes, in order.
func Orders() []string { return slices.Sorted(maps.Keys(orders)) }

// Rows sums the cells of a table by one of Sums but ByCause; the largest by one of Orders is
// first.
func Rows(t *aggregate.Snapshot, sum, order string) []Row {
	by := map[sumKey]*Row{}
	var all []*Row // as they come, which is the order of those that nothing else tells apart
	keyOf := sums[aggregate.GroupName(sum)]
	for i := range t.Cells {
		c := &t.Cells[i]
		k := keyOf(c)
		r := by[k]
		if r == nil {
			r = &Row{Family: k.family, Type: k.name, Where: k.where, NetNS: k.netns}
			if k.proc.Known() {
				r.Proc = &k.proc
			}
			if k.socket != (aggregate.Socket{}) {
				r.Socket = &k.socket
			}
			by[k] = r
			all = append(all, r)
		}
		r.Counters.Add(&c.Counters)
		r.times.Add(&c.Times)
		r.kernelTimes.Add(&c.KernelTimes)
	}
	if o := &t.Overflow; o.Cells > 0 {
		all = append(all, &Row{
			Family: "(rest)", Type: fmt.Sprintf("%d more rows", o.Cells), Counters: o.Counters,
			times: o.Times, kernelTimes: o.KernelTimes,
		})
	}
	for _, r := range all {
		r.finish()
	}
	of := orders[order]
	slices.SortStableFunc(all, func(a, b *Row) int {
		if c := cmp.Or(cmp.Compare(of(b), of(a)), cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Family, b.Family), cmp.Compare(a.Type, b.Type)); c != 0 {
			return c
		}
		return a.compareSubject(b)
	})
	rows := make([]Row, 0, len(all))
	for _, r := range all {
		rows = append(rows, *r)
	}
	return rows
}

// compareSubject orders rows by what they are about.
func (r *Row) compareSubject(o *Row) int {
	s, t := cmp.Or(r.Socket, &aggregate.Socket{}), cmp.Or(o.Socket, &aggregate.Socket{})
	return cmp.Or(cmp.Compare(r.Process(), o.Process()), cmp.Compare(r.NetNS, o.NetNS), cmp.Compare(r.NetNSName, o.NetNSName),
		cmp.Compare(r.Unit, o.Unit), cmp.Compare(r.ContainerLabel(), o.ContainerLabel()),
		cmp.Compare(s.Inode, t.Inode), cmp.Compare(s.NetNS, t.NetNS), cmp.Compare(s.Protocol, t.Protocol), cmp.Compare(s.PortID, t.PortID))
}

// Total sums rows.
func Total(rows []Row) *Row {
	total := &Row{Family: "total"}
	for i := range rows {
		total.Counters.Add(&rows[i].Counters)
		total.times.Add(&rows[i].times)
	}
	total.finish()
	return total
}

func (r *Row) finish() {
	r.Calls, r.Messages, r.Bytes = r.OutMessages, r.Counters.Messages(), r.Counters.Bytes()
	r.P50, r.P90, r.P99 = r.times.Quantile(0.5), r.times.Quantile(0.9), r.times.Quantile(0.99)
	kernel := func(q float64) *time.Duration {
		if d, ok := aggregate.KernelQuantile(&r.Counters, &r.kernelTimes, q); ok {
			return &d
		}
		return nil
	}
	r.KernelP50, r.KernelP90, r.KernelP99 = kernel(0.5), kernel(0.9), kernel(0.99)
}

// Process is "ip[4711]", or what rows were summed up by; "-" where nobody knows.
func (r *Row) Process() string {
	if s := r.Socket; s != nil {
		who := "?"
		if r.Proc != nil {
			who = words.Process(r.Proc.Proc())
		}
		return fmt.Sprintf("%s %s port %d", who, capture.ShortName(s.Protocol), s.PortID)
	}
	if r.Proc == nil {
		netns := ""
		if r.NetNS != 0 {
			netns = fmt.Sprintf("netns %d", r.NetNS)
		}
		return decode.Quote(cmp.Or(r.Container, r.Unit, r.NetNSName, netns, "-"))
	}
	return words.Process(r.Proc.Proc())
}
