// SPDX-License-Identifier: Apache-2.0

package export

import (
	"bytes"
	"encoding/binary"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares with testdata/NAME.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func u16(v uint16) []byte { return binary.LittleEndian.AppendUint16(nil, v) }
func u32(v uint32) []byte { return binary.LittleEndian.AppendUint32(nil, v) }

func str(s string) []byte { return append([]byte(s), 0) }

func attr(typ uint16, payload ...[]byte) []byte {
	p := bytes.Join(payload, nil)
	b := append(u16(uint16(4+len(p))), u16(typ)...)
	b = append(b, p...)
	return append(b, make([]byte, -len(b)&3)...)
}

func nest(typ uint16, payload ...[]byte) []byte { return attr(typ|0x8000, payload...) }

func nlmsg(typ, flags uint16, seq, port uint32, payload ...[]byte) []byte {
	p := bytes.Join(payload, nil)
	return bytes.Join([][]byte{u32(uint32(16 + len(p))), u16(typ), u16(flags), u32(seq), u32(port), p}, nil)
}

// ifinfomsg is include/uapi/linux/rtnetlink.h's
//
//	struct ifinfomsg {
//		unsigned char	ifi_family;
//		unsigned char	__ifi_pad;
//		unsigned short	ifi_type;
//		int		ifi_index;
//		unsigned	ifi_flags;
//		unsigned	ifi_change;
//	};
func ifinfomsg(typ uint16, index, flags, change uint32) []byte {
	return bytes.Join([][]byte{{0, 0}, u16(typ), u32(index), u32(flags), u32(change)}, nil)
}

// scene is what `ip link add vx0 type vxlan id 16777216` and its surroundings
// could look like from the best source, and some things that go wrong.
func scene() []*capture.Frame {
	at := func(us int) time.Time {
		return time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.UTC).Add(time.Duration(us) * time.Microsecond)
	}
	ip := capture.Proc{PID: 4711, TID: 4711, PPID: 1, Comm: "ip", Cgroup: "/user.slice"}
	mon := capture.Proc{PID: 99, TID: 99, Comm: "mon \x1b]0;x\a"}
	socket := capture.Socket{PortID: 4711, Inode: 31337, Owner: ip}
	request := nlmsg(16, 0x605, 7, 0, ifinfomsg(0, 0, 0, 0), attr(3, str("vx0")),
		nest(18, attr(1, str("vxlan")), nest(2, attr(1, u32(16777216)))))
	const vxlanID = 64
	frames := []*capture.Frame{
		{
			Origin: &capture.Origin{
				Dir: capture.DirRequest, Proc: ip, Socket: socket, SrcPort: 4711,
			},
			Data: request,
		},
		{
			Origin: &capture.Origin{
				Dir: capture.DirReply, Proc: ip, Socket: socket, DstPort: 4711,
			},
			Data: nlmsg(2, 0x200, 7, 4711, u32(0xffffffde), request,
				attr(1, str("out of \x1b[31mrange")), attr(2, u32(vxlanID))),
		},
		{
			Origin: &capture.Origin{
				Dir: capture.DirReply, Proc: ip, Socket: socket, DstPort: 4711,
			},
			Data: nlmsg(2, 0x100, 8, 4711, u32(0), request[:16]),
		},
		{
			Origin: &capture.Origin{
				Dir: capture.DirReply, Proc: ip, Socket: socket, DstPort: 4711,
			},
			Data: nlmsg(3, 0x202, 9, 4711, u32(0xfffffffb), attr(5, u32(3)), attr(6, u32(40))),
		},
		{
			Origin: &capture.Origin{
				Dir: capture.DirEvent, Proc: ip, Socket: capture.Socket{PortID: 99, Owner: mon}, Group: 1,
				Verdict: capture.VerdictOverrun,
			},
			Queue: capture.Queue{Drops: 3},
			Data: nlmsg(16, 0, 0, 0, ifinfomsg(1, 5, 0x1043, 0xffffffff), attr(3, str("eth\x9b0")), attr(13, u32(1000)),
				attr(1, []byte{2, 0, 0, 0, 0, 1}), attr(999, []byte{1, 2, 3}), nest(998, attr(1, str("some text")), attr(2, u32(1))),
				attr(4, []byte{1, 2}), []byte{3, 0, 4, 0}),
		},
		{
			Origin: &capture.Origin{
				Dir: capture.DirEvent, Protocol: 15, Group: 1, Socket: capture.Socket{PortID: 1},
			},
			Data: []byte("add@/devices/virtual/net/vx0\x00ACTION=add\x00DEVPATH=/devices/virtual/net/vx0\x00SUBSYSTEM=net\x00EVIL=\x1b[2J\x00"),
		},
		{
			Origin: &capture.Origin{
				Dir: capture.DirRequest, Protocol: 16, Proc: ip, Socket: socket,
			},
			Data: nlmsg(16, 0x301, 10, 0, []byte{3, 1, 0, 0}),
		},
		{
			Origin: &capture.Origin{
				Dir: capture.DirRequest, Protocol: 16, Inferred: true,
			},
			Data: nlmsg(30, 5, 11, 0, []byte{4, 1, 0, 0}, attr(1, u32(7)), attr(2, u32(8))),
		},
		{
			Origin: &capture.Origin{
				Dir: capture.DirReply, Protocol: 16,
			},
			Data: nlmsg(16, 0, 10, 4711, []byte{1, 2, 0, 0}, attr(2, str("nlctrl")), attr(1, u16(16)),
				nest(6, nest(1, attr(1, u32(3)), attr(2, u32(14)))), nest(7, nest(1, attr(2, u32(16)), attr(1, str("notify"))))),
		},
		// struct rtmsg, RTA_MULTIPATH (struct rtnexthop and attributes), RTA_CACHEINFO (a struct), RTA_METRICS.
		{
			Origin: &capture.Origin{
				Dir: capture.DirReply, Proc: ip, Socket: socket,
			},
			Data: nlmsg(24, 2, 12, 4711, []byte{2, 24, 0, 0, 254, 3, 0, 1}, u32(0),
				attr(1, []byte{192, 0, 2, 0}), attr(9, u16(16), []byte{0, 0}, u32(5), attr(5, []byte{10, 0, 0, 1}), u16(16), []byte{4, 9}, u32(6), attr(5, []byte{10, 0, 0, 2})),
				attr(12, make([]byte, 32)), nest(8, attr(2, u32(1400))), attr(4, u32(5))),
			OrigLen: 4000,
		},
		{
			Origin: &capture.Origin{
				Dir: capture.DirPeer, Protocol: 2,
			},
			Data: nlmsg(50, 0, 1, 5, []byte("hello, peer")), OrigLen: 400,
		},
		{Origin: &capture.Origin{Dir: capture.DirRequest, Protocol: 17}, Data: []byte{1, 2, 3}},
		{
			Origin: &capture.Origin{
				Kind: capture.KindCompletion, Verdict: capture.VerdictFailed, Errno: 11, Proc: ip,
				Dir: capture.DirRequest,
			},
			Of: 1, Elapsed: 1500,
		},
		{
			Origin: &capture.Origin{
				Kind: capture.KindCompletion, Verdict: capture.VerdictDelivered, Proc: ip,
				Dir: capture.DirRequest,
			},
			Of: 2, Elapsed: 1500,
		},
		{
			Origin: &capture.Origin{
				Kind: capture.KindSocketError, Verdict: capture.VerdictNobufsRaised,
				Socket: capture.Socket{PortID: 99, Inode: 5, Owner: mon, RcvBuf: 212992},
			},
			Queue: capture.Queue{Drops: 4, RMem: 213000},
		},
		{
			Origin: &capture.Origin{
				Kind: capture.KindSocketError, Verdict: capture.VerdictNobufsRead, Errno: 105, Protocol: 12,
				Socket: capture.Socket{PortID: 77},
			},
		},
	}
	for i, f := range frames {
		f.Change(func(o *capture.Origin) {
			o.Source, o.Sees, o.NetNS = capture.SourceFentry, capture.Describe(capture.SourceFentry).Sees, 4026531840
		})
		f.ID = uint64(i + 1)
		f.Time = at(i * 250)
		if f.OrigLen == 0 {
			f.OrigLen = len(f.Data)
		}
	}
	frames[11].Change(func(o *capture.Origin) { o.NetNS = 0 })
	return frames
}

