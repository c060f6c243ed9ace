// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"maps"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/histogram"
	"github.com/nltop/nltop/internal/nltest"
)

// counted sums what a source counts.
type counted struct {
	messages, bytes, kernel uint64
	rows                    int
	rest                    capture.Count
}

func (s *counted) read(t *testing.T, src *Source, of func(*capture.Count) bool) {
	t.Helper()
	rest, err := src.Counts(func(c *capture.Count) {
		if !of(c) {
			return
		}
		s.rows++
		s.messages += c.Messages
		s.bytes += c.Bytes
		s.kernel += c.Kernel.Count
	})
	if err != nil {
		t.Fatal(err)
	}
	s.rest = rest.Rows
}

// Counters are exact at a rate at which the ring loses most, with several
// threads counting in one row and the tables swapped all the while.
func TestLiveCountsFlood(t *testing.T) {
	const each, threads = 25_000, 4
	eachBackend(t, func(t *testing.T, backend string) {
		s := newSock(t, unix.NETLINK_ROUTE)
		half, thrice := make(chan struct{}), make(chan struct{})
		r := record(t, backend, capture.Filter{PIDs: []uint32{uint32(os.Getpid())}}, Options{RingBytes: 64 << 10, Counts: true},
			func(*capture.Frame) bool { <-half; return false }) // so that the ring overflows, however slow the senders
		mine := func(c *capture.Count) bool { return c.Socket.Inode == s.ino && c.Type == noop }
		msg := nltest.Native.Message(noop, unix.NLM_F_REQUEST, 0, 0, make([]byte, 48))
		var wg sync.WaitGroup
		var fill sync.WaitGroup
		fill.Add(threads)
		for range threads {
			wg.Go(func() {
				filled := sync.OnceFunc(fill.Done)
				defer filled()
				for i := range each {
					switch i {
					case each / 2:
						filled()
					case each - 1:
						<-thrice // read so often while messages come
					}
					if err := unix.Sendto(s.fd, msg, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		sent := make(chan struct{})
		go func() { fill.Wait(); close(half) }()
		go func() { wg.Wait(); close(sent) }()
		var sum counted
		readings := 0
		for done := false; !done; readings++ {
			select {
			case <-sent:
				done = true
			case <-time.After(5 * time.Millisecond):
			}
			sum.read(t, r.src, mine)
			if readings == 2 {
				close(thrice)
			}
		}
		r.stop()
		sum.read(t, r.src, mine)
		lost, skipped := uint64(0), uint64(0)
		for _, l := range r.src.Stats().Lost {
			switch l.Reason {
			case "ring buffer full":
				lost = l.Count
			case "hook recursion":
				skipped = l.Count
			}
		}
		t.Logf("%d readings, %d messages counted, %d skipped by the kernel, the ring lost %d", readings, sum.messages, skipped, lost)
		// A preemptible kernel does not run a program for one task while another
		// was preempted in it on the same processor, but counts that.
		if sum.messages+skipped != each*threads || sum.bytes != sum.messages*uint64(len(msg)) || sum.rest.Messages != 0 {
			t.Errorf("counted %+v of %d messages", sum, each*threads)
		}
		// Before 6.7 the kernel does not say how many returns a kretprobe misses.
		if backend == capture.SourceFentry && skipped == 0 && sum.kernel != each*threads {
			t.Errorf("the times of %d sends", sum.kernel)
		}
		if lost == 0 || readings < 3 {
			t.Errorf("not put to the test: the ring lost %d, %d readings", lost, readings)
		}
	})
}

// What finds no room in the table is in the rest, to the message.
func TestLiveCountsFull(t *testing.T) {
	const types = tableSize + 3000
	eachBackend(t, func(t *testing.T, backend string) {
		a, b := newSock(t, unix.NETLINK_USERSOCK), newSock(t, unix.NETLINK_USERSOCK)
		r := record(t, backend, capture.Filter{PIDs: []uint32{uint32(os.Getpid())}}, Options{Counts: true, Watch: capture.WatchNothing}, nil)
		for i := range types {
			if err := a.send(nltest.Native.Message(uint16(256+i), 0, 0, 0), b.port); err != nil {
				t.Fatal(err)
			}
			if _, err := b.recv(64); err != nil {
				t.Fatal(err)
			}
		}
		if frames := r.stop(); len(frames) != 0 {
			t.Errorf("%d frames although nobody watches", len(frames))
		}
		var sum counted
		sum.read(t, r.src, func(c *capture.Count) bool { return c.Protocol == unix.NETLINK_USERSOCK })
		t.Logf("%d rows, %d messages, rest %d", sum.rows, sum.messages, sum.rest.Messages)
		if sum.messages+sum.rest.Messages != types || sum.rest.Messages == 0 || sum.rows > tableSize {
			t.Errorf("%d in %d rows and %d in the rest are not %d", sum.messages, sum.rows, sum.rest.Messages, types)
		}
		again := counted{}
		again.read(t, r.src, func(*capture.Count) bool { return true })
		if again.rows != 0 {
			t.Errorf("%d rows were read twice", again.rows)
		}
	})
}

// Latencies are those of the frames, and the kernel's buckets those of package
// histogram.
func TestLiveCountsLatency(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		s := newSock(t, unix.NETLINK_ROUTE)
		r := record(t, backend, capture.Filter{PIDs: []uint32{uint32(os.Getpid())}}, Options{Counts: true},
			func(f *capture.Frame) bool { return f.Kind == capture.KindDatagram && f.Socket.Inode == s.ino })
		const n = 50
		for i := range n {
			if err := s.send(nltest.Native.Message(noop, unix.NLM_F_REQUEST|unix.NLM_F_ACK, uint32(i), 0), 0); err != nil {
				t.Fatal(err)
			}
			if _, err := s.recv(64); err != nil {
				t.Fatal(err)
			}
		}
		frames := r.stop()
		if len(frames) != 2*n {
			t.Fatalf("%d frames of %d requests", len(frames), n)
		}
		var sum time.Duration
		want, got := map[uint16]uint64{}, map[uint16]uint64{}
		for i := 0; i < 2*n; i += 2 {
			d := frames[i+1].Time.Sub(frames[i].Time)
			sum += d
			want[histogram.Number(uint64(d))]++
		}
		_, err := r.src.Counts(func(c *capture.Count) {
			if c.Socket.Inode != s.ino || !c.Out {
				return
			}
			if c.Messages != n || c.Latency.Count != n || c.Latency.Sum != sum {
				t.Errorf("counted %+v, the frames tell %v", c, sum)
			}
			for _, b := range c.Buckets {
				got[b.Number] += b.Count
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(got, want) {
			t.Errorf("buckets %v, want %v", got, want)
		}
	})
}
