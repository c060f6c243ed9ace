// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// everything is a message with an attribute of every kind.
func (w wire) everything() []byte {
	inner := nltest.Cat(w.Attr(2, w.U32(99)), w.Attr(1, nltest.Str("number"))) // the selector comes second
	return w.msg(16, 0x605,
		w.testHeader(2, 24, 0xbeef),
		w.Attr(1, []byte{1, 2, 3}),
		w.Attr(2, w.U32(0)),
		w.Attr(3),
		w.Attr(4, []byte{0x83 | 0x10}),
		w.Attr(5, w.U16(515)),
		w.Attr(6, w.U32(0x1f)),
		w.Attr(7, w.U64(1<<20)),
		w.Attr(8, []byte{0xff}),
		w.Attr(9, w.U16(0xfffe)),
		w.Attr(10, w.U32(0xffffffff)),
		w.Attr(11, w.U64(1<<63)),
		w.Attr(12, w.U64(5)),
		w.Attr(13, w.U32(0xfffffffb)),
		w.Attr(14, nltest.Str("hello")),
		w.Attr(15, []byte{192, 0, 2, 0}),
		w.Attr(16, []byte{2, 0, 0, 0, 0, 1}),
		w.Nest(17, inner),
		w.Nest(18, w.Nest(0, inner), w.Nest(7, w.Attr(4, []byte{77}), w.Attr(5, w.U16(3)))),
		w.Attr(19, be.U16(80), be.U16(443)),
		w.Attr(20, w.U32(1), be.U16(2), []byte{0, 0}, []byte{9, 9}),
		w.Attr(21, w.U32(1), be.U16(2), []byte{0, 0}, w.U32(3), be.U16(4), []byte{0, 0}),
		w.Attr(22, w.U32(1), w.U32(3)),
		w.Attr(23, w.msg(17, 0x301, w.testHeader(0, 0, 1))),
		w.Attr(24, []byte{1}),
		w.Attr(25, w.U16(16), []byte{1, 0}, w.U32(3), w.Attr(4, []byte{1}), w.U16(8), []byte{0, 1}, w.U32(4)),
		w.Attr(26, w.U32(1), be.U16(2), []byte{0, 0}, w.Attr(6, []byte{10, 0, 0, 1})),
		w.Attr(27, w.U32(5)),
		w.Attr(28, be.U32(6)),
		w.Attr(6|nlaNetOrder, be.U32(0x20)),
		w.Nest(200, w.Attr(1, w.U32(3)), w.Attr(2, nltest.Str("eth0 is up"))),
		w.Attr(201, []byte{9}),
	)
}

