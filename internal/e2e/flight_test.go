// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/pcapng"
)

// written returns the recordings that a flight recorder has written, oldest first, and checks
// that nobody else can read them.
func written(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if st, err := e.Info(); err != nil || st.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", e.Name(), st.Mode(), err)
		}
		list = append(list, filepath.Join(dir, e.Name()))
	}
	return list
}

func meta(t *testing.T, path string) pcapng.Meta {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := pcapng.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	return r.Meta()
}

// What the flight recorder held of a recording is what `record` makes of it, frame by
// frame, families and names included.
func TestFlightSame(t *testing.T) {
	for _, source := range []string{capture.SourceFentry, capture.SourceSyscall, capture.SourceNlmon, capture.SourceListen} {
		t.Run(source, func(t *testing.T) {
			in := unpacked(t, "testdata/84eb856/"+source+".pcapng.gz")
			dir, plain := filepath.Join(t.TempDir(), "flight"), filepath.Join(t.TempDir(), "plain.pcapng")
			must(t, nltop(t), "record", "-q", "-r", in, "-w", plain)
			must(t, nltop(t), "record", "-q", "-r", in, "--keep", "64MB", "--on-incident=false", "--on-exit", "-w", dir)
			files := written(t, dir)
			if len(files) != 1 || !strings.HasSuffix(files[0], "-exit.pcapng") {
				t.Fatalf("recordings: %q", files)
			}
			want, got := readFile(t, plain), readFile(t, files[0])
			if len(want) != len(got) || len(got) == 0 {
				t.Fatalf("%d records, %d of record", len(got), len(want))
			}
			for i := range got {
				w, g := describe(want[i].Frame), describe(got[i].Frame)
				if w != g || want[i].Preamble != got[i].Preamble {
					t.Fatalf("record %d:\n%s", i, cmp.Diff(w, g))
				}
			}
			w, g := must(t, nltop(t), "trace", "-o", "json", "-r", plain), must(t, nltop(t), "trace", "-o", "json", "-r", files[0])
			if w != g {
				t.Errorf("trace tells something else:\n%s", cmp.Diff(strings.Split(w, "\n"), strings.Split(g, "\n")))
			}
		})
	}
}

// When something happens in a recording, what came before and shortly behind is written,
// and says so.
func TestFlightFires(t *testing.T) {
	in := unpacked(t, "../../cmd/nltop/demo.pcapng.gz")
	var all []pcapng.Record
	lost := 0 // the first
	for _, r := range readFile(t, in) {
		if r.Preamble {
			continue
		}
		if lost == 0 && r.Frame.Verdict.Lost() {
			lost = len(all)
		}
		all = append(all, r)
	}
	if lost == 0 {
		t.Fatal("the demo has no loss")
	}
	for _, tc := range []struct {
		name, reason string
		args         []string
	}{
		{"an incident", "incident", nil},
		{"a loss that matches", "filter", []string{"--on-incident=false", "--on", `verdict == "overrun"`}},
		{"nothing that matches", "", []string{"--on-incident=false", "--on", `type == "RTM_NEWSTATS"`}},
		{"nothing slow", "", []string{"--on-incident=false", "--on-slow", "1h"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			_, stderr, code := run(t, nltop(t), append([]string{"record", "-r", in, "--keep", "64MB", "--after", "10ms", "-w", dir}, tc.args...)...)
			files := written(t, dir)
			if code != 0 || (len(files) > 0) != (tc.reason != "") {
				t.Fatalf("status %d, recordings %q\n%s", code, files, stderr)
			}
			if tc.reason == "" {
				if !strings.Contains(stderr, "0 recordings written") {
					t.Errorf("no account:\n%s", stderr)
				}
				return
			}
			h := meta(t, files[0]).Held
			at := all[lost].Frame.Time
			if h == nil || h.Reason != tc.reason || !h.At.Equal(at) || h.Evicted != 0 || !h.From.Equal(all[0].Frame.Time) {
				t.Fatalf("it says %+v, the loss is at %v", h, at)
			}
			n := 0
			for _, r := range readFile(t, files[0]) {
				if r.Preamble {
					continue
				}
				if diff := cmp.Diff(describe(all[n].Frame), describe(r.Frame)); diff != "" {
					t.Fatalf("frame %d:\n%s", n, diff)
				}
				n++
			}
			if n <= lost || all[n-1].Frame.Time.Sub(at).Milliseconds() > 10 || n == len(all) {
				t.Errorf("%d frames of %d, the loss is %d", n, len(all), lost)
			}
			_, stderr, _ = run(t, nltop(t), "trace", "-r", files[0])
			if !regexp.MustCompile(`note: flight recorder, written because of: ` + tc.reason + ` at .*, held from `).MatchString(stderr) {
				t.Errorf("a trace of it does not say what it is:\n%s", stderr)
			}
		})
	}
}

// What is no directory, or somebody else's, is refused.
func TestFlightRefuses(t *testing.T) {
	in := unpacked(t, "../../cmd/nltop/demo.pcapng.gz")
	dir := t.TempDir()
	sticky := filepath.Join(dir, "sticky")
	link := filepath.Join(sticky, "link")
	for _, err := range []error{os.Mkdir(sticky, 0o700), os.Chmod(sticky, 0o777|os.ModeSticky), os.Symlink(dir, link)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	cases := []struct{ name, path, says string }{
		{"a file", in, "no directory"},
		{"a link in a sticky directory", link, "sticky directory"},
		{"no parent", filepath.Join(dir, "a", "b"), "no such file"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			_, stderr, code := run(t, nltop(t), "record", "-r", in, "--keep", "2MB", "-w", tc.path)
			if code == 0 || !strings.Contains(stderr, tc.says) {
				t.Errorf("status %d, want that it says %q:\n%s", code, tc.says, stderr)
			}
		})
	}
}
