// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/pcapng"
)

// The first SIGINT, SIGTERM or SIGHUP ends nltop, whatever it waits for: a capture by
// its context, an open or a read by giving up at once, a write when its reader has had
// afterSignal to take it. Nothing of that has a system call to be interrupted by: it
// blocks in a goroutine of its own, which is left behind.

// afterSignal is how long what is written to a pipe or a terminal may take when nltop
// is to end.
const afterSignal = 300 * time.Millisecond

// untilSignal returns a context that Ctrl-C, SIGTERM and SIGHUP end. It is
// called before a source is opened: from then on there is something to leave
// behind, and a shell may have started nltop with SIGINT ignored. A second
// signal kills nltop the hard way, should the end take too long.
//
// command says that a command is run. Ctrl-C reaches it by the terminal, and what it
// does then is its own business: nltop outlives it, and does not count such a SIGINT.
func untilSignal(command bool) (context.Context, context.CancelFunc) {
	sigs := []os.Signal{unix.SIGTERM, unix.SIGHUP, os.Interrupt}
	if command && inForeground() {
		signal.Notify(make(chan os.Signal, 1), os.Interrupt) // and nothing reads it
		sigs = sigs[:2]
	}
	ctx, stop := signal.NotifyContext(context.Background(), sigs...)
	told := stderr
	context.AfterFunc(ctx, func() {
		stop()
		time.AfterFunc(afterSignal, told.giveUp)
	})
	return ctx, stop
}

// inForeground says whether the terminal sends this process what is typed on it.
func inForeground() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDONLY|unix.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer func() { _ = tty.Close() }()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}

// errInterrupted is what a call ends with that was waiting when the signal came.
var errInterrupted = errors.New("ended by a signal")

// interruptible is f, which may wait for long, until ctx is done.
func interruptible(ctx context.Context, f func() (*os.File, error)) (*os.File, error) {
	type result struct {
		f   *os.File
		err error
	}
	done := make(chan result, 1)
	go func() {
		file, err := f()
		done <- result{file, err}
	}()
	select {
	case r := <-done:
		return r.f, r.err
	case <-ctx.Done():
		return nil, errInterrupted
	}
}

// openFile opens what -r names; "-" is standard input.
func openFile(ctx context.Context, path string) (*pcapng.Reader, os.FileInfo, error) {
	f := os.Stdin
	if path != "-" {
		var err error
		until := "somebody wrote it"
		if st, err := os.Stat(path); err == nil && st.Mode().IsRegular() {
			until = "it was read"
		}
		// Opening a FIFO waits for its writer.
		if f, err = interruptible(ctx, func() (*os.File, error) { return os.Open(path) }); err != nil {
			return nil, nil, fmt.Errorf("open capture file %s: %w", path, waited(reason(err), until))
		}
	}
	st, err := f.Stat()
	if err != nil {
		return nil, nil, fmt.Errorf("open capture file %s: %w", path, reason(err))
	}
	src := io.ReadCloser(f)
	if !st.Mode().IsRegular() {
		src = newInput(ctx, f)
	}
	r, err := pcapng.NewReader(src)
	if err != nil {
		_ = src.Close()
		return nil, nil, fmt.Errorf("read %s: %w", path, waited(err, "its beginning had come"))
	}
	return r, st, nil
}

