// SPDX-License-Identifier: Apache-2.0

package say

import (
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// ipvs has the requests of ipvsadm(8) (linux/ip_vs.h).
var ipvs = map[string]teller{
	"IPVS_CMD_NEW_SERVICE": ipvsService("-A"), "IPVS_CMD_SET_SERVICE": ipvsService("-E"), "IPVS_CMD_DEL_SERVICE": ipvsService("-D"),
	"IPVS_CMD_NEW_DEST": ipvsServer("-a"), "IPVS_CMD_SET_DEST": ipvsServer("-e"), "IPVS_CMD_DEL_DEST": ipvsServer("-d"),
	"IPVS_CMD_NEW_DAEMON": ipvsDaemon("--start-daemon"), "IPVS_CMD_DEL_DAEMON": ipvsDaemon("--stop-daemon"),
	"IPVS_CMD_SET_CONFIG": inFamily("ipvsadm --set", []option{{"IPVS_CMD_ATTR_TIMEOUT_TCP", "", asNumber},
		{"IPVS_CMD_ATTR_TIMEOUT_TCP_FIN", "", asNumber}, {"IPVS_CMD_ATTR_TIMEOUT_UDP", "", asNumber}}, 3),
	"IPVS_CMD_ZERO":        ipvsService("-Z"),
	"IPVS_CMD_FLUSH":       func(t *telling) bool { t.say("ipvsadm", "-C"); return true },
	"IPVS_CMD_GET_SERVICE": readsOnly("ipvsadm", "-L"), "IPVS_CMD_GET_DEST": readsOnly("ipvsadm", "-L"),
	"IPVS_CMD_GET_DAEMON": readsOnly("ipvsadm", "-L", "--daemon"), "IPVS_CMD_GET_CONFIG": readsOnly("ipvsadm", "-L", "--timeout"),
	"IPVS_CMD_GET_INFO": readsOnly(),
}

// ipvsWhere is an address with a port, of a union of which IPv4 uses the first bytes.
// false: there is none.
func ipvsWhere(family uint64, address, port *decode.Node) (string, bool) {
	if address == nil || port == nil || len(address.Raw) != 16 {
		return "", false
	}
	b := address.Raw
	if family == unix.AF_INET {
		b = b[:4]
		if !zero(address.Raw[4:]) {
			return "", false
		}
	} else if family != unix.AF_INET6 {
		return "", false
	}
	a, _ := netip.AddrFromSlice(b)
	return netip.AddrPortFrom(a, uint16(number(port))).String(), true
}

// ipvsOf says the virtual service; whole: with what it is like. Else ipvsadm sends
// what says nothing.
func (t *telling) ipvsOf(whole bool) bool {
	s := t.attrs().in("IPVS_CMD_ATTR_SERVICE")
	family := s.num("IPVS_SVC_ATTR_AF")
	if n := s.take("IPVS_SVC_ATTR_FWMARK"); n != nil {
		t.say("-f", decimal(number(n)))
		if family == unix.AF_INET6 {
			t.say("-6")
		} else if family != unix.AF_INET {
			return false
		}
	} else {
		option := map[uint64]string{unix.IPPROTO_TCP: "-t", unix.IPPROTO_UDP: "-u", unix.IPPROTO_SCTP: "--sctp-service"}[s.num("IPVS_SVC_ATTR_PROTOCOL")]
		where, ok := ipvsWhere(family, s.take("IPVS_SVC_ATTR_ADDR"), s.take("IPVS_SVC_ATTR_PORT"))
		if option == "" || !ok {
			return false
		}
		t.say(option, where)
	}
	scheduler := ""
	if n := s.peek("IPVS_SVC_ATTR_SCHED_NAME"); n != nil {
		scheduler = text(n)
	}
	if whole || scheduler == "" {
		s.options([]option{{"IPVS_SVC_ATTR_SCHED_NAME", "", asUnlessEmpty("-s")}})
	}
	if n := s.peek("IPVS_SVC_ATTR_FLAGS"); n != nil {
		t.ipvsFlags(s, n, whole, scheduler)
	}
	if whole {
		s.options([]option{{"IPVS_SVC_ATTR_PE_NAME", "--pe", asText}})
	}
	mask := s.peek("IPVS_SVC_ATTR_NETMASK")
	switch {
	case mask == nil || len(mask.Raw) != 4:
	case family == unix.AF_INET6:
		v, _ := rawNumber(t, mask)
		if whole && v != 128 && v >= 1 && v < 128 {
			t.say("-M", decimal(v))
		}
		if v == 128 || whole && v >= 1 && v < 128 {
			t.mark(mask, true)
		}
	case string(mask.Raw) == "\xff\xff\xff\xff":
		t.mark(mask, true)
	case whole:
		s.options([]option{{"IPVS_SVC_ATTR_NETMASK", "-M", asAddr}})
	}
	return true
}

// ipvsFlags says flags of a service, of which ipvsadm sets all, and how long clients
// stay with their server.
func (t *telling) ipvsFlags(s nest, n *decode.Node, whole bool, scheduler string) {
	const persistent, hashed, onePacket = 1 << 0, 1 << 1, 1 << 2 // IP_VS_SVC_F_*
	f := fieldsOf(n)
	flags, timeout := f.num("flags"), s.peek("IPVS_SVC_ATTR_TIMEOUT")
	if f.num("mask") != 1<<32-1 || flags&^0x3f != 0 || flags&hashed != 0 || !whole && flags != 0 {
		return
	}
	switch {
	case timeout == nil:
		return
	case flags&persistent != 0 && number(timeout) > 0:
		t.say("-p", decimal(number(timeout)))
	case flags&persistent != 0 || number(timeout) != 0:
		return
	}
	if flags&onePacket != 0 {
		t.say("-o")
	}
	names := []string{"flag-1", "flag-2", "flag-3"}
	if scheduler == "sh" || scheduler == "mh" {
		names[0], names[1] = scheduler+"-fallback", scheduler+"-port"
	}
	var of []string
	for i, name := range names {
		if flags>>(3+i)&1 != 0 {
			of = append(of, name)
		}
	}
	if of != nil {
		t.say("-b", strings.Join(of, ","))
	}
	t.mark(n, true)
	t.mark(timeout, true)
}

// asUnlessEmpty is a string behind a word; nothing of an empty one.
func asUnlessEmpty(word string) form {
	return func(_ *telling, n *decode.Node) ([]string, bool) {
		s, ok := n.Value.(string)
		if s == "" {
			return []string{quiet}, ok
		}
		return []string{word, s}, ok
	}
}

func ipvsService(verb string) teller {
	return func(t *telling) bool {
		t.say("ipvsadm", verb)
		if verb == "-Z" && len(t.body.Attrs) == 0 {
			return true
		}
		return t.ipvsOf(verb == "-A" || verb == "-E")
	}
}

// ipvsServer says a server of a virtual service.
func ipvsServer(verb string) teller {
	return func(t *telling) bool {
		const tunnel, direct = 2, 3 // IP_VS_CONN_F_TUNNEL, IP_VS_CONN_F_DROUTE
		t.say("ipvsadm", verb)
		if !t.ipvsOf(false) {
			return false
		}
		s, d := t.attrs().in("IPVS_CMD_ATTR_SERVICE"), t.attrs().in("IPVS_CMD_ATTR_DEST")
		port := d.take("IPVS_DEST_ATTR_PORT")
		where, ok := ipvsWhere(d.num("IPVS_DEST_ATTR_ADDR_FAMILY"), d.take("IPVS_DEST_ATTR_ADDR"), port)
		if !ok {
			return false
		}
		t.say("-r", where)
		if verb == "-d" {
			d.options([]option{{"IPVS_DEST_ATTR_FWD_METHOD", "", only(direct)}, {"IPVS_DEST_ATTR_WEIGHT", "", only(1)}})
		} else {
			if n, to := d.peek("IPVS_DEST_ATTR_FWD_METHOD"), s.peek("IPVS_SVC_ATTR_PORT"); n != nil && to != nil &&
				(number(n) == tunnel || number(n) == direct) && number(to) != number(port) {
				return false // which ipvsadm would make the same
			}
			d.options([]option{{"IPVS_DEST_ATTR_FWD_METHOD", "", asOneOf(map[uint64]string{0: "-m", tunnel: "-i", direct: "-g"})},
				{"IPVS_DEST_ATTR_WEIGHT", "-w", unless(asWeight, 1)}})
		}
		d.options([]option{{"IPVS_DEST_ATTR_U_THRESH", "-x", unless(asNumber, 0)}, {"IPVS_DEST_ATTR_L_THRESH", "-y", unless(asNumber, 0)},
			{"IPVS_DEST_ATTR_TUN_TYPE", "--tun-type", unless(asOneOf(map[uint64]string{1: "gue", 2: "gre"}), 0)},
			{"IPVS_DEST_ATTR_TUN_PORT", "--tun-port", unless(asNumber, 0)},
			{"IPVS_DEST_ATTR_TUN_FLAGS", "", unless(asOneOf(map[uint64]string{1: "--tun-csum", 2: "--tun-remcsum"}), 0)}})
		return true
	}
}

// asWeight is a weight as ipvsadm takes it.
var asWeight form = func(_ *telling, n *decode.Node) ([]string, bool) {
	v := int64(number(n))
	return []string{strconv.FormatInt(v, 10)}, v >= 0 && v <= 65535
}

// ipvsDaemon says the daemon that tells other machines of connections.
func ipvsDaemon(verb string) teller {
	return func(t *telling) bool {
		d := t.attrs().in("IPVS_CMD_ATTR_DAEMON")
		t.say("ipvsadm", verb)
		d.options([]option{{"IPVS_DAEMON_ATTR_STATE", "", asOneOf(map[uint64]string{1: "master", 2: "backup"})}})
		if len(t.words) != 3 {
			return false
		}
		if verb == "--start-daemon" {
			d.options([]option{{"IPVS_DAEMON_ATTR_MCAST_IFN", "--mcast-interface", asText}})
		} else if n := d.peek("IPVS_DAEMON_ATTR_MCAST_IFN"); n != nil && text(n) == "" {
			t.mark(n, true)
		}
		d.options([]option{{"IPVS_DAEMON_ATTR_SYNC_ID", "--syncid", unless(asNumber, 0)}, {"IPVS_DAEMON_ATTR_SYNC_MAXLEN", "--sync-maxlen", asNumber},
			{"IPVS_DAEMON_ATTR_MCAST_GROUP", "--mcast-group", asAddr}, {"IPVS_DAEMON_ATTR_MCAST_GROUP6", "--mcast-group", asAddr},
			{"IPVS_DAEMON_ATTR_MCAST_PORT", "--mcast-port", asNumber}, {"IPVS_DAEMON_ATTR_MCAST_TTL", "--mcast-ttl", asNumber}})
		return true
	}
}
