// SPDX-License-Identifier: Apache-2.0

package nlmon

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// testBlock builds a block as tpacket_rcv fills it.
func testBlock(size int, payloads ...[]byte) []byte {
	b := make([]byte, size)
	native.PutUint32(b[blockStatus:], unix.TP_STATUS_USER)
	native.PutUint32(b[blockCount:], uint32(len(payloads)))
	at := blockHdrLen
	native.PutUint32(b[blockFirst:], uint32(at))
	for i, p := range payloads {
		const net = 96 // TPACKET_ALIGN(48 + 16) + 16
		next := (net + len(p) + 15) &^ 15
		native.PutUint32(b[at+pktNext:], uint32(next))
		native.PutUint32(b[at+pktSec:], 1767319445)
		native.PutUint32(b[at+pktNsec:], uint32(i))
		native.PutUint32(b[at+pktSnapLen:], uint32(len(p)))
		native.PutUint32(b[at+pktLen:], uint32(len(p)+i))
		native.PutUint16(b[at+pktNet:], net)
		binary.BigEndian.PutUint16(b[at+pktProto:], uint16(i))
		copy(b[at+net:], p)
		at += next
	}
	return b
}

func TestEachPacket(t *testing.T) {
	payloads := [][]byte{[]byte("first"), {}, []byte("the third one")}
	n := 0
	err := eachPacket(testBlock(1024, payloads...), func(p packet) error {
		if string(p.data) != string(payloads[n]) || p.length != len(p.data)+n || int(p.protocol) != n || p.at.UnixNano() != 1767319445e9+int64(n) {
			t.Errorf("packet %d is %+v", n, p)
		}
		n++
		return nil
	})
	if err != nil || n != 3 {
		t.Errorf("%d packets, %v", n, err)
	}
	stop := errors.New("stop")
	if err := eachPacket(testBlock(1024, payloads...), func(packet) error { return stop }); err != stop {
		t.Errorf("the function's error came back as %v", err)
	}
}

// The ring is the kernel's, but it is shared memory: no value in it makes the
// reader panic or run on.
func TestEachPacketHostile(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		b := testBlock(512, []byte("first"), []byte("second"))
		for range 1 + rng.IntN(3) {
			values := []uint32{0, 1, 48, 511, 512, 0x7FFFFFFF, 0xFFFFFFFF, rng.Uint32()}
			native.PutUint32(b[rng.IntN(len(b)/4)*4:], values[rng.IntN(len(values))])
		}
		_ = eachPacket(b[:rng.IntN(len(b)+1)], func(p packet) error {
			if len(p.data) > 512 {
				t.Fatalf("a packet of %d bytes in a block of 512", len(p.data))
			}
			return nil
		})
	}
}

func TestFilterProgram(t *testing.T) {
	// run interprets what filterProgram makes; the kernel judges it in the
	// live test.
	run := func(prog []unix.SockFilter, protocol uint32) uint32 {
		if prog == nil {
			return 0xFFFFFFFF
		}
		var a uint32
		for pc := 0; pc < len(prog); pc++ {
			switch in := prog[pc]; in.Code {
			case unix.BPF_LD | unix.BPF_H | unix.BPF_ABS:
				a = protocol
			case unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K:
				if a == in.K {
					pc += int(in.Jt)
				} else {
					pc += int(in.Jf)
				}
			case unix.BPF_RET | unix.BPF_K:
				return in.K
			default:
				t.Fatalf("unknown instruction %+v", in)
			}
		}
		t.Fatal("fell off the end")
		return 0
	}
	const all = 0xFFFFFFFF
	for _, tt := range []struct {
		protocols []uint16
		snap      int
		want      map[uint32]uint32
	}{
		{nil, 0, map[uint32]uint32{0: all, 16: all}},
		{nil, 100, map[uint32]uint32{0: 100, 16: 100}},
		{[]uint16{16, 0, 16}, 0, map[uint32]uint32{0: all, 4: 0, 16: all}},
		{[]uint16{4}, 96, map[uint32]uint32{0: 0, 4: 96, 16: 0}},
		{[]uint16{4000}, 0, map[uint32]uint32{0: 0, 4: 0, 16: 0}},
	} {
		for protocol, want := range tt.want {
			if got := run(filterProgram(tt.protocols, tt.snap), protocol); got != want {
				t.Errorf("protocols %v, snap %d: protocol %d gets %#x, want %#x", tt.protocols, tt.snap, protocol, got, want)
			}
		}
	}
}

func TestAlive(t *testing.T) {
	self := startTicks(os.Getpid())
	if self == "" {
		t.Fatal("the test itself has no start time")
	}
	for _, tt := range []struct {
		name, alias string
		want        bool
	}{
		{"nltop1", "", true},        // init is always there
		{"nltop9999999", "", false}, // beyond PID_MAX_LIMIT
		{"nltop9999999-3", "", false},
		{"nltop1", "nltop 9999999 5", false},
		{"nltop1", "nltop 1 987654321987654321", false}, // PID came again
		{"mine", "", true},
	} {
		if got := alive(tt.name, tt.alias); got != tt.want {
			t.Errorf("alive(%q, %q) = %v", tt.name, tt.alias, got)
		}
	}
	for name, want := range map[string]bool{"nltop4194304": true, "nltop1-9": true, "nltop": false, "nltop1x": false, "xnltop1": false, "nltop1-10": false} {
		if got := deviceName.MatchString(name); got != want {
			t.Errorf("%q is ours: %v", name, got)
		}
	}
}

func TestParseLinkHostile(t *testing.T) {
	for n := range 40 {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(i * 37)
		}
		parseLink(b) // must not panic
	}
}
