// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// A dump, a request that the kernel refuses, a message to another socket and
// one to nobody: each with its direction, its process and its outcome.
func TestLiveRequests(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		before := newSock(t, unix.NETLINK_ROUTE)
		r := record(t, backend, capture.Filter{PIDs: []uint32{uint32(os.Getpid())}}, Options{}, nil)
		after := newSock(t, unix.NETLINK_ROUTE)

		dump := nltest.Native.Message(unix.RTM_GETLINK, unix.NLM_F_REQUEST|unix.NLM_F_DUMP, 1, 0, make([]byte, unix.SizeofIfInfomsg))
		var replies [][]byte
		if err := after.send(dump, 0); err != nil {
			t.Fatal(err)
		}
		for {
			b, err := after.recv(1 << 16)
			if err != nil {
				t.Fatal(err)
			}
			replies = append(replies, b)
			if binary.NativeEndian.Uint16(b[4:]) == unix.NLMSG_DONE || lastType(b) == unix.NLMSG_DONE {
				break
			}
		}
		refused := nltest.Native.Message(unix.RTM_GETLINK, unix.NLM_F_REQUEST, 2, 0, append([]byte{0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f}, make([]byte, 8)...))
		if err := before.send(refused, 0); err != nil {
			t.Fatal(err)
		}
		if _, err := before.recv(4096); err != nil {
			t.Fatal(err)
		}
		user := newSock(t, unix.NETLINK_USERSOCK)
		peer := newSock(t, unix.NETLINK_USERSOCK)
		hello := nltest.Native.Message(0x20, 0, 3, 0, []byte("hello"))
		if err := user.send(hello, peer.port); err != nil {
			t.Fatal(err)
		}
		nobody := nltest.Native.Message(0x21, 0, 4, 0, []byte("nobody"))
		if err := user.send(nobody, 0x7ffffff1); !errors.Is(err, unix.ECONNREFUSED) {
			t.Fatalf("send to nobody: %v", err)
		}
		frames := r.stop()

		for _, f := range frames {
			if f.Proc.PID != uint32(os.Getpid()) || f.Proc.Comm == "" || f.NetNS == 0 {
				t.Errorf("frame %+v lacks its process or namespace", f)
			}
			if f.Socket.Owner.PID != uint32(os.Getpid()) {
				t.Errorf("frame %d of socket %d: owner %+v", f.ID, f.Socket.Inode, f.Socket.Owner)
			}
		}
		req := exactlyOne(t, frames, capture.DirRequest, dump)
		if req.SrcPort != after.port || req.DstPort != 0 || req.Socket.Inode != after.ino || req.Verdict != capture.VerdictDelivered {
			t.Errorf("dump request: %+v", req)
		}
		got := of(frames, func(f *capture.Frame) bool { return f.Dir == capture.DirReply && f.Socket.Inode == after.ino })
		if len(got) != len(replies) {
			t.Fatalf("%d replies seen, %d received", len(got), len(replies))
		}
		for i, f := range got {
			if !bytes.Equal(f.Data, replies[i]) || f.DstPort != after.port || f.SrcPort != 0 || f.Cut() {
				t.Errorf("reply %d differs: %d bytes seen, %d received", i, len(f.Data), len(replies[i]))
			}
		}
		completion(t, frames, exactlyOne(t, frames, capture.DirRequest, refused), 0)
		if n := len(of(frames, func(f *capture.Frame) bool { return f.Socket.Inode == before.ino && msgType(f) == unix.NLMSG_ERROR })); n != 1 {
			t.Errorf("%d refusals seen", n)
		}
		p := exactlyOne(t, frames, capture.DirPeer, hello)
		if p.SrcPort != user.port || p.DstPort != peer.port || p.Socket.Inode != peer.ino || p.Group != 0 {
			t.Errorf("peer message: %+v", p)
		}
		completion(t, frames, p, 0)
		f := exactlyOne(t, frames, capture.DirPeer, nobody)
		if f.Verdict != capture.VerdictFailed || f.Errno != int32(unix.ECONNREFUSED) || f.DstPort != 0x7ffffff1 || f.Cut() {
			t.Errorf("failed send: %+v", f)
		}
	})
}

// lastType returns the type of a datagram's last message.
func lastType(b []byte) uint16 {
	var typ uint16
	for len(b) >= unix.NLMSG_HDRLEN {
		n := binary.NativeEndian.Uint32(b)
		typ = binary.NativeEndian.Uint16(b[4:])
		n = (n + 3) &^ 3
		if n < unix.NLMSG_HDRLEN || int(n) > len(b) {
			break
		}
		b = b[n:]
	}
	return typ
}

