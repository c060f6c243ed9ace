// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
)

// TestModifies: what the tables say, and what the rules of the protocols say where no table
// knows a message.
func TestModifies(t *testing.T) {
	table := &schema.Family{Name: "known", Protocol: capture.NETLINK_GENERIC, Messages: []schema.Message{
		{ID: 1, Name: "KNOWN_SET", Effect: schema.Changes}, {ID: 2, Name: "KNOWN_GET", Effect: schema.Reads, Told: schema.Changed},
		{ID: 3, Name: "KNOWN_VENDOR", Effect: schema.Varies}, {ID: 4, Name: "KNOWN_NTF", Effect: schema.Changed},
		{ID: 5, Name: "KNOWN_LISTEN", Effect: schema.Own}, {ID: 6, Name: "KNOWN_PACKET", Effect: schema.Passes}, {ID: 7, Name: "KNOWN_NEW"},
	}}
	d := New([]*schema.Family{table}, Options{})
	d.Frame(le.frame(capture.NETLINK_GENERIC, capture.DirReply, le.ctrl(1, 40, "known", 0, 0, "")), nil)
	d.Frame(le.frame(capture.NETLINK_GENERIC, capture.DirReply, le.ctrl(1, 41, "strange", 0, 0, "")), nil)
	const dump = 0x300
	genl := func(id, flags uint16, cmd byte) []byte { return le.msg(id, flags, []byte{cmd, 1, 0, 0}) }
	for _, tt := range []struct {
		what     string
		protocol uint16
		dir      capture.Dir
		data     []byte
		want     schema.Answer
	}{
		{"a request that sets", capture.NETLINK_GENERIC, capture.DirRequest, genl(40, 1, 1), schema.Yes},
		{"its answer", capture.NETLINK_GENERIC, capture.DirReply, genl(40, 0, 1), schema.No},
		{"an event of it", capture.NETLINK_GENERIC, capture.DirEvent, genl(40, 0, 1), schema.Yes},
		{"between processes", capture.NETLINK_GENERIC, capture.DirPeer, genl(40, 0, 1), schema.No},
		{"a request that asks", capture.NETLINK_GENERIC, capture.DirRequest, genl(40, 1, 2), schema.No},
		{"an event of its name", capture.NETLINK_GENERIC, capture.DirEvent, genl(40, 0, 2), schema.Yes},
		{"a vendor's command", capture.NETLINK_GENERIC, capture.DirRequest, genl(40, 1, 3), schema.Unknown},
		{"a dump of it", capture.NETLINK_GENERIC, capture.DirRequest, genl(40, 1|dump, 3), schema.Unknown},
		{"a vendor's event", capture.NETLINK_GENERIC, capture.DirEvent, genl(40, 0, 3), schema.No},
		{"a notification", capture.NETLINK_GENERIC, capture.DirEvent, genl(40, 0, 4), schema.Yes},
		{"a notification as a request", capture.NETLINK_GENERIC, capture.DirRequest, genl(40, 1, 4), schema.No},
		{"listening", capture.NETLINK_GENERIC, capture.DirRequest, genl(40, 1, 5), schema.No},
		{"a packet", capture.NETLINK_GENERIC, capture.DirEvent, genl(40, 0, 6), schema.No},
		{"undecided", capture.NETLINK_GENERIC, capture.DirRequest, genl(40, 1, 7), schema.Unknown},
		{"an undecided event", capture.NETLINK_GENERIC, capture.DirEvent, genl(40, 0, 7), schema.Unknown},
		{"a dump of it", capture.NETLINK_GENERIC, capture.DirRequest, genl(40, 1|dump, 7), schema.No},
		{"a family without tables", capture.NETLINK_GENERIC, capture.DirRequest, genl(41, 1, 1), schema.Unknown},
		{"a dump of it", capture.NETLINK_GENERIC, capture.DirRequest, genl(41, 1|dump, 1), schema.No},
		{"a family that nobody knows", capture.NETLINK_GENERIC, capture.DirRequest, genl(42, 1, 1), schema.Unknown},
		{"a new type of rtnetlink", capture.NETLINK_ROUTE, capture.DirRequest, le.msg(0x1f4, 1), schema.Yes},
		{"one that asks", capture.NETLINK_ROUTE, capture.DirRequest, le.msg(0x1f6, 1), schema.No},
		{"an event of it", capture.NETLINK_ROUTE, capture.DirEvent, le.msg(0x1f4, 0), schema.Unknown},
		{"NLMSG_NOOP", capture.NETLINK_ROUTE, capture.DirRequest, le.msg(1, 1), schema.No},
		{"the begin of a batch", capture.NETLINK_NETFILTER, capture.DirRequest, le.msg(16, 1, []byte{0, 0, 0, 10}), schema.No},
		{"another protocol", 29, capture.DirRequest, le.msg(20, 1), schema.Unknown},
		{"a uevent", capture.NETLINK_KOBJECT_UEVENT, capture.DirEvent, []byte("add@/devices/x\x00ACTION=add\x00"), schema.Yes},
		{"a uevent that a process sends", capture.NETLINK_KOBJECT_UEVENT, capture.DirRequest, []byte("add@/devices/x\x00ACTION=add\x00"), schema.No},
		{"udevd's", capture.NETLINK_KOBJECT_UEVENT, capture.DirEvent, append([]byte("libudev\x00"), make([]byte, 40)...), schema.No},
	} {
		m := d.Frame(le.frame(tt.protocol, tt.dir, tt.data), nil)
		if len(m) != 1 || m[0].Modifies() != tt.want {
			t.Errorf("%s: %s, want %s", tt.what, m[0].Modifies(), tt.want)
		}
	}
}
