// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// iproute2 sends its request buffer whole, most of it zeros behind nlmsg_len:
//
//	strace -e trace=sendto ip route show table all
func TestZerosBehindLastMessage(t *testing.T) {
	d := newDecoder()
	request := le.msg(26 /* RTM_GETROUTE */, 0x301, make([]byte, 12))
	for _, tt := range []struct {
		name string
		tail []byte
		cut  bool
		want int
	}{
		{"zeros", make([]byte, 128), false, 1},
		{"fewer zeros than a header", make([]byte, 8), false, 1},
		{"not only zeros", append(make([]byte, 127), 1), false, 2},
		{"cut, so that a header may follow", make([]byte, 8), true, 2},
	} {
		behind := 0
		if tt.want == 1 {
			behind = len(tt.tail)
		}
		f := le.frame(capture.NETLINK_ROUTE, capture.DirRequest, append(request[:len(request):len(request)], tt.tail...))
		if tt.cut {
			f.OrigLen += 100
		}
		if ms := d.Frame(f, nil); len(ms) != tt.want || ms[0].Problem != nil || Messages(f) != tt.want {
			t.Errorf("%s: %d messages, %d counted, problem %v", tt.name, len(ms), Messages(f), ms[0].Problem)
		} else if n := ms[0].ZerosBehind(); n != behind {
			t.Errorf("%s: %d zeros behind, want %d", tt.name, n, behind)
		}
	}
	// Alone they are no padding of anything.
	if ms := d.Frame(le.frame(capture.NETLINK_ROUTE, capture.DirRequest, make([]byte, 32)), nil); len(ms) != 1 || ms[0].Problem == nil {
		t.Errorf("zeros alone: %d messages", len(ms))
	}
}
