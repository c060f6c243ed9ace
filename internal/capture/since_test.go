// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"reflect"
	"testing"
	"time"
)

func TestStatsSince(t *testing.T) {
	before := Stats{Frames: 10, Bytes: 100, Cut: 1, Truncated: 2, LostReports: 3, Uncounted: 4,
		Lost: []Loss{{"a", 5}, {"b", 6}}}
	now := Stats{Frames: 11, Bytes: 102, Cut: 4, Truncated: 6, LostReports: 8, Uncounted: 10,
		Lost: []Loss{{"b", 13}, {"a", 4}, {"c", 9}}}
	want := Stats{Frames: 1, Bytes: 2, Cut: 3, Truncated: 4, LostReports: 5, Uncounted: 6,
		Lost: []Loss{{"b", 7}, {"a", 0}, {"c", 9}}}
	if got := now.Since(before); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := now.Since(Stats{}); !reflect.DeepEqual(got, now) {
		t.Errorf("since the beginning: %+v", got)
	}
	if now.Lost[0].Count != 13 {
		t.Error("the losses themselves were changed")
	}
	// A count that is added later has to be subtracted, too.
	all := Stats{Frames: 7, Bytes: 7, Cut: 7, Truncated: 7, LostReports: 7, Uncounted: 7}
	v := reflect.ValueOf(all)
	for i := range v.NumField() {
		if v.Type().Field(i).Name != "Lost" && v.Field(i).Uint() != 7 {
			t.Errorf("the test knows nothing of %s", v.Type().Field(i).Name)
		}
	}
	if got := all.Since(all); !reflect.DeepEqual(got, Stats{}) {
		t.Errorf("since now: %+v", got)
	}
}

func TestTablesSince(t *testing.T) {
	row := func(pid uint32, waits Times, blamed time.Duration) LockRow {
		return LockRow{Proc: Proc{PID: pid, Comm: "ip"}, Request: true, Type: 16, Wait: waits, Hold: Times{5, 50, 20}, Blamed: blamed}
	}
	before := Tables{Locked: true, Lost: 1, Span: 10, Locks: []LockRow{row(1, Times{2, 20, 15}, 3), row(2, Times{1, 10, 10}, 0), row(3, Times{1, 1, 1}, 0)},
		Readers: []Reader{{Inode: 1, Reads: 4}, {Inode: 2, Reads: 4}}}
	now := Tables{Locked: true, Lost: 3, Span: 40, Locks: []LockRow{row(1, Times{3, 28, 15}, 4), row(2, Times{2, 50, 40}, 0), row(3, Times{1, 1, 1}, 0), row(4, Times{1, 9, 9}, 0)},
		Readers: []Reader{{Inode: 1, Reads: 4}, {Inode: 2, Reads: 5, Stall: 7}, {Inode: 3, Reads: 1}}}
	held := func(l LockRow) LockRow { l.Hold = Times{}; return l }
	want := Tables{Locked: true, Lost: 2, Span: 30,
		Locks:   []LockRow{held(row(1, Times{1, 8, 8}, 1)), held(row(2, Times{1, 40, 40}, 0)), row(4, Times{1, 9, 9}, 0)},
		Readers: []Reader{{Inode: 2, Reads: 1, Stall: 7}, {Inode: 3, Reads: 1}}}
	if got := now.Since(&before); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := now.Since(&Tables{}); !reflect.DeepEqual(got, now) {
		t.Errorf("since the beginning: %+v", got)
	}
	if got := (Tables{Readers: []Reader{}}).Since(&before); got.Readers == nil {
		t.Error("nobody read, and nobody knows that")
	}
}
