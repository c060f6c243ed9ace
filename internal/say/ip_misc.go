// SPDX-License-Identifier: Apache-2.0

package say

// linkProperty says other names of an interface.
func linkProperty(verb string) teller {
	return func(t *telling) bool {
		a := t.attrs()
		list := a.in("IFLA_PROP_LIST")
		index, name := t.fields().num("ifi_index"), a.take("IFLA_IFNAME")
		t.say("ip", "link", "property", verb, "dev")
		switch {
		case index != 0:
			t.say(t.ifName(index))
		case name != nil:
			t.say(text(name))
		default:
			return false
		}
		t.family("ifi_family")
		for i := range list.nodes {
			if x := &list.nodes[i]; x.Name == "IFLA_ALT_IFNAME" {
				t.say("altname", text(x))
				t.mark(x, true)
			}
		}
		return len(list.nodes) > 0
	}
}

// addrLabel says a row of the table by which sources are chosen (linux/if_addrlabel.h).
func addrLabel(verb string) teller {
	return func(t *telling) bool {
		f, a := t.fields(), t.attrs()
		t.family("ifal_family")
		x := a.take("IFAL_ADDRESS")
		if x == nil {
			return false
		}
		s, ok := prefix(x.Raw, f.num("ifal_prefixlen"))
		t.say("ip", "addrlabel", verb, "prefix", s)
		t.fields().sayDev("ifal_index")
		a.options([]option{{"IFAL_LABEL", "label", asNumber}})
		return ok
	}
}

func getAddrLabel(t *telling) bool {
	t.reads = true
	t.family("ifal_family")
	t.say("ip", "addrlabel", "list")
	return t.dump()
}

// neighParms are the members of NDTA_PARMS that ip-ntable(8) has words for; times are
// in milliseconds.
var neighParms = []option{
	{"NDTPA_QUEUE_LEN", "queue", asNumber}, {"NDTPA_BASE_REACHABLE_TIME", "base_reachable", asNumber},
	{"NDTPA_RETRANS_TIME", "retrans", asNumber}, {"NDTPA_GC_STALETIME", "gc_stale", asNumber},
	{"NDTPA_DELAY_PROBE_TIME", "delay_probe", asNumber}, {"NDTPA_APP_PROBES", "app_probes", asNumber},
	{"NDTPA_UCAST_PROBES", "ucast_probes", asNumber}, {"NDTPA_MCAST_PROBES", "mcast_probes", asNumber},
	{"NDTPA_ANYCAST_DELAY", "anycast_delay", asNumber}, {"NDTPA_PROXY_DELAY", "proxy_delay", asNumber},
	{"NDTPA_PROXY_QLEN", "proxy_queue", asNumber}, {"NDTPA_LOCKTIME", "locktime", asNumber},
}

func setNeighTable(t *telling) bool {
	t.family("ndtm_family")
	a := t.attrs()
	name := a.take("NDTA_NAME")
	if name == nil {
		return false
	}
	t.say("ip", "ntable", "change", "name", text(name))
	a.options([]option{{"NDTA_THRESH1", "thresh1", asNumber}, {"NDTA_THRESH2", "thresh2", asNumber},
		{"NDTA_THRESH3", "thresh3", asNumber}, {"NDTA_GC_INTERVAL", "gc_int", asNumber}})
	p := a.in("NDTA_PARMS")
	p.options([]option{{"NDTPA_IFINDEX", "dev", asIf}})
	p.options(neighParms)
	return true
}

func getNeighTable(t *telling) bool {
	t.reads = true
	t.tool(t.family("ndtm_family"))
	t.say("ntable", "show")
	return t.dump()
}

func getNetconf(t *telling) bool {
	t.reads = true
	t.tool(t.family("ncm_family"))
	t.say("netconf", "show")
	t.attrs().options([]option{{"NETCONFA_IFINDEX", "dev", asIf}})
	return true
}
