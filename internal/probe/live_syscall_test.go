// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// checkOnce loads the programs once for all tests.
var checkOnce = sync.OnceValue(func() error { return Check(capture.SourceSyscall) })

// needSyscall skips where the backend cannot work, but in the VM and with
// NLTOP_LIVE=1 it fails.
func needSyscall(t *testing.T) {
	t.Helper()
	strict := os.Getenv("NLTOP_LIVE") == "1" || os.Getenv("NLTOP_VM") == "1"
	if os.Geteuid() != 0 && !strict {
		t.Skip("needs root")
	}
	if err := checkOnce(); err != nil {
		if strict {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

// recordSyscalls captures what this process does with the given sockets.
func recordSyscalls(t *testing.T, o Options, socks ...*sock) *recorder {
	t.Helper()
	return record(t, capture.SourceSyscall, capture.Filter{PIDs: []uint32{uint32(os.Getpid())}}, o,
		func(f *capture.Frame) bool {
			for _, s := range socks {
				if f.Socket.Inode == s.ino {
					return true
				}
			}
			return false
		})
}

// finish stops and fails on any loss.
func finish(t *testing.T, r *recorder) []*capture.Frame {
	t.Helper()
	frames := r.stop()
	for _, l := range r.src.Stats().Lost {
		switch {
		case l.Count == 0:
		case l.Reason == "hook recursion":
			// Of any system call, not only of those that the test looks at:
			// where the programs can be preempted it misses some.
			t.Logf("lost %d: %s", l.Count, l.Reason)
		default:
			t.Errorf("lost %d: %s", l.Count, l.Reason)
		}
	}
	return frames
}

// pair makes two connected sockets on NETLINK_USERSOCK with buffers for large
// datagrams.
func pair(t *testing.T) (a, b *sock) {
	t.Helper()
	needSyscall(t)
	a, b = newSock(t, unix.NETLINK_USERSOCK), newSock(t, unix.NETLINK_USERSOCK)
	for _, s := range []*sock{a, b} {
		for _, opt := range []int{unix.SO_SNDBUFFORCE, unix.SO_RCVBUFFORCE} {
			if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, opt, 64<<20); err != nil {
				t.Fatal(err)
			}
		}
	}
	connect := func(s, to *sock) {
		if err := unix.Connect(s.fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Pid: to.port}); err != nil {
			t.Fatal(err)
		}
	}
	connect(a, b)
	connect(b, a)
	return a, b
}

// noise is a message of n bytes that no two calls make alike.
func noise(n int) []byte {
	b := nltest.Native.Message(0x20, 0, rand.Uint32(), 0, make([]byte, n-unix.NLMSG_HDRLEN))
	for i := unix.NLMSG_HDRLEN; i < n; i++ {
		b[i] = byte(rand.Uint32())
	}
	return b
}

// split cuts data into pieces of the given lengths; the last takes the rest.
func split(data []byte, lengths ...int) []unix.Iovec {
	var out []unix.Iovec
	for _, n := range append(lengths, len(data)) {
		n = min(n, len(data))
		v := unix.Iovec{Base: unsafe.SliceData(data)}
		v.SetLen(n)
		out, data = append(out, v), data[n:]
	}
	return out
}

// call makes a system call that must succeed.
func call(t *testing.T, nr, fd uintptr, p unsafe.Pointer, a ...uintptr) int {
	t.Helper()
	a = append(a, 0, 0, 0, 0)
	n, _, errno := unix.Syscall6(nr, fd, uintptr(p), a[0], a[1], a[2], a[3])
	if errno != 0 {
		t.Fatalf("system call %d: %v", nr, errno)
	}
	return int(n)
}

func msghdr(iov []unix.Iovec) *unix.Msghdr {
	h := &unix.Msghdr{Iov: unsafe.SliceData(iov)}
	h.SetIovlen(len(iov))
	return h
}

// struct mmsghdr of include/linux/socket.h
type mmsghdr struct {
	hdr unix.Msghdr
	len uint32
	_   [4]byte
}

// wantFrame compares what every datagram of a pair must show.
func wantFrame(t *testing.T, f *capture.Frame, own, from, to *sock, data []byte) {
	t.Helper()
	if f.Protocol != unix.NETLINK_USERSOCK || f.Dir != capture.DirPeer || f.Verdict != capture.VerdictDelivered ||
		f.Socket.Inode != own.ino || f.Socket.PortID != own.port || f.DstPort != to.port ||
		f.Proc.PID != uint32(os.Getpid()) || f.Socket.Owner != f.Proc || f.NetNS == 0 ||
		f.Source != capture.SourceSyscall {
		t.Errorf("frame %+v", *f)
	}
	if !f.Inferred && f.SrcPort != from.port {
		t.Errorf("from port %d, want %d", f.SrcPort, from.port)
	}
	if f.OrigLen != len(data) || !bytes.Equal(f.Data, data) {
		t.Errorf("%d bytes of %d, %d sent; equal: %v", len(f.Data), f.OrigLen, len(data), bytes.Equal(f.Data, data))
	}
}

// wantTook demands that the first of the frames of one send tells how long it took,
// and no other.
func wantTook(t *testing.T, fs ...*capture.Frame) {
	t.Helper()
	for i, f := range fs {
		if i == 0 && f.Elapsed <= 0 || i > 0 && f.Elapsed != 0 {
			t.Errorf("frame %d of a send took %v", i, f.Elapsed)
		}
	}
}

// TestSyscallPayload sends and receives by every call and in every shape, and
// wants each datagram twice, byte for byte: as it was sent and as it was read.
func TestSyscallPayload(t *testing.T) {
	pieces := func(sum, n int) []int {
		out := make([]int, n)
		for i := range out {
			out[i] = sum / n
		}
		return out
	}
	cases := []struct {
		name             string
		size             int
		send, recv       uintptr
		sendIov, recvIov []int
	}{
		{"sendto", 40, unix.SYS_SENDTO, unix.SYS_RECVFROM, nil, nil},
		{"write", 333, unix.SYS_WRITE, unix.SYS_READ, nil, nil},
		{"writev", 333, unix.SYS_WRITEV, unix.SYS_READV, []int{16, 0, 1, 100}, []int{20, 30}},
		{"sendmsg", 4096, unix.SYS_SENDMSG, unix.SYS_RECVMSG, nil, nil},
		{"sendmsg pieces", 4096, unix.SYS_SENDMSG, unix.SYS_RECVMSG, []int{16, 0, 4, 2000}, []int{1, 4094}},
		{"sendmsg 4097", 4097, unix.SYS_SENDMSG, unix.SYS_RECVMSG, []int{4096}, []int{1}},
		{"sendmsg 1000 pieces", 60000, unix.SYS_SENDMSG, unix.SYS_RECVMSG, pieces(59000, 1000), pieces(59000, 300)},
		{"sendmsg 1024 bytes apart", 1024, unix.SYS_SENDMSG, unix.SYS_RECVMSG, pieces(1023, 1023), nil},
		{"32 KiB", 32768, unix.SYS_SENDMSG, unix.SYS_RECVMSG, nil, nil},
		{"32 KiB and a byte", 32769, unix.SYS_SENDTO, unix.SYS_RECVFROM, nil, nil},
		{"400 KiB", 400 << 10, unix.SYS_SENDMSG, unix.SYS_RECVMSG, nil, nil},
		{"400 KiB, 5 pieces", 400<<10 + 12, unix.SYS_SENDMSG, unix.SYS_RECVMSG, []int{16, 131072, 4096, 10}, []int{7, 90000, 4097}},
		{"400 KiB by write", 400 << 10, unix.SYS_WRITE, unix.SYS_READ, nil, nil},
	}
	var socks []*sock
	for range cases {
		a, b := pair(t)
		socks = append(socks, a, b)
	}
	r := recordSyscalls(t, Options{}, socks...)
	sent := make([][]byte, len(cases))
	for i, c := range cases {
		a, b := socks[2*i], socks[2*i+1]
		sent[i] = noise(c.size)
		back := make([]byte, c.size+100)
		out, in := split(sent[i], c.sendIov...), split(back, c.recvIov...)
		switch c.send {
		case unix.SYS_SENDMSG:
			call(t, c.send, uintptr(a.fd), unsafe.Pointer(msghdr(out)))
		case unix.SYS_WRITEV:
			call(t, c.send, uintptr(a.fd), unsafe.Pointer(&out[0]), uintptr(len(out)))
		default:
			call(t, c.send, uintptr(a.fd), unsafe.Pointer(&sent[i][0]), uintptr(c.size))
		}
		var name unix.RawSockaddrNetlink
		switch c.recv {
		case unix.SYS_RECVMSG:
			h := msghdr(in)
			h.Name, h.Namelen = (*byte)(unsafe.Pointer(&name)), unix.SizeofSockaddrNetlink
			call(t, c.recv, uintptr(b.fd), unsafe.Pointer(h))
		case unix.SYS_READV:
			call(t, c.recv, uintptr(b.fd), unsafe.Pointer(&in[0]), uintptr(len(in)))
		default:
			call(t, c.recv, uintptr(b.fd), unsafe.Pointer(&back[0]), uintptr(len(back)))
		}
		if !bytes.Equal(back[:c.size], sent[i]) {
			t.Errorf("%s: the test received other bytes than it sent", c.name)
		}
	}
	frames := finish(t, r)
	if len(frames) != 2*len(cases) {
		t.Fatalf("%d frames, want %d", len(frames), 2*len(cases))
	}
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a, b := socks[2*i], socks[2*i+1]
			wantFrame(t, frames[2*i], a, a, b, sent[i])
			wantTook(t, frames[2*i])
			wantFrame(t, frames[2*i+1], b, a, b, sent[i])
		})
	}
}

