// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/settings"
)

// rect is a part of the grid.
type rect struct{ x, y, w, h int }

// view is what fills the screen between header and footer.
type view interface {
	// refresh is called when there is a new snapshot, and when the view comes
	// back to the top.
	refresh()
	draw(g *grid, r rect)
	// detail are lines about the row under the cursor, the first one first to
	// stay on a low screen.
	detail() [][]segment
	bindings() []binding
	// crumb names the view where the way to it is told.
	crumb() string
	// cursor is nil where there is nothing to move; moved is called after it
	// was moved by a key or the mouse.
	cursor() *cursor
	moved()
	// ask says what of a snapshot the view shows. Looking says whether it looks at
	// messages, and not at counters alone.
	ask() live.Ask
}

const defaultInterval = 500 * time.Millisecond

// intervals are those between snapshots that the palette has.
var intervals = []time.Duration{
	100 * time.Millisecond, 250 * time.Millisecond, defaultInterval,
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second,
}

// app is the state of the live view. Only the goroutine of Run touches it.
type app struct {
	model Model
	// opening is the model while the source is being opened; nil: it is open.
	opening *Opening
	screen  tcell.Screen
	opt     Options
	theme   theme
	// onGround is what the terminal says of its ground; "": nothing.
	onGround Theme
	kept     settings.Settings // that were read, and the histories as they grow
	start    chosen
	cpu      func(time.Time) float64

	snap    *live.Snapshot // never nil
	now     time.Time      // of the last look
	usage   float64        // own CPU in percent of one; negative: it is not shown
	losing  string         // who is losing messages right now
	paused  bool
	notice  string // until the next key
	pending string // the first key of a sequence of two; "": none
	done    bool
	failed  error          // why, if it was not the user
	jobs    chan os.Signal // SIGTSTP and SIGCONT
	pressed bool           // mouse button
	prompt  *prompt
	paste   *paste   // being received; nil: none
	seeking *seeking // what is looked for; nil: nothing is
	undrawn bool     // the page on the top was not drawn yet: its rows and columns have no place

	tree    *treeView
	views   []view              // the last one is shown
	listY   int                 // line of the first row under the cursor's control
	zones   []zone              // what can be clicked on
	sought  string              // what was searched for last
	past    map[string][]string // what prompts had, by label, the last at the end
	names   *filter.Options     // what the filter prompt knows; nil: nobody has asked
	line    timeline
	travel  travel
	panes   panes
	touched time.Time // when the user, or a recording that was read, did something last
	saving  bool      // a file, and nobody has said that it is there

	grid, shown grid
	ticker      *time.Ticker
}

func newApp(screen tcell.Screen, m Model, o Options) *app {
	colors := screen.Colors()
	if o.NoColor {
		colors = 0
	}
	if o.Theme == "" {
		o.Theme = ThemeAuto
	}
	a := &app{
		model: m, snap: new(live.Snapshot), screen: screen, opt: o, cpu: newCPUMeter(), kept: o.Settings,
		past: map[string][]string{filterLabel: slices.Clone(o.Settings.Filters)},
	}
	a.theme = newTheme(colors, a.ground())
	a.flagged()
	a.grid.ascii = o.ASCII
	a.opening, _ = m.(*Opening)
	a.tree = newTreeView(a, o.Group)
	a.views = []view{a.tree}
	a.start = a.chosen()
	if n := len(o.Notes); n > 0 {
		if a.notice = o.Notes[0]; n > 1 {
			a.notice = fmt.Sprintf("%d notes (l): %s", n, a.notice)
		}
	}
	screen.SetStyle(a.theme.text)
	screen.EnableMouse(tcell.MouseButtonEvents | tcell.MouseDragEvents)
	screen.EnablePaste()
	a.refresh(time.Now())
	return a
}

