// SPDX-License-Identifier: Apache-2.0

package differ_test

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/differ"
	"github.com/nltop/nltop/internal/nltest"
)

// teller makes messages of one network namespace.
type teller struct {
	t   *testing.T
	dec *decode.Decoder
	id  uint64
	// of the frames that it makes
	origin capture.Origin
}

func newTeller(t *testing.T) *teller {
	return &teller{t: t, dec: decode.New(families.All(), decode.Options{}),
		origin: capture.Origin{Dir: capture.DirEvent, NetNS: 1, Sees: capture.SeesListeners}}
}

func (s *teller) message(b []byte) *decode.Message {
	s.t.Helper()
	s.id++
	o := s.origin
	ms := s.dec.Frame(&capture.Frame{Origin: &o, ID: s.id, Data: b, OrigLen: len(b)}, nil)
	if len(ms) != 1 {
		s.t.Fatalf("%d messages", len(ms))
	}
	return &ms[0]
}

// link is an event about a link.
func link(typ uint16, family byte, index, flags uint32, attrs ...[]byte) []byte {
	h := nltest.Cat([]byte{family, 0, 1, 0}, nltest.U32(index), nltest.U32(flags), nltest.U32(0xffffffff))
	return nltest.Message(typ, 0, 0, 0, append([][]byte{h}, attrs...)...)
}

func newLink(index, flags uint32, attrs ...[]byte) []byte {
	return link(unix.RTM_NEWLINK, 0, index, flags, attrs...)
}

func name(s string) []byte { return nltest.Attr(unix.IFLA_IFNAME, nltest.Str(s)) }
func mtu(n uint32) []byte  { return nltest.Attr(unix.IFLA_MTU, nltest.U32(n)) }
func oper(n byte) []byte   { return nltest.Attr(unix.IFLA_OPERSTATE, []byte{n}) }
func alt(names ...string) []byte {
	var list [][]byte
	for _, n := range names {
		list = append(list, nltest.Attr(unix.IFLA_ALT_IFNAME, nltest.Str(n)))
	}
	return nltest.Nest(unix.IFLA_PROP_LIST, list...)
}

func bridge(ageing uint32, timer uint64) []byte {
	return nltest.Nest(unix.IFLA_LINKINFO, nltest.Attr(unix.IFLA_INFO_KIND, nltest.Str("bridge")), nltest.Nest(unix.IFLA_INFO_DATA,
		nltest.Attr(unix.IFLA_BR_AGEING_TIME, nltest.U32(ageing)), nltest.Attr(unix.IFLA_BR_HELLO_TIMER, nltest.U64(timer))))
}

func physID(b byte) []byte { return nltest.Attr(unix.IFLA_PHYS_PORT_ID, []byte{10, b}) }

