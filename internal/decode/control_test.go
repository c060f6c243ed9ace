// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

func (w wire) s32(v int32) []byte { return w.U32(uint32(v)) }

// ack is struct nlmsgerr (include/uapi/linux/netlink.h) behind its nlmsghdr:
//
//	struct nlmsgerr {
//		int		error;
//		struct nlmsghdr msg;
//	};
func (w wire) ack(flags uint16, errno int32, quoted []byte, tlvs ...[]byte) []byte {
	pad := make([]byte, align4(len(quoted))-len(quoted))
	return w.msg(typeError, flags, w.s32(errno), quoted, pad, nltest.Cat(tlvs...))
}

func TestErrors(t *testing.T) {
	for _, w := range []wire{le, be} {
		request := w.msg(16, 0x605, w.testHeader(0, 0, 0), w.Nest(17, w.Attr(3|nlaNested, w.Attr(4, []byte{9}))))
		const offset = 32 // of TI_MODE: 16 nlmsghdr, 8 testmsg, 4 T_NEST, 4 TI_SELF
		unaligned := nltest.Cat(request, w.U16(5), w.U16(4), []byte{1})
		unaligned = nltest.Cat(w.U32(uint32(len(unaligned))), unaligned[4:])
		genl := w.msg(16, 5, []byte{3, 1, 0, 0}, w.Attr(2, nltest.Str("nosuch")))
		for _, tt := range []struct {
			name     string
			protocol uint16
			msg      []byte
			want     *ErrorInfo
			typ      string
		}{
			{"ack", testProtocol, w.ack(flagCapped, 0, request[:16]), &ErrorInfo{RequestType: "T_NEW", RequestFamily: "test"}, ""},
			{"ack of an old kernel, without NLM_F_CAPPED", testProtocol, w.ack(0, 0, request[:16]), &ErrorInfo{RequestType: "T_NEW", RequestFamily: "test"}, ""},
			{"error with the whole request", testProtocol, w.ack(0, -17, request),
				&ErrorInfo{Errno: 17, Name: "EEXIST", RequestType: "T_NEW", RequestFamily: "test"}, ""},
			{"capped error with attributes", testProtocol,
				w.ack(flagCapped|flagAckTLVs, -22, request[:16], w.Attr(1, nltest.Str("no good")), w.Attr(2, w.U32(offset))),
				&ErrorInfo{Errno: 22, Name: "EINVAL", Msg: "no good", HasOff: true, Offset: offset, RequestType: "T_NEW", RequestFamily: "test"}, ""},
			{"attributes behind the whole request", testProtocol,
				w.ack(flagAckTLVs, -34, request, w.Attr(1, nltest.Str("out of range")), w.Attr(2, w.U32(offset)), w.Attr(3, []byte{1, 2}),
					w.Attr(5, w.U32(4)), w.Attr(6, w.U32(28))),
				&ErrorInfo{Errno: 34, Name: "ERANGE", Msg: "out of range", HasOff: true, Offset: offset, Attr: "T_NEST > TI_SELF > TI_MODE",
					Cookie: []byte{1, 2}, HasMissType: true, MissType: 4, HasMissNest: true, MissNest: 28,
					RequestType: "T_NEW", RequestFamily: "test"}, ""},
			{"attributes behind an unaligned request", testProtocol, w.ack(flagAckTLVs, -1, unaligned, w.Attr(1, nltest.Str("x"))),
				&ErrorInfo{Errno: 1, Name: "EPERM", Msg: "x", RequestType: "T_NEW", RequestFamily: "test"}, ""},
			{"generic: the family in question", capture.NETLINK_GENERIC, w.ack(0, -2, genl),
				&ErrorInfo{Errno: 2, Name: "ENOENT", RequestFamily: "nlctrl", RequestType: "CTRL_CMD_GETFAMILY"}, "nlctrl"},
			{"generic, capped: no command", capture.NETLINK_GENERIC, w.ack(flagCapped, -2, genl[:16]),
				&ErrorInfo{Errno: 2, Name: "ENOENT", RequestFamily: "nlctrl"}, "nlctrl"},
			{"internal errno", testProtocol, w.ack(flagCapped, -524, request[:16]),
				&ErrorInfo{Errno: 524, Name: "ENOTSUPP", RequestType: "T_NEW", RequestFamily: "test"}, ""},
			{"smallest int", testProtocol, w.ack(flagCapped, -1<<31, request[:16]),
				&ErrorInfo{Errno: 1<<31 - 1, RequestType: "T_NEW", RequestFamily: "test"}, ""},
			{"end of a dump", testProtocol, w.msg(typeDone, 2, w.U32(0)), nil, ""},
			{"end of a dump without status", testProtocol, w.msg(typeDone, 2), nil, ""},
			{"dump failed", testProtocol, w.msg(typeDone, 2|flagAckTLVs, w.s32(-5), w.Attr(1, nltest.Str("bad dump"))),
				&ErrorInfo{Errno: 5, Name: "EIO", Msg: "bad dump"}, ""},
			{"dump with a warning", testProtocol, w.msg(typeDone, 2|flagAckTLVs, w.U32(0), w.Attr(1, nltest.Str("partial"))),
				&ErrorInfo{Msg: "partial"}, ""},
			{"overrun", testProtocol, w.msg(typeOverrun, 0), nil, ""},
			{"noop", testProtocol, w.msg(typeNoop, 0, w.U32(1)), nil, ""},
		} {
			t.Run(tt.name, func(t *testing.T) {
				m := one(t, w.frame(tt.protocol, capture.DirReply, tt.msg))
				got := m.Err
				if got != nil {
					if got.RequestType != "" && got.Request.Seq != 7 {
						t.Errorf("quoted header %+v", got.Request)
					}
					c := *got
					c.Request = Header{}
					got = &c
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if tt.typ != "" && m.Family != tt.typ {
					t.Errorf("family %q, want %q", m.Family, tt.typ)
				}
				if b := m.Body(); b.Problem != "" {
					t.Errorf("problem %q\n%s", b.Problem, dump(b))
				}
			})
		}
	}
}

func TestErrorBody(t *testing.T) {
	request := le.msg(16, 0x405, le.testHeader(2, 0, 1), le.Attr(4, []byte{1}))
	m := one(t, le.frame(testProtocol, capture.DirReply, le.ack(flagAckTLVs, -22, request,
		le.Attr(1, nltest.Str("must be 1 to 4094")), le.Attr(2, le.U32(24)),
		le.Nest(4, le.Attr(1, le.U32(3)), le.Attr(4, le.U64(1)), le.Attr(5, le.U64(4094))))))
	want := `16 error = int64 -22 | -22 (EINVAL)
20 msg
  20 nlmsg_len = uint64 32
  24 nlmsg_type = uint64 16 | T_NEW
  26 nlmsg_flags = []string [NLM_F_REQUEST NLM_F_ACK NLM_F_CREATE]
  28 nlmsg_seq = uint64 7
  32 nlmsg_pid = uint64 4711
  36 family = uint64 2
  37 plen = uint64 0
  38 mark = uint64 1 | 0x1
  42  hidden = raw 0000
  48 T_U8 = []string [BIT_A]
56 NLMSGERR_ATTR_MSG = string must be 1 to 4094
80 NLMSGERR_ATTR_OFFS = uint64 24
88 NLMSGERR_ATTR_POLICY
  92 NL_POLICY_TYPE_ATTR_TYPE = string NL_ATTR_TYPE_U16
  100 NL_POLICY_TYPE_ATTR_MIN_VALUE_U = uint64 1
  112 NL_POLICY_TYPE_ATTR_MAX_VALUE_U = uint64 4094
`
	if diff := cmp.Diff(want, dump(m.Body())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n, ok := m.Lookup("NLMSGERR_ATTR_OFFS"); !ok || n.Num != 24 {
		t.Errorf("NLMSGERR_ATTR_OFFS: %+v %v", n, ok)
	}
	if n, ok := m.Lookup("error"); !ok || n.Text != "-22 (EINVAL)" {
		t.Errorf("error: %+v %v", n, ok)
	}
	if _, ok := m.Lookup("T_U8"); ok {
		t.Error("Lookup looks into the quoted request")
	}
}

func TestBrokenErrors(t *testing.T) {
	request := le.msg(16, 5, le.testHeader(0, 0, 0))
	liar := func(n uint32) []byte { return nltest.Cat(le.U32(n), request[4:]) }
	for _, tt := range []struct {
		name, problem string
		msg           []byte
	}{
		{"no status", "0 bytes at offset 16 are too short for an error", le.msg(typeError, 0)},
		{"half a status", "2 bytes at offset 16 are too short for an error", le.msg(typeError, 0, []byte{1, 2})},
		{"half a status of a dump", "2 bytes at offset 16 are too short for an error", le.msg(typeDone, 0, []byte{1, 2})},
		{"half a header", "10 bytes at offset 20 are too short for the quoted header", le.msg(typeError, 0, le.s32(-1), request[:10])},
		{"quoted length 0", "quoted message at offset 20: length 0 is less than 16", le.ack(flagAckTLVs, -1, liar(0))},
		{"quoted length beyond", "quoted message at offset 20: length 99 is beyond the end (24 bytes left)", le.ack(flagAckTLVs, -1, liar(99))},
		{"quoted length huge", "quoted message at offset 20: length 4294967295 is beyond the end (24 bytes left)", le.ack(0, -1, liar(0xffffffff))},
		{"bad attribute", "attribute at offset 36: length 3 is less than 4", le.ack(flagCapped|flagAckTLVs, -1, request[:16], []byte{3, 0, 1, 0})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := one(t, le.frame(testProtocol, capture.DirReply, tt.msg))
			if got := m.Body().Problem; got != tt.problem {
				t.Errorf("problem %q, want %q", got, tt.problem)
			}
			if strings.Contains(tt.name, "status") != (m.Err == nil) {
				t.Errorf("error %+v", m.Err)
			}
		})
	}
}

func TestPathAt(t *testing.T) {
	m := one(t, le.frame(testProtocol, capture.DirRequest, le.msg(16, 5, le.testHeader(0, 0, 0),
		le.Nest(18, le.Nest(7, le.Attr(4, []byte{1}))), le.Nest(300, le.Attr(301, le.U32(1)), le.Attr(302, le.U32(1))))))
	for off, want := range map[uint32]string{
		16: "family", 18: "mark", 23: "", 24: "T_ARRAY", 28: "T_ARRAY > [7]", 32: "T_ARRAY > [7] > TI_MODE", 36: "T_ARRAY > [7] > TI_MODE",
		40: "attribute 300", 44: "attribute 300 > attribute 301", 48: "attribute 300 > attribute 301", 60: "", 0: "", 0xffffffff: "",
	} {
		if got := m.PathAt(off); got != want {
			t.Errorf("offset %d: %q, want %q", off, got, want)
		}
	}
}

func TestMissingName(t *testing.T) {
	request := one(t, le.frame(testProtocol, capture.DirRequest, le.msg(16, 5, le.testHeader(0, 0, 0),
		le.Nest(18, le.Nest(7, le.Attr(4, []byte{1}))))))
	for _, tt := range []struct {
		err  ErrorInfo
		want string
	}{
		{ErrorInfo{HasMissType: true, MissType: 14}, "T_STRING"},
		{ErrorInfo{HasMissType: true, MissType: 1, HasMissNest: true, MissNest: 28}, "TI_KIND"},
		{ErrorInfo{HasMissType: true, MissType: 1, HasMissNest: true, MissNest: 32}, ""},
		{ErrorInfo{HasMissType: true, MissType: 1, HasMissNest: true, MissNest: 0xffffffff}, ""},
		{ErrorInfo{HasMissType: true, MissType: 999}, ""},
		{ErrorInfo{HasMissType: true, MissType: 0x10000 + 14}, ""},
		{ErrorInfo{MissType: 14}, ""},
	} {
		if got := request.MissingName(&tt.err); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.err, got, tt.want)
		}
	}
}