// loop runs until the user quits, ctx is done or the screen ends.
func (a *app) loop(ctx context.Context) error {
	events := make(chan tcell.Event, 64)
	quit := make(chan struct{})
	defer close(quit)
	go func() {
		defer Guard()
		a.screen.ChannelEvents(events, quit)
	}()
	defer a.watchJobs()()
	a.ticker = time.NewTicker(a.opt.Interval)
	defer a.ticker.Stop()
	held := time.NewTimer(0) // a drawing that waits for its turn
	defer held.Stop()
	var pace pace
	ready := a.model.Ready()
	var told <-chan struct{}
	var over <-chan opened
	if o := a.opening; o != nil {
		told, over = o.told, o.over
	}
	for !a.done {
		select {
		case <-ctx.Done():
			return nil
		case ev, ok := <-events:
			if !ok {
				return nil
			}
			a.event(ev)
			pace.asked = true
		case now := <-a.ticker.C:
			if a.stands(now) {
				a.usage = a.cpu(now)
			} else {
				a.refresh(now)
			}
		case <-ready: // there is no need to wait for the tick
			ready = nil
			a.refresh(time.Now())
		case <-told:
		case x := <-over:
			told, over = nil, nil
			if a.opened(x); x.err == nil {
				ready = a.model.Ready()
			}
		case s := <-a.jobs:
			a.job(s)
		case <-a.work():
			if len(events) == 0 { // a key does not wait for more than one step
				a.seekOn()
			}
		case <-held.C:
		}
		now := time.Now()
		if wait := pace.wait(now); wait > 0 {
			held.Reset(wait)
			continue
		}
		pace.draws(now)
		if a.draw(); a.opening != nil {
			a.opening.once.Do(func() { close(a.opening.drawn) })
		}
	}
	return a.failed
}

// stands says that a snapshot would say the same as the one before: a recording was read
// to its end some time ago, and the user has asked for nothing since.
func (a *app) stands(now time.Time) bool {
	s := a.snap
	return s.Replay != nil && s.Replay.Ended && s.Err == nil && s.Filtering == nil && (s.At == nil || s.At.Working == nil) &&
		!a.saving && a.seeking == nil && !a.travel.playing && s.Has(a.ask()) && now.Sub(a.touched) > settling
}

// settling is how long after a key what it asked for may still come about.
const settling = 10 * time.Second

func (a *app) event(ev tcell.Event) {
	a.touched = time.Now()
	switch ev := ev.(type) {
	case *tcell.EventPaste:
		a.pasting(ev)
	case *tcell.EventKey:
		if a.paste != nil {
			a.paste.add(ev)
			return
		}
		a.key(ev)
	case *tcell.EventMouse:
		a.mouse(ev)
	case *tcell.EventResize:
		a.redraw()
	case *tcell.EventInterrupt:
		if on, ok := ev.Data().(Theme); ok { // the terminal's answer (asking)
			a.onGround = on
			a.setTheme(a.opt.Theme)
		}
	}
}

// refresh takes a new snapshot. While the view is paused it keeps the old one, unless one
// has gone to another time in it; losses go on being shown.
func (a *app) refresh(now time.Time) {
	a.now = now
	a.playOn(now)
	snap := a.model.Snapshot(a.ask())
	a.usage = a.cpu(now)
	if snap.Replay == nil || !snap.Replay.Ended {
		a.touched = now // what comes of its end may still come about
	}
	a.losing = openIncident(snap.Incidents)
	a.tellSaved(snap.Saving)
	if a.paused && snap.At == nil {
		a.snap.Status = snap.Status
	} else {
		a.snap = snap
	}
	a.renew()
}

// ask is what the screen shows, and whether any view that is open looks at messages. A pane
// does while keys go to it, or to the one that came out of it.
func (a *app) ask() live.Ask {
	ask := a.shownAsk()
	ask.Looking = slices.ContainsFunc(a.views, func(v view) bool { return v.ask().Looking }) ||
		a.panes.focus != homePane && a.splits()
	return ask
}

// fill adds to the snapshot what the screen shows and what is not there yet: a view was
// opened, or its cursor has moved.
func (a *app) fill() {
	a.matchList()
	if ask := a.shownAsk(); !a.snap.Has(ask) {
		a.model.Fill(a.snap, ask)
		a.renew()
	}
	a.matchMessage()
}

// redraw forgets what the screen shows.
func (a *app) redraw() {
	a.screen.Sync()
	a.shown = grid{}
}

// top is the view that keys go to.
func (a *app) top() view {
	if a.split() {
		return a.focused()
	}
	return a.views[len(a.views)-1]
}

