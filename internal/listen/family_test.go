// SPDX-License-Identifier: Apache-2.0

package listen

import (
	"bytes"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// A CTRL_CMD_NEWFAMILY of the kernel's, as "genl ctrl monitor" prints it, with
// two groups.
func TestNewFamilies(t *testing.T) {
	attr := func(typ uint16, v ...byte) []byte {
		b := native.AppendUint16(nil, uint16(4+len(v)))
		b = append(native.AppendUint16(b, typ), v...)
		return append(b, make([]byte, -len(v)&3)...)
	}
	group := func(i uint16, name string, id uint32) []byte {
		return attr(i, append(attr(unix.CTRL_ATTR_MCAST_GRP_NAME, append([]byte(name), 0)...),
			attr(unix.CTRL_ATTR_MCAST_GRP_ID, native.AppendUint32(nil, id)...)...)...)
	}
	body := append([]byte{unix.CTRL_CMD_NEWFAMILY, 2, 0, 0}, attr(unix.CTRL_ATTR_FAMILY_NAME, []byte("nl80211\x00")...)...)
	body = append(body, attr(unix.CTRL_ATTR_MCAST_GROUPS|unix.NLA_F_NESTED, append(group(1, "config", 5), group(2, "scan", 6)...)...)...)
	msg := func(typ uint16, body []byte) []byte {
		b := native.AppendUint32(nil, uint32(unix.NLMSG_HDRLEN+len(body)))
		b = native.AppendUint16(b, typ)
		return append(append(b, make([]byte, 10)...), body...)
	}
	data := append(msg(99, []byte{1, 2, 3, 4}), msg(unix.GENL_ID_CTRL, body)...)
	got := newFamilies(data)
	want := family{name: "nl80211", groups: []genlGroup{{"config", 5}, {"scan", 6}}}
	if len(got) != 1 || got[0].name != want.name || !slices.Equal(got[0].groups, want.groups) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for n := range data {
		newFamilies(data[:n])
		for _, evil := range []byte{0, 1, 3, 0x7F, 0x80, 0xFF} {
			bad := bytes.Clone(data)
			bad[n] = evil
			newFamilies(bad) // must end, and not panic
		}
	}
}

func TestWouldLoad(t *testing.T) {
	dep := "kernel/net/netfilter/nf_no_such_module.ko.xz: kernel/x.ko\n"
	if !wouldLoad("nf_no_such_module", dep) || wouldLoad("nf_built_in", dep) || wouldLoad("nf_no_such_module", "") {
		t.Error("a module on disk that is not loaded would be, and no other")
	}
}
