// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"context"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// BenchmarkSyscall is what the backend costs the calls of everybody: of no
// interest to it (getppid), on other descriptors (read, write), and on Netlink
// sockets (a request that the kernel refuses, and the reading of its answer).
// "others" is with a filter on a process that is not this one.
func BenchmarkSyscall(b *testing.B) {
	zero, err := os.OpenFile("/dev/zero", os.O_RDWR, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer zero.Close()
	nl, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		b.Fatal(err)
	}
	defer unix.Close(nl)
	fd, buf, req := int(zero.Fd()), make([]byte, 1), nltest.Native.Message(0x3ff, unix.NLM_F_REQUEST, 1, 0)
	answer := make([]byte, 4096)

	for _, mode := range []struct {
		name   string
		on     bool
		filter capture.Filter
	}{
		{"bare", false, capture.Filter{}},
		{"attached", true, capture.Filter{}},
		{"others", true, capture.Filter{PIDs: []uint32{1}}},
	} {
		b.Run(mode.name, func(b *testing.B) {
			if mode.on {
				attach(b, mode.filter)
			}
			for _, c := range []struct {
				name string
				call func()
			}{
				{"getppid", func() { unix.RawSyscallNoError(unix.SYS_GETPPID, 0, 0, 0) }},
				{"read", func() { unix.Read(fd, buf) }},
				{"write", func() { unix.Write(fd, buf) }},
				{"netlink", func() {
					unix.Sendto(nl, req, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
					unix.Recvfrom(nl, answer, 0)
				}},
			} {
				b.Run(c.name, func(b *testing.B) {
					for b.Loop() {
						c.call()
					}
				})
			}
		})
	}
}

func attach(b *testing.B, f capture.Filter) {
	src, err := Open(capture.SourceSyscall, f, Options{})
	if err != nil {
		b.Skip(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- src.Run(ctx, func(*capture.Frame) error { return nil }) }()
	b.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
		if err := src.Close(); err != nil {
			b.Error(err)
		}
	})
}
