// SPDX-License-Identifier: Apache-2.0

package schema

import "testing"

// TestEvents: a number can be a command, its answer, and an event that has
// nothing to do with either.
func TestEvents(t *testing.T) {
	own := &Family{Name: "f", Protocol: 16, Messages: []Message{
		{ID: 1, Name: "F_CMD_GET"}, {ID: 1, Name: "F_EVENT_UP", Dirs: Events},
		{ID: 2, Name: "F_CMD_SET", Dirs: ToKernel}, {ID: 2, Name: "F_EVENT_DOWN", Dirs: Events},
		{ID: 3, Name: "F_EVENT_GONE", Dirs: Events}, {ID: 4, Name: "F_CMD_ANY"},
	}}
	spec := &Family{Name: "f", Protocol: 16, Messages: []Message{{ID: 1, Name: "get"}, {ID: 4, Name: "any"}}}
	for _, f := range append(Merge([]*Family{own}, []*Family{spec}, Override), Merge([]*Family{own}, []*Family{spec}, Fill)[0], own) {
		f.Build()
		for id, want := range map[uint16][3]string{
			1: {"F_CMD_GET", "F_CMD_GET", "F_EVENT_UP"},
			2: {"F_CMD_SET", "F_EVENT_DOWN", "F_EVENT_DOWN"},
			3: {"F_EVENT_GONE", "F_EVENT_GONE", "F_EVENT_GONE"},
			4: {"F_CMD_ANY", "F_CMD_ANY", "F_CMD_ANY"},
		} {
			if got := [3]string{f.Message(id, true).Name, f.Message(id, false).Name, f.Event(id).Name}; got != want {
				t.Errorf("message %d as request, answer, event: %q, want %q", id, got, want)
			}
		}
	}
	if (*Family)(nil).Event(1) != nil || own.Event(9) != nil {
		t.Error("an event out of nothing")
	}
}
