// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"slices"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/spool"
	"github.com/nltop/nltop/internal/words"
)

// stuck is from when on a request that waits is a bad sign: no handler of the
// kernel takes that long.
const stuck = time.Second

// exchangesView lists the requests that wait, oldest first, and below them all exchanges
// that have ended, the newest first: a line for each datagram with requests, which unfolds.
// While the cursor is on the first line it stays there as others come in. Of all that can be
// reached it has those around its window.
type exchangesView struct {
	app  *app
	open []correlate.Exchange
	win  spool.Window
	cur  cursor
	sel  spot // of the cursor, which follows it unless it is on the first line
	// order are places in win.List, where it is sorted; nil: it is not.
	order   []int
	sorted  *column[exchangeLine]
	reverse bool
	shown   []span[exchangeLine]
	only    spool.Outcomes // ended so; 0: in any way
	cell    *heatCell      // nil: of all times
	count   int            // exchanges in the cell
	// unfolded are the lines below some of the others, by position; wants is one that is to
	// be, once its story is known.
	unfolded []unfolded
	wants    uint64
	// Where the list is to go, once what is around is known: to a time, or to a datagram.
	find   time.Time
	toward spot
	info   map[uint64]string // requests in words, by Kept.Seq
	stepped
}

// spot is one in the list.
type spot struct {
	waits uint64 // ID of the frame of a request that waits; 0: of none
	pos   int64  // position (spool.Query)
	seq   uint64 // Kept.Seq
	blind bool   // what is at pos is not known yet, nor its seq
	sub   int    // line below, from 1
}

// unfolded are the lines below a datagram.
type unfolded struct {
	pos   int64
	seq   uint64
	lines []storyLine
}

// exchangeLine is what a line of the list is about.
type exchangeLine struct {
	spot
	kept  aggregate.Kept // by its request
	x     *correlate.Exchange
	worst *correlate.Exchange // of its datagram
	rest  spool.Shared
	below *storyLine // the line is one below x
}

func newExchangesView(a *app) *exchangesView {
	return &exchangesView{app: a, info: make(map[uint64]string)}
}

func (v *exchangesView) cursor() *cursor { return &v.cur }
func (v *exchangesView) crumb() string {
	if v.cell != nil {
		return "exchanges at " + v.cell.from.Format(words.TimeOfDay[:8])
	}
	if v.only != 0 {
		return "exchanges that went wrong"
	}
	return "exchanges"
}

// maxSorted is up to how many exchanges they are sorted by something else than time.
const maxSorted = 1024

// ask is the window of the screen, and a block on either side.
func (v *exchangesView) ask() live.Ask {
	x := &live.Exchanges{Outcomes: v.only, Count: (v.cur.page/block + 4) * block, Find: v.find}
	top := v.cur.top - len(v.open)
	switch {
	case v.cell != nil:
		v.cell.ask(x)
	case v.sorted != nil && v.find.IsZero() && v.win.Total <= maxSorted:
		x.First, x.Count = v.win.Low, maxSorted
	case v.toward != spot{}:
		x.First = v.toward.pos - int64(x.Count/2)
	case !v.find.IsZero():
	case v.win.Total == 0, v.follows() && !v.reverse:
		x.Last = true
	case v.reverse:
		x.First = v.win.Low + int64(top/block*block-block)
	default:
		high := v.win.Low + v.win.Total - int64(top) + block
		x.First = (high/block+1)*block - int64(x.Count)
	}
	ask := live.Ask{Exchanges: x, Looking: true}
	if v.wants != 0 {
		ask.Story = &spool.StoryOf{Seq: v.wants}
	}
	return ask
}

// follows says whether the cursor stays on the first line, whatever comes in.
func (v *exchangesView) follows() bool { return v.sel == spot{} }

func (v *exchangesView) moved() {
	v.sel = spot{}
	v.cur.fit(v.rows(), v.cur.page)
	if v.cur.at > 0 {
		v.pick()
	}
}

