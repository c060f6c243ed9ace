// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/nltest"
)

// policyMsg is an answer to CTRL_CMD_GETPOLICY.
func (w wire) policyMsg(id uint16, attrs ...[]byte) []byte {
	return w.msg(genlIDCtrl, 2, append([][]byte{{ctrlGetPolicy, 2, 0, 0}, w.Attr(1, w.U16(id))}, attrs...)...)
}

// rule is one attribute of a policy: NL_POLICY_TYPE_ATTR_TYPE and more.
func (w wire) rule(policy, attr uint16, typ uint32, more ...[]byte) []byte {
	return w.Nest(8, w.Nest(policy, w.Nest(attr, append([][]byte{w.Attr(1, w.U32(typ))}, more...)...)))
}

// lampPolicy is the dump for a family with a command 1, whose requests have a
// u32, a string, a flag, and a nest of a policy that contains itself.
func lampPolicy(w wire, id uint16) [][]byte {
	return [][]byte{
		w.policyMsg(id, w.Nest(9, w.Nest(1, w.Attr(1, w.U32(0)), w.Attr(2, w.U32(0))))),
		w.policyMsg(id, w.rule(0, 1, 4, w.Attr(4, w.U64(1)), w.Attr(5, w.U64(4094)))),
		w.policyMsg(id, w.rule(0, 2, 12, w.Attr(7, w.U32(15)))),
		w.policyMsg(id, w.rule(0, 3, 1)),
		w.policyMsg(id, w.rule(0, 4, 13, w.Attr(8, w.U32(1)), w.Attr(9, w.U32(2)))),
		w.policyMsg(id, w.rule(1, 1, 3)),
		w.policyMsg(id, w.rule(1, 2, 14, w.Attr(8, w.U32(1)))),
	}
}

func TestPolicy(t *testing.T) {
	for _, w := range []wire{le, be} {
		d := New(nil, Options{})
		request := func() *Message {
			m := d.Frame(w.frame(capture.NETLINK_GENERIC, capture.DirRequest, w.msg(40, 1, []byte{1, 1, 0, 0},
				w.Attr(1, w.U32(7)), w.Attr(2, nltest.Str("lamp")), w.Attr(3),
				w.Nest(4, w.Attr(1, w.U16(5)), w.Nest(2, w.Nest(0, w.Attr(1, w.U16(6))))),
				w.Attr(1, []byte{1, 2, 3}), // not what the policy says
				w.Attr(9, w.U32(1)))), nil)
			return &m[0]
		}
		say := func(msgs ...[]byte) {
			for _, b := range msgs {
				d.Frame(w.frame(capture.NETLINK_GENERIC, capture.DirReply, b), nil)
			}
		}
		if _, ok := d.WantsPolicy(request()); ok {
			t.Error("a policy is wanted of a family without a name")
		}
		say(lampPolicy(w, 40)[0]) // seen before the family's name is known
		say(w.ctrl(1, 40, "lamp", 0, 0, ""))
		if id, ok := d.WantsPolicy(request()); !ok || id != 40 {
			t.Errorf("no policy is wanted: %d %v", id, ok)
		}
		say(lampPolicy(w, 40)...)
		m := request()
		if _, ok := d.WantsPolicy(m); ok {
			t.Error("a policy is wanted although it is known")
		}
		b := m.Body()
		var got strings.Builder
		dumpNodes(&got, b.Attrs, 0)
		want := `24 attribute 1 = uint64 7
32 attribute 2 = string lamp
44 attribute 3 = bool true
48 attribute 4
  52 attribute 1 = uint64 5
  60 attribute 2
    64 [0]
      68 attribute 1 = uint64 6
76 attribute 1 = raw 010203
84 attribute 9 guess = raw ` + map[bool]string{false: "01000000", true: "00000001"}[w.big()] + "\n"
		if diff := cmp.Diff(want, got.String()); diff != "" {
			t.Errorf("big-endian %v (-want +got):\n%s", w.big(), diff)
		}
		if b.Problem != "" || !b.Attrs[0].Policy || !b.Attrs[3].Policy || b.Attrs[4].Policy || b.Attrs[5].Guessed() != uint64(1) {
			t.Errorf("problem %q, marks wrong: %+v", b.Problem, b.Attrs)
		}
		e := d.genl.get(40)
		if e.family.Origin != schema.Policy || e.family.Set.Lookup(1).Note != "1…4094" || e.family.Set.Lookup(2).Note != "at most 15 bytes" {
			t.Errorf("%v, %+v", e.family.Origin, e.family.Set)
		}
		say(w.ctrl(1, 40, "lamp", 0, 6, "light"))
		if d.genl.get(40).family.Origin != schema.Policy {
			t.Error("a new registration forgets the policy")
		}
		say(w.ctrl(2, 40, "lamp", 0, 0, ""), w.ctrl(1, 40, "candle", 0, 0, ""))
		if d.genl.get(40).family.Origin != schema.None {
			t.Error("another family has inherited the policy of an id")
		}
	}
}

// TestPolicyYields: tables that have names are better than a policy.
func TestPolicyYields(t *testing.T) {
	table := &schema.Family{Name: "lamp", Protocol: capture.NETLINK_GENERIC, Origin: schema.Spec}
	d := New([]*schema.Family{table}, Options{})
	d.Frame(le.frame(capture.NETLINK_GENERIC, capture.DirReply, le.ctrl(1, 40, "lamp", 0, 0, "")), nil)
	for _, b := range lampPolicy(le, 40) {
		d.Frame(le.frame(capture.NETLINK_GENERIC, capture.DirReply, b), nil)
	}
	if got := d.genl.get(40).family; got != table {
		t.Errorf("%+v", got)
	}
}
