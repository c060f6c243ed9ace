// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"

	"github.com/gdamore/tcell/v2"

	"github.com/nltop/nltop/internal/words"
)

// nodeLine is one line of a decoded message. Bytes from head to before lo are its
// attribute header, from lo to before hi its payload, from there to before end padding.
type nodeLine struct {
	depth             int
	name, value       string
	style             tcell.Style
	head, lo, hi, end int
	next              int  // the line behind those that are part of it
	attr              bool // it has a header
	fault             bool // an error is about it
}

// nodeTree is a decoded message as lines of which parts can be folded.
type nodeTree struct {
	lines []nodeLine
	owner []int32 // by byte: the innermost line that it belongs to; -1: none does
	shut  map[int]bool
	shown []int // the lines that are in no shut one
	// faults are the lines that an error is about; nested: one has parts.
	faults []int
	nested bool
}

// newNodeTree works out for each line what is part of it, and for each of so many bytes to
// which line it belongs. A byte of nothing (padding, what is hidden) belongs to what is
// around it, or else in front of it.
func newNodeTree(lines []nodeLine, size int) nodeTree {
	t := nodeTree{lines: lines, owner: make([]int32, size), shut: make(map[int]bool)}
	for b := range t.owner {
		t.owner[b] = -1
	}
	parents := make([]int, len(lines)) // -1: none
	var open []int
	for i := range lines {
		l := &lines[i]
		for len(open) > 0 && lines[open[len(open)-1]].depth >= l.depth {
			lines[open[len(open)-1]].next = i
			open = open[:len(open)-1]
		}
		parents[i] = -1
		limit := size
		if len(open) > 0 {
			parents[i] = open[len(open)-1]
			limit = min(limit, lines[parents[i]].hi)
		}
		t.nested = t.nested || parents[i] >= 0
		if open = append(open, i); l.fault {
			t.faults = append(t.faults, i)
		}
		if l.end = l.hi; l.attr {
			l.end = max(l.hi, min(l.head+(l.hi-l.head+3)&^3, limit)) // NLA_ALIGN
		}
		for b := max(l.head, 0); b < min(l.end, size); b++ {
			t.owner[b] = int32(i)
		}
	}
	for _, i := range open {
		lines[i].next = len(lines)
	}
	for b := 1; b < size; b++ {
		if t.owner[b] >= 0 || t.owner[b-1] < 0 {
			continue
		}
		t.owner[b] = t.owner[b-1]
		for i := int(t.owner[b]); i >= 0 && lines[i].end == b; i = parents[i] {
			lines[i].end++
		}
	}
	t.fold()
	return t
}

// fold lists the lines that are shown.
func (t *nodeTree) fold() {
	t.shown = t.shown[:0]
	for i := 0; i < len(t.lines); {
		t.shown = append(t.shown, i)
		if t.shut[i] {
			i = t.lines[i].next
		} else {
			i++
		}
	}
}

// nests says whether a line has parts.
func (t *nodeTree) nests(i int) bool { return t.lines[i].next > i+1 }

// unfold opens all that a line is in.
func (t *nodeTree) unfold(line int) {
	for i := range t.shut {
		if i < line && t.lines[i].next > line {
			delete(t.shut, i)
		}
	}
	t.fold()
}

// row is where a line is shown, or what is around it.
func (t *nodeTree) row(line int) int {
	row := 0
	for row+1 < len(t.shown) && t.shown[row+1] <= line {
		row++
	}
	return row
}

// current is the line under the cursor; nil: there is none.
func (v *messageView) current() *nodeLine {
	if i := v.currentLine(); i >= 0 {
		return &v.tree.lines[i]
	}
	return nil
}

func (v *messageView) currentLine() int {
	if v.cur.at < len(v.tree.shown) {
		return v.tree.shown[v.cur.at]
	}
	return -1
}

