// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"fmt"
	"strconv"
	"strings"
)

// protocols are the NETLINK_* numbers of include/uapi/linux/netlink.h.
var protocols = [...]string{
	0:  "NETLINK_ROUTE",
	1:  "NETLINK_UNUSED",
	2:  "NETLINK_USERSOCK",
	3:  "NETLINK_FIREWALL",
	4:  "NETLINK_SOCK_DIAG", // also NETLINK_INET_DIAG
	5:  "NETLINK_NFLOG",
	6:  "NETLINK_XFRM",
	7:  "NETLINK_SELINUX",
	8:  "NETLINK_ISCSI",
	9:  "NETLINK_AUDIT",
	10: "NETLINK_FIB_LOOKUP",
	11: "NETLINK_CONNECTOR",
	12: "NETLINK_NETFILTER",
	13: "NETLINK_IP6_FW",
	14: "NETLINK_DNRTMSG",
	15: "NETLINK_KOBJECT_UEVENT",
	16: "NETLINK_GENERIC",
	17: "", // NETLINK_DM, never merged
	18: "NETLINK_SCSITRANSPORT",
	19: "NETLINK_ECRYPTFS",
	20: "NETLINK_RDMA",
	21: "NETLINK_CRYPTO",
	22: "NETLINK_SMC",
}

// The protocols that the code refers to by name.
const (
	NETLINK_ROUTE          = 0
	NETLINK_USERSOCK       = 2
	NETLINK_SOCK_DIAG      = 4
	NETLINK_XFRM           = 6
	NETLINK_SELINUX        = 7
	NETLINK_AUDIT          = 9
	NETLINK_CONNECTOR      = 11
	NETLINK_NETFILTER      = 12
	NETLINK_KOBJECT_UEVENT = 15
	NETLINK_GENERIC        = 16
	NETLINK_CRYPTO         = 21
)

// MaxProtocol is one more than the largest protocol number (MAX_LINKS).
const MaxProtocol = 32

// ProtocolName returns the UAPI name, or "NETLINK_17" for a number without one.
func ProtocolName(p uint16) string {
	if int(p) < len(protocols) && protocols[p] != "" {
		return protocols[p]
	}
	return prefix + strconv.Itoa(int(p))
}

// prefix is what all names of protocols begin with.
const prefix = "NETLINK_"

// ShortName is ProtocolName without what all have in common: "ROUTE", or "17" for a
// number without a name.
func ShortName(p uint16) string { return strings.TrimPrefix(ProtocolName(p), prefix) }

// otherNames are what people call protocols besides their UAPI names.
var otherNames = map[string]string{
	"INET_DIAG": "SOCK_DIAG", "UEVENT": "KOBJECT_UEVENT", "GENETLINK": "GENERIC", "GENL": "GENERIC", "NFTABLES": "NETFILTER",
}

// ParseProtocol takes a number, a UAPI name, the name without its prefix in any
// case ("route"), or one of otherNames.
func ParseProtocol(s string) (uint16, error) {
	if n, err := strconv.ParseUint(s, 0, 16); err == nil {
		if n >= MaxProtocol {
			return 0, fmt.Errorf("protocol %d is out of range (0 to %d)", n, MaxProtocol-1)
		}
		return uint16(n), nil
	}
	up := strings.ToUpper(s)
	short := strings.TrimPrefix(up, prefix)
	if other := otherNames[short]; other != "" {
		short = other
	}
	for i, name := range protocols {
		if name != "" && strings.TrimPrefix(name, prefix) == short {
			return uint16(i), nil
		}
	}
	if n, err := strconv.ParseUint(short, 10, 16); err == nil && n < MaxProtocol {
		return uint16(n), nil
	}
	return 0, fmt.Errorf("unknown protocol %q (try route, generic, netfilter, … or a number)", s)
}
