// SPDX-License-Identifier: Apache-2.0

package live

import (
	"testing"
	"time"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pipeline"
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

// A snapshot that is filled again takes the sockets of the kernel's list alone: what it
// had of an older list was not seen by the stream, and is not there as closed.
func TestFillForgetsList(t *testing.T) {
	for _, tt := range []struct {
		name   string
		closed bool // Options.Closed
		gone   *sockets.Live
	}{
		{"lost something", false, &sockets.Live{Drops: 5}},
		{"nothing known", false, nil},
		{"closed ones are listed", true, &sockets.Live{Drops: 5}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := New(Options{Closed: tt.closed}, pipeline.Options{Source: waiting{}, Decoder: decode.New(families.All(), decode.Options{})})
			if err != nil {
				t.Fatal(err)
			}
			m.socks.at = time.Now().Add(time.Hour) // the kernel is not asked
			m.socks.now.List = []sockets.Socket{{Inode: 1, Live: tt.gone}, {Inode: 2}}
			s := m.Snapshot(Ask{Sockets: true})
			if len(s.Sockets.List) != 2 {
				t.Fatalf("%d sockets, want 2", len(s.Sockets.List))
			}
			m.socks.now.List = m.socks.now.List[1:]
			m.Fill(s, Ask{Sockets: true, Exchanges: &Exchanges{Count: 10, Last: true}})
			if len(s.Sockets.List) != 2 {
				t.Errorf("filled with something else: %+v", s.Sockets.List)
			}
			s.Asked.Sockets = false
			m.Fill(s, Ask{Sockets: true, Exchanges: &Exchanges{Count: 10, Last: true}})
			if got := s.Sockets.List; len(got) != 1 || got[0].Inode != 2 || got[0].Closed {
				t.Errorf("filled again: %+v, want inode 2 alone", got)
			}
		})
	}
}
