// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// NLMSG_NOOP is handled by every protocol alike: netlink_rcv_skb() skips it.
const noop = unix.NLMSG_NOOP

// What was seen and what was counted as lost is what was sent, to the
// message: with a ring that is large enough or nearly so, and with one that
// is far too small.
func TestLiveLoad(t *testing.T) {
	const sent = 100_000
	for _, ring := range []int{DefaultRingBytes, 64 << 10} {
		eachBackend(t, func(t *testing.T, backend string) {
			forgetHighWater(t)
			s := newSock(t, unix.NETLINK_ROUTE)
			seen := make([]uint8, sent)
			stray := 0
			// The small ring overflows, however fast the reader: it begins late.
			begin := make(chan struct{})
			if ring == DefaultRingBytes {
				close(begin)
			}
			r := record(t, backend, capture.Filter{PIDs: []uint32{uint32(os.Getpid())}}, Options{RingBytes: ring},
				func(f *capture.Frame) bool {
					<-begin
					if f.Kind != capture.KindDatagram {
						return false
					}
					seq := uint32(sent)
					if len(f.Data) == 64 {
						seq = binary.NativeEndian.Uint32(f.Data[8:])
					}
					if seq >= sent {
						stray++
						return false
					}
					seen[seq]++
					return false
				})
			msg := nltest.Native.Message(noop, unix.NLM_F_REQUEST, 0, 0, make([]byte, 48))
			to := &unix.SockaddrNetlink{Family: unix.AF_NETLINK}
			for i := range sent {
				binary.NativeEndian.PutUint32(msg[8:], uint32(i))
				if err := unix.Sendto(s.fd, msg, 0, to); err != nil {
					t.Fatal(err)
				}
				if ring != DefaultRingBytes && i == sent/2 {
					close(begin)
				}
			}
			r.stop()
			st := r.src.Stats()
			n := uint64(0)
			for i, c := range seen {
				n += uint64(c)
				if c > 1 {
					t.Fatalf("message %d was seen %d times", i, c)
				}
			}
			t.Logf("ring %d KiB: %d seen, lost %v, %d reports lost, high-water mark %d MiB", ring>>10, n, st.Lost, st.LostReports, highWater(t)>>20)
			if n+st.LostTotal() != sent || stray != 0 || st.Frames != n {
				t.Errorf("%d seen + %d lost ≠ %d sent (%d strays, %d frames counted)", n, st.LostTotal(), sent, stray, st.Frames)
			}
			if ring == 64<<10 && st.LostTotal() == 0 {
				t.Error("a ring of 64 KiB lost nothing: what is said of losses was not put to the test")
			}
			if hw := highWater(t); hw > 128<<20 {
				t.Errorf("resident memory reached %d MiB", hw>>20)
			}
		})
	}
}

// forgetHighWater begins VmHWM anew (proc(5), clear_refs): other tests of this
// process have left theirs.
func forgetHighWater(t *testing.T) {
	t.Helper()
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
}

// highWater is VmHWM, the peak of the resident set.
func highWater(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "VmHWM:" {
			kib, err := strconv.Atoi(f[1])
			if err != nil {
				t.Fatal(err)
			}
			return kib << 10
		}
	}
	t.Fatal("no VmHWM")
	return 0
}

// batch makes one datagram of n messages of 488 bytes, as large as an nft
// batch of n rules.
func batch(n int) []byte {
	var b []byte
	for i := range n {
		b = append(b, nltest.Native.Message(noop, unix.NLM_F_REQUEST, uint32(i), 0, bytes.Repeat([]byte{byte(i), byte(i >> 8)}, 236))...)
	}
	return b
}

// One datagram of 476 KiB is one frame, whole; with a snap length it is cut
// there and says so; the longest that the programs copy is cut at that. What copies is one
// for all programs: with one backend on a kernel every length is tried.
func TestLiveLargeDatagram(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		snaps := []int{0, 0x8001, 4 << 20, 100_000, 0x8000, 1}
		if !slices.Contains(oneBackend(), backend) {
			snaps = snaps[:2]
		}
		for _, snap := range snaps {
			largeDatagrams(t, backend, snap)
		}
	})
}

