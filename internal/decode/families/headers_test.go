// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
)

// uapiDir can point to the headers of another kernel (make headers_install).
var uapiDir = flag.String("uapi", "/usr/include", "directory of the UAPI headers that the tables are held against")

// withHeaders runs a test with the installed headers, and with those of the newest
// kernel that the lab boots (scripts/vmtest/kernel headers). NLTOP_UAPI says where
// these are, and that they must be there; else the lab's cache is looked at.
func withHeaders(t *testing.T, test func(t *testing.T, dir string)) {
	t.Run("installed", func(t *testing.T) {
		if readHeader(t, *uapiDir, "linux/netlink.h") == nil {
			t.Skipf("no UAPI headers in %s (package linux-libc-dev)", *uapiDir)
		}
		test(t, *uapiDir)
	})
	t.Run("newest", func(t *testing.T) {
		dir := os.Getenv("NLTOP_UAPI")
		if dir == "" {
			cache := os.Getenv("NLTOP_VMCACHE")
			if cache == "" {
				user, err := os.UserCacheDir()
				if err != nil {
					t.Skipf("no lab: %v", err)
				}
				cache = filepath.Join(user, "nltop", "vmtest")
			}
			dir = filepath.Join(cache, "headers")
			if readHeader(t, dir, "linux/netlink.h") == nil {
				t.Skipf("no headers in %s (scripts/vmtest/kernel headers fetches them)", dir)
			}
		}
		if readHeader(t, dir, "linux/netlink.h") == nil {
			t.Fatalf("no headers in %s", dir)
		}
		test(t, dir)
	})
}

// cited is a UAPI header whose names the tables carry.
type cited struct {
	name string
	// of are the families whose messages and attributes the header defines; none:
	// it has enums that others use.
	of []string
	// only restricts the header to names with these prefixes; nil: every
	// enumerator and every numeric #define of the header is carried.
	only []string
	// bits are prefixes of names whose value is the number of a bit.
	bits []string
	// skip maps names, or patterns with one *, to why they are not carried.
	skip map[string]string
	// since is the version that brought the header (6.1 is 601), if that is
	// later than what any supported distribution installs.
	since int
	// until is the first version seen without it; 0: none.
	until int
	// moved maps prefixes of names to the first version seen that numbers them anew.
	moved map[string]int
}

// Reasons that come up again and again.
const (
	notWire   = "a limit or macro of programs, in no message"
	otherNum  = "belongs to no number of a message that has a type here"
	oldGroups = "bits of sockaddr_nl.nl_groups, the old spelling of RTNLGRP_*"
	notNames  = "a mask of several bits: numbers, not names"
	actionID  = "numbers of actions inside the kernel: messages name them by TCA_ACT_KIND"
)

