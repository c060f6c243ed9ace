// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/uniseg"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

func TestPut(t *testing.T) {
	for _, tt := range []struct {
		in    string
		width int
		ascii bool
		want  string
	}{
		{"plain", 8, false, "plain   "},
		{"exact", 5, false, "exact"},
		{"too long", 5, false, "too …"},
		{"too long", 5, true, "too ~"},
		{"日本語", 6, false, "日本語"},
		{"日本語", 5, false, "日本…"},
		{"日本語", 4, false, "日… "},
		{"日本語", 3, true, "???"},
		{"a\x1b[31m", 8, false, "a�[31m  "},
		{"a\r\n\tb\x00\u009b", 8, false, "a��b��  "},
		{"a\u202eb", 4, false, "a�b "},
		{"\xff\xfe", 4, false, "��  "},
		{"e\u0301x", 3, false, "e\u0301x "},
		{"\u0301x", 3, false, "�x "},
		{"a" + strings.Repeat("\u0301", 10000), 3, false, "�  "},
		{"👩‍👩‍👧", 3, false, "👩‍👩‍👧 "},
		{"line\u2028sep", 9, false, "line�sep "},
		{"", 2, false, "  "},
		{"x", 0, false, ""},
	} {
		g := &grid{ascii: tt.ascii}
		g.reset(tt.width, 1, tcell.StyleDefault)
		g.put(0, 0, tt.width, tt.in, tcell.StyleDefault)
		got := ""
		for _, c := range g.cells {
			got += c.text
		}
		if got != tt.want {
			t.Errorf("%q in %d: %q, want %q", tt.in, tt.width, got, tt.want)
		}
		if w := uniseg.StringWidth(got); w != tt.width {
			t.Errorf("%q in %d takes %d columns", tt.in, tt.width, w)
		}
	}
}

// Whatever is written wherever, every line of the grid is as wide as the grid,
// and holds nothing that a terminal would act on.
func TestPutAnything(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	alphabet := []rune("ab \x1b\x00\n日本語\u0301\u200d\u202e👩🇩🇪\ufeff한ᄀ\u0600…\u00ad")
	g := &grid{}
	for i := range 5000 {
		w := 1 + rnd.IntN(12)
		g.ascii = i%2 == 0
		g.reset(w, 2, tcell.StyleDefault)
		for range 4 {
			s := make([]rune, rnd.IntN(9))
			for j := range s {
				s[j] = alphabet[rnd.IntN(len(alphabet))]
			}
			g.put(rnd.IntN(w+2)-1, rnd.IntN(4)-1, rnd.IntN(w+3), string(s), tcell.StyleDefault)
		}
		for y := range 2 {
			for x := 0; x < w; {
				text := g.cells[y*w+x].text
				width := uniseg.StringWidth(text)
				if width < 1 || width > 2 || strings.ContainsFunc(text, unicode.IsControl) {
					t.Fatalf("cell %d of line %d holds %q, %d wide", x, y, text, width)
				}
				for k := 1; k < width; k++ {
					if g.cells[y*w+x+k].text != "" {
						t.Fatalf("%q at %d is followed by %q", text, x, g.cells[y*w+x+k].text)
					}
				}
				x += width
			}
		}
	}
}

// Names from the wire neither break columns nor reach the terminal as they are.
func TestHostileNames(t *testing.T) {
	h := newHarness(t, 100, 30, Options{})
	for i, name := range []string{"\x1b]0;owned\x07", "a\nb", "\xff\xfe\xfd", strings.Repeat("\u0301", 7), "\u202etxt", "日本語日本語日本語日本語日本語日本語日本語", ""} {
		p := capture.Proc{PID: uint32(50 + i), Comm: name}
		h.src.feed(capture.Frame{
			Origin: &capture.Origin{
				Dir: capture.DirRequest, Proc: p, Socket: capture.Socket{PortID: p.PID, Owner: p},
			},
			Data: nltest.Message(16, 1, 1, 0, make([]byte, 16), nltest.Attr(3, nltest.Str(name))),
		})
	}
	h.src.now = h.src.now.Add(time.Second)
	h.tick()
	for _, keys := range [][]string{{"e"}, {"End", "m"}, {"Enter"}, {"End"}, {"q", "q", "b"}, {"/", "\u202e"}} {
		h.press(keys...)
		for _, line := range strings.Split(h.text(), "\n") {
			if w := uniseg.StringWidth(line); w > 100 {
				t.Errorf("a line of %d columns: %q", w, line)
			}
			if strings.ContainsFunc(line, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
				t.Errorf("line %q", line)
			}
		}
	}
}

func TestSegments(t *testing.T) {
	g := &grid{}
	segs := []segment{{text: "always"}, {text: "third", keep: 1}, {text: "second", keep: 2}, {text: "first", keep: 3, right: true}}
	for _, tt := range []struct {
		width int
		want  string
	}{
		{30, "always third second      first"},
		{25, "always third second first"},
		{24, "always second      first"},
		{12, "always first"},
		{11, "always     "},
		{4, "alw…"},
	} {
		g.reset(tt.width, 1, tcell.StyleDefault)
		g.segments(0, 0, tt.width, 1, segs)
		got := ""
		for _, c := range g.cells {
			got += c.text
		}
		if got != tt.want {
			t.Errorf("in %d: %q, want %q", tt.width, got, tt.want)
		}
	}
}

func TestSparkline(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{sparkline([]uint32{0, 1, 50, 100, 1<<32 - 1}, false), " ▁▁▁█"}, {sparkline([]uint32{0, 7, 14}, true), " =@"},
	} {
		if tt.got != tt.want {
			t.Errorf("%q, want %q", tt.got, tt.want)
		}
	}
}

