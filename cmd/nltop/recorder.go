// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/anonymise"
	"github.com/nltop/nltop/internal/argv"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/compressed"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/pipeline"
	"github.com/nltop/nltop/internal/rotate"
	"github.com/nltop/nltop/internal/sockets"
)

const (
	// flushEvery bounds what kill -9 can cost a recording.
	flushEvery = time.Second
	// straggling is how long a file of -G is kept open behind its end: a frame is on its
	// way for so long.
	straggling = 200 * time.Millisecond
)

// recorder writes frames to pcapng files, one or one after another, and flushes them at
// intervals with the losses so far, so that they are readable whatever happens to nltop.
// Of a file it does not: a recording of that can be made again, and then has the same bytes.
type recorder struct {
	src    capture.Source
	open   func(name string) (*target, error)
	ctx    context.Context
	anon   *anonymise.Anonymiser // nil: not asked for
	head   pcapng.Options
	format compressed.Format
	files  rotate.Options
	live   bool
	again  bool      // it is made of a file
	notes  io.Writer // what is no reason for failing
	stop   chan struct{}
	done   chan struct{}

	mu       sync.Mutex
	plan     *rotate.Plan   // nil: until the first frame says when it begins
	at       *oneFile       // nil: there is none yet, or no more
	limit    int64          // bytes of a file; 0: no limit
	tail     int64          // bytes that the end of a file takes
	lessons  lessons        // if there may be several files
	tables   capture.Tables // what was counted
	counted  capture.Stats  // and this, by the source, when the file at hand began
	n        uint64         // frames
	messages uint64
	number   int      // of files
	name     string   // of the one that was opened last
	size     int64    // of those before
	last     *oneFile // the one before, for Retell; nil: there is none
	secrets  bool     // files have some that could not be taken back
	err      error
	ended    func() // ends the capture; nil: it ends by itself

	told atomic.Pointer[sums] // see there
	// redacted counts the messages in which something was overwritten; nil: nobody does.
	redacted func() uint64
	gone     uint64 // of them, those in files that have ended
}

// newRecorder writes the header into the file that -w names, or into the first one. in is
// the input, if it is a file.
func newRecorder(ctx context.Context, f *captureFlags, in os.FileInfo, src capture.Source, from *pcapng.Reader, names *capture.LocalNames, anon *anonymise.Anonymiser) (*recorder, error) {
	r := &recorder{src: src, ctx: ctx, notes: f.notes(), anon: anon, files: f.files, live: from == nil, limit: f.files.Bytes, stop: make(chan struct{}), done: make(chan struct{})}
	r.again = in != nil && in.Mode().IsRegular()
	r.open = func(name string) (*target, error) { return openTarget(ctx, name, in) }
	r.files.Name = f.write
	r.format, r.files.Suffix = compressed.Suffix(f.write)
	if f.pack != "" {
		var err error
		if r.format, err = compressed.Parse(f.pack); err != nil {
			return nil, usageError{fmt.Errorf("--compress %s: %w", decode.Quote(f.pack), err)}
		}
	}
	var err error
	if r.head, err = header(f, src, from); err != nil {
		return nil, fmt.Errorf("begin recording: %w", err)
	}
	if r.live {
		r.head.Info.Names = names
	}
	if anon != nil {
		r.head = withoutNames(r.head, anon)
	}
	// The name of a file of -G has the time of its first frame.
	if r.live || r.files.Every == 0 {
		if err := r.begin(time.Now().Round(0)); err != nil {
			return nil, err
		}
	}
	go r.flushLoop()
	return r, nil
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

// Retell implements pipeline.Reteller, for the file at hand and the one before it.
func (r *recorder) Retell() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range []*oneFile{r.last, r.at} {
		if f != nil {
			f.w.Retell()
		}
	}
}

// begin opens the first file, of a time.
func (r *recorder) begin(now time.Time) error {
	r.plan = rotate.New(r.files, now)
	if r.files.Active() {
		r.head.PartOf = uint64(time.Now().UnixNano())
	}
	return r.beginFile()
}

// beginFile opens the file that is next in the plan, and writes into it what those before
// were told.
func (r *recorder) beginFile() error {
	r.name = r.plan.Name()
	to, err := r.open(r.name)
	if err != nil {
		return err
	}
	if r.at, err = beginFile(r.ctx, to, r.name, r.format, r.head); err != nil {
		return err
	}
	r.number++
	r.head.Part++
	r.at.before = r.counted
	if taught := r.lessons.all(); len(taught) > 0 {
		if err := r.at.w.WritePreamble(taught); err != nil {
			return fmt.Errorf("record families: %w", err)
		}
	}
	// Each file begins with that much. Where it would leave no room for frames, files
	// get longer.
	if r.limit > 0 {
		r.limit = max(r.limit, 2*(r.at.made+int64(r.at.w.Pending())))
	}
	return nil
}

// WritePreamble implements pipeline.Teacher.
func (r *recorder) WritePreamble(fs []*capture.Frame) error { return r.preamble(fs) }

func (r *recorder) preamble(fs []*capture.Frame) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.files.Active() {
		r.lessons.add(fs...)
	}
	if r.err != nil || r.at == nil {
		return r.err
	}
	if err := r.at.w.WritePreamble(fs); err != nil {
		return fmt.Errorf("record families: %w", err)
	}
	return nil
}