// reason is an error without the operation and the name that its text begins with, for a
// sentence that has them.
func reason(err error) error {
	var of *os.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// waited says in an account of nothing what nltop was waiting for, if it was.
func waited(err error, until string) error {
	if errors.Is(err, errInterrupted) {
		return fmt.Errorf("%w before %s: 0 datagrams seen", err, until)
	}
	return err
}

// input reads what may never come, until ctx is done.
type input struct {
	ctx    context.Context
	file   *os.File
	chunks chan chunk
	free   chan []byte
	done   chan struct{}
	once   sync.Once
	late   chan struct{}
	over   sync.Once
	at     chunk
}

type chunk struct {
	buf, rest []byte
	err       error
}

func newInput(ctx context.Context, file *os.File) *input {
	in := &input{ctx: ctx, file: file, chunks: make(chan chunk), free: make(chan []byte, 2), done: make(chan struct{}), late: make(chan struct{})}
	in.free <- make([]byte, 64<<10)
	in.free <- make([]byte, 64<<10)
	go in.pump()
	return in
}

func (in *input) pump() {
	for {
		select {
		case buf := <-in.free:
			n, err := in.file.Read(buf)
			select {
			case in.chunks <- chunk{buf, buf[:n], err}:
			case <-in.done:
				return
			}
			if err != nil {
				return
			}
		case <-in.done:
			return
		}
	}
}

// Read implements io.Reader.
func (in *input) Read(b []byte) (int, error) {
	for len(in.at.rest) == 0 {
		if in.at.err != nil {
			return 0, in.at.err
		}
		if in.at.buf != nil {
			in.free <- in.at.buf
			in.at = chunk{}
		}
		select {
		case in.at = <-in.chunks:
		case <-in.ctx.Done():
			return 0, errInterrupted
		case <-in.late:
			return 0, os.ErrDeadlineExceeded
		}
	}
	n := copy(b, in.at.rest)
	in.at.rest = in.at.rest[n:]
	return n, nil
}

// SetReadDeadline wakes whoever waits in Read: pcapng.Reader sets one that is over, when it
// is to end.
func (in *input) SetReadDeadline(time.Time) error {
	in.over.Do(func() { close(in.late) })
	return nil
}

// Close implements io.Closer.
func (in *input) Close() error {
	in.once.Do(func() { close(in.done) })
	return in.file.Close()
}

// errStalled is what a write ends with that nobody took in time.
var errStalled = errors.New("its reader does not take it")

// output writes to a file of which a write may wait for ever, but no longer than
// afterSignal when ctx is done. It is for one goroutine at a time.
type output struct {
	file    *os.File
	blocks  bool // what writes to it may wait for others
	late    chan struct{}
	once    sync.Once
	pending chan []byte // nil: none was written yet
	written chan taken
	buf     []byte
	err     error
}

func newOutput(ctx context.Context, file *os.File) *output {
	st, err := file.Stat()
	o := &output{file: file, blocks: err != nil || !st.Mode().IsRegular(), late: make(chan struct{})}
	context.AfterFunc(ctx, func() { time.AfterFunc(afterSignal, o.giveUp) })
	return o
}

// giveUp says that no write may wait any more.
func (o *output) giveUp() { o.once.Do(func() { close(o.late) }) }

// Write implements io.Writer.
func (o *output) Write(b []byte) (int, error) {
	if !o.blocks {
		return o.file.Write(b)
	}
	if o.err != nil {
		return 0, o.err
	}
	if o.pending == nil {
		o.pending, o.written = make(chan []byte), make(chan taken, 1)
		go func() {
			for b := range o.pending {
				n, err := o.file.Write(b)
				o.written <- taken{n, err}
			}
		}()
	}
	// It is the goroutine's from now on, for as long as it takes.
	o.buf = append(o.buf[:0], b...)
	o.pending <- o.buf
	var w taken
	select {
	case w = <-o.written:
	case <-o.late:
		w = o.lastMoment()
	}
	o.err = w.err
	return w.n, w.err
}

// taken is what of a write got there.
type taken struct {
	n   int
	err error
}

// lastMoment waits for what is written when no write may wait any more: the account
// needs a moment, too. It waits in steps, of which those count that were over in time and
// in which nltop did next to nothing else: where a step took longer, or nltop itself had
// the processor (a kernel takes its time to detach probes), a reader that wants to take it
// may have had no chance.
func (o *output) lastMoment() taken {
	const (
		steps = 5
		most  = 50 // also of those that took longer
		step  = afterSignal / 3 / steps
	)
	for inTime, all := 0, 0; inTime < steps && all < most; all++ {
		begin, used := time.Now(), processorTime()
		select {
		case w := <-o.written:
			return w
		case <-time.After(step):
		}
		if time.Since(begin) < step+step/4 && processorTime()-used < step/4 {
			inTime++
		}
	}
	return taken{0, &os.PathError{Op: "write", Path: o.file.Name(), Err: errStalled}}
}

// end ends the goroutine.
func (o *output) end() {
	if o.pending != nil {
		close(o.pending)
		o.pending = nil
	}
}

// messages is standard error, which also may be a pipe that nobody reads.
type messages struct {
	mu    sync.Mutex
	out   *output
	shown int // columns of the line that the next one is written over; 0: none
	// held is what waits until the terminal is nltop's no more; nil: nothing waits. cut is
	// how many bytes of it found no room.
	held *bytes.Buffer
	cut  int
}

// maxHeld bounds messages.held, in bytes.
const maxHeld = 64 << 10

// hold keeps back what is written from now on, until release: a screen is on the terminal.
func (m *messages) hold() (release func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.held, m.cut = new(bytes.Buffer), 0
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		if text := m.held; text != nil && text.Len() > 0 {
			if m.cut > 0 {
				if !bytes.HasSuffix(text.Bytes(), []byte("\n")) {
					text.WriteByte('\n')
				}
				fmt.Fprintf(text, "nltop: %d bytes behind this were cut: %d KiB at most wait while the screen is there\n", m.cut, maxHeld>>10)
			}
			_, _ = m.out.Write(text.Bytes())
		}
		m.held = nil
	}
}