func largeDatagrams(t *testing.T, backend string, snap int) {
	t.Helper()
	s := newSock(t, unix.NETLINK_ROUTE)
	if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, 8<<20); err != nil {
		t.Fatal(err)
	}
	r := record(t, backend, capture.Filter{PIDs: []uint32{uint32(os.Getpid())}}, Options{Snap: snap}, nil)
	var sent [][]byte
	total := 0
	for _, messages := range []int{1000, 4400} {
		data := batch(messages)
		if err := s.send(data, 0); err != nil {
			t.Fatal(err)
		}
		sent, total = append(sent, data), total+len(data)
	}
	frames := of(r.stop(), func(f *capture.Frame) bool { return f.Kind == capture.KindDatagram })
	if len(frames) != len(sent) {
		t.Fatalf("snap %d: %d frames", snap, len(frames))
	}
	for i, data := range sent {
		f, want := frames[i], min(cmp.Or(snap, DefaultSnap), len(data))
		if f.OrigLen != len(data) || len(f.Data) != want || !bytes.Equal(f.Data, data[:want]) || f.Cut() != (want < len(data)) {
			t.Errorf("%d bytes, snap %d: %d of %d bytes, want %d", len(data), snap, len(f.Data), f.OrigLen, want)
		}
	}
	if st := r.src.Stats(); st.LostTotal() != 0 || st.Bytes != uint64(total) {
		t.Errorf("snap %d: stats %+v", snap, st)
	}
}

// A datagram that is longer than the ring is cut where the ring was full, and
// nothing waits for the rest.
func TestLiveLongerThanRing(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		s := newSock(t, unix.NETLINK_ROUTE)
		if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, 8<<20); err != nil {
			t.Fatal(err)
		}
		r := record(t, backend, capture.Filter{PIDs: []uint32{uint32(os.Getpid())}}, Options{RingBytes: 256 << 10}, nil)
		data := batch(1000)
		if err := s.send(data, 0); err != nil {
			t.Fatal(err)
		}
		frames := of(r.stop(), func(f *capture.Frame) bool { return f.Kind == capture.KindDatagram })
		if len(frames) != 1 {
			t.Fatalf("%d frames", len(frames))
		}
		f := frames[0]
		if f.OrigLen != len(data) || !f.Cut() || len(f.Data) < 128<<10 || !bytes.Equal(f.Data, data[:len(f.Data)]) {
			t.Errorf("%d of %d bytes", len(f.Data), f.OrigLen)
		}
		if st := r.src.Stats(); st.Cut != 1 || st.LostTotal() != 0 {
			t.Errorf("stats %+v", st)
		}
	})
}

// Under a flood the ring is never empty. Run ends all the same when it is
// told to, and counts what it emitted.
func TestLiveStopUnderFlood(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		ctx, cancel := context.WithCancel(context.Background())
		src, err := Open(backend, capture.Filter{PIDs: []uint32{uint32(os.Getpid())}}, Options{RingBytes: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		stop := make(chan struct{})
		var senders sync.WaitGroup
		for range 2 {
			s := newSock(t, unix.NETLINK_ROUTE)
			senders.Go(func() {
				msg := nltest.Native.Message(noop, unix.NLM_F_REQUEST, 0, 0, make([]byte, 1000))
				for {
					select {
					case <-stop:
						return
					default:
					}
					if err := s.send(msg, 0); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		n := uint64(0)
		err = src.Run(ctx, func(f *capture.Frame) error {
			if f.Kind == capture.KindDatagram {
				n++
			}
			if n == 20_000 {
				cancel()
			}
			return nil
		})
		close(stop)
		senders.Wait()
		st := src.Stats()
		t.Logf("%d frames, %d lost", n, st.LostTotal())
		if err != nil || n < 20_000 || st.Frames != n {
			t.Errorf("%d frames, %d counted, error %v", n, st.Frames, err)
		}
	})
}

// What the consumer returns comes out of Run, whatever it is.
func TestLiveEmitError(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		src, err := Open(backend, capture.Filter{PIDs: []uint32{uint32(os.Getpid())}}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		if err := newSock(t, unix.NETLINK_ROUTE).send(nltest.Native.Message(noop, unix.NLM_F_REQUEST, 1, 0), 0); err != nil {
			t.Fatal(err)
		}
		if err := src.Run(context.Background(), func(*capture.Frame) error { return os.ErrClosed }); err != os.ErrClosed {
			t.Errorf("Run returned %v", err)
		}
	})
}
