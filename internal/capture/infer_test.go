// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"encoding/binary"
	"testing"

	"github.com/nltop/nltop/internal/nltest"
)

func TestInfer(t *testing.T) {
	const (
		newLink, delLink, getLink, setLink = 16, 17, 18, 19
		ack, dump                          = 0x4, 0x300
		nft                                = 10 << 8
	)
	type msg struct {
		protocol   uint16
		typ, flags uint16
		seq, port  uint32
	}
	tests := []struct {
		name   string
		before []msg
		msg    msg
		want   Dir
		src    uint32
		dst    uint32
	}{
		{"request without a port", nil, msg{NETLINK_ROUTE, getLink, nlmFRequest | dump, 1, 0}, DirRequest, 0, 0},
		{"request with a port", nil, msg{NETLINK_GENERIC, 30, nlmFRequest, 1, 77}, DirRequest, 77, 0},
		{"request that does nothing", nil, msg{NETLINK_ROUTE, nlmsgNoop, nlmFRequest, 1, 77}, DirRequest, 77, 0},
		{"ack", nil, msg{NETLINK_ROUTE, nlmsgError, 0x300, 1, 77}, DirReply, 0, 77},
		{"end of a dump", nil, msg{NETLINK_ROUTE, nlmsgDone, nlmFMulti, 1, 77}, DirReply, 0, 77},
		{"part of a dump", nil, msg{NETLINK_ROUTE, newLink, nlmFMulti, 1, 77}, DirReply, 0, 77},
		{"unprompted event", nil, msg{NETLINK_ROUTE, newLink, 0, 0, 0}, DirEvent, 0, 0},
		{"answer to a question", []msg{{NETLINK_ROUTE, getLink, nlmFRequest, 9, 0}},
			msg{NETLINK_ROUTE, newLink, 0, 9, 77}, DirReply, 0, 77},
		{"announcement of a change", []msg{{NETLINK_ROUTE, newLink, nlmFRequest | ack, 9, 0}},
			msg{NETLINK_ROUTE, newLink, 0, 9, 77}, DirEvent, 0, 0},
		{"announcement after RTM_SETLINK", []msg{{NETLINK_ROUTE, setLink, nlmFRequest | ack, 9, 0}},
			msg{NETLINK_ROUTE, newLink, 0, 9, 77}, DirEvent, 0, 0},
		{"another protocol's request does not count", []msg{{NETLINK_GENERIC, newLink, nlmFRequest, 9, 0}},
			msg{NETLINK_ROUTE, newLink, 0, 9, 77}, DirReply, 0, 77},
		{"deletion without its request", nil, msg{NETLINK_ROUTE, delLink, 0, 9, 77}, DirEvent, 0, 0},
		{"nft rule announced", []msg{{NETLINK_NETFILTER, nft | 6, nlmFRequest, 9, 0}},
			msg{NETLINK_NETFILTER, nft | 6, 0x800, 9, 77}, DirEvent, 0, 0},
		{"nft generation announced", []msg{{NETLINK_NETFILTER, nft | 6, nlmFRequest, 9, 0}},
			msg{NETLINK_NETFILTER, nft | nftMsgNewGen, 0, 9, 77}, DirEvent, 0, 0},
		{"nft generation asked for", []msg{{NETLINK_NETFILTER, nft | 16, nlmFRequest, 9, 0}},
			msg{NETLINK_NETFILTER, nft | nftMsgNewGen, 0, 9, 77}, DirReply, 0, 77},
		{"NFQUEUE packet", nil, msg{NETLINK_NETFILTER, nfnlSubsysQueue << 8, 0, 0, 0}, DirReply, 0, 0},
		{"NFLOG packet", nil, msg{NETLINK_NETFILTER, nfnlSubsysULog << 8, 0, 0, 0}, DirReply, 0, 0},
		{"generic reply", []msg{{NETLINK_GENERIC, 30, nlmFRequest, 9, 0}},
			msg{NETLINK_GENERIC, 30, 0, 9, 77}, DirReply, 0, 77},
		{"generic event", nil, msg{NETLINK_GENERIC, 16, 0, 0, 0}, DirEvent, 0, 0},
		{"connector event", nil, msg{NETLINK_CONNECTOR, nlmsgDone, 0, 3, 0}, DirEvent, 0, 0},
		{"connector request", nil, msg{NETLINK_CONNECTOR, nlmsgDone, 0, 3, 77}, DirRequest, 77, 0},
		{"user to user", nil, msg{NETLINK_USERSOCK, 99, nlmFRequest, 3, 77}, DirPeer, 77, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, big := range []bool{false, true} {
				bo := nltest.LE
				if big {
					bo = nltest.BE
				}
				in := NewInferrer()
				for _, m := range tt.before {
					in.Infer(&Origin{Protocol: m.protocol, BigEndian: big}, bo.Message(m.typ, m.flags, m.seq, m.port))
				}
				m := tt.msg
				o := Origin{Protocol: m.protocol, BigEndian: big}
				in.Infer(&o, bo.Message(m.typ, m.flags, m.seq, m.port))
				if o.Dir != tt.want || !o.Inferred || o.SrcPort != tt.src || o.DstPort != tt.dst {
					t.Errorf("big-endian %v: got %v (inferred %v) from %d to %d, want %v from %d to %d",
						big, o.Dir, o.Inferred, o.SrcPort, o.DstPort, tt.want, tt.src, tt.dst)
				}
			}
		})
	}
}

