// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"maps"
	"reflect"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/histogram"
)

// Latencies of 1 to 100 ms over two processes: the quantiles of each, of both
// together, and of both when the cells had to make room.
func TestTimes(t *testing.T) {
	observe := func(tb *Table) {
		for i := range 100 {
			pid := uint32(1 + i%2)
			tb.Observe(correlate.Observation{
				Frame: &capture.Frame{
					Origin: &capture.Origin{
						Dir: capture.DirReply, Socket: capture.Socket{Inode: uint64(pid)},
					},
					Time: time.Unix(int64(i), 0),
				},
				Account: capture.Proc{PID: pid, Comm: "p"}, Family: "route", Type: "RTM_GETLINK",
				Outcome: correlate.Acked, Latency: time.Duration(i+1) * time.Millisecond,
			})
			tb.Observe(correlate.Observation{
				Frame: &capture.Frame{
					Origin: &capture.Origin{
						Kind: capture.KindCompletion, Socket: capture.Socket{Inode: uint64(pid)},
					},
					Time: time.Unix(int64(i), 0), Elapsed: 2 * time.Microsecond,
				},
				Account: capture.Proc{PID: pid, Comm: "p"}, Family: "route", Type: "RTM_GETLINK",
			})
		}
	}
	near := func(what string, got, want time.Duration) {
		t.Helper()
		if d := got - want; d.Abs() > want/64 {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	for _, cells := range []int{2, 1} {
		tb := New(Options{MaxCells: cells})
		observe(tb)
		s := tb.Snapshot(time.Unix(100, 0))
		near("total p50", s.Times.Quantile(0.5), 50*time.Millisecond)
		near("total p99", s.Times.Quantile(0.99), 99*time.Millisecond)
		if s.Total.Kernel.Sum != 200*time.Microsecond || s.Total.Kernel.Count != 100 {
			t.Errorf("kernel %+v", s.Total.Kernel)
		}
		var all Times
		for i := range s.Cells {
			all.Add(&s.Cells[i].Times)
		}
		all.Add(&s.Overflow.Times)
		near("sum of cells", all.Quantile(0.9), 90*time.Millisecond)
		if cells == 2 {
			rows := s.Tree(Query{By: ByQuantile(0.5)})
			if len(rows) != 2 || rows[0].ID.Key.PID != 2 {
				t.Fatalf("%d rows, first %+v", len(rows), rows[0].ID)
			}
			near("row p50", rows[0].Times.Quantile(0.5), 50*time.Millisecond)
			near("row p100", rows[1].Times.Quantile(1), 99*time.Millisecond)
		}
	}
}

// Rows by where things run; a pod's container has the pod's name in front.
func TestWhere(t *testing.T) {
	tb := New(Options{})
	for _, p := range []capture.Proc{
		{PID: 1, Comm: "a", Unit: "ssh.service"},
		{PID: 2, Comm: "b", Container: "bird", Pod: "net/node-1"},
		{PID: 3, Comm: "c", Container: "bird", Pod: "net/node-1", Unit: "ssh.service"},
		{PID: 4, Comm: "d", Container: "web"},
	} {
		tb.Observe(correlate.Observation{
			Frame: &capture.Frame{
				Origin: &capture.Origin{
					Dir: capture.DirRequest, NetNS: 7 + uint64(p.PID)/3,
					NetNSName: map[bool]string{true: "blue"}[p.PID < 3],
				},
				Time: time.Unix(1, 0),
			},
			Account: p, Family: "route", Type: "RTM_GETLINK",
		})
	}
	s := tb.Snapshot(time.Unix(2, 0))
	for g, want := range map[Group]map[string]uint64{
		GroupContainer: {"(host)": 1, "net/node-1/bird": 2, "web": 1},
		GroupUnit:      {"ssh.service": 2, "(no unit)": 2},
		GroupNetNS:     {"blue": 2, "netns 8": 2},
	} {
		got := map[string]uint64{}
		for _, r := range s.Tree(Query{Group: g}) {
			for _, c := range r.Children {
				got[r.Label] += uint64(len(c.Children))
			}
		}
		if !maps.Equal(got, want) {
			t.Errorf("%v: %v, want %v", g, got, want)
		}
	}
}

// The latency of a question is counted with the question.
func TestLatencyOfQuestion(t *testing.T) {
	for _, cells := range []int{8, 1} {
		tb := New(Options{MaxCells: cells})
		req := &decode.Message{Family: "route", Type: "RTM_GETLINK", Frame: &capture.Frame{Origin: &capture.Origin{}}}
		f := &capture.Frame{
			Origin: &capture.Origin{
				Dir: capture.DirReply,
			},
			Time: time.Unix(1, 0), Data: make([]byte, 16), OrigLen: 16,
		}
		tb.Observe(correlate.Observation{
			Frame: f, Message: &decode.Message{Family: "route", Type: "RTM_NEWLINK", Frame: f, Data: f.Data},
			Exchange: &correlate.Exchange{Request: req}, Family: "route", Type: "RTM_NEWLINK",
			Outcome: correlate.Answered, Latency: time.Millisecond,
		})
		s := tb.Snapshot(time.Unix(2, 0))
		if s.Total.Latency.Count != 1 || s.Total.InMessages != 1 {
			t.Errorf("total %+v", s.Total)
		}
		for i := range s.Cells {
			c := &s.Cells[i]
			if asked := c.Type.Name == "RTM_GETLINK"; asked != (c.Latency.Count == 1) || asked != (c.InMessages == 0) {
				t.Errorf("%s: %+v", c.Type.Name, c.Counters)
			}
		}
	}
}

// Equal makes snapshots comparable: whether both hold the same durations.
func (t Times) Equal(o Times) bool {
	var a, b histogram.H
	for _, p := range t.parts {
		a.Merge(p)
	}
	for _, p := range o.parts {
		b.Merge(p)
	}
	return reflect.DeepEqual(&a, &b)
}

// A snapshot keeps its latencies while the table goes on.
func TestSnapshotKeepsTimes(t *testing.T) {
	tb := New(Options{})
	x := correlate.Observation{
		Frame: &capture.Frame{Origin: &capture.Origin{Dir: capture.DirReply}, Time: time.Unix(1, 0)}, Family: "route", Type: "RTM_GETLINK",
		Outcome: correlate.Acked, Latency: time.Millisecond,
	}
	tb.Observe(x)
	s := tb.Snapshot(time.Unix(2, 0))
	x.Latency = time.Minute
	for range 3 {
		tb.Observe(x)
		tb.Snapshot(time.Unix(2, 0))
	}
	if got := s.Times.Quantile(1); got != time.Millisecond {
		t.Errorf("the snapshot now says %v", got)
	}
	s = tb.Snapshot(time.Unix(2, 0))
	if got := s.Cells[0].Times.Quantile(0.5); got < 59*time.Second {
		t.Errorf("the table says %v", got)
	}
}

// The time of a send is counted once for all messages of its datagram, and not
// where it failed or where the datagram was received.
func TestKernelOfDatagram(t *testing.T) {
	for _, tt := range []struct {
		name    string
		dir     capture.Dir
		verdict capture.Verdict
		want    uint64
	}{
		{"sent", capture.DirRequest, capture.VerdictDelivered, 1},
		{"failed", capture.DirRequest, capture.VerdictFailed, 0},
		{"part of a dump", capture.DirReply, capture.VerdictDelivered, 0},
	} {
		tb := New(Options{})
		for i := range 3 {
			x := sample(7, "ip", "route", "RTM_NEWLINK", tt.dir, 52, epoch)
			x.Frame.Change(func(o *capture.Origin) { o.Verdict = tt.verdict })
			x.Frame.Elapsed = time.Millisecond
			x.Message.Index = i
			tb.Observe(x)
		}
		if k := tb.Snapshot(epoch).Total.Kernel; k.Count != tt.want || k.Sum != time.Duration(tt.want)*time.Millisecond {
			t.Errorf("%s: %+v, want %d", tt.name, k, tt.want)
		}
	}
}

// Quantiles of the time in the kernel: of every send, or none.
func TestKernelQuantiles(t *testing.T) {
	send := func(pid uint32, took time.Duration) correlate.Observation {
		x := sample(pid, "ip", "route", "RTM_NEWLINK", capture.DirRequest, 52, epoch)
		x.Frame.Change(func(o *capture.Origin) { o.Verdict = capture.VerdictDelivered })
		x.Frame.Elapsed = took
		return x
	}
	for _, cells := range []int{2, 1} { // with one, the other is folded
		tb := New(Options{MaxCells: cells})
		for i := range 100 {
			tb.Observe(send(uint32(1+i/50), time.Duration(i+1)*time.Millisecond))
		}
		s := tb.Snapshot(epoch)
		if d, ok := KernelQuantile(&s.Total, &s.KernelTimes, 0.9); !ok || (d-90*time.Millisecond).Abs() > 2*time.Millisecond {
			t.Errorf("p90 of all is %v, %v", d, ok)
		}
		var sum Row
		for _, r := range s.Tree(Query{}) {
			d, ok := KernelQuantile(&r.Counters, &r.KernelTimes, 1)
			if !ok || d != r.Kernel.Max || d != 50*time.Millisecond && d != 100*time.Millisecond {
				t.Errorf("the longest of %s is %v, %v, want %v", r.Label, d, ok, r.Kernel.Max)
			}
			sum.KernelTimes.Add(&r.KernelTimes)
		}
		if n := sum.KernelTimes.Count(); n != 100 {
			t.Errorf("%d of 100 sends are in rows", n)
		}
		// A source that counts by itself tells the sum alone.
		tb.Count(&capture.Count{
			Proc: capture.Proc{PID: 1, Comm: "ip"}, Out: true, Last: epoch, Tally: capture.Tally{Kernel: capture.Times{Count: 2, Sum: 2e6, Max: 1e6}},
		}, &capture.Frame{Origin: &capture.Origin{}, Time: epoch}, nil)
		s = tb.Snapshot(epoch)
		if d, ok := KernelQuantile(&s.Total, &s.KernelTimes, 0.9); ok || d != 0 {
			t.Errorf("%v of sends half of which nobody timed", d)
		}
	}
	var none Row
	if d, ok := KernelQuantile(&none.Counters, &none.KernelTimes, 0.5); ok || d != 0 {
		t.Errorf("%v of nothing", d)
	}
}