// TestSyscallMany sends and receives up to the most that one sendmmsg takes.
func TestSyscallMany(t *testing.T) {
	for _, n := range []int{1, 64, 1024} {
		a, b := pair(t)
		r := recordSyscalls(t, Options{RingBytes: 16 << 20}, a, b)
		var want, back [][]byte
		out, in := make([]mmsghdr, n), make([]mmsghdr, n)
		for i := range n {
			want, back = append(want, noise(20+i)), append(back, make([]byte, 2000))
			out[i].hdr, in[i].hdr = *msghdr(split(want[i], 16)), *msghdr(split(back[i]))
		}
		if got := call(t, unix.SYS_SENDMMSG, uintptr(a.fd), unsafe.Pointer(&out[0]), uintptr(n)); got != n {
			t.Fatalf("sendmmsg sent %d of %d", got, n)
		}
		if got := call(t, unix.SYS_RECVMMSG, uintptr(b.fd), unsafe.Pointer(&in[0]), uintptr(n)); got != n {
			t.Fatalf("recvmmsg received %d of %d", got, n)
		}
		frames := finish(t, r)
		if len(frames) != 2*n {
			t.Fatalf("%d frames, want %d", len(frames), 2*n)
		}
		for i := range n {
			wantFrame(t, frames[i], a, a, b, want[i])
			wantFrame(t, frames[n+i], b, a, b, want[i])
		}
		wantTook(t, frames[:n]...)
	}
}