// headers are those that the tables of this package cite. A new family adds
// its headers here, or in the file NAME_headers_test.go of its group.
var headers = []cited{
	{name: "linux/rtnetlink.h", of: []string{"route"}, skip: map[string]string{
		"RTNL_FAMILY_MAX": notWire, "RTM_NR_*": notWire, "RTA_ALIGNTO": notWire, "RTNH_ALIGNTO": notWire,
		"RTNH_COMPARE_MASK": notNames, "RTAX_FEATURE_MASK": notNames, "RTNETLINK_HAVE_PEERINFO": notWire,
		"RTMGRP_*": oldGroups, "RTNLGRP_NONE": "no group",
		"TCA_FLAG_LARGE_DUMP_ON": "alias of TCA_ACT_FLAG_LARGE_DUMP_ON", "TCAA_MAX": notWire,
		"TCA_ACT_TAB": "alias of TCA_ROOT_TAB", "RTM_BASE": "alias of RTM_NEWLINK",
	}},
	{name: "linux/if_link.h", skip: map[string]string{
		"XDP_FLAGS_MODES": notNames, "XDP_FLAGS_MASK": notNames, "PORT_PROFILE_MAX": notWire, "PORT_UUID_MAX": notWire,
		"PORT_SELF_VF": "shown as -1", "MAX_VLAN_LIST_LEN": notWire, "TUNNEL_MSG_VALID_USER_FLAGS": notNames,
		"BRIDGE_MODE_UNSPEC": "IFLA_BRPORT_MODE is sent as a boolean", "BRIDGE_MODE_HAIRPIN": "IFLA_BRPORT_MODE is sent as a boolean",
		"NETKIT_NEXT": "-1, a verdict of programs", "IPVLAN_MODE_MAX": notWire,
	}},
	{name: "linux/if_addr.h", skip: map[string]string{"IFA_F_TEMPORARY": "the same bit as IFA_F_SECONDARY"}},
	{name: "linux/neighbour.h"},
	{name: "linux/fib_rules.h", skip: map[string]string{
		"FIB_RULE_DEV_DETACHED": "alias of FIB_RULE_IIF_DETACHED", "FRA_IFNAME": "alias of FRA_IIFNAME",
	}},
	{name: "linux/if_bridge.h", bits: []string{"BR_BOOLOPT_"}, skip: map[string]string{
		"BRCTL_*": "ioctls", "BR_MCAST_DIR_*": "array indexes in the field names of struct br_mcast_stats",
		"BR_BOOLOPT_MAX": notWire,
	}},
	{name: "linux/if_tunnel.h", skip: map[string]string{
		"SIOC*": "ioctls", "GRE_REC": notNames, "GRE_FLAGS": notNames, "GRE_VERSION*": notNames, "GRE_PROTO_PPP": otherNum,
		"GRE_PPTP_KEY_MASK": otherNum, "PRL_DEFAULT": "an ioctl's", "VTI_ISVTI": "kernel-internal: cleared before it is sent",
		"TUNNEL_OPTIONS_PRESENT": notNames, "IP_TUNNEL_*": "numbers of the TUNNEL_* bits, kernel-internal beyond 16",
	}},
	{name: "linux/lwtunnel.h", skip: map[string]string{"LWT_BPF_MAX_HEADROOM": notWire}},
	{name: "linux/mpls_iptunnel.h"},
	{name: "linux/seg6_iptunnel.h"},
	{name: "linux/seg6_local.h", bits: []string{"SEG6_LOCAL_FLV_OP_"}, skip: map[string]string{"SEG6_LOCAL_FLV_OP_UNSPEC": "no bit"}},
	{name: "linux/ila.h", skip: map[string]string{"ILA_CMD_*": "generic netlink family ila", "ILA_GENL_*": "generic netlink family ila"}},
	{name: "linux/rpl_iptunnel.h"},
	{name: "linux/ioam6_iptunnel.h", skip: map[string]string{
		"IOAM6_IPTUNNEL_MODE_MIN": notWire, "IOAM6_IPTUNNEL_FREQ_MIN": notWire,
	}},
	{name: "linux/veth.h"},
	{name: "linux/nexthop.h", skip: map[string]string{"NHA_RES_GROUP_UNSPEC": "NHA_RES_GROUP_PAD", "NHA_RES_BUCKET_UNSPEC": "NHA_RES_BUCKET_PAD"}},
	{name: "linux/net_namespace.h", skip: map[string]string{"NETNSA_NSID_NOT_ASSIGNED": "shown as -1"}},
	{name: "linux/netconf.h", skip: map[string]string{"NETCONFA_ALL": "kernel-internal"}},
	{name: "linux/if_addrlabel.h"},
	{name: "linux/can/netlink.h", skip: map[string]string{"CAN_TERMINATION_DISABLED": "0 ohms"}},
	{name: "linux/can/vxcan.h"},
	{name: "linux/amt.h"},
	{name: "linux/wwan.h"},
	{name: "linux/mrp_bridge.h", only: []string{"BR_MRP_RING_", "BR_MRP_IN_", "BR_MRP_PORT_"}},
	{name: "linux/cfm_bridge.h", only: []string{"BR_CFM_PORT", "BR_CFM_VLAN", "BR_CFM_MEP_", "BR_CFM_CCM_"}},
	{name: "linux/gen_stats.h"},
	{name: "linux/mroute.h", only: []string{"IPMRA_", "VIFF_", "IGMPMSG_"}},
	{name: "linux/if.h", only: []string{"IFF_", "IF_OPER_", "IF_LINK_MODE_"}, skip: map[string]string{"IFF_VOLATILE": notNames}},
	{name: "linux/if_arp.h", only: []string{"ARPHRD_"}, skip: map[string]string{
		"ARPHRD_HDLC": "alias of ARPHRD_CISCO", "ARPHRD_NETROM": "0, which requests leave blank",
	}},
	{name: "linux/if_ether.h", only: []string{"ETH_P_"}},
	{name: "linux/in.h", only: []string{"IPPROTO_", "MCAST_EXCLUDE", "MCAST_INCLUDE"}},
	{name: "linux/ip.h", only: []string{"IPV4_DEVCONF_"}},
	{name: "linux/ipv6.h", only: []string{"DEVCONF_"}, skip: map[string]string{"DEVCONF_MAX": notWire}},
	{name: "linux/icmpv6.h", only: []string{"ICMPV6_ROUTER_PREF_"}},
	{name: "linux/snmp.h", only: []string{"ICMP6_MIB_", "IPSTATS_MIB_"}, moved: map[string]int{"IPSTATS_MIB_": 702}, skip: map[string]string{
		"IPSTATS_MIB_OUTPKTS": "another counter since Linux 6.6 (ipstatsMIB)",
	}},
	{name: "linux/if_vlan.h", only: []string{"VLAN_FLAG_"}},
	{name: "linux/if_bonding.h", only: []string{"BOND_MODE_", "BOND_LINK_", "BOND_STATE_", "BOND_XMIT_POLICY_", "LACP_STATE_", "BOND_XSTATS_", "BOND_3AD_STAT_"}},
	{name: "linux/if_tun.h", only: []string{"IFF_TUN", "IFF_TAP"}, skip: map[string]string{"IFF_TUN_EXCL": otherNum}},
	{name: "linux/if_macsec.h", only: []string{"MACSEC_CIPHER_ID_", "MACSEC_DEFAULT_CIPHER_ID"}},
	{name: "linux/ip6_tunnel.h", only: []string{"IP6_TNL_F_"}},
	{name: "linux/mpls.h", only: []string{"MPLS_STATS_"}},
	{name: "linux/batman_adv.h", only: []string{"IFLA_BATADV_"}},
	{name: "linux/pkt_sched.h", skip: map[string]string{
		"TC_PRIO_*": notWire, "TC_H_*": "written in words: root, ingress, 1:10 (tcHandle)", "TC_LINKLAYER_MASK": notNames,
		"TC_RTAB_SIZE": notWire, "SKBPRIO_MAX_PRIORITY": notWire, "TCQ_PRIO_BANDS": notWire, "TCQ_MIN_PRIO_BANDS": notWire,
		"TC_RED_HISTORIC_FLAGS": notNames, "MAX_DPs": notWire, "TC_HTB_*": notWire, "TC_CBQ_MAXPRIO": notWire,
		"TC_CBQ_MAXLEVEL": notWire, "TC_CBQ_DEF_EWMA": notWire, "NETEM_DIST_*": notWire, "TC_QOPT_*": notWire,
		"TC_MQPRIO_F_*": "kernel-internal: which attributes were given", "SFB_MAX_PROB": notWire, "FQ_BANDS": notWire,
		"FQ_MIN_WEIGHT": notWire, "FQ_CODEL_QUANTUM_MAX": notWire, "TC_CAKE_MAX_TINS": notWire, "TCQ_ETS_MAX_BANDS": notWire,
		"TCA_TAPRIO_ATTR_PAD": "alias of TCA_TAPRIO_PAD", "TCA_TAPRIO_SCHED_UNSPEC": "TCA_TAPRIO_SCHED_ENTRY_UNSPEC has its number and no message either",
	}},
	{name: "linux/pkt_cls.h", bits: []string{"FLOW_KEY_"}, skip: map[string]string{
		"TCA_ACT_FLAGS_USER_*": "kernel-internal", "TCA_ACT_HW_STATS_ANY": notNames, "TC_COOKIE_MAX_SIZE": notWire,
		"TCA_OLD_COMPAT": notWire, "TCA_ACT_MAX_PRIO": notWire, "TCA_ACT_BIND": notWire, "TCA_ACT_NOBIND": notWire,
		"TCA_ACT_UNBIND": notWire, "TCA_ACT_NOUNBIND": notWire, "TCA_ACT_REPLACE": notWire, "TCA_ACT_NOREPLACE": notWire,
		"TC_ACT_VALUE_MAX": notWire, "TC_ACT_EXT_*": notNames, "TCA_ACT_GACT": actionID, "TCA_ACT_IPT": actionID,
		"TCA_ACT_PEDIT": actionID, "TCA_ACT_MIRRED": actionID, "TCA_ACT_NAT": actionID, "TCA_ACT_XT": actionID,
		"TCA_ACT_SKBEDIT": actionID, "TCA_ACT_VLAN": actionID, "TCA_ACT_BPF": actionID, "TCA_ACT_CONNMARK": actionID,
		"TCA_ACT_SKBMOD": actionID, "TCA_ACT_CSUM": actionID, "TCA_ACT_TUNNEL_KEY": actionID, "TCA_ACT_SIMP": actionID,
		"TCA_ACT_IFE": actionID, "TCA_ACT_SAMPLE": actionID, "TCA_ID_*": actionID, "TC_POLICE_*": "aliases of TC_ACT_*",
		"TC_U32_ROOT": "a handle, shown as ffe:: is", "TC_U32_UNSPEC": "a handle, shown as none", "TC_U32_MAXDEPTH": notWire,
		"TCA_FLOWER_MASK_FLAGS_RANGE": "kernel-internal", "TCF_EM_REL_MASK": notNames,
	}},
	{name: "linux/tc_act/tc_bpf.h"},
	{name: "linux/tc_act/tc_connmark.h"},
	{name: "linux/tc_act/tc_csum.h"},
	{name: "linux/tc_act/tc_ct.h"},
	{name: "linux/tc_act/tc_ctinfo.h"},
	{name: "linux/tc_act/tc_defact.h"},
	{name: "linux/tc_act/tc_gact.h", skip: map[string]string{"MAX_RAND": notWire}},
	{name: "linux/tc_act/tc_gate.h"},
	{name: "linux/tc_act/tc_ife.h"},
	{name: "linux/tc_act/tc_ipt.h", since: 9999}, // left with Linux 6.8
	{name: "linux/tc_act/tc_mirred.h"},
	{name: "linux/tc_act/tc_mpls.h"},
	{name: "linux/tc_act/tc_nat.h"},
	{name: "linux/tc_act/tc_pedit.h"},
	{name: "linux/tc_act/tc_sample.h"},
	{name: "linux/tc_act/tc_skbedit.h"},
	{name: "linux/tc_act/tc_skbmod.h"},
	{name: "linux/tc_act/tc_tunnel_key.h"},
	{name: "linux/tc_act/tc_vlan.h"},
	{name: "linux/tc_ematch/tc_em_cmp.h", skip: map[string]string{"TCF_EM_CMP_TRANS": "half of a byte, named by tcNibbles"}},
	{name: "linux/tc_ematch/tc_em_ipt.h"},
	{name: "linux/tc_ematch/tc_em_meta.h", skip: map[string]string{
		"TCF_META_TYPE_*": "a part of a number, named by tcEmMetaKind", "TCF_META_ID_MASK": notNames,
	}},
	{name: "linux/tc_ematch/tc_em_nbyte.h"},
	{name: "linux/tc_ematch/tc_em_text.h", skip: map[string]string{"TC_EM_TEXT_ALGOSIZ": notWire}},
	{name: "linux/ife.h", skip: map[string]string{"IFE_METAHDRLEN": notWire}},
	{name: "linux/dcbnl.h", skip: map[string]string{
		"IEEE_8021QAZ_MAX_TCS": notWire, "IEEE_8021Q_MAX_PRIORITIES": notWire, "DCBX_MAX_BUFFERS": notWire,
		"CEE_DCBX_MAX_PGS": notWire, "CEE_DCBX_MAX_PRIO": notWire, "IEEE_8021QAZ_APP_SEL_MAX": notWire,
	}},
	{name: "linux/mroute6.h", only: []string{"IP6MRA_CREPORT_", "MRT6MSG_"}},
	{name: "linux/wireless.h", only: []string{"SIOCSIW", "SIOCGIW", "IWEV", "IW_MODE_", "IW_QUAL_", "IW_FREQ_", "IW_MICFAILURE_", "IW_PMKID_CAND_"}, skip: map[string]string{
		"IWEVFIRST": "alias of IWEVTXDROP", "IW_QUAL_ALL_UPDATED": notNames, "IW_QUAL_ALL_INVALID": notNames,
		"IW_MICFAILURE_KEY_ID": notNames, "IW_MICFAILURE_COUNT": notNames,
	}},
	{name: "linux/genetlink.h", of: []string{"nlctrl"}, only: []string{"CTRL_CMD_", "CTRL_ATTR_"}},
}

