// SPDX-License-Identifier: Apache-2.0

package live

import (
	"fmt"
	"testing"

	"github.com/nltop/nltop/internal/aggregate"
)

// TestRowsInOneOrder: rows of which all figures are the same stand in the same order each time.
func TestRowsInOneOrder(t *testing.T) {
	var s aggregate.Snapshot
	for i := range uint64(40) {
		c := aggregate.Cell{Key: aggregate.Key{Socket: aggregate.Socket{Inode: 100 - i, NetNS: i % 3}, Where: aggregate.Where{Unit: fmt.Sprint(i % 7)}}}
		c.Counters.Requests = 1
		s.Cells = append(s.Cells, c)
	}
	for _, sum := range []string{"socket", "netns", "unit"} {
		want := fmt.Sprintf("%+v", subjects(Rows(&s, sum, "messages")))
		for range 20 {
			if got := fmt.Sprintf("%+v", subjects(Rows(&s, sum, "messages"))); got != want {
				t.Fatalf("--by %s, then and now:\n%s\n%s", sum, want, got)
			}
		}
	}
}

func subjects(rows []Row) (all []string) {
	for i := range rows {
		s := aggregate.Socket{}
		if rows[i].Socket != nil {
			s = *rows[i].Socket
		}
		all = append(all, fmt.Sprint(s.Inode, rows[i].NetNS, rows[i].Unit))
	}
	return all
}
