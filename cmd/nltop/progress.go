// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/words"
)

// progressEvery is how often a terminal is told how far a recording is.
const progressEvery = time.Second

// tellProgress says how far a recording is until it is called back: in a line of the
// terminal that standard error is, if shown, and in one of its own for each that asks.
func (s *session) tellProgress(begin time.Time, asked <-chan os.Signal, shown bool) (end func()) {
	var tick <-chan time.Time
	if shown && stderr.isTerminal() {
		t := time.NewTicker(progressEvery)
		tick = t.C
	}
	done := make(chan struct{})
	var wait sync.WaitGroup
	wait.Go(func() {
		for {
			select {
			case <-asked:
				fmt.Fprintf(stderr, "nltop: %s\n", s.progress(time.Since(begin)))
			case <-tick:
				stderr.show("nltop: " + s.progress(time.Since(begin)))
			case <-done:
				return
			}
		}
	})
	return func() {
		close(done)
		wait.Wait()
		stderr.show("")
	}
}

// progress is how far the recording is.
func (s *session) progress(since time.Duration) string {
	now := s.rec.sums()
	line := fmt.Sprintf("%s, %s, %d lost, %s", words.Plural(int(now.messages), "message", "messages"),
		words.Plural(int(now.bytes), "byte", "bytes"), s.src.Stats().LostTotal(), since.Round(time.Second))
	if now.files > 1 {
		line += fmt.Sprintf(", file %d", now.files)
	}
	return line
}

// account is what was recorded, when nothing more is.
func (r *recorder) account(since time.Duration) string {
	frames, size := r.written()
	name := r.name
	if name == "-" {
		name = "standard output"
	}
	if n := r.sums().files; n > 1 {
		name = fmt.Sprintf("%d files", n)
	}
	took := since.Round(time.Millisecond)
	switch {
	case r.failed() != nil && frames == 0:
		return fmt.Sprintf("%s: %d bytes in %s", name, size, took)
	case r.failed() != nil:
		return fmt.Sprintf("%s: %d bytes in %s; not all of %d frames are recorded", name, size, took, frames)
	}
	return fmt.Sprintf("%s: %d frames, %d bytes in %s", name, frames, size, took)
}

// sums are what was recorded so far.
type sums struct {
	messages uint64
	bytes    int64
	files    int
}

// sums are those of now, or while a write waits for somebody the last that were told.
func (r *recorder) sums() sums {
	if r.mu.TryLock() {
		r.publish()
		r.mu.Unlock()
	}
	if s := r.told.Load(); s != nil {
		return *s
	}
	return sums{}
}

// publish tells the sums of now. r.mu is held.
func (r *recorder) publish() { r.told.Store(&sums{r.messages, r.bytes(), r.number}) }

// isTerminal says whether a line of it can be written over.
func (m *messages) isTerminal() bool {
	_, err := unix.IoctlGetTermios(int(m.out.file.Fd()), unix.TCGETS)
	return err == nil
}

// show writes a line over the one that was shown before, until something else is written;
// "" takes it away. In the background nothing is shown: the terminal is another's.
func (m *messages) show(line string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if line == "" && m.shown == 0 {
		return
	}
	tty := int(m.out.file.Fd())
	if group, err := unix.IoctlGetInt(tty, unix.TIOCGPGRP); err != nil || group != unix.Getpgrp() {
		return
	}
	if size, err := unix.IoctlGetWinsize(tty, unix.TIOCGWINSZ); err == nil && size.Col > 1 {
		line = line[:min(len(line), int(size.Col)-1)]
	}
	blank := strings.Repeat(" ", max(m.shown-len(line), 0))
	if line == "" {
		blank += "\r"
	}
	m.shown = len(line)
	_, _ = m.out.Write([]byte("\r" + line + blank))
}