func newDecoder() *decode.Decoder { return decode.New(families.All(), decode.Options{}) }

// sink is what Text and JSON share.
type sink interface {
	Observe(*correlate.Observation) error
	WriteMessage(*decode.Message) error
	WriteFrame(*capture.Frame) error
}

// play writes frames as they come, without pairing them.
func play(t *testing.T, s sink, frames ...*capture.Frame) {
	t.Helper()
	d := newDecoder()
	for _, f := range frames {
		ms := d.Frame(f, nil)
		for i := range ms {
			if err := s.WriteMessage(&ms[i]); err != nil {
				t.Fatal(err)
			}
		}
		if len(ms) == 0 {
			if err := s.WriteFrame(f); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// paired is an error with the request that it answers, as correlate makes it.
func paired(t *testing.T) *correlate.Observation {
	t.Helper()
	f := scene()
	d := newDecoder()
	req, end := d.Frame(f[0], nil), d.Frame(f[3], nil)
	return &correlate.Observation{Frame: f[3], Message: &end[0], Outcome: correlate.Failed, Latency: 41500 * time.Nanosecond,
		Account: f[0].Proc, Family: "route", Type: "RTM_NEWLINK", Errno: 5,
		Exchange: &correlate.Exchange{Request: &req[0], Proc: f[0].Proc, Time: f[0].Time}}
}
