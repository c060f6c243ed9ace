// SPDX-License-Identifier: Apache-2.0

package families

import (
	"strings"

	"github.com/nltop/nltop/internal/decode/schema"
)

// nduseropt is RTM_NEWNDUSEROPT: an option of a router advertisement that the
// kernel leaves to programs (net/ipv6/ndisc.c ndisc_ra_useropt). Behind the
// struct there are nduseropt_opts_len bytes of it, a multiple of eight, and
// only then attributes, so there is a layout for each length.
//
//	struct nduseroptmsg {
//		unsigned char  nduseropt_family;
//		unsigned char  nduseropt_pad1;
//		unsigned short nduseropt_opts_len;
//		int            nduseropt_ifindex;
//		__u8           nduseropt_icmp_type;
//		__u8           nduseropt_icmp_code;
//		unsigned short nduseropt_pad2;
//		unsigned int   nduseropt_pad3;
//	};
func nduseropt() schema.Message {
	attrs := set("NDUSEROPT",
		unspec("NDUSEROPT_UNSPEC"),
		attr(1, "NDUSEROPT_SRCADDR", ip))
	const longest = 512 // a router has little to say; the rest is left to Body
	cases := map[uint64]schema.Variant{}
	for n := 8; n <= longest; n += 8 {
		cases[uint64(n)] = schema.Variant{Header: nduseroptmsg(n), Set: attrs}
	}
	body := structOf(nduseroptmsg(0))
	return schema.Message{ID: 68, Name: "RTM_NEWNDUSEROPT", NoHeader: true, Body: &body,
		Variants: &schema.Variants{Off: 2, Width: 2, Cases: cases}}
}

// nduseroptmsg is the struct with an option of n bytes behind it; 0 is all
// that is left.
func nduseroptmsg(n int) *schema.StructType {
	return atLeast(16, record("nduseroptmsg",
		field("nduseropt_family", named(u8, addressFamily)),
		padding("nduseropt_pad1", 1),
		field("nduseropt_opts_len", hinted(u16, schema.Bytes)),
		field("nduseropt_ifindex", ifindexS),
		field("nduseropt_icmp_type", u8),
		field("nduseropt_icmp_code", u8),
		padding("nduseropt_pad2", 2),
		padding("nduseropt_pad3", 4),
		field("nd_opt_type", named(u8, ndOption)),
		field("nd_opt_len", u8), // times eight
		field("nd_opt_data", sized(ndOptionData(), max(n-2, 0))),
	))
}

// ndOption is ND_OPT_* of include/net/ndisc.h, numbers of the IANA.
var ndOption = values("ND option", val(1, "ND_OPT_SOURCE_LL_ADDR"), val(2, "ND_OPT_TARGET_LL_ADDR"),
	val(3, "ND_OPT_PREFIX_INFO"), val(4, "ND_OPT_REDIRECT_HDR"), val(5, "ND_OPT_MTU"), val(14, "ND_OPT_NONCE"),
	val(24, "ND_OPT_ROUTE_INFO"), val(25, "ND_OPT_RDNSS"), val(31, "ND_OPT_DNSSL"), val(34, "ND_OPT_6CO"),
	val(37, "ND_OPT_CAPTIVE_PORTAL"), val(38, "ND_OPT_PREF64"))

// ndOptionData is what those options hold that ndisc_is_useropt lets through:
// RFC 8106 (DNS), RFC 8910 (captive portal), RFC 8781 (NAT64 prefix), RFC 6775
// (6LoWPAN context).
func ndOptionData() schema.Type {
	lifetime := hinted(be32, schema.Seconds)
	return by("nd_opt_type", opaque, map[string]schema.Type{
		"ND_OPT_RDNSS": structOf(record("rdnss", padding("reserved", 2), field("lifetime", lifetime),
			field("addresses", packed(sized(ip, 16))))),
		"ND_OPT_DNSSL": structOf(record("dnssl", padding("reserved", 2), field("lifetime", lifetime),
			field("domains", where(ndDomains, wordList(ndDomains))))),
		"ND_OPT_CAPTIVE_PORTAL": str,
		"ND_OPT_PREF64": structOf(record("pref64", field("lifetime_plc", hexBE16), // 13 bits of 8 s, 3 of prefix length
			field("prefix", sized(opaque, 12)))),
		"ND_OPT_6CO": structOf(record("6co", field("context_length", u8), field("flags", hex8), padding("reserved", 2),
			field("lifetime", be16), field("prefix", opaque))), // lifetime in minutes
	})
}

// ndDomains renders names in the wire format of DNS, zeros behind the last.
func ndDomains(b []byte, _ bool) (string, bool) {
	var names []string
	for len(b) > 0 && b[0] != 0 {
		var labels []string
		for len(b) > 0 && b[0] != 0 {
			n := int(b[0])
			if n > 63 || n >= len(b) {
				return "", false
			}
			labels = append(labels, strings.ToValidUTF8(string(b[1:1+n]), "\ufffd"))
			b = b[1+n:]
		}
		if len(b) == 0 {
			return "", false
		}
		b = b[1:]
		names = append(names, strings.Join(labels, "."))
	}
	return strings.Join(names, " "), true
}