// refold lists the lines anew, with the cursor on a line or on what is around it.
func (v *messageView) refold(line int) {
	v.tree.fold()
	v.cur.at = v.tree.row(line)
	v.cur.fit(len(v.tree.shown), v.cur.page)
}

// toggle folds a line with parts, or unfolds it.
func (v *messageView) toggle() {
	if i := v.currentLine(); i >= 0 && v.tree.nests(i) {
		v.tree.shut[i] = !v.tree.shut[i]
		v.refold(i)
	}
}

// left folds a line, or goes to what it is part of.
func (v *messageView) left() {
	i := v.currentLine()
	if i < 0 {
		return
	}
	if v.tree.nests(i) && !v.tree.shut[i] {
		v.toggle()
		return
	}
	for row := v.cur.at - 1; row >= 0; row-- {
		if v.tree.lines[v.tree.shown[row]].depth < v.tree.lines[i].depth {
			v.cur.move(row - v.cur.at)
			return
		}
	}
}

// right unfolds a line, or goes into it.
func (v *messageView) right() {
	i := v.currentLine()
	if i < 0 || !v.tree.nests(i) {
		return
	}
	if v.tree.shut[i] {
		v.toggle()
	} else {
		v.cur.move(1)
	}
}

// foldAll folds all lines with parts, or unfolds them where one is folded.
func (v *messageView) foldAll() {
	line, all := v.currentLine(), true
	if line < 0 {
		return
	}
	for i, shut := range v.tree.shut {
		if all = all && !shut; shut {
			v.tree.shut[i] = false
		}
	}
	for i := range v.tree.lines {
		if all && v.tree.nests(i) {
			v.tree.shut[i] = true
		}
	}
	v.refold(line)
}

// drawTree writes the lines that are shown.
func (v *messageView) drawTree(g *grid, r rect) {
	t, tree := &v.app.theme, &v.tree
	r.w--
	end := r.x + r.w
	margin := 0
	if tree.nested {
		margin = 2
	}
	v.app.drawList(g, r, &v.cur, len(tree.shown), func(row, y int) {
		i := tree.shown[row]
		l := &tree.lines[i]
		from := r.x + 1 + 2*l.depth
		sign, value := "", l.value
		if tree.nests(i) {
			if sign = v.app.foldMark(!tree.shut[i]) + " "; tree.shut[i] {
				value = strings.TrimSpace(value + "  (" + words.Plural(l.next-i-1, "line", "lines") + ")")
			}
		}
		g.put(from, y, end, sign, t.dim)
		x := g.put(from+margin, y, end, l.name, t.name)
		if value != "" {
			if x > from+margin {
				x++
			}
			g.put(x, y, end, value, l.style)
		}
		if v.inBytes {
			v.app.clickable(y, r.x, end, func() { v.toTree(); v.cur.move(row - v.cur.at) })
		}
	})
}

// search looks for a text in the names and values, also in those that are folded.
func (v *messageView) search(text string) found {
	v.sought = sought(text)
	return v.find(0)
}

func (v *messageView) next(by int) found { return v.find(by) }

func (v *messageView) place() func() {
	cur, shut := v.cur, make(map[int]bool)
	for i, yes := range v.tree.shut {
		shut[i] = yes
	}
	return func() {
		v.tree.shut = make(map[int]bool)
		for i, yes := range shut {
			v.tree.shut[i] = yes
		}
		v.tree.fold()
		v.cur.at, v.cur.top = cur.at, cur.top
	}
}

func (v *messageView) find(by int) found {
	if v.sought == "" {
		return found{}
	}
	var rows []int
	for i := range v.tree.lines {
		if l := &v.tree.lines[i]; v.in(l.name + " " + l.value) {
			rows = append(rows, i)
		}
	}
	line, f := nearest(rows, max(v.currentLine(), 0), by)
	if f.of > 0 {
		v.tree.unfold(line)
		v.refold(line)
		v.toTree()
	}
	return f
}

// escape ends a search.
func (v *messageView) escape() bool {
	had := v.sought != ""
	v.sought = ""
	return had
}
