// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/coverage"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pcapng"
)

// labDir has the recordings of scripts/lab.
const labDir = "testdata/lab"

// recording is one script of the lab on one kernel.
type recording struct {
	t            testing.TB
	name, kernel string
	messages     []decode.Message
}

// recordings decodes what a script of the lab recorded, once for each kernel;
// "" is all scripts. There must be at least one.
func recordings(t testing.TB, script string) []recording {
	t.Helper()
	if script == "" {
		script = "*"
	}
	files, err := filepath.Glob(filepath.Join(labDir, script+".*.pcapng.gz"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recording of %s.sh (scripts/lab makes them): %v", script, err)
	}
	var out []recording
	for _, file := range files {
		name, kernel, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".pcapng.gz"), ".")
		ms, ok := readAlready[file]
		if !ok {
			ms = readRecording(t, file)
			readAlready[file] = ms
		}
		out = append(out, recording{t: t, name: name, kernel: kernel, messages: slices.Clone(ms)})
	}
	return out
}

// readAlready keeps what was decoded, since many tests ask for it.
var readAlready = map[string][]decode.Message{}

// recordingsOf are all recordings of Linux 6.12.
func recordingsOf(t testing.TB) []recording {
	t.Helper()
	return slices.DeleteFunc(recordings(t, ""), func(r recording) bool { return r.kernel != "6.12" })
}

func readRecording(t testing.TB, file string) []decode.Message {
	t.Helper()
	r, err := pcapng.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	d := decode.New(families.All(), decode.Options{})
	var msgs []decode.Message
	r.OnPreamble(func(f *capture.Frame) error { d.Frame(f, nil); return nil })
	if err := r.Run(context.Background(), func(f *capture.Frame) error {
		before := len(msgs)
		msgs = d.Frame(f, msgs)
		if n := decode.Messages(f); n != len(msgs)-before {
			t.Errorf("%s: frame %d has %d messages, %d were counted", file, f.ID, len(msgs)-before, n)
		}
		return nil
	}); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return msgs
}

// truth returns what a tool printed while the recording was made (`truth WHAT`
// in the script); it fails the test where there is none.
func (r *recording) truth(what string) []byte {
	r.t.Helper()
	b, err := os.ReadFile(filepath.Join(labDir, r.name+"."+r.kernel+"."+what))
	if errors.Is(err, fs.ErrNotExist) {
		r.t.Fatalf("%s on %s: no truth %q", r.name, r.kernel, what)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return bytes.TrimSpace(b)
}

// of returns the messages of a family and type; "" is all types.
func (r *recording) of(family, typ string) []decode.Message {
	var out []decode.Message
	for _, m := range r.messages {
		if m.Family == family && (typ == "" || m.Type == typ) {
			out = append(out, m)
		}
	}
	return out
}

// exceptions are families whose recordings may fall below the bar, with why.
// docs/decoding.md lists them for the reader.
var exceptions = map[string]string{}

// TestLabCoverage: of all attributes in the recordings of a family, at least
// 99 % have a name and 98 % a type, and all messages a name.
func TestLabCoverage(t *testing.T) {
	byKernel := map[string]*coverage.Tally{}
	for _, r := range recordings(t, "") {
		c := byKernel[r.kernel]
		if c == nil {
			c = &coverage.Tally{}
			byKernel[r.kernel] = c
		}
		for i := range r.messages {
			c.Add(&r.messages[i])
		}
	}
	for kernel, c := range byKernel {
		for _, row := range c.Rows() {
			named, typed := coverage.Percent(row.Named, row.Attrs), coverage.Percent(row.Typed, row.Attrs)
			fields := coverage.Percent(row.FieldsOK, row.Fields)
			if exceptions[row.Family] == "" && (named < 99 || typed < 98 || fields < 98 || row.Unnamed > 0) {
				t.Errorf("%s on %s: %d of %d messages without a name, %d attributes, %.2f %% named, %.2f %% typed; "+
					"%d fields, %.2f %% typed; left as hex: %v", row.Family, kernel, row.Unnamed, row.Messages, row.Attrs,
					named, typed, row.Fields, fields, row.Unknown)
			}
		}
	}
}
