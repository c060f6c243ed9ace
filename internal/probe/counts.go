// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

var _ capture.Counter = (*Source)(nil)

// tables are the two tables that take turns in the kernel (bpf/counters_rows.h).
type tables struct {
	outer  *ebpf.Map
	inner  [2]*ebpf.Map
	memory [2][]byte        // of the inner maps
	rows   [2][]fentryNlRow // the same
	used   int              // by the kernel
	claims *ebpf.Map
	rest   *ebpf.Map
	read   []uint32       // claims of what was read, to be deleted
	last   [2]fentryNlRow // of rest, at the last swap
	ended  bool
}

// Counting implements capture.Counter.
func (s *Source) Counting() bool { return s.att.tables != nil }

// Counts implements capture.Counter. It waits until no program uses the table
// that it reads, some milliseconds.
func (s *Source) Counts(emit func(*capture.Count)) (rest capture.CountRest, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.att.tables
	if t == nil || s.closed {
		return rest, os.ErrClosed
	}
	if !t.ended {
		if err := t.turn(); err != nil {
			return rest, err
		}
	}
	if err := s.readTable(1-t.used, emit); err != nil {
		return rest, err
	}
	return capture.CountRest{Rows: s.count(&t.last[0]), Causes: s.count(&t.last[1])}, nil
}

// begin drops what was counted until now, while the hooks came one by one.
func (t *tables) begin() error {
	if err := t.swap(); err != nil {
		return err
	}
	t.find(1 - t.used)
	return t.empty(1 - t.used)
}

// end keeps what was counted until now for the last reading.
func (t *tables) end() error {
	if t.ended {
		return nil
	}
	err := t.turn()
	t.ended = err == nil
	return err
}

// turn gives the kernel the empty table, and notes what the other had no room for.
func (t *tables) turn() error {
	if err := t.swap(); err != nil {
		return err
	}
	for i := range t.last {
		if err := t.rest.Lookup(uint32(i), &t.last[i]); err != nil {
			return fmt.Errorf("read what the table had no room for: %w", err)
		}
	}
	return nil
}

// swap gives the kernel the empty table.
func (t *tables) swap() error {
	next := 1 - t.used
	if err := t.outer.Put(uint32(0), t.inner[next]); err != nil {
		return fmt.Errorf("swap the table of counters: %w", err)
	}
	t.used = next
	return nil
}

// bucketOf is whose bucket of latencies a row is.
type bucketOf struct {
	account uint64
	what    fentryNlWhat
}

// readTable empties a table that nobody writes to. One that was full may hold
// buckets of a row that it has not. A row may be there twice.
func (s *Source) readTable(which int, emit func(*capture.Count)) error {
	t := s.att.tables
	rows := t.rows[which][:tableSize]
	buckets := map[bucketOf][]capture.Bucket{}
	t.find(which)
	for _, at := range t.read {
		if r := &rows[int(at)-which*tableSize]; r.What.Bucket > 0 {
			of := r.bucketOf()
			buckets[of] = append(buckets[of], capture.Bucket{Number: r.What.Bucket - 1, Count: r.Messages})
		}
	}
	for _, bucket := range []bool{false, true} {
		for _, at := range t.read {
			r := &rows[int(at)-which*tableSize]
			of := r.bucketOf()
			if r.What.Bucket > 0 != bucket || bucket && buckets[of] == nil {
				continue
			}
			c := s.count(r)
			c.Buckets = buckets[of]
			if bucket {
				c.Messages = 0 // it is that of the latencies
			}
			emit(&c)
			delete(buckets, of)
		}
	}
	return t.empty(which)
}

// find notes the rows of a table that are in use.
func (t *tables) find(which int) {
	t.read = t.read[:0]
	for i := range t.rows[which][:tableSize] {
		if t.rows[which][i].What.Used != 0 {
			t.read = append(t.read, uint32(which*tableSize+i))
		}
	}
}

// empty clears the rows that find noted.
func (t *tables) empty(which int) error {
	for _, at := range t.read {
		t.rows[which][int(at)-which*tableSize] = fentryNlRow{}
	}
	if len(t.read) == 0 {
		return nil
	}
	// Only when the rows are empty may the kernel take their slots again.
	if n, err := t.claims.BatchDelete(t.read, nil); err != nil {
		return fmt.Errorf("free rows of the table of counters: %d of %d: %w", n, len(t.read), err)
	}
	return nil
}

