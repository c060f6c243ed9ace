// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// Types of messages, from linux/rtnetlink.h, linux/netfilter/nfnetlink.h, nf_tables.h,
// nf_tables_compat.h and ipset/ip_set.h, linux/genetlink.h, linux/sock_diag.h. The
// numbers of the generic families are made up.
const (
	rtmNewLink       = 16
	rtmGetLink       = 18
	nftGetTable      = 10<<8 | 1
	nftGetChain      = 10<<8 | 4
	nftDelChain      = 10<<8 | 5
	nftGetSet        = 10<<8 | 10
	nftGetSetElem    = 10<<8 | 13
	nftCompatGet     = 11 << 8
	ipsetDel         = 6<<8 | 10
	ipsetTest        = 6<<8 | 11
	ipsetErrExist    = 4103
	genlCtrl         = 16
	ovsDatapath      = 37
	ovsVport         = 38
	sockDiagByFamily = 20

	ack, dump = unix.NLM_F_REQUEST | unix.NLM_F_ACK, unix.NLM_F_REQUEST | unix.NLM_F_DUMP
)

// quoted is an NLMSG_ERROR with the whole request.
func quoted(errno int32, request []byte) []byte {
	p := binary.NativeEndian.AppendUint32(nil, uint32(-errno))
	return nltest.Message(2, 0, 7, 0, append(p, request...))
}

// learnOVS tells the decoder the numbers of two generic families.
func (s *stream) learnOVS() {
	s.dec.LearnFamily(ovsDatapath, "ovs_datapath", 2, nil)
	s.dec.LearnFamily(ovsVport, "ovs_vport", 1, nil)
}

// An error that a tool asked for is told from one that somebody has.
func TestProbes(t *testing.T) {
	const enoent, enodev, eprotonosupport = int32(unix.ENOENT), int32(unix.ENODEV), int32(unix.EPROTONOSUPPORT)
	info := func(index byte) []byte { return append(make([]byte, 4), append([]byte{index}, make([]byte, 11)...)...) }
	name := []byte{8, 0, 3, 0, 'x', 0, 0, 0} // IFLA_IFNAME
	nf := []byte{2, 0, 0, 0}
	inTable := append([]byte{2, 0, 0, 0}, 8, 0, 1, 0, 'n', 'a', 't', 0)
	vport := append([]byte{3, 1, 0, 0}, 0, 0, 0, 0, 7, 0, 3, 0, 'l', 'o', 0, 0)
	const route, netfilter, generic, diag = capture.NETLINK_ROUTE, capture.NETLINK_NETFILTER, capture.NETLINK_GENERIC, capture.NETLINK_SOCK_DIAG
	for _, tc := range []struct {
		name       string
		protocol   uint16
		errno      int32
		typ, flags uint16
		body       []byte
		want       bool
	}{
		{"iproute2 asks for RTM_NEWLINK", route, enodev, rtmNewLink, ack, info(0), true},
		{"a link that is gone", route, enodev, rtmNewLink, ack, info(9), false},
		{"a name that does not exist", route, enodev, rtmNewLink, ack, append(info(0), name...), false},
		{"ip link show, of such a name", route, enodev, rtmGetLink, ack, append(info(0), name...), false},
		{"not allowed", route, 1, rtmNewLink, ack, info(0), false},
		{"success", route, 0, rtmNewLink, ack, info(0), false},
		{"iptables asks for a chain", netfilter, enoent, nftGetChain, ack, nf, true},
		{"iptables asks for the sets of a table", netfilter, enoent, nftGetSet, dump, inTable, true},
		{"nft list set", netfilter, enoent, nftGetSet, ack, inTable, false},
		{"nft list table", netfilter, enoent, nftGetTable, ack, inTable, false},
		{"elements of a set", netfilter, enoent, nftGetSetElem, dump, inTable, false},
		{"a chain to be deleted", netfilter, enoent, nftDelChain, ack, nf, false},
		{"sets, not allowed", netfilter, 1, nftGetSet, dump, inTable, false},
		{"revision of an extension", netfilter, eprotonosupport, nftCompatGet, ack, nf, true},
		{"ipset test, not in the set", netfilter, ipsetErrExist, ipsetTest, ack, nf, true},
		{"ipset test, no such set", netfilter, enoent, ipsetTest, ack, nf, false},
		{"ipset del, not in the set", netfilter, ipsetErrExist, ipsetDel, ack, nf, false},
		{"family that is not loaded", generic, enoent, genlCtrl, ack, []byte{3, 1, 0, 0}, true},
		{"ovs-vswitchd asks for a port", generic, enodev, ovsVport, ack, vport, true},
		{"a port that is in use", generic, int32(unix.EBUSY), ovsVport, ack, vport, false},
		{"ports of a datapath that is gone", generic, enodev, ovsVport, dump, vport, false},
		{"a port to be deleted", generic, enodev, ovsVport, ack, append([]byte{2}, vport[1:]...), false},
		{"ovs-dpctl show, of no datapath", generic, enodev, ovsDatapath, ack, vport[:8], false},
		{"family whose number nobody knows", generic, enodev, 99, ack, vport, false},
		{"ss, module that is not loaded", diag, enoent, sockDiagByFamily, dump, []byte{30, 0, 0, 0}, true},
		{"a socket that does not exist", diag, enoent, sockDiagByFamily, ack, []byte{2, 0, 0, 0}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newEnds(t)
			s.learnOVS()
			f := reply(100)
			f.Change(func(o *capture.Origin) { o.Protocol = tc.protocol })
			answer := quoted(tc.errno, nltest.Message(tc.typ, tc.flags, 7, 0, tc.body))
			if o := s.frame(f, answer)[0]; o.Probe != tc.want {
				t.Errorf("probe %v, want %v: %+v", o.Probe, tc.want, o.Message.Err)
			}
		})
	}
}

