// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/lap"
)

const (
	// deadline is how long records lie in the ring that asked for no
	// wake-up (emit_wake in bpf/emit.h).
	deadline = 50 * time.Millisecond
	// lentDeadline is the same where nobody looks at them as they come.
	lentDeadline = 200 * time.Millisecond
	// busyPause is how long a record that is not committed yet is waited for: the
	// program that fills it may have been preempted.
	busyPause = 100 * time.Microsecond
	// clockInterval is how often the wall clock's offset is measured again.
	clockInterval = 5 * time.Second
)

// Source is a capture.Source made of attached programs.
type Source struct {
	name      string
	att       *attached
	ring      *ring
	opts      Options
	processes *processes
	opened    time.Time

	offset    atomic.Int64 // wall clock minus monotonic clock, ns
	frames    atomic.Uint64
	bytes     atomic.Uint64
	cut       atomic.Uint64
	truncated atomic.Uint64
	malformed atomic.Uint64
	orphans   atomic.Uint64

	mu     sync.Mutex // guards closed, final and the use of att
	closed bool
	final  losses            // of the kernel, when it was closed
	locks  []capture.LockRow // likewise
}

var _ capture.Lender = (*Source)(nil)

func newSource(name string, a *attached, o Options) (*Source, error) {
	ring, err := openRing(a.ring)
	if err != nil {
		return nil, fmt.Errorf("read ring buffer: %w", err)
	}
	root := "/proc"
	if o.NoProcesses || a.home.Elsewhere {
		root = ""
	}
	s := &Source{name: name, att: a, ring: ring, opts: o, processes: newProcesses(root), opened: time.Now()}
	s.processes.seed(a.seeds)
	s.measureClock()
	return s, nil
}

// Run implements capture.Source. When ctx is done it delivers what is in the
// ring and returns nil. It, or RunLent, may be called once.
func (s *Source) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	asm := newAssembler(s.name, s.sees(), &s.offset, func(f *capture.Frame) error {
		s.saw(f)
		return emit(f)
	})
	return s.run(ctx, asm)
}

// RunLent implements capture.Lender.
func (s *Source) RunLent(ctx context.Context, emit func([]capture.Frame) error) error {
	asm := newAssembler(s.name, s.sees(), &s.offset, nil)
	asm.lend(func(fs []capture.Frame) error {
		s.sawAll(fs)
		return emit(fs)
	})
	return s.run(ctx, asm)
}

func (s *Source) run(ctx context.Context, asm *assembler) (err error) {
	if !s.ring.enter() {
		return nil
	}
	defer func() {
		// The consumer gets its own error back, not one that wraps it.
		if lerr := s.ring.leave(); lerr != nil {
			err = errors.Join(err, lerr)
		}
	}()
	asm.orphans, asm.infer, asm.processes = &s.orphans, s.att.infer(), s.processes
	pause := deadline
	if asm.loan != nil {
		pause = lentDeadline
	}
	return s.loop(ctx, pause, func() error { return s.drain(asm) }, asm.flush)
}

// loop reads the ring by drain until ctx is done or drain fails, and ends with flush.
// It looks at least every pause.
func (s *Source) loop(ctx context.Context, pause time.Duration, drain, flush func() error) error {
	stop := context.AfterFunc(ctx, s.ring.wake)
	defer stop()

	measured := time.Now()
	for {
		if now := time.Now(); now.Sub(measured) > clockInterval {
			s.measureClock()
			measured = now
		}
		err := drain()
		switch {
		case err == errRingClosed:
			return flush()
		case err != nil && err != errRingEmpty && err != errRingBusy:
			return err
		case ctx.Err() != nil:
			return s.finish(drain, flush)
		case err == errRingBusy:
			time.Sleep(busyPause)
		case err == errRingEmpty:
			if err := s.ring.wait(pause, uint64(s.opts.wakeBytes())); err != nil {
				return err
			}
		}
	}
}

