// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/nltest"
)

// ctrl is a message of nlctrl about a family with at most one group.
func (w wire) ctrl(cmd uint8, id uint16, name string, hdrSize uint32, group uint32, groupName string) []byte {
	b := w.msg(genlIDCtrl, 0, []byte{cmd, 2, 0, 0},
		w.Attr(2, nltest.Str(name)), w.Attr(1, w.U16(id)), w.Attr(3, w.U32(1)), w.Attr(4, w.U32(hdrSize)), w.Attr(5, w.U32(9)))
	if group != 0 {
		b = nltest.Cat(b, w.Nest(7, w.Nest(1, w.Attr(2, w.U32(group)), w.Attr(1, nltest.Str(groupName)))))
	}
	return nltest.Cat(w.U32(uint32(len(b))), b[4:])
}

// familyOf decodes a message of a generic id and returns its family.
func familyOf(d *Decoder, id uint16) string {
	ms := d.Frame(le.frame(capture.NETLINK_GENERIC, capture.DirRequest, le.msg(id, 1, []byte{1, 1, 0, 0})), nil)
	return ms[0].Family
}

// TestLearnGeneric: what the controller says, message by message, and what ids
// and groups stand for from then on.
func TestLearnGeneric(t *testing.T) {
	table := &schema.Family{Name: "known", Protocol: capture.NETLINK_GENERIC, Messages: []schema.Message{{ID: 1, Name: "KNOWN_CMD"}}}
	for _, w := range []wire{le, be} {
		d := New([]*schema.Family{table}, Options{})
		for _, tt := range []struct {
			name   string
			dir    capture.Dir
			said   [][]byte
			ids    map[uint16]string
			groups map[uint32]string
		}{
			{"nothing", capture.DirReply, nil, map[uint16]string{16: "nlctrl", 17: "VFS_DQUOT", 18: "pmcraid", 30: ""}, nil},
			{"a dump", capture.DirReply, [][]byte{w.ctrl(1, 30, "known", 0, 5, "monitor"), w.ctrl(1, 31, "other", 8, 0, "")},
				map[uint16]string{30: "known", 31: "other"}, map[uint32]string{5: "monitor"}},
			{"a deletion", capture.DirEvent, [][]byte{w.ctrl(2, 30, "known", 0, 0, "")},
				// A module may announce what it takes down behind its family.
				map[uint16]string{30: "known", 31: "other"}, map[uint32]string{5: ""}},
			{"the id used again", capture.DirEvent, [][]byte{w.ctrl(1, 30, "third", 0, 0, "")}, map[uint16]string{30: "third"}, nil},
			{"the name under a new id", capture.DirEvent, [][]byte{w.ctrl(1, 40, "other", 8, 0, "")}, map[uint16]string{31: "", 40: "other"}, nil},
			{"a group comes", capture.DirEvent, [][]byte{w.ctrl(7, 40, "other", 8, 6, "late")},
				map[uint16]string{40: "other"}, map[uint32]string{6: "late"}},
			{"a group goes", capture.DirEvent, [][]byte{w.ctrl(8, 40, "other", 8, 6, "late")},
				map[uint16]string{40: "other"}, map[uint32]string{6: ""}},
		} {
			d.Frame(w.frame(capture.NETLINK_GENERIC, tt.dir, tt.said...), nil)
			for id, name := range tt.ids {
				if got := familyOf(d, id); got != name {
					t.Errorf("%s: id %d is %q, want %q", tt.name, id, got, name)
				}
			}
			for id, name := range tt.groups {
				if got := d.GroupName(capture.NETLINK_GENERIC, id); got != name {
					t.Errorf("%s: group %d is %q, want %q", tt.name, id, got, name)
				}
			}
		}
		d.LearnFamily(41, "told", 3, []schema.Group{{ID: 9, Name: "g"}})
		if family, group := familyOf(d, 41), d.GroupName(capture.NETLINK_GENERIC, 9); family != "told" || group != "g" {
			t.Errorf("told from outside: id 41 is %q, group 9 %q", family, group)
		}
	}
}

// TestForgetGeneric: a message stays what it was when its id is taken away.
func TestForgetGeneric(t *testing.T) {
	table := &schema.Family{Name: "known", Protocol: capture.NETLINK_GENERIC, Messages: []schema.Message{{ID: 1, Name: "KNOWN_CMD"}}}
	d := New([]*schema.Family{table}, Options{})
	say := func(msg []byte) { d.Frame(le.frame(capture.NETLINK_GENERIC, capture.DirEvent, msg), nil) }
	say(le.ctrl(1, 30, "known", 0, 0, ""))
	old := d.Frame(le.frame(capture.NETLINK_GENERIC, capture.DirRequest, le.msg(30, 1, []byte{1, 1, 0, 0})), nil)
	say(le.ctrl(2, 30, "known", 0, 0, ""))
	if old[0].Type != "KNOWN_CMD" || len(old[0].Body().Fields) != 3 {
		t.Errorf("changed: %+v", old[0])
	}
	for _, f := range d.GenericFamilies() {
		if f.Name == "known" {
			t.Error("a family that is gone is listed")
		}
	}
	say(le.ctrl(1, 30, "known", 0, 0, ""))
	if all := d.GenericFamilies(); all[len(all)-1].Name != "known" {
		t.Errorf("it came back, and is not listed: %+v", all)
	}
}