// The columns of the tree fit at every width, grouping and set, and leave room for names.
func TestTreeLayout(t *testing.T) {
	for g := range aggregate.Group(7) {
		for w := range 1200 {
			width := w / 4
			l := treeLayout{g, columnSet(w % len(sets)), has{container: w%2 == 0, unit: w%5 == 0, netns: w%7 == 0, kernel: w%3 == 0, losses: w%11 > 0, causes: w%13 > 0}}
			shown := l.columns(fitting{x: 3, width: width})
			end := 3
			for _, s := range shown {
				if s.x != end+1 {
					t.Fatalf("%v at %d: %s begins at %d, not behind %d", g, width, s.head, s.x, end)
				}
				end = s.end
			}
			if last := 3 + width - 1; end > 3+width || len(shown) > 1 && end != last {
				t.Fatalf("%v at %d: columns and name end at %d", g, width, end)
			}
			if name := shown[0]; name.head != "NAME" || len(shown) > 1 && name.end-name.x < nameFloor-1 {
				t.Fatalf("%v at %d: %d for the name", g, width, name.end-name.x)
			}
			// What comes with a second namespace, container or unit moves nothing and takes
			// no column's place.
			bare := treeLayout{g, l.set, has{kernel: l.has.kernel, losses: l.has.losses, causes: l.has.causes}}
			for _, s := range bare.columns(fitting{x: 3, width: width})[1:] {
				if !slices.ContainsFunc(shown, func(o span[aggregate.Row]) bool {
					return o.column == s.column && o.x == s.x && o.end == s.end
				}) {
					t.Fatalf("%v at %d: %s moves, or goes", g, width, s.head)
				}
			}
		}
	}
}

// Every column of every table is whole: a head that fits, a cell, and an order where
// people would look for one.
func TestColumns(t *testing.T) {
	var tree []*rowColumn
	for i := range treeColumns {
		tree = append(tree, &treeColumns[i].column)
	}
	checkColumns(t, "tree", tree)
	for _, of := range []func(c *treeColumn) int{func(c *treeColumn) int { return c.times }, func(c *treeColumn) int { return c.places }} {
		heads := map[int]string{}
		for i := range treeColumns {
			c := &treeColumns[i]
			if n := of(c); n > 0 && heads[n] != "" {
				t.Errorf("tree: %q and %q both come at %d in their set", heads[n], c.column.head, n)
			} else {
				heads[n] = c.column.head
			}
		}
	}
	lists := map[string]bool{}
	for _, s := range allPages {
		h := newHarness(t, 80, 24, Options{})
		h.tell(s.name)
		h.press(s.keys...)
		if v, ok := h.top().(interface{ check(*testing.T, string) }); ok {
			v.check(t, s.name)
			lists[fmt.Sprintf("%T", v)] = true
		}
	}
	if len(lists) < 5 {
		t.Errorf("lists are only %v", lists)
	}
}

func (v *listView[T]) check(t *testing.T, table string) {
	var all []*column[T]
	for i := range v.list.columns {
		all = append(all, &v.list.columns[i])
	}
	checkColumns(t, table, all)
}

func (v *messagesView) check(t *testing.T, table string) {
	for _, width := range []int{40, 80, 120, 200} {
		checkColumns(t, table, v.columns(width))
	}
}

func checkColumns[T any](t *testing.T, table string, columns []*column[T]) {
	t.Helper()
	heads := map[string]bool{}
	keeps := map[int]string{}
	for i, c := range columns {
		if heads[c.head] {
			t.Errorf("%s: two columns are called %q", table, c.head)
		}
		heads[c.head] = true
		if c.cell == nil {
			t.Errorf("%s: %q has no cell", table, c.head)
		}
		if c.width == 0 && i < len(columns)-1 || c.wide > 0 && c.wide < c.width {
			t.Errorf("%s: %q is %d wide, or %d", table, c.head, c.width, c.wide)
		}
		if c.keep >= setFirst {
			t.Errorf("%s: %q is kept before every set", table, c.head)
		}
		if c.width > 0 && len(c.head) > c.width {
			t.Errorf("%s: %q does not fit into %d", table, c.head, c.width)
		}
		if other := keeps[c.keep]; c.keep > 0 && other != "" {
			t.Errorf("%s: %q and %q are kept alike", table, other, c.head)
		}
		keeps[c.keep] = c.head
		if c.compare != nil {
			var x, y T
			if n := func() (n int) { defer func() { _ = recover() }(); return c.compare(&x, &y) }(); n != 0 {
				t.Errorf("%s: %q orders equal rows", table, c.head)
			}
		}
	}
}

func TestThemes(t *testing.T) {
	for _, colors := range []int{0, 2, 8, 16, 256, 1 << 24} {
		th := newTheme(colors, ThemeAuto)
		for name, st := range map[string]tcell.Style{"text": th.text, "bad": th.bad, "bar": th.bar, "head": th.head, "selected": th.selected(th.text)} {
			fg, bg, _ := st.Decompose()
			for _, c := range []tcell.Color{fg, bg} {
				if c == tcell.ColorDefault {
					continue
				}
				if n := int(c - tcell.ColorValid); colors < 8 || n >= colors && !c.IsRGB() || c.IsRGB() && colors <= 256 {
					t.Errorf("%s uses colour %d of %d", name, n, colors)
				}
			}
		}
		if th.bad == th.text || th.selected(th.text) == th.text || th.mark == th.hex {
			t.Errorf("with %d colours nothing stands out", colors)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	h := newHarness(b, 120, 40, Options{})
	h.press("e")
	b.ReportAllocs()
	for b.Loop() {
		h.draw()
	}
}
