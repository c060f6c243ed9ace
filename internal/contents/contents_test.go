// SPDX-License-Identifier: Apache-2.0

package contents

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/golden"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pcapng/hostile"
)

const old = "../e2e/testdata/84eb856/"

func read(t *testing.T, r *pcapng.Reader) *Contents {
	t.Helper()
	return readBy(t, r, decode.New(families.All(), decode.Options{}))
}

func readBy(t *testing.T, r *pcapng.Reader, d *decode.Decoder) *Contents {
	t.Helper()
	c, err := Read(context.Background(), r, d)
	if err != nil {
		t.Fatal(err)
	}
	c.File = "file.pcapng"
	return c
}

func text(t *testing.T, c *Contents) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Text(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestText: what is said of recordings by each source. The messages of families are those
// that nltop trace printed when the recordings were made.
func TestText(t *testing.T) {
	for _, d := range capture.Sources() {
		t.Run(d.Name, func(t *testing.T) {
			r, err := pcapng.Open(filepath.Join(old, d.Name+".pcapng.gz"))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			c := read(t, r)
			golden.Check(t, "testdata/"+d.Name+".txt", text(t, c), "")
			var sum uint64
			got := map[string]uint64{}
			for _, f := range c.Families {
				sum += f.Messages
				got[f.Name] = f.Messages
			}
			if sum != c.Messages {
				t.Errorf("families have %d messages, of %d", sum, c.Messages)
			}
			if diff := cmp.Diff(counted(t, filepath.Join(old, d.Name+".trace.json.gz")), got); diff != "" {
				t.Errorf("families (- trace):\n%s", diff)
			}
		})
	}
}

// counted are the messages by family as nltop trace wrote them.
func counted(t *testing.T, path string) map[string]uint64 {
	t.Helper()
	sums := map[string]uint64{}
	for d := json.NewDecoder(bytes.NewReader(nltest.Unpacked(t, path))); ; {
		var row struct {
			Family string
			Kind   string // of a report
		}
		switch err := d.Decode(&row); err {
		case nil:
			if row.Kind == "" {
				sums[row.Family]++
			}
		case io.EOF:
			return sums
		default:
			t.Fatal(err)
		}
	}
}

// frames are requests of one process at these seconds; below zero without a time.
func frames(seconds ...int64) []*capture.Frame {
	o := capture.Origin{
		Source: capture.SourceFentry, Dir: capture.DirRequest, NetNS: 7, NetNSName: "blue", Sees: capture.SeesRequests,
		Proc: capture.Proc{PID: 4711, TID: 4711, Comm: "ip", Life: 3},
	}
	var fs []*capture.Frame
	for i, s := range seconds {
		f := &capture.Frame{Origin: &o, ID: uint64(i + 1), Data: []byte{16, 0, 0, 0, 18, 0, 1, 3, 0, 0, 0, 0, 0, 0, 0, 0}, OrigLen: 16}
		if s >= 0 {
			f.Time = time.Unix(s, 0)
		}
		fs = append(fs, f)
	}
	return fs
}

func record(t *testing.T, opt pcapng.Options, fs []*capture.Frame, stats capture.Stats) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := pcapng.NewWriter(&b, opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fs {
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.WriteStats(stats), w.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(t *testing.T, file []byte) *pcapng.Reader {
	t.Helper()
	r, err := pcapng.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var made = pcapng.Options{
	Kernel: "6.12", Hardware: "x86_64", Version: "1.0", Filter: "error != 0", Command: "nltop record -- ip …", Distribution: "Debian",
	Info: capture.Info{Name: capture.SourceFentry, Scope: "all network namespaces", Sees: capture.SeesRequests, Snap: 64, RMemMax: 5,
		Blind: []string{"the dark"}, Notes: []string{"a hook is missing"}},
}

// TestFacts: each fact of a file stands in its JSON and, in words, in its text.
func TestFacts(t *testing.T) {
	lost := capture.Stats{Frames: 4, Cut: 1, LostReports: 2, Lost: []capture.Loss{{Reason: "ring buffer full", Count: 3}}}
	c := read(t, open(t, record(t, made, frames(10, 12, 11, -1), lost)))
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	part := func(name string, i int) any { return got[name].([]any)[i] }
	section := part("made", 0).(map[string]any)
	source := part("sources", 0).(map[string]any)
	for _, tt := range []struct {
		name      string
		got, want any
		says      string // in the text
	}{
		{"format", got["format"], "pcapng", "  file         pcapng, "},
		{"command", section["command"], "nltop record -- ip …", "  command      nltop record -- ip …\n"},
		{"distribution", section["distribution"], "Debian", "nltop 1.0 on Linux 6.12, x86_64, Debian\n"},
		{"filter", section["filter"], "error != 0", "  filter       error != 0\n"},
		{"snap", section["snap"], 64., "the first 64 bytes of each datagram"},
		{"source", source["name"], "fentry", "  source       fentry, all network namespaces\n"},
		{"sees", source["sees"], []any{"requests and their answers"}, "  sees         requests and their answers\n"},
		{"lacks", len(source["lacks"].([]any)), len(capture.Facts()) - 1, "rtnl_mutex: who holds it, who waits (--rtnl)"},
		{"blind", source["blind"], []any{"the dark"}, "  is blind to  the dark\n"},
		{"notes", source["notes"], []any{"a hook is missing"}, "  notes        a hook is missing\n"},
		{"rmem_max", source["rmem_max"], 5., "net.core.rmem_max 5"},
		{"first", got["first"], "1970-01-01T00:00:10Z", "1970-01-01 00:00:10.000000 to 1970-01-01 00:00:12.000000 UTC (2.00 s)"},
		{"duration_ns", got["duration_ns"], 2e9, ""},
		{"backwards", []any{got["backwards"], got["back_max_ns"], got["timeless"]}, []any{1., 1e9, 1.}, "1 earlier than one before, by 1.00 s at most, 1 without a time"},
		{"messages", got["messages"], 4., "  holds        4 datagrams (64 B) of 4 messages"},
		{"processes", part("processes", 0), map[string]any{"pid": 4711., "name": "ip", "messages": 4.}, "  processes    1: ip[4711] 4\n"},
		{"netns", part("netns", 0), map[string]any{"inode": 7., "name": "blue", "messages": 4.}, "  netns        7 (blue) 4\n"},
		{"families", part("families", 0), map[string]any{"name": "route", "messages": 4.}, "  families     route 4\n"},
		{"protocols", part("protocols", 0), map[string]any{"name": "NETLINK_ROUTE", "messages": 4.}, "  protocols    NETLINK_ROUTE 4\n"},
		{"lost", []any{part("lost", 0), got["lost_reports"]}, []any{map[string]any{"reason": "ring buffer full", "count": 3.}, 2.}, "  lost         3: ring buffer full; 2 reports\n"},
		{"damage", []any{got["damage"], got["damaged"]}, []any{[]any{}, 0.}, "  damage       none\n"},
		{"hides", got["hides"], []any{}, "  hides        not keys and passwords: who wrote the file left them"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !cmp.Equal(tt.got, tt.want) {
				t.Errorf("JSON has %v, want %v", tt.got, tt.want)
			}
			if s := text(t, c); !strings.Contains(strings.ReplaceAll(s, "\n               ", " "), tt.says) {
				t.Errorf("%q is not in\n%s", tt.says, s)
			}
		})
	}
}

// TestDamaged: wherever a file ends, what is in front of that is told, and the offset.
func TestDamaged(t *testing.T) {
	file := record(t, made, frames(1, 2, 3), capture.Stats{})
	whole := read(t, open(t, file))
	ends := map[int]bool{} // of blocks
	for at := 0; at < len(file); at += int(file[at+4]) | int(file[at+5])<<8 {
		ends[at] = true
	}
	before := uint64(0)
	dec := decode.New(families.All(), decode.Options{}) // takes longer than to read
	for n := len(file) - 1; n > 28; n -= 3 {
		r, err := pcapng.NewReader(bytes.NewReader(file[:n]))
		if err != nil {
			continue // the header is not there
		}
		c := readBy(t, r, dec)
		if c.Messages > whole.Messages || before != 0 && c.Messages > before {
			t.Fatalf("%d bytes: %d messages", n, c.Messages)
		}
		before = c.Messages
		if ends[n] {
			continue
		}
		if c.Damaged != 1 || len(c.Damage) != 1 || !ends[int(c.Damage[0].Offset)] || c.Damage[0].Offset >= int64(n) {
			t.Errorf("%d bytes: damage %+v", n, c.Damage)
		}
		if !strings.Contains(text(t, c), fmt.Sprintf("at byte %d: file is truncated", c.Damage[0].Offset)) {
			t.Errorf("%d bytes:\n%s", n, text(t, c))
		}
	}
}

// TestManyDamages: of many, the first are told with their offsets, and the others counted.
func TestManyDamages(t *testing.T) {
	file := record(t, made, frames(1), capture.Stats{})
	bad := []byte{6, 0, 0, 0, 16, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 16, 0, 0, 0}
	start := len(file)
	for range 100 {
		file = append(file, bad...)
	}
	c := read(t, open(t, file))
	if c.Damaged != 100 || len(c.Damage) != 16 || c.Damage[1].Offset != int64(start+16) || c.Messages != 1 {
		t.Errorf("%d damages, %+v", c.Damaged, c.Damage)
	}
	if s := text(t, c); !strings.Contains(s, "and 84 times more") {
		t.Error(s)
	}
}

// TestHides: what the file says of keys, of each section.
func TestHides(t *testing.T) {
	const names = "not addresses and names: they are as they were captured"
	for _, tt := range []struct {
		name     string
		secrets  []pcapng.Secrets // of sections
		redacted uint64           // in each
		hides    []string
		says     []string
	}{
		{"withheld", []pcapng.Secrets{pcapng.SecretsWithheld}, 3, []string{"keys and passwords, overwritten in 3 messages"}, nil},
		{"there were none", []pcapng.Secrets{pcapng.SecretsWithheld}, 0, []string{"keys and passwords; it tells of none that were overwritten"}, nil},
		{"kept", []pcapng.Secrets{pcapng.SecretsKept}, 0, []string{}, []string{"NOT KEYS AND PASSWORDS: they are in the file (--secrets)"}},
		{"an older nltop", []pcapng.Secrets{0}, 0, []string{}, []string{"not keys and passwords: who wrote the file left them as they were captured"}},
		{"both", []pcapng.Secrets{pcapng.SecretsWithheld, pcapng.SecretsKept, pcapng.SecretsWithheld}, 1,
			[]string{"keys and passwords, overwritten in 3 messages"}, []string{"NOT KEYS AND PASSWORDS"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var file []byte
			for _, s := range tt.secrets {
				opt := made
				opt.Secrets = s
				var b bytes.Buffer
				w, err := pcapng.NewWriter(&b, opt)
				if err != nil {
					t.Fatal(err)
				}
				w.Redacted(tt.redacted)
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				file = append(file, b.Bytes()...)
			}
			c := read(t, open(t, file))
			if !cmp.Equal(c.Hides, tt.hides) {
				t.Errorf("hides %q, want %q", c.Hides, tt.hides)
			}
			s := strings.ReplaceAll(text(t, c), "\n               ", " ")
			for _, want := range slices.Concat(tt.hides, tt.says, []string{names}) {
				if !strings.Contains(s, want) {
					t.Errorf("%q is not in\n%s", want, s)
				}
			}
			if len(tt.says) == 0 && strings.Contains(s, "keys and passwords:") {
				t.Errorf("says of keys more than there is:\n%s", s)
			}
		})
	}
}

// TestPseudonyms: that names and addresses are pseudonyms, and of which key.
func TestPseudonyms(t *testing.T) {
	opt := made
	opt.Info.Pseudonyms = "0123456789abcdef"
	c := read(t, open(t, record(t, opt, frames(1), capture.Stats{})))
	want := []string{"addresses and names: they are pseudonyms (key 0123456789abcdef)"}
	if !cmp.Equal(c.Hides, want) || c.Sources[0].Pseudonyms != "0123456789abcdef" {
		t.Errorf("hides %q", c.Hides)
	}
	if s := text(t, c); !strings.Contains(s, want[0]) || strings.Contains(s, "not addresses and names") {
		t.Error(s)
	}
}

// TestAnyYear: a file may say any time.
func TestAnyYear(t *testing.T) {
	fs := frames(1, 2)
	fs[1].Time = time.Unix(1<<40, 0)
	c := read(t, open(t, record(t, made, fs, capture.Stats{})))
	b, err := json.Marshal(c)
	if err != nil || !bytes.Contains(b, []byte(`"first":"1970-01-01T00:00:01Z","last":null,"duration_ns":9223372036854775807`)) {
		t.Errorf("%v: %s", err, b)
	}
	if s := text(t, c); !strings.Contains(s, "1970-01-01 00:00:01.000000 to 36812-02-20 00:36:16.000000 UTC") {
		t.Error(s)
	}
}

// TestHeld: a recording of a flight recorder says why it was written, and from when on.
func TestHeld(t *testing.T) {
	opt := made
	opt.Held = &pcapng.Held{Reason: "incident", At: time.Unix(9, 0), From: time.Unix(5, 0), Evicted: 4, Again: 1}
	c := read(t, open(t, record(t, opt, frames(7), capture.Stats{})))
	want := Held{Reason: "incident", At: time.Unix(9, 0).UTC(), From: time.Unix(5, 0).UTC(), Evicted: 4, Again: 1}
	if len(c.Made) != 1 || c.Made[0].Held == nil || *c.Made[0].Held != want {
		t.Fatalf("%+v", c.Made)
	}
	if s := text(t, c); !strings.Contains(s, "  held         flight recorder, written because of: incident") {
		t.Error(s)
	}
}

// TestPacked: of a packed file the contents are told, how it is packed, and where what it
// unpacks to is damaged.
func TestPacked(t *testing.T) {
	file := record(t, made, frames(1, 2), capture.Stats{})
	for _, tt := range []struct {
		name string
		file []byte
		says []string
	}{
		{"whole", file, []string{", packed by gzip, ", "holds        2 datagrams", "damage       none"}},
		{"cut", file[:len(file)-2], []string{", packed by gzip, ", "holds        2 datagrams", "of what it unpacks to: file is truncated"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			if _, err := z.Write(tt.file); err != nil {
				t.Fatal(err)
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			c := read(t, open(t, b.Bytes()))
			if c.Compression != "gzip" || c.Size != int64(len(tt.file)) {
				t.Errorf("%q, %d bytes of %d", c.Compression, c.Size, len(tt.file))
			}
			s := text(t, c)
			for _, want := range tt.says {
				if !strings.Contains(strings.ReplaceAll(s, "\n               ", " "), want) {
					t.Errorf("%q is not in\n%s", want, s)
				}
			}
		})
	}
}

// TestSections: recordings one behind the other are told apart where they differ.
func TestSections(t *testing.T) {
	other := made
	other.Kernel, other.Command = "6.1", ""
	file := slicesOf(record(t, made, frames(1), capture.Stats{}), record(t, made, frames(2), capture.Stats{}), record(t, other, frames(3), capture.Stats{}))
	c := read(t, open(t, file))
	if c.Sections != 3 || len(c.Made) != 2 || c.Made[1].OS != "Linux 6.1" || c.Messages != 3 {
		t.Errorf("%d sections, made %+v", c.Sections, c.Made)
	}
}

func slicesOf(files ...[]byte) (all []byte) {
	for _, f := range files {
		all = append(all, f...)
	}
	return all
}

// TestHostile: what a file can make it keep is bounded, and what there was no room for is
// counted.
func TestHostile(t *testing.T) {
	for _, f := range hostile.Files() {
		t.Run(f.Name, func(t *testing.T) {
			var file bytes.Buffer
			if err := f.Write(&file, f.Small()); err != nil {
				t.Fatal(err)
			}
			c := read(t, open(t, file.Bytes()))
			for name, n := range map[string]int{"processes": len(c.Processes), "netns": len(c.NetNS), "families": len(c.Families), "damage": len(c.Damage)} {
				if n > maxKept {
					t.Errorf("%d %s", n, name)
				}
			}
			if f.Name == "processes" && (len(c.Processes) != maxKept || c.Others != c.Messages-maxKept) {
				t.Errorf("%d processes, %d of %d messages of others", len(c.Processes), c.Others, c.Messages)
			}
			if s := text(t, c); len(s) > 64<<10 && f.Name != "sources" && f.Name != "origins" {
				t.Errorf("a text of %d bytes", len(s))
			}
		})
	}
}

// TestDocumented: every field is in docs/json.md.
func TestDocumented(t *testing.T) {
	docs, err := os.ReadFile("../../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(docs), "## `nltop info`")
	if !ok {
		t.Fatal("docs/json.md has no section")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	names := fields(reflect.TypeFor[Contents]())
	if len(names) < 50 {
		t.Errorf("%d fields: %v", len(names), names)
	}
	for _, name := range names {
		if !strings.Contains(section, "`"+name+"`") {
			t.Errorf("docs/json.md does not have %s", name)
		}
	}
}

func fields(of reflect.Type) (names []string) {
	for of.Kind() == reflect.Slice || of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if of.Kind() != reflect.Struct || of == reflect.TypeFor[time.Time]() || of == reflect.TypeFor[Moment]() {
		return nil
	}
	for i := range of.NumField() {
		f := of.Field(i)
		if !f.IsExported() {
			continue
		}
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
		names = append(names, fields(f.Type)...)
	}
	return names
}