// errFile is standard error as a file: for commands that nltop runs, and for what is no
// text. nltop's own words go to stderr.
var errFile = os.Stderr

var stderr = &messages{out: newOutput(context.Background(), errFile)}

func (m *messages) giveUp() { m.out.giveUp() }

// Write implements io.Writer. It shows no control characters: what stands in a file or
// is called by others may be in it.
func (m *messages) Write(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	text := plain(b)
	if m.held != nil {
		room := min(len(text), max(maxHeld-m.held.Len(), 0))
		m.held.Write(text[:room])
		m.cut += len(text) - room
		return len(b), nil
	}
	if m.shown > 0 {
		text = append([]byte("\r"+strings.Repeat(" ", m.shown)+"\r"), text...)
		m.shown = 0
	}
	if _, err := m.out.Write(text); err != nil {
		return 0, err
	}
	return len(b), nil
}

var _ io.Writer = (*messages)(nil)

// distinct joins errors that have not been told by one of those before.
func distinct(errs ...error) error {
	var told several
	for _, err := range errs {
		for _, err := range apart(err) {
			if !slices.ContainsFunc(told, func(t error) bool { return sameCause(t, err) }) {
				told = append(told, err)
			}
		}
	}
	switch len(told) {
	case 0:
		return nil
	case 1:
		return told[0]
	}
	return told
}

// several are errors that have nothing to do with each other.
type several []error

func (s several) Error() string   { return errors.Join(s...).Error() }
func (s several) Unwrap() []error { return s }

// apart returns the errors that distinct has joined.
func apart(err error) []error {
	if s, ok := err.(several); ok {
		return s
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

// sameCause says whether two errors come from the same failed system call: whoever
// writes on tells it again.
func sameCause(a, b error) bool {
	var x, y *os.PathError
	return errors.Is(b, a) || errors.Is(a, b) || errors.As(a, &x) && errors.As(b, &y) && x.Op == y.Op && x.Path == y.Path && errors.Is(x.Err, y.Err)
}

// plain leaves the ends of lines alone.
func plain(b []byte) []byte {
	lines := strings.Split(string(b), "\n")
	for i := range lines {
		lines[i] = capture.Printable(lines[i])
	}
	return []byte(strings.Join(lines, "\n"))
}
