// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strings"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/export"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/spool"
	"github.com/nltop/nltop/internal/words"
)

// storyView tells an exchange: where its time went, what was asked and answered, which
// events that caused, who got them and who lost them. Every line opens what it speaks of.
type storyView struct {
	textPage
	list *exchangesView // that it was opened from; nil: from a message
	want spool.StoryOf
	// line is what the list knew of it, until there is more.
	line     exchangeLine
	story    spool.Story
	told     bool // story is there
	unfolded map[string]bool
	folds    map[int]string // what the lines unfold, by their place in lines
}

func newStoryView(a *app, l *exchangeLine, list *exchangesView) *storyView {
	v := &storyView{list: list}
	v.of(a)
	v.tell(l)
	return v
}

// newStoryOf tells the exchange of a request that stands in no list of exchanges.
func newStoryOf(a *app, request *aggregate.Kept) *storyView {
	x := live.ExchangeOf(request)
	return newStoryView(a, &exchangeLine{spot: spot{seq: request.Seq}, kept: *request, x: x, worst: x}, nil)
}

// tell turns to an exchange.
func (v *storyView) tell(l *exchangeLine) {
	v.line, v.told, v.unfolded, v.cur.at, v.cur.top = *l, false, map[string]bool{}, 1, 0 // on what was asked
	k := live.RequestOf(l.x)
	k.Seq = l.seq
	v.want = live.StoryOf(&k)
}

func (v *storyView) ask() live.Ask { return live.Ask{Story: &v.want, Looking: true} }

func (v *storyView) crumb() string {
	return words.Process(v.line.x.Proc) + " " + v.line.x.Request.TypeText()
}

func (v *storyView) refresh() {
	s := v.app.snap
	if s.Asked.Story != nil && *s.Asked.Story == v.want {
		v.story, v.told = s.Story, true
	}
	v.build()
}

// exchange is the one that leads its datagram, as far as it is known.
func (v *storyView) exchange() *correlate.Exchange {
	if v.told && len(v.story.Exchanges) > 0 {
		return &v.story.Exchanges[0]
	}
	return v.line.x
}

// worst is the exchange of the datagram that ended worst.
func (v *storyView) worst() *correlate.Exchange {
	worst := v.exchange()
	for i := range v.story.Exchanges {
		if x := &v.story.Exchanges[i]; spool.Worse(x, worst) {
			worst = x
		}
	}
	return worst
}

// build writes the lines below the bar.
func (v *storyView) build() {
	v.begin()
	v.folds = make(map[int]string)
	st := &v.story
	switch {
	case !v.told:
		v.add(textLine{text: "reading it again", style: v.app.theme.dim}, nil)
		return
	case st.Gone || len(st.Exchanges) == 0:
		v.gone()
		return
	}
	own := *st // which the lines keep
	t := &teller{app: v.app, st: &own, from: v, unfolded: func(fold string) bool { return v.unfolded[fold] }}
	for _, l := range t.tell() {
		text := strings.Repeat("  ", l.depth) + l.text
		open := l.open
		if l.fold != "" {
			name := l.fold
			text = strings.Repeat("  ", l.depth) + v.app.foldMark(v.unfolded[name]) + " " + l.text
			v.folds[len(v.lines)] = name
			open = func() { v.toggle(name) }
		}
		v.add(textLine{text: text, style: l.style}, open)
	}
	v.unseen()
}

// gone is what there is where the history has nothing of it.
func (v *storyView) gone() {
	t := &v.app.theme
	k := live.RequestOf(v.line.x)
	v.add(textLine{text: "It had to leave the history; what is still known of it:", style: t.warn}, nil)
	v.add(textLine{text: "  " + v.app.requestLine(&k), style: t.text}, func() {
		v.app.push(newMessageView(v.app, k, v, noStep))
	})
	v.add(textLine{text: "  " + exchangeDetails(v.line.x), style: t.text}, nil)
	p := v.line.x.Proc
	v.add(textLine{text: "  all messages of " + words.Process(p), style: t.text}, func() { v.app.openProcess(p) })
}