// pick remembers what the cursor is on.
func (v *exchangesView) pick() {
	if l := v.at(v.cur.at); l != nil {
		v.sel = l.spot
	} else if pos, _, _ := v.placeOf(v.cur.at); pos >= 0 {
		v.sel = spot{pos: pos, blind: true}
	}
}

func (v *exchangesView) refresh() {
	s := v.app.snap
	v.open, v.win = s.Open, s.Ended
	if v.only != 0 || v.cell != nil {
		v.open = nil
	}
	if v.wants != 0 && s.Asked.Story != nil && s.Asked.Story.Seq == v.wants {
		v.unfold(&s.Story)
	}
	v.refold()
	v.arrange()
	switch {
	case v.toward != spot{}:
		v.sel, v.toward = v.toward, spot{}
	case !v.find.IsZero():
		v.find = time.Time{}
		v.sel = spot{pos: v.win.First, blind: true}
	}
	v.cur.fit(v.rows(), v.cur.page)
	if row, ok := v.rowOf(v.sel); ok {
		v.cur.top += row - v.cur.at
		v.cur.at = row
	} else if v.follows() {
		v.cur.at = 0
	}
	v.cur.fit(v.rows(), v.cur.page)
	if len(v.info) > 16*block {
		clear(v.info)
	}
}

func (v *exchangesView) current() *exchangeLine { return v.at(v.cur.at) }

// request is that of the exchange under the cursor; nil: there is none.
func (v *exchangesView) request() *aggregate.Kept {
	l := v.current()
	if l == nil || l.x == nil {
		return nil
	}
	k := live.RequestOf(l.x)
	return &k
}

func (v *exchangesView) bindings() []binding {
	b := []binding{
		{"Enter", "open the story: request, answers, events, who got and who lost them", "story", v.enter},
		{"Right Space", "unfold what it consists of: requests, answers, events", "unfold", v.askUnfold},
		{"Left", "fold it again", "", v.fold},
		{"/", "search for a text in the lines: process, outcome, request and the other columns", "search", v.askText},
		{"n", "the next line below that has it", "", func() { v.seek(false, nil) }},
		{"N", "the next line above that has it", "", func() { v.seek(true, nil) }},
	}
	if v.cell == nil {
		b = append(b,
			binding{"[", "to the next earlier one that went wrong: failed, unanswered, interrupted, lost", "wrong", func() { v.trouble(false) }},
			binding{"]", "to the next later one that went wrong", "", func() { v.trouble(true) }},
			binding{"E", "only those that went wrong, or all", "only wrong", v.toggleOnly},
			binding{"t", "go to a time (12:03:04)", "go to", v.askTime})
	}
	return append(b,
		binding{"s >", "sort by the next column", "sort", func() { v.sortBy(1) }},
		binding{"S <", "sort by the column before", "", func() { v.sortBy(-1) }},
		binding{"r", "reverse the order", "", v.turn},
		binding{"C", "choose the columns", "", v.app.openColumns},
	)
}

func (v *exchangesView) toggleOnly() {
	if v.only ^= spool.Troubles; v.only != 0 {
		v.app.notice = "only what failed, got no answer, was interrupted or lost"
	}
	v.sel, v.unfolded, v.win, v.cur.at, v.cur.top = spot{}, nil, spool.Window{}, 0, 0
}

func (v *exchangesView) askTime() {
	v.app.prompt = newPrompt(v.app, "go to: ", "")
	v.app.prompt.accept = func(text string) error {
		t, err := words.ParseTime(text, v.app.snap.Table.Start.Local(), v.app.snap.Table.Time)
		if err != nil {
			return err
		}
		v.sorted, v.find = nil, t
		return nil
	}
}

