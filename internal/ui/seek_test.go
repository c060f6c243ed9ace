// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pipeline"
)

// playing is a view on a recording of package e2e, with the tables of nltop and the model
// of nltop.
func playing(t *testing.T, path string, w, height int) *harness {
	t.Helper()
	r, err := pcapng.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	m, err := live.New(live.Options{Replay: &live.Replay{Path: "f"}}, pipeline.Options{Source: r, Decoder: decode.New(families.All(), decode.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	r.OnPreamble(func(f *capture.Frame) error { m.Pipeline().Learn([]*capture.Frame{f}); return nil })
	if err := m.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := newScreen(t, w, height)
	t.Cleanup(c.Fini)
	h := &harness{app: newApp(c, m, Options{Interval: defaultInterval}), t: t, sim: c.SimulationScreen, show: c}
	h.refresh(epoch)
	h.draw()
	return h
}

const workload = "../e2e/testdata/84eb856/fentry.pcapng.gz"

// find looks for a text on the page of messages, or on that of a message.
func (h *harness) find(text string) {
	h.press("/", "Ctrl-U")
	h.typeText(text)
	h.press("Enter")
	h.settle()
}

// The page says whether it follows what comes, how that comes back, and where it is.
func TestMessagesFollowMark(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {200, 60}} {
		h := newHarness(t, size[0], size[1], Options{})
		h.press("M")
		h.wants("202 of 202   FOLLOW")
		h.lacks("End follows")
		h.press("Up")
		h.wants("201 of 202  End follows")
		h.lacks("FOLLOW ")
		h.press("End")
		h.wants("202 of 202   FOLLOW")
		h.press("p") // nothing comes
		h.wants("202 of 202")
		h.lacks("FOLLOW", "End follows")
		h.press("p")
		h.src.status.Replay = &live.Replay{Path: "f", Ended: true}
		h.tick()
		h.wants("202 of 202")
		h.lacks("FOLLOW", "End follows")
	}
	h := newHarness(t, 40, 10, Options{}) // a low screen
	h.press("M")
	h.wants("202 of 202 F\n")
	h.press("Up", "Up")
	h.wants("200 of 202\n")
}

// A text is found in whatever the lines say, below and above, in all that can be reached.
func TestMessagesFind(t *testing.T) {
	h := newHarness(t, 160, 24, Options{})
	h.press("M")
	v := h.top().(*messagesView)
	h.find("eexist") // from the newest: nothing is below
	h.wants("EEXIST", "/eexist (n below, N above)")
	first := v.cur.at
	if text, _ := outcome(h.app, &v.current().Observation); text != "EEXIST" || first > 190 {
		t.Fatalf("on line %d, %s", first, text)
	}
	h.press("N")
	h.settle()
	second := v.cur.at
	if text, _ := outcome(h.app, &v.current().Observation); text != "EEXIST" || second >= first {
		t.Fatalf("above line %d is %d, %s", first, second, text)
	}
	h.press("n")
	h.settle()
	if v.cur.at != first {
		t.Errorf("below line %d is %d, want %d", second, v.cur.at, first)
	}
	h.press("n")
	h.settle()
	h.wants(`no line below has "eexist"`)
	if v.cur.at != first || v.follow {
		t.Errorf("the cursor is on %d", v.cur.at)
	}
	for _, text := range []string{"ZEBRA", "rtm_newlink", "nlctrl", "1 reply", "vxlan id 42"} {
		if h.press("Home"); !v.has(h.snap, v.current()) || v.text != strings.ToLower(text) {
			h.find(text)
		}
		if !v.has(h.snap, v.current()) {
			t.Errorf("%q is not in line %d", text, v.cur.at)
		}
	}
	h.find("nothing like it")
	h.wants(`no line above has "nothing like it"`)
	h.press("Esc")
	h.sought = ""
	if v.text != "" || h.top() != v {
		t.Error("Esc leaves the page before what was looked for")
	}
	h.press("n")
	h.wants("search for something first: /")
	h.press("Esc")
	if h.top() == v {
		t.Error("Esc stays")
	}
}

// A search goes on by steps, says where it is, and a key ends it: Esc alone, others with
// what they do.
func TestSeekBySteps(t *testing.T) {
	h := newHarness(t, 120, 24, Options{})
	h.press("M", "Home")
	v := h.top().(*messagesView)
	h.press("/")
	h.typeText("nothing")
	h.press("Enter")
	if h.seeking == nil {
		t.Fatal("one step looked at all")
	}
	h.wants(`looking for "nothing" below  64 messages passed  down to 03:04:05`, "Esc ends it")
	h.seekOn()
	h.draw()
	h.wants("128 messages passed")
	h.press("Esc")
	if h.seeking != nil || h.top() != v || v.text == "" {
		t.Error("Esc does not end the search alone")
	}
	h.press("n")
	if h.seeking == nil {
		t.Fatal("n does not go on")
	}
	h.press("Down")
	if h.seeking != nil || v.cur.at != 1 {
		t.Errorf("the search goes on: %v; the cursor is on %d", h.seeking != nil, v.cur.at)
	}
}

// On a message, and on its line in a list, keys lead to what it has to do with, and back.
func TestRelations(t *testing.T) {
	h := playing(t, workload, 160, 50)
	h.press("M", "Home")
	h.find("caused by")
	v := h.top().(*messagesView)
	k := *v.current()
	c := k.CausedBy()
	if c.Exchange == nil {
		t.Fatalf("line %d has no cause", v.cur.at)
	}
	h.wants("caused by ip[")
	shows := func(what string) {
		t.Helper()
		h.settle()
		m, ok := h.top().(*messageView)
		if !ok || m.kept.Frame.ID != c.Exchange.Request.Frame.ID {
			t.Errorf("%s: %T of frame, want the request of frame %d", what, h.top(), c.Exchange.Request.Frame.ID)
		}
	}
	h.press("u")
	shows("u on a line")
	depth := len(h.views)
	h.press("a") // its answer
	h.settle()
	if m, ok := h.top().(*messageView); !ok || m.kept.Frame.Dir != capture.DirReply {
		t.Errorf("a on a request: %T", h.top())
	}
	h.press("a")
	shows("a on an answer")
	if len(h.views) != depth {
		t.Errorf("%d pages, want %d: to and fro makes a pile", len(h.views), depth)
	}
	h.press("x")
	h.settle()
	x, ok := h.top().(*storyView)
	if !ok || !x.told || x.exchange().Request.Frame.ID != c.Exchange.Request.Frame.ID {
		t.Fatalf("x on a request: %T", h.top())
	}
	h.wants("Request", "Answer", "Events it caused")
	h.onLine("Events it caused")
	h.press("Down", "Enter") // of the same exchange
	h.wants("« event")
	h.press("x")
	h.settle()
	if h.top() != view(x) {
		t.Error("the exchange of an event is another page than that of its cause")
	}
	h.press("Enter")
	h.wants("« event")
	h.press("u")
	shows("u on an event")
	h.press("d")
	h.settle()
	h.wants("« ")
	h.press("u")
	shows("u on the events")
	h.press("u")
	h.wants("nothing caused this but the process that sent it")
}

// x on a line of the list, on a message and in panes opens the story of its exchange: of a
// request, an answer, a part of a dump, a message of a batch and an event.
func TestExchangeFromAnywhere(t *testing.T) {
	of := map[string]func(k *aggregate.Kept) bool{
		"request": func(k *aggregate.Kept) bool { return k.Frame.Dir == capture.DirRequest },
		"answer":  func(k *aggregate.Kept) bool { return k.Frame.Dir == capture.DirReply && k.Outcome == correlate.Acked },
		"dump":    func(k *aggregate.Kept) bool { return k.Frame.Dir == capture.DirReply && k.Outcome == correlate.Partial },
		"batch":   func(k *aggregate.Kept) bool { return k.Frame.Dir == capture.DirRequest && k.Message.Index > 0 },
		"event":   func(k *aggregate.Kept) bool { return k.Frame.Dir == capture.DirEvent && k.CausedBy().Exchange != nil },
	}
	for _, size := range [][2]int{{120, 40}, {200, 60}} {
		h := playing(t, workload, size[0], size[1])
		all := h.model.Snapshot(live.Ask{Messages: &live.Messages{Count: 4000}}).Messages
		for name, is := range of {
			at := slices.IndexFunc(all.List, func(k aggregate.Kept) bool { return is(&k) })
			if at < 0 {
				t.Fatalf("the recording has no %s", name)
			}
			id := live.Relate(&all.List[at], live.TheExchange).Found[0].Frame.ID
			opens := func(from string) {
				t.Helper()
				h.press("x")
				h.settle()
				if v, ok := h.top().(*storyView); !ok || !v.told || v.exchange().Request.Frame.ID != id || v.story.Gone {
					t.Errorf("%s, %s: x opens %T", name, from, h.top())
				}
				h.press("Esc")
			}
			h.home()
			h.press("M")
			v := h.top().(*messagesView)
			v.goTo(at)
			opens("in the list")
			h.press("Enter")
			opens("on the message")
		}
		h.home()
		if size[0] >= panesWidth {
			h.press("Tab", "Home")
			h.draw()
			if v, ok := h.top().(*messagesView); !ok || v.current() == nil {
				t.Fatalf("the pane is %T", h.top())
			}
			h.press("x")
			h.settle()
			if _, ok := h.top().(*storyView); !ok {
				t.Errorf("x in a pane opens %T: %s", h.top(), h.notice)
			}
		}
	}
}

// x on what belongs to no exchange says so, and stays.
func TestNoExchangeIsSaid(t *testing.T) {
	h := newHarness(t, 120, 40, Options{})
	h.src.feed(capture.Frame{
		Origin: &capture.Origin{Source: "nlmon", Dir: capture.DirEvent, Socket: capture.Socket{PortID: 9}},
		Data:   nltest.Message(16, 0, 0, 0, make([]byte, 16)),
	})
	h.tick()
	h.press("M", "x")
	h.wants("this message belongs to no exchange: an event whose cause nobody knows: source nlmon does not see causes")
	if _, ok := h.top().(*messagesView); !ok {
		t.Errorf("%T", h.top())
	}
}
