// SPDX-License-Identifier: Apache-2.0

package live

import (
	"fmt"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
)

// TestRowsInOneOrder: rows of which all figures are the same stand in the same order each time.
func TestRowsInOneOrder(t *testing.T) {
	var s aggregate.Snapshot
	for i := range uint64(40) {
		c := aggregate.Cell{Key: aggregate.Key{Socket: aggregate.Socket{Inode: 100 - i, NetNS: i % 3}, Where: aggregate.Where{Unit: fmt.Sprint(i % 7)}}}
		c.PID, c.Life = 7, i // as rows they have one name
		c.Counters.Requests, c.Counters.OutBytes = 1, i
		s.Cells = append(s.Cells, c)
	}
	for _, sum := range []string{"socket", "netns", "unit", "process", "all"} {
		want := fmt.Sprintf("%+v", subjects(Rows(&s, sum, "messages")))
		for range 20 {
			if got := fmt.Sprintf("%+v", subjects(Rows(&s, sum, "messages"))); got != want {
				t.Fatalf("--by %s, then and now:\n%s\n%s", sum, want, got)
			}
		}
	}
}

// TestCausesInOneOrder: so do those of --by cause, and those that make room are the same.
func TestCausesInOneOrder(t *testing.T) {
	list := func() string {
		table := aggregate.New(aggregate.Options{MaxCauses: 16})
		for i := range uint64(40) {
			table.CountCause(&capture.Count{Proc: capture.Proc{PID: 7, Life: i}, Deliveries: 1, Bytes: i}, nil)
		}
		s := table.Snapshot(time.Unix(1, 0))
		var bytes []uint64
		for _, r := range Causes(&s, "deliveries") {
			bytes = append(bytes, r.Bytes)
		}
		return fmt.Sprint(bytes)
	}
	want := list()
	for range 20 {
		if got := list(); got != want {
			t.Fatalf("then and now:\n%s\n%s", want, got)
		}
	}
}

func subjects(rows []Row) (all []string) {
	for i := range rows {
		s := aggregate.Socket{}
		if rows[i].Socket != nil {
			s = *rows[i].Socket
		}
		all = append(all, fmt.Sprint(s.Inode, rows[i].NetNS, rows[i].Unit, rows[i].OutBytes))
	}
	return all
}