const everythingGolden = `16 family = uint64 2
17 plen = uint64 24
18 mark = uint64 48879 | 0xbeef
22  hidden = raw 0000
28 T_BINARY = raw 010203
36 T_PAD hidden = raw 00000000
44 T_FLAG = bool true
48 T_U8 = []string [BIT_A BIT_B BIT_H 0x10]
56 T_U16 = uint64 515
64 T_U32 = uint64 31 | 0x1f
72 T_U64 = uint64 1048576 | 1048576 B (1 MiB)
84 T_S8 = int64 -1
92 T_S16 = int64 -2
100 T_S32 = string WORD_NONE
108 T_S64 = int64 -9223372036854775808
120 T_UINT = uint64 5
132 T_SINT = int64 -5
140 T_STRING = string hello
152 T_IP = string 192.0.2.0 | 192.0.2.0/24
160 T_HW = string 02:00:00:00:00:01
172 T_NEST
  176 TI_DATA = uint64 99
  184 TI_KIND = string number
196 T_ARRAY
  200 [0]
    204 TI_DATA = uint64 99
    212 TI_KIND = string number
  224 [7]
    228 TI_MODE = uint64 77
    236 TI_BY_MODE = uint64 3
244 T_PACKED
  244 [0] = uint64 80
  246 [1] = uint64 443
252 T_STRUCT
  252 a = uint64 1
  256 b = uint64 2
  258 pad hidden = raw 0000
  260  = raw 0909
268 T_PAIRS
  268 [0]
    268 a = uint64 1
    272 b = uint64 2
    274 pad hidden = raw 0000
  276 [1]
    276 a = uint64 3
    280 b = uint64 4
    282 pad hidden = raw 0000
288 T_BITS32
  288 value = []string [BIT_A]
  292 selector = []string [BIT_A BIT_B]
300 T_MESSAGES
  300 [0]
    300 nlmsg_len = uint64 24
    304 nlmsg_type = uint64 17 | T_GET
    306 nlmsg_flags = []string [NLM_F_REQUEST NLM_F_DUMP]
    308 nlmsg_seq = uint64 7
    312 nlmsg_pid = uint64 4711
    316 family = uint64 0
    317 plen = uint64 0
    318 mark = uint64 1 | 0x1
    322  hidden = raw 0000
328 T_CUSTOM = string 1 bytes, big BIG
336 T_RECORDS
  336 [0]
    336 len = uint64 16
    338 flags = []string [BIT_A]
    339 hops = uint64 0
    340 ifindex = int64 3
    348 TI_MODE = string WORD_ONE
  352 [1]
    352 len = uint64 8
    354 flags = []string []
    355 hops = uint64 1
    356 ifindex = int64 4
364 T_HEADED
  364 a = uint64 1
  368 b = uint64 2
  370 pad hidden = raw 0000
  376 TI_OUTWARD = string 10.0.0.1
384 T_IFINDEX = uint64 5
392 T_BE32 = uint64 6
400 T_U32 = uint64 32 | 0x20
408 attribute 200 guess
  412 attribute 1 guess = raw RAW3
  420 attribute 2 guess = raw 6574683020697320757000 | eth0 is up
436 attribute 201 guess = raw 09
`

func TestEveryKind(t *testing.T) {
	for _, w := range []wire{le, be} {
		m := one(t, w.frame(testProtocol, capture.DirRequest, w.everything()))
		want := strings.NewReplacer("BIG", map[bool]string{true: "true", false: "false"}[w.big()],
			"RAW3", map[bool]string{true: "00000003", false: "03000000"}[w.big()]).Replace(everythingGolden)
		if diff := cmp.Diff(want, dump(m.Body())); diff != "" {
			t.Errorf("big-endian %v (-want +got):\n%s", w.big(), diff)
		}
		if m.Family != "test" || m.Type != "T_NEW" || m.Problem != nil {
			t.Errorf("named %q %q, problem %v", m.Family, m.Type, m.Problem)
		}
	}
}