// drain reads until the ring has no record, which is its error, or for so long
// that run should look up: under a flood the ring is never empty. Any other error
// is of the ring or of the consumer.
func (s *Source) drain(asm *assembler) error {
	handOver := func() error {
		err := asm.handOver()
		s.ring.release()
		return err
	}
	for left := 4096; left > 0; left-- {
		n, err := asm.briefs(s.ring)
		if left -= n; n == 0 {
			var rec []byte
			if rec, err = s.ring.next(); err == nil {
				if err = asm.add(rec); err != nil {
					err = s.refused(err)
				}
			}
		}
		if err != nil {
			if refused := handOver(); refused != nil {
				return refused
			}
			return err
		}
		if s.ring.due() {
			if err := handOver(); err != nil {
				return err
			}
		}
	}
	return handOver()
}

// finish detaches the programs, so that a busy system cannot keep run from
// ending, and delivers everything that they had seen: from here on what was
// emitted and what was lost add up to what was seen. All become silent before the
// first is detached, or the last would see requests without answers.
func (s *Source) finish(drain, flush func() error) error {
	s.mu.Lock()
	var err error
	if s.att.planes != nil {
		err = setPlanes(s.att.planes, capture.WatchNothing)
	}
	if s.att.tables != nil {
		err = errors.Join(err, s.att.tables.end())
	}
	lap.Mark("command")
	err = errors.Join(err, s.att.detach())
	lap.Mark("detach")
	s.mu.Unlock()
	if err != nil {
		s.log("%s: detach: %v", s.name, err)
	}
	for {
		switch err := drain(); err {
		case nil:
		case errRingBusy:
			time.Sleep(busyPause)
		case errRingEmpty, errRingClosed:
			return flush()
		default:
			return err
		}
	}
}

// refused says what is fatal of the errors that a record gives; malformed ones are counted.
func (s *Source) refused(err error) error {
	var bad *recordError
	if errors.As(err, &bad) {
		s.malformed.Add(1)
		s.log("%s: %v", s.name, err)
		return nil
	}
	return err
}

// saw adds a frame to Stats.
func (s *Source) saw(f *capture.Frame) {
	if f.Missed() > 0 {
		s.truncated.Add(1)
	}
	if f.Kind != capture.KindDatagram {
		return
	}
	s.frames.Add(1)
	s.bytes.Add(uint64(f.OrigLen))
	s.sawParts(f)
}

// sawParts counts a datagram of which some is missing.
func (s *Source) sawParts(f *capture.Frame) {
	if f.Cut() {
		s.cut.Add(1)
	}
}

// sawAll is saw for several.
func (s *Source) sawAll(fs []capture.Frame) {
	var frames, bytes uint64
	for i := range fs {
		f := &fs[i]
		if f.Kind != capture.KindDatagram {
			continue
		}
		frames++
		bytes += uint64(f.OrigLen)
		if f.OrigLen > len(f.Data) || f.Taken != 0 {
			s.sawParts(f)
		}
	}
	s.frames.Add(frames)
	s.bytes.Add(bytes)
}

func (s *Source) log(format string, args ...any) {
	if s.opts.Log != nil {
		s.opts.Log(fmt.Sprintf(format, args...))
	}
}

// measureClock notes how far the wall clock is ahead of the clock of
// bpf_ktime_get_ns. The narrowest of a few readings is the best one.
func (s *Source) measureClock() {
	best := int64(1<<63 - 1)
	for range 5 {
		var m1, m2 unix.Timespec
		if unix.ClockGettime(unix.CLOCK_MONOTONIC, &m1) != nil {
			return
		}
		wall := time.Now().UnixNano()
		if unix.ClockGettime(unix.CLOCK_MONOTONIC, &m2) != nil {
			return
		}
		if width := m2.Nano() - m1.Nano(); width < best {
			best = width
			s.offset.Store(wall - m1.Nano() - width/2)
		}
	}
}

func (s *Source) wallTime(ktime uint64) time.Time {
	return time.Unix(0, int64(ktime)+s.offset.Load())
}

