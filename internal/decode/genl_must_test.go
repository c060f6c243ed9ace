// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// TestPolicyWords: what the kernel's policy dump says, in words.
func TestPolicyWords(t *testing.T) {
	for _, w := range []wire{le, be} {
		num := func(id uint16, v uint64) []byte { return w.Attr(id, w.U64(v)) }
		typ := func(v uint32) []byte { return w.Attr(policyType, w.U32(v)) }
		for _, tt := range []struct {
			want  string
			attrs [][]byte
		}{
			{"must be 1…4094", [][]byte{typ(3), num(policyMinU, 1), num(policyMaxU, 4094)}},
			{"must be at least 68", [][]byte{typ(4), num(policyMinU, 68), num(policyMaxU, 1<<32-1)}},
			{"must be 3", [][]byte{typ(2), num(policyMinU, 3), num(policyMaxU, 3)}},
			{"must be a number of 4 bytes", [][]byte{typ(4), num(policyMinU, 0), num(policyMaxU, 1<<32-1)}},
			{"must be -2…7", [][]byte{typ(8), num(policyMinS, 1<<64-2), num(policyMaxS, 7)}},
			{"must be a signed number of 4 bytes", [][]byte{typ(8), num(policyMinS, 1<<64-1<<31), num(policyMaxS, 1<<31-1)}},
			{"must be a string that ends with a NUL, at most 15 bytes long", [][]byte{typ(12), w.Attr(policyMaxLen, w.U32(15))}},
			{"must be bytes, 16 long", [][]byte{typ(10), w.Attr(policyMinLen, w.U32(16)), w.Attr(policyMaxLen, w.U32(16))}},
			{"must be bytes, at least 2 and at most 8 bytes long", [][]byte{typ(10), w.Attr(policyMinLen, w.U32(2)), w.Attr(policyMaxLen, w.U32(8))}},
			{"must be a number of 4 bytes, with no bits but 0x3", [][]byte{typ(4), num(policyMask, 3)}},
			{"must be a bitfield of 8 bytes (value, selector), with no bits but 0x11", [][]byte{typ(15), w.Attr(policyBits, w.U32(0x11))}},
			{"must be a flag, without payload", [][]byte{typ(1)}},
			{"", [][]byte{typ(0)}},
			{"", [][]byte{typ(1 << 31)}},
			{"", [][]byte{w.Attr(policyType, []byte{3})}},
			{"", nil},
		} {
			request := w.msg(16, 5, w.testHeader(0, 0, 0))
			m := one(t, w.frame(testProtocol, capture.DirReply, w.ack(flagCapped|flagAckTLVs, -34, request[:16],
				w.Nest(nlmsgerrPolicy, tt.attrs...))))
			if m.Err == nil || m.Err.Policy != tt.want {
				t.Errorf("got %+v, want %q", m.Err, tt.want)
			}
		}
	}
}
