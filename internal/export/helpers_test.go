// SPDX-License-Identifier: Apache-2.0

package export

import (
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
)

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
	return nltest.Cat([]byte{0, 0}, nltest.U16(typ), nltest.U32(index), nltest.U32(flags), nltest.U32(change))
}

// sceneProblem is what is malformed in scene.
const sceneProblem = "IFLA_MTU of two bytes, an nla_len of three, a datagram of three bytes"

// scene is what `ip link add vx0 type vxlan id 16777216` and its surroundings
// could look like from the best source, and some things that go wrong.
func scene() []*capture.Frame {
	at := func(us int) time.Time {
		return time.Date(2026, 1, 2, 3, 4, 5, 678901234, time.UTC).Add(time.Duration(us) * time.Microsecond)
	}
	ip := capture.Proc{PID: 4711, TID: 4711, PPID: 1, Comm: "ip", Cgroup: "/user.slice"}
	mon := capture.Proc{PID: 99, TID: 99, Comm: "mon \x1b]0;x\a"}
	socket := capture.Socket{PortID: 4711, Inode: 31337, Owner: ip}
	request := nltest.Message(16, 0x605, 7, 0, ifinfomsg(0, 0, 0, 0), nltest.Attr(3, nltest.Str("vx0")),
		nltest.Nest(18, nltest.Attr(1, nltest.Str("vxlan")), nltest.Nest(2, nltest.Attr(1, nltest.U32(16777216)))))
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
			Data: nltest.Message(2, 0x200, 7, 4711, nltest.U32(0xffffffde), request,
				nltest.Attr(1, nltest.Str("out of \x1b[31mrange")), nltest.Attr(2, nltest.U32(vxlanID))),
		},
		{
			Origin: &capture.Origin{
				Dir: capture.DirReply, Proc: ip, Socket: socket, DstPort: 4711,
			},
			Data: nltest.Message(2, 0x100, 8, 4711, nltest.U32(0), request[:16]),
		},
		{
			Origin: &capture.Origin{
				Dir: capture.DirReply, Proc: ip, Socket: socket, DstPort: 4711,
			},
			Data: nltest.Message(3, 0x202, 9, 4711, nltest.U32(0xfffffffb), nltest.Attr(5, nltest.U32(3)), nltest.Attr(6, nltest.U32(40))),
		},
		{
			Origin: &capture.Origin{
				Dir: capture.DirEvent, Proc: ip, Socket: capture.Socket{PortID: 99, Owner: mon}, Group: 1,
				Verdict: capture.VerdictOverrun,
			},
			Queue: capture.Queue{Drops: 3},
			Data: nltest.Message(16, 0, 0, 0, ifinfomsg(1, 5, 0x1043, 0xffffffff), nltest.Attr(3, nltest.Str("eth\x9b0")), nltest.Attr(13, nltest.U32(1000)),
				nltest.Attr(1, []byte{2, 0, 0, 0, 0, 1}), nltest.Attr(999, []byte{1, 2, 3}), nltest.Nest(998, nltest.Attr(1, nltest.Str("some text")), nltest.Attr(2, nltest.U32(1))),
				nltest.Attr(4, []byte{1, 2}), []byte{3, 0, 4, 0}),
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
			Data: nltest.Message(16, 0x301, 10, 0, []byte{3, 1, 0, 0}),
		},
		{
			Origin: &capture.Origin{
				Dir: capture.DirRequest, Protocol: 16, Inferred: true,
			},
			Data: nltest.Message(30, 5, 11, 0, []byte{4, 1, 0, 0}, nltest.Attr(1, nltest.U32(7)), nltest.Attr(2, nltest.U32(8))),
		},
		{
			Origin: &capture.Origin{
				Dir: capture.DirReply, Protocol: 16,
			},
			Data: nltest.Message(16, 0, 10, 4711, []byte{1, 2, 0, 0}, nltest.Attr(2, nltest.Str("nlctrl")), nltest.Attr(1, nltest.U16(16)),
				nltest.Nest(6, nltest.Nest(1, nltest.Attr(1, nltest.U32(3)), nltest.Attr(2, nltest.U32(14)))), nltest.Nest(7, nltest.Nest(1, nltest.Attr(2, nltest.U32(16)), nltest.Attr(1, nltest.Str("notify"))))),
		},
		// struct rtmsg, RTA_MULTIPATH (struct rtnexthop and attributes), RTA_CACHEINFO (a struct), RTA_METRICS.
		{
			Origin: &capture.Origin{
				Dir: capture.DirReply, Proc: ip, Socket: socket,
			},
			Data: nltest.Message(24, 2, 12, 4711, []byte{2, 24, 0, 0, 254, 3, 0, 1}, nltest.U32(0),
				nltest.Attr(1, []byte{192, 0, 2, 0}), nltest.Attr(9, nltest.U16(16), []byte{0, 0}, nltest.U32(5), nltest.Attr(5, []byte{10, 0, 0, 1}), nltest.U16(16), []byte{4, 9}, nltest.U32(6), nltest.Attr(5, []byte{10, 0, 0, 2})),
				nltest.Attr(12, make([]byte, 32)), nltest.Nest(8, nltest.Attr(2, nltest.U32(1400))), nltest.Attr(4, nltest.U32(5))),
			OrigLen: 4000,
		},
		{
			Origin: &capture.Origin{
				Dir: capture.DirPeer, Protocol: 2,
			},
			Data: nltest.Message(50, 0, 1, 5, []byte("hello, peer")), OrigLen: 400,
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
