// SPDX-License-Identifier: Apache-2.0

package families

import (
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// NETLINK_SOCK_DIAG: linux/sock_diag.h. One message type serves all address
// families; the first byte of the payload, the address family, decides what
// follows (net/core/sock_diag.c, __sock_diag_cmd).
func sockDiag() *schema.Family {
	local, nl, packet := unixDiagReply(), netlinkDiagReply(), packetDiagReply()
	xdp, smc := xdpDiagReply(), smcDiagReply()
	vsock := schema.Variant{Header: vsockDiagMsg()}
	inet4, inet6 := inetDiagReply(unix.AF_INET), inetDiagReply(unix.AF_INET6)
	raw := schema.Variant{Header: inetDiagReqV2(unix.AF_UNSPEC), Set: inetDiagReqSet()}
	request := map[uint64]schema.Variant{
		unix.AF_UNSPEC:  raw,
		unix.AF_UNIX:    {Header: unixDiagReq()},
		unix.AF_INET:    {Header: inetDiagReqV2(unix.AF_INET), Set: inetDiagReqSet()},
		unix.AF_INET6:   {Header: inetDiagReqV2(unix.AF_INET6), Set: inetDiagReqSet()},
		unix.AF_NETLINK: {Header: netlinkDiagReq()},
		unix.AF_PACKET:  {Header: packetDiagReq()},
		unix.AF_TIPC:    {Header: tipcDiagReq()},
		unix.AF_VSOCK:   {Header: vsockDiagReq()},
		unix.AF_SMC:     {Header: smcDiagReq()},
		unix.AF_XDP:     {Header: xdpDiagReq()},
	}
	reply := map[uint64]schema.Variant{
		unix.AF_UNIX: local, unix.AF_INET: inet4, unix.AF_INET6: inet6, unix.AF_NETLINK: nl,
		unix.AF_PACKET: packet, unix.AF_VSOCK: vsock, unix.AF_SMC: smc, unix.AF_XDP: xdp,
	}
	old := map[uint64]schema.Variant{
		unix.AF_UNSPEC: {Header: inetDiagReq(unix.AF_UNSPEC), Set: inetDiagReqSet()},
		unix.AF_INET:   {Header: inetDiagReq(unix.AF_INET), Set: inetDiagReqSet()},
		unix.AF_INET6:  {Header: inetDiagReq(unix.AF_INET6), Set: inetDiagReqSet()},
	}
	inet := map[uint64]schema.Variant{unix.AF_INET: inet4, unix.AF_INET6: inet6}
	generic := diagRec("sock_diag_req", field("sdiag_family", named(u8, addressFamily)), field("sdiag_protocol", u8))
	return &schema.Family{
		Name: "sock_diag", Protocol: unix.NETLINK_SOCK_DIAG,
		Messages: []schema.Message{
			{ID: 18, Name: "TCPDIAG_GETSOCK", Dirs: schema.ToKernel, Variants: sockDiagBy(old)},
			{ID: 18, Name: "TCPDIAG_GETSOCK", Dirs: schema.FromKernel, Variants: sockDiagBy(inet)},
			{ID: 19, Name: "DCCPDIAG_GETSOCK", Dirs: schema.ToKernel, Variants: sockDiagBy(old)},
			{ID: 19, Name: "DCCPDIAG_GETSOCK", Dirs: schema.FromKernel, Variants: sockDiagBy(inet)},
			{
				ID: 20, Name: "SOCK_DIAG_BY_FAMILY", Dirs: schema.ToKernel, Header: generic, Variants: sockDiagBy(request),
				// ss dumps the sockets of every family, whose modules may be absent.
				Probe: &schema.Probe{Errnos: []int32{enoent}, Asks: schema.AsksDump},
			},
			// The replies for AF_TIPC have no header: the first byte is that of
			// a length, which is no address family's number.
			{ID: 20, Name: "SOCK_DIAG_BY_FAMILY", Dirs: schema.FromKernel, Set: tipcDiag(), Variants: sockDiagBy(reply)},
			{ID: 21, Name: "SOCK_DESTROY", Dirs: schema.ToKernel, Header: generic, Variants: sockDiagBy(request)},
			{ID: 21, Name: "SOCK_DESTROY", Dirs: schema.FromKernel, Variants: sockDiagBy(inet)},
		},
		Groups: []schema.Group{
			{ID: 1, Name: "SKNLGRP_INET_TCP_DESTROY"}, {ID: 2, Name: "SKNLGRP_INET_UDP_DESTROY"},
			{ID: 3, Name: "SKNLGRP_INET6_TCP_DESTROY"}, {ID: 4, Name: "SKNLGRP_INET6_UDP_DESTROY"},
		},
		Lead: []string{
			"sdiag_family", "sdiag_protocol", "idiag_family", "idiag_state", "idiag_src", "idiag_sport", "idiag_dst", "idiag_dport",
			"INET_DIAG_REQ_BYTECODE", ">INET_DIAG_REQ_PROTOCOL", ">idiag_ext!", ">idiag_states", "udiag_family", "udiag_type", "udiag_state", ">udiag_show!", "UNIX_DIAG_NAME", "ndiag_family", "ndiag_protocol",
			"ndiag_portid", "pdiag_family", "pdiag_type", "pdiag_num", "vdiag_family", "vdiag_state", "vdiag_src_cid", "vdiag_src_port",
			"xdiag_family", "diag_family", "diag_state",
		},
	}
}

func sockDiagBy(cases map[uint64]schema.Variant) *schema.Variants {
	return &schema.Variants{Width: 1, Cases: cases}
}

var (
	sockDiagCookie = sized(custom(sockDiagCookieText), 8)
	sockDiagUID    = u32
	sockDiagInode  = u32
	sockDiagFamily = named(u8, addressFamily)
	sockDiagProto  = named(u8, ipProtocol)

	// TCP_* of include/net/tcp_states.h; other protocols borrow them.
	sockDiagState = enum("TCP state", 1, "TCP_ESTABLISHED", "TCP_SYN_SENT", "TCP_SYN_RECV", "TCP_FIN_WAIT1", "TCP_FIN_WAIT2",
		"TCP_TIME_WAIT", "TCP_CLOSE", "TCP_CLOSE_WAIT", "TCP_LAST_ACK", "TCP_LISTEN", "TCP_CLOSING", "TCP_NEW_SYN_RECV",
		"TCP_BOUND_INACTIVE")
	sockDiagStates = bits("TCP states", "", "TCPF_ESTABLISHED", "TCPF_SYN_SENT", "TCPF_SYN_RECV", "TCPF_FIN_WAIT1", "TCPF_FIN_WAIT2",
		"TCPF_TIME_WAIT", "TCPF_CLOSE", "TCPF_CLOSE_WAIT", "TCPF_LAST_ACK", "TCPF_LISTEN", "TCPF_CLOSING", "TCPF_NEW_SYN_RECV",
		"TCPF_BOUND_INACTIVE")
	sockDiagType = enum("socket type", 1, "SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW", "SOCK_RDM", "SOCK_SEQPACKET", "SOCK_DCCP",
		"", "", "", "SOCK_PACKET")
	sockDiagShutdown = bits("shutdown", "RCV_SHUTDOWN", "SEND_SHUTDOWN")
)

// sk_get_meminfo: u32 mem[SK_MEMINFO_VARS].
func sockDiagMeminfo() schema.Type {
	return structOf(atLeast(4, diagRec("sk_meminfo", fields(bytes32,
		"SK_MEMINFO_RMEM_ALLOC", "SK_MEMINFO_RCVBUF", "SK_MEMINFO_WMEM_ALLOC", "SK_MEMINFO_SNDBUF",
		"SK_MEMINFO_FWD_ALLOC", "SK_MEMINFO_WMEM_QUEUED", "SK_MEMINFO_OPTMEM", "SK_MEMINFO_BACKLOG"),
		field("SK_MEMINFO_DROPS", u32))))
}