func TestInferWithoutHeader(t *testing.T) {
	in := NewInferrer()
	for _, tt := range []struct {
		protocol uint16
		data     string
		want     Dir
	}{
		{NETLINK_KOBJECT_UEVENT, "add@/devices/virtual/net/dummy0\x00ACTION=add\x00", DirEvent},
		{NETLINK_KOBJECT_UEVENT, "libudev\x00\xfe\xed\xca\xfe", DirPeer},
		{NETLINK_ROUTE, "", DirUnknown},
		{NETLINK_ROUTE, "fifteen bytes..", DirUnknown},
		{NETLINK_USERSOCK, "hello", DirPeer},
	} {
		o := Origin{Protocol: tt.protocol}
		if in.Infer(&o, []byte(tt.data)); o.Dir != tt.want {
			t.Errorf("%s %q: got %v, want %v", ProtocolName(tt.protocol), tt.data, o.Dir, tt.want)
		}
	}
}

// Every request of a batch is remembered, no more of them than the bound, and
// a length that leads nowhere ends the walk.
func TestInferRemembers(t *testing.T) {
	in := NewInferrer()
	var batch []byte
	for seq := range uint32(3) {
		batch = append(batch, nltest.Message(16, nlmFRequest, seq, 0)...)
	}
	in.Infer(&Origin{}, batch)
	if len(in.requests) != 3 {
		t.Errorf("remembers %d requests of a batch of 3", len(in.requests))
	}
	for seq := range uint32(2 * recentRequests) {
		in.Infer(&Origin{}, nltest.Message(16, nlmFRequest, seq, 0))
	}
	if len(in.requests) != recentRequests || len(in.order) != recentRequests {
		t.Errorf("remembers %d requests in %d slots, want %d", len(in.requests), len(in.order), recentRequests)
	}
	for _, size := range []uint32{0, 1, 15, 0x7fffffff, 0xffffffff} {
		bad := nltest.Message(16, nlmFRequest, 1, 0)
		binary.LittleEndian.PutUint32(bad, size)
		in.Infer(&Origin{}, bad)
	}
}

func TestGuessBigEndian(t *testing.T) {
	le := []byte{32, 0, 0, 0}
	be := []byte{0, 0, 0, 32}
	odd := []byte{0, 0, 0, 0}
	for _, tt := range []struct {
		data     []byte
		origLen  int
		protocol uint16
		hint     bool
		want     bool
	}{
		{le, 32, NETLINK_ROUTE, false, false},
		{le, 32, NETLINK_ROUTE, true, false},
		{be, 32, NETLINK_ROUTE, false, true},
		{be, 32, NETLINK_ROUTE, true, true},
		{odd, 32, NETLINK_ROUTE, true, true},
		{odd, 32, NETLINK_ROUTE, false, false},
		{nil, 0, NETLINK_ROUTE, true, true},
		{be, 32, NETLINK_KOBJECT_UEVENT, false, false},
	} {
		if got := GuessBigEndian(tt.protocol, tt.data, tt.origLen, tt.hint); got != tt.want {
			t.Errorf("GuessBigEndian(%s, %x, %d, %v) = %v", ProtocolName(tt.protocol), tt.data, tt.origLen, tt.hint, got)
		}
	}
}
