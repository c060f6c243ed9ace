// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/sockets"
	"github.com/nltop/nltop/internal/words"
)

// emptyLine is a line of the screen that stands where there is no row.
type emptyLine struct {
	text  string
	style tcell.Style
	in    int // columns from the left
}

// drawEmpty says why there is no row yet, what the source sees, who listens already, and
// what to try.
func (a *app) drawEmpty(g *grid, r rect) {
	t := &a.theme
	var lines []emptyLine
	say := func(in int, st tcell.Style, text string) {
		for _, part := range wrap(g, text, max(r.w-4-in, 10)) {
			lines = append(lines, emptyLine{part, st, in})
		}
	}
	say(0, t.title, a.whyEmpty())
	info := &a.snap.Info
	for _, of := range info.Of() {
		d := capture.Describe(of.Name)
		say(0, t.text, fmt.Sprintf("Source %s sees %s.", of.Name, d.About))
	}
	say(0, t.dim, "What it cannot see, and why better sources were left: l")
	if a.snap.Replay == nil {
		say(0, t.text, "")
		say(0, t.title, "Who listens already")
		// Below stand three lines of what to try.
		for _, l := range a.listeners(max(r.h-len(lines)-5, 1)) {
			lines = append(lines, emptyLine{l, t.text, 2})
		}
		say(0, t.text, "")
		say(0, t.title, "To try")
		say(2, t.text, a.tryThis())
	}
	for i, l := range lines[:min(len(lines), r.h)] {
		g.put(r.x+2+l.in, r.y+i, r.x+r.w, l.text, l.style)
	}
}

// whyEmpty is one sentence.
func (a *app) whyEmpty() string {
	st := &a.snap.Status
	by := ""
	if st.Filter != "" {
		by = " passes the filter " + st.Filter + " (f changes it)"
	}
	switch r := st.Replay; {
	case r != nil && !r.Ended && by == "":
		return "The recording is being read: no message yet."
	case r != nil && !r.Ended:
		return "The recording is being read: no message so far" + by + "."
	case r != nil && by == "":
		return "The recording has no message."
	case r != nil:
		return "No message of the recording" + by + "."
	case by != "":
		return "No message yet that" + by + "."
	}
	return "No Netlink message yet."
}

// tryThis makes a message that the source sees.
func (a *app) tryThis() string {
	if a.snap.Info.Sees.Has(capture.SeesRequests) {
		return "ip link show, in another terminal; nltop demo plays a recording; ? shows the keys"
	}
	return "ip link add test0 type dummy, in another terminal: this source sees what the kernel tells of it; nltop demo plays a recording; ? shows the keys"
}

// listeners are who has joined multicast groups, most first, in at most so many lines.
func (a *app) listeners(most int) []string {
	type listener struct {
		who    capture.Proc
		groups int
		of     []string // by protocol
	}
	var all []listener
	index := make(map[aggregate.Process]int)
	for i := range a.snap.Sockets.List {
		s := &a.snap.Sockets.List[i]
		if s.Kernel || len(s.Groups) == 0 {
			continue
		}
		p := aggregate.Process{PID: s.Owner.PID, Comm: s.Owner.ProcessName()}
		at, known := index[p]
		if !known {
			at = len(all)
			index[p] = at
			all = append(all, listener{who: s.Owner})
		}
		l := &all[at]
		l.groups += len(s.Groups)
		if text := a.groupsOf(s); !slices.Contains(l.of, text) {
			l.of = append(l.of, text)
		}
	}
	slices.SortStableFunc(all, func(x, y listener) int {
		return cmp.Or(cmp.Compare(y.groups, x.groups), cmp.Compare(x.who.PID, y.who.PID))
	})
	switch {
	case len(a.snap.Sockets.List) == 0 && len(a.snap.Sockets.Missing) > 0:
		return []string{a.snap.Sockets.Missing[0]}
	case len(a.snap.Sockets.List) == 0:
		return []string{"the kernel is being asked"}
	case len(all) == 0:
		return []string{"nobody: events of the kernel are made for nobody"}
	}
	var lines []string
	for i, l := range all {
		if i == most-1 && len(all) > most {
			return append(lines, fmt.Sprintf("and %s (o)", words.Plural(len(all)-i, "process", "processes")))
		}
		lines = append(lines, words.Process(l.who)+": "+strings.Join(l.of, "; "))
	}
	return lines
}

// groupsOf writes the groups of a socket behind its protocol.
func (a *app) groupsOf(s *sockets.Socket) string {
	return capture.ShortName(s.Protocol) + " " + words.Groups(s.Protocol, s.Groups, a.opt.GroupName)
}
