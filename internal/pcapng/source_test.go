// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
)

// recordOf is a recording of one source with a request, its completion, and a preamble;
// its packets are of second at.
func recordOf(t *testing.T, info capture.Info, at int64) []byte {
	t.Helper()
	o := capture.Origin{Source: info.Name, Sees: info.Sees, Dir: capture.DirRequest}
	done := o.Completion()
	opt := testOptions
	opt.Info = info
	return record(t, opt, []*capture.Frame{{
		Origin: &capture.Origin{Protocol: capture.NETLINK_GENERIC}, Time: time.Unix(at, 0), Data: make([]byte, 16), OrigLen: 16,
	}}, []*capture.Frame{
		{Origin: &o, ID: 1, Time: time.Unix(at, 1), Data: make([]byte, 20), OrigLen: 20},
		{Origin: &done, ID: 2, Of: 1, Time: time.Unix(at, 2)},
	})
}

// seen is what the frames of a file say of their sources, each once.
func seen(frames []*capture.Frame) map[string][]capture.Sees {
	m := map[string][]capture.Sees{}
	for _, f := range frames {
		if !slices.Contains(m[f.Source], f.Sees) {
			m[f.Source] = append(m[f.Source], f.Sees)
		}
	}
	return m
}

// Whatever a source saw when it was opened comes back, in frames, reports and Info.
func TestSeesComesBack(t *testing.T) {
	for _, d := range capture.Sources() {
		for _, sees := range []capture.Sees{d.Sees, d.Always(), d.Sees &^ capture.SeesRequests, 0} {
			info := capture.Info{
				Name: d.Name, Scope: "netns 7", Sees: sees, Snap: 4096, RMemMax: 212992,
				Blind: []string{"a", "b"}, Notes: []string{"c"},
			}
			r, frames, _, err := play(recordOf(t, info, 1))
			if err != nil {
				t.Fatal(err)
			}
			if got, want := seen(frames), map[string][]capture.Sees{d.Name: {sees}}; !cmp.Equal(got, want) || len(frames) != 2 {
				t.Errorf("%s: frames say %v, want %v", d.Name, got, want)
			}
			got := r.Info()
			if diff := cmp.Diff([]capture.Info{info}, got.Recorded); diff != "" {
				t.Errorf("%s (-want +got):\n%s", d.Name, diff)
			}
			if got.Sees != sees || got.Scope != "netns 7" || got.RMemMax != 212992 || !slices.Equal(got.Blind, info.Blind) {
				t.Errorf("%s: %+v", d.Name, got)
			}
			for _, f := range capture.Facts() {
				if got.Lacks(f.Sees) != info.Lacks(f.Sees) {
					t.Errorf("%s, %s: %q, live %q", d.Name, f.Name, got.Lacks(f.Sees), info.Lacks(f.Sees))
				}
			}
		}
	}
}

