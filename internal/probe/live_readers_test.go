// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// How a socket is read: a queue that is left alone for a while, then emptied.
// Every delivery tells since when nobody has read, the table of readers the rest.
func TestLiveReaders(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		const first, rest, pause = 3, 4, 300 * time.Millisecond
		a, b := newSock(t, unix.NETLINK_USERSOCK), newSock(t, unix.NETLINK_USERSOCK)
		r := record(t, backend, capture.Filter{}, Options{}, func(f *capture.Frame) bool {
			return f.Kind == capture.KindDatagram && f.Socket.Inode == b.ino
		})
		send := func(n int) {
			for range n {
				if err := a.send(nltest.Native.Message(0x20, 0, 0, 0, make([]byte, 400)), b.port); err != nil {
					t.Fatal(err)
				}
			}
		}
		began := time.Now()
		send(first)
		time.Sleep(pause)
		send(rest)
		for range first + rest {
			// What only looks takes nothing.
			buf := make([]byte, 1024)
			if _, _, err := unix.Recvfrom(b.fd, buf, unix.MSG_PEEK); err != nil {
				t.Fatal(err)
			}
			if _, err := b.recv(1024); err != nil {
				t.Fatal(err)
			}
		}
		took := time.Since(began)
		rs, _, err := r.src.Readers()
		if err != nil {
			t.Fatal(err)
		}
		frames := r.stop()
		if len(frames) != first+rest {
			t.Fatalf("%d frames", len(frames))
		}
		last := frames[len(frames)-1].Queue
		if frames[0].Queue.Idle != 0 || last.Idle < pause || last.Idle > took || last.HighWater != last.RMem || last.RMem == 0 {
			t.Errorf("first %+v, last %+v, all took %v", frames[0].Queue, last, took)
		}
		found := false
		for _, x := range rs {
			if x.Inode != b.ino {
				continue
			}
			found = true
			if x.Reads != first+rest || x.Stall < pause || x.Stall > took || x.HighWater != last.HighWater || x.Last.Before(began) {
				t.Errorf("%+v, all took %v", x, took)
			}
		}
		if !found {
			t.Errorf("the reader is not among %d", len(rs))
		}
	})
}
