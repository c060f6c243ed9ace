// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"cmp"
	"strings"
	"time"
)

// Order says which of two rows stands first, the way that people look for: the largest
// first, names from A. Rows that it cannot tell apart are ordered by messages, then by
// what they are.
type Order func(a, b *Row) int

// Orders of rows.
var (
	ByName        Order = func(a, b *Row) int { return compareText(a.Label, b.Label) }
	ByPID         Order = func(a, b *Row) int { return cmp.Compare(a.ID.Key.PID, b.ID.Key.PID) }
	ByPortID      Order = func(a, b *Row) int { return cmp.Compare(a.PortID, b.PortID) }
	ByContainer   Order = func(a, b *Row) int { return comparePlace(a.Container(), b.Container()) }
	ByUnit        Order = func(a, b *Row) int { return comparePlace(a.UnitName(), b.UnitName()) }
	ByNetNS       Order = func(a, b *Row) int { return comparePlace(a.NetNSText(), b.NetNSText()) }
	ByOutRate     Order = func(a, b *Row) int { return cmp.Compare(b.OutRate, a.OutRate) }
	ByInRate      Order = func(a, b *Row) int { return cmp.Compare(b.InRate, a.InRate) }
	ByOutByteRate Order = func(a, b *Row) int { return cmp.Compare(b.OutByteRate, a.OutByteRate) }
	ByInByteRate  Order = func(a, b *Row) int { return cmp.Compare(b.InByteRate, a.InByteRate) }
	ByRate        Order = func(a, b *Row) int { return cmp.Compare(b.Rate(), a.Rate()) }
	ByMessages    Order = compareMessages
	ByBytes       Order = func(a, b *Row) int { return cmp.Compare(b.Bytes(), a.Bytes()) }
	ByErrors      Order = func(a, b *Row) int { return cmp.Compare(b.Failures(), a.Failures()) }
	ByDrops       Order = func(a, b *Row) int { return cmp.Compare(b.Drops, a.Drops) }
	ByNobufs      Order = func(a, b *Row) int { return cmp.Compare(b.Nobufs(), a.Nobufs()) }
	ByLatency     Order = func(a, b *Row) int { return cmp.Compare(b.Latency.Mean(), a.Latency.Mean()) }
	ByKernel      Order = func(a, b *Row) int { return cmp.Compare(b.Kernel.Sum, a.Kernel.Sum) }
	ByKernelMax   Order = func(a, b *Row) int { return cmp.Compare(b.Kernel.Max, a.Kernel.Max) }
	ByLatencyMax  Order = func(a, b *Row) int { return cmp.Compare(b.Latency.Max, a.Latency.Max) }
	ByLast        Order = func(a, b *Row) int { return b.Seen.Compare(a.Seen) }
)

// ByQuantile orders by a quantile of the latency.
func ByQuantile(q float64) Order {
	return func(a, b *Row) int { return cmp.Compare(b.Times.Quantile(q), a.Times.Quantile(q)) }
}

// ByKernelQuantile orders by a quantile of the time in the kernel.
func ByKernelQuantile(q float64) Order {
	of := func(r *Row) time.Duration {
		d, _ := KernelQuantile(&r.Counters, &r.KernelTimes, q)
		return d
	}
	return func(a, b *Row) int { return cmp.Compare(of(b), of(a)) }
}

func compareMessages(a, b *Row) int {
	return cmp.Compare(b.Messages(), a.Messages())
}

// comparePlace puts rows that say nothing behind those that do.
func comparePlace(a, b string) int {
	if (a == "") != (b == "") {
		return cmp.Compare(b, a)
	}
	return compareText(a, b)
}

func compareText(a, b string) int {
	return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
}

// compare is a total order: rows that an order cannot tell apart are ordered
// by messages, then by what they are. Only the order is reversed, so that
// equal rows do not jump.
func compare(a, b *Row, q Query) int {
	by := q.By
	if by == nil {
		by = ByName
	}
	n := by(a, b)
	if q.Reverse {
		n = -n
	}
	x, y := &a.ID.Key, &b.ID.Key
	return cmp.Or(n,
		compareMessages(a, b),
		compareText(a.Label, b.Label),
		cmp.Compare(x.PID, y.PID),
		strings.Compare(x.Comm, y.Comm),
		strings.Compare(x.Pod, y.Pod),
		strings.Compare(x.Container, y.Container),
		strings.Compare(x.Unit, y.Unit),
		strings.Compare(x.NetNSName, y.NetNSName),
		cmp.Compare(x.Protocol, y.Protocol),
		cmp.Compare(x.NetNS, y.NetNS),
		cmp.Compare(x.Inode, y.Inode),
		cmp.Compare(x.PortID, y.PortID),
		strings.Compare(x.Family, y.Family),
		cmp.Compare(x.FamilyID, y.FamilyID),
		strings.Compare(x.Name, y.Name),
		cmp.Compare(x.ID, y.ID),
		cmp.Compare(x.Cmd, y.Cmd),
	)
}
