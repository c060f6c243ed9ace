// SPDX-License-Identifier: Apache-2.0

package live

import (
	"slices"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/spool"
)

// A snapshot has the exchanges that are asked for, by window and outcome, or searched for, with their
// stories; and what their time went to adds up.
func TestAskExchanges(t *testing.T) {
	r, err := pcapng.Open("../../cmd/nltop/demo.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	m := replayed(t, r)
	all := m.Snapshot(Ask{Exchanges: &Exchanges{Count: 1000}})
	if all.Ended.Total < 100 || len(all.Ended.List) == 0 || all.Has(Ask{Exchanges: &Exchanges{Count: 1000, First: 1}}) {
		t.Fatalf("%d of %d exchanges", len(all.Ended.List), all.Ended.Total)
	}
	wrong := m.Snapshot(Ask{Exchanges: &Exchanges{Count: 1000, Outcomes: spool.Troubles}})
	if wrong.Ended.Total == 0 || wrong.Ended.Total >= all.Ended.Total {
		t.Fatalf("%d of %d went wrong", wrong.Ended.Total, all.Ended.Total)
	}
	for _, tt := range []struct {
		back bool
		want *aggregate.Kept
	}{{false, &wrong.Ended.List[0]}, {true, &wrong.Ended.List[len(wrong.Ended.List)-1]}} {
		q := &Search{Exchanges: &Exchanges{}, Only: spool.Troubles, Back: tt.back, Match: func(s *Snapshot, k *aggregate.Kept) bool {
			return spool.Troubles.Has(s.Ended.Worst(k))
		}}
		if q.From.Time = all.Ended.List[0].Frame.Time.Add(-time.Hour); tt.back {
			q.From.Time = all.Now.Add(time.Hour)
		}
		look(t, m, all, q)
		if len(q.Found) != 1 || q.Found[0].Seq != tt.want.Seq {
			t.Errorf("back %v: what went wrong first: %d, want %d", tt.back, q.Found[0].Seq, tt.want.Seq)
			continue
		}
		if at := m.Snapshot(Ask{Exchanges: &Exchanges{First: q.Found[0].At, Count: 1}}).Ended.List; len(at) != 1 || at[0].Seq != tt.want.Seq {
			t.Errorf("back %v: at %d is another one", tt.back, q.Found[0].At)
		}
	}
	told, split := 0, 0
	for i := range all.Ended.List {
		k := &all.Ended.List[i]
		var sum time.Duration
		for _, part := range Spent(k.Exchange) {
			if part.Time <= 0 || part.Name == "" {
				t.Errorf("exchange %d: %+v", i, part)
			}
			sum += part.Time
		}
		x := k.Exchange
		if want := max(x.Kernel+x.Reader, x.Last); x.Shared == 1 && x.Whole == 0 && sum != want {
			t.Errorf("exchange %d, %s: the parts are %v, in all it took %v", i, k.Message.TypeText(), sum, want)
		} else if x.Shared == 1 && sum > 0 {
			split++
		}
		if i%20 != 0 {
			continue
		}
		of := spool.StoryOf{Seq: k.Seq}
		s := m.Snapshot(Ask{Story: &of})
		if s.Story.Gone || len(s.Story.Exchanges) == 0 || s.Story.Exchanges[0].Request.Frame.ID != k.Frame.ID || !s.Has(Ask{Story: &of}) {
			t.Fatalf("the story of exchange %d: gone %v, %d exchanges", i, s.Story.Gone, len(s.Story.Exchanges))
		}
		again := m.Snapshot(Ask{Story: &of})
		if len(again.Story.Replies) != len(s.Story.Replies) || len(again.Story.Events) != len(s.Story.Events) {
			t.Error("asked for again it is another one")
		}
		told++
	}
	if told == 0 || split == 0 {
		t.Errorf("%d stories, %d exchanges with a time: the recording proves nothing", told, split)
	}
}

// What a source tells of a send is split; of what it does not, the rest is one part.
func TestSpent(t *testing.T) {
	const ms = time.Millisecond
	bird := capture.Proc{PID: 12, Comm: "bird"}
	frame := func(sees capture.Sees) *decode.Message {
		return &decode.Message{Frame: &capture.Frame{Origin: &capture.Origin{Sees: sees}}}
	}
	for _, tt := range []struct {
		name string
		x    correlate.Exchange
		want []Measure
	}{
		{
			"all is seen", correlate.Exchange{
				Request: frame(capture.AllSees), Shared: 1, Kernel: 90 * ms, Send: 86 * ms, Reader: 3 * ms, Last: 85 * ms, Queue: 4 * ms, Whole: 100 * ms,
				Lock: capture.Lock{Wait: 10 * ms, Blocker: &bird}, Waits: &capture.Waits{Loading: 50 * ms, Module: "vxlan", Modules: 1, OffCPU: 65 * ms},
			},
			[]Measure{{"module vxlan", 50 * ms}, {"rtnl wait behind bird[12]", 10 * ms}, {"own", 21 * ms}, {"rest", 5 * ms}, {"later reads", 4 * ms}, {"reader", 3 * ms}, {"late", 3 * ms}, {"queue", 4 * ms}},
		},
		{
			"modules and rtnl", correlate.Exchange{
				Request: frame(capture.SeesKernelTime), Shared: 1, Kernel: 86 * ms, Send: 86 * ms, Last: 100 * ms,
				Lock: capture.Lock{Wait: 10 * ms, Blocker: &bird}, Waits: &capture.Waits{Loading: 50 * ms, Module: "vxlan", Modules: 1},
			},
			[]Measure{{"module vxlan", 50 * ms}, {"rtnl wait behind bird[12]", 10 * ms}, {"kernel", 26 * ms}, {"until answered", 14 * ms}},
		},
		{"the system call", correlate.Exchange{Request: frame(0), Shared: 1, Kernel: ms, Last: 3 * ms}, []Measure{{"system call", ms}, {"until answered", 2 * ms}}},
		{"one of a batch", correlate.Exchange{Request: frame(0), Shared: 9, Last: 3 * ms}, nil},
		{"nothing", correlate.Exchange{Request: frame(0), Shared: 1}, nil},
	} {
		if got := Spent(&tt.x); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Until bounds what Find finds: the last Count of them, and how many there are.
func TestExchangesBetween(t *testing.T) {
	r, err := pcapng.Open("../../cmd/nltop/demo.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	m := replayed(t, r)
	all := m.Snapshot(Ask{Exchanges: &Exchanges{Count: 1000}}).Ended
	const from, to = 40, 60
	ask := Ask{Exchanges: &Exchanges{Find: all.List[from].Exchange.Time, Until: all.List[to].Exchange.Time, Count: 1000}}
	s := m.Snapshot(ask)
	if s.Began < to-from || s.Began > to-from+2 || int64(len(s.Ended.List)) != s.Began || s.Ended.List[0].Seq != all.List[from].Seq {
		t.Errorf("%d between, %d of them there", s.Began, len(s.Ended.List))
	}
	few := *ask.Exchanges
	few.Count = 5
	if s.Has(Ask{Exchanges: &few}) {
		t.Error("fewer are not asked for again")
	}
	part := m.Snapshot(Ask{Exchanges: &few})
	if n := len(part.Ended.List); n != 5 || part.Began != s.Began || part.Ended.List[4].Seq != s.Ended.List[s.Began-1].Seq {
		t.Errorf("%d of the last 5", n)
	}
}
