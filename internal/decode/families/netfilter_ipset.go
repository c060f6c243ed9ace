// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// ipset: linux/netfilter/ipset/ip_set.h, net/netfilter/ipset/ip_set_core.c. One
// range of attribute numbers has three meanings: at the top of a message, in
// the options of a set (create), and in an entry (add, delete, test). Numbers
// have NLA_F_NET_BYTEORDER where they are in network byte order.

func ipset() *schema.Family {
	create, adt := nest(ipsetCreate()), nest(ipsetADT())
	// What add, delete and test say is one entry, or a list of them.
	entries := array(adt)
	command := ipsetCommand("IPSET_ATTR_TYPENAME", "IPSET_ATTR_PROTOCOL_MIN", create, entries)
	entry := ipsetCommand("IPSET_ATTR_TYPENAME", "IPSET_ATTR_PROTOCOL_MIN", adt, entries)
	rename := ipsetCommand("IPSET_ATTR_SETNAME2", "IPSET_ATTR_PROTOCOL_MIN", create, entries)
	revision := ipsetCommand("IPSET_ATTR_TYPENAME", "IPSET_ATTR_REVISION_MIN", create, entries)
	m := nfMessages("IPSET_CMD_NONE", "IPSET_CMD_PROTOCOL", "IPSET_CMD_CREATE", "IPSET_CMD_DESTROY", "IPSET_CMD_FLUSH",
		"IPSET_CMD_RENAME", "IPSET_CMD_SWAP", "IPSET_CMD_LIST", "IPSET_CMD_SAVE", "IPSET_CMD_ADD", "IPSET_CMD_DEL",
		"IPSET_CMD_TEST", "IPSET_CMD_HEADER", "IPSET_CMD_TYPE", "IPSET_CMD_GET_BYNAME", "IPSET_CMD_GET_BYINDEX")
	for i := range m {
		switch m[i].Name {
		case "IPSET_CMD_RENAME", "IPSET_CMD_SWAP":
			m[i].Set = rename
		case "IPSET_CMD_ADD", "IPSET_CMD_DEL":
			m[i].Set = entry
		case "IPSET_CMD_TEST":
			// IPSET_ERR_EXIST: it is not in the set (ip_set_utest).
			m[i].Set, m[i].Probe = entry, &schema.Probe{Errnos: []int32{ipsetErrExist}}
		case "IPSET_CMD_TYPE":
			m[i].Set = revision
		}
	}
	f := nfSubsys("ipset", unix.NFNL_SUBSYS_IPSET, command, m...)
	f.Lead = []string{"IPSET_ATTR_SETNAME", "IPSET_ATTR_TYPENAME", "IPSET_ATTR_SETNAME2", "IPSET_ATTR_IPADDR_IPV4",
		"IPSET_ATTR_IPADDR_IPV6", "IPSET_ATTR_PORT",
		">*",
	}
	f.Errnos = ipsetErrors
	return f
}

// ipsetCommand is the set at the top of a message.
func ipsetCommand(third, tenth string, data, entries schema.Type) *schema.Set {
	return set("IPSET_ATTR",
		unspec("IPSET_ATTR_UNSPEC"),
		attr(1, "IPSET_ATTR_PROTOCOL", u8),
		attr(2, "IPSET_ATTR_SETNAME", str),
		attr(3, third, str),
		attr(4, "IPSET_ATTR_REVISION", u8),
		attr(5, "IPSET_ATTR_FAMILY", named(u8, nfProtocol)),
		attr(6, "IPSET_ATTR_FLAGS", named(be32, ipsetFlags)),
		attr(7, "IPSET_ATTR_DATA", data),
		attr(8, "IPSET_ATTR_ADT", entries),
		attr(9, "IPSET_ATTR_LINENO", u32),
		attr(10, tenth, u8),
		attr(11, "IPSET_ATTR_INDEX", be16),
	)
}

// ipsetBoth are the attributes that options and entries share.
func ipsetBoth() []schema.Attr {
	addr := nest(set("IPSET_ATTR_IPADDR",
		noted(0, "IPSET_ATTR_UNSPEC", blob, "unused"),
		attr(1, "IPSET_ATTR_IPADDR_IPV4", ip),
		attr(2, "IPSET_ATTR_IPADDR_IPV6", ip)))
	return []schema.Attr{
		unspec("IPSET_ATTR_UNSPEC"),
		attr(1, "IPSET_ATTR_IP", addr),
		attr(2, "IPSET_ATTR_IP_TO", addr),
		attr(3, "IPSET_ATTR_CIDR", u8),
		attr(4, "IPSET_ATTR_PORT", be16),
		attr(5, "IPSET_ATTR_PORT_TO", be16),
		attr(6, "IPSET_ATTR_TIMEOUT", nfSeconds),
		attr(7, "IPSET_ATTR_PROTO", named(u8, ctnlL4Proto)),
		attr(8, "IPSET_ATTR_CADT_FLAGS", named(be32, ipsetCADTFlags)),
		attr(9, "IPSET_ATTR_CADT_LINENO", u32),
		attr(10, "IPSET_ATTR_MARK", hexBE32),
		attr(11, "IPSET_ATTR_MARKMASK", hex32), // the kernel sends it in host order, ipset does not
		attr(12, "IPSET_ATTR_BITMASK", addr),
	}
}

