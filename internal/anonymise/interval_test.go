// SPDX-License-Identifier: Apache-2.0

package anonymise

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// Of include/uapi/linux/netfilter/nf_tables.h, and nft's types of data.
const (
	newSet, newSetElem = 9, 12
	intervalEnd        = 1
	ipv4Addr           = 7
	ipv6Addr           = 8
)

// setMaker makes messages about one set, and reads them again.
type setMaker struct {
	t *testing.T
	a *Anonymiser
}

func be32(id uint16, n uint32) []byte {
	return nltest.Attr(id, binary.BigEndian.AppendUint32(nil, n))
}

func (s setMaker) frame(typ uint16, attrs ...[]byte) *capture.Frame {
	s.t.Helper()
	data := nltest.Message(10<<8|typ, 1, 1, 0, append([][]byte{{1, 0, 0, 0}}, attrs...)...)
	return &capture.Frame{Origin: &capture.Origin{Protocol: capture.NETLINK_NETFILTER, Dir: capture.DirRequest}, Data: data, OrigLen: len(data)}
}

func (s setMaker) create(keyType uint32) {
	s.a.Frame(s.frame(newSet, nltest.Attr(1, nltest.Str("t")), nltest.Attr(2, nltest.Str("s")), be32(3, 4), be32(4, keyType)))
}

// element is one with a key, and what else it has.
func element(key []byte, more ...[]byte) []byte {
	return nltest.Nest(1, append([][]byte{nltest.Nest(1, nltest.Attr(1, key))}, more...)...)
}

// elements returns the values of a message about elements with pseudonyms, in their order.
func (s setMaker) elements(list ...[]byte) (values [][]byte) {
	s.t.Helper()
	f := s.frame(newSetElem, nltest.Attr(1, nltest.Str("t")), nltest.Attr(2, nltest.Str("s")), nltest.Nest(3, list...))
	ms := s.a.dec.Frame(s.a.Frame(f), nil)
	if len(ms) != 1 || ms[0].Problem != nil {
		s.t.Fatalf("%+v", ms)
	}
	body := ms[0].Body()
	for _, n := range body.Attrs {
		for _, e := range n.Children {
			for _, key := range []string{"NFTA_SET_ELEM_KEY", "NFTA_SET_ELEM_KEY_END"} {
				if v := parts(e.Children).data(key); n.Name == "NFTA_SET_ELEM_LIST_ELEMENTS" && v != nil {
					values = append(values, bytes.Clone(v))
				}
			}
		}
	}
	return values
}

// randomly returns an address, and the first and last of an interval that has it: a prefix,
// or not.
func randomly(rng *rand.Rand, size int) (in, first, last []byte) {
	in = make([]byte, size)
	for i := range in {
		in[i] = byte(rng.Uint32())
	}
	in[0] = byte(1 + rng.IntN(0xdf)) // neither zero nor multicast
	k := 8 + rng.IntN(8*size-8)
	first, last = bytes.Clone(in), bytes.Clone(in)
	for n := k; n < 8*size; n++ {
		first[n/8] &^= 0x80 >> (n % 8)
		last[n/8] |= 0x80 >> (n % 8)
	}
	if rng.IntN(2) == 0 && bytes.Compare(first, in) < 0 {
		first = before(in)
	}
	return in, first, last
}

func behind(addr []byte) []byte {
	b := bytes.Clone(addr)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i]++; b[i] != 0 {
			break
		}
	}
	return b
}

// What was in an interval of a set is in it, and a prefix has become one of the same
// length: in a request with both bounds, in events of each, and in an element with both.
func TestIntervals(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, tt := range []struct {
		name string
		typ  uint32
		size int
	}{{"IPv4", ipv4Addr, 4}, {"IPv6", ipv6Addr, 16}} {
		t.Run(tt.name, func(t *testing.T) {
			a := newTest(t, "a key for tests")
			s := setMaker{t, a}
			for range 300 {
				in, first, last := randomly(rng, tt.size)
				k, whole := enclosing(first, last)
				now := bytes.Clone(in)
				a.secret.ip(now)
				check := func(from, to []byte) {
					t.Helper()
					if bytes.Compare(from, now) > 0 || bytes.Compare(now, to) > 0 {
						t.Fatalf("%v is in %v to %v, but %v not in %v to %v", in, first, last, now, from, to)
					}
					if n, all := enclosing(from, to); n != k || !all {
						t.Fatalf("%v to %v (/%d, %v) is %v to %v: /%d, %v", first, last, k, whole, from, to, n, all)
					}
				}
				s.create(tt.typ)
				end := be32(3, intervalEnd)
				got := s.elements(element(make([]byte, tt.size), end), element(first), element(behind(last), end))
				check(got[1], before(got[2]))
				check(s.elements(element(first))[0], before(s.elements(element(behind(last), end))[0]))

				s.create(tt.typ<<6 | tt.typ)
				with := nltest.Nest(10, nltest.Attr(1, append(bytes.Clone(last), in...)))
				got = s.elements(element(append(bytes.Clone(first), in...), with))
				check(got[0][:tt.size], got[1][:tt.size])
				if !bytes.Equal(got[0][tt.size:], now) || !bytes.Equal(got[1][tt.size:], now) {
					t.Fatalf("%v is %v and %v, elsewhere %v", in, got[0][tt.size:], got[1][tt.size:], now)
				}
			}
		})
	}
}

