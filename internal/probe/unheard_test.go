// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"unsafe"

	"github.com/nltop/nltop/internal/capture"
)

func unsettled(id uint64, inline string) []byte {
	n := uint32(len(inline))
	return full(nlFull{Id: id, Dir: uint8(capture.DirEvent), Verdict: uint8(capture.VerdictUnheard),
		Flags: uint8(fentryNlFlagNL_FLAG_UNSETTLED), OrigLen: n, CapLen: n, Group: 1, Cast: id}, []byte(inline))
}

func settled(id uint64, heard uint32) []byte {
	r := fentryNlSettled{Record: uint32(fentryNlRecordNL_RECORD_SETTLED), Heard: heard, Id: id}
	return bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(&r)), settledSize))
}

// An event is held until it is known that nobody got it, and is none if somebody did.
func TestUnheard(t *testing.T) {
	for _, lent := range []bool{false, true} {
		var out []*capture.Frame
		a := testAssembler(&out)
		if lent {
			a.lend(func(fs []capture.Frame) error {
				for i := range fs {
					f := fs[i]
					f.Data = bytes.Clone(f.Data)
					out = append(out, &f)
				}
				return nil
			})
		}
		large := nlFull{Id: 4, Dir: uint8(capture.DirEvent), Verdict: uint8(capture.VerdictUnheard),
			Flags: uint8(fentryNlFlagNL_FLAG_UNSETTLED), OrigLen: 8, CapLen: 8}
		first := unsettled(1, "abcd")
		mustAdd(t, a, first, unsettled(2, "efgh"), full(nlFull{Id: 3, OrigLen: 1, CapLen: 1}, []byte("x")),
			full(large, nil), chunk(4, 0, []byte("ijkl")), chunk(4, 4, []byte("mnop")))
		clear(first)
		mustAdd(t, a, settled(2, 1), settled(4, 0), settled(1, 0), unsettled(5, "lost"))
		large.Id = 6 // of which a chunk had no room
		mustAdd(t, a, full(large, nil), chunk(6, 0, []byte("qrst")), settled(6, 0))
		var bad *recordError
		if err := a.add(settled(2, 0)); !errors.As(err, &bad) {
			t.Errorf("settled twice: %v", err)
		}
		if err := a.add(settled(1, 0)[:settledSize-1]); !errors.As(err, &bad) {
			t.Errorf("short: %v", err)
		}
		if err := a.flush(); err != nil {
			t.Fatal(err)
		}
		var got []string
		for i, f := range out {
			got = append(got, string(f.Data))
			if f.ID != uint64(i+1) || i > 0 && (f.Verdict != capture.VerdictUnheard || f.Dir != capture.DirEvent) {
				t.Errorf("frame %d: %+v", i, f)
			}
		}
		if want := []string{"x", "ijklmnop", "abcd", "qrst"}; !slices.Equal(got, want) || out[3].OrigLen != 8 {
			t.Errorf("lent %v: %q, want %q", lent, got, want)
		}
		if a.orphans.Load() != 1 || len(a.held.frames) != 0 {
			t.Errorf("%d orphans, %d held", a.orphans.Load(), len(a.held.frames))
		}
	}
}

// Events whose end is missing are bounded, and the oldest is given up first.
func TestHeldIsBounded(t *testing.T) {
	var out []*capture.Frame
	a := testAssembler(&out)
	for i := range uint64(10 * maxHeld) {
		mustAdd(t, a, unsettled(2*i+2, "x"), unsettled(2*i+3, "y"), settled(2*i+3, 1))
	}
	if n := len(a.held.frames); n > maxHeld || n < maxHeld-1 || len(a.held.order) > 4*maxHeld+1 {
		t.Errorf("%d are held, in an order of %d", len(a.held.frames), len(a.held.order))
	}
	mustAdd(t, a, settled(2*10*maxHeld, 0))
	if len(out) != 1 || int(a.orphans.Load())+len(a.held.frames)+1 != 10*maxHeld {
		t.Errorf("%d frames, %d orphans", len(out), a.orphans.Load())
	}
}
