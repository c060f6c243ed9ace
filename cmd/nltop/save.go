// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/pcapng"
)

// saved is a file that the live view saves what it keeps to. It stands beside the file of
// its name, and takes its place when it is complete.
type saved struct {
	file  *target
	w     *pcapng.Writer
	stats func() capture.Stats
}

// taught are the frames that name things, for the files that are saved later.
type taught struct {
	mu      sync.Mutex
	lessons lessons
}

func (t *taught) add(fs ...*capture.Frame) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lessons.add(fs...)
}

func (t *taught) all() []*capture.Frame {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.lessons.all())
}

// save makes a file for what a session keeps.
func (s *session) save(path string) (live.Saved, error) {
	file, err := openSaved(path, s.in, s.flags.write)
	if err != nil {
		return nil, err
	}
	head, err := header(s.flags, s.src, s.file)
	if err == nil && s.file == nil {
		head.Info.Names = s.names
	}
	if s.anon != nil {
		head = withoutNames(head, s.anon)
	}
	v := &saved{file: file, stats: s.src.Stats}
	if err == nil {
		v.w, err = pcapng.NewWriter(file, head)
	}
	if err == nil {
		err = v.w.WritePreamble(s.pipe.Shown(s.taught.all()))
	}
	if err != nil {
		_ = v.remove()
		return nil, fmt.Errorf("begin recording: %w", err)
	}
	return v, nil
}

// openSaved opens what is to become the file of a path. What -w refuses is refused, and what
// cannot be replaced.
func openSaved(path string, in os.FileInfo, recording string) (*target, error) {
	if path == "-" || path == "" {
		return nil, errors.New("name a file")
	}
	real, magic, err := realPath(path)
	if err != nil {
		return nil, fmt.Errorf("create recording: %w", err)
	}
	st, err := os.Lstat(real)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return besides(real, nil)
	case err != nil:
		return nil, fmt.Errorf("create recording: %w", err)
	case magic || !st.Mode().IsRegular() && !st.IsDir():
		return nil, fmt.Errorf("%s is no regular file", path)
	case sameFile(in, st):
		return nil, fmt.Errorf("%s is the file that is shown", path)
	}
	if now, err := os.Stat(recording); err == nil && os.SameFile(now, st) {
		return nil, fmt.Errorf("%s is the file that -w writes", path)
	}
	if err := mayWriteOver(real, st, os.Geteuid()); err != nil {
		return nil, fmt.Errorf("create recording: %w", err)
	}
	return besides(real, st)
}

// WriteFrame implements pipeline.Recorder.
func (v *saved) WriteFrame(f *capture.Frame) error { return v.w.WriteFrame(f) }

// Close implements live.Saved.
func (v *saved) Close(why error) error {
	if why != nil {
		return v.remove()
	}
	err := v.w.WriteStats(v.stats())
	if err = distinct(err, v.w.Close()); err != nil {
		return distinct(err, v.remove())
	}
	return v.file.finish(nil)
}

func (v *saved) remove() error {
	return distinct(os.Remove(v.file.Name()), v.file.Close())
}

// teaching has the answers of the kernel kept that name things.
func (t *taught) teaching(ask func() ([]*capture.Frame, error)) func() ([]*capture.Frame, error) {
	return func() ([]*capture.Frame, error) {
		fs, err := ask()
		t.add(fs...)
		return fs, err
	}
}