// TestSyscallPeekAndTruncate: a look at a datagram is not a receive, and what
// a short buffer cut is marked.
func TestSyscallPeekAndTruncate(t *testing.T) {
	a, b := pair(t)
	r := recordSyscalls(t, Options{}, b)
	data, back := noise(5000), make([]byte, 100)
	recv := func(flags uintptr) int {
		return call(t, unix.SYS_RECVFROM, uintptr(b.fd), unsafe.Pointer(&back[0]), uintptr(len(back)), flags)
	}
	for range 3 {
		if err := a.send(data, b.port); err != nil {
			t.Fatal(err)
		}
	}
	recv(unix.MSG_PEEK | unix.MSG_TRUNC)
	if n := recv(unix.MSG_TRUNC); n != len(data) {
		t.Fatalf("recv with MSG_TRUNC returned %d", n)
	}
	h := msghdr(split(back, 10))
	call(t, unix.SYS_RECVMSG, uintptr(b.fd), unsafe.Pointer(h), unix.MSG_PEEK)
	call(t, unix.SYS_RECVMSG, uintptr(b.fd), unsafe.Pointer(h))
	recv(0)
	frames := finish(t, r)
	if len(frames) != 3 {
		t.Fatalf("%d frames, want 3", len(frames))
	}
	// Of the third recvfrom told nobody; its header does.
	for i, orig := range []int{len(data), len(data), len(data)} {
		if f := frames[i]; f.OrigLen != orig || !bytes.Equal(f.Data, data[:len(back)]) {
			t.Errorf("receive %d: %d bytes of %d, want %d of %d", i, len(f.Data), f.OrigLen, len(back), orig)
		}
	}
	if st := r.src.Stats(); st.Cut != 0 || st.Truncated != 3 {
		t.Errorf("%d cut by us, %d by their reader, want 0 and 3", st.Cut, st.Truncated)
	}
}

