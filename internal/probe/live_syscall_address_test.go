// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// inNetNS runs f on a thread of its own in a new network namespace and gives
// it the namespace's inode. The thread ends with f.
func inNetNS(t *testing.T, f func(netns uint64)) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			t.Errorf("unshare: %v", err)
			return
		}
		var st unix.Stat_t
		if err := unix.Stat("/proc/thread-self/ns/net", &st); err != nil {
			t.Error(err)
			return
		}
		f(st.Ino)
	}()
	<-done
}

// setLoopback makes the request that brings lo up or down, with an answer.
func setLoopback(up bool, seq uint32) []byte {
	info := make([]byte, unix.SizeofIfInfomsg)
	binary.NativeEndian.PutUint32(info[4:], 1)
	if up {
		binary.NativeEndian.PutUint32(info[8:], unix.IFF_UP)
	}
	binary.NativeEndian.PutUint32(info[12:], unix.IFF_UP)
	return nltest.Native.Message(unix.RTM_NEWLINK, unix.NLM_F_REQUEST|unix.NLM_F_ACK, seq, 0, info)
}

// TestSyscallAddress: who sent what to whom, as exactly as each call tells.
func TestSyscallAddress(t *testing.T) {
	needSyscall(t)
	inNetNS(t, func(netns uint64) {
		asker, monitor := newSock(t, unix.NETLINK_ROUTE), newSock(t, unix.NETLINK_ROUTE)
		for opt, v := range map[int]int{unix.NETLINK_ADD_MEMBERSHIP: unix.RTNLGRP_LINK, unix.NETLINK_PKTINFO: 1} {
			if err := unix.SetsockoptInt(monitor.fd, unix.SOL_NETLINK, opt, v); err != nil {
				t.Fatal(err)
			}
		}
		r := record(t, capture.SourceSyscall, capture.Filter{NetNS: []uint64{netns}}, Options{}, nil)
		ask := func(s *sock, up bool) {
			if err := s.send(setLoopback(up, 77), 0); err != nil {
				t.Fatal(err)
			}
		}
		buf, control := make([]byte, 8192), make([]byte, 64)
		read := func(s *sock) {
			call(t, unix.SYS_READ, uintptr(s.fd), unsafe.Pointer(&buf[0]), uintptr(len(buf)))
		}
		ask(asker, true) // 0
		if _, err := asker.recv(8192); err != nil {
			t.Fatal(err) // 1
		}
		if _, err := monitor.recv(8192); err != nil {
			t.Fatal(err) // 2
		}
		ask(asker, false) // 3
		read(asker)       // 4
		read(monitor)     // 5
		ask(monitor, true)
		h := msghdr(split(buf)) // 6 was the request; 7 the event without an address, but with its group
		h.Control = &control[0]
		h.SetControllen(len(control))
		call(t, unix.SYS_RECVMSG, uintptr(monitor.fd), unsafe.Pointer(h))
		read(monitor) // 8
		frames := finish(t, r)

		type want struct {
			own             *sock
			dir             capture.Dir
			inferred        bool
			src, dst, group uint32
			typ             uint16
		}
		wants := []want{
			{asker, capture.DirRequest, false, asker.port, 0, 0, unix.RTM_NEWLINK},
			{asker, capture.DirReply, false, 0, asker.port, 0, unix.NLMSG_ERROR},
			{monitor, capture.DirEvent, false, 0, 0, unix.RTNLGRP_LINK, unix.RTM_NEWLINK},
			{asker, capture.DirRequest, false, asker.port, 0, 0, unix.RTM_NEWLINK},
			{asker, capture.DirReply, true, 0, asker.port, 0, unix.NLMSG_ERROR},
			{monitor, capture.DirEvent, true, 0, 0, 0, unix.RTM_NEWLINK},
			{monitor, capture.DirRequest, false, monitor.port, 0, 0, unix.RTM_NEWLINK},
			{monitor, capture.DirEvent, true, 0, 0, unix.RTNLGRP_LINK, unix.RTM_NEWLINK},
			{monitor, capture.DirReply, true, 0, monitor.port, 0, unix.NLMSG_ERROR},
		}
		if len(frames) != len(wants) {
			t.Fatalf("%d frames, want %d", len(frames), len(wants))
		}
		for i, f := range frames {
			w := wants[i]
			got := want{w.own, f.Dir, f.Inferred, f.SrcPort, f.DstPort, f.Group, msgType(f)}
			if got != w || f.Socket.Inode != w.own.ino || f.NetNS != netns || f.Verdict != capture.VerdictDelivered {
				t.Errorf("frame %d is %+v\nwant %+v", i, *f, w)
			}
		}
	})
}