func exactlyOne(t *testing.T, frames []*capture.Frame, dir capture.Dir, data []byte) *capture.Frame {
	t.Helper()
	got := of(frames, func(f *capture.Frame) bool {
		return f.Kind == capture.KindDatagram && f.Dir == dir && bytes.Equal(f.Data, data)
	})
	if len(got) != 1 {
		for _, f := range frames {
			t.Logf("%d %v %v %v type %#x len %d errno %d", f.ID, f.Kind, f.Dir, f.Verdict, msgType(f), len(f.Data), f.Errno)
		}
		t.Fatalf("%d frames with direction %v and these %d bytes", len(got), dir, len(data))
	}
	return got[0]
}

// Hooks come and go one by one, and traffic does not wait for them: but for one
// at the beginning and the end, every request that is seen or counted is seen to be
// answered.
func TestLiveStart(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		s := newSock(t, unix.NETLINK_ROUTE)
		stop := refuseUntil(t, s)
		r := record(t, backend, capture.Filter{}, Options{Counts: true}, func(f *capture.Frame) bool { return f.Socket.Inode == s.ino })
		await(t, "requests are seen", func() bool {
			return r.count(func(f *capture.Frame) bool { return f.Dir == capture.DirRequest }) >= 20
		})
		frames := r.stop()
		sent := stop()
		asked, answered, done := map[uint32]bool{}, 0, 0
		for _, f := range frames {
			switch {
			case f.Kind == capture.KindCompletion:
				done++
			case f.Dir == capture.DirRequest:
				asked[binary.NativeEndian.Uint32(f.Data[8:])] = true
			case f.Dir == capture.DirReply && asked[binary.NativeEndian.Uint32(f.Data[8:])]:
				answered++
			}
		}
		t.Logf("of %d requests %d were seen, %d answers, %d ends", sent, len(asked), answered, done)
		// Two are cut in half, and a preemptible kernel skips programs (7.2).
		slack := 2 + skips(r.src)
		if len(asked) < 3 || answered < len(asked)-slack || done < len(asked)-slack {
			t.Errorf("%d requests were seen, %d answers, %d ends", len(asked), answered, done)
		}
		if n := r.src.Stats().LostReports; n > 0 {
			t.Errorf("%d reports were lost", n)
		}
		sameCounts(t, r.src, s, len(asked), slack)
	})
}

// sameCounts looks whether as many requests as replies of s are counted, and
// about as many as were seen.
func sameCounts(t *testing.T, src *Source, s *sock, seen, slack int) {
	t.Helper()
	var out, in, failed, times int
	for range 2 { // the second time there is nothing
		_, err := src.Counts(func(c *capture.Count) {
			switch {
			case c.Socket.Inode != s.ino:
				return
			case c.Out:
				out += int(c.Messages)
			default:
				in += int(c.Messages)
			}
			failed, times = failed+int(c.Errors), times+int(c.Latency.Count)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("counted: %d requests, %d answers, %d errors, %d latencies", out, in, failed, times)
	near := func(n int) bool { return n+slack >= out && n <= out+slack }
	if out < seen-slack || !near(in) || !near(failed) || !near(times) {
		t.Errorf("counted %d requests, %d answers, %d errors, %d latencies; seen %d", out, in, failed, times, seen)
	}
}

// refuseUntil sends requests that the kernel refuses, one after another, until
// the function that it returns is called, which says how many.
func refuseUntil(t *testing.T, s *sock) func() uint32 {
	stop, sent := make(chan struct{}), make(chan uint32, 1)
	body := append([]byte{0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f}, make([]byte, 8)...)
	go func() {
		seq := uint32(0)
		defer func() { sent <- seq }()
		for {
			select {
			case <-stop:
				return
			default:
			}
			seq++
			err := s.send(nltest.Native.Message(unix.RTM_GETLINK, unix.NLM_F_REQUEST, seq, 0, body), 0)
			if err == nil {
				_, err = s.recv(4096)
			}
			if err != nil {
				t.Error(err)
				return
			}
		}
	}()
	return func() uint32 {
		close(stop)
		return <-sent
	}
}

func completion(t *testing.T, frames []*capture.Frame, f *capture.Frame, errno int32) {
	t.Helper()
	got := of(frames, func(c *capture.Frame) bool { return c.Kind == capture.KindCompletion && c.Of == f.ID })
	if len(got) != 1 || got[0].Errno != errno || got[0].Elapsed <= 0 {
		t.Errorf("frame %d has %d completions: %+v", f.ID, len(got), got)
	}
}