// TestSyscallSnap cuts in one record, in gathered pieces and in chunks.
func TestSyscallSnap(t *testing.T) {
	for _, snap := range []int{100, 5000, 40000} {
		a, b := pair(t)
		r := recordSyscalls(t, Options{Snap: snap}, a)
		data := noise(100000)
		for _, lengths := range [][]int{nil, {16, 50}, {90, 3000, 3000}, {50000}} {
			call(t, unix.SYS_SENDMSG, uintptr(a.fd), unsafe.Pointer(msghdr(split(data, lengths...))))
		}
		frames := finish(t, r)
		if len(frames) != 4 {
			t.Fatalf("snap %d: %d frames, want 4", snap, len(frames))
		}
		for i, f := range frames {
			if f.OrigLen != len(data) || !bytes.Equal(f.Data, data[:snap]) {
				t.Errorf("snap %d: frame %d has %d bytes of %d", snap, i, len(f.Data), f.OrigLen)
			}
		}
		runtime.KeepAlive(b)
	}
}

// TestSyscallFailedSend: the payload of what the kernel refused, with errno.
func TestSyscallFailedSend(t *testing.T) {
	a, b := pair(t)
	r := recordSyscalls(t, Options{}, a)
	data := noise(3000)
	if err := a.send(data, 0x7ffffff0); err != unix.ECONNREFUSED {
		t.Fatalf("send to nobody: %v", err)
	}
	out := split(data, 100, 200)
	hole, err := unix.Mmap(-1, 0, 4096, unix.PROT_NONE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(hole)
	out[2].Base = unsafe.SliceData(hole)
	_, _, errno := unix.Syscall(unix.SYS_SENDMSG, uintptr(a.fd), uintptr(unsafe.Pointer(msghdr(out))), 0)
	if errno != unix.EFAULT {
		t.Fatalf("send of unreadable memory: %v", errno)
	}
	frames := finish(t, r)
	if len(frames) != 2 {
		t.Fatalf("%d frames, want 2", len(frames))
	}
	if f := frames[0]; f.Verdict != capture.VerdictFailed || f.Errno != int32(unix.ECONNREFUSED) ||
		f.DstPort != 0x7ffffff0 || !bytes.Equal(f.Data, data) || f.Cut() {
		t.Errorf("send to nobody: %+v", *f)
	}
	if f := frames[1]; f.Verdict != capture.VerdictFailed || f.Errno != int32(unix.EFAULT) ||
		f.OrigLen != len(data) || !bytes.Equal(f.Data, data[:300]) {
		t.Errorf("send of unreadable memory: %d bytes of %d, %+v", len(f.Data), f.OrigLen, *f)
	}
	runtime.KeepAlive(b)
}

// TestSyscallNobufs: a reader is told that its queue overflowed.
func TestSyscallNobufs(t *testing.T) {
	a, b := pair(t)
	const group = 7
	if err := unix.SetsockoptInt(b.fd, unix.SOL_NETLINK, unix.NETLINK_ADD_MEMBERSHIP, group); err != nil {
		t.Fatal(err)
	}
	if err := unix.SetsockoptInt(b.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 4096); err != nil {
		t.Fatal(err)
	}
	r := recordSyscalls(t, Options{}, b)
	data := noise(3000)
	to := &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: 1 << (group - 1)}
	for range 20 {
		// netlink_sendmsg sends to port 0 behind the group, where nobody is.
		if err := unix.Sendto(a.fd, data, 0, to); err != nil && err != unix.ECONNREFUSED {
			t.Fatal(err)
		}
	}
	var nobufs, read int
	for {
		_, _, err := unix.Recvfrom(b.fd, make([]byte, 8192), unix.MSG_DONTWAIT)
		switch err {
		case nil:
			read++
			continue
		case unix.ENOBUFS:
			nobufs++
			continue
		}
		break
	}
	frames := finish(t, r)
	errs := of(frames, func(f *capture.Frame) bool { return f.Kind == capture.KindSocketError })
	if nobufs == 0 || len(errs) != nobufs || len(frames)-len(errs) != read {
		t.Fatalf("%d ENOBUFS and %d datagrams of %d and %d", len(errs), len(frames)-len(errs), nobufs, read)
	}
	for _, f := range errs {
		if f.Verdict != capture.VerdictNobufsRead || f.Socket.PortID != b.port || f.Errno != int32(unix.ENOBUFS) || len(f.Data) != 0 {
			t.Errorf("%+v", *f)
		}
	}
	for _, f := range frames[:read] {
		if f.Kind == capture.KindDatagram && (f.Group != group || f.Dir != capture.DirPeer || f.SrcPort != a.port) {
			t.Errorf("multicast of a user: %+v", *f)
		}
	}
}