// renamed maps names of older headers to those that the tables have.
var renamed = map[string]string{
	"IFLA_DSA_MASTER": "IFLA_DSA_CONDUIT",
	"IFLA_IF_NETNSID": "IFLA_TARGET_NETNSID",
}

// indexed are structs whose fields are an enum in order, by its first number.
var indexed = map[string]uint64{"ipv4_devconf": 1, "ipv6_devconf": 0, "icmpv6_mib": 0, "ipstats_mib": 0}

// carried collects name → values of every table of every family. A name can
// have two: the number of an attribute, and the bit for it in a mask.
func carried() map[string][]uint64 {
	names := map[string][]uint64{}
	add := func(n string, v uint64) {
		if !slices.Contains(names[n], v) {
			names[n] = append(names[n], v)
		}
	}
	for _, f := range families.All() {
		for i := range f.Messages {
			add(f.Messages[i].Name, uint64(f.Messages[i].ID))
		}
		for _, g := range f.Groups {
			add(g.Name, uint64(g.ID))
		}
		v := schema.Visitor{
			Set: func(_ *schema.Place, s *schema.Set) {
				for i := range s.Attrs {
					add(s.Attrs[i].Name, uint64(s.Attrs[i].ID))
				}
			},
			Enum: func(_ *schema.Place, e *schema.Enum) {
				for _, x := range e.Values {
					add(x.Name, x.N)
				}
			},
			Struct: func(_ *schema.Place, s *schema.StructType) {
				first, ok := indexed[s.Name]
				for i := range s.Fields {
					if ok {
						add(s.Fields[i].Name, first+uint64(i))
					}
				}
			},
		}
		schema.Walk(v, f)
	}
	return names
}

