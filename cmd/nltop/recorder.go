// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/pcapng"
)

// flushEvery bounds what kill -9 can cost a recording.
const flushEvery = time.Second

// recorder writes frames to a pcapng file and flushes it at intervals with the
// losses so far, so that the file is readable whatever happens to nltop.
type recorder struct {
	src  capture.Source
	stop chan struct{}
	done chan struct{}

	mu   sync.Mutex
	out  *os.File
	w    *pcapng.Writer
	n    uint64 // frames
	size int64
	err  error
}

// newRecorder creates the file and writes its header.
func newRecorder(f *captureFlags, src capture.Source) (*recorder, error) {
	out := os.Stdout
	if f.write != "-" {
		var err error
		if out, err = os.OpenFile(f.write, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600); err != nil {
			return nil, fmt.Errorf("create recording: %w", err)
		}
	} else if stdoutIsTerminal() {
		return nil, usageError{errors.New("-w -: refusing to write a recording to a terminal")}
	}
	r := &recorder{src: src, out: out, stop: make(chan struct{}), done: make(chan struct{})}
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		return nil, fmt.Errorf("read kernel version: %w", err)
	}
	var err error
	r.w, err = pcapng.NewWriter(counter{r}, pcapng.Options{
		Kernel:   unix.ByteSliceToString(uts.Release[:]),
		Hardware: unix.ByteSliceToString(uts.Machine[:]),
		Version:  version, Info: src.Info(), Filter: f.expr,
	})
	if err != nil {
		return nil, fmt.Errorf("begin recording: %w", err)
	}
	go r.flushLoop()
	return r, nil
}

// counter counts what reaches the file. The recorder's lock is held.
type counter struct{ r *recorder }

func (c counter) Write(b []byte) (int, error) {
	n, err := c.r.out.Write(b)
	c.r.size += int64(n)
	return n, err
}

var _ io.Writer = counter{}

func (r *recorder) preamble(fs []*capture.Frame) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.w.WritePreamble(fs); err != nil {
		return fmt.Errorf("record families: %w", err)
	}
	return nil
}

// WriteFrame implements pipeline.Recorder.
func (r *recorder) WriteFrame(f *capture.Frame) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return r.err
	}
	r.n++
	return r.w.WriteFrame(f)
}

func (r *recorder) flushLoop() {
	defer close(r.done)
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			r.flush()
		case <-r.stop:
			return
		}
	}
}

// flush keeps the first error for the next WriteFrame, which ends the capture.
func (r *recorder) flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.w.WriteStats(r.src.Stats()); err != nil && r.err == nil {
		r.err = err
	}
	if err := r.w.Flush(); err != nil && r.err == nil {
		r.err = err
	}
}

// written returns frames and bytes so far, for the status line.
func (r *recorder) written() (frames uint64, bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.n, r.size
}

// close writes the final statistics and closes the file.
func (r *recorder) close() error {
	close(r.stop)
	<-r.done
	r.flush()
	r.mu.Lock()
	defer r.mu.Unlock()
	errs := []error{r.err, r.w.Close()}
	if r.out != os.Stdout {
		errs = append(errs, r.out.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("end recording: %w", err)
	}
	return nil
}
