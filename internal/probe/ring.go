// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"
)

// What a record begins with, include/uapi/linux/bpf.h:
//
//	enum {
//		BPF_RINGBUF_BUSY_BIT		= (1U << 31),
//		BPF_RINGBUF_DISCARD_BIT		= (1U << 30),
//		BPF_RINGBUF_HDR_SZ		= 8,
//	};
//
// and kernel/bpf/ringbuf.c:
//
//	struct bpf_ringbuf_hdr {
//		u32 len;
//		u32 pg_off;
//	};
const (
	ringBusy    = 1 << 31
	ringDiscard = 1 << 30
	ringHeader  = 8
)

// releaseBytes is how much is read before the kernel gets the room back, so that
// its processors and this one do not share a cache line per record; of a small ring
// an eighth.
const releaseBytes = 64 << 10

// Why ring.next has no record.
var (
	errRingEmpty  = errors.New("ring buffer is empty")
	errRingBusy   = errors.New("the next record is not committed yet")
	errRingClosed = errors.New("ring buffer is closed")
)

// ring reads a BPF_MAP_TYPE_RINGBUF in place. One goroutine reads, between enter
// and leave; wake and close are for any.
type ring struct {
	consumer, producer *uint64
	data               []byte // twice the same memory, so that no record is in two pieces
	size               uint64 // of one of the two
	much               uint64 // see due

	pos      uint64 // of the next record
	head     uint64 // the kernel's position when it was last looked at
	released uint64 // what the kernel has been told of pos

	closed atomic.Bool

	mu      sync.Mutex // guards what follows, and the mappings
	reading bool
	woken   bool
	file    *os.File // the map, for the poller; nil: of a test
	conn    syscall.RawConn
	maps    [][]byte
}

// openRing maps a ring buffer, as bpf_ringbuf_alloc lays it out: a page with the
// consumer's position, one with the producer's, and the data, twice in a row.
func openRing(m *ebpf.Map) (_ *ring, err error) {
	page, size := os.Getpagesize(), int(m.MaxEntries())
	r := &ring{}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	cons, err := unix.Mmap(m.FD(), 0, page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map consumer page: %w", err)
	}
	r.maps = append(r.maps, cons)
	prod, err := unix.Mmap(m.FD(), int64(page), page+2*size, unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map data pages: %w", err)
	}
	r.maps = append(r.maps, prod)
	if err := r.poll(m.FD()); err != nil {
		return nil, err
	}
	return r, r.lay((*uint64)(unsafe.Pointer(&cons[0])), (*uint64)(unsafe.Pointer(&prod[0])), prod[page:])
}

// lay begins to read where the consumer left off.
func (r *ring) lay(consumer, producer *uint64, data []byte) error {
	r.consumer, r.producer, r.data, r.size = consumer, producer, data, uint64(len(data)/2)
	if r.size < ringHeader || r.size&(r.size-1) != 0 {
		return fmt.Errorf("a ring of %d bytes is no power of two", r.size)
	}
	r.much = min(releaseBytes, r.size/8)
	r.pos = atomic.LoadUint64(consumer)
	if r.pos%8 != 0 {
		return fmt.Errorf("the consumer's position %#x is not aligned", r.pos)
	}
	r.head, r.released = r.pos, r.pos
	return nil
}

// poll gives the map to Go's poller, which waits with EPOLLET: only a wake-up by
// the kernel ends a wait (emit_wake in bpf/emit.h), not that a byte is in the ring.
func (r *ring) poll(fd int) error {
	dup, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("duplicate descriptor: %w", err)
	}
	if err := unix.SetNonblock(dup, true); err != nil {
		return errors.Join(fmt.Errorf("set O_NONBLOCK: %w", err), unix.Close(dup))
	}
	r.file = os.NewFile(uintptr(dup), "ring buffer")
	if r.conn, err = r.file.SyscallConn(); err != nil {
		return fmt.Errorf("poll ring buffer: %w", err)
	}
	if err := r.file.SetReadDeadline(time.Time{}); err != nil {
		return fmt.Errorf("poll ring buffer: %w", err)
	}
	return nil
}