// TestSyscallUnderWay: a receive that began before the capture did.
func TestSyscallUnderWay(t *testing.T) {
	a, b := pair(t)
	data := noise(100)
	got := make(chan error, 1)
	go func() {
		_, err := b.recv(200)
		got <- err
	}()
	waitInSyscall(t, b.fd)
	r := recordSyscalls(t, Options{}, b)
	if err := a.send(data, b.port); err != nil {
		t.Fatal(err)
	}
	if err := <-got; err != nil {
		t.Fatal(err)
	}
	frames := finish(t, r)
	if len(frames) != 1 {
		t.Fatalf("%d frames, want 1", len(frames))
	}
	wantFrame(t, frames[0], b, a, b, data)
}

// waitInSyscall waits until a thread of this process sleeps in recvfrom(fd).
func waitInSyscall(t *testing.T, fd int) {
	t.Helper()
	want := fmt.Appendf(nil, "%d 0x%x ", unix.SYS_RECVFROM, fd)
	await(t, "a thread waits in recvfrom", func() bool {
		tasks, err := os.ReadDir("/proc/self/task")
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(tasks, func(task os.DirEntry) bool {
			line, err := os.ReadFile("/proc/self/task/" + task.Name() + "/syscall")
			return err == nil && bytes.HasPrefix(line, want)
		})
	})
}

// TestSyscallFilter: what the kernel leaves out by protocol, comm and process.
func TestSyscallFilter(t *testing.T) {
	needSyscall(t)
	self := uint32(os.Getpid())
	text, err := os.ReadFile("/proc/self/comm")
	if err != nil {
		t.Fatal(err)
	}
	comm := string(bytes.TrimSpace(text))
	for _, c := range []struct {
		name   string
		filter capture.Filter
		opts   Options
		want   int
	}{
		{"this process", capture.Filter{PIDs: []uint32{self}}, Options{}, 2},
		{"another process", capture.Filter{PIDs: []uint32{1}}, Options{}, 0},
		{"self excluded", capture.Filter{}, Options{ExcludeSelf: true}, 0},
		{"this comm", capture.Filter{Comms: []string{"x", comm}}, Options{}, 2},
		{"another comm", capture.Filter{Comms: []string{"x"}}, Options{}, 0},
		{"one protocol", capture.Filter{PIDs: []uint32{self}, Protocols: []uint16{unix.NETLINK_ROUTE}}, Options{}, 1},
		{"two protocols", capture.Filter{PIDs: []uint32{self}, Protocols: []uint16{unix.NETLINK_ROUTE, unix.NETLINK_GENERIC}}, Options{}, 2},
		{"another namespace", capture.Filter{PIDs: []uint32{self}, NetNS: []uint64{1}}, Options{}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			runtime.LockOSThread() // comm is a thread's
			defer runtime.UnlockOSThread()
			if len(c.filter.Comms) > 1 {
				setComm(t, comm)
			}
			socks := []*sock{newSock(t, unix.NETLINK_ROUTE), newSock(t, unix.NETLINK_GENERIC)}
			r := record(t, capture.SourceSyscall, c.filter, c.opts, func(f *capture.Frame) bool {
				return f.Socket.Inode == socks[0].ino || f.Socket.Inode == socks[1].ino
			})
			for _, s := range socks {
				if err := s.send(nltest.Native.Message(unix.NLMSG_NOOP, 0, 1, 0), 0); err != nil {
					t.Fatal(err)
				}
			}
			if frames := finish(t, r); len(frames) != c.want {
				t.Errorf("%d frames, want %d", len(frames), c.want)
			}
		})
	}
}

func setComm(t *testing.T, comm string) {
	t.Helper()
	name := append([]byte(comm), 0)
	if err := unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(&name[0])), 0, 0, 0); err != nil {
		t.Fatal(err)
	}
}
