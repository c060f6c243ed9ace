// SPDX-License-Identifier: Apache-2.0

package spool_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/spool"
)

// The story of an exchange has the replies, events and losses that were counted of it.
func TestStory(t *testing.T) {
	for _, name := range []string{"fentry", "syscall", "nlmon"} {
		rd, err := pcapng.NewReader(bytes.NewReader(nltest.Unpacked(t, "../e2e/testdata/84eb856/"+name+".pcapng.gz")))
		if err != nil {
			t.Fatal(err)
		}
		r := wire(t, rd, spool.Options{}, nil).run(t, rd)
		q := r.spool.Query(r.pipe, spool.What{Exchanges: true}, false)
		q.Update(nil, r.spool.Frames())
		w := q.Window(0, 1000, false)
		replies, events, lost, differ := 0, 0, 0, 0
		for i := range w.List {
			k := &w.List[i]
			if k.Exchange.Events == 0 && i%10 != 0 {
				continue
			}
			s := r.spool.Story(r.pipe, spool.StoryOf{Seq: k.Seq}, r.spool.Frames())
			if s.Gone || !s.Ended || len(s.Exchanges) != 1+len(w.Shared[k.Seq].List) || s.Exchanges[0].Request.Frame.ID != k.Exchange.Request.Frame.ID {
				t.Fatalf("%s: the story of exchange %d: gone %v, ended %v, %d exchanges, %d others in its datagram", name, i, s.Gone, s.Ended, len(s.Exchanges), len(w.Shared[k.Seq].List))
			}
			by := spool.StoryOf{Frame: k.Frame.ID, Time: k.Frame.Time}
			if i%5 == 0 {
				for _, forgotten := range []bool{false, true} { // as those are whose request came long ago
					if forgotten {
						r.spool.ForgetAsked()
					}
					if again := r.spool.Story(r.pipe, by, r.spool.Frames()); again.Gone || len(again.Exchanges) != len(s.Exchanges) ||
						len(again.Replies) != len(s.Replies) || len(again.Events) != len(s.Events) || again.Final != s.Final {
						t.Errorf("%s: by its frame, forgotten %v, the story of exchange %d is another one: %+v", name, forgotten, i, again)
					}
				}
			}
			wantReplies, wantEvents, wantLost := 0, 0, 0
			for j := range s.Exchanges {
				x := &s.Exchanges[j]
				wantReplies, wantEvents, wantLost = wantReplies+x.Replies+x.Again, wantEvents+x.Events, wantLost+x.Lost
			}
			n := 0
			for at, run := range s.Runs {
				if run.First != n || at > 0 && run.Type == s.Runs[at-1].Type {
					t.Errorf("%s: run %d of exchange %d: %+v behind %d", name, at, i, run, n)
				}
				n += run.N
			}
			l := 0
			for j := range s.Events {
				e := &s.Events[j]
				got := 0
				for _, to := range e.Got {
					got += to.N
				}
				for _, to := range e.Lost {
					l += to.N
				}
				if got != e.Event.Delivered {
					t.Errorf("%s: event %d of exchange %d was got %d times, counted %d", name, j, i, got, e.Event.Delivered)
				}
			}
			if n != wantReplies || len(s.Replies) != n || len(s.Events) != wantEvents || l != wantLost {
				if differ++; differ < 4 {
					t.Logf("%s: exchange %d, %s: %d of %d replies, %d of %d events, %d of %d lost", name, i, k.Message.TypeText(), n, wantReplies, len(s.Events), wantEvents, l, wantLost)
				}
			}
			replies, events, lost = replies+n, events+len(s.Events), lost+l
		}
		if replies == 0 || events == 0 && name != "nlmon" || name == "fentry" && lost == 0 {
			t.Errorf("%s: %d replies, %d events, %d lost", name, replies, events, lost)
		}
		if differ*20 > len(w.List) {
			t.Errorf("%s: of %d of %d exchanges the story is another one than was counted", name, differ, len(w.List))
		}
	}
}

// What has left is said to have left, and one that waits is told as far as it is known.
func TestStoryGone(t *testing.T) {
	rd, err := pcapng.NewReader(bytes.NewReader(longRecording(t)))
	if err != nil {
		t.Fatal(err)
	}
	var waits spool.Story
	src := &once{Source: rd}
	r := wire(t, src, spool.Options{Bytes: 64 << 10}, nil)
	src.frames = func(n int, f *capture.Frame) {
		if n == 100 {
			waits = r.spool.Story(r.pipe, spool.StoryOf{Frame: 1}, r.spool.Frames())
		}
	}
	r.run(t, rd)
	if waits.Gone || waits.Ended || len(waits.Exchanges) != 1 || waits.Exchanges[0].Ended || waits.Exchanges[0].Request.Header.Seq != 1 {
		t.Errorf("while it waits: %+v", waits)
	}
	if s := r.spool.Story(r.pipe, spool.StoryOf{Seq: 1}, r.spool.Frames()); !s.Gone {
		t.Errorf("what has left: %+v", s)
	}
	for _, of := range []spool.StoryOf{{}, {Frame: 1 << 60}, {Frame: 1 << 60, Time: time.Unix(1001, 0)}, {Frame: 7, Time: time.Unix(1, 0)}} {
		if s := r.spool.Story(r.pipe, of, r.spool.Frames()); !s.Gone {
			t.Errorf("one that never was: %+v", of)
		}
	}
}