// next returns the next record, which lies in the ring and is valid until release is
// called. Any error but the three above is final.
func (r *ring) next() ([]byte, error) {
	for {
		if r.pos == r.head {
			if err := r.look(); err != nil {
				return nil, err
			}
		}
		left := r.head - r.pos
		off := r.pos & (r.size - 1)
		first := &r.data[off]
		head := atomic.LoadUint32((*uint32)(unsafe.Pointer(first)))
		if head&ringBusy != 0 {
			return nil, errRingBusy
		}
		length := uint64(head &^ ringDiscard)
		whole := (length + ringHeader + 7) &^ 7
		if whole > left {
			return nil, fmt.Errorf("record of %d bytes at %#x of the ring buffer, which holds %d there", length, r.pos, left)
		}
		r.pos += whole
		if head&ringDiscard == 0 {
			// Below 2*size: what is left is at most size, and so much of data is behind off.
			return unsafe.Slice((*byte)(unsafe.Add(unsafe.Pointer(first), ringHeader)), int(length)), nil
		}
	}
}

// look asks for the kernel's position, when all records up to the one that was seen last
// are read. Records with their headers take a multiple of 8 bytes, so wherever next is
// before that position, there is a header.
func (r *ring) look() error {
	if r.closed.Load() {
		return errRingClosed
	}
	head := atomic.LoadUint64(r.producer)
	switch left := head - r.pos; {
	case left == 0:
		return errRingEmpty
	case left > r.size || left%ringHeader != 0:
		return fmt.Errorf("ring buffer of %d bytes claims to hold %d", r.size, left)
	}
	r.head = head
	return nil
}

// due says whether so much was read that the kernel should have the room.
func (r *ring) due() bool { return r.pos-r.released >= r.much }

// release gives the kernel the room of all records that next has returned.
func (r *ring) release() {
	if r.released != r.pos {
		r.released = r.pos
		atomic.StoreUint64(r.consumer, r.pos)
	}
}

// wait returns after d, or when the kernel, wake or close asks for attention, at
// once if enough bytes lie in the ring: an edge that came before is not told again.
func (r *ring) wait(d time.Duration, enough uint64) error {
	r.mu.Lock()
	if r.woken || r.closed.Load() || r.file == nil {
		r.woken = false
		r.mu.Unlock()
		return nil
	}
	err := r.file.SetReadDeadline(time.Now().Add(d))
	r.mu.Unlock()
	if err == nil {
		looked := false
		err = r.conn.Read(func(uintptr) bool {
			if looked {
				return true
			}
			looked = true
			return atomic.LoadUint64(r.producer)-r.pos >= enough
		})
	}
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) || r.closed.Load() {
		return nil
	}
	return fmt.Errorf("wait for ring buffer: %w", err)
}

// wake ends a wait, the next one if there is none.
func (r *ring) wake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.woken = true
	if r.file != nil && !r.closed.Load() {
		_ = r.file.SetReadDeadline(time.Unix(0, 1)) // else the wait ends by itself
	}
}

// enter says that the mappings are in use, and whether they still can be.
func (r *ring) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reading = !r.closed.Load()
	return r.reading
}

// leave is the end of enter.
func (r *ring) leave() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reading = false
	if r.closed.Load() {
		return r.unmap()
	}
	return nil
}

// close ends a wait. The mappings stay for a reader until it leaves, which may be
// its own caller.
func (r *ring) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed.Swap(true) || r.reading {
		return r.unpoll()
	}
	return errors.Join(r.unpoll(), r.unmap())
}

func (r *ring) unpoll() error {
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	r.file = nil
	return err
}

func (r *ring) unmap() error {
	var errs []error
	for _, m := range r.maps {
		errs = append(errs, unix.Munmap(m))
	}
	r.maps, r.data = nil, nil
	return errors.Join(errs...)
}
