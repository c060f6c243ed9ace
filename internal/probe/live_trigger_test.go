// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"encoding/binary"
	"net"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// setUp is ifconfig's: an ioctl.
func setUp(t *testing.T, name string) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	r, err := unix.NewIfreq(name)
	if err != nil {
		t.Fatal(err)
	}
	r.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, r); err != nil {
		t.Fatal(err)
	}
}

// makeTun makes a tun device that goes with its descriptor.
func makeTun(t *testing.T, name string) (fd int) {
	t.Helper()
	_ = exec.Command("modprobe", "tun").Run() // if it is not there already
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	r, err := unix.NewIfreq(name)
	if err != nil {
		t.Fatal(err)
	}
	r.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, r); err != nil {
		t.Fatal(err)
	}
	return fd
}

// aboutLink says whether a message of rtnetlink is of that type and about that link: of
// addresses and links, the index stands at the same place.
func aboutLink(f *capture.Frame, typ uint16, index int) bool {
	return f.Dir == capture.DirEvent && f.Verdict == capture.VerdictDelivered && msgType(f) == typ && len(f.Data) >= 24 &&
		binary.NativeEndian.Uint32(f.Data[20:]) == uint32(index)
}

// Events that no request caused say what did.
func TestLiveTriggers(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		netns := ownNetNS(t)
		ip(t, "link", "add", "d0", "type", "dummy")
		ip(t, "link", "add", "v0", "type", "veth", "peer", "name", "v1")
		ip(t, "link", "set", "v0", "up")
		ip(t, "link", "set", "v1", "up")
		join(t, unix.RTNLGRP_LINK)
		join(t, unix.RTNLGRP_IPV4_IFADDR)
		join(t, unix.RTNLGRP_IPV4_NETCONF)
		index := map[string]int{}
		for _, name := range []string{"d0", "v0"} {
			link, err := net.InterfaceByName(name)
			if err != nil {
				t.Fatal(err)
			}
			index[name] = link.Index
		}
		r := record(t, backend, capture.Filter{NetNS: []uint64{netns}}, Options{}, nil)
		if !r.src.Info().Sees.Has(capture.SeesTriggers) {
			t.Error("triggers are not seen")
		}

		setUp(t, "d0")
		ip(t, "addr", "add", "192.0.2.9/24", "dev", "d0", "valid_lft", "2", "preferred_lft", "1")
		forwarding := []byte("/proc/sys/net/ipv4/conf/d0/forwarding")
		if err := os.WriteFile(string(forwarding), []byte("1"), 0); err != nil {
			t.Fatal(err)
		}
		ip(t, "link", "set", "v1", "down")
		tun := makeTun(t, "t0")
		link, err := net.InterfaceByName("t0")
		if err != nil {
			t.Fatal(err)
		}
		index["t0"] = link.Index
		unix.Close(tun)

		carrierLost := func(f *capture.Frame) bool {
			return aboutLink(f, unix.RTM_NEWLINK, index["v0"]) && f.Proc.Comm != "ip" &&
				binary.NativeEndian.Uint32(f.Data[24:])&unix.IFF_RUNNING == 0
		}
		expired := func(f *capture.Frame) bool { return aboutLink(f, unix.RTM_DELADDR, index["d0"]) }
		await(t, "the carrier is lost", func() bool { return r.count(carrierLost) > 0 })
		await(t, "the address has expired", func() bool { return r.count(expired) > 0 })
		frames := r.stop()

		is := func(typ uint16, name string) func(*capture.Frame) bool {
			return func(f *capture.Frame) bool { return f.Cause == 0 && aboutLink(f, typ, index[name]) }
		}
		me := uint32(os.Getpid())
		for _, c := range []struct {
			name  string
			which func(*capture.Frame) bool
			pid   uint32
			want  capture.Trigger
		}{
			{"ioctl", is(unix.RTM_NEWLINK, "d0"), me, capture.Trigger{Kind: capture.TriggerIoctl, Number: unix.SIOCSIFFLAGS, Name: "SIOCSIFFLAGS"}},
			{"tun", is(unix.RTM_NEWLINK, "t0"), me, capture.Trigger{Kind: capture.TriggerIoctl, Number: unix.TUNSETIFF, Name: "TUNSETIFF"}},
			{"close", is(unix.RTM_DELLINK, "t0"), me, capture.Trigger{Kind: capture.TriggerSyscall, Number: unix.SYS_CLOSE, Name: "close"}},
			{"sysctl", func(f *capture.Frame) bool {
				// NETCONFA_IFINDEX comes first.
				return f.Dir == capture.DirEvent && f.Group == unix.RTNLGRP_IPV4_NETCONF && len(f.Data) >= 28 &&
					binary.NativeEndian.Uint32(f.Data[24:]) == uint32(index["d0"])
			}, me,
				capture.Trigger{Kind: capture.TriggerWrite, Name: string(forwarding)}},
			{"carrier", carrierLost, 0, capture.Trigger{Kind: capture.TriggerKworker, Name: functionName("linkwatch_event")}},
			{"lifetime", expired, 0, capture.Trigger{Kind: capture.TriggerKworker, Name: functionName("check_lifetime")}},
		} {
			found := of(frames, c.which)
			if len(found) == 0 {
				t.Errorf("%s: no event", c.name)
			}
			for _, f := range found {
				if f.Trigger != c.want || f.Cause != 0 || c.pid != 0 && f.Proc.PID != c.pid {
					t.Errorf("%s: %+v of %+v, want %+v", c.name, f.Trigger, f.Proc, c.want)
				}
			}
		}
		for _, f := range frames {
			if (f.Dir != capture.DirEvent || f.Cause != 0) && f.Trigger != (capture.Trigger{}) {
				t.Errorf("%v, caused by %d, has the trigger %+v", f.Dir, f.Cause, f.Trigger)
			}
		}
	})
}

// functionName is "" before 5.13, where no program can ask for the name of a function.
func functionName(name string) string {
	var u unix.Utsname
	if unix.Uname(&u) == nil && bytes.HasPrefix(u.Release[:], []byte("5.10.")) {
		return ""
	}
	return name
}