// TestHeaders: the tables carry every enumerator of the headers that they
// cite, with its value.
func TestHeaders(t *testing.T) { withHeaders(t, testHeaders) }

func testHeaders(t *testing.T, dir string) {
	names, version := carried(), headersVersion(t, dir)
	checked := 0
	for _, c := range headers {
		h := readHeader(t, dir, c.name)
		if h == nil {
			if version >= 601 && version >= c.since && (c.until == 0 || version < c.until) {
				t.Errorf("%s is not installed, and no header of version %d lacks it", c.name, version)
			}
			continue
		}
		checked += c.check(t, h, names, version)
	}
	t.Logf("%d names of %d headers (version %d)", checked, len(headers), version)
	if checked < 1500 {
		t.Errorf("only %d names were found in the headers; the reader or the list is broken", checked)
	}
}

// uncited are headers of families that no table follows, with why.
var uncited = map[string]string{
	"linux/drbd_genl.h": "made of macros that the reader of this test cannot follow: genl_magic_struct.h",
}

var reFamilyHeader = regexp.MustCompile(`(?m)_FAMILY_NAME\b|GENL_NAME\b|GENL_FAMILY\b|\bNFNL_SUBSYS_`)

// TestNoFamilyForgotten: every header that names a generic-netlink family or a subsystem
// of nfnetlink is cited.
func TestNoFamilyForgotten(t *testing.T) { withHeaders(t, testNoFamilyForgotten) }

