// SPDX-License-Identifier: Apache-2.0

package e2e

// A daemonTruth is known of a run before it is recorded, from its script in
// testdata/daemons: a question as a user asks it, and how many lines answer it.
type daemonTruth struct {
	what     string
	expr     string // of -f; of exchanges and events, unless messages
	n        int    // lines, or some
	messages bool
	says     []string // stands in the lines
	only     string   // on this kernel
}

// some: one or more, where the daemon and not the script says how many.
const some = -1

var daemonTruths = map[string][]daemonTruth{
	"auditd": {
		{what: "auditd makes itself the audit daemon, once", n: 1, says: []string{" acked ", " pid="},
			expr: `proc.comm == "auditd" && type == "AUDIT_SET" && "AUDIT_STATUS_PID" in attr("mask") && attr("pid") != 0`},
		{what: "at its end it says that there is none", n: 1, says: []string{" acked ", " pid=0"},
			expr: `proc.comm == "auditd" && type == "AUDIT_SET" && "AUDIT_STATUS_PID" in attr("mask") && attr("pid") == 0`},
		{what: "the watch is added", n: 1, says: []string{" acked ", "path=/etc/hostname", "perm=wa", "-k lab"},
			expr: `proc.comm == "auditctl" && type == "AUDIT_ADD_RULE"`},
		{what: "the watch is taken away", n: 1, says: []string{" acked ", "path=/etc/hostname"},
			expr: `proc.comm == "auditctl" && type == "AUDIT_DEL_RULE"`},
		{what: "auditd gets a record of the touch", n: some, messages: true,
			expr: `proc.comm == "auditd" && type == "AUDIT_PATH" && attr("name") == "/etc/hostname"`},
	},
	"bird": {
		{what: "bird adds its two routes", n: 2, says: []string{" acked ", "1 event", "172.21.0.0/16", "172.22.0.0/16", "blackhole"},
			expr: `kind == "exchange" && proc.comm == "bird" && type == "RTM_NEWROUTE" && attr("rtm_protocol") == "RTPROT_BIRD"`},
		{what: "bird deletes both, the second one at its end", n: 2, says: []string{" acked ", "172.21.0.0/16", "172.22.0.0/16"},
			expr: `kind == "exchange" && proc.comm == "bird" && type == "RTM_DELROUTE"`},
		{what: "each is an event that bird has caused and hears itself, with the monitor", n: 4, says: []string{"2 listeners"},
			expr: `kind == "event" && cause.comm == "bird" && cause_type in ["RTM_NEWROUTE", "RTM_DELROUTE"]`},
	},
	"cni": {
		{what: "iptables asks for the sets of a table that is not there", n: 1, says: []string{"ENOENT", "a probe"},
			expr: `kind == "exchange" && proc.comm == "iptables" && type == "NFT_MSG_GETSET" && error_name == "ENOENT"`},
		{what: "the bridge", n: 1, says: []string{" acked "},
			expr: `kind == "exchange" && proc.comm == "bridge" && type == "RTM_NEWLINK" && attr("IFLA_INFO_KIND") == "bridge" && attr("IFLA_IFNAME") == "cni0"`},
		{what: "the pair of links, and its event here", n: 1, says: []string{" acked ", "veth"},
			expr: `kind == "exchange" && proc.comm == "bridge" && type == "RTM_NEWLINK" && attr("IFLA_INFO_KIND") == "veth"`},
		{what: "the pod's address", n: 1, says: []string{" acked "},
			expr: `kind == "exchange" && proc.comm == "bridge" && type == "RTM_NEWADDR" && attr("IFA_LOCAL") == "10.88.0.2/24"`},
		{what: "the gateway's address, and its event", n: 2, says: []string{" acked ", "caused by bridge["},
			expr: `type == "RTM_NEWADDR" && attr("IFA_LOCAL") == "10.88.0.1/24"`},
		{what: "the pod's default route", n: 1, says: []string{" acked ", "0.0.0.0/0", "10.88.0.1"},
			expr: `kind == "exchange" && proc.comm == "bridge" && type == "RTM_NEWROUTE"`},
		{what: "iptables' rule for what the pod sends", n: 1, says: []string{"iptables -t nat -A POSTROUTING -s 10.88.0.2"},
			expr: `proc.comm == "iptables" && type == "NFT_MSG_NEWRULE" && attr("NFTA_RULE_CHAIN") == "POSTROUTING"`},
		{what: "it goes", n: 1, says: []string{"iptables -t nat -D POSTROUTING -s 10.88.0.2"},
			expr: `proc.comm == "iptables" && type == "NFT_MSG_DELRULE" && attr("NFTA_RULE_CHAIN") == "POSTROUTING"`},
		{what: "the pod's link goes", n: 1, says: []string{" acked "},
			expr: `kind == "exchange" && proc.comm == "bridge" && type == "RTM_DELLINK"`},
		{what: "nothing fails but what iptables asks for by design", n: 0,
			expr: `kind == "exchange" && outcome == "failed" && proc.comm in ["bridge", "host-local"]`},
	},
	"conntrackd": {
		{what: "conntrack adds a flow, and conntrackd hears of it", n: 2, says: []string{" acked ", "caused by conntrack[", "1 listener"},
			expr: `type == "IPCTNL_MSG_CT_NEW" && attr("CTA_PROTO_SRC_PORT") == 1000`},
		{what: "conntrack deletes it", n: 2, says: []string{" acked ", "caused by conntrack[", "1 listener"},
			expr: `type == "IPCTNL_MSG_CT_DELETE" && attr("CTA_PROTO_SRC_PORT") == 1000`},
		{what: "both are delivered to conntrackd", n: 2, messages: true,
			expr: `dir == "event" && proc.comm == "conntrackd" && cause.comm == "conntrack"`},
		{what: "conntrackd reads the table", n: some, says: []string{" answered "},
			expr: `proc.comm == "conntrackd" && type == "IPCTNL_MSG_CT_GET"`},
	},
	"frr": {
		{what: "zebra installs the static route of its configuration", n: 1, says: []string{" accepted ", "1 event", "172.20.0.0/16"},
			expr: `kind == "exchange" && proc.comm == "zebra" && type == "RTM_NEWROUTE" && attr("RTA_DST") == "172.20.0.0/16" && attr("rtm_protocol") == 196`},
		{what: "its event is caused by that request", n: 1, says: []string{"caused by zebra", "1 listener"},
			expr: `kind == "event" && cause.comm == "zebra" && cause_type == "RTM_NEWROUTE" && attr("RTA_DST") == "172.20.0.0/16"`},
		{what: "over a next hop of zebra's", n: some, says: []string{" accepted ", "192.0.2.2"},
			expr: `kind == "exchange" && proc.comm == "zebra" && type == "RTM_NEWNEXTHOP" && attr("NHA_GATEWAY") == "192.0.2.2" && attr("nh_protocol") == "RTPROT_ZEBRA"`},
		{what: "vtysh has a blackhole installed", n: 1, says: []string{" accepted ", "blackhole"},
			expr: `kind == "exchange" && proc.comm == "zebra" && attr("rtm_type") == "RTN_BLACKHOLE" && type == "RTM_NEWROUTE" && attr("RTA_DST") == "172.23.0.0/16"`},
		{what: "and the first route deleted", n: 1, says: []string{" accepted "},
			expr: `kind == "exchange" && proc.comm == "zebra" && type == "RTM_DELROUTE" && attr("RTA_DST") == "172.20.0.0/16"`},
		{what: "zebra alone changes routes, but for those of addresses", n: 0,
			expr: `kind == "exchange" && proc.comm != "zebra" && type in ["RTM_NEWROUTE", "RTM_DELROUTE"]`},
	},
	"keepalived": {
		{what: "keepalived adds the virtual address", n: 1, says: []string{" acked ", "2 events"}, // and the local route's
			expr: `kind == "exchange" && proc.comm == "keepalived" && type == "RTM_NEWADDR" && attr("IFA_LOCAL") == "192.0.2.100/32"`},
		{what: "its event", n: 1, says: []string{"caused by keepalived[", "2 listeners"},
			expr: `kind == "event" && type == "RTM_NEWADDR" && attr("IFA_LOCAL") == "192.0.2.100/32"`},
		{what: "and takes it away", n: 1, says: []string{" acked "},
			expr: `kind == "exchange" && proc.comm == "keepalived" && type == "RTM_DELADDR" && outcome == "acked"`},
		{what: "its event", n: 1, says: []string{"caused by keepalived["},
			expr: `kind == "event" && type == "RTM_DELADDR" && attr("IFA_LOCAL") == "192.0.2.100/32"`},
	},
	"lldpd": {
		{what: "lldpd's dump of addresses has a header of links", n: 1, messages: true, says: []string{"ifinfomsg sent; the kernel reads the family alone"},
			expr: `proc.comm == "lldpd" && dir == "request" && type == "RTM_GETADDR"`},
		{what: "and is answered", n: 1, says: []string{" answered "},
			expr: `proc.comm == "lldpd" && type == "RTM_GETADDR"`},
		{what: "so is that of links", n: some, says: []string{" answered "},
			expr: `kind == "exchange" && proc.comm == "lldpd" && type == "RTM_GETLINK"`},
		{what: "it hears of the new link, which ip has made", n: some, messages: true, says: []string{"up1"},
			expr: `dir == "event" && proc.comm == "lldpd" && type == "RTM_NEWLINK" && cause.comm == "ip" && attr("IFLA_IFNAME") == "up1"`},
	},
	"networkd": {
		{what: "networkd's address", n: 1, says: []string{" acked "},
			expr: `kind == "exchange" && proc.comm == "systemd-network" && type == "RTM_NEWADDR" && attr("IFA_LOCAL") == "192.0.2.1/24"`},
		{what: "its event", n: 1, says: []string{"caused by systemd-network[", "2 listeners"},
			expr: `kind == "event" && type == "RTM_NEWADDR" && attr("IFA_LOCAL") == "192.0.2.1/24"`},
		{what: "networkd's route and its event", n: 2, says: []string{" acked ", "192.0.2.2"},
			expr: `attr("rtm_protocol") == "RTPROT_STATIC" && type == "RTM_NEWROUTE" && attr("RTA_DST") == "172.24.0.0/16"`},
	},
	"networkmanager": {
		{what: "NetworkManager's address", n: 1, says: []string{" acked "},
			expr: `kind == "exchange" && proc.comm == "NetworkManager" && type == "RTM_NEWADDR" && attr("IFA_LOCAL") == "192.0.2.1/24"`},
		{what: "NetworkManager's route", n: 1, says: []string{" acked "},
			expr: `attr("rtm_protocol") == "RTPROT_STATIC" && kind == "exchange" && proc.comm == "NetworkManager" && type == "RTM_NEWROUTE" && attr("RTA_DST") == "172.25.0.0/16"`},
		{what: "its event", n: 1, says: []string{"caused by NetworkManager[", "2 listeners"},
			expr: `kind == "event" && type == "RTM_NEWROUTE" && attr("RTA_DST") == "172.25.0.0/16"`},
		{what: "the profile goes, and its address", n: 1, says: []string{" acked "},
			expr: `kind == "exchange" && proc.comm == "NetworkManager" && type == "RTM_DELADDR" && attr("IFA_LOCAL") == "192.0.2.1/24"`},
		{what: "a dump of routes, with the family alone, asks for no route in particular", n: some, messages: true, says: []string{"rtgenmsg sent"},
			expr: `dir == "request" && proc.comm == "NetworkManager" && type == "RTM_GETROUTE" && !has("rtm_dst_len")`},
		{what: "it tells audit of its user's orders", n: 2, says: []string{"op=connection-activate", "op=connection-deactivate", "res=success"},
			expr: `proc.comm == "NetworkManager" && type == "AUDIT_USYS_CONFIG"`},
	},
	"openvswitch": {
		{what: "ports are asked for before they are there", n: some, says: []string{"ENODEV", "a probe"},
			expr: `kind == "exchange" && proc.comm == "ovs-vswitchd" && type == "OVS_VPORT_CMD_GET" && error_name == "ENODEV"`},
		{what: "the datapath", n: some, says: []string{" answered ", "OVS_DP_ATTR_NAME=ovs-system"},
			expr: `kind == "exchange" && type == "OVS_DP_CMD_NEW" && outcome == "answered"`},
		{what: "the bridge's own port", n: 1, says: []string{" answered ", "OVS_VPORT_TYPE_INTERNAL"},
			expr: `kind == "exchange" && type == "OVS_VPORT_CMD_NEW" && attr("OVS_VPORT_ATTR_NAME") == "br0"`},
		{what: "the port up0", n: 1, says: []string{" answered ", "OVS_VPORT_TYPE_NETDEV"},
			expr: `kind == "exchange" && type == "OVS_VPORT_CMD_NEW" && attr("OVS_VPORT_ATTR_NAME") == "up0"`},
		{what: "a packet that no flow is for comes up", n: some, messages: true,
			expr: `type == "OVS_PACKET_CMD_MISS" && proc.comm == "ovs-vswitchd"`},
		{what: "and makes a flow for the ping", n: some, messages: true,
			expr: `dir == "request" && type == "OVS_FLOW_CMD_NEW" && attr("OVS_KEY_ATTR_ETHERTYPE") == "ETH_P_IP" && has("OVS_ACTION_ATTR_OUTPUT")`},
		{what: "the bridge goes", n: 1, says: []string{"caused by ovs-vswitchd"},
			expr: `kind == "event" && type == "RTM_DELLINK" && attr("IFLA_IFNAME") == "br0"`},
	},
	"wifi": {
		{what: "hostapd starts its network", n: 1, says: []string{" acked ", "NL80211_ATTR_SSID=lab"},
			expr: `kind == "exchange" && type == "NL80211_CMD_START_AP"`},
		{what: "its event, from Linux 6.3 on (nl80211_send_ap_started)", n: 1, says: []string{"NL80211_ATTR_SSID=lab", "caused by hostapd["},
			expr: `kind == "event" && type == "NL80211_CMD_START_AP"`, only: "6.12"},
		{what: "wpa_supplicant authenticates", n: 1, says: []string{" acked "},
			expr: `kind == "exchange" && proc.comm == "wpa_supplicant" && type == "NL80211_CMD_AUTHENTICATE"`},
		{what: "and associates", n: 1, says: []string{" acked ", "NL80211_ATTR_SSID=lab"},
			expr: `kind == "exchange" && proc.comm == "wpa_supplicant" && type == "NL80211_CMD_ASSOCIATE"`},
		{what: "it is connected", n: 1,
			expr: `kind == "event" && type == "NL80211_CMD_CONNECT"`},
		{what: "both install keys, which are not told", n: some, messages: true,
			expr: `dir == "request" && type == "NL80211_CMD_NEW_KEY" && attr("NL80211_KEY_DATA") == "redacted"`},
		{what: "none of them is", n: 0, messages: true,
			expr: `attr("NL80211_KEY_DATA") != nil && attr("NL80211_KEY_DATA") != "redacted" || attr("NL80211_REKEY_DATA_KEK") != nil && attr("NL80211_REKEY_DATA_KEK") != "redacted"`},
		{what: "hostapd hears of the new station", n: 1, messages: true, says: []string{"02:00:00:00:01:00"},
			expr: `dir == "event" && proc.comm == "hostapd" && type == "NL80211_CMD_NEW_STATION" && attr("NL80211_ATTR_MAC") == "02:00:00:00:01:00"`},
		{what: "it leaves, by its own request", n: 1, says: []string{"caused by wpa_supplicant[", "DEAUTH_LEAVING"},
			expr: `kind == "event" && type == "NL80211_CMD_DISCONNECT"`},
	},
}