func TestBetween(t *testing.T) {
	addr := func(flags uint32, cstamp uint32) []byte {
		return nltest.Message(unix.RTM_NEWADDR, 0, 0, 0, []byte{unix.AF_INET, 24, byte(flags), 0}, nltest.U32(2),
			nltest.Attr(unix.IFA_ADDRESS, []byte{10, 0, 0, 1}), nltest.Attr(unix.IFA_LOCAL, []byte{10, 0, 0, 1}),
			nltest.Attr(unix.IFA_FLAGS, nltest.U32(flags)), nltest.Attr(unix.IFA_CACHEINFO, nltest.U32(60), nltest.U32(cstamp), nltest.U32(cstamp), nltest.U32(cstamp)))
	}
	neigh := func(state uint16, lladdr ...byte) []byte {
		b := [][]byte{{unix.AF_INET, 0, 0, 0}, nltest.U32(2), nltest.U16(state), {0, 1}, nltest.Attr(unix.NDA_DST, []byte{10, 0, 0, 9})}
		if lladdr != nil {
			b = append(b, nltest.Attr(unix.NDA_LLADDR, lladdr))
		}
		return nltest.Message(unix.RTM_NEWNEIGH, 0, 0, 0, append(b, nltest.Attr(unix.NDA_PROBES, nltest.U32(uint32(state))))...)
	}
	up := uint32(unix.IFF_UP | unix.IFF_RUNNING)
	for _, c := range []struct {
		what       string
		was, is    []byte
		text, path string
	}{
		{"nothing", newLink(2, up, name("d0"), mtu(1500)), newLink(2, up, name("d0"), mtu(1500)), "", ""},
		{"a number", newLink(2, up, mtu(1500)), newLink(2, up, mtu(1400)), "mtu 1500 -> 1400", "IFLA_MTU"},
		{"flags and state", newLink(2, up|unix.IFF_LOWER_UP, oper(6)), newLink(2, unix.IFF_UP|unix.IFF_DORMANT, oper(2)),
			"+DORMANT -RUNNING -LOWER_UP, state UP -> DOWN", "ifi_flags"},
		{"the name", newLink(2, up, name("d0")), newLink(2, up, name("wan")), "name d0 -> wan", "IFLA_IFNAME"},
		{"a hostile alias", newLink(2, 0, nltest.Attr(unix.IFLA_IFALIAS, nltest.Str("a"))), newLink(2, 0, nltest.Attr(unix.IFLA_IFALIAS, nltest.Str("\x1b[31m\n"))),
			`alias a -> "\x1b[31m\n"`, "IFLA_IFALIAS"},
		{"a master that was set", newLink(2, 0, name("d0")), newLink(2, 0, name("d0"), nltest.Attr(unix.IFLA_MASTER, nltest.U32(7))),
			"master none -> br0", "IFLA_MASTER"},
		{"a master that was unset", newLink(2, 0, nltest.Attr(unix.IFLA_MASTER, nltest.U32(7))), newLink(2, 0), "master br0 -> none", "IFLA_MASTER"},
		{"a message with less", newLink(2, 0, mtu(1500), oper(6)), newLink(2, 0, oper(6)), "", ""},
		{"counters", newLink(2, 0, nltest.Attr(unix.IFLA_CARRIER_CHANGES, nltest.U32(1)), nltest.Attr(unix.IFLA_STATS64, make([]byte, 192))),
			newLink(2, 0, nltest.Attr(unix.IFLA_CARRIER_CHANGES, nltest.U32(2)), nltest.Attr(unix.IFLA_STATS64, append(make([]byte, 191), 1))), "", ""},
		{"inside of a nest", newLink(2, 0, bridge(100, 1)), newLink(2, 0, bridge(200, 2)), "br_ageing_time 100 -> 200",
			"IFLA_LINKINFO > IFLA_INFO_DATA > IFLA_BR_AGEING_TIME"},
		{"names beside the name", newLink(2, 0, alt("a", "b")), newLink(2, 0, alt("b", "c")), "altname a -> none, altname none -> c", "IFLA_PROP_LIST > IFLA_ALT_IFNAME"},
		{"the first of them", newLink(2, 0), newLink(2, 0, alt("a")), "altname none -> a", "IFLA_PROP_LIST > IFLA_ALT_IFNAME"},
		{"bytes", newLink(2, 0, physID(1)), newLink(2, 0, physID(2)), "phys_port_id 0a01 -> 0a02", "IFLA_PHYS_PORT_ID"},
		{"what is malformed", newLink(2, 0, mtu(1500)), newLink(2, 0, nltest.Attr(unix.IFLA_MTU, []byte{1})), "", ""},
		{"an address", addr(unix.IFA_F_TENTATIVE, 5), addr(unix.IFA_F_PERMANENT, 9), "+PERMANENT -TENTATIVE", "IFA_FLAGS"},
		{"a neighbour", neigh(unix.NUD_REACHABLE, 2, 0, 0, 0, 0, 1), neigh(unix.NUD_STALE, 2, 0, 0, 0, 0, 1), "state REACHABLE -> STALE", "ndm_state"},
		{"one that failed", neigh(unix.NUD_PROBE, 2, 0, 0, 0, 0, 1), neigh(unix.NUD_FAILED), "state PROBE -> FAILED, lladdr 02:00:00:00:00:01 -> none", "ndm_state"},
	} {
		t.Run(c.what, func(t *testing.T) {
			s := newTeller(t)
			s.message(newLink(7, 0, name("br0")))
			found := differ.Between(s.message(c.was), s.message(c.is))
			if got := differ.Text(found); got != c.text {
				t.Errorf("%s\nwant %s", got, c.text)
			}
			if c.path != "" && (len(found) == 0 || found[0].Path != c.path) {
				t.Errorf("%+v, want %s", found, c.path)
			}
		})
	}
}