// Values that do not fit their type keep their bytes and say where they are.
func TestMisfits(t *testing.T) {
	for _, tt := range []struct {
		name string
		attr []byte
		want string
	}{
		{"short number", le.Attr(6, []byte{1, 2, 3}), "28 T_U32 = raw 010203 ! T_U32 at offset 24: 3 bytes, 4 wanted\n"},
		{"long number", le.Attr(4, le.U32(1)), "28 T_U8 = raw 01000000 ! T_U8 at offset 24: 4 bytes, 1 wanted\n"},
		{"odd uint", le.Attr(12, []byte{1}), "28 T_UINT = raw 01 ! T_UINT at offset 24: 1 bytes, 4 or 8 wanted\n"},
		{"empty number", le.Attr(5), "28 T_U16 = raw  ! T_U16 at offset 24: 0 bytes, 2 wanted\n"},
		{"flag with payload", le.Attr(3, []byte{1}), "28 T_FLAG = bool true ! T_FLAG at offset 24: a flag with 1 bytes of payload\n"},
		{"address", le.Attr(15, []byte{1, 2, 3, 4, 5}), "28 T_IP = raw 0102030405 ! T_IP at offset 24: an address of 5 bytes, 4 or 16 wanted\n"},
		{"hardware address", le.Attr(16, make([]byte, 33)), "28 T_HW = raw " + strings.Repeat("00", 33) + " ! T_HW at offset 24: a link-layer address of 33 bytes, at most 32 wanted\n"},
		{"no hardware address", le.Attr(16), "28 T_HW = string \n"},
		{"IPoIB", le.Attr(16, make([]byte, 8)), "28 T_HW = string 00:00:00:00:00:00:00:00\n"},
		{"tunnel address", le.Attr(16, []byte{10, 0, 0, 1}), "28 T_HW = string 10.0.0.1\n"},
		{"string without NUL", le.Attr(14, []byte("abc")), "28 T_STRING = string abc\n"},
		{"short struct", le.Attr(20, le.U32(1)), "28 T_STRUCT\n  28 a = uint64 1\n"},
		{"shorter struct", le.Attr(20, []byte{1, 2}), "28 T_STRUCT ! T_STRUCT at offset 24: struct pair of 2 bytes, at least 4 wanted\n  28 a = raw 0102 ! a at offset 28: 2 bytes, 4 wanted\n"},
		{"half an element", le.Attr(19, be.U16(80), []byte{1}), "28 T_PACKED\n  28 [0] = uint64 80\n  30  = raw 01 ! bytes at offset 30: 1 of an element's 2 bytes\n"},
		{"bitfield", le.Attr(22, le.U32(1)), "28 T_BITS32 = raw 01000000 ! T_BITS32 at offset 24: 4 bytes, 8 wanted\n"},
		{"custom", le.Attr(24, make([]byte, 9)), "28 T_CUSTOM = raw 000000000000000000\n"},
		{"record", le.Attr(25, le.U16(1), []byte{0, 0}), "28 T_RECORDS\n  28  = raw 01000000 ! bytes at offset 28: a record of length 1 with 4 bytes left\n"},
		{"message", le.Attr(23, le.U32(1)), "28 T_MESSAGES\n  28  = raw 01000000 ! bytes at offset 28: a message of length 0 with 4 bytes left\n"},
		{"no selector", le.Nest(17, le.Attr(2, le.U32(1))), "28 T_NEST\n  32 TI_DATA guess = raw 01000000\n"},
		{"no case", le.Nest(17, le.Attr(4, []byte{9}), le.Attr(5, []byte{1})), "28 T_NEST\n  32 TI_MODE = uint64 9\n  40 TI_BY_MODE = raw 01\n"},
		{"length 3 in a nest", le.Nest(17, []byte{3, 0, 4, 0}), "28 T_NEST\n  28  = raw 03000400 ! attribute at offset 28: length 3 is less than 4\n"},
		{"length 0 in a nest", le.Nest(17, le.Attr(4, []byte{1}), []byte{0, 0, 0, 0, 1, 1}), "28 T_NEST\n  32 TI_MODE = string WORD_ONE\n  36  = raw 000000000101 ! attribute at offset 36: length 0 is less than 4\n"},
		{"beyond the nest", le.Nest(17, []byte{9, 0, 4, 0, 1}), "28 T_NEST\n  32 TI_MODE = string WORD_ONE ! TI_MODE at offset 28: length 9 is beyond the end (5 bytes left)\n"},
		{"crumbs in a nest", le.Nest(17, []byte{9, 0}), "28 T_NEST\n  28  = raw 0900 ! 2 bytes at offset 28 are too short for an attribute\n"},
		{"unknown and nested but not", le.Nest(300, []byte{1, 2, 3, 4}), "28 attribute 300 guess = raw 01020304\n"},
		{"unknown number", le.Attr(300, le.U32(4)), "28 attribute 300 guess = raw 04000000\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := one(t, le.frame(testProtocol, capture.DirReply, le.msg(16, 0, le.testHeader(0, 0, 0), tt.attr, le.Attr(4, []byte{1}))))
			b := m.Body()
			last := len(b.Attrs) - 1
			if last != 1 || b.Attrs[last].Name != "T_U8" || b.Attrs[last].Problem != "" {
				t.Errorf("decoding did not go on behind it:\n%s", dump(b))
			}
			if diff := cmp.Diff(tt.want, dump(Body{Attrs: b.Attrs[:1]})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if strings.Contains(tt.want, "!") != (b.Problem != "") {
				t.Errorf("problem of the message: %q", b.Problem)
			}
		})
	}
}