// A set without intervals has its addresses as they are elsewhere.
func TestNoIntervals(t *testing.T) {
	a := newTest(t, "a key for tests")
	s := setMaker{t, a}
	s.create(ipv4Addr)
	for _, b := range s.elements(element([]byte{10, 0, 0, 0}), element([]byte{10, 0, 1, 0})) {
		was := []byte{10, 0, 0, 0}
		if a.secret.ip(was); common(b, was) < 23 {
			t.Errorf("%v, want what has 23 bits in common with %v", b, was)
		}
	}
	s.elements(element([]byte{1}), element(nil), element([]byte{10, 0, 0, 1}, nltest.Nest(10, nltest.Attr(1, []byte{1}))),
		nltest.Nest(1), nltest.Nest(1, be32(3, intervalEnd))) // what no set has
}

// The first bytes of an IPv6 address in a rule of IPv6 are those of its pseudonym, also
// where ARP has an address in the same place.
func TestShortPrefixes(t *testing.T) {
	expr := func(name string, attrs ...[]byte) []byte {
		return nltest.Nest(1, nltest.Attr(1, nltest.Str(name)), nltest.Nest(2, attrs...))
	}
	cmp := func(b ...byte) []byte { return expr("cmp", be32(1, 1), be32(2, 0), nltest.Nest(3, nltest.Attr(1, b))) }
	v6 := []byte{0x20, 1, 0xd, 0xb8, 7, 6, 5, 4, 3, 2, 1, 9, 8, 7, 6, 0x55}
	for _, tt := range []struct {
		name   string
		family byte
		before [][]byte // in the rule
		off    uint32
		bytes  int
		v4     bool
	}{
		{"ip6 daddr /32", 10, nil, 24, 4, false},
		{"ip6 saddr /32", 10, nil, 8, 4, false},
		{"ip6 daddr /24", 10, nil, 24, 3, false},
		{"ip6 daddr /64", 10, nil, 24, 8, false},
		{"inet, by nfproto", 1, [][]byte{expr("meta", be32(1, 1), be32(2, 15)), cmp(10)}, 24, 4, false},
		{"bridge, by protocol", 7, [][]byte{expr("meta", be32(1, 1), be32(2, 1)), cmp(0x86, 0xdd)}, 24, 4, false},
		{"netdev, by EtherType", 5, [][]byte{expr("payload", be32(1, 1), be32(2, 0), be32(3, 12), be32(4, 2)), cmp(0x86, 0xdd)}, 24, 4, false},
		{"arp daddr ip", 3, nil, 24, 4, true},
		{"bridge, ARP", 7, [][]byte{expr("meta", be32(1, 1), be32(2, 1)), cmp(8, 6)}, 24, 4, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list := append(append([][]byte{}, tt.before...), expr("payload", be32(1, 1), be32(2, 1), be32(3, tt.off), be32(4, uint32(tt.bytes))), cmp(v6[:tt.bytes]...))
			data := nltest.Message(10<<8|6, 1, 1, 0, []byte{tt.family, 0, 0, 0}, nltest.Attr(1, nltest.Str("t")), nltest.Attr(2, nltest.Str("c")), nltest.Nest(4, list...))
			a := newTest(t, "a key for tests")
			now := a.Frame(&capture.Frame{Origin: &capture.Origin{Protocol: capture.NETLINK_NETFILTER, Dir: capture.DirRequest}, Data: data, OrigLen: len(data)}).Data
			want := bytes.Clone(v6)
			if tt.v4 {
				want = want[:4]
			}
			a.secret.ip(want)
			if got := now[len(now)-(tt.bytes+3)&^3:][:tt.bytes]; !bytes.Equal(got, want[:tt.bytes]) {
				t.Errorf("%x, want %x", got, want[:tt.bytes])
			}
		})
	}
}
