// SPDX-License-Identifier: Apache-2.0

package schema

// Identity says what of a payload tells whose it is: which machine, user, network or
// place. Whoever makes a recording anonymous asks for it; decoding does not.
type Identity uint8

const (
	Unmarked   Identity = iota // the tables do not say
	Common                     // what a thing is, as on many machines: kinds, algorithms, states
	Words                      // names and texts
	Account                    // a user or a group: a number
	Bits                       // bytes, or a number, that are one whole: GUIDs, serials, public keys
	Room                       // an IP or link-layer address, by what its text says; of IPv4 the first four bytes
	SockAddr                   // struct sockaddr_in, sockaddr_in6 or sockaddr_un
	PacketAddr                 // struct nfqnl_msg_packet_hw
	Segments                   // struct ipv6_sr_hdr
	Conditions                 // a program of struct inet_diag_bc_op
	Labels                     // domain names, as DNS has them
	Rule                       // struct audit_rule_data: the texts behind it
	Register                   // what nftables compares, loads or looks up: by what comes before it
	UserData                   // TLVs with a byte each for type and length, texts among them
	TLVs                       // struct tlv_desc of TIPC
	Elements                   // information elements of IEEE 802.11
	Frame80211                 // a frame of IEEE 802.11
)
