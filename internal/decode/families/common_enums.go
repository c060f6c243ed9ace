// SPDX-License-Identifier: Apache-2.0

package families

// Enums that more than one family uses.

// addressFamily is AF_* of include/linux/socket.h (the UAPI leaves them to the
// C library), and from 128 on the pseudo families of linux/rtnetlink.h.
var addressFamily = values("address family",
	val(0, "AF_UNSPEC"), val(1, "AF_UNIX"), val(2, "AF_INET"), val(3, "AF_AX25"), val(4, "AF_IPX"),
	val(5, "AF_APPLETALK"), val(6, "AF_NETROM"), val(7, "AF_BRIDGE"), val(8, "AF_ATMPVC"),
	val(9, "AF_X25"), val(10, "AF_INET6"), val(11, "AF_ROSE"), val(12, "AF_DECnet"),
	val(13, "AF_NETBEUI"), val(14, "AF_SECURITY"), val(15, "AF_KEY"), val(16, "AF_NETLINK"),
	val(17, "AF_PACKET"), val(18, "AF_ASH"), val(19, "AF_ECONET"), val(20, "AF_ATMSVC"),
	val(21, "AF_RDS"), val(22, "AF_SNA"), val(23, "AF_IRDA"), val(24, "AF_PPPOX"),
	val(25, "AF_WANPIPE"), val(26, "AF_LLC"), val(27, "AF_IB"), val(28, "AF_MPLS"), val(29, "AF_CAN"),
	val(30, "AF_TIPC"), val(31, "AF_BLUETOOTH"), val(32, "AF_IUCV"), val(33, "AF_RXRPC"),
	val(34, "AF_ISDN"), val(35, "AF_PHONET"), val(36, "AF_IEEE802154"), val(37, "AF_CAIF"),
	val(38, "AF_ALG"), val(39, "AF_NFC"), val(40, "AF_VSOCK"), val(41, "AF_KCM"),
	val(42, "AF_QIPCRTR"), val(43, "AF_SMC"), val(44, "AF_XDP"), val(45, "AF_MCTP"),
	val(128, "RTNL_FAMILY_IPMR"), val(129, "RTNL_FAMILY_IP6MR"),
)

// ipProtocol is IPPROTO_* of linux/in.h.
var ipProtocol = values("IP protocol",
	val(0, "IPPROTO_IP"), val(1, "IPPROTO_ICMP"), val(2, "IPPROTO_IGMP"), val(4, "IPPROTO_IPIP"),
	val(6, "IPPROTO_TCP"), val(8, "IPPROTO_EGP"), val(12, "IPPROTO_PUP"), val(17, "IPPROTO_UDP"),
	val(22, "IPPROTO_IDP"), val(29, "IPPROTO_TP"), val(33, "IPPROTO_DCCP"), val(41, "IPPROTO_IPV6"),
	val(46, "IPPROTO_RSVP"), val(47, "IPPROTO_GRE"), val(50, "IPPROTO_ESP"), val(51, "IPPROTO_AH"),
	val(92, "IPPROTO_MTP"), val(94, "IPPROTO_BEETPH"), val(98, "IPPROTO_ENCAP"),
	val(103, "IPPROTO_PIM"), val(108, "IPPROTO_COMP"), val(115, "IPPROTO_L2TP"),
	val(132, "IPPROTO_SCTP"), val(136, "IPPROTO_UDPLITE"), val(137, "IPPROTO_MPLS"),
	val(143, "IPPROTO_ETHERNET"), val(144, "IPPROTO_AGGFRAG"), val(255, "IPPROTO_RAW"),
	val(256, "IPPROTO_SMC"), val(262, "IPPROTO_MPTCP"),
)

