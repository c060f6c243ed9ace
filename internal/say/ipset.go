// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/binary"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// ipset has the requests of ipset(8). Before most of what it does it asks for the
// protocol, for the type of a set, and for revisions.
var ipset = map[string]teller{
	"IPSET_CMD_CREATE": setCreate, "IPSET_CMD_DESTROY": setOne("destroy"), "IPSET_CMD_FLUSH": setOne("flush"),
	"IPSET_CMD_RENAME": setTwo("rename"), "IPSET_CMD_SWAP": setTwo("swap"),
	"IPSET_CMD_ADD": setEntry("add"), "IPSET_CMD_DEL": setEntry("del"), "IPSET_CMD_TEST": setEntry("test"),
	"IPSET_CMD_LIST": readsOnly("ipset", "list"), "IPSET_CMD_SAVE": readsOnly("ipset", "save"),
	"IPSET_CMD_PROTOCOL": readsOnly(), "IPSET_CMD_HEADER": readsOnly(), "IPSET_CMD_TYPE": readsOnly(),
	"IPSET_CMD_GET_BYNAME": readsOnly(), "IPSET_CMD_GET_BYINDEX": readsOnly(),
}

// setCreateOptions are those of a set.
var setCreateOptions = []option{
	{"IPSET_ATTR_NETMASK", "netmask", asNumber},
	{"IPSET_ATTR_BITMASK", "bitmask", asSetAddr},
	{"IPSET_ATTR_MARKMASK", "markmask", asSetBE32},
	{"IPSET_ATTR_TIMEOUT", "timeout", asNumber},
	{"IPSET_ATTR_CADT_FLAGS", "", asBits("", "", "", "counters", "comment", "forceadd", "skbinfo")},
	{"IPSET_ATTR_HASHSIZE", "hashsize", asNumber},
	{"IPSET_ATTR_MAXELEM", "maxelem", asNumber},
	{"IPSET_ATTR_BUCKETSIZE", "bucketsize", asNumber},
	{"IPSET_ATTR_INITVAL", "initval", asHex},
	{"IPSET_ATTR_SIZE", "size", asNumber},
}

// setEntryOptions are those of an entry.
var setEntryOptions = []option{
	{"IPSET_ATTR_TIMEOUT", "timeout", asNumber},
	{"IPSET_ATTR_PACKETS", "packets", asNumber},
	{"IPSET_ATTR_BYTES", "bytes", asNumber},
	{"IPSET_ATTR_COMMENT", "comment", asText},
	{"IPSET_ATTR_SKBMARK", "skbmark", asSetWords},
	{"IPSET_ATTR_SKBPRIO", "skbprio", asSetWords},
	{"IPSET_ATTR_SKBQUEUE", "skbqueue", asNumber},
}

var (
	// asSetAddr is an address in its nest.
	asSetAddr form = func(_ *telling, n *decode.Node) ([]string, bool) {
		if len(n.Children) != 1 {
			return nil, false
		}
		s, ok := addr(n.Children[0].Raw)
		return []string{s}, ok
	}
	// asSetBE32 is a number that ipset sends in network byte order.
	asSetBE32 form = func(_ *telling, n *decode.Node) ([]string, bool) {
		if len(n.Raw) != 4 {
			return nil, false
		}
		return []string{hexNumber(uint64(binary.BigEndian.Uint32(n.Raw)))}, true
	}
	// asSetWords is what the tables write as ipset does: a mark with its mask, a class.
	asSetWords form = func(_ *telling, n *decode.Node) ([]string, bool) {
		s := text(n)
		return []string{s}, s != ""
	}
)

// setWords says "ipset", what is done, and to which set; false: a name that is none.
// ipset adds the protocol, the family of nfgenmsg, which the kernel does not read, and
// the number of a line.
func (t *telling) setWords(words ...string) bool {
	t.fields().take("nfgen_family")
	a := t.attrs()
	a.take("IPSET_ATTR_PROTOCOL")
	a.take("IPSET_ATTR_LINENO")
	t.say("ipset")
	t.say(words...)
	for _, name := range []string{"IPSET_ATTR_SETNAME", "IPSET_ATTR_SETNAME2"} {
		if n := a.take(name); n != nil {
			t.say(text(n))
			if !setName(text(n)) {
				return false
			}
		}
	}
	return true
}

// setName says whether ipset takes a word as the name of a set: options begin with "-".
func setName(s string) bool { return s != "" && s[0] != '-' && !strings.ContainsAny(s, " \t\n\"") }

func setOne(verb string) teller { return func(t *telling) bool { return t.setWords(verb) } }

func setTwo(verb string) teller {
	return func(t *telling) bool { return t.setWords(verb) && t.attrs().has("IPSET_ATTR_SETNAME2") }
}

func setCreate(t *telling) bool {
	a := t.attrs()
	kind := a.take("IPSET_ATTR_TYPENAME")
	if kind == nil || !setName(text(kind)) || !t.setWords("create") {
		return false
	}
	t.say(text(kind))
	a.take("IPSET_ATTR_REVISION") // the newest that tool and kernel have
	if n := a.take("IPSET_ATTR_FAMILY"); n != nil && n.Num == unix.AF_INET6 {
		t.say("family", "inet6")
	}
	d := a.in("IPSET_ATTR_DATA")
	if from, ok := d.setRange("IPSET_ATTR_IP", "IPSET_ATTR_CIDR", "IPSET_ATTR_IP_TO"); ok {
		t.say("range", from)
	} else if from, ok := d.setPorts(); ok {
		t.say("range", from)
	}
	d.options(setCreateOptions)
	t.setExist()
	return true
}