// AddPID adds a thread group to the filter, from now on, and with
// Filter.Children what it forks. It fails when the source was opened without
// a filter on processes.
func (s *Source) AddPID(pid uint32) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return fmt.Errorf("add PID %d: %w", pid, os.ErrClosed)
	}
	if s.att.pids == nil || s.att.pids.MaxEntries() == 1 {
		return fmt.Errorf("add PID %d: the source was opened without a filter on processes", pid)
	}
	if err := s.att.pids.Put(pid, uint8(1)); err != nil {
		return fmt.Errorf("add PID %d: %w", pid, err)
	}
	return nil
}

// losses are what the kernel knows to be lost.
type losses struct {
	ring, recursion, user, compat, reports, locks, walk uint64
}

func (s *Source) losses() losses {
	c := losses{
		ring:    perCPUSum(s.att.losses, uint32(fentryNlLossNL_LOST_RING)),
		user:    perCPUSum(s.att.losses, uint32(fentryNlLossNL_LOST_USER)),
		compat:  perCPUSum(s.att.losses, uint32(fentryNlLossNL_LOST_COMPAT)),
		reports: perCPUSum(s.att.losses, uint32(fentryNlLossNL_LOST_REPORT)),
		walk:    perCPUSum(s.att.losses, uint32(fentryNlLossNL_LOST_WALK)),
	}
	for _, p := range s.att.payload {
		c.recursion += misses(p)
	}
	if t := s.att.twice; len(t) == 2 {
		c.recursion += min(misses(t[0]), misses(t[1]))
	}
	return c
}

// misses is how often the kernel skipped a program; 0 where it cannot be read.
func misses(p *ebpf.Program) uint64 {
	st, err := p.Stats()
	if err != nil {
		return 0
	}
	return st.RecursionMisses
}

// Stats implements capture.Source. Once Run has returned because its context
// was done, frames and losses add up to what the programs have seen.
func (s *Source) Stats() capture.Stats {
	s.mu.Lock()
	c := s.final
	if !s.closed {
		c = s.losses()
	}
	s.mu.Unlock()
	return capture.Stats{
		Frames: s.frames.Load(),
		Bytes:  s.bytes.Load(),
		Cut:    s.cut.Load(),

		Truncated: s.truncated.Load(),
		Lost: []capture.Loss{
			{Reason: "ring buffer full", Count: c.ring},
			{Reason: "hook recursion", Count: c.recursion},
			{Reason: "user memory unreadable", Count: c.user},
			{Reason: "32-bit task", Count: c.compat},
			{Reason: "malformed record", Count: s.malformed.Load()},
		},
		LostReports: c.reports + s.orphans.Load(),
		Uncounted:   c.walk,
	}
}

// perCPUSum adds up a number that each processor has; 0 where it cannot be read.
func perCPUSum(m *ebpf.Map, key uint32) uint64 {
	var per []uint64
	if m == nil || m.Lookup(key, &per) != nil {
		return 0
	}
	var sum uint64
	for _, v := range per {
		sum += v
	}
	return sum
}

// Info implements capture.Source.
func (s *Source) Info() capture.Info {
	return capture.Info{
		Name:    s.name,
		Scope:   s.att.home.scope(capture.ScopeOf(s.att.netns)),
		Blind:   slices.Concat(capture.Describe(s.name).Blind, s.att.blind),
		Snap:    s.opts.Snap,
		Notes:   s.att.notes,
		Sees:    s.sees(),
		Filters: true,
	}
}

func (s *Source) sees() capture.Sees {
	return (capture.Describe(s.name).Always() | s.att.asked) &^ s.att.blindTo
}

// Close implements capture.Source: it detaches every program. A running Run
// returns after delivering what it had read.
func (s *Source) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.final = s.losses()
	if rows, lost, err := readLocks(s.att); err == nil {
		s.locks, s.final.locks = rows, lost
	}
	s.closed = true
	return errors.Join(s.ring.close(), s.att.Close())
}