func TestTopLevelMisfits(t *testing.T) {
	hdr := le.testHeader(0, 0, 0)
	for _, tt := range []struct {
		name    string
		payload []byte
		want    string
	}{
		{"no header", nil, "problem: header testmsg at offset 16: 0 bytes, at least 2 wanted\n"},
		{"one byte", []byte{1}, "16 family = uint64 1\nproblem: header testmsg at offset 16: 1 bytes, at least 2 wanted\n"},
		{"least header", []byte{1, 2}, "16 family = uint64 1\n17 plen = uint64 2\n"},
		{"header cut in a field", []byte{1, 2, 3}, "16 family = uint64 1\n17 plen = uint64 2\n18 mark = raw 03 ! mark at offset 18: 1 bytes, 4 wanted\nproblem: mark at offset 18: 1 bytes, 4 wanted\n"},
		{"length 3", nltest.Cat(hdr[:6], []byte{0, 0}, []byte{3, 0, 4, 0, 7}), "16 family = uint64 0\n17 plen = uint64 0\n18 mark = uint64 0 | 0x0\n22  hidden = raw 0000\nrest 24: 0300040007\nproblem: attribute at offset 24: length 3 is less than 4\n"},
		{"crumb", nltest.Cat(hdr, []byte{5}), "16 family = uint64 0\n17 plen = uint64 0\n18 mark = uint64 0 | 0x0\n22  hidden = raw 0000\nrest 24: 05\nproblem: 1 bytes at offset 24 are too short for an attribute\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := one(t, le.frame(testProtocol, capture.DirReply, le.msg(16, 0, tt.payload)))
			if diff := cmp.Diff(tt.want, dump(m.Body())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A message whose whole payload has a type of its own, and families without
// tables or messages without definitions.
func TestOtherPayloads(t *testing.T) {
	attrs := nltest.Cat(le.Attr(1, le.U32(7)), le.Attr(2, nltest.Str("some text")))
	for _, tt := range []struct {
		name     string
		protocol uint16
		msg      []byte
		typ      string
		want     string
	}{
		{"text", testProtocol, le.msg(18, 0, nltest.Str("hello")), "T_TEXT", "16  = string hello\n"},
		{"undefined message", testProtocol, le.msg(99, 0, []byte{1, 2}), "", "16 family = uint64 1\n17 plen = uint64 2\n"},
		{"attributes by guess", capture.NETLINK_USERSOCK, le.msg(99, 0, attrs), "", "20 attribute 1 guess = raw 07000000\n28 attribute 2 guess = raw 736f6d65207465787400 | some text\n"},
		{"no attributes", capture.NETLINK_USERSOCK, le.msg(99, 0, []byte("hello")), "", "rest 16: 68656c6c6f\n"},
		{"nfnetlink without tables", capture.NETLINK_NETFILTER, le.msg(13<<8|3, 0, []byte{2, 0, 0, 0}, attrs), "",
			"16 nfgen_family = string NFPROTO_IPV4\n17 version = uint64 0\n18 res_id = uint64 0\n24 attribute 1 guess = raw 07000000\n32 attribute 2 guess = raw 736f6d65207465787400 | some text\n"},
		{"generic netlink, id unknown", capture.NETLINK_GENERIC, le.msg(77, 0, []byte{3, 1, 0, 0}, attrs), "",
			"16 cmd = uint64 3\n17 version = uint64 1\n18 reserved = uint64 0\n24 attribute 1 guess = raw 07000000\n32 attribute 2 guess = raw 736f6d65207465787400 | some text\n"},
		{"generic netlink, no header", capture.NETLINK_GENERIC, le.msg(77, 0), "", "problem: header genlmsghdr at offset 16: 0 bytes, at least 4 wanted\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := one(t, le.frame(tt.protocol, capture.DirReply, tt.msg))
			if m.Type != tt.typ {
				t.Errorf("type %q, want %q", m.Type, tt.typ)
			}
			if diff := cmp.Diff(tt.want, dump(m.Body())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Nests 1,000 deep, known and guessed, end at the bound with a problem or as
// bytes, and cost no more than their length.
func TestDeepNesting(t *testing.T) {
	deep := func(typ, leaf uint16) []byte {
		b := le.Attr(leaf, []byte{1})
		for range 1000 {
			b = le.Nest(typ, b)
		}
		return b
	}
	hdr := le.testHeader(0, 0, 0)
	known := one(t, le.frame(testProtocol, capture.DirReply, le.msg(16, 0, hdr, le.Nest(17, deep(3, 4)))))
	b := known.Body()
	if want := "TI_SELF at offset 280: nested more than 64 deep"; b.Problem != want {
		t.Errorf("problem %q, want %q", b.Problem, want)
	}
	if n := depthOf(b.Attrs); n != maxDepth+1 {
		t.Errorf("%d levels, want %d", n, maxDepth+1)
	}
	if _, ok := known.Lookup("TI_MODE"); ok {
		t.Error("found a name below the bound")
	}
	guessed := one(t, le.frame(testProtocol, capture.DirReply, le.msg(16, 0, hdr, deep(300, 301))))
	if n := depthOf(guessed.Body().Attrs); n != maxDepth+1 {
		t.Errorf("%d guessed levels, want %d", n, maxDepth+1)
	}
}

func depthOf(nodes []Node) int {
	deepest := 0
	for i := range nodes {
		deepest = max(deepest, 1+depthOf(nodes[i].Children))
	}
	return deepest
}

// Many payloads that one absent selector decides must not each search the
// message for it: 16,000 of them would take minutes.
func TestSelectorsAreLinear(t *testing.T) {
	var inner, outer []byte
	for range 16000 {
		inner = append(inner, le.Attr(2)...)
		outer = append(outer, le.Nest(17, le.Attr(6))...)
	}
	m := one(t, le.frame(testProtocol, capture.DirReply, le.msg(16, 0, le.testHeader(0, 0, 0), le.Nest(17, inner[:65000]), outer)))
	if n := len(m.Body().Attrs); n != 16001 {
		t.Errorf("%d attributes, want 16001", n)
	}
}

func TestSlabsDoNotOverlap(t *testing.T) {
	m := one(t, le.frame(testProtocol, capture.DirRequest, le.everything()))
	a, b := m.Body(), m.Values()
	if dump(a) == dump(b) {
		t.Error("Values has the texts of Body")
	}
	if diff := cmp.Diff(dump(a), dump(m.Body())); diff != "" {
		t.Errorf("two bodies differ:\n%s", diff)
	}
}

// Room that is used again gives the same values.
func TestValuesIn(t *testing.T) {
	var s Scratch
	d := newDecoder()
	for range 3 {
		for _, x := range le.fixtures() {
			for _, m := range d.Frame(le.frame(x.protocol, x.dir, x.data), nil) {
				if diff := cmp.Diff(dump(m.Values()), dump(m.ValuesIn(&s))); diff != "" {
					t.Errorf("%s (-values +values in scratch):\n%s", x.name, diff)
				}
			}
		}
	}
}

// Room is made once for messages of one length, also where that is long, and is bounded.
func TestScratchIsKept(t *testing.T) {
	for _, x := range []struct {
		attrs int
		kept  bool
	}{{10, true}, {700, true}, {3000, false}} {
		payload := le.testHeader(2, 24, 0xbeef)
		for range x.attrs {
			payload = append(payload, le.Attr(5, le.U16(515))...)
		}
		m := one(t, le.frame(testProtocol, capture.DirRequest, le.msg(16, 0x605, payload)))
		var s Scratch
		for range 2 {
			if n := len(m.ValuesIn(&s).Attrs); n != x.attrs {
				t.Fatalf("%d attributes of %d", n, x.attrs)
			}
		}
		before := &s.begin()[:1][0]
		m.ValuesIn(&s)
		if same := before == &s.slab[:1][0]; !same && x.kept {
			t.Errorf("%d attributes: room is made anew each time", x.attrs)
		}
		if m = one(t, le.frame(testProtocol, capture.DirRequest, le.everything())); dump(m.Values()) != dump(m.ValuesIn(&s)) {
			t.Errorf("behind %d attributes: other values", x.attrs)
		}
		if n := cap(s.begin()); n > maxScratch {
			t.Errorf("room for %d nodes is kept", n)
		}
	}
}
