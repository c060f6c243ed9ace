// SPDX-License-Identifier: Apache-2.0

package listen

import (
	"bytes"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/nltest"
)

// A CTRL_CMD_NEWFAMILY of the kernel's, as "genl ctrl monitor" prints it, with
// two groups.
func TestNewFamilies(t *testing.T) {
	o := nltest.Native
	group := func(i uint16, name string, id uint32) []byte {
		return o.Attr(i, o.Attr(unix.CTRL_ATTR_MCAST_GRP_NAME, nltest.Str(name)), o.Attr(unix.CTRL_ATTR_MCAST_GRP_ID, o.U32(id)))
	}
	data := nltest.Cat(o.Message(99, 0, 0, 0, []byte{1, 2, 3, 4}),
		o.NewFamily(30, "nl80211", o.Nest(unix.CTRL_ATTR_MCAST_GROUPS, group(1, "config", 5), group(2, "scan", 6))))
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