// setExist says that it does not matter whether a thing is there already.
func (t *telling) setExist() {
	if !t.flag(unix.NLM_F_EXCL) {
		t.say("-exist")
	}
}

// setEntry says what is done with an entry, or with several as ipset restore does.
func setEntry(verb string) teller {
	return func(t *telling) bool {
		t.reads = verb == "test"
		a := t.attrs()
		if !t.setWords(verb) || len(t.words) != 3 {
			return false
		}
		if !a.has("IPSET_ATTR_ADT") {
			if !a.in("IPSET_ATTR_DATA").setElement() {
				return false
			}
			if !t.reads {
				t.setExist()
			}
			return true
		}
		begin := t.words[1:]
		list := a.in("IPSET_ATTR_ADT")
		for i := range list.nodes {
			t.words = append([]string(nil), begin...)
			if !t.open(&list.nodes[i]).setElement() {
				return false
			}
			line, ok := setLine(t.words)
			if !ok {
				return false
			}
			t.input = append(t.input, line)
		}
		t.words = []string{"ipset", "restore"}
		t.setExist()
		return len(t.input) > 0
	}
}

// setLine writes words as a line of ipset restore, which knows double quotes only.
func setLine(words []string) (string, bool) {
	for i, w := range words {
		switch {
		case strings.ContainsAny(w, "\"\n\x00"):
			return "", false
		case w == "", strings.ContainsAny(w, " \t#"):
			words[i] = `"` + w + `"`
		}
	}
	return strings.Join(words, " "), true
}

// The bits of IPSET_ATTR_CADT_FLAGS that an entry has.
const (
	setBefore   = 1 << 0
	setPhysdev  = 1 << 1
	setNomatch  = 1 << 2
	setWildcard = 1 << 7
)

// setElement says an entry: what it has tells the order, as in the name of the type.
func (n nest) setElement() bool {
	n.take("IPSET_ATTR_CADT_LINENO")
	var flags uint64
	if x := n.peek("IPSET_ATTR_CADT_FLAGS"); x != nil {
		flags = x.Num
		if flags&^(setBefore|setPhysdev|setNomatch|setWildcard) == 0 {
			n.t.mark(x, true)
		}
	}
	if x := n.take("IPSET_ATTR_NAME"); x != nil {
		n.t.say(text(x))
		if ref := n.take("IPSET_ATTR_NAMEREF"); ref != nil {
			n.t.say(map[bool]string{true: "before", false: "after"}[flags&setBefore != 0], text(ref))
		}
		n.options(setEntryOptions)
		return setName(text(x))
	}
	var parts []string
	add := func(s string, ok bool) {
		if ok {
			parts = append(parts, s)
		}
	}
	add(n.setRange("IPSET_ATTR_IP", "IPSET_ATTR_CIDR", "IPSET_ATTR_IP_TO"))
	if x := n.take("IPSET_ATTR_MARK"); x != nil {
		add(hexNumber(number(x)), true)
	}
	add(n.setPorts())
	if x := n.take("IPSET_ATTR_ETHER"); x != nil {
		add(lladdr(x.Raw))
	}
	if x := n.take("IPSET_ATTR_IFACE"); x != nil {
		add(map[bool]string{true: "physdev:"}[flags&setPhysdev != 0]+text(x), true)
	}
	add(n.setRange("IPSET_ATTR_IP2", "IPSET_ATTR_CIDR2", "IPSET_ATTR_IP2_TO"))
	element := strings.Join(parts, ",")
	if !setName(element) {
		return false
	}
	n.t.say(element)
	if flags&setWildcard != 0 {
		n.t.say("wildcard")
	}
	if flags&setNomatch != 0 {
		n.t.say("nomatch")
	}
	n.options(setEntryOptions)
	return true
}

// setRange writes an address, a network, or the range up to another address.
func (n nest) setRange(from, bits, to string) (string, bool) {
	ip := n.take(from)
	if ip == nil {
		return "", false
	}
	w, ok := asSetAddr(n.t, ip)
	if !ok {
		n.t.failed = true
		return "", false
	}
	s := w[0]
	if x := n.take(bits); x != nil {
		s += "/" + decimal(number(x))
	}
	if x := n.take(to); x != nil {
		if w, ok = asSetAddr(n.t, x); !ok {
			n.t.failed = true
			return "", false
		}
		s += "-" + w[0]
	}
	return s, true
}

// setPorts writes ports with their protocol, if they have one.
func (n nest) setPorts() (string, bool) {
	port := n.take("IPSET_ATTR_PORT")
	if port == nil {
		return "", false
	}
	s := decimal(number(port))
	if to := n.take("IPSET_ATTR_PORT_TO"); to != nil {
		s += "-" + decimal(number(to))
	}
	proto := n.take("IPSET_ATTR_PROTO")
	if proto == nil {
		return s, true
	}
	switch v := number(proto); v {
	case unix.IPPROTO_ICMP, unix.IPPROTO_ICMPV6:
		s = decimal(number(port)>>8) + "/" + decimal(number(port)&0xff)
		return map[uint64]string{unix.IPPROTO_ICMP: "icmp:", unix.IPPROTO_ICMPV6: "icmpv6:"}[v] + s, true
	default:
		return nameOr(upperProtos, v) + ":" + s, true
	}
}
