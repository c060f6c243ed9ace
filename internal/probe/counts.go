// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"errors"
	"fmt"
	"os"

	"github.com/cilium/ebpf"

	"github.com/nltop/nltop/internal/capture"
)

var _ capture.Counter = (*Source)(nil)

// tables are the two tables that take turns in the kernel (bpf/counters.h).
type tables struct {
	outer *ebpf.Map
	inner [2]*ebpf.Map
	used  int // by the kernel
	rest  *ebpf.Map
	// room for reading, made once
	keys []fentryNlRowKey
	rows []fentryNlRow
}

// Counting implements capture.Counter.
func (s *Source) Counting() bool { return s.att.tables != nil }

// Counts implements capture.Counter. It waits until no program uses the table
// that it reads, some milliseconds.
func (s *Source) Counts(emit func(*capture.Count)) (rest capture.Count, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.att.tables
	if t == nil || s.closed {
		return rest, os.ErrClosed
	}
	if err := t.exchange(); err != nil {
		return rest, err
	}
	if err := s.readTable(t.inner[1-t.used], emit); err != nil {
		return rest, err
	}
	var row fentryNlRow
	if err := t.rest.Lookup(uint32(0), &row); err != nil {
		return rest, fmt.Errorf("read what the table had no room for: %w", err)
	}
	return s.count(&fentryNlRowKey{}, &row), nil
}

// exchange gives the kernel the empty table.
func (t *tables) exchange() error {
	next := 1 - t.used
	if err := t.outer.Put(uint32(0), t.inner[next]); err != nil {
		return fmt.Errorf("exchange the table of counters: %w", err)
	}
	t.used = next
	return nil
}

// readTable empties a table that nobody writes to. One that was full may hold
// buckets of a row that it has not.
func (s *Source) readTable(m *ebpf.Map, emit func(*capture.Count)) error {
	t := s.att.tables
	buckets := map[fentryNlRowKey][]capture.Bucket{}
	var cursor ebpf.MapBatchCursor
	for more := true; more; {
		n, err := m.BatchLookupAndDelete(&cursor, t.keys, t.rows, nil)
		if more = err == nil; !more && !errors.Is(err, ebpf.ErrKeyNotExist) {
			return fmt.Errorf("read the table of counters: %w", err)
		}
		for i, k := range t.keys[:n] {
			if k.Bucket > 0 {
				b := capture.Bucket{Number: k.Bucket - 1, Count: t.rows[i].Messages}
				k.Bucket = 0
				buckets[k] = append(buckets[k], b)
			}
		}
		for i := range n {
			if k := &t.keys[i]; k.Bucket == 0 {
				c := s.count(k, &t.rows[i])
				c.Buckets = buckets[*k]
				emit(&c)
				delete(buckets, *k)
			}
		}
	}
	for k, b := range buckets {
		c := s.count(&k, &fentryNlRow{})
		c.Buckets = b
		emit(&c)
	}
	return nil
}

func (s *Source) count(k *fentryNlRowKey, r *fentryNlRow) capture.Count {
	is := func(f fentryNlRowFlag) bool { return k.Flags&uint8(f) != 0 }
	c := capture.Count{
		Proc:     capture.Proc{PID: k.Tgid, Comm: comm(k.Comm[:]), CgroupID: k.Cgroup},
		NetNS:    uint64(k.Netns),
		Socket:   capture.Socket{Inode: k.Inode, PortID: r.Port},
		Protocol: k.Protocol,
		Type:     k.Type,
		Sub:      k.Sub,
		Out:      is(fentryNlRowFlagNL_ROW_OUT),
		Request:  is(fentryNlRowFlagNL_ROW_REQUEST),
		Messages: r.Messages, Bytes: r.Bytes, Errors: r.Errors, Errno: int32(r.Err),
		Drops: r.Drops, NobufsRaised: r.NobufsRaised, NobufsRead: r.NobufsRead,
		Kernel:  capture.Times{Count: r.KernelCount, Sum: nanoseconds(r.KernelNs), Max: nanoseconds(r.KernelMax)},
		Latency: capture.Times{Count: r.LatencyCount, Sum: nanoseconds(r.LatencyNs), Max: nanoseconds(r.LatencyMax)},
	}
	if r.Last != 0 {
		c.Last = s.wallTime(r.Last)
	}
	switch {
	case is(fentryNlRowFlagNL_ROW_SOCKET):
		c.Of = capture.CountSocket
	case is(fentryNlRowFlagNL_ROW_BARE) && k.Protocol == capture.NETLINK_KOBJECT_UEVENT:
		c.Of = capture.CountUevents
	case is(fentryNlRowFlagNL_ROW_BARE):
		c.Of = capture.CountBare
	}
	return c
}

// Watch implements capture.Counter.
func (s *Source) Watch(w capture.Watch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.att.planes == nil {
		return nil
	}
	return setPlanes(s.att.planes, w)
}

func setPlanes(m *ebpf.Map, w capture.Watch) error {
	planes := map[capture.Watch]fentryNlPlane{
		capture.WatchAll:     fentryNlPlaneNL_PLANE_MESSAGES | fentryNlPlaneNL_PLANE_LOSSES,
		capture.WatchLosses:  fentryNlPlaneNL_PLANE_LOSSES,
		capture.WatchNothing: 0,
	}
	if err := m.Put(uint32(0), uint32(planes[w])); err != nil {
		return fmt.Errorf("set what is emitted: %w", err)
	}
	return nil
}

// tableSize is the number of rows, and buckets of latencies, that the kernel
// can hold between two readings.
const tableSize = 16384

// makeTables creates the tables and gives the kernel the first.
func makeTables(outer, rest *ebpf.Map, spec *ebpf.MapSpec) (*tables, error) {
	t := &tables{outer: outer, rest: rest}
	for i := range t.inner {
		m, err := ebpf.NewMap(spec)
		if err != nil {
			return t, fmt.Errorf("create table of counters: %w", err)
		}
		t.inner[i] = m
	}
	t.keys, t.rows = make([]fentryNlRowKey, spec.MaxEntries), make([]fentryNlRow, spec.MaxEntries)
	t.used = 1
	return t, t.exchange()
}

func (t *tables) Close() error {
	var errs []error
	for _, m := range t.inner {
		if m != nil {
			errs = append(errs, m.Close())
		}
	}
	return errors.Join(errs...)
}