func ipsetCreate() *schema.Set {
	return set("IPSET_ATTR", append(ipsetBoth(),
		attr(17, "IPSET_ATTR_INITVAL", hexBE32),
		attr(18, "IPSET_ATTR_HASHSIZE", be32),
		attr(19, "IPSET_ATTR_MAXELEM", be32),
		attr(20, "IPSET_ATTR_NETMASK", u8),
		attr(21, "IPSET_ATTR_BUCKETSIZE", u8),
		attr(22, "IPSET_ATTR_RESIZE", u8),
		attr(23, "IPSET_ATTR_SIZE", be32),
		attr(24, "IPSET_ATTR_ELEMENTS", be32),
		attr(25, "IPSET_ATTR_REFERENCES", be32),
		attr(26, "IPSET_ATTR_MEMSIZE", hinted(be32, schema.Bytes)))...)
}

func ipsetADT() *schema.Set {
	both := ipsetBoth()
	addr := both[1].Type
	return set("IPSET_ATTR", append(both,
		attr(17, "IPSET_ATTR_ETHER", hwaddr),
		attr(18, "IPSET_ATTR_NAME", str),
		attr(19, "IPSET_ATTR_NAMEREF", str),
		attr(20, "IPSET_ATTR_IP2", addr),
		attr(21, "IPSET_ATTR_CIDR2", u8),
		attr(22, "IPSET_ATTR_IP2_TO", addr),
		attr(23, "IPSET_ATTR_IFACE", str),
		attr(24, "IPSET_ATTR_BYTES", nfBytes),
		attr(25, "IPSET_ATTR_PACKETS", be64),
		attr(26, "IPSET_ATTR_COMMENT", str),
		attr(27, "IPSET_ATTR_SKBMARK", where(ipsetSkbMark, ipsetSkbMarkFacts)),
		attr(28, "IPSET_ATTR_SKBPRIO", custom(ipsetSkbPrio)),
		attr(29, "IPSET_ATTR_SKBQUEUE", be16),
		attr(30, "IPSET_ATTR_PAD", padAt))...)
}

// ipsetSkbMark renders mark and mask, 32 bits each.
func ipsetSkbMark(b []byte, _ bool) (string, bool) {
	if len(b) != 8 {
		return "", false
	}
	return fmt.Sprintf("0x%x/0x%x", binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])), true
}

// ipsetSkbPrio renders a traffic class as tc does, in hex.
func ipsetSkbPrio(b []byte, _ bool) (string, bool) {
	if len(b) != 4 {
		return "", false
	}
	return fmt.Sprintf("%x:%x", binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])), true
}

var (
	ipsetFlags = bits("ipset_cmd_flags", "IPSET_FLAG_EXIST", "IPSET_FLAG_LIST_SETNAME", "IPSET_FLAG_LIST_HEADER",
		"IPSET_FLAG_SKIP_COUNTER_UPDATE", "IPSET_FLAG_SKIP_SUBCOUNTER_UPDATE", "IPSET_FLAG_MATCH_COUNTERS", "",
		"IPSET_FLAG_RETURN_NOMATCH", "IPSET_FLAG_MAP_SKBMARK", "IPSET_FLAG_MAP_SKBPRIO", "IPSET_FLAG_MAP_SKBQUEUE")
	ipsetCADTFlags = bits("ipset_cadt_flags", "IPSET_FLAG_BEFORE", "IPSET_FLAG_PHYSDEV", "IPSET_FLAG_NOMATCH",
		"IPSET_FLAG_WITH_COUNTERS", "IPSET_FLAG_WITH_COMMENT", "IPSET_FLAG_WITH_FORCEADD", "IPSET_FLAG_WITH_SKBINFO",
		"IPSET_FLAG_IFACE_WILDCARD")
	// What 4352 and above mean is up to the type of the set, which the error
	// does not tell: bitmap, hash or list, in this order.
	ipsetErrors = enum("ipset_errno", 4096, append(append([]string{
		"IPSET_ERR_PRIVATE", "IPSET_ERR_PROTOCOL", "IPSET_ERR_FIND_TYPE", "IPSET_ERR_MAX_SETS", "IPSET_ERR_BUSY",
		"IPSET_ERR_EXIST_SETNAME2", "IPSET_ERR_TYPE_MISMATCH", "IPSET_ERR_EXIST", "IPSET_ERR_INVALID_CIDR",
		"IPSET_ERR_INVALID_NETMASK", "IPSET_ERR_INVALID_FAMILY", "IPSET_ERR_TIMEOUT", "IPSET_ERR_REFERENCED",
		"IPSET_ERR_IPADDR_IPV4", "IPSET_ERR_IPADDR_IPV6", "IPSET_ERR_COUNTER", "IPSET_ERR_COMMENT",
		"IPSET_ERR_INVALID_MARKMASK", "IPSET_ERR_SKBINFO", "IPSET_ERR_BITMASK_NETMASK_EXCL"},
		make([]string, 4352-4116)...),
		"IPSET_ERR_BITMAP_RANGE or IPSET_ERR_HASH_FULL or IPSET_ERR_NAME",
		"IPSET_ERR_BITMAP_RANGE_SIZE or IPSET_ERR_HASH_ELEM or IPSET_ERR_LOOP",
		"IPSET_ERR_INVALID_PROTO or IPSET_ERR_BEFORE",
		"IPSET_ERR_MISSING_PROTO or IPSET_ERR_NAMEREF",
		"IPSET_ERR_HASH_RANGE_UNSUPPORTED or IPSET_ERR_LIST_FULL",
		"IPSET_ERR_HASH_RANGE or IPSET_ERR_REF_EXIST")...)
)
