// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"
	"unsafe"
)

// fakeRing is a ring in ordinary memory, with the kernel's side. What the kernel
// maps twice is written twice.
type fakeRing struct {
	*ring
	t   *testing.T
	at  uint64 // where the kernel writes next
	pos [2]uint64
	mem []uint64
}

func newFakeRing(t *testing.T, size int, start uint64) *fakeRing {
	k := &fakeRing{ring: &ring{}, t: t, at: start, pos: [2]uint64{start, start}, mem: make([]uint64, 2*size/8)}
	data := unsafe.Slice((*byte)(unsafe.Pointer(&k.mem[0])), 2*size)
	if err := k.lay(&k.pos[0], &k.pos[1], data); err != nil {
		t.Fatal(err)
	}
	return k
}

// put writes a record with this header, and returns whether there was room.
func (k *fakeRing) put(header uint32, body []byte) bool {
	size := uint64(len(body)+ringHeader+7) &^ 7
	if k.at+size-k.pos[0] > k.size {
		return false
	}
	b := make([]byte, size)
	binary.NativeEndian.PutUint32(b, header)
	copy(b[ringHeader:], body)
	for i, c := range b {
		off := (k.at + uint64(i)) % k.size
		k.data[off], k.data[off+k.size] = c, c
	}
	k.at += size
	k.pos[1] = k.at
	return true
}

func (k *fakeRing) commit(body []byte) bool { return k.put(uint32(len(body)), body) }

func (k *fakeRing) expect(want []byte) {
	k.t.Helper()
	if rec, err := k.next(); err != nil || !bytes.Equal(rec, want) {
		k.t.Fatalf("record %q, %v, want %q", rec, err, want)
	}
}

func (k *fakeRing) expectError(want error) {
	k.t.Helper()
	if rec, err := k.next(); err != want {
		k.t.Fatalf("record %q, %v, want %v", rec, err, want)
	}
}

// Records of every length go round many times, from a position that is no
// multiple of the size.
func TestRingWraps(t *testing.T) {
	k := newFakeRing(t, 1024, 1<<40+1016)
	k.expectError(errRingEmpty)
	for i := range 3000 {
		one := bytes.Repeat([]byte{byte(i), 1}, i%200)
		two := []byte{byte(i), 2, 3}
		if !k.commit(one) || !k.commit(two) {
			t.Fatalf("round %d: no room for what was released", i)
		}
		k.expect(one)
		k.expect(two)
		if k.pos[0] == k.at {
			t.Fatal("the last record was released while it may be in use")
		}
		k.expectError(errRingEmpty)
		k.release()
		if k.pos[0] != k.at {
			t.Fatalf("released up to %#x of %#x", k.pos[0], k.at)
		}
	}
}

// The kernel gets room back before the ring is empty, but not before the reader says.
func TestRingReleases(t *testing.T) {
	k := newFakeRing(t, 256<<10, 0)
	body := make([]byte, 1000)
	for k.commit(body) {
	}
	for range 100 {
		if k.due() {
			if k.pos[0] != 0 || k.ring.pos > releaseBytes+4096 {
				t.Errorf("released %d of %d bytes", k.pos[0], k.ring.pos)
			}
			k.release()
			if k.pos[0] != k.ring.pos {
				t.Errorf("released %d of %d bytes", k.pos[0], k.ring.pos)
			}
			return
		}
		k.expect(body)
	}
	t.Errorf("%d bytes are read, and release is not due", k.ring.pos)
}

func TestRingSkipsAndWaits(t *testing.T) {
	k := newFakeRing(t, 1024, 0)
	k.put(ringDiscard|4, []byte("gone"))
	k.commit([]byte("here"))
	k.put(ringDiscard|4, []byte("gone"))
	at := k.at
	k.put(ringBusy|5, []byte("later"))
	k.expect([]byte("here"))
	k.expectError(errRingBusy)
	k.expectError(errRingBusy)
	binary.NativeEndian.PutUint32(k.data[at:], 5)
	k.expect([]byte("later"))
	k.put(ringDiscard, nil)
	k.expectError(errRingEmpty)
}

// A ring that lies ends with an error, and nothing outside of it is read.
func TestRingLies(t *testing.T) {
	for name, lie := range map[string]func(k *fakeRing){
		"longer than what is written": func(k *fakeRing) { k.put(9, []byte("12345678")) },
		"longer than the ring":        func(k *fakeRing) { k.put(ringDiscard-1, []byte("12345678")) },
		"discarded beyond the end":    func(k *fakeRing) { k.put(ringDiscard|4096, []byte("12345678")) },
		"half a header":               func(k *fakeRing) { k.pos[1] += 4 },
		"more than the ring holds":    func(k *fakeRing) { k.pos[1] += k.size + 8 },
		"producer behind consumer":    func(k *fakeRing) { k.pos[1] -= 8 },
	} {
		k := newFakeRing(t, 1024, 4096)
		lie(k)
		if rec, err := k.next(); err == nil || err == errRingEmpty || err == errRingBusy {
			t.Errorf("%s: record of %d bytes, %v", name, len(rec), err)
		}
	}
	for name, r := range map[string]struct {
		size  int
		start uint64
	}{"no power of two": {1016, 0}, "no ring": {0, 0}, "not aligned": {1024, 4}} {
		pos := [2]uint64{r.start, r.start}
		if err := new(ring).lay(&pos[0], &pos[1], make([]byte, 2*r.size)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// FuzzRing lets the kernel write anything.
func FuzzRing(f *testing.F) {
	f.Add([]byte{4, 0, 0, 0, 0, 0, 0, 0, 'a', 'b', 'c', 'd', 0, 0, 0, 0}, uint64(0), uint64(16))
	f.Add([]byte{4, 0, 0, 0x40}, uint64(248), uint64(256))
	f.Add([]byte{0xff, 0xff, 0xff, 0x3f}, uint64(1<<63), uint64(8))
	f.Fuzz(func(t *testing.T, data []byte, start, ahead uint64) {
		mem := make([]uint64, 64)
		ring2 := unsafe.Slice((*byte)(unsafe.Pointer(&mem[0])), 512)
		copy(ring2, data)
		copy(ring2[256:], ring2[:256])
		pos := [2]uint64{start, start + ahead}
		r := &ring{}
		if r.lay(&pos[0], &pos[1], ring2) != nil {
			return
		}
		got := 0
		for {
			rec, err := r.next()
			if err != nil {
				break
			}
			if got += len(rec) + ringHeader; got > 512 {
				t.Fatalf("%d bytes read of %d", got, ahead)
			}
		}
	})
}

func TestRingWakeAndClose(t *testing.T) {
	k := newFakeRing(t, 1024, 0)
	if !k.enter() {
		t.Fatal("a new ring is closed")
	}
	k.commit([]byte("x"))
	if err := k.ring.close(); err != nil {
		t.Fatal(err)
	}
	k.expectError(errRingClosed)
	if err := k.wait(time.Hour, 1); err != nil {
		t.Error(err)
	}
	if err := k.leave(); err != nil || k.data != nil {
		t.Errorf("the last reader left the mapping: %v", err)
	}
	if k.enter() {
		t.Error("a closed ring can be read")
	}
}
