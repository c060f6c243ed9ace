// SPDX-License-Identifier: Apache-2.0

package flight

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/segment"
)

// counting is a source that loses a datagram each time it is asked.
type counting struct {
	capture.Source
	lost uint64
}

func (c *counting) Stats() capture.Stats {
	c.lost++
	return capture.Stats{Lost: []capture.Loss{{Reason: "test", Count: c.lost}}}
}

func (c *counting) Info() capture.Info { return capture.Info{Name: "test"} }

func someFrames(n int) (list []*capture.Frame) {
	var origins capture.Origins
	for i := range n {
		o := capture.Origin{Kind: capture.KindDatagram, Dir: capture.DirRequest, Proc: capture.Proc{PID: uint32(i % 7), Comm: "p"}}
		f := &capture.Frame{ID: uint64(i + 1), Of: uint64(i), Time: second(float64(i+1) / 1000), Elapsed: time.Duration(i), Cast: 3, Cause: 4,
			Queue: capture.Queue{Drops: 5}, Waits: &capture.Waits{Modules: uint32(i)}, Lock: capture.Lock{Blocker: &capture.Proc{PID: 9}},
			Data: bytes.Repeat([]byte{byte(i)}, i%300)}
		switch {
		case i%50 == 0:
			f.Data = bytes.Repeat([]byte{byte(i)}, 100_000)
		case i%3 == 0:
			o.Kind, f.Data = capture.KindCompletion, nil
		}
		f.Origin, f.OrigLen = origins.Of(&o), len(f.Data)
		list = append(list, f)
	}
	return list
}

func hold(t *testing.T, o segment.Options, list []*capture.Frame) *Frames {
	t.Helper()
	h, err := NewFrames(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	h.Source, h.Noticed = &counting{}, func(Reason, time.Time) {}
	for _, f := range list {
		g := *f
		g.Data = bytes.Clone(f.Data)
		if err := h.WriteFrame(&g); err != nil {
			t.Fatal(err)
		}
		clear(g.Data) // it was lent
	}
	return h
}

// Frames come back as they were, the newest of them within the bounds.
func TestFramesHeld(t *testing.T) {
	list := someFrames(5000)
	for _, tc := range []struct {
		name string
		o    segment.Options
		all  bool
	}{
		{"all", segment.Options{Bytes: 64 << 20}, true},
		{"a MiB", segment.Options{Bytes: 1 << 20}, false},
		{"a second", segment.Options{Bytes: 64 << 20, Span: time.Second}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := hold(t, tc.o, list)
			taken := h.Take()
			e := taken.Held()
			var got []*capture.Frame
			if err := taken.Run(context.Background(), func(f *capture.Frame) error { got = append(got, f); return nil }); err != nil {
				t.Fatal(err)
			}
			if tc.all != (len(got) == len(list)) || len(got) < 100 {
				t.Fatalf("%d of %d frames", len(got), len(list))
			}
			for i, f := range got {
				want := list[len(list)-len(got)+i]
				if len(f.Data) == 0 && len(want.Data) == 0 {
					f.Data = want.Data // nil or not
				}
				if !reflect.DeepEqual(want, f) {
					t.Fatalf("frame %d of %d (-want +got):\n%s", i, len(got), cmp.Diff(want, f))
				}
			}
			if e.Bytes > tc.o.Bytes {
				t.Errorf("%d bytes are held", e.Bytes)
			}
			if tc.o.Span > 0 && got[len(got)-1].Time.Sub(got[0].Time) > tc.o.Span {
				t.Errorf("%v are held", got[len(got)-1].Time.Sub(got[0].Time))
			}
			st := taken.Stats()
			if st.Frames > e.Datagrams || st.Frames == 0 || st.LostTotal() == 0 {
				t.Errorf("stats %+v of %d datagrams", st, e.Datagrams)
			}
		})
	}
}

// Frames with Origins of their own, as a hostile file has them, stay within the bounds, too.
func TestFramesOrigins(t *testing.T) {
	list := someFrames(20_000)
	for i, f := range list {
		f.Change(func(o *capture.Origin) { o.Proc.Exe = fmt.Sprint(i) + string(make([]byte, 4000)) })
	}
	h := hold(t, segment.Options{Bytes: 4 << 20}, list)
	if e := h.Extent(); e.Bytes > 4<<20 || e.Datagrams > 2000 {
		t.Errorf("%d datagrams in %d bytes", e.Datagrams, e.Bytes)
	}
}

func TestFramesNotice(t *testing.T) {
	for _, tc := range []struct {
		name    string
		origin  capture.Origin
		elapsed time.Duration
		want    []Reason
	}{
		{"nothing", capture.Origin{Verdict: capture.VerdictDelivered}, 99, nil},
		{"slow", capture.Origin{Kind: capture.KindCompletion}, 100, []Reason{Slow}},
		{"a slow lock is no exchange", capture.Origin{Kind: capture.KindLock}, 100, nil},
		{"overrun", capture.Origin{Verdict: capture.VerdictOverrun}, 0, []Reason{Incident}},
		{"ENOBUFS", capture.Origin{Kind: capture.KindSocketError}, 0, []Reason{Incident}},
		{"part of a dump", capture.Origin{Verdict: capture.VerdictDropped, Dir: capture.DirReply}, 0, []Reason{Incident}},
		{"request refused", capture.Origin{Verdict: capture.VerdictDropped, Dir: capture.DirRequest}, 0, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := hold(t, segment.Options{Bytes: 1 << 20}, nil)
			var got []Reason
			h.Losses, h.Slow, h.Noticed = true, 100, func(r Reason, _ time.Time) { got = append(got, r) }
			if err := h.WriteFrame(&capture.Frame{Origin: &tc.origin, Elapsed: tc.elapsed, Time: noon}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("noticed (-want +got):\n%s", diff)
			}
		})
	}
}

// What taught the decoder begins every recording, and is bounded.
func TestFramesPreamble(t *testing.T) {
	h := hold(t, segment.Options{Bytes: 1 << 20}, nil)
	for i := range maxPreamble + 10 {
		if err := h.WritePreamble([]*capture.Frame{{ID: uint64(i)}}); err != nil {
			t.Fatal(err)
		}
	}
	if fs := h.Preamble(); len(fs) != maxPreamble || fs[len(fs)-1].ID != maxPreamble+9 {
		t.Errorf("%d frames, the last is %d", len(fs), fs[len(fs)-1].ID)
	}
}
