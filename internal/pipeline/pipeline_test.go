// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
)

// made is a source of made-up frames.
type made []*capture.Frame

func (m made) Run(_ context.Context, emit func(*capture.Frame) error) error {
	for _, f := range m {
		if err := emit(f); err != nil {
			return err
		}
	}
	return nil
}
func (made) Stats() capture.Stats { return capture.Stats{} }
func (made) Info() capture.Info   { return capture.Info{Name: capture.SourceNlmon} }
func (made) Close() error         { return nil }

// collect is a sink and a recorder.
type collect struct {
	obs    []correlate.Observation
	frames []*capture.Frame
}

func (c *collect) Observe(o *correlate.Observation) error {
	c.obs = append(c.obs, *o)
	return nil
}

func (c *collect) WriteFrame(f *capture.Frame) error {
	c.frames = append(c.frames, f)
	return nil
}

type owners map[uint32]capture.Proc

func (o owners) Owner(_ uint64, _ uint16, port uint32) (capture.Proc, bool) {
	p, ok := o[port]
	return p, ok
}
func (owners) Cgroup(id uint64) string { return "/fake.slice" }

func (owners) NetNSName(uint64) string { return "blue" }

func frame(dir capture.Dir, pid, ppid, port uint32) *capture.Frame {
	noop := nltest.Message(1 /* NLMSG_NOOP */, 0, 0, 0)
	b := nltest.Cat(noop, noop)
	return &capture.Frame{
		Origin: &capture.Origin{
			Dir: dir, Proc: capture.Proc{PID: pid, PPID: ppid, CgroupID: 1},
			Socket: capture.Socket{PortID: port},
		},
		Time: time.Unix(1, 0), Data: b, OrigLen: len(b),
	}
}

func run(t *testing.T, o Options) *collect {
	t.Helper()
	c := &collect{}
	o.Decoder = decode.New(families.All(), decode.Options{})
	o.Sinks, o.Recorder = []Sink{c}, c
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLimitCountsMessages(t *testing.T) {
	src := made{frame(capture.DirRequest, 1, 0, 1), frame(capture.DirRequest, 1, 0, 1), frame(capture.DirRequest, 1, 0, 1)}
	c := run(t, Options{Source: src, Limit: 3})
	if len(c.obs) != 3 || len(c.frames) != 2 {
		t.Errorf("%d messages of %d frames", len(c.obs), len(c.frames))
	}
	for i, f := range c.frames {
		if f.ID != uint64(i+1) {
			t.Errorf("frame %d has ID %d", i, f.ID)
		}
	}
}

func TestOwnersAreInferred(t *testing.T) {
	src := made{frame(capture.DirReply, 0, 0, 7), frame(capture.DirReply, 0, 0, 8)}
	c := run(t, Options{Source: src, Owners: owners{7: {PID: 70, Comm: "zebra"}}})
	if f := c.frames[0]; f.Socket.Owner.Comm != "zebra" || !f.OwnerInferred || f.Proc.Cgroup != "/fake.slice" {
		t.Errorf("known port: %+v", f)
	}
	if f := c.frames[1]; f.Socket.Owner.Known() || f.OwnerInferred {
		t.Errorf("unknown port: %+v", f)
	}
	if c.obs[0].Account.PID != 70 {
		t.Errorf("counted for %d", c.obs[0].Account.PID)
	}
}

func TestScope(t *testing.T) {
	src := made{
		frame(capture.DirRequest, 10, 1, 1),  // in scope
		frame(capture.DirRequest, 11, 10, 2), // its child
		frame(capture.DirRequest, 12, 11, 3), // its grandchild
		frame(capture.DirRequest, 20, 1, 4),
	}
	peer := frame(capture.DirPeer, 10, 1, 5)
	peer.Change(func(o *capture.Origin) { o.Socket.Owner = capture.Proc{PID: 99} })
	src = append(src, peer)
	ids := func(c *collect) (pids []uint32) {
		for _, f := range c.frames {
			pids = append(pids, f.Proc.PID)
		}
		return pids
	}
	for _, tc := range []struct {
		name string
		f    capture.Filter
		want int
	}{
		{"everything", capture.Filter{}, 5},
		{"one process", capture.Filter{PIDs: []uint32{10}}, 2},
		{"with children", capture.Filter{PIDs: []uint32{10}, Children: true}, 4},
		{"protocol", capture.Filter{Protocols: []uint16{16}}, 0},
		{"namespace", capture.Filter{NetNS: []uint64{4}}, 0},
	} {
		if c := run(t, Options{Source: src, Scope: tc.f}); len(c.frames) != tc.want {
			t.Errorf("%s: processes %v", tc.name, ids(c))
		}
	}
}

func TestSinkErrorEndsRun(t *testing.T) {
	p, err := New(Options{Source: made{frame(capture.DirRequest, 1, 0, 1)},
		Decoder: decode.New(nil, decode.Options{}), Sinks: []Sink{failing{}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Run(context.Background()); !errors.Is(err, errSink) {
		t.Errorf("got %v", err)
	}
}

var errSink = errors.New("disk full")

type failing struct{}

func (failing) Observe(*correlate.Observation) error { return errSink }

// TestReplayTime takes the time of a snapshot from the newest frame.
func TestReplayTime(t *testing.T) {
	table := aggregate.New(aggregate.Options{})
	p, err := New(Options{Source: made{frame(capture.DirRequest, 1, 0, 1)}, Table: table,
		Decoder: decode.New(nil, decode.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	if !p.Now().IsZero() {
		t.Error("a time before the first frame")
	}
	if err := p.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	var n uint64
	p.Look(func(s State) { total := s.Table.Snapshot(p.Now()).Total; n = total.Messages() })
	if !p.Now().Equal(time.Unix(1, 0)) || n != 2 {
		t.Errorf("%v, %d messages", p.Now(), n)
	}
}

// TestPaced waits between frames as long as the recording did, divided by the
// speed, and stops when it is told to.
func TestPaced(t *testing.T) {
	a, b := frame(capture.DirRequest, 1, 0, 1), frame(capture.DirRequest, 1, 0, 1)
	b.Time = a.Time.Add(time.Hour)
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	err := (&Paced{Source: made{a, b}, Speed: 1}).Run(ctx, func(*capture.Frame) error {
		n++
		cancel()
		return nil
	})
	if err != nil || n != 1 {
		t.Errorf("%d frames, %v", n, err)
	}
	n = 0
	err = (&Paced{Source: made{a, b}, Speed: 1e6}).Run(context.Background(), func(*capture.Frame) error {
		n++
		return nil
	})
	if err != nil || n != 2 {
		t.Errorf("%d frames, %v", n, err)
	}
}
