// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/argv"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/sockets"
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
	file *target
	out  *output
	w    *pcapng.Writer
	n    uint64 // frames
	size int64
	err  error
	// redacted counts the messages in which something was overwritten; nil: nobody does.
	redacted func() uint64
}

// newRecorder writes the header into the file that -w names.
func newRecorder(ctx context.Context, f *captureFlags, file *target, src capture.Source, from *pcapng.Reader, names *capture.LocalNames) (*recorder, error) {
	r := &recorder{src: src, file: file, out: newOutput(ctx, file.File), stop: make(chan struct{}), done: make(chan struct{})}
	head, err := header(f, src, from)
	if from == nil {
		head.Info.Names = names
	}
	if err == nil {
		head.Patch = patch(file)
		r.w, err = pcapng.NewWriter(counter{r}, head)
	}
	if err != nil {
		r.out.end()
		_ = file.finish(err)
		return nil, fmt.Errorf("begin recording: %w", err)
	}
	go r.flushLoop()
	return r, nil
}

// patch writes over what is in a file already; nil: that cannot be done.
func patch(file *target) func([]byte, int64) (int, error) {
	if st, err := file.Stat(); err != nil || !st.Mode().IsRegular() || file.File == os.Stdout {
		return nil
	}
	return file.WriteAt
}

// Retell implements pipeline.Reteller.
func (r *recorder) Retell() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.w.Retell()
}

// header says where the traffic comes from: this machine, or the one that the
// file being read was recorded on.
func header(f *captureFlags, src capture.Source, file *pcapng.Reader) (pcapng.Options, error) {
	o := pcapng.Options{
		Version: version, Info: src.Info(), Filter: argv.Text(f.expr), Wireshark: f.wireshark, Secrets: f.recorded(file),
	}
	if file != nil {
		meta, snap := file.Meta(), o.Info.Snap
		o.Hardware, o.Kernel = meta.Hardware, strings.TrimPrefix(meta.OS, "Linux ")
		o.Command, o.Distribution = meta.Command, meta.Distribution
		if len(o.Info.Recorded) == 1 && meta.Source.Name != "" {
			o.Info = o.Info.Recorded[0]
			o.Info.Snap = snap // --snap cuts again
		}
		return o, nil
	}
	o.Command, o.Distribution = commandLine(os.Args, f.traced), distribution("/")
	o.Info.RMemMax = sockets.CoreLimit("/proc", "rmem_max")
	var uts unix.Utsname
	if err := unix.Uname(&uts); err != nil {
		return o, fmt.Errorf("read kernel version: %w", err)
	}
	o.Kernel, o.Hardware = unix.ByteSliceToString(uts.Release[:]), unix.ByteSliceToString(uts.Machine[:])
	return o, nil
}

// counter counts what reaches the file. The recorder's lock is held.
type counter struct{ r *recorder }

func (c counter) Write(b []byte) (int, error) {
	n, err := c.r.out.Write(b)
	c.r.size += int64(n)
	return n, err
}

var _ io.Writer = counter{}

// WritePreamble implements pipeline.Teacher.
func (r *recorder) WritePreamble(fs []*capture.Frame) error { return r.preamble(fs) }

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

// WriteFrames implements pipeline.LentRecorder.
func (r *recorder) WriteFrames(fs []capture.Frame) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return r.err
	}
	for i := range fs {
		r.n++
		if err := r.w.WriteFrame(&fs[i]); err != nil {
			return err
		}
	}
	return nil
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
	if r.redacted != nil {
		r.w.Redacted(r.redacted())
	}
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

// close writes the final statistics and closes the file. why is what the recording
// lacks something for, of those that are made of another one; nil: it is complete.
func (r *recorder) close(why error) error {
	close(r.stop)
	<-r.done
	tables, err := capture.ReadTables(r.src)
	if err != nil {
		fmt.Fprintf(stderr, "nltop: warning: not in the recording: %v\n", err)
	}
	r.flush()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = r.w.WriteTables(&tables)
	}
	err = distinct(r.err, r.w.Close())
	if r.w.SecretTold() {
		fmt.Fprintln(stderr, "nltop: warning: a command line was recorded with a key or password in it before a message showed that it is one (docs/secrets.md)")
	}
	r.out.end()
	err = distinct(err, r.file.finish(distinct(why, err)))
	if err != nil {
		err = fmt.Errorf("end recording: %w", err)
	}
	if why = distinct(why, err); why != nil && r.file.path != "" && r.file.existed {
		return distinct(err, fmt.Errorf("%s is left as it was: what was read is not complete", r.file.path))
	}
	return err
}
