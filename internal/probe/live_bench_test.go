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

// What a request and its reply cost, with and without nltop. Wall time means
// nothing on emulated processors: run it with scripts/vmtest/run --icount,
// where time counts instructions, those of this process' reader included.
func BenchmarkLiveRoundTrip(b *testing.B) {
	for _, c := range []struct {
		name, backend string
		filter        capture.Filter
		unread        bool // leave everything in the ring: what the kernel's side costs
		counts        bool // the counters plane alone
	}{
		{"bare", "", capture.Filter{}, false, false},
		{"fentry", capture.SourceFentry, capture.Filter{}, false, false},
		{"fentry counters", capture.SourceFentry, capture.Filter{}, false, true},
		{"fentry unread", capture.SourceFentry, capture.Filter{}, true, false},
		{"fentry filtered out", capture.SourceFentry, capture.Filter{Protocols: []uint16{unix.NETLINK_CRYPTO}}, false, false},
		{"kprobe", capture.SourceKprobe, capture.Filter{}, false, false},
		{"kprobe counters", capture.SourceKprobe, capture.Filter{}, false, true},
		{"kprobe unread", capture.SourceKprobe, capture.Filter{}, true, false},
		{"kprobe filtered out", capture.SourceKprobe, capture.Filter{Protocols: []uint16{unix.NETLINK_CRYPTO}}, false, false},
	} {
		b.Run(c.name, func(b *testing.B) {
			if os.Geteuid() != 0 {
				b.Skip("needs root")
			}
			if c.backend != "" {
				if err := Check(c.backend); err != nil {
					b.Skip(err)
				}
				src, err := Open(c.backend, c.filter, options(c.counts))
				if err != nil {
					b.Fatal(err)
				}
				defer src.Close()
				ctx, cancel := context.WithCancel(context.Background())
				done := make(chan error, 1)
				run := func() { done <- src.Run(ctx, func(*capture.Frame) error { return nil }) }
				if !c.unread {
					go run()
				}
				defer func() {
					cancel()
					if c.unread {
						run()
					}
					if err := <-done; err != nil {
						b.Error(err)
					}
					b.ReportMetric(float64(src.Stats().LostTotal()), "lost")
				}()
			}
			fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
			if err != nil {
				b.Fatal(err)
			}
			defer unix.Close(fd)
			msg := nltest.Native.Message(unix.RTM_GETLINK, unix.NLM_F_REQUEST, 1, 0, []byte{0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
			to := &unix.SockaddrNetlink{Family: unix.AF_NETLINK}
			buf := make([]byte, 1<<16)
			for b.Loop() {
				if err := unix.Sendto(fd, msg, 0, to); err != nil {
					b.Fatal(err)
				}
				if _, err := unix.Read(fd, buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func options(counts bool) Options {
	o := Options{RingBytes: 64 << 20, Counts: counts}
	if counts {
		o.Watch = capture.WatchNothing
	}
	return o
}