// WriteFrame implements pipeline.Recorder.
func (r *recorder) WriteFrame(f *capture.Frame) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.write(f)
}

// WriteFrames implements pipeline.LentRecorder.
func (r *recorder) WriteFrames(fs []capture.Frame) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.files.Active() {
		for i := range fs {
			if err := r.write(&fs[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if r.err != nil {
		return r.err
	}
	n, err := r.at.w.WriteFrames(fs)
	r.err = err
	r.n += uint64(n)
	r.at.frames += uint64(n)
	for i := range fs[:n] {
		r.messages += uint64(decode.Messages(&fs[i]))
	}
	return r.err
}

func (r *recorder) write(f *capture.Frame) error {
	if r.err != nil {
		return r.err
	}
	if r.files.Active() {
		if r.err = r.turn(f); r.err != nil {
			return r.err
		}
		r.lessons.hear(f)
	}
	r.n++
	r.at.frames++
	r.messages += uint64(decode.Messages(f))
	r.err = r.at.w.WriteFrame(f)
	return r.err
}

// flushLoop flushes, and ends files whose time is over though nothing comes.
func (r *recorder) flushLoop() {
	defer close(r.done)
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		timer := time.NewTimer(r.untilEnd())
		select {
		case <-tick.C:
			r.flush()
		case <-timer.C:
			r.timeOver()
		case <-r.stop:
			return
		}
		timer.Stop()
	}
}

// flush keeps the first error, which ends the capture.
func (r *recorder) flush() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at == nil || r.err != nil {
		return
	}
	r.countRedacted()
	if !r.again {
		err := r.at.w.WriteStats(r.src.Stats().Since(r.at.before))
		if err == nil {
			err = r.at.flush()
		}
		r.fail(err)
	}
	r.publish()
}

// fail notes an error, and ends the capture: where nothing comes nobody else would tell
// of it. r.mu is held.
func (r *recorder) fail(err error) {
	if err == nil || r.err != nil {
		return
	}
	if r.err = err; r.ended != nil {
		r.ended()
	}
}

// whenOver has end called when nothing can be recorded any more.
func (r *recorder) whenOver(end func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended = end; r.err != nil {
		end()
	}
}

// failed is why nothing can be recorded any more; nil: it can, or all was recorded that
// was wanted.
func (r *recorder) failed() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if errors.Is(r.err, pipeline.ErrLimit) {
		return nil
	}
	return r.err
}

// written returns frames and bytes so far, for the status line.
func (r *recorder) written() (frames uint64, bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.n, r.bytes()
}

func (r *recorder) bytes() int64 {
	if r.at == nil {
		return r.size
	}
	return r.size + r.at.size
}

// close writes the final statistics and closes the file. why is what the recording
// lacks something for, of those that are made of another one; nil: it is complete.
func (r *recorder) close(why error) error {
	close(r.stop)
	<-r.done
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.plan == nil && r.err == nil {
		r.err = r.begin(time.Now()) // of nothing
	}
	if r.at == nil {
		r.forget()
		return r.unlessLimit()
	}
	last := r.at.file
	err := r.endFile(true, why)
	r.forget()
	if r.secrets {
		fmt.Fprintln(r.notes, "nltop: warning: a command line was recorded with a key or password in it before a message showed that it is one (docs/secrets.md)")
	}
	if err != nil {
		err = fmt.Errorf("end recording: %w", err)
	}
	if why = distinct(why, err); why != nil && last.path != "" && last.existed {
		return distinct(err, fmt.Errorf("%s is left as it was: what was read is not complete", last.path))
	}
	return err
}

func (r *recorder) unlessLimit() error {
	if errors.Is(r.err, pipeline.ErrLimit) {
		return nil
	}
	return r.err
}

// endFile ends the file at hand; last: there is no other one.
func (r *recorder) endFile(last bool, why error) error {
	f, failed := r.at, r.unlessLimit()
	var tables *capture.Tables
	if failed == nil && (last || r.live) {
		// What a recording has of them stands at its end, and goes to the end of the last.
		now, err := capture.ReadTables(r.src)
		if err != nil && last {
			for line := range strings.Lines(err.Error()) {
				fmt.Fprintf(r.notes, "nltop: warning: not in the recording: %s\n", strings.TrimSuffix(line, "\n"))
			}
		}
		since := now.Since(&r.tables)
		if r.tables = now; r.anon != nil {
			since = r.anon.Tables(since)
		}
		tables = &since
	}
	if r.forget(); !last && r.plan.Renames() {
		f.keepOpen()
		r.last = f
	}
	counted := r.src.Stats()
	before := f.made + int64(f.w.Pending())
	r.gone += r.countRedacted()
	err := distinct(failed, f.end(counted.Since(f.before), tables, distinct(why, failed)))
	r.counted, r.size, r.at = counted, r.size+f.size, nil
	r.tail = max(r.tail, f.made-before)
	r.secrets = r.secrets || f.w.SecretTold()
	return err
}

// forget lets go of the file before the one at hand.
func (r *recorder) forget() {
	if r.last != nil {
		r.secrets = r.secrets || r.last.w.SecretTold()
		r.last.letGo()
		r.last = nil
	}
}
