// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

func tables(names ...string) *capture.LocalNames {
	n := new(capture.LocalNames)
	for i, name := range names {
		n.Put("rt_tables", uint32(100+i), name)
		n.Put("rt_protos", 255, "last")
	}
	return n
}

// namedRecording is of a machine with these names; foreign: its second frame is of one
// that has others.
func namedRecording(t *testing.T, names *capture.LocalNames, foreign bool) []byte {
	t.Helper()
	opt := testOptions
	opt.Info.Names = names
	var frames []*capture.Frame
	for i := range 2 {
		o := capture.Origin{Source: opt.Info.Name, Sees: opt.Info.Sees, Dir: capture.DirRequest, Names: names}
		if foreign && i == 1 {
			o.Names = tables("another")
		}
		done := o.Completion()
		id := uint64(1 + 2*i)
		frames = append(frames,
			&capture.Frame{Origin: &o, ID: id, Time: time.Unix(10, int64(id)), Data: make([]byte, 20), OrigLen: 20},
			&capture.Frame{Origin: &done, ID: id + 1, Of: id, Time: time.Unix(11, int64(id))})
	}
	return record(t, opt, []*capture.Frame{{
		Origin: &capture.Origin{Protocol: capture.NETLINK_GENERIC}, Time: time.Unix(9, 0), Data: make([]byte, 16), OrigLen: 16,
	}}, frames)
}

// hundred is what every frame calls table 100.
func hundred(frames []*capture.Frame) string {
	var all []string
	for _, f := range frames {
		all = append(all, fmt.Sprintf("%q", f.Names.Name("rt_tables", 100)))
	}
	return strings.Join(all, " ")
}

// Names of the recorded machine come back, for its frames and for no others, also when
// recordings are joined, and when what was read is recorded once more.
func TestLocalNames(t *testing.T) {
	hostile := tables("\x1b[31m\xff")
	long := tables(strings.Repeat("x", capture.MaxLocalName))
	for i := range uint32(capture.MaxLocalNames) {
		long.Put("rt_tables", 200+i, strings.Repeat("y", capture.MaxLocalName))
	}
	a, b := namedRecording(t, tables("mgmt"), false), namedRecording(t, tables("other"), false)
	none := namedRecording(t, nil, false)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"one", a, `"mgmt" "mgmt" "mgmt" "mgmt"`},
		{"none", none, `"" "" "" ""`},
		{"hostile", namedRecording(t, hostile, false), `"\x1b[31m\xff" "\x1b[31m\xff" "\x1b[31m\xff" "\x1b[31m\xff"`},
		{"more than an option holds", namedRecording(t, long, false), strings.TrimSpace(strings.Repeat(fmt.Sprintf("%q ", strings.Repeat("x", capture.MaxLocalName)), 4))},
		{"a frame of another machine", namedRecording(t, tables("mgmt"), true), `"mgmt" "mgmt" "" ""`},
		{"one behind the other", bytes.Join([][]byte{a, b}, nil), `"mgmt" "mgmt" "mgmt" "mgmt" "other" "other" "other" "other"`},
		{"one behind one without", bytes.Join([][]byte{none, b}, nil), `"" "" "" "" "other" "other" "other" "other"`},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			r, frames, _, err := play(c.file)
			if err != nil || r.Info().Notes != nil && r.badFacts > 0 {
				t.Fatalf("%v, %d bad facts", err, r.badFacts)
			}
			if got := hundred(frames); got != c.want {
				t.Errorf("table 100 is %s, want %s", got, c.want)
			}
			opt := testOptions
			if opt.Info = r.Info(); len(opt.Info.Recorded) == 1 {
				opt.Info = opt.Info.Recorded[0]
			}
			_, again, _, err := play(record(t, opt, nil, frames))
			if err != nil {
				t.Fatal(err)
			}
			for i, f := range again {
				// Of two machines the names cannot be kept apart; none is better than one's.
				if was, is := frames[i].Names.Name("rt_tables", 100), f.Names.Name("rt_tables", 100); is != was && (is != "" || len(r.Info().Recorded) == 1) {
					t.Errorf("frame %d: recorded anew table 100 is %q, was %q", i, is, was)
				}
			}
		})
	}
}

// mergecap keeps them with the interface.
func TestMergedNames(t *testing.T) {
	dir := t.TempDir()
	var paths []string
	for i, n := range []*capture.LocalNames{tables("mgmt"), tables("other"), nil} {
		path := filepath.Join(dir, fmt.Sprint(i))
		if err := os.WriteFile(path, namedRecording(t, n, false), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	merged := filepath.Join(dir, "merged")
	tool(t, "mergecap", append([]string{"-a", "-w", merged}, paths...)...)
	_, frames := playFile(t, merged)
	if got, want := hundred(frames), `"mgmt" "mgmt" "other" "other" "" ""`; got != want {
		t.Errorf("table 100 is %s, want %s", got, want)
	}
}

// A file decides nothing about how much is kept.
func TestHostileNames(t *testing.T) {
	for _, c := range []struct {
		name string
		body facts
		want int // names
		bad  bool
	}{
		{"a name of no file", facts(nil).bytes(tagLocalName, []byte("\x05x")), 0, false},
		{"no number", facts(nil).putString(tagNamesOf, "rt_tables").bytes(tagLocalName, []byte("\xff\xff")), 0, true},
		{"a number of 33 bits", facts(nil).putString(tagNamesOf, "rt_tables").bytes(tagLocalName, []byte("\x80\x80\x80\x80\x10x")), 0, true},
		{"no name", facts(nil).putString(tagNamesOf, "rt_tables").bytes(tagLocalName, []byte("\x05")), 0, false},
		{"a long name", facts(nil).putString(tagNamesOf, "rt_tables").bytes(tagLocalName, []byte("\x05"+strings.Repeat("x", 65))), 0, true},
		{"a long file", facts(nil).putString(tagNamesOf, strings.Repeat("x", 65)).bytes(tagLocalName, []byte("\x05x")), 0, false},
		{"one good behind a bad one", facts(nil).putString(tagNamesOf, "rt_tables").bytes(tagLocalName, []byte("\xff")).bytes(tagLocalName, []byte("\x05x")), 1, true},
		{"cut", facts("\x01\x09rt_"), 0, true},
		{"a tag of later", facts(nil).putString(tagNamesOf, "rt_tables").putString(77, "x").bytes(tagLocalName, []byte("\x05x")), 1, false},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			names, err := new(Reader).parseNames(c.body)
			if names.Len() != c.want || (err != nil) != c.bad {
				t.Errorf("%d names, %v", names.Len(), err)
			}
		})
	}
	many := facts(nil).putString(tagNamesOf, "rt_tables")
	for i := range 4 * capture.MaxLocalNames {
		many = many.bytes(tagLocalName, []byte{byte(i) | 0x80, byte(i>>7) | 0x80, byte(i >> 14), 'x'})
	}
	r, kept := new(Reader), 0
	for range 100 {
		names, err := r.parseNames(many)
		if err != nil || names.Len() > capture.MaxLocalNames {
			t.Fatalf("%d names, %v", names.Len(), err)
		}
		kept += names.Len()
	}
	if kept != maxFileNames {
		t.Errorf("%d names are kept of 100 interfaces, want %d", kept, maxFileNames)
	}
}