func testNoFamilyForgotten(t *testing.T, dir string) {
	found := 0
	for _, pattern := range []string{"linux/*.h", "linux/*/*.h", "drm/*.h", "rdma/*.h", "misc/*.h"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil || !reFamilyHeader.Match(src) {
				continue
			}
			found++
			name, _ := filepath.Rel(dir, file)
			if uncited[name] == "" && !slices.ContainsFunc(headers, func(c cited) bool { return c.name == name }) {
				t.Errorf("%s has a family and no table cites it", name)
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d headers name a family", found)
	}
}

// check holds one header against the tables and returns how many names it has.
func (c *cited) check(t *testing.T, h *header, names map[string][]uint64, version int) int {
	t.Helper()
	n := 0
	for _, it := range h.items() {
		if c.reason(it.name) != "" || c.hasMoved(it.name, version) {
			continue
		}
		n++
		if !it.ok {
			t.Errorf("%s: the value of %s is beyond this test's reader", c.name, it.name)
			continue
		}
		name := it.name
		if names[name] == nil && renamed[name] != "" {
			name = renamed[name]
		}
		want := it.value
		if slices.ContainsFunc(c.bits, func(p string) bool { return strings.HasPrefix(name, p) }) {
			want = 1 << it.value
		}
		have := names[name]
		switch {
		case have == nil:
			t.Errorf("%s: %s (%d) is in no table", c.name, it.name, it.value)
		case !slices.Contains(have, want) && !slices.Contains(have, uint64(uint32(want))):
			t.Errorf("%s: %s is %d, the tables say %d", c.name, it.name, want, have)
		}
	}
	return n
}

// items are the enumerators and numeric defines of a header, without the ones
// that only count.
func (h *header) items() []item {
	var out []item
	for _, b := range h.enums {
		for _, it := range b.items {
			if !strings.HasPrefix(it.name, "__") && !strings.HasSuffix(it.name, "_MAX") {
				out = append(out, it)
			}
		}
	}
	for _, it := range h.defines {
		if it.ok && !strings.HasPrefix(it.name, "_") && !strings.HasSuffix(it.name, "_MAX") {
			out = append(out, it)
		}
	}
	return out
}

// hasMoved says whether the tables have the number that a name had before.
func (c *cited) hasMoved(name string, version int) bool {
	for prefix, at := range c.moved {
		if strings.HasPrefix(name, prefix) && version >= at {
			return true
		}
	}
	return false
}

// reason says why a name is not carried; "": it must be.
func (c *cited) reason(name string) string {
	if c.only != nil && !slices.ContainsFunc(c.only, func(p string) bool { return strings.HasPrefix(name, p) }) {
		return "another part of the header"
	}
	if r := c.skip[name]; r != "" {
		return r
	}
	for p, r := range c.skip {
		if prefix, suffix, ok := strings.Cut(p, "*"); ok && strings.HasPrefix(name, prefix) && strings.HasSuffix(name, suffix) {
			return r
		}
	}
	return ""
}

// newer are names of recent kernels in the middle of older ones.
var newer = map[string]bool{"IPPROTO_AGGFRAG": true, "IPPROTO_SMC": true}

// TestNothingInvented: a name of the tables whose number lies within what the
// installed headers define is one of theirs. Names above are newer.
func TestNothingInvented(t *testing.T) { withHeaders(t, testNothingInvented) }

func testNothingInvented(t *testing.T, dir string) {
	var blocks []block
	known := map[string]bool{}
	for _, c := range headers {
		if h := readHeader(t, dir, c.name); h != nil {
			blocks = append(blocks, h.enums...)
			for n := range h.values {
				known[n] = true
			}
			for old, name := range renamed {
				known[name] = known[name] || known[old]
			}
		}
	}
	for _, f := range families.All() {
		v := schema.Visitor{
			Set: func(at *schema.Place, s *schema.Set) {
				top, ok := highest(blocks, func(n string) bool { return s.ByName(n) != nil })
				for i := range s.Attrs {
					if a := &s.Attrs[i]; ok && uint64(a.ID) <= top && !known[a.Name] && !newer[a.Name] {
						t.Errorf("%s: %s (%d) is in no header", at, a.Name, a.ID)
					}
				}
			},
			Enum: func(at *schema.Place, e *schema.Enum) {
				has := func(n string) bool {
					return slices.ContainsFunc(e.Values, func(x schema.Value) bool { return x.Name == n })
				}
				top, ok := highest(blocks, has)
				for _, x := range e.Values {
					if ok && x.N <= top && !known[x.Name] && !newer[x.Name] {
						t.Errorf("%s: %s (%d) is in no header", at, x.Name, x.N)
					}
				}
			},
		}
		schema.Walk(v, f)
	}
}

// highest returns the largest number of the enum that a table translates: the
// one that it shares most of its names with. It is false where no enum has two
// of them.
func highest(blocks []block, has func(string) bool) (top uint64, ok bool) {
	best := 1
	for _, b := range blocks {
		shared, last := 0, uint64(0)
		for _, it := range b.items {
			if has(it.name) {
				shared++
				last = max(last, it.value)
			}
		}
		if shared > best {
			best, top, ok = shared, last, true
		}
	}
	return top, ok
}
