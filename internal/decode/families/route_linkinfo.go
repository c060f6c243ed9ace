// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// IFLA_LINKINFO: what kind of device a link is, and what that kind adds.

func iflaInfo(ifla *schema.Set) *schema.Set {
	bond, bridge := nest(iflaBondSlave()), nest(iflaBrport())
	vrf := nest(set("IFLA_VRF_PORT",
		unspec("IFLA_VRF_PORT_UNSPEC"),
		attr(1, "IFLA_VRF_PORT_TABLE", named(u32, rtTable))))
	// Requests leave IFLA_INFO_SLAVE_KIND out, since the kernel takes the
	// master's (rtnl_newlink); iproute2 writes the kind with a suffix instead.
	asked := by("IFLA_INFO_KIND", blob, map[string]schema.Type{
		"bond_slave": bond, "bridge_slave": bridge, "vrf_slave": vrf,
	})
	return set("IFLA_INFO",
		unspec("IFLA_INFO_UNSPEC"),
		attr(1, "IFLA_INFO_KIND", str),
		noted(2, "IFLA_INFO_DATA", by("IFLA_INFO_KIND", blob, linkKinds(ifla)), "other kinds have none, or are unknown"),
		noted(3, "IFLA_INFO_XSTATS", by("IFLA_INFO_KIND", blob, map[string]schema.Type{
			"can": structOf(canDeviceStats()),
		}), "only can has rtnl_link_ops.fill_xstats"),
		attr(4, "IFLA_INFO_SLAVE_KIND", str),
		attr(5, "IFLA_INFO_SLAVE_DATA", by("IFLA_INFO_SLAVE_KIND", asked, map[string]schema.Type{
			"bond": bond, "bridge": bridge, "vrf": vrf,
		})),
	)
}

// linkKinds is struct rtnl_link_ops.kind → the attributes of IFLA_INFO_DATA.
// Kinds without any (dummy, ifb, nlmon, wireguard, team, vcan, …) need no case.
func linkKinds(ifla *schema.Set) map[string]schema.Type {
	peer := headed(ifinfomsg(), ifla)
	macvlan, ipvlan, gre, gre6 := nest(iflaMacvlan()), nest(iflaIPVlan()), nest(iflaGRE()), nest(iflaGRE())
	iptun, vti := nest(iflaIPTun(named(u16, sitFlags))), nest(iflaVTI())
	return map[string]schema.Type{
		"amt":       nest(iflaAMT()),
		"bareudp":   nest(iflaBareUDP()),
		"batadv":    nest(set("IFLA_BATADV", unspec("IFLA_BATADV_UNSPEC"), attr(1, "IFLA_BATADV_ALGO_NAME", str))),
		"bond":      nest(iflaBond()),
		"bridge":    nest(iflaBr()),
		"can":       nest(iflaCAN()),
		"dsa":       nest(set("IFLA_DSA", unspec("IFLA_DSA_UNSPEC"), attr(1, "IFLA_DSA_CONDUIT", ifindex))),
		"erspan":    gre,
		"geneve":    nest(iflaGeneve()),
		"gre":       gre,
		"gretap":    gre,
		"gtp":       nest(iflaGTP()),
		"hsr":       nest(iflaHSR()),
		"ip6erspan": gre6,
		"ip6gre":    gre6,
		"ip6gretap": gre6,
		"ip6tnl":    nest(iflaIPTun(named(u32, ip6TnlFlags))),
		"ipip":      iptun,
		"ipoib":     nest(iflaIPoIB()),
		"ipvlan":    ipvlan,
		"ipvtap":    ipvlan,
		"macsec":    nest(iflaMACsec()),
		"macvlan":   macvlan,
		"macvtap":   macvlan,
		"netkit":    nest(iflaNetkit(peer)),
		"ovpn":      nest(set("IFLA_OVPN", unspec("IFLA_OVPN_UNSPEC"), attr(1, "IFLA_OVPN_MODE", named(u8, ovpnMode)))),
		"ppp":       nest(set("IFLA_PPP", unspec("IFLA_PPP_UNSPEC"), attr(1, "IFLA_PPP_DEV_FD", fdS))),
		"rmnet":     nest(iflaRmnet()),
		"sit":       iptun,
		"tun":       nest(iflaTun()),
		"veth":      nest(set("VETH_INFO", unspec("VETH_INFO_UNSPEC"), attr(1, "VETH_INFO_PEER", peer))),
		"vlan":      nest(iflaVlan()),
		"vrf":       nest(set("IFLA_VRF", unspec("IFLA_VRF_UNSPEC"), attr(1, "IFLA_VRF_TABLE", named(u32, rtTable)))),
		"vti":       vti,
		"vti6":      vti,
		"vxcan":     nest(set("VXCAN_INFO", unspec("VXCAN_INFO_UNSPEC"), attr(1, "VXCAN_INFO_PEER", peer))),
		"vxlan":     nest(iflaVXLAN()),
		"wwan":      nest(set("IFLA_WWAN", unspec("IFLA_WWAN_UNSPEC"), attr(1, "IFLA_WWAN_LINK_ID", u32))),
		"xfrm":      nest(iflaXfrm()),
	}
}

var ovpnMode = enum("ovpn_mode", 0, "OVPN_MODE_P2P", "OVPN_MODE_MP")

// present shows what is a flag in requests and a number in dumps.
func present(b []byte, _ bool) (string, bool) {
	switch {
	case len(b) == 0:
		return "set", true
	case len(b) == 1 && b[0] <= 1:
		return string('0' + b[0]), true
	}
	return "", false
}
