// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// The message that a flushed route becomes is the one that the kernel sends of a route:
// header and attributes in the order of fib_dump_info(), without what only statistics want,
// written by hand.
func TestFlushedMessage(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the bytes are little-endian")
	}
	for _, c := range []struct {
		name string
		r    fentryNlRoute
		want string
	}{
		{"via a gateway", fentryNlRoute{Dst: 0xcb007100, DstLen: 24, Table: 254, Protocol: 4, Type: 1, Oif: 3, Hops: 1, GwFamily: unix.AF_INET, Gw: [16]uint8{192, 0, 2, 2}},
			"3c000000" + "1900" + "0000" + "00000000" + "00000000" + "02180000fe040001" + "00000000" +
				"08000f00fe000000" + "08000100cb007100" + "08000500c0000202" + "0800040003000000"},
		{"default, a large table, an IPv6 gateway", fentryNlRoute{Table: 1000, Protocol: 3, Type: 1, Oif: 3, Priority: 7, Hops: 1, GwFamily: unix.AF_INET6, Gw: [16]uint8{0xfe, 0x80, 15: 1}},
			"44000000" + "1900" + "0000" + "00000000" + "00000000" + "02000000fc030001" + "00000000" +
				"08000f00e8030000" + "0800060007000000" + "160012000a00fe800000000000000000000000000001" + "0000" + "0800040003000000"},
		{"of a nexthop", fentryNlRoute{Dst: 0x0a000000, DstLen: 8, Table: 254, Protocol: 3, Type: 1, NhId: 5, Tos: 8},
			"34000000" + "1900" + "0000" + "00000000" + "00000000" + "02080008fe030001" + "00000000" +
				"08000f00fe000000" + "080001000a000000" + "08001e0005000000"},
	} {
		data := bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(&c.r)), routeSize))
		got := hex.EncodeToString(flushedMessage(data))
		if n := len(c.want) / 2; hex.EncodeToString(binary.LittleEndian.AppendUint32(nil, uint32(n))) != got[:8] {
			t.Errorf("%s: the header says %s, of %d bytes", c.name, got[:8], n)
		}
		if got[8:] != c.want[8:] {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
	var out []*capture.Frame
	a := testAssembler(&out)
	r := fentryNlRoute{Dst: 0x0a000000, DstLen: 8, Table: 254, Protocol: 3, Type: 1, Oif: 3, Hops: 1}
	data := unsafe.Slice((*byte)(unsafe.Pointer(&r)), routeSize)
	rec := nlFull{Kind: uint8(capture.KindFlushed), Verdict: uint8(capture.VerdictUnheard), Dir: uint8(capture.DirEvent), OrigLen: uint32(routeSize), CapLen: uint32(routeSize)}
	mustAdd(t, a, full(rec, data))
	rec.OrigLen, rec.CapLen = 4, 4
	mustAdd(t, a, full(rec, data[:4])) // cut off: there is no message
	if len(out) != 2 || msgType(out[0]) != unix.RTM_DELROUTE || out[0].OrigLen != len(out[0].Data) || out[1].Data != nil || out[1].OrigLen != 0 {
		t.Errorf("%+v", out)
	}
}
