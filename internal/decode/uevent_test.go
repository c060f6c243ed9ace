// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// As `ip link add dummy0 type dummy` makes the kernel send.
const kernelUevent = "add@/devices/virtual/net/dummy0\x00ACTION=add\x00DEVPATH=/devices/virtual/net/dummy0\x00" +
	"SUBSYSTEM=net\x00INTERFACE=dummy0\x00IFINDEX=5\x00SEQNUM=2042\x00"

// udevd's copy: struct monitor_netlink_header, then the properties.
func udevUevent(off uint32, props string) []byte {
	return nltest.Cat([]byte("libudev\x00"), be.U32(0xfeedcafe), le.U32(40), le.U32(off), le.U32(uint32(len(props))),
		be.U32(0x1234), be.U32(0), be.U32(1), be.U32(2), []byte(props))
}

func TestUevents(t *testing.T) {
	kernel := `0 ACTION@DEVPATH = string add@/devices/virtual/net/dummy0
39 ACTION = string add
51 DEVPATH = string /devices/virtual/net/dummy0
89 SUBSYSTEM = string net
103 INTERFACE = string dummy0
118 IFINDEX = string 5
127 SEQNUM = string 2042
`
	udev := `0 prefix = string libudev
8 magic = uint64 4276996862 | 0xfeedcafe
12 header_size = uint64 40
16 properties_off = uint64 40
20 properties_len = uint64 26
24 filter_subsystem_hash = uint64 4660 | 0x1234
28 filter_devtype_hash = uint64 0 | 0x0
32 filter_tag_bloom_hi = uint64 1 | 0x1
36 filter_tag_bloom_lo = uint64 2 | 0x2
50 SUBSYSTEM = string net
61 ACTION = string move
`
	for _, tt := range []struct {
		name, typ, want string
		data            []byte
		problem         bool
	}{
		{"kernel", "add", kernel, []byte(kernelUevent), false},
		{"udevd", "move", udev, udevUevent(40, "SUBSYSTEM=net\x00ACTION=move\x00"), false},
		{"udevd cut in its header", "", "0 prefix = string libudev\n8 magic = raw fe ! magic at offset 8: 1 bytes, 4 wanted\nproblem: uevent without an action at offset 9\n",
			udevUevent(40, "")[:9], true},
		{"no action", "", "0  = raw 68656c6c6f ! bytes at offset 0: neither ACTION@DEVPATH nor KEY=VALUE\nproblem: uevent without an action at offset 0\n",
			[]byte("hello"), true},
		{"unknown action", "frobnicate", "0 ACTION@DEVPATH = string frobnicate@/x\n", []byte("frobnicate@/x\x00"), false},
		{"no such action", "", "0 ACTION@DEVPATH = string \x1b[31m@/x\nproblem: uevent without an action at offset 0\n", []byte("\x1b[31m@/x\x00"), true},
		{"odd lines", "add", "0 ACTION@DEVPATH = string add@/x\n7  = string \n8  = raw 3d78 ! bytes at offset 8: neither ACTION@DEVPATH nor KEY=VALUE\n13 A = string \nproblem: bytes at offset 8: neither ACTION@DEVPATH nor KEY=VALUE\n",
			[]byte("add@/x\x00\x00=x\x00A=\x00"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := one(t, le.frame(capture.NETLINK_KOBJECT_UEVENT, capture.DirEvent, tt.data))
			if m.Family != "uevent" || m.Type != tt.typ || !m.NoHeader || (m.Problem != nil) != tt.problem {
				t.Errorf("family %q type %q problem %v", m.Family, m.Type, m.Problem)
			}
			if diff := cmp.Diff(tt.want, dump(m.Body())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestUeventLookup(t *testing.T) {
	m := one(t, le.frame(capture.NETLINK_KOBJECT_UEVENT, capture.DirEvent, []byte(kernelUevent)))
	n, ok := m.Lookup("INTERFACE")
	if !ok || n.Value != "dummy0" || string(m.Data[n.Off:n.Off+6]) != "dummy0" {
		t.Errorf("INTERFACE: %+v %v", n, ok)
	}
	for _, name := range []string{"INTER", "NTERFACE", "interface", "IFLA_IFNAME", ""} {
		if _, ok := m.Lookup(name); ok {
			t.Errorf("found %q", name)
		}
	}
	if lead := m.Lead(2); len(lead) != 2 || lead[0].Name != "DEVPATH" || lead[1].Name != "SUBSYSTEM" {
		t.Errorf("lead %+v", lead)
	}
	f := le.frame(capture.NETLINK_KOBJECT_UEVENT, capture.DirEvent, []byte(kernelUevent)[:60])
	f.OrigLen = len(kernelUevent)
	if m := one(t, f); !errors.Is(m.Problem, ErrCut) || m.Type != "add" {
		t.Errorf("cut: type %q problem %v", m.Type, m.Problem)
	}
}
