// SPDX-License-Identifier: Apache-2.0

package live

import (
	"cmp"
	"maps"
	"slices"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/words"
)

// ByCause is the sum whose rows are CauseRows.
const ByCause = "cause"

// CauseRow is what a process made others receive by requests of one type, or without
// one. It is the object of nltop stat --by cause -o json.
type CauseRow struct {
	Proc   *aggregate.Process `json:"proc"`             // null: unknown, or more than one
	Family string             `json:"family,omitempty"` // of the request
	Type   string             `json:"type,omitempty"`   // likewise; "": no request
	// Requests counts those that the process sent, whether or not they caused something.
	Requests uint64 `json:"requests"`
	aggregate.Caused
	Pod       string `json:"pod,omitempty"`
	Container string `json:"container,omitempty"`
	Unit      string `json:"unit,omitempty"`
	// Others: the sum of those that found no room.
	Others bool `json:"others,omitempty"`
}

// causeOrders are what CauseRows can be sorted by, largest first.
var causeOrders = map[string]func(r *CauseRow) uint64{
	"deliveries": func(r *CauseRow) uint64 { return r.Deliveries },
	"events":     func(r *CauseRow) uint64 { return r.Events },
	"requests":   func(r *CauseRow) uint64 { return r.Requests },
	"messages":   func(r *CauseRow) uint64 { return r.Messages },
	"bytes":      func(r *CauseRow) uint64 { return r.Bytes },
	"drops":      func(r *CauseRow) uint64 { return r.Lost },
}

// CauseOrders are the names that Causes takes, in order.
func CauseOrders() []string { return slices.Sorted(maps.Keys(causeOrders)) }

// Causes lists who made others receive events; the largest by one of CauseOrders is
// first, what found no room last.
func Causes(t *aggregate.Snapshot, order string) []CauseRow {
	type asked struct {
		aggregate.Process
		aggregate.Type
	}
	requests := map[asked]uint64{}
	for i := range t.Cells {
		if c := &t.Cells[i]; c.OutMessages > 0 {
			requests[asked{c.Process, c.Type}] += c.OutMessages
		}
	}
	rows := make([]CauseRow, 0, len(t.Causes)+1)
	for i := range t.Causes {
		c := &t.Causes[i]
		r := CauseRow{Caused: c.Caused, Pod: c.Pod, Container: c.Container, Unit: c.Unit}
		if c.Process.Known() {
			r.Proc = &c.Process
		}
		if c.Request != (aggregate.Type{}) {
			r.Family, r.Type = c.Request.FamilyLabel(), c.Request.Label()
			r.Requests = requests[asked{c.Process, c.Request}]
		}
		rows = append(rows, r)
	}
	of := causeOrders[order]
	slices.SortStableFunc(rows, func(a, b CauseRow) int {
		return cmp.Or(cmp.Compare(of(&b), of(&a)), cmp.Compare(b.Deliveries, a.Deliveries), cmp.Compare(b.Lost, a.Lost),
			cmp.Compare(a.Family, b.Family), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Process(), b.Process()))
	})
	if t.OtherCauses != (aggregate.Caused{}) {
		rows = append(rows, CauseRow{Caused: t.OtherCauses, Others: true})
	}
	return rows
}

// Process is "conntrack[4711]"; "-" where nobody knows.
func (r *CauseRow) Process() string {
	if r.Proc == nil {
		return "-"
	}
	return words.Process(r.Proc.Proc())
}