// unseen says what the source cannot tell of it.
func (v *storyView) unseen() {
	x := v.exchange()
	facts := []capture.Unseen{
		{Facts: capture.SeesTimes, What: "what the time in the kernel was spent on (fentry and kprobe do with --times)"},
		{Facts: capture.SeesTaken, What: "when the answer was read (they do likewise)"},
		{Facts: capture.SeesListeners, What: "all who get an event: they are those that were seen to read it"},
		{Facts: capture.SeesLosses, What: "who lost an event"},
	}
	t := &v.app.theme
	texts := v.app.snap.Info.DoesNotSeeAny(facts...)
	if !v.story.Whole && v.story.Ended {
		texts = append(texts, "its end is far from its request: how it ended is known, not all that came between")
	}
	if !x.Ended && v.story.Ended {
		texts = append(texts, "how it ended is not remembered any more: its end is too far from its request")
	}
	links := func() {
		v.add(textLine{text: "  all messages of " + words.Process(x.Proc), style: t.text}, func() { v.app.openProcess(x.Proc) })
		if s := x.Socket; s.PortID != 0 || s.Inode != 0 {
			f := x.Request.Frame
			name := fmt.Sprintf("%s port %d", words.Process(x.Proc), s.PortID)
			v.add(textLine{text: "  all messages of its socket, port " + fmt.Sprint(s.PortID), style: t.text},
				func() { v.app.openSocket(f.Protocol, f.NetNS, s.PortID, s.Inode, name) })
		}
	}
	v.add(textLine{text: "Beside it", style: t.title}, nil)
	links()
	if len(texts) > 0 {
		v.add(textLine{text: "What cannot be told", style: t.title}, nil)
	}
	for _, text := range texts {
		v.add(textLine{text: "  " + text, style: t.dim}, nil)
	}
}

func (v *storyView) bindings() []binding {
	own := []binding{
		{"Enter", "open what the line speaks of, or unfold it", "open", v.open},
		{"Right Space", "unfold the line", "unfold", func() { v.setFold(true) }},
		{"Left", "fold it again", "", func() { v.setFold(false) }},
		{"m", "messages of the process", "messages", func() { v.app.openProcess(v.exchange().Proc) }},
	}
	if v.list == nil {
		return own
	}
	return append(own,
		binding{".", "the story of the next in the list", "next", func() { v.step(1) }},
		binding{",", "of the one before", "", func() { v.step(-1) }})
}

func (v *storyView) step(by int) {
	if l, ok := v.list.stepTo(by); ok {
		v.tell(l)
		v.refresh()
		return
	}
	v.app.notice = "the list ends here"
}

// fold names what the line under the cursor unfolds; "": nothing.
func (v *storyView) fold() string {
	if v.cur.at < len(v.part) {
		return v.folds[v.part[v.cur.at]]
	}
	return ""
}

func (v *storyView) setFold(yes bool) {
	if name := v.fold(); name != "" && v.unfolded[name] != yes {
		v.toggle(name)
	}
}

func (v *storyView) toggle(name string) {
	v.unfolded[name] = !v.unfolded[name]
	v.build()
}

func (v *storyView) draw(g *grid, r rect) {
	t := &v.app.theme
	x := v.exchange()
	line := func(segs ...segment) {
		if r.h > 3 {
			g.segments(r.x+1, r.y, r.x+r.w-1, 2, segs)
			r.y, r.h = r.y+1, r.h-1
		}
	}
	text, st := outcomeLine(v.app, v.worst())
	took, _ := exchangeAge(v.app, x)
	if x.Ended { // the bar goes on behind that: the call returns, the answer is read
		if took = ""; x.Last > 0 {
			took = "after " + words.Duration(x.Last)
		}
	}
	line(
		segment{text: words.Process(x.Proc) + words.Where(x.Proc), style: t.title},
		segment{text: requestWords(v.app, v.app.snap, &v.line), style: t.text, keep: 3},
		segment{text: text, style: st},
		segment{text: took, style: t.text, keep: 4},
		segment{text: x.Time.Format(words.TimeOfDay), style: t.dim, keep: 2},
	)
	r = v.drawBar(g, r, x)
	if s := export.CauseText(x.InterruptedBy); s != "" {
		line(segment{text: "interrupted by " + s, style: t.warn})
	}
	v.drawAt(g, r, 30)
}