// sortBy goes by steps through the columns on the screen, in front of which is time.
func (v *exchangesView) sortBy(by int) {
	if v.win.Total > maxSorted && v.cell == nil {
		v.app.notice = fmt.Sprintf("sorted by time: more than %s exchanges are not sorted by anything else (f leaves fewer)", words.Grouped(maxSorted))
		return
	}
	now := v.sorted
	for _, c := range v.shown { // which are made with each drawing
		if now != nil && c.head == now.head {
			now = c.column
		}
	}
	v.sorted = nextOrder(v.shown, now, by)
	v.app.notice = "sorted by time"
	if v.sorted != nil {
		v.app.notice = "sorted by " + v.sorted.head
	}
	v.unfolded = nil
	v.app.fill() // all of them
	v.arrange()
}

// sortTo sorts by a column, or turns its order round.
func (v *exchangesView) sortTo(c *column[exchangeLine]) {
	if v.sorted != nil && v.sorted.head == c.head {
		v.turn()
		return
	}
	if v.win.Total > maxSorted && v.cell == nil {
		v.sortBy(1) // which says why it is not
		return
	}
	v.sorted, v.reverse, v.unfolded = c, false, nil
	v.app.notice = "sorted by " + c.head
	v.arrange()
}

func (v *exchangesView) turn() {
	v.reverse = !v.reverse
	v.unfolded = nil
	v.arrange()
	if row, ok := v.rowOf(v.sel); ok {
		v.cur.move(row - v.cur.at)
	}
}

// enter opens the story, or what a line below speaks of.
func (v *exchangesView) enter() {
	l := v.current()
	switch {
	case l == nil:
	case l.below != nil && l.below.open != nil:
		l.below.open()
	default:
		v.pickNow()
		v.app.push(newStoryView(v.app, l, v))
	}
}

// pickNow lets the cursor follow its line from now on.
func (v *exchangesView) pickNow() {
	if v.follows() {
		v.pick()
	}
}

// stepTo moves the cursor to the datagram by places from where it is, for the page of a
// story.
func (v *exchangesView) stepTo(by int) (*exchangeLine, bool) {
	v.app.fill()
	to := v.cur.at
	for {
		if to += by; to < 0 || to >= v.rows() {
			return nil, false
		}
		l := v.at(to)
		if l == nil || l.below == nil {
			break
		}
	}
	v.cur.move(to - v.cur.at)
	v.pick()
	v.refreshWindow()
	l := v.current()
	return l, l != nil && l.below == nil
}

// refreshWindow takes in what is around the cursor, while another view is on the top.
func (v *exchangesView) refreshWindow() {
	if ask := v.ask(); !v.app.snap.Has(ask) {
		v.app.model.Fill(v.app.snap, ask)
		v.refresh()
		v.pick()
	}
}

func (v *exchangesView) detail() [][]segment {
	l := v.current()
	t := &v.app.theme
	if l == nil {
		return nil
	}
	x := l.worst
	text, st := outcomeLine(v.app, x)
	lines := [][]segment{{
		{text: words.Process(x.Proc) + " " + x.Request.TypeText(), style: t.title},
		{text: text, style: st},
		{text: exchangeDetails(l.x), style: t.dim},
		{text: v.position(l), style: t.dim, keep: 4, right: true},
	}}
	if v.text != "" {
		lines[0] = append(lines[0], segment{text: "/" + v.text + " (n below, N above)", style: t.warn, keep: 3})
	}
	if l.below != nil {
		return append(lines, []segment{{text: l.below.text, style: t.text}})
	}
	if text := v.summary(l); text != "" {
		lines = append(lines, []segment{{text: text, style: t.text}})
	}
	if who := words.Identity(&x.Proc); who != "" {
		lines = append(lines, []segment{{text: who, style: t.text}})
	}
	return lines
}

