// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/live"
)

// line is one of the screen, from 0.
func (h *harness) line(n int) string { return strings.Split(h.text(), "\n")[n] }

// The line above home says what is wrong, the worst first, each with its key; or that
// nothing is, and what the source cannot see of it.
func TestVerdict(t *testing.T) {
	mtu := live.ErrorKind{
		Errno: 22, Text: "mtu greater than device maximum", Comm: "ip", Count: 6,
		Process: aggregate.Process{PID: 4711, Comm: "ip"}, Last: epoch,
	}
	bad := func(s *fakeSource) {
		s.story()
		s.incidents = s.incidents[1:] // none goes on
		s.errs = []live.ErrorKind{mtu}
		s.hold = &live.LockReport{Proc: capture.Proc{PID: 9, Comm: "brctl"}, Lock: capture.Lock{Hold: 262 * time.Millisecond}}
		s.status.Stats.Lost[0].Count = 12
	}
	for _, tc := range []struct {
		name  string
		tell  func(s *fakeSource)
		want  []string
		lacks string
	}{
		{"all at once", bad, []string{
			"bird[12] lost 371 in 1 incident (i)", "6 × EINVAL: ip (E)", "mtu greater than device maximum",
			"rtnl held 262 ms by brctl[9] (L)", "nltop lost 12 (l)  (ring buffer full)",
		}, "nothing wrong"},
		{"an overrun that goes on", func(s *fakeSource) { bad(s); s.story() }, []string{"bird[12] is losing messages: 742 in 2 incidents (i)"}, "nothing"},
		{"long ago", func(s *fakeSource) { bad(s); s.hold = nil; s.status.Stats.Lost = nil; s.now = s.now.Add(time.Hour) }, []string{"nothing wrong"}, "(E)"},
		{"long ago in a recording", func(s *fakeSource) {
			bad(s)
			s.now, s.status.Replay = s.now.Add(time.Hour), &live.Replay{Ended: true}
		}, []string{"6 × EINVAL: ip (E)", "lost 371"}, "nothing"},
		{"one error with two texts", func(s *fakeSource) {
			other := mtu
			other.Text, other.Count = "", 2
			s.errs = []live.ErrorKind{mtu, other}
		}, []string{"8 × EINVAL: ip (E)  6 of them: mtu greater"}, "6 × EINVAL"},
		{"more were counted than seen", func(s *fakeSource) {
			s.errs = []live.ErrorKind{{Errno: 17, Comm: "zebra", Count: 1, Text: "it is there", Last: epoch}}
		}, []string{"4 × EEXIST: zebra (E)  1 of them: it is there"}, "1 × EEXIST"},
		{"two errors as often", func(s *fakeSource) {
			other := mtu
			other.Errno, other.Text = 101, ""
			less := mtu
			less.Errno, less.Text = 17, ""
			s.errs = []live.ErrorKind{other, mtu, less}
		}, []string{"6 × EEXIST: ip (E)"}, "EINVAL"},
		{"a heavy poll", func(s *fakeSource) {
			s.table.Clear()
			s.crowdOf(2)
			s.polls = []live.Poll{poll(s, 10*time.Millisecond, 1000, 50), poll(s, time.Millisecond, 10, 5)}
		}, []string{"snmpd[7] polls: RTM_GETROUTE every 10.0 ms (x)  5000 replies/s, 50% of a processor"}, "nothing wrong"},
		{"a light poll", func(s *fakeSource) {
			s.table.Clear()
			s.crowdOf(2)
			s.polls = []live.Poll{poll(s, 2*time.Second, 30, 1)}
		}, []string{"nothing wrong"}, "polls"},
		{"an error that was only counted", func(s *fakeSource) {}, []string{"4 × EEXIST: zebra[2044] (E)", "systemd-network[811] got ENOBUFS 1 time (i)"}, "nothing"},
		{"a source that sees little", func(s *fakeSource) {
			s.table.Clear()
			s.status.Info.Name, s.status.Info.Sees = capture.SourceSyscall, capture.Describe(capture.SourceSyscall).Sees
			s.crowdOf(2)
		}, []string{"nothing wrong", "not seen: losses, causes, rtnl_mutex (l)"}, "(E)"},
		{"no traffic", func(s *fakeSource) { s.table.Clear() }, []string{"nothing seen yet"}, "wrong"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHarness(t, 230, 30, Options{})
			tc.tell(h.src)
			h.tick()
			line := h.line(2)
			for _, want := range tc.want {
				if !strings.Contains(line, want) {
					t.Errorf("%q is not in %q", want, line)
				}
			}
			if strings.Contains(line, tc.lacks) {
				t.Errorf("%q is in %q", tc.lacks, line)
			}
		})
	}
}