// What a file is opened for is known before its first packet.
func TestSeesBeforeReading(t *testing.T) {
	r, err := NewReader(bytes.NewReader(recordOf(t, capture.Info{Name: capture.SourceFentry, Sees: capture.SeesQueues}, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if i := r.Info(); i.Sees != capture.SeesQueues || i.Lacks(capture.SeesLosses) != "source fentry" {
		t.Errorf("%+v", i)
	}
	// An interface that is cut off is told where it is read, and not before.
	r, err = NewReader(bytes.NewReader(recordOf(t, capture.Info{Name: capture.SourceFentry}, 1)[:300]))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); err == nil {
		t.Error("half an interface is none")
	}
}

// Facts that a newer or an older nltop knows of come from the source's name.
func TestSeesOfAnotherVersion(t *testing.T) {
	f := newFacts(nil, factsSource).putString(tagOfName, capture.SourceFentry).
		put(tagOfSees, uint64(capture.SeesRequests)|1<<40).put(tagOfAsked, uint64(capture.SeesRequests|capture.SeesLosses)|1<<40)
	_, body, _ := parseFacts(f)
	want := capture.Describe(capture.SourceFentry).Recorded() &^ capture.SeesLosses
	if i, err := parseSource(body); i.Sees != want || err != nil {
		t.Errorf("%b, %v, want %b", i.Sees, err, want)
	}
	if i, err := parseSource(body[:4]); i.Sees != 33 || err == nil {
		t.Errorf("cut off: %+v, %v", i, err) // a source without a name
	}
}

func TestForeignFileIsOfNlmon(t *testing.T) {
	file := recordOf(t, capture.Info{Name: capture.SourceFentry, Sees: capture.AllSees}, 1)
	dir := t.TempDir()
	path := filepath.Join(dir, "pcap")
	if err := os.WriteFile(filepath.Join(dir, "ng"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	tool(t, "editcap", "-F", "pcap", filepath.Join(dir, "ng"), path)
	r, frames := playFile(t, path)
	nlmon := capture.Describe(capture.SourceNlmon).Sees
	if got := seen(frames); !cmp.Equal(got, map[string][]capture.Sees{capture.SourceFile: {nlmon}}) {
		t.Errorf("%v", got)
	}
	if i := r.Info(); i.Sees != nlmon || i.Lacks(capture.SeesLosses) != "source nlmon" {
		t.Errorf("%+v", i)
	}
}

func playFile(t *testing.T, path string) (*Reader, []*capture.Frame) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, frames, _, err := play(file)
	if err != nil {
		t.Fatal(err)
	}
	return r, frames
}

// mergecap keeps interfaces apart, and the frames of each say what its source saw; but
// for what stood in reports, which it leaves out. Of one recording that is merged with a
// file of another program likewise, and of all that is written anew.
func TestMerged(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	fentry := capture.Info{Name: capture.SourceFentry, Scope: "all network namespaces", Sees: capture.AllSees &^ capture.SeesQueues, Blind: []string{"x"}}
	syscall := capture.Info{Name: capture.SourceSyscall, Scope: "netns 5", Sees: capture.Describe(capture.SourceSyscall).Sees, Blind: []string{"y"}}
	a, b := write("a", recordOf(t, fentry, 10)), write("b", recordOf(t, syscall, 5))
	merged := filepath.Join(dir, "merged")
	tool(t, "mergecap", "-w", merged, a, b)
	check := func(r *Reader, frames []*capture.Frame) {
		t.Helper()
		want := map[string][]capture.Sees{
			capture.SourceFentry:  {fentry.Sees &^ capture.InReports},
			capture.SourceSyscall: {syscall.Sees &^ capture.InReports},
		}
		if got := seen(frames); !cmp.Equal(got, want) || len(frames) != 2 {
			t.Errorf("%d frames say %v, want %v", len(frames), got, want)
		}
		i := r.Info()
		if len(i.Recorded) != 2 || i.Lacks(capture.SeesLosses) != "source syscall" || i.Lacks(capture.SeesLocks) != "sources fentry and syscall" ||
			i.Scope != "all network namespaces, netns 5" || !slices.Equal(i.Blind, []string{"fentry: x", "syscall: y"}) {
			t.Errorf("%+v", i)
		}
	}
	r, frames := playFile(t, merged)
	check(r, frames)
	opt := testOptions
	opt.Info = r.Info()
	anew := record(t, opt, nil, frames)
	r, frames, _, err := play(anew)
	if err != nil {
		t.Fatal(err)
	}
	check(r, frames)
}

// editcap leaves the head as it was, and reports out.
func TestEdited(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	if err := os.WriteFile(a, recordOf(t, capture.Info{Name: capture.SourceFentry, Sees: capture.AllSees}, 10), 0o600); err != nil {
		t.Fatal(err)
	}
	tool(t, "editcap", a, b)
	want := capture.AllSees &^ capture.InReports
	r, frames := playFile(t, b)
	if got := seen(frames); !cmp.Equal(got, map[string][]capture.Sees{capture.SourceFentry: {want}}) || r.Info().Sees != want {
		t.Errorf("%v, %b", got, r.Info().Sees)
	}
}

// Two recordings one behind the other are those of both sources.
func TestTwoSections(t *testing.T) {
	file := append(recordOf(t, capture.Info{Name: capture.SourceFentry, Sees: capture.AllSees}, 10),
		recordOf(t, capture.Info{Name: capture.SourceListen}, 20)...)
	r, frames, _, err := play(file)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]capture.Sees{capture.SourceFentry: {capture.AllSees}, capture.SourceListen: {0}}
	if got := seen(frames); !cmp.Equal(got, want) || len(r.Info().Recorded) != 2 {
		t.Errorf("%v, %+v", got, r.Info().Recorded)
	}
}
