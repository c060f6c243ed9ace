// SPDX-License-Identifier: Apache-2.0

package live

import (
	"testing"

	"github.com/nltop/nltop/internal/sockets"
)

// A socket that lost something and was closed before the list was made is listed, those
// that are there are not listed twice, and the rest is forgotten.
func TestWithClosed(t *testing.T) {
	lost := func(inode, drops uint64) sockets.Socket {
		return sockets.Socket{Inode: inode, Live: &sockets.Live{Drops: drops}}
	}
	now := withClosed(Sockets{List: []sockets.Socket{lost(1, 0), lost(2, 5)}}, []sockets.Socket{lost(2, 5), lost(3, 111), lost(4, 0), lost(0, 7)})
	var got []uint64
	for _, s := range now.List {
		got = append(got, s.Inode)
		if s.Closed != (s.Inode == 3) {
			t.Errorf("socket %d: closed %v", s.Inode, s.Closed)
		}
	}
	if len(got) != 3 || got[0] != 3 {
		t.Errorf("sockets %v", got)
	}
}