// E goes to the very message: the newest error of the kind that the verdict names.
func TestVerdictsError(t *testing.T) {
	h := newHarness(t, 160, 30, Options{})
	h.press("E")
	h.wants("messages of zebra[2044]")
	h.press("Esc")
	var first time.Time
	for i := range h.src.kept {
		if x := &h.src.kept[i]; x.Errno != 0 {
			first = x.Frame.Time
			break
		}
	}
	h.src.errs = []live.ErrorKind{{Errno: 17, Comm: "zebra", Process: aggregate.Process{PID: 2044, Comm: "zebra"}, Count: 4, Last: first}}
	h.tick()
	h.press("E")
	v, ok := h.top().(*messagesView)
	if !ok {
		t.Fatalf("%T", h.top())
	}
	if k := v.current(); k == nil || k.Errno != 17 || !k.Frame.Time.Equal(first) {
		t.Errorf("on %+v", k)
	}
	h.press("Esc")
	h.src.table.Clear()
	h.src.errs = nil
	h.tick()
	h.press("E")
	h.wants("no error was seen")
}

// i and L go to what the verdict names, wherever it stands in its list.
func TestVerdictsPlaces(t *testing.T) {
	h := newHarness(t, 160, 30, Options{})
	h.src.story()
	worst := h.src.incidents[1]
	worst.Socket.Owner, worst.Lost, worst.Begin = capture.Proc{PID: 77, Comm: "loser"}, 5000, epoch.Add(time.Millisecond)
	h.src.incidents = []incident.Incident{h.src.incidents[1], worst}
	h.src.hold = &live.LockReport{
		Proc: capture.Proc{PID: 12, Comm: "bird"}, Family: "route", Type: "RTM_GETROUTE", Lock: capture.Lock{Hold: time.Second},
	}
	h.tick()
	h.wants("loser[77] lost 5000 in 1 incident, and 1 more (i)", "rtnl held 1.00 s by bird[12] (L)")
	h.press("i")
	if v := h.top().(*listView[incident.Incident]); v.current().Lost != 5000 {
		t.Errorf("on %+v", v.current())
	}
	h.press("Esc", "L")
	if v := h.top().(*listView[live.LockRow]); v.current().Process() != "bird[12]" {
		t.Errorf("on %+v", v.current())
	}
	h.press("Esc")
	h.src.locks.Why = "it was not watched"
	h.src.hold = &h.src.locks.Reports[1]
	h.tick()
	h.press("L")
	if v := h.top().(*listView[live.LockReport]); v.current().Request() != "route RTM_DELLINK" {
		t.Errorf("on %+v", v.current())
	}
}

// poll is one by a daemon: so often, with so many replies each, of which one takes 5 ms in
// the kernel.
func poll(s *fakeSource, every time.Duration, times, replies uint64) live.Poll {
	return live.Poll{
		Process: aggregate.Process{PID: 7, Comm: "snmpd"}, Processes: 1, Family: "route", Type: "RTM_GETROUTE", Dump: true,
		Times: times, Interval: every, Low: every, High: every, Even: true,
		Replies: times * replies, Kernel: time.Duration(times) * 5 * time.Millisecond,
		First: s.now.Add(-time.Duration(times) * every), Last: s.now,
	}
}
