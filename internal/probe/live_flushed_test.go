// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// routeText says a message about an IPv4 route as ip would.
func routeText(data []byte) string {
	ne := binary.NativeEndian
	if len(data) < 28 || int(ne.Uint32(data)) != len(data) || ne.Uint16(data[4:]) != unix.RTM_DELROUTE {
		return fmt.Sprintf("no RTM_DELROUTE: %x", data)
	}
	attr := map[uint16][]byte{}
	for b := data[28:]; len(b) >= 4; {
		n := int(ne.Uint16(b))
		attr[ne.Uint16(b[2:])] = b[4:n]
		b = b[min((n+3)&^3, len(b)):]
	}
	text := "default"
	if dst, ok := netip.AddrFromSlice(attr[unix.RTA_DST]); ok {
		text = fmt.Sprintf("%v/%d", dst, data[17])
	}
	if gw, ok := netip.AddrFromSlice(attr[unix.RTA_GATEWAY]); ok {
		text += " via " + gw.String()
	}
	if v := attr[unix.RTA_OIF]; v != nil {
		text += fmt.Sprintf(" oif %d", ne.Uint32(v))
	}
	if v := attr[unix.RTA_PRIORITY]; v != nil {
		text += fmt.Sprintf(" metric %d", ne.Uint32(v))
	}
	if src, ok := netip.AddrFromSlice(attr[unix.RTA_PREFSRC]); ok {
		text += " src " + src.String()
	}
	return text + fmt.Sprintf(" table %d proto %d scope %d type %d", ne.Uint32(attr[unix.RTA_TABLE]), data[21], data[22], data[23])
}

// Routes that go with their link are named, with the request or the system call that took
// it down; those that go with an event are not.
func TestLiveFlushed(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		netns := ownNetNS(t)
		ip(t, "link", "add", "d0", "type", "dummy")
		d0, err := net.InterfaceByName("d0")
		if err != nil {
			t.Fatal(err)
		}
		up := func() {
			ip(t, "link", "set", "d0", "up")
			ip(t, "route", "add", "203.0.113.0/24", "via", "192.0.2.2", "dev", "d0", "proto", "static")
			ip(t, "route", "add", "198.51.100.0/25", "dev", "d0", "metric", "77", "tos", "8")
			ip(t, "route", "add", "default", "via", "192.0.2.3", "table", "1000")
		}
		ip(t, "addr", "add", "192.0.2.1/24", "dev", "d0")
		up()
		r := record(t, backend, capture.Filter{NetNS: []uint64{netns}}, Options{Unheard: true}, nil)
		if info := r.src.Info(); !info.Sees.Has(capture.SeesUnheard | capture.SeesFlushed) {
			t.Fatalf("flushed routes are not seen: %q", info.Notes)
		}
		ip(t, "link", "set", "d0", "down")
		up()
		ip(t, "route", "del", "203.0.113.0/24", "dev", "d0")
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer unix.Close(fd)
		down, err := unix.NewIfreq("d0")
		if err != nil {
			t.Fatal(err)
		}
		if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, down); err != nil { // no flags
			t.Fatal(err)
		}
		frames := r.stop()

		unicast := func(typ uint16, kind capture.Kind, caused bool) []string {
			var all []string
			for _, f := range frames {
				if f.Kind != kind || f.Verdict != capture.VerdictUnheard || msgType(f) != typ || (f.Cause != 0) != caused || f.Data[16] != unix.AF_INET || f.Data[23] != unix.RTN_UNICAST {
					continue
				}
				all = append(all, routeText(f.Data))
				if f.Protocol != capture.NETLINK_ROUTE || f.NetNS != netns || f.OrigLen != len(f.Data) {
					t.Errorf("%+v", f)
				}
				if want := (capture.Trigger{Kind: capture.TriggerIoctl, Number: unix.SIOCSIFFLAGS, Name: "SIOCSIFFLAGS"}); !caused && f.Trigger != want {
					t.Errorf("%+v", f.Trigger)
				}
			}
			slices.Sort(all)
			return all
		}
		oif := fmt.Sprintf(" oif %d", d0.Index)
		static := "203.0.113.0/24 via 192.0.2.2" + oif + " table 254 proto 4 scope 0 type 1"
		rest := []string{
			"192.0.2.0/24" + oif + " src 192.0.2.1 table 254 proto 2 scope 253 type 1",
			"198.51.100.0/25" + oif + " metric 77 table 254 proto 3 scope 253 type 1",
			"default via 192.0.2.3" + oif + " table 1000 proto 3 scope 0 type 1",
		}
		for _, c := range []struct {
			name string
			got  []string
			want []string
		}{
			{"by request", unicast(unix.RTM_DELROUTE, capture.KindFlushed, true), []string{rest[0], rest[1], static, rest[2]}},
			{"by ioctl", unicast(unix.RTM_DELROUTE, capture.KindFlushed, false), rest},
			{"with an event", unicast(unix.RTM_DELROUTE, capture.KindDatagram, true), []string{static}},
		} {
			if !slices.Equal(c.got, c.want) {
				t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
			}
		}
	})
}