// Requests, peers and ids out of range teach nothing.
func TestLearnGenericRefuses(t *testing.T) {
	d := New(nil, Options{})
	d.Frame(le.frame(capture.NETLINK_GENERIC, capture.DirRequest, le.ctrl(1, 30, "request", 0, 0, "")), nil)
	d.Frame(le.frame(capture.NETLINK_GENERIC, capture.DirPeer, le.ctrl(1, 31, "peer", 0, 0, "")), nil)
	d.Frame(le.frame(capture.NETLINK_GENERIC, capture.DirReply, le.ctrl(1, 3, "low", 0, 0, ""), le.ctrl(1, 2000, "high", 0, 0, ""),
		le.ctrl(1, 32, "", 0, 0, "")), nil)
	d.LearnFamily(2, "low", 1, nil)
	d.LearnFamily(5000, "high", 1, nil)
	var names []string
	for _, f := range d.GenericFamilies() {
		names = append(names, f.Name)
	}
	if diff := cmp.Diff([]string{"nlctrl", "VFS_DQUOT", "pmcraid"}, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A family without tables: its own header is skipped by the size that the
// kernel told.
func TestUserHeader(t *testing.T) {
	d := New(nil, Options{})
	d.Frame(le.frame(capture.NETLINK_GENERIC, capture.DirReply, le.ctrl(1, 30, "ovs_vport", 6, 0, "")), nil)
	f := le.frame(capture.NETLINK_GENERIC, capture.DirRequest,
		le.msg(30, 1, []byte{1, 1, 0, 0}, []byte{1, 2, 3, 4, 5, 6, 0, 0}, le.Attr(1, le.U32(5)), le.Attr(2, le.U32(5))))
	ms := d.Frame(f, nil)
	covered(t, f, ms)
	want := "16 cmd = uint64 1\n17 version = uint64 1\n18 reserved = uint64 0\n20 user_header = raw 010203040506\n26  hidden = raw 0000\n" +
		"32 attribute 1 guess = raw 05000000\n40 attribute 2 guess = raw 05000000\n"
	if diff := cmp.Diff(want, dump(ms[0].Body())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// CTRL_CMD_NEWFAMILY as `genl ctrl get name nlctrl` receives it, shortened.
func TestNlctrlBody(t *testing.T) {
	m := one(t, le.frame(capture.NETLINK_GENERIC, capture.DirReply, le.msg(16, 0, []byte{1, 2, 0, 0},
		le.Attr(2, nltest.Str("nlctrl")), le.Attr(1, le.U16(16)),
		le.Nest(6, le.Nest(1, le.Attr(1, le.U32(3)), le.Attr(2, le.U32(0x0e)))),
		le.Nest(7, le.Nest(1, le.Attr(2, le.U32(16)), le.Attr(1, nltest.Str("notify")))),
		le.Nest(8, le.Nest(0, le.Nest(2, le.Attr(1, le.U32(12)), le.Attr(7, le.U32(15))))),
		le.Nest(9, le.Nest(3, le.Attr(1, le.U32(0)), le.Attr(2, le.U32(0)))))))
	want := `16 cmd = uint64 1
17 version = uint64 2
18 reserved = uint64 0
24 CTRL_ATTR_FAMILY_NAME = string nlctrl
36 CTRL_ATTR_FAMILY_ID = uint64 16
44 CTRL_ATTR_OPS
  48 [1]
    52 CTRL_ATTR_OP_ID = uint64 3
    60 CTRL_ATTR_OP_FLAGS = []string [GENL_CMD_CAP_DO GENL_CMD_CAP_DUMP GENL_CMD_CAP_HASPOL]
68 CTRL_ATTR_MCAST_GROUPS
  72 [1]
    76 CTRL_ATTR_MCAST_GRP_ID = uint64 16
    84 CTRL_ATTR_MCAST_GRP_NAME = string notify
96 CTRL_ATTR_POLICY
  100 [0]
    104 [2]
      108 NL_POLICY_TYPE_ATTR_TYPE = string NL_ATTR_TYPE_NUL_STRING
      116 NL_POLICY_TYPE_ATTR_MAX_LENGTH = uint64 15
124 CTRL_ATTR_OP_POLICY
  128 [3]
    132 CTRL_ATTR_POLICY_DO = uint64 0
    140 CTRL_ATTR_POLICY_DUMP = uint64 0
`
	if diff := cmp.Diff(want, dump(m.Body())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