// etherType is ETH_P_* of linux/if_ether.h. The values below 1536 are no
// EtherTypes but the kernel's own packet types.
var etherType = values("EtherType",
	val(0x0001, "ETH_P_802_3"), val(0x0002, "ETH_P_AX25"), val(0x0003, "ETH_P_ALL"),
	val(0x0004, "ETH_P_802_2"), val(0x0005, "ETH_P_SNAP"), val(0x0006, "ETH_P_DDCMP"),
	val(0x0007, "ETH_P_WAN_PPP"), val(0x0008, "ETH_P_PPP_MP"), val(0x0009, "ETH_P_LOCALTALK"),
	val(0x000c, "ETH_P_CAN"), val(0x000d, "ETH_P_CANFD"), val(0x000e, "ETH_P_CANXL"),
	val(0x0010, "ETH_P_PPPTALK"), val(0x0011, "ETH_P_TR_802_2"), val(0x0015, "ETH_P_MOBITEX"),
	val(0x0016, "ETH_P_CONTROL"), val(0x0017, "ETH_P_IRDA"), val(0x0018, "ETH_P_ECONET"),
	val(0x0019, "ETH_P_HDLC"), val(0x001a, "ETH_P_ARCNET"), val(0x001b, "ETH_P_DSA"),
	val(0x001c, "ETH_P_TRAILER"), val(0x0060, "ETH_P_LOOP"), val(0x00f5, "ETH_P_PHONET"),
	val(0x00f6, "ETH_P_IEEE802154"), val(0x00f7, "ETH_P_CAIF"), val(0x00f8, "ETH_P_XDSA"),
	val(0x00f9, "ETH_P_MAP"), val(0x00fa, "ETH_P_MCTP"), val(0x00fe, "ETH_P_GRE_OSI"),
	val(0x0200, "ETH_P_PUP"), val(0x0201, "ETH_P_PUPAT"), val(0x0600, "ETH_P_802_3_MIN"),
	val(0x0800, "ETH_P_IP"), val(0x0805, "ETH_P_X25"), val(0x0806, "ETH_P_ARP"),
	val(0x08ff, "ETH_P_BPQ"), val(0x0a00, "ETH_P_IEEEPUP"), val(0x0a01, "ETH_P_IEEEPUPAT"),
	val(0x22eb, "ETH_P_ERSPAN2"), val(0x22f0, "ETH_P_TSN"), val(0x4305, "ETH_P_BATMAN"),
	val(0x6000, "ETH_P_DEC"), val(0x6001, "ETH_P_DNA_DL"), val(0x6002, "ETH_P_DNA_RC"),
	val(0x6003, "ETH_P_DNA_RT"), val(0x6004, "ETH_P_LAT"), val(0x6005, "ETH_P_DIAG"),
	val(0x6006, "ETH_P_CUST"), val(0x6007, "ETH_P_SCA"), val(0x6558, "ETH_P_TEB"),
	val(0x8035, "ETH_P_RARP"), val(0x809b, "ETH_P_ATALK"), val(0x80f3, "ETH_P_AARP"),
	val(0x8100, "ETH_P_8021Q"), val(0x8137, "ETH_P_IPX"), val(0x86dd, "ETH_P_IPV6"),
	val(0x8808, "ETH_P_PAUSE"), val(0x8809, "ETH_P_SLOW"), val(0x883e, "ETH_P_WCCP"),
	val(0x8847, "ETH_P_MPLS_UC"), val(0x8848, "ETH_P_MPLS_MC"), val(0x884c, "ETH_P_ATMMPOA"),
	val(0x8863, "ETH_P_PPP_DISC"), val(0x8864, "ETH_P_PPP_SES"), val(0x886c, "ETH_P_LINK_CTL"),
	val(0x8870, "ETH_P_8021AC"), val(0x8884, "ETH_P_ATMFATE"), val(0x888e, "ETH_P_PAE"),
	val(0x8892, "ETH_P_PROFINET"), val(0x8899, "ETH_P_REALTEK"), val(0x88a2, "ETH_P_AOE"),
	val(0x88a4, "ETH_P_ETHERCAT"), val(0x88a8, "ETH_P_8021AD"), val(0x88b5, "ETH_P_802_EX1"),
	val(0x88be, "ETH_P_ERSPAN"), val(0x88c3, "ETH_P_MXLGSW"), val(0x88c7, "ETH_P_PREAUTH"),
	val(0x88ca, "ETH_P_TIPC"), val(0x88cc, "ETH_P_LLDP"), val(0x88e3, "ETH_P_MRP"),
	val(0x88e5, "ETH_P_MACSEC"), val(0x88e7, "ETH_P_8021AH"), val(0x88f5, "ETH_P_MVRP"),
	val(0x88f7, "ETH_P_1588"), val(0x88f8, "ETH_P_NCSI"), val(0x88fb, "ETH_P_PRP"),
	val(0x8902, "ETH_P_CFM"), val(0x8906, "ETH_P_FCOE"), val(0x890d, "ETH_P_TDLS"),
	val(0x8914, "ETH_P_FIP"), val(0x8915, "ETH_P_IBOE"), val(0x8917, "ETH_P_80221"),
	val(0x892f, "ETH_P_HSR"), val(0x894f, "ETH_P_NSH"), val(0x9000, "ETH_P_LOOPBACK"),
	val(0x9100, "ETH_P_QINQ1"), val(0x9200, "ETH_P_QINQ2"), val(0x9300, "ETH_P_QINQ3"),
	val(0x9988, "ETH_P_YT921X"), val(0xdada, "ETH_P_EDSA"), val(0xdadb, "ETH_P_DSA_8021Q"),
	val(0xe001, "ETH_P_DSA_A5PSW"), val(0xed3e, "ETH_P_IFE"), val(0xfbfb, "ETH_P_AF_IUCV"),
	val(0xfd3a, "ETH_P_NXP_NETC"),
)