func TestStore(t *testing.T) {
	s := newTeller(t)
	var store differ.Store
	next := func(b []byte) *decode.Message {
		m := s.message(b)
		if !differ.Wants(m, m.Frame.Dir == capture.DirReply) {
			t.Fatalf("%s is not wanted", m.TypeText())
		}
		return store.Next(m)
	}
	first := func(what string, b []byte) {
		t.Helper()
		if was := next(b); was != nil {
			t.Errorf("%s: frame %d was before it", what, was.Frame.ID)
		}
	}
	after := func(what string, b []byte, id uint64) {
		t.Helper()
		if was := next(b); was == nil || was.Frame.ID != id {
			t.Errorf("%s: %+v, want frame %d", what, was, id)
		}
	}
	first("the first", newLink(2, 0, mtu(1))) // 1
	after("the second", newLink(2, 0, mtu(2)), 1)
	first("another link", newLink(3, 0, mtu(2)))
	first("what a bridge says of it", link(unix.RTM_NEWLINK, unix.AF_BRIDGE, 2, 0))
	after("again", newLink(2, 0, mtu(3)), 2)
	first("what a radio says", newLink(2, 0, nltest.Attr(unix.IFLA_WIRELESS, make([]byte, 8)))) // 6
	after("the state behind that", newLink(2, 0, mtu(4)), 5)
	s.origin.NetNS = 2
	first("another namespace", newLink(2, 0, mtu(4)))
	s.origin.NetNS, s.origin.Dir = 1, capture.DirReply
	after("an answer", newLink(2, 0, mtu(4)), 7)
	s.origin.Dir = capture.DirEvent
	after("behind the answer", newLink(2, 0, mtu(5)), 9)
	first("that it left its bridge", link(unix.RTM_DELLINK, unix.AF_BRIDGE, 2, 0)) // 11
	after("the link lives", newLink(2, 0, mtu(6)), 10)
	first("its end", link(unix.RTM_DELLINK, 0, 2, 0)) // 13
	first("another one with its number", newLink(2, 0, mtu(5)))

	// Told when it is read: each reader has them in its own order.
	s.origin.Sees, s.origin.Socket.Inode = capture.SeesRequests, 100
	first("of one reader", newLink(9, 0, mtu(1))) // 15
	after("of one reader", newLink(9, 0, mtu(2)), 15)
	s.origin.Socket.Inode = 101
	first("of another one, late", newLink(9, 0, mtu(1)))
	after("of another one, late", newLink(9, 0, mtu(2)), 17)
}

// What is kept is bounded, and what was told of last stays.
func TestBounds(t *testing.T) {
	s := newTeller(t)
	var store differ.Store
	for i := range uint32(6000) {
		store.Next(s.message(newLink(i+1, 0, mtu(1))))
	}
	if was := store.Next(s.message(newLink(1, 0, mtu(1)))); was != nil {
		t.Error("the first of 6000 is still there")
	}
	if was := store.Next(s.message(newLink(6000, 0, mtu(1)))); was == nil {
		t.Error("the last of 6000 is not there any more")
	}
	long := nltest.Attr(unix.IFLA_IFALIAS, make([]byte, 60000))
	for i := range uint32(200) {
		store.Next(s.message(newLink(i+1, 0, long)))
	}
	if was := store.Next(s.message(newLink(1, 0, mtu(1)))); was != nil {
		t.Error("12 MB are kept")
	}
	if was := store.Next(s.message(newLink(200, 0, mtu(1)))); was == nil {
		t.Error("the last one is gone")
	}
	for _, m := range []*decode.Message{
		s.message(newLink(1, 0, long, long)), s.message(nltest.Message(unix.RTM_NEWROUTE, 0, 0, 0, make([]byte, 12))),
		s.message(nltest.Message(unix.RTM_GETLINK, 0, 0, 0, make([]byte, 16))),
	} {
		if differ.Wants(m, false) {
			t.Errorf("%s of %d bytes is kept", m.TypeText(), len(m.Data))
		}
	}
}

func ExampleText() {
	dec := decode.New(families.All(), decode.Options{})
	message := func(b []byte) *decode.Message {
		f := &capture.Frame{Origin: &capture.Origin{Dir: capture.DirEvent}, Data: b, OrigLen: len(b)}
		return &dec.Frame(f, nil)[0]
	}
	was := message(newLink(2, unix.IFF_UP|unix.IFF_LOWER_UP, name("d0"), mtu(1500), oper(6)))
	is := message(newLink(2, unix.IFF_UP, name("d0"), mtu(1400), oper(2)))
	fmt.Println(differ.Text(differ.Between(was, is)))
	// Output: -LOWER_UP, mtu 1500 -> 1400, state UP -> DOWN
}
