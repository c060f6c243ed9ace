// SPDX-License-Identifier: Apache-2.0

// Package nlmon captures through an nlmon device of its own: what tcpdump -i
// nlmon0 would show, read from a memory-mapped AF_PACKET ring.
//
// It is for kernels that let no BPF program be attached. It sees one network
// namespace, eight protocols, and no process; the direction and the ports are
// inferred from the messages. It does not look for the processes: the pipeline
// does that for every source that cannot tell.
package nlmon

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// Options of Open.
type Options struct {
	Snap int // snap length in bytes; 0: whole messages
}

// lostRing is the one way of losing that the kernel tells us of.
const lostRing = "packet ring full"

var (
	described = capture.Describe(capture.SourceNlmon)
	sees      = described.Always()
)

// source implements capture.Source.
type source struct {
	dev   *device
	ring  *ring
	wake  int // eventfd that ends Run
	snap  int
	netns uint64

	running sync.Mutex // held by Run, and by Close while it takes away the ring
	closing sync.Once
	err     error // of Close

	mu     sync.Mutex
	stats  capture.Stats // without Lost
	lost   uint64
	closed bool
}

// Open creates a device and starts to capture. It removes the devices of
// captures that were killed. Of the filter it applies the protocols.
func Open(filter capture.Filter, opt Options) (capture.Source, error) {
	s, err := open(filter, opt, ringSize)
	if err != nil {
		return nil, err // and not a nil *source
	}
	return s, nil
}

func open(filter capture.Filter, opt Options, size geometry) (*source, error) {
	// Not being able to tidy up is not being able to create, and Open says
	// so; all else is no reason not to start.
	_ = removeStale()
	netns, err := ownNetNS()
	if err != nil {
		return nil, err
	}
	prog := filterProgram(filter.Protocols, opt.Snap)
	// Another nltop that starts in this moment in another PID namespace may
	// take our device for a dead one's before a socket is bound to it.
	const tries = 3
	for try := 1; ; try++ {
		s := &source{snap: opt.Snap, netns: netns, wake: -1}
		if s.dev, err = create(); err != nil {
			return nil, explain(err)
		}
		if s.ring, err = openRing(s.dev.index, size, prog); err == nil {
			s.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
			if err == nil {
				return s, nil
			}
			err = errors.Join(fmt.Errorf("make eventfd: %w", err), s.ring.close())
		}
		err = errors.Join(err, s.dev.remove())
		if try == tries || !errors.Is(err, unix.ENODEV) {
			return nil, explain(err)
		}
	}
}

func ownNetNS() (uint64, error) {
	fi, err := os.Stat("/proc/thread-self/ns/net")
	if err != nil {
		return 0, fmt.Errorf("find network namespace: %w", err)
	}
	return fi.Sys().(*syscall.Stat_t).Ino, nil
}

// Run emits what passes the device, until ctx ends or the device goes. What
// passed before ctx ended is emitted still.
func (s *source) Run(ctx context.Context, emit func(*capture.Frame) error) error {
	s.running.Lock()
	defer s.running.Unlock()
	if s.isClosed() {
		return nil
	}
	stop := context.AfterFunc(ctx, s.interrupt)
	defer stop()
	infer, origins := capture.NewInferrer(), new(capture.Origins)
	handle := func(p packet) error {
		f := frame(p)
		o := capture.Origin{Protocol: p.protocol, NetNS: s.netns, Source: capture.SourceNlmon, Sees: sees}
		infer.Infer(&o, f.Data)
		f.Origin = origins.Of(&o)
		s.count(f)
		return emit(f)
	}
	for {
		ok, err := s.ring.wait(s.wake)
		if err != nil {
			return fmt.Errorf("capture on %s: %w", s.dev.name, err)
		}
		if !ok {
			break
		}
		if err := s.ring.drain(handle); err != nil {
			return ignoreIfDone(ctx, err)
		}
	}
	end := time.Now()
	for s.ring.waitLast(time.Second) {
		err := s.ring.drain(func(p packet) error {
			if p.at.After(end) {
				return errAfterEnd
			}
			return handle(p)
		})
		if err == errAfterEnd {
			return nil
		}
		if err != nil {
			return ignoreIfDone(ctx, err)
		}
	}
	return nil
}

var errAfterEnd = errors.New("sent after the end of the capture")

// ignoreIfDone: once ctx has ended, emit may refuse frames.
func ignoreIfDone(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// frame makes a frame without its Origin.
func frame(p packet) *capture.Frame {
	f := &capture.Frame{Time: p.at, OrigLen: max(p.length, len(p.data))}
	if len(p.data) > 0 {
		f.Data = bytes.Clone(p.data)
	}
	return f
}

// interrupt ends Run, now or when it is called.
func (s *source) interrupt() {
	one := native.AppendUint64(nil, 1)
	// EAGAIN, the only error, means that it is readable already.
	_, _ = unix.Write(s.wake, one)
}

func (s *source) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

func (s *source) count(f *capture.Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Frames++
	s.stats.Bytes += uint64(f.OrigLen)
	if f.Cut() {
		s.stats.Cut++
	}
}

// Stats counts what was emitted, and what the kernel had no room for.
func (s *source) Stats() capture.Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.readDrops()
	st := s.stats
	st.Lost = []capture.Loss{{Reason: lostRing, Count: s.lost}}
	return st
}

func (s *source) readDrops() {
	if s.closed {
		return
	}
	if n, err := s.ring.drops(); err == nil {
		s.lost += n
	}
}

// Info describes what nlmon can and cannot see.
func (s *source) Info() capture.Info {
	return capture.Info{
		Name:  capture.SourceNlmon,
		Sees:  sees,
		Scope: fmt.Sprintf("netns %d", s.netns),
		Snap:  s.snap,
		Blind: slices.Clone(described.Blind),
		Notes: []string{"device " + s.dev.name},
	}
}

// Close ends Run and removes the device.
func (s *source) Close() error {
	s.closing.Do(func() {
		s.interrupt()
		s.running.Lock()
		defer s.running.Unlock()
		s.mu.Lock()
		s.readDrops()
		s.closed = true
		s.mu.Unlock()
		s.err = errors.Join(s.ring.close(), s.dev.remove(), unix.Close(s.wake))
	})
	return s.err
}
