// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"encoding/binary"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
)

var update = flag.Bool("update", false, "rewrite the trees of testdata/*/*.txtar")

// A fixture is a txtar file in the folder of its family. Its comment has the
// command that made the bytes and what it ran on; the files request and reply
// are messages in hex, a blank line between two; tree is what they decode to.
// A line "# show NAME" in the comment leaves the rest of the replies out of
// the tree.
var reShow = regexp.MustCompile(`(?m)^# show (\w+)$`)

func TestFixtures(t *testing.T) {
	for _, fam := range families.All() {
		files, err := filepath.Glob(filepath.Join("testdata", fam.Name, "*.txtar"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			t.Run(fam.Name+"/"+strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
				testFixture(t, file, fam.Protocol)
			})
		}
	}
}

func testFixture(t *testing.T, file string, protocol uint16) {
	ar, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	show := ""
	if m := reShow.FindSubmatch(ar.Comment); m != nil {
		show = string(m[1])
	}
	d := decode.New(families.All(), decode.Options{})
	var got strings.Builder
	tree := -1
	for i, f := range ar.Files {
		switch f.Name {
		case "tree":
			tree = i
		case "request", "reply":
			dir := capture.DirRequest
			if f.Name == "reply" {
				dir = capture.DirReply
			}
			for _, b := range unhex(t, f.Data) {
				only := ""
				if dir == capture.DirReply {
					only = show
				}
				frame := &capture.Frame{
					Origin: &capture.Origin{
						Dir: dir, Protocol: protocol, NetNS: 1,
					},
					OrigLen: len(b), Data: b,
				}
				if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
					t.Skip("the fixtures are of a little-endian machine")
				}
				for _, m := range d.Frame(frame, nil) {
					render(&got, f.Name, &m, only)
				}
				cut(d, frame)
			}
		default:
			t.Errorf("file %q in %s", f.Name, file)
		}
	}
	if *update {
		ar.Files = append(ar.Files[:len(ar.Files)-min(len(ar.Files), b2i(tree >= 0))], txtar.File{Name: "tree", Data: []byte(got.String())})
		if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if tree < 0 {
		t.Fatal("no tree; run with -update")
	}
	if diff := cmp.Diff(string(ar.Files[tree].Data), got.String()); diff != "" {
		t.Errorf("tree (-want +got):\n%s", diff)
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// cut decodes beginnings of a datagram, as a snap length or a broken sender
// makes them: it must end without a panic.
func cut(d *decode.Decoder, f *capture.Frame) {
	for n := 0; n < len(f.Data); n += 1 + n/64 {
		short := *f
		short.Data = f.Data[:n:n]
		for _, m := range d.Frame(&short, nil) {
			m.Body()
		}
	}
}

// unhex reads messages in hex, a blank line between two.
func unhex(t *testing.T, data []byte) [][]byte {
	t.Helper()
	var out [][]byte
	for _, part := range strings.Split(strings.TrimSpace(string(data)), "\n\n") {
		b, err := hex.DecodeString(strings.Join(strings.Fields(part), ""))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

// tohex is its inverse.
func tohex(msgs [][]byte) []byte {
	var b strings.Builder
	for i, m := range msgs {
		if i > 0 {
			b.WriteByte('\n')
		}
		for len(m) > 0 {
			n := min(len(m), 32)
			fmt.Fprintf(&b, "%x\n", m[:n])
			m = m[n:]
		}
	}
	return []byte(b.String())
}

// render writes a message as an indented tree; only names the one attribute
// that is wanted, "" is all.
func render(w *strings.Builder, what string, m *decode.Message, only string) {
	fmt.Fprintf(w, "%s %s %s\n", what, m.Type, strings.Join(m.FlagNames(), "|"))
	b := m.Body()
	if only == "" {
		renderNodes(w, b.Fields, 1)
	}
	for i := range b.Attrs {
		if only == "" || b.Attrs[i].Name == only {
			renderNodes(w, b.Attrs[i:i+1], 1)
		}
	}
	if len(b.Rest) > 0 {
		fmt.Fprintf(w, "\trest %x\n", b.Rest)
	}
	if b.Problem != "" {
		fmt.Fprintf(w, "\tproblem: %s\n", b.Problem)
	}
}

func renderNodes(w *strings.Builder, nodes []decode.Node, depth int) {
	for i := range nodes {
		n := &nodes[i]
		if n.Hidden {
			continue
		}
		w.WriteString(strings.Repeat("\t", depth) + n.Label())
		switch {
		case n.Nested:
		case n.Text != "":
			w.WriteString(" " + n.Text)
		case n.Value == nil:
			fmt.Fprintf(w, " hex %x", n.Raw)
		default:
			fmt.Fprintf(w, " %v", n.Value)
		}
		w.WriteByte('\n')
		renderNodes(w, n.Children, depth+1)
	}
}
