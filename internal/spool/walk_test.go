// SPDX-License-Identifier: Apache-2.0

package spool_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/spool"
)

// walked is what a walk comes to.
func walked(t *testing.T, w *spool.Walk) (list []spool.Placed, steps int) {
	t.Helper()
	for steps = 0; steps < 10000; steps++ {
		next, more := w.Next()
		if list = append(list, next...); !more {
			return list, steps
		}
	}
	t.Fatal("a walk does not end")
	return nil, 0
}

// A walk comes to every message behind its start, or in front of it, each at the place
// where a window has it.
func TestWalk(t *testing.T) {
	rd, err := pcapng.NewReader(bytes.NewReader(nltest.Unpacked(t, "../e2e/testdata/84eb856/fentry.pcapng.gz")))
	if err != nil {
		t.Fatal(err)
	}
	r := wire(t, &once{Source: rd, times: 8}, spool.Options{}, nil).run(t, rd)
	var row aggregate.RowID
	s := r.table.Snapshot(time.Time{})
	for _, fam := range s.Tree(aggregate.Query{Group: aggregate.GroupFamily}) {
		if fam.Label == "nftables" {
			row = fam.ID
		}
	}
	for _, tt := range []struct {
		name string
		what spool.What
		f    string
	}{{"all", spool.What{}, ""}, {"a row", spool.What{Rows: []aggregate.RowID{row}}, ""}, {"a filter", spool.What{}, `type == "RTM_NEWLINK"`}} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.f != "" {
				f, err := filter.Compile(tt.f)
				if err != nil {
					t.Fatal(err)
				}
				r.pipe.Narrow(f)
				defer r.pipe.Narrow(nil)
			}
			q := r.spool.Query(r.pipe, tt.what, tt.f != "")
			for unread := uint64(1); unread > 0; unread = q.Window(0, 1, true).Unread {
				q.Update(r.table.CellsOf(tt.what.Rows...), r.spool.Frames())
			}
			all := list(t, q, 500)
			low := q.Window(0, 1, true).Low
			if len(all) < 50 {
				t.Fatalf("%d messages prove nothing", len(all))
			}
			for _, at := range []int{0, 1, len(all) / 2, len(all) - 1} {
				for _, back := range []bool{false, true} {
					want := all[at+1:]
					if back {
						want = slices.Clone(all[:at])
						slices.Reverse(want)
					}
					got, steps := walked(t, q.Walk(spool.Start{Seq: all[at].Seq}, back))
					check(t, fmt.Sprintf("from %d, back %v", at, back), got, want)
					if len(want) > 4000 && steps < 2 {
						t.Errorf("%d messages in %d steps", len(want), steps)
					}
					for i := range got {
						if w := q.Window(got[i].At, 1, false); i%97 == 0 && (len(w.List) != 1 || w.List[0].Seq != got[i].Seq) {
							t.Fatalf("message %d is not at %d of %d", got[i].Seq, got[i].At-low, w.Total)
						}
					}
				}
			}
			at := all[len(all)/2].Frame.Time
			for _, back := range []bool{false, true} {
				got, _ := walked(t, q.Walk(spool.Start{Time: at}, back))
				var want []aggregate.Kept
				for _, k := range all {
					if back && !k.Frame.Time.After(at) || !back && !k.Frame.Time.Before(at) {
						want = append(want, k)
					}
				}
				if back {
					slices.Reverse(want)
				}
				check(t, fmt.Sprintf("from a time, back %v", back), got, want)
			}
		})
	}
	empty := spool.New(spool.Options{}).Query(r.pipe, spool.What{}, false)
	empty.Update(nil, 10)
	if got, _ := walked(t, empty.Walk(spool.Start{Seq: 5}, true)); len(got) != 0 {
		t.Errorf("%d messages of nothing", len(got))
	}
}

func check(t *testing.T, name string, got []spool.Placed, want []aggregate.Kept) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d messages, want %d", name, len(got), len(want))
		return
	}
	for i := range got {
		if got[i].Seq != want[i].Seq {
			t.Errorf("%s: message %d is %d, want %d", name, i, got[i].Seq, want[i].Seq)
			return
		}
	}
}