// push opens a page, or goes back to it where it is open already. Those behind the help
// open in its place.
func (a *app) push(v view) {
	if _, ok := a.top().(*helpView); ok && len(a.views) > 1 {
		a.views = a.views[:len(a.views)-1]
	}
	if i := slices.IndexFunc(a.views, func(open view) bool { return identity(open) == identity(v) }); i >= 0 {
		a.backTo(i)
		return
	}
	if n := len(a.views) - maxOpen; n >= 0 {
		a.views = slices.Delete(a.views, 1, 2+n)
	}
	a.views = append(a.views, v)
	a.undrawn = true
	a.fill()
	v.refresh()
}

// maxOpen is how many pages can be behind each other: who goes from message to message
// leaves the first ones.
const maxOpen = 24

// identity tells pages apart. Most are the same where their kind and name are; a page
// with more to it has a method that says so.
func identity(v view) any {
	if one, ok := v.(interface{ identity() any }); ok {
		return one.identity()
	}
	return fmt.Sprintf("%T %s", v, v.crumb())
}

func (a *app) quit() { a.done = true }

func (a *app) togglePause() {
	a.paused = !a.paused
	a.model.Hold(a.paused)
	if a.paused {
		a.freeze()
	} else {
		a.thaw()
	}
}

func (a *app) clear() {
	if a.snap.Replay != nil {
		a.notice = "a recording keeps what it says: nothing to clear"
		return
	}
	a.model.Clear()
	a.refresh(time.Now())
	a.notice = "counters and messages cleared"
	if a.paused {
		a.notice += "; the view is paused"
	}
}

// toggleHelp shows the keys of the view below.
func (a *app) toggleHelp() {
	if _, ok := a.top().(*helpView); ok {
		a.back(false)
		return
	}
	a.push(newHelpView(a, a.top()))
}

// filterLabel is that of the prompt, whose history settings keep.
const filterLabel = "filter: "

func (a *app) askFilter() {
	a.prompt = newPrompt(a, filterLabel, a.snap.Narrowed)
	if a.names == nil {
		a.names = new(filter.Options)
		if a.opt.Names != nil {
			*a.names = a.opt.Names()
		}
	}
	a.prompt.languageOf(a.names)
	a.prompt.accept = func(expr string) error {
		return a.setFilter(expr)
	}
}

// drawList draws the lines of a list that fit into r, each with its index and
// its place on the screen, and marks the one under the cursor.
func (a *app) drawList(g *grid, r rect, c *cursor, n int, draw func(i, y int)) {
	a.listY = r.y
	c.window = false
	c.fit(n, r.h)
	for line := range r.h {
		i, ok := c.row(line)
		if !ok {
			return
		}
		y := r.y + line
		draw(i, y)
		if i == c.at {
			g.restyle(r.x, r.x+r.w, y, a.theme.selected)
		}
	}
}

// details writes the lines about the current row below body, as far as they
// leave it room.
func (a *app) details(g *grid, v view, body *rect) {
	lines := v.detail()
	for len(lines) > 0 && body.h-len(lines) < 7+4*(len(lines)-1) {
		lines = lines[:len(lines)-1]
	}
	body.h -= len(lines)
	for i, line := range lines {
		gap := 2
		if i > 0 {
			gap = 0
		}
		g.segments(1, body.y+body.h+i, g.w-1, gap, line)
	}
}

// draw puts the state on the screen and says whether anything had changed.
func (a *app) draw() bool {
	a.undrawn = false
	w, h := a.screen.Size()
	g := &a.grid
	g.reset(w, h, a.theme.text)
	a.panes.resize(a, w, h)
	a.fill()
	a.zones = a.zones[:0]
	body := rect{0, 0, w, h}
	body.y += a.header(g)
	foot := a.footer(g)
	body.h = h - body.y - foot
	if a.split() {
		a.drawPanes(g, body)
		return g.flush(a.screen, &a.shown)
	}
	a.details(g, a.top(), &body)
	if body.h > 0 {
		a.top().draw(g, body)
		a.markFound(g, a.top(), body)
	}
	return g.flush(a.screen, &a.shown)
}
