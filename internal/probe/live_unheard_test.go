// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// An event is told once, whether somebody gets it or not.
func TestLiveUnheard(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		netns := ownNetNS(t)
		r := record(t, backend, capture.Filter{NetNS: []uint64{netns}}, Options{Unheard: true}, nil)
		s := newSock(t, unix.NETLINK_ROUTE)
		seq := uint32(0)
		change := func(n int) {
			for range n {
				seq++
				setMTU(t, s, seq, 60000+seq)
			}
		}
		listen := func() *sock { return join(t, unix.RTNLGRP_LINK) }
		steps := []struct {
			name string
			do   func()
			// Of each change: how often somebody got it; how often nobody did, and of those
			// without their bytes.
			delivered, unheard, bare []int
		}{
			{"nobody listens", func() { change(3) }, []int{0, 0, 0}, []int{1, 1, 1}, []int{0, 0, 0}},
			{"two listen, and close", func() {
				a, b := listen(), listen()
				change(3)
				unix.Close(a.fd)
				change(1)
				unix.Close(b.fd)
				change(2)
			}, []int{2, 2, 2, 1, 0, 0}, []int{0, 0, 0, 0, 1, 1}, []int{0, 0, 0, 0, 0, 0}},
			// What one says who leaves the group and stays is not seen.
			{"one leaves", func() {
				a := listen()
				change(2)
				if err := unix.SetsockoptInt(a.fd, unix.SOL_NETLINK, unix.NETLINK_DROP_MEMBERSHIP, unix.RTNLGRP_LINK); err != nil {
					t.Error(err)
				}
				change(2)
			}, []int{1, 1, 0, 0}, []int{0, 0, 1, 1}, []int{0, 0, 1, 0}},
			// As package listen does to have events made.
			{"a filter takes nothing", func() {
				a := listen()
				nothing := []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K}}
				if err := unix.SetsockoptSockFprog(a.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &nothing[0]}); err != nil {
					t.Error(err)
				}
				change(2)
				listen()
				change(2)
			}, []int{0, 0, 1, 1}, []int{1, 1, 0, 0}, []int{0, 0, 0, 0}},
		}
		var begins []uint32
		for _, step := range steps {
			begins = append(begins, seq)
			step.do()
		}
		frames := r.stop()
		request := map[uint32]*capture.Frame{}
		for _, f := range frames {
			if f.Dir == capture.DirRequest && msgType(f) == unix.RTM_NEWLINK {
				request[uint32(len(request))] = f
			}
		}
		if len(request) != int(seq) {
			t.Fatalf("%d requests of %d", len(request), seq)
		}
		for i, step := range steps {
			for j := range step.delivered {
				q := request[begins[i]+uint32(j)]
				delivered, unheard, bare := 0, 0, 0
				for _, f := range frames {
					if f.Kind != capture.KindDatagram || f.Cause != q.ID || f.Dir != capture.DirEvent {
						continue
					}
					switch {
					case f.Verdict == capture.VerdictDelivered:
						delivered++
						continue
					case f.Verdict != capture.VerdictUnheard:
						t.Errorf("%s, change %d: %v", step.name, j, f.Verdict)
					}
					unheard++
					if f.OrigLen == 0 {
						bare++
					} else if msgType(f) != unix.RTM_NEWLINK || f.Cut() {
						t.Errorf("%s, change %d: %d of %d bytes, type %d", step.name, j, len(f.Data), f.OrigLen, msgType(f))
					}
					if f.Group != unix.RTNLGRP_LINK || f.Cast == 0 || f.NetNS != netns || f.Proc != q.Proc || f.Socket != (capture.Socket{}) {
						t.Errorf("%s, change %d: %+v", step.name, j, f)
					}
				}
				if delivered != step.delivered[j] || unheard != step.unheard[j] || bare != step.bare[j] {
					t.Errorf("%s, change %d: delivered %d times, unheard %d times, %d without bytes, want %d, %d, %d", step.name, j,
						delivered, unheard, bare, step.delivered[j], step.unheard[j], step.bare[j])
				}
			}
		}
		if st := r.src.Stats(); st.LostTotal() != 0 || st.LostReports != 0 {
			t.Errorf("%+v", st)
		}
	})
}

// A filter on a process passes what its requests and system calls made the kernel send,
// though nobody listened.
func TestLiveUnheardOfProcess(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		netns := ownNetNS(t)
		r := record(t, backend, capture.Filter{NetNS: []uint64{netns}, Comms: []string{"ip"}}, Options{Unheard: true}, nil)
		ip(t, "link", "add", "d0", "type", "dummy")
		setUp(t, "d0") // by this process
		ip(t, "link", "set", "d0", "mtu", "1400")
		events := of(r.stop(), func(f *capture.Frame) bool {
			return f.Verdict == capture.VerdictUnheard && f.Group == unix.RTNLGRP_LINK
		})
		if len(events) < 2 {
			t.Errorf("%d events", len(events))
		}
		for _, f := range events {
			if f.Proc.Comm != "ip" || f.Cause == 0 {
				t.Errorf("by %+v, request %d", f.Proc, f.Cause)
			}
		}
	})
}

// Of events that nobody listens to, those alone can be asked for that no request caused: a
// request says itself what it changed.
func TestLiveUnheardAlone(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		netns := ownNetNS(t)
		r := record(t, backend, capture.Filter{NetNS: []uint64{netns}}, Options{Unheard: true, UnheardAlone: true}, nil)
		s := newSock(t, unix.NETLINK_ROUTE)
		setMTU(t, s, 1, 60001)
		ifr, err := unix.NewIfreq("lo")
		if err != nil {
			t.Fatal(err)
		}
		ifr.SetUint32(60002)
		if err := unix.IoctlIfreq(s.fd, unix.SIOCSIFMTU, ifr); err != nil {
			t.Fatal(err)
		}
		join(t, unix.RTNLGRP_LINK)
		setMTU(t, s, 2, 60003)
		var unheard, delivered int
		for _, f := range r.stop() {
			switch {
			case f.Kind != capture.KindDatagram || f.Dir != capture.DirEvent || f.Group != unix.RTNLGRP_LINK:
			case f.Verdict == capture.VerdictDelivered && f.Cause != 0:
				delivered++
			case f.Verdict == capture.VerdictUnheard && f.Cause == 0 && f.Trigger.Kind == capture.TriggerIoctl && msgType(f) == unix.RTM_NEWLINK:
				unheard++
			default:
				t.Errorf("%+v", f)
			}
		}
		if unheard != 1 || delivered != 1 {
			t.Errorf("%d events of the ioctl, %d of a request with a listener", unheard, delivered)
		}
		if r.src.Info().Sees.Has(capture.SeesUnheard) {
			t.Error("it says that it sees all of them")
		}
	})
}
