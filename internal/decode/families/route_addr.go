// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// RTM_*ADDR, RTM_*MULTICAST and RTM_*ANYCAST: linux/if_addr.h,
// net/ipv4/devinet.c (inet_fill_ifaddr), net/ipv6/addrconf.c
// (inet6_fill_ifaddr).

// struct ifaddrmsg
func ifaddrmsg() *schema.StructType {
	return record("ifaddrmsg",
		field("ifa_family", named(u8, addressFamily)),
		field("ifa_prefixlen", u8),
		field("ifa_flags", named(u8, ifaFlags)), // the low 8 bits of IFA_FLAGS
		field("ifa_scope", named(u8, rtScope)),
		field("ifa_index", ifindex),
	)
}

func ifa() *schema.Set {
	addr := addressBy("ifa_family", "ifa_prefixlen")
	return set("IFA",
		unspec("IFA_UNSPEC"),
		attr(1, "IFA_ADDRESS", addr), // the peer's on a point-to-point link
		attr(2, "IFA_LOCAL", addr),
		attr(3, "IFA_LABEL", str),
		attr(4, "IFA_BROADCAST", ip),
		attr(5, "IFA_ANYCAST", ip),
		attr(6, "IFA_CACHEINFO", structOf(record("ifa_cacheinfo",
			field("ifa_prefered", seconds), field("ifa_valid", seconds), // all ones: forever
			field("cstamp", jiffies), field("tstamp", jiffies)))), // 1/100 s since boot
		attr(7, "IFA_MULTICAST", ip),
		attr(8, "IFA_FLAGS", named(u32, ifaFlags)),
		attr(9, "IFA_RT_PRIORITY", u32),
		attr(10, "IFA_TARGET_NETNSID", nsid),
		attr(11, "IFA_PROTO", named(u8, ifaProto)),
	)
}

// addressBy is an address of the family that a header's field names: an IP
// address, except for MCTP and Phonet, whose addresses are one byte. length
// names the field with the length of its prefix; "" is none.
func addressBy(family, length string) schema.Type {
	t := ip
	t.Prefix = length
	return by(family, t, map[string]schema.Type{"AF_MCTP": u8, "AF_PHONET": hex8})
}

var (
	// ifaFlags: IFA_F_TEMPORARY is the same bit as IFA_F_SECONDARY.
	ifaFlags = bits("IFA_F",
		"IFA_F_SECONDARY", "IFA_F_NODAD", "IFA_F_OPTIMISTIC", "IFA_F_DADFAILED", "IFA_F_HOMEADDRESS",
		"IFA_F_DEPRECATED", "IFA_F_TENTATIVE", "IFA_F_PERMANENT", "IFA_F_MANAGETEMPADDR",
		"IFA_F_NOPREFIXROUTE", "IFA_F_MCAUTOJOIN", "IFA_F_STABLE_PRIVACY",
	)
	ifaProto = localEnum("rt_addrprotos", "IFAPROT",
		val(0, "IFAPROT_UNSPEC"), val(1, "IFAPROT_KERNEL_LO"), val(2, "IFAPROT_KERNEL_RA"), val(3, "IFAPROT_KERNEL_LL"),
	)
)
