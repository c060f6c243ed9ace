// SPDX-License-Identifier: Apache-2.0

package capture

import "testing"

// Equal Origins are one as long as they are remembered, and never another's.
func TestOrigins(t *testing.T) {
	for _, limit := range []int{1, 2, 100, 1000} {
		s := Origins{Limit: limit}
		for i := range 3000 {
			o := Origin{Proc: Proc{PID: uint32(i % 301), Comm: "x"}, Dir: Dir(i % 5)}
			p := s.Of(&o)
			if *p != o {
				t.Fatalf("limit %d: %+v stands for %+v", limit, *p, o)
			}
			if q := s.Of(&o); q != p {
				t.Fatalf("limit %d: asked twice in a row, %+v is two", limit, o)
			}
			if n := len(s.young) + len(s.old); n > 2*limit {
				t.Fatalf("limit %d: %d are remembered", limit, n)
			}
			o.Proc.PID = 1 << 30
			if p.Proc.PID == o.Proc.PID {
				t.Fatal("the Origin of the caller is kept")
			}
		}
	}
}

// What is kept is found again, or made anew, and never another's.
func TestPerOrigin(t *testing.T) {
	for _, limit := range []int{1, 2, 100, 1000} {
		p := PerOrigin[*Origin]{Limit: limit}
		found := 0
		all := make([]Origin, 700)
		for i := range 5000 {
			o := &all[i*i%len(all)]
			o.Dir = Dir(i * i % len(all) % 5)
			kept, known := p.Of(o)
			if known && *kept != o || !known && *kept != nil {
				t.Fatalf("limit %d: %p is kept for %p", limit, *kept, o)
			}
			*kept = o
			if known {
				found++
			}
			if again, known := p.Of(o); !known || *again != o {
				t.Fatalf("limit %d: forgotten at once", limit)
			}
			if n := len(p.young) + len(p.old); n > 2*limit {
				t.Fatalf("limit %d: %d are remembered", limit, n)
			}
		}
		if found == 0 {
			t.Errorf("limit %d: nothing was ever found", limit)
		}
	}
}

// Change leaves the Origin that others point to as it is.
func TestChange(t *testing.T) {
	shared := &Origin{Protocol: NETLINK_ROUTE}
	f, g := Frame{Origin: shared}, Frame{Origin: shared}
	f.Change(func(o *Origin) { o.Protocol = NETLINK_GENERIC })
	if g.Protocol != NETLINK_ROUTE || f.Protocol != NETLINK_GENERIC {
		t.Errorf("protocols %d and %d", f.Protocol, g.Protocol)
	}
	var none Frame
	if none.Change(func(o *Origin) { o.Dir = DirPeer }); none.Dir != DirPeer {
		t.Error("a frame without an Origin got none")
	}
}
