// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/spool"
)

// look does all steps of a search.
func look(t *testing.T, m *Model, s *Snapshot, q *Search) {
	t.Helper()
	for range 10000 {
		if q.Ended {
			return
		}
		m.Search(s, q)
	}
	t.Fatal("a search does not end")
}

// related is what is found of a message.
func related(t *testing.T, m *Model, s *Snapshot, k *aggregate.Kept, to Relation) (list []aggregate.Kept, why string) {
	t.Helper()
	r := Relate(k, to)
	look(t, m, s, &r.Search)
	for _, p := range r.Found {
		list = append(list, p.Kept)
	}
	return list, r.Why
}

// From a message one gets to its answer and back, to its cause and down again.
func TestRelatedOfRecording(t *testing.T) {
	r, err := pcapng.Open("../e2e/testdata/84eb856/fentry.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	m := replayed(t, r)
	s := m.Snapshot(Ask{Messages: &Messages{Count: 4000}})
	asked, caused := 0, 0
	for i := range s.Messages.List {
		k := &s.Messages.List[i]
		switch {
		case k.Frame.Dir == capture.DirReply && k.Exchange != nil:
			request, why := related(t, m, s, k, Counterpart)
			if len(request) != 1 || !same(request[0].Message, k.Exchange.Request) {
				t.Fatalf("answer %d: %d requests, %s", k.Seq, len(request), why)
			}
			if asked++; asked%20 != 0 {
				continue
			}
			if back, why := related(t, m, s, &request[0], Counterpart); len(back) != 1 || !answers(&back[0], request[0].Message) {
				t.Errorf("the request of answer %d: %d answers, %s", k.Seq, len(back), why)
			}
		case k.Frame.Dir == capture.DirEvent && k.Event.Cause.Exchange != nil:
			request, why := related(t, m, s, k, TheCause)
			if len(request) != 1 {
				t.Fatalf("event %d: %d causes, %s", k.Seq, len(request), why)
			}
			if caused++; caused%20 != 0 {
				continue
			}
			events, why := related(t, m, s, &request[0], TheEvents)
			if !hasEvent(events, k) {
				t.Errorf("event %d is not among the %d of its cause, %s", k.Seq, len(events), why)
			}
		}
	}
	if asked < 100 || caused < 20 {
		t.Errorf("%d answers, %d events with a cause: the recording proves little", asked, caused)
	}
}

func hasEvent(list []aggregate.Kept, k *aggregate.Kept) bool {
	for i := range list {
		if e := list[i].Event; e != nil && e.ID == k.Event.ID {
			return true
		}
	}
	return false
}

// Every message of a recording leads to the story of its exchange, which has it, or says why it
// has none: all but a few, which are far from their request.
func TestExchangeOfEveryMessage(t *testing.T) {
	for _, name := range []string{"fentry", "syscall", "nlmon"} {
		r, err := pcapng.Open("../e2e/testdata/84eb856/" + name + ".pcapng.gz")
		if err != nil {
			t.Fatal(err)
		}
		m := replayed(t, r)
		_ = r.Close()
		s := m.Snapshot(Ask{Messages: &Messages{Count: 4000}})
		told, alone, lacking := 0, 0, 0
		for i := range s.Messages.List {
			k := &s.Messages.List[i]
			request, why := related(t, m, s, k, TheExchange)
			if len(request) == 0 {
				if alone++; why == "" && k.Frame.Dir != capture.DirReply || why != "" && k.CausedBy().Exchange != nil {
					t.Errorf("%s: %s %d has no exchange: %q", name, k.Frame.Dir, k.Seq, why)
				}
				continue
			}
			if i%7 != 0 && k.Message.Index == 0 {
				continue
			}
			of := StoryOf(&request[0])
			m.Fill(s, Ask{Story: &of})
			if s.Story.Gone {
				t.Fatalf("%s: the story of message %d is gone", name, k.Seq)
			}
			if told++; !tells(&s.Story, k) {
				lacking++
				t.Logf("%s: the story of %s %d, %s, lacks it", name, k.Frame.Dir, k.Seq, k.Message.TypeText())
			}
		}
		if told < 30 || lacking*50 > told {
			t.Errorf("%s: of %d stories %d lack their message; %d messages have none", name, told, lacking, alone)
		}
	}
}

// tells says whether a story has a message.
func tells(st *spool.Story, k *aggregate.Kept) bool {
	for i := range st.Exchanges {
		if same(st.Exchanges[i].Request, k.Message) {
			return true
		}
	}
	for i := range st.Replies {
		if st.Replies[i].Seq == k.Seq && same(st.Replies[i].Message, k.Message) {
			return true
		}
	}
	for i := range st.Events {
		if e := st.Events[i].Event; k.Event != nil && e.ID == k.Event.ID {
			return true
		}
	}
	return st.More+st.MoreEvents > 0 || len(st.Replies) == 1024
}

// A message without an exchange says why.
func TestNoExchange(t *testing.T) {
	event := func(sees capture.Sees, proc capture.Proc, trigger capture.Trigger) *aggregate.Kept {
		f := &capture.Frame{Origin: &capture.Origin{Source: "x", Dir: capture.DirEvent, Sees: sees, Proc: proc, Trigger: trigger}}
		return &aggregate.Kept{Observation: correlate.Observation{Frame: f, Message: &decode.Message{Frame: f}}}
	}
	peer := event(capture.AllSees, capture.Proc{}, capture.Trigger{})
	peer.Frame.Dir = capture.DirPeer
	for _, tt := range []struct {
		name string
		of   *aggregate.Kept
		want string
	}{
		{"unknown", event(capture.AllSees, capture.Proc{}, capture.Trigger{}), "an event whose cause nobody knows"},
		{"unseen", event(0, capture.Proc{}, capture.Trigger{}), "an event whose cause nobody knows: source x does not see causes"},
		{"by a process", event(capture.AllSees, capture.Proc{PID: 3, Comm: "p"}, capture.Trigger{}), "an event of p[3], which no request caused"},
		{"by a trigger", event(capture.AllSees, capture.Proc{}, capture.Trigger{Kind: capture.TriggerKworker, Name: "linkwatch_event"}),
			"no request caused it, but kworker linkwatch_event"},
		{"to a process", peer, "a process sent it to another one"},
	} {
		r := Relate(tt.of, TheExchange)
		if want := "this message belongs to no exchange: " + tt.want; !r.Ended || r.Why != want {
			t.Errorf("%s: %q, want %q", tt.name, r.Why, want)
		}
	}
}

// frames is a source of some frames.
type frames struct {
	waiting
	list []*capture.Frame
}

func (s *frames) Run(_ context.Context, emit func(*capture.Frame) error) error {
	for _, f := range s.list {
		g := *f
		if err := emit(&g); err != nil {
			return err
		}
	}
	return nil
}

// apart is a request with its answer and its event, which so many other messages separate.
func apart(others int) *frames {
	at, id := time.Unix(1000, 0), uint64(0)
	s := &frames{}
	add := func(dir capture.Dir, pid uint32, cause uint64, data []byte) uint64 {
		id++
		at = at.Add(100 * time.Microsecond)
		p := capture.Proc{PID: pid, Comm: "p"}
		s.list = append(s.list, &capture.Frame{
			Origin: &capture.Origin{Source: capture.SourceFentry, Sees: capture.Describe(capture.SourceFentry).Always(), Dir: dir, NetNS: 1, Proc: p,
				Socket: capture.Socket{PortID: pid, Inode: uint64(pid), Owner: p}},
			ID: id, Time: at, Cause: cause, Data: data, OrigLen: len(data),
		})
		return id
	}
	fill := func() {
		for range others {
			add(capture.DirReply, 9, 0, nltest.Message(16, 0, 0, 9, make([]byte, 16)))
		}
	}
	fill()
	request := add(capture.DirRequest, 7, 0, nltest.Message(16, 5, 42, 0, make([]byte, 16)))
	fill()
	add(capture.DirEvent, 8, request, nltest.Message(16, 0, 0, 0, make([]byte, 16)))
	fill()
	add(capture.DirReply, 7, 0, nltest.Message(2, 0x100, 42, 7, make([]byte, 20)))
	fill()
	return s
}

// What is far from each other in what is kept is found by its numbers, in steps; what is
// nowhere is not.
func TestRelatedFarAway(t *testing.T) {
	const others = 2200
	src := apart(others)
	m, err := New(Options{}, pipeline.Options{Source: src, Decoder: decode.New(families.All(), decode.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := m.Snapshot(Ask{})
	at := func(i int64) *aggregate.Kept {
		m.Fill(s, Ask{Messages: &Messages{First: i, Count: 1}})
		return &s.Messages.List[0]
	}
	request, event, answer, other := at(others), at(2*others+1), at(3*others+2), at(0)
	if request.Message.Header.Seq != 42 || event.Frame.Cause == 0 || answer.Message.Header.Seq != 42 {
		t.Fatalf("requests %+v, event %+v, answer %+v", request.Message.Header, event.Frame, answer.Message.Header)
	}
	if answer.Exchange != nil || event.CausedBy().Exchange != nil {
		t.Fatal("they are not far from each other")
	}
	for _, tt := range []struct {
		name string
		of   *aggregate.Kept
		to   Relation
		want []*aggregate.Kept
	}{
		{"answer of the request", request, Counterpart, []*aggregate.Kept{answer}},
		{"request of the answer", answer, Counterpart, []*aggregate.Kept{request}},
		{"cause of the answer", answer, TheCause, []*aggregate.Kept{request}},
		{"cause of the event", event, TheCause, []*aggregate.Kept{request}},
		{"events of the request", request, TheEvents, []*aggregate.Kept{event}},
		{"exchange of the request", request, TheExchange, []*aggregate.Kept{request}},
		{"exchange of the answer", answer, TheExchange, []*aggregate.Kept{request}},
		{"exchange of the event", event, TheExchange, []*aggregate.Kept{request}},
		{"exchange of another one", other, TheExchange, nil},
		{"request of another one", other, Counterpart, nil},
		{"events of the event", event, TheEvents, nil},
		{"cause of the request", request, TheCause, nil},
		{"counterpart of the event", event, Counterpart, nil},
	} {
		got, why := related(t, m, s, tt.of, tt.to)
		if len(got) != len(tt.want) {
			t.Errorf("%s: %d messages, want %d (%s)", tt.name, len(got), len(tt.want), why)
			continue
		}
		for i := range got {
			if got[i].Frame.ID != tt.want[i].Frame.ID {
				t.Errorf("%s: message %d is of frame %d, want %d", tt.name, i, got[i].Frame.ID, tt.want[i].Frame.ID)
			}
		}
	}
	// One step does not read all of it.
	r := Relate(answer, Counterpart)
	if m.Search(s, &r.Search); r.Ended || r.Looked == 0 || r.Looked > others {
		t.Errorf("one step passes %d messages, and has ended: %v", r.Looked, r.Ended)
	}
}