// Of a request that an error does not quote (NETLINK_CAP_ACK), its header is known, and of
// a generic family the command if the request was seen.
func TestProbesNotQuoted(t *testing.T) {
	for _, tc := range []struct {
		name     string
		protocol uint16
		errno    int32
		request  []byte
		seen     bool // the request
		want     bool
	}{
		{"RTM_NEWLINK of who knows what", capture.NETLINK_ROUTE, int32(unix.ENODEV), nltest.Message(rtmNewLink, ack, 7, 0, make([]byte, 16)), true, false},
		{"chain", capture.NETLINK_NETFILTER, int32(unix.ENOENT), nltest.Message(nftGetChain, ack, 7, 0, []byte{2, 0, 0, 0}), false, true},
		{"port", capture.NETLINK_GENERIC, int32(unix.ENODEV), nltest.Message(ovsVport, ack, 7, 0, []byte{3, 1, 0, 0, 0, 0, 0, 0}), true, true},
		{"port to be deleted", capture.NETLINK_GENERIC, int32(unix.ENODEV), nltest.Message(ovsVport, ack, 7, 0, []byte{2, 1, 0, 0, 0, 0, 0, 0}), true, false},
		{"who knows which command", capture.NETLINK_GENERIC, int32(unix.ENODEV), nltest.Message(ovsVport, ack, 7, 0, []byte{3, 1, 0, 0, 0, 0, 0, 0}), false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newEnds(t)
			s.learnOVS()
			on := func(f capture.Frame) capture.Frame {
				f.Change(func(o *capture.Origin) { o.Protocol = tc.protocol })
				return f
			}
			if tc.seen {
				s.send(on(request(100)), tc.request)
			}
			if o := s.frame(on(reply(100)), nltest.Error(tc.errno, 7, 0, tc.request))[0]; o.Probe != tc.want {
				t.Errorf("probe %v, want %v: %+v", o.Probe, tc.want, o.Message.Err)
			}
		})
	}
}
