// SPDX-License-Identifier: Apache-2.0

package say

import (
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// wireguard has the requests of wg(8).
var wireguard = map[string]teller{
	"WG_CMD_GET_DEVICE": readsOnly("wg", "show"),
	"WG_CMD_SET_DEVICE": wgSet,
}

const (
	wgReplacePeers = 1 << 0 // WGDEVICE_F_REPLACE_PEERS
	wgRemovePeer   = 1 << 0 // WGPEER_F_REMOVE_ME
	wgReplaceIPs   = 1 << 1 // WGPEER_F_REPLACE_ALLOWEDIPS
)

// wgDevice are the options of a device, in both writings of wg.
var wgDevice = []wgOption{
	{"WGDEVICE_A_PRIVATE_KEY", "private-key", "PrivateKey", asKeyFile("WG_PRIVATE_KEY")},
	{"WGDEVICE_A_LISTEN_PORT", "listen-port", "ListenPort", asNumber},
	{"WGDEVICE_A_FWMARK", "fwmark", "FwMark", asNames0(asHex, "off")},
}

// wgPeer are those of a peer; allowed addresses stand behind them.
var wgPeer = []wgOption{
	{"WGPEER_A_PRESHARED_KEY", "preshared-key", "PresharedKey", asKeyFile("WG_PRESHARED_KEY")},
	{"WGPEER_A_ENDPOINT", "endpoint", "Endpoint", asText},
	{"WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL", "persistent-keepalive", "PersistentKeepalive", asNames0(asNumber, "off")},
}

type wgOption struct {
	attr       string
	word, line string
	form       form
}

// asKeyFile is a key that wg reads from a file. One that is all zeros is none.
func asKeyFile(name string) form {
	return func(t *telling, n *decode.Node) ([]string, bool) {
		if zero(n.Raw) {
			return []string{noKey}, len(n.Raw) == 32
		}
		return []string{t.another(name)}, len(n.Raw) == 32
	}
}

// asNames0 is a form for numbers of which 0 has a name.
func asNames0(f form, name string) form {
	return func(t *telling, n *decode.Node) ([]string, bool) {
		if number(n) == 0 {
			return []string{name}, true
		}
		return f(t, n)
	}
}

// wgSet says WG_CMD_SET_DEVICE: wg set changes what it names, and wg setconf, which
// reads a file, replaces all peers.
func wgSet(t *telling) bool {
	a := t.attrs()
	var name string
	switch n := a.take("WGDEVICE_A_IFNAME"); {
	case n != nil:
		name = text(n)
	case a.has("WGDEVICE_A_IFINDEX"):
		name = t.ifName(a.num("WGDEVICE_A_IFINDEX"))
	default:
		return false
	}
	if n := a.peek("WGDEVICE_A_FLAGS"); n != nil && n.Num == wgReplacePeers &&
		a.has("WGDEVICE_A_PRIVATE_KEY") && a.has("WGDEVICE_A_LISTEN_PORT") && a.has("WGDEVICE_A_FWMARK") {
		// wg sets these with every setconf, so only a request that has them is one.
		t.mark(n, true)
		t.say("wg", "setconf", name, "/dev/stdin")
		t.wgConf(a)
		return true
	} else if n != nil && n.Num == 0 {
		t.mark(n, true)
	}
	t.say("wg", "set", name)
	begun, secrets := len(t.words), 0
	secrets += a.wgWords(wgDevice)
	peers := a.in("WGDEVICE_A_PEERS")
	for i := range peers.nodes {
		p := t.open(&peers.nodes[i])
		if x := p.peek("WGPEER_A_PRESHARED_KEY"); x != nil && !zero(x.Raw) && secrets == maxFileSecrets {
			t.flush()
			t.say("wg", "set", name)
			secrets = 0
		}
		secrets += p.wgSetPeer()
	}
	return len(t.words) > begun
}

// wgWords says options as words, and returns how many of them are secrets.
func (n nest) wgWords(table []wgOption) (secrets int) {
	for i := range table {
		o := &table[i]
		from := len(n.t.words)
		n.options([]option{{o.attr, o.word, o.form}})
		for _, w := range n.t.words[from:] {
			if _, ok := secretName(w); ok {
				secrets++
			}
		}
	}
	return secrets
}

// wgSetPeer says a peer for wg set.
func (n nest) wgSetPeer() int {
	n.t.wgPublicKey(n, func(key string) { n.t.say("peer", key) })
	flags := n.peek("WGPEER_A_FLAGS")
	var v uint64
	if flags != nil {
		v = flags.Num
	}
	if v&wgRemovePeer != 0 {
		n.t.say("remove")
	}
	secrets := n.wgWords(wgPeer)
	if ips, ok := n.wgAllowed(); v&wgReplaceIPs != 0 && ok {
		n.t.say("allowed-ips", ips)
		n.take("WGPEER_A_ALLOWEDIPS")
		v &^= wgReplaceIPs
	}
	if flags != nil && v&^wgRemovePeer == 0 {
		n.t.mark(flags, true)
	}
	return secrets
}

// wgConf says a device as the lines of a file.
func (t *telling) wgConf(a nest) {
	line := func(key, value string) { t.input = append(t.input, key+" = "+value) }
	t.input = append(t.input, "[Interface]")
	a.wgLines(wgDevice, line)
	peers := a.in("WGDEVICE_A_PEERS")
	for i := range peers.nodes {
		p := t.open(&peers.nodes[i])
		t.input = append(t.input, "[Peer]")
		t.wgPublicKey(p, func(key string) { line("PublicKey", key) })
		p.wgLines(wgPeer, line)
		ips, ok := p.wgAllowed()
		if n := p.peek("WGPEER_A_FLAGS"); n != nil && n.Num == wgReplaceIPs && ok { // wg's own for each
			t.mark(n, true)
			p.take("WGPEER_A_ALLOWEDIPS")
			if ips != "" {
				line("AllowedIPs", ips)
			}
		}
	}
}

func (n nest) wgLines(table []wgOption, line func(key, value string)) {
	for i := range table {
		o := &table[i]
		x := n.peek(o.attr)
		if x == nil {
			continue
		}
		words, ok := o.form(n.t, x)
		if !ok || strings.ContainsAny(words[0], "#\n") {
			continue
		}
		n.t.mark(x, true)
		if name, ok := secretName(words[0]); ok {
			line(o.line, inLine(name))
		} else if words[0] != noKey { // which is what a new device or peer has
			line(o.line, words[0])
		}
	}
}

// wgPublicKey hands on the key of a peer, which is public.
func (t *telling) wgPublicKey(p nest, say func(string)) {
	if n := p.peek("WGPEER_A_PUBLIC_KEY"); n != nil {
		if key := text(n); key != "" && len(n.Raw) == 32 && !zero(n.Raw) {
			t.mark(n, true)
			say(key)
			return
		}
	}
	t.failed = true
}

// wgAllowed writes the addresses of a peer, as a list with commas. false: one has
// flags, for which the wg of Debian 12 has no word.
func (n nest) wgAllowed() (string, bool) {
	list := n.peek("WGPEER_A_ALLOWEDIPS")
	if list == nil {
		return "", true
	}
	var all []string
	for i := range list.Children {
		f := fieldsOf(&list.Children[i])
		ip := f.peek("WGALLOWEDIP_A_IPADDR")
		if ip == nil || f.num("WGALLOWEDIP_A_FLAGS") != 0 || f.num("WGALLOWEDIP_A_FAMILY") != wgFamily(ip) || !f.has("WGALLOWEDIP_A_CIDR_MASK") {
			return "", false
		}
		s, _ := addr(ip.Raw)
		all = append(all, s+"/"+decimal(f.num("WGALLOWEDIP_A_CIDR_MASK")))
	}
	return strings.Join(all, ","), true
}

// wgFamily is the family of an address by its length.
func wgFamily(ip *decode.Node) uint64 {
	switch len(ip.Raw) {
	case 4:
		return unix.AF_INET
	case 16:
		return unix.AF_INET6
	}
	return 0
}
