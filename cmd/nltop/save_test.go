// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/pcapng"
)

// shownDemo is a session of the built-in recording, as the view has it, read to its end.
func shownDemo(t *testing.T) *session {
	t.Helper()
	r, err := openDemo()
	if err != nil {
		t.Fatal(err)
	}
	f := &captureFlags{read: "demo"}
	s, err := f.viewSession(t.Context(), sessionOptions{flags: f, file: r})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close() })
	go func() { _ = s.capture(t.Context()) }()
	until(t, s, func(st *live.Status) bool { return st.Replay.Ended && st.Filtering == nil })
	return s
}

func until(t *testing.T, s *session, done func(*live.Status) bool) *live.Status {
	t.Helper()
	for {
		if snap := s.model.Snapshot(live.Ask{}); done(&snap.Status) {
			return &snap.Status
		}
		time.Sleep(time.Millisecond)
	}
}

// framesOf is how many frames a file has, those that only teach apart.
func framesOf(t *testing.T, open func() (*pcapng.Reader, error)) (frames, taught int) {
	t.Helper()
	r, err := open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return frames, taught
		}
		if err != nil {
			t.Fatal(err)
		}
		if rec.Preamble {
			taught++
		} else {
			frames++
		}
	}
}

// What is saved from the view is a recording of what was kept, or of what of it passes the
// filter, that nobody else can read, and that takes its place when it is complete.
func TestSave(t *testing.T) {
	s := shownDemo(t)
	want, taught := framesOf(t, openDemo)
	dir := t.TempDir()
	if err := s.model.SetFilter(`type == "RTM_NEWLINK"`); err != nil {
		t.Fatal(err)
	}
	until(t, s, func(st *live.Status) bool { return st.Filtering == nil })
	got := map[bool]int{}
	for _, all := range []bool{true, false} {
		name := filepath.Join(dir, "saved.pcapng")
		if err := s.model.Save(name, all); err != nil {
			t.Fatal(err)
		}
		st := until(t, s, func(st *live.Status) bool { return st.Saving.Ended })
		if st.Saving.Err != nil || st.Saving.Done != st.Saving.Of || st.Saving.Path != name {
			t.Fatalf("%+v", st.Saving)
		}
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
		frames, names := framesOf(t, func() (*pcapng.Reader, error) { return pcapng.Open(name) })
		if got[all] = frames; names == 0 || taught == 0 {
			t.Errorf("%d frames name things, of %d", names, taught)
		}
	}
	if got[true] != want || got[false] == 0 || got[false] >= want {
		t.Errorf("%d frames in all, want %d; %d pass the filter", got[true], want, got[false])
	}
	if left, err := filepath.Glob(filepath.Join(dir, ".*")); err != nil || len(left) != 0 {
		t.Errorf("%v, %v is left beside", left, err)
	}
	for _, tt := range []struct{ path, want string }{
		{dir, "directory"},
		{filepath.Join(dir, "no", "such"), "no such file"},
		{"/dev/null", "no regular file"},
		{"-", "name a file"},
	} {
		if err := s.model.Save(tt.path, true); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.path, err, tt.want)
		}
	}
}

// Who ends nltop while it saves has no file, and what had the name stays.
func TestSaveInterrupted(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"new", "old"} {
		path := filepath.Join(dir, name)
		if name == "old" {
			if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
				t.Fatal(err)
			}
		}
		s := &session{flags: &captureFlags{}, src: shownDemo(t).src}
		s.pipe = shownDemo(t).pipe
		w, err := s.save(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(errors.New("ended")); err != nil {
			t.Error(err)
		}
		data, err := os.ReadFile(path)
		if left, _ := os.ReadDir(dir); name == "new" && (err == nil || len(left) != 0) || name == "old" && string(data) != "old" {
			t.Errorf("%s: %q, %v, %v", name, data, err, left)
		}
	}
}
