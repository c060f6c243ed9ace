// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"cmp"
	"strings"
	"time"
)

// Column is a thing that rows show and can be sorted by.
type Column uint8

const (
	ColumnName Column = iota
	ColumnPID
	ColumnPortID
	ColumnContainer
	ColumnUnit
	ColumnNetNS
	ColumnOutRate
	ColumnInRate
	ColumnOutByteRate
	ColumnInByteRate
	ColumnRate // both ways; not shown, the default order
	ColumnMessages
	ColumnBytes
	ColumnErrors
	ColumnDrops
	ColumnNobufs
	ColumnLatency
	ColumnP50
	ColumnP90
	ColumnP99
	ColumnLatencyMax
	ColumnKernel
	ColumnKernelP50
	ColumnKernelP90
	ColumnKernelP99
	ColumnKernelMax
	ColumnLast
	numColumns
)

// columns: head is what the screen shows, compare orders rows the way that
// people look for (largest first, names from A), or is nil where the column
// cannot be sorted by.
var columns = [numColumns]struct {
	head    string
	compare func(a, b *Row) int
}{
	ColumnName:        {"NAME", func(a, b *Row) int { return compareText(a.Label, b.Label) }},
	ColumnPID:         {"PID", func(a, b *Row) int { return cmp.Compare(a.ID.Key.PID, b.ID.Key.PID) }},
	ColumnPortID:      {"PORTID", func(a, b *Row) int { return cmp.Compare(a.PortID, b.PortID) }},
	ColumnContainer:   {"CONTAINER", func(a, b *Row) int { return comparePlace(a.Container(), b.Container()) }},
	ColumnUnit:        {"UNIT", func(a, b *Row) int { return comparePlace(a.UnitName(), b.UnitName()) }},
	ColumnNetNS:       {"NETNS", func(a, b *Row) int { return comparePlace(a.NetNSText(), b.NetNSText()) }},
	ColumnOutRate:     {"OUT/s", func(a, b *Row) int { return cmp.Compare(b.OutRate, a.OutRate) }},
	ColumnInRate:      {"IN/s", func(a, b *Row) int { return cmp.Compare(b.InRate, a.InRate) }},
	ColumnOutByteRate: {"OUT B/s", func(a, b *Row) int { return cmp.Compare(b.OutByteRate, a.OutByteRate) }},
	ColumnInByteRate:  {"IN B/s", func(a, b *Row) int { return cmp.Compare(b.InByteRate, a.InByteRate) }},
	ColumnRate:        {"MSG/s", func(a, b *Row) int { return cmp.Compare(b.Rate(), a.Rate()) }},
	ColumnMessages:    {"MESSAGES", compareMessages},
	ColumnBytes:       {"BYTES", func(a, b *Row) int { return cmp.Compare(b.Bytes(), a.Bytes()) }},
	ColumnErrors:      {"ERRORS", func(a, b *Row) int { return cmp.Compare(b.Errors, a.Errors) }},
	ColumnDrops:       {"DROPS", func(a, b *Row) int { return cmp.Compare(b.Drops, a.Drops) }},
	ColumnNobufs:      {"ENOBUFS", func(a, b *Row) int { return cmp.Compare(b.Nobufs(), a.Nobufs()) }},
	ColumnLatency:     {"LATENCY", func(a, b *Row) int { return cmp.Compare(b.Latency.Mean(), a.Latency.Mean()) }},
	ColumnP50:         {"P50", compareQuantile(0.5)},
	ColumnP90:         {"P90", compareQuantile(0.9)},
	ColumnP99:         {"P99", compareQuantile(0.99)},
	ColumnKernel:      {"KERNEL", func(a, b *Row) int { return cmp.Compare(b.Kernel.Sum, a.Kernel.Sum) }},
	ColumnKernelP50:   {"KRN P50", compareKernel(0.5)},
	ColumnKernelP90:   {"KRN P90", compareKernel(0.9)},
	ColumnKernelP99:   {"KRN P99", compareKernel(0.99)},
	ColumnKernelMax:   {"KRN MAX", func(a, b *Row) int { return cmp.Compare(b.Kernel.Max, a.Kernel.Max) }},
	ColumnLatencyMax:  {"MAX", func(a, b *Row) int { return cmp.Compare(b.Latency.Max, a.Latency.Max) }},
	ColumnLast:        {"LAST", func(a, b *Row) int { return b.Seen.Compare(a.Seen) }},
}

// String returns the head of a column.
func (c Column) String() string { return columns[c].head }

func compareQuantile(q float64) func(a, b *Row) int {
	return func(a, b *Row) int { return cmp.Compare(b.Times.Quantile(q), a.Times.Quantile(q)) }
}

func compareKernel(q float64) func(a, b *Row) int {
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

// compare is a total order: rows that a column cannot tell apart are ordered
// by messages, then by what they are. Only the column is reversed, so that
// equal rows do not jump.
func compare(a, b *Row, q Query) int {
	n := columns[q.Sort].compare(a, b)
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