// position says which of how many the cursor is on, as they were asked.
func (v *exchangesView) position(l *exchangeLine) string {
	if l.waits != 0 || v.win.Total == 0 {
		return ""
	}
	if v.cell != nil {
		return words.Grouped(uint64(v.indexOf(l.pos))+1) + " of " + words.Grouped(uint64(v.listed()))
	}
	text := words.Grouped(uint64(l.pos-v.win.Low)+1) + " of " + words.Grouped(uint64(v.win.Total))
	if v.win.Unread > 0 {
		text += " so far"
	}
	return text
}

// title says what the list has.
func (v *exchangesView) title() string {
	if v.cell != nil {
		return v.cell.text() + ": " + words.Grouped(uint64(v.count))
	}
	text := "Exchanges: " + words.Grouped(uint64(v.win.Total))
	if v.only != 0 {
		text = "Exchanges that went wrong: " + words.Grouped(uint64(v.win.Total))
	}
	if v.win.Unread > 0 {
		text += " so far"
	}
	if n := len(v.open); n > 0 {
		text += ", and " + words.Plural(n, "request waits", "requests wait") + " for an answer"
	}
	return text
}

// notes say what is not in the list.
func (v *exchangesView) notes() (notes []string) {
	if v.win.Gone > 0 {
		notes = append(notes, words.Grouped(v.win.Gone)+" older messages had to leave the history")
	}
	if v.cell != nil {
		notes = append(notes, v.cellNotes()...)
	}
	if n := len(v.win.Gaps); n > 0 {
		notes = append(notes, gapText(&v.win.Gaps[n-1].Gap)+": exchanges of that time are not listed")
	}
	if v.app.filterSince() != "" && len(v.open) > 0 {
		notes = append(notes, "the filter holds for those that have ended: what waits is all there is")
	}
	return notes
}

func (v *exchangesView) draw(g *grid, r rect) {
	t := &v.app.theme
	v.shown = fitChosen(v.app, exchangesPage, v.columns(), fitting{x: r.x, width: r.w, gap: 1, least: summaryLeast})
	r = g.above(r, v.title(), t.title)
	for _, text := range v.notes() {
		r = g.above(r, text, t.warn)
	}
	shows := slices.DeleteFunc(slices.Clone(exchangesShow), func(f shownFact) bool { return !v.shows(f.column) })
	if text := v.app.unseen(shows); text != "" && v.rows() > 0 {
		r = g.above(r, text, t.dim)
	}
	heads(v.app, g, r, v.shown, func(c *column[exchangeLine]) bool { return v.sorted != nil && c.head == v.sorted.head }, v.reverse)
	clickHeads(v.app, r.y, v.shown, v.sortTo)
	r.y, r.h = r.y+1, r.h-1
	v.app.drawList(g, r, &v.cur, v.rows(), func(i, y int) { v.drawLine(g, r, i, y) })
	for y := r.y; v.text != "" && y < min(r.y+r.h, g.h); y++ { // on the line of the cursor, too
		g.mark(r.x, min(r.x+r.w, g.w), y, v.text, t.mark)
	}
	if v.rows() == 0 && r.h > 0 {
		g.put(r.x+2, r.y+min(1, r.h-1), r.x+r.w, v.none(), t.dim)
	}
}

func (v *exchangesView) none() string {
	if blind := v.app.snap.Info.DoesNotSee(capture.SeesRequests, "requests"); blind != "" {
		return blind
	}
	switch {
	case v.cell != nil:
		return "none of them is kept"
	case v.only != 0:
		return "nothing went wrong"
	}
	return "no request yet"
}

func (v *exchangesView) drawLine(g *grid, r rect, i, y int) {
	l := v.at(i)
	switch {
	case l == nil:
	case l.below != nil:
		g.put(r.x+4+2*l.below.depth, y, r.x+r.w, l.below.text, l.below.style)
	default:
		if sign := v.foldSign(l); sign != "" {
			g.put(r.x, y, r.x+1, sign, v.app.theme.key)
		}
		cells(v.app, g, y, v.shown, l)
	}
}
