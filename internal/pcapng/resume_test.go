// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// inPlaces reads a file, and what places it has.
func inPlaces(t testing.TB, file []byte, size int64, frames uint64) (all []*capture.Frame, at []capture.Place) {
	t.Helper()
	r, err := NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if !r.Resumes(size, frames, func(p capture.Place) { at = append(at, p) }) {
		t.Fatal("cannot be read twice")
	}
	for {
		rec, err := r.Next()
		if err != nil {
			return all, at
		}
		if !rec.Preamble {
			all = append(all, rec.Frame)
		}
	}
}

// From every place of a recording, the frames behind it are read as they were before,
// processes included, also where they were told long before.
func TestResume(t *testing.T) {
	files, err := filepath.Glob("../e2e/testdata/84eb856/*.pcapng.gz")
	lab, _ := filepath.Glob("../decode/families/testdata/lab/w*.pcapng.gz")
	if files = append(files, lab...); err != nil || len(files) < 6 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".pcapng.gz"), func(t *testing.T) {
			all, at := inPlaces(t, nltest.Unpacked(t, path), 4096, 16)
			if len(at) < 2 || at[0].Frames != 0 {
				t.Fatalf("%d places for %d frames", len(at), len(all))
			}
			for i, p := range at {
				want := all[p.Frames:]
				want = want[:min(len(want), 20)]
				got, seen := 0, map[uint64]bool{}
				err := p.Read(uint64(len(want)), func(f *capture.Frame) error {
					w := want[got]
					seen[f.ID] = true
					// What is worked out from, or stands in, a frame before the place is not known.
					behind := f.Kind != capture.KindCompletion || seen[f.Of]
					if f.Inferred != w.Inferred || !f.Inferred && behind && *f.Origin != *w.Origin {
						t.Errorf("place %d, frame %d: %s", i, got, cmp.Diff(w.Origin, f.Origin))
					}
					a, b := *w, *f
					a.Origin, b.Origin = nil, nil
					if diff := cmp.Diff(a, b); diff != "" {
						t.Errorf("place %d, frame %d: %s", i, got, diff)
					}
					got++
					return nil
				})
				if err != nil || got != len(want) {
					t.Fatalf("place %d: %d of %d frames, %v", i, got, len(want), err)
				}
			}
		})
	}
}

// A second section counts and numbers as it does when all is read.
func TestResumeInSections(t *testing.T) {
	one := nltest.Unpacked(t, "../e2e/testdata/84eb856/fentry.pcapng.gz")
	all, at := inPlaces(t, append(bytes.Clone(one), one...), 16384, 64)
	last := at[len(at)-1]
	if err := last.Read(1, func(f *capture.Frame) error {
		if w := all[last.Frames]; f.ID != w.ID || f.ID == 0 || f.Proc != w.Proc {
			t.Errorf("frame %d, want %d", f.ID, w.ID)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if half := len(all) / 2; all[half].ID == all[0].ID || last.Frames < uint64(half) {
		t.Fatal("the file proves nothing")
	}
}

// The places of a file take no more memory than is bounded, and what changed under them
// is an error.
func TestResumeHostile(t *testing.T) {
	one := nltest.Unpacked(t, "../e2e/testdata/84eb856/fentry.pcapng.gz")
	all, at := inPlaces(t, one, 1, 1)
	if len(at) < len(all) {
		t.Errorf("%d places for %d frames", len(at), len(all))
	}
	last := at[len(at)-1]
	if err := last.Read(1<<40, func(*capture.Frame) error { return nil }); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("more frames than there are: %v", err)
	}
	end := errors.New("enough")
	if err := at[0].Read(5, func(*capture.Frame) error { return end }); !errors.Is(err, end) {
		t.Errorf("an error of emit: %v", err)
	}
	// A section of as many interfaces as there may be, and others after each place.
	var file bytes.Buffer
	w, err := NewWriter(&file, Options{Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	for range 40 {
		for range maxIfaces / 2 {
			w.interfaceDescription("x", "y", "", nil)
		}
		if err := w.WriteFrame(&capture.Frame{Origin: &capture.Origin{Source: "fentry"}, ID: 1, Time: time.Unix(1, 0), Data: make([]byte, 16), OrigLen: 16}); err != nil {
			t.Fatal(err)
		}
		w.sectionHeader()
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	kept := map[*iface]int{}
	r.Resumes(1, 1, func(capture.Place) {
		if l := r.places.latest; len(l.ifaces) > 0 {
			kept[&l.ifaces[0]] = len(l.ifaces)
		}
	})
	for err == nil {
		_, err = r.Next()
	}
	sum := 0
	for _, n := range kept {
		sum += n
	}
	if sum > maxKeptIfaces || sum == 0 {
		t.Errorf("%d interfaces are kept", sum)
	}
}

// What cannot be read twice, or not from its beginning, has no places.
func TestNoResume(t *testing.T) {
	one := nltest.Unpacked(t, "../e2e/testdata/84eb856/nlmon.pcapng.gz")
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, append([]byte("before"), one...), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Seek(6, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	pr, pw, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pr.Close()
	go func() { _, _ = pw.Write(one); pw.Close() }()
	packed, err := Open("../e2e/testdata/84eb856/nlmon.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	fromPipe, err := NewReader(pr)
	if err != nil {
		t.Fatal(err)
	}
	behind, err := NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]*Reader{"a pipe": fromPipe, "a part of a file": behind, "a packed file": packed} {
		if r.Resumes(1, 1, func(capture.Place) { t.Error("a place") }) {
			t.Errorf("%s can be read twice", name)
		}
	}
}

// FuzzResume: whatever a file holds, reading again from its places neither panics nor
// gives other frames than before.
func FuzzResume(f *testing.F) {
	f.Add(nltest.Unpacked(f, "../e2e/testdata/84eb856/syscall.pcapng.gz")[:4000])
	f.Fuzz(func(t *testing.T, file []byte) {
		r, err := NewReader(bytes.NewReader(file))
		if err != nil {
			return
		}
		var at []capture.Place
		r.Resumes(64, 2, func(p capture.Place) { at = append(at, p) })
		var all []*capture.Frame
		for err == nil {
			var rec Record
			if rec, err = r.Next(); err == nil && !rec.Preamble {
				all = append(all, rec.Frame)
			}
		}
		for _, p := range at {
			i := p.Frames
			err := p.Read(uint64(len(all))-i, func(f *capture.Frame) error {
				if !bytes.Equal(f.Data, all[i].Data) || f.ID != all[i].ID || !f.Time.Equal(all[i].Time) {
					t.Fatalf("frame %d: %v, was %v", i, f, all[i])
				}
				i++
				return nil
			})
			if err != nil {
				t.Fatalf("from %d: %v", p.Offset, err)
			}
		}
	})
}
