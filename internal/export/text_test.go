// SPDX-License-Identifier: Apache-2.0

package export

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/golden"
	"github.com/nltop/nltop/internal/nltest"
)

func TestText(t *testing.T) {
	groups := newDecoder().GroupName
	for _, tt := range []struct {
		file string
		o    TextOptions
	}{
		{"lines.txt", TextOptions{UTC: true, Group: groups}},
		{"tree.txt", TextOptions{UTC: true, Group: groups, Verbose: 1}},
		{"full.txt", TextOptions{UTC: true, Verbose: 2, Hex: true, ASCII: true}},
		{"color.txt", TextOptions{UTC: true, Group: groups, Color: true, Width: 100}},
	} {
		t.Run(tt.file, func(t *testing.T) {
			var out bytes.Buffer
			text := NewText(&out, tt.o)
			play(t, text, scene()...)
			if err := text.Observe(paired(t)); err != nil {
				t.Fatal(err)
			}
			golden.Check(t, filepath.Join("testdata", tt.file), out.String(), sceneProblem)
		})
	}
}

// safe says what in a text a terminal could take for an order.
func unsafeRune(s string) string {
	for i, r := range s {
		if r == utf8.RuneError || r != '\n' && !unicode.IsGraphic(r) {
			return s[max(0, i-20):min(len(s), i+20)]
		}
	}
	return ""
}

// Whatever traffic and processes say, no escape reaches a terminal.
func TestTextIsSafe(t *testing.T) {
	for verbose := range 3 {
		var out bytes.Buffer
		text := NewText(&out, TextOptions{Verbose: verbose, Hex: true, Group: func(uint16, uint32) string { return "\x1b[31m" }})
		frames := scene()
		for _, f := range frames {
			f.Change(func(o *capture.Origin) { o.Proc.Comm = "\x1b[31m\x9b"; o.Proc.Cgroup = "/\u202e\n"; o.Source = "\x07" })
		}
		// A generic family with an escape for a name, then a message of it.
		ctrl := &capture.Frame{
			Origin: &capture.Origin{
				Protocol: 16, Dir: capture.DirReply,
			},
			Data: nltest.Message(16, 0, 0, 0, []byte{1, 2, 0, 0}, nltest.Attr(2, nltest.Str("\x1b[41mfam")), nltest.Attr(1, nltest.U16(30))),
		}
		play(t, text, append([]*capture.Frame{ctrl}, frames...)...)
		if bad := unsafeRune(out.String()); bad != "" {
			t.Errorf("-v %d: %q", verbose, bad)
		}
		if !strings.Contains(out.String(), `"\x1b[41mfam"`) {
			t.Errorf("-v %d: the family is not quoted", verbose)
		}
	}
}

func TestTextWidth(t *testing.T) {
	for _, width := range []int{1, 20, 40, 80, 120} {
		var out bytes.Buffer
		play(t, NewText(&out, TextOptions{Width: width}), scene()...)
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		if want := len(scene()) - 1; len(lines) != want { // but for the send that went well
			t.Errorf("width %d: %d lines, want %d", width, len(lines), want)
		}
		for _, l := range lines {
			if w := runewidth.StringWidth(l); w > width {
				t.Errorf("width %d: %d columns: %s", width, w, l)
			}
		}
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestWriteErrors(t *testing.T) {
	for _, s := range []sink{NewText(failing{}, TextOptions{}), NewJSON(failing{}, nil)} {
		f := scene()
		ms := newDecoder().Frame(f[0], nil)
		if s.WriteMessage(&ms[0]) == nil || s.WriteFrame(f[12]) == nil || s.Observe(paired(t)) == nil {
			t.Errorf("%T hides the error of its writer", s)
		}
		if err := s.WriteFrame(f[13]); err != nil {
			t.Errorf("%T writes what is not worth a line", s)
		}
	}
}

func TestHex(t *testing.T) {
	data := make([]byte, 37)
	for i := range data {
		data[i] = byte(i * 7)
	}
	want := "> 0000  00 07 0e 15 1c 23 2a 31  38 3f 46 4d 54 5b 62 69  .....#*18?FMT[bi\n" +
		"> 0010  70 77 7e 85 8c 93 9a a1  a8 af b6 bd c4 cb d2 d9  pw~.............\n" +
		"> 0020  e0 e7 ee f5 fc                                    .....\n"
	if got := string(Hex(nil, data, "> ")); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := string(HexLine(nil, make([]byte, 0x10001), 0x10000, 8)); !strings.HasPrefix(got, "00010000  00 ") {
		t.Errorf("a long offset: %s", got)
	}
	if got := Hex(nil, nil, ""); len(got) != 0 {
		t.Errorf("nothing: %q", got)
	}
}

func TestNodeText(t *testing.T) {
	leaf := func(v any) decode.Node { return decode.Node{Name: "N", Value: v} }
	elem := func(i uint16, v any) decode.Node { return decode.Node{ID: i, Elem: true, Value: v} }
	for _, tt := range []struct {
		n    decode.Node
		want string
	}{
		{leaf("text"), "N=text"},
		{leaf(""), `N=""`},
		{leaf("\x1b["), `N="\x1b["`},
		{leaf(uint64(3)), "N=3"},
		{leaf(int64(-3)), "N=-3"},
		{leaf(true), "N=true"},
		{leaf([]string{"A", "0x8"}), "N=A|0x8"},
		{leaf([]string{}), "N=0"},
		{decode.Node{Name: "N", Value: uint64(2), Text: "2 (eth0)"}, "N=2 (eth0)"},
		{decode.Node{ID: 7, Attr: true, Raw: []byte{1, 2}}, "attribute 7=0102"},
		{decode.Node{Raw: make([]byte, 25)}, strings.Repeat("00", 24) + "... (25 bytes)"},
		{decode.Node{Name: "N", Nested: true, Children: []decode.Node{elem(0, uint64(80)), elem(1, uint64(443))}}, "N=[80 443]"},
		{decode.Node{Name: "N", Nested: true, Children: []decode.Node{leaf("a"), {Hidden: true}, leaf("b")}}, "N={N=a N=b}"},
		{decode.Node{Name: "N", Nested: true}, "N={}"},
		{decode.Node{Name: "N", Nested: true, Children: make([]decode.Node, 20)}, "N={" + strings.Repeat(" ", 16) + "...}"},
	} {
		if got := NodeText(&tt.n); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.n, got, tt.want)
		}
	}
}
