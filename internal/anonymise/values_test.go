// SPDX-License-Identifier: Apache-2.0

package anonymise

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"testing"
)

func testSecret(t testing.TB, key string) *secret {
	t.Helper()
	s, err := newSecret([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestStandingAddresses: what means the same everywhere stays, or stays in its class.
func TestStandingAddresses(t *testing.T) {
	s := testSecret(t, "a key for tests")
	for _, tt := range []struct{ address, within string }{
		{"0.0.0.0", "0.0.0.0/32"}, {"127.0.0.1", "127.0.0.1/32"}, {"255.255.255.255", "255.255.255.255/32"}, {"255.255.255.0", "255.255.255.0/32"},
		{"169.254.17.3", "169.254.0.0/16"}, {"224.0.0.18", "224.0.0.18/32"}, {"239.1.2.3", "224.0.0.0/4"},
		{"::", "::/128"}, {"::1", "::1/128"}, {"fe80::5054:ff:fe12:3456", "fe80::/64"}, {"ff02::1", "ff02::1/128"}, {"ff05::1:3", "ff05::/16"},
		{"ff02::1:ff12:3456", "ff02::1:ff00:0/104"}, {"ff12:1234::1", "ff12::/16"}, {"::ffff:127.0.0.1", "::ffff:127.0.0.1/128"},
		{"::ffff:192.0.2.1", "::ffff:0.0.0.0/96"}, {"64:ff9b::192.0.2.1", "64:ff9b::/96"}, {"ffff:ffff:ffff::", "ffff:ffff:ffff::/128"},
	} {
		a := netip.MustParseAddr(tt.address)
		b := a.AsSlice()
		s.ip(b)
		now, _ := netip.AddrFromSlice(b)
		within := netip.MustParsePrefix(tt.within)
		if p, err := now.Prefix(within.Bits()); err != nil || p.Addr() != within.Addr() {
			t.Errorf("%s became %s, which is not in %s", tt.address, now, tt.within)
		}
		if within.Bits() < a.BitLen() && now == a {
			t.Errorf("%s stayed", tt.address)
		}
	}
	for _, address := range []string{"10.0.0.1", "192.0.2.1", "8.8.8.8", "2001:db8::1", "fd00::1"} {
		b := netip.MustParseAddr(address).AsSlice()
		s.ip(b)
		now, _ := netip.AddrFromSlice(b)
		if now.IsLoopback() || now.IsMulticast() || now.IsLinkLocalUnicast() || now.IsUnspecified() || now == netip.MustParseAddr(address) {
			t.Errorf("%s became %s", address, now)
		}
	}
}

// TestPrefixes: addresses have as many bits in common as they had, of either kind.
func TestPrefixes(t *testing.T) {
	s := testSecret(t, "a key for tests")
	r := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{4, 16} {
		var was, now [][]byte
		for range 60 {
			b := make([]byte, size)
			for i := range b {
				b[i] = byte(r.Uint32())
			}
			if len(was) > 0 { // the beginning of another
				n := int(r.Uint32()) % (8*size + 1)
				copyBits(b, was[int(r.Uint32())%len(was)], n)
			}
			was = append(was, bytes.Clone(b))
			s.ip(b)
			now = append(now, b)
		}
		for i := range was {
			for k := range i {
				if x, y := common(was[i], was[k]), common(now[i], now[k]); x != y {
					t.Errorf("%x and %x: %d bits in common, %x and %x %d", was[i], was[k], x, now[i], now[k], y)
				}
			}
		}
	}
}

func copyBits(to, from []byte, n int) {
	for i := range n {
		bit := byte(0x80) >> (i % 8)
		to[i/8] = to[i/8]&^bit | from[i/8]&bit
	}
}

// TestNetwork: the address of a prefix stays one.
func TestNetwork(t *testing.T) {
	s := testSecret(t, "a key for tests")
	b := []byte{10, 1, 128, 0}
	s.network(b, 17)
	if b[2]&0x7f != 0 || b[3] != 0 {
		t.Errorf("10.1.128.0/17 became %v", b)
	}
	host := []byte{10, 1, 128, 9}
	s.network(host, 17)
	if common(b, host) < 17 {
		t.Errorf("%v is not in %v/17", host, b)
	}
}

// TestMACs: what an address is stays, and makers stay together.
func TestMACs(t *testing.T) {
	s := testSecret(t, "a key for tests")
	for _, tt := range []struct {
		address string
		stays   int // of its bytes
	}{
		{"00:00:00:00:00:00", 6}, {"ff:ff:ff:ff:ff:ff", 6}, {"01:80:c2:00:00:0e", 6}, {"33:33:00:00:00:01", 6}, {"01:00:5e:00:00:fb", 6},
		{"33:33:ff:12:34:56", 3}, {"33:33:12:34:56:78", 2}, {"01:00:5e:01:02:03", 3}, {"00:00:00:00:00:01", 3},
		{"52:54:00:12:34:56", 0}, {"00:1b:21:aa:bb:cc", 0}, {"02:42:ac:11:00:02", 0}, {"01:02:03:04:05:06", 0},
	} {
		was, err := net.ParseMAC(tt.address)
		if err != nil {
			t.Fatal(err)
		}
		now := bytes.Clone(was)
		s.mac(now)
		if !bytes.Equal(was[:tt.stays], now[:tt.stays]) || tt.stays < 6 && bytes.Equal(was, now) || was[0]&3 != now[0]&3 {
			t.Errorf("%s became %s", tt.address, net.HardwareAddr(now))
		}
	}
	a, b := []byte{0, 0x1b, 0x21, 1, 2, 3}, []byte{0, 0x1b, 0x21, 4, 5, 6}
	s.mac(a)
	s.mac(b)
	if !bytes.Equal(a[:3], b[:3]) || bytes.Equal(a, b) {
		t.Errorf("of one maker: %x and %x", a, b)
	}
}

// TestOneToOne: no two values have the same pseudonym, however short they are.
func TestOneToOne(t *testing.T) {
	s := testSecret(t, "a key for tests")
	for _, tt := range []struct {
		name string
		n    int
		of   func(i int) []byte
		do   func([]byte)
	}{
		{"letters", 26 * 26, func(i int) []byte { return []byte{byte('a' + i/26), byte('a' + i%26)} }, s.text},
		{"a letter", 26, func(i int) []byte { return []byte{byte('a' + i)} }, s.text},
		{"names", 2600, func(i int) []byte { return []byte{byte('a' + i/100), byte('0' + i/10%10), byte('0' + i%10)} }, s.text},
		{"hex", 1 << 16, func(i int) []byte { return []byte(strings.ToLower(hex4(i))) }, s.text},
		{"numbers", 100000, func(i int) []byte { return []byte(itoa(i)) }, s.text},
		{"two bytes", 1 << 16, func(i int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(i)) }, func(b []byte) { (&overwriter{s: s}).whole(b) }},
		{"MACs of groups", 1 << 16, func(i int) []byte {
			return append([]byte{1, 0, 0x5e, 0}, binary.BigEndian.AppendUint16(nil, uint16(i))...)
		}, s.mac},
		{"addresses", 1 << 12, func(i int) []byte { return []byte{10, 0, byte(i >> 8), byte(i)} }, s.ip},
	} {
		t.Run(tt.name, func(t *testing.T) {
			seen := make(map[string]int, tt.n)
			for i := range tt.n {
				b := tt.of(i)
				n := len(b)
				tt.do(b)
				if len(b) != n {
					t.Fatalf("%d: another length", i)
				}
				if k, ok := seen[string(b)]; ok {
					t.Fatalf("%q and %q both became %q", tt.of(i), tt.of(k), b)
				}
				seen[string(b)] = i
			}
		})
	}
}

func hex4(i int) string {
	const digits = "0123456789ABCDEF"
	return string([]byte{digits[i>>12&15], digits[i>>8&15], digits[i>>4&15], digits[i&15]})
}

func itoa(i int) string {
	if i < 10 {
		return string(rune('0' + i))
	}
	return itoa(i/10) + itoa(i%10)
}

// TestText: words keep their length and what they are made of, wherever they stand.
func TestText(t *testing.T) {
	s := testSecret(t, "a key for tests")
	text := func(in string) string {
		b := []byte(in)
		s.text(b)
		return string(b)
	}
	for _, in := range []string{"eth0", "eth0.100", "br-lan", "/run/user/1000/bus", "enp0s31f6", "Köln", "日本", "a\x00b", "uid=1000", "10.0.0.1/24", "52:54:00:12:34:56",
		"fe80::1%eth0", "ff0", "deadbeef01", "::", "1.2.3.4.5", "x:y:z", "", ":", "/", "%d", "12:34"} {
		out := text(in)
		if len(out) != len(in) {
			t.Errorf("%q became %q", in, out)
		}
		for i := range in {
			a, n := class(in[i])
			if b, m := class(out[i]); a != b || n != m {
				if !isHexByte(in[i]) { // digits of an address may become letters
					t.Errorf("%q became %q", in, out)
				}
			}
		}
	}
	if a, b := text("eth0"), text("eth0.100"); b[:4] != a {
		t.Errorf("eth0 is %s, eth0.100 %s", a, b)
	}
	if text("lo") != "lo" || text("65534") != "65534" || text("0") != "0" {
		t.Error("what lasts did not")
	}
	mac := []byte{0x52, 0x54, 0, 0x12, 0x34, 0x56}
	s.mac(mac)
	if got := text("52:54:00:12:34:56"); got != net.HardwareAddr(mac).String() {
		t.Errorf("in text %s, in bytes %s", got, net.HardwareAddr(mac))
	}
	a := netip.MustParseAddr("192.0.2.7").As4()
	s.ipv4(a[:])
	if got, want := s.free("ip addr add 192.0.2.7/24"), netip.AddrFrom4(a).String()+"/24"; !strings.HasSuffix(got, " "+want) {
		t.Errorf("a command line has %s, bytes %s", got, want)
	}
}

// TestKeys: the same key makes the same pseudonyms, another one others, and the
// fingerprint tells them apart.
func TestKeys(t *testing.T) {
	name := func(key string) string {
		b := []byte("interface")
		testSecret(t, key).text(b)
		return string(b)
	}
	one, again, two := name("one"), name("one"), name("two")
	if one != again || one == two {
		t.Errorf("%s, %s, %s", one, again, two)
	}
	if a, b := newTest(t, "one"), newTest(t, "two"); a.Fingerprint() == b.Fingerprint() || a.Fingerprint() != newTest(t, "one").Fingerprint() {
		t.Error("fingerprints")
	}
	if a, b := newTest(t, ""), newTest(t, ""); a.Fingerprint() == b.Fingerprint() {
		t.Error("without a key two have the same")
	}
}