func (r *fentryNlRow) bucketOf() bucketOf {
	of := bucketOf{r.Account, r.What}
	of.what.Bucket = 0
	return of
}

func (s *Source) count(r *fentryNlRow) capture.Count {
	is := func(f fentryNlRowFlag) bool { return r.What.Flags&uint8(f) != 0 }
	c := capture.Count{
		Proc:     capture.Proc{Comm: comm(r.Name[:]), Name: comm(r.Name[:]), Life: r.Life, CgroupID: r.Cgroup},
		NetNS:    uint64(r.Netns),
		Socket:   capture.Socket{Inode: r.Inode, PortID: r.Port},
		Protocol: r.Protocol,
		Type:     r.What.Type,
		Sub:      r.What.Sub,
		Out:      is(fentryNlRowFlagNL_ROW_OUT),
		Request:  is(fentryNlRowFlagNL_ROW_REQUEST),
		Event:    is(fentryNlRowFlagNL_ROW_EVENT),
		Peer:     is(fentryNlRowFlagNL_ROW_PEER),
		Messages: r.Messages, Bytes: r.Bytes, NoDevs: r.Nodev, Errno: int32(r.Err),
		Events: r.Casts, Deliveries: r.Deliveries,
		Tally: capture.Tally{
			Errors: r.Errors, Probes: r.Probes, Drops: r.Drops, NobufsRaised: r.NobufsRaised, NobufsRead: r.NobufsRead,
			Kernel:  capture.Times{Count: r.KernelCount, Sum: nanoseconds(r.KernelNs), Max: nanoseconds(r.KernelMax)},
			Latency: capture.Times{Count: r.LatencyCount, Sum: nanoseconds(r.LatencyNs), Max: nanoseconds(r.LatencyMax)},
		},
	}
	c.Proc.PID, c.Proc.Outside = number(r.Tgid)
	// Not in /proc: what the kernel told may still lie in the ring.
	s.processes.fill(&c.Proc, false)
	if r.Last != 0 {
		c.Last = s.wallTime(r.Last)
	}
	switch {
	case is(fentryNlRowFlagNL_ROW_CAUSE):
		c.Of = capture.CountCause
	case is(fentryNlRowFlagNL_ROW_SOCKET):
		c.Of = capture.CountSocket
	case is(fentryNlRowFlagNL_ROW_BARE) && r.Protocol == capture.NETLINK_KOBJECT_UEVENT:
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

var _ = [1]struct{}{}[tableSize-fentryNlLimitNL_ROWS]

// makeTables creates the tables and gives the kernel the first.
func makeTables(m map[string]*ebpf.Map, spec *ebpf.MapSpec) (*tables, error) {
	t := &tables{outer: m["count_table"], claims: m["count_claims"], rest: m["count_rest"]}
	for i := range t.inner {
		m, err := ebpf.NewMap(spec)
		if err != nil {
			return t, fmt.Errorf("create table of counters: %w", err)
		}
		t.inner[i] = m
		if t.memory[i], t.rows[i], err = mapRows(m); err != nil {
			return t, fmt.Errorf("map table of counters: %w", err)
		}
		t.rows[i][tableSize].Account = uint64(i) // count_row_slot()
	}
	t.used = 1
	return t, t.swap()
}

// mapRows maps the memory of an array of rows.
func mapRows(m *ebpf.Map) ([]byte, []fentryNlRow, error) {
	n := int(m.MaxEntries())
	size := n * int(unsafe.Sizeof(fentryNlRow{}))
	page := os.Getpagesize()
	b, err := unix.Mmap(m.FD(), 0, (size+page-1)/page*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, err
	}
	return b, unsafe.Slice((*fentryNlRow)(unsafe.Pointer(unsafe.SliceData(b))), n), nil
}

func (t *tables) Close() error {
	var errs []error
	for i, m := range t.inner {
		if b := t.memory[i]; b != nil {
			errs = append(errs, unix.Munmap(b))
			t.memory[i], t.rows[i] = nil, nil
		}
		if m != nil {
			errs = append(errs, m.Close())
		}
	}
	return errors.Join(errs...)
}
