// SPDX-License-Identifier: Apache-2.0

package argv

import (
	"slices"
	"strings"
)

// rule is a key word of a tool, and which of the words behind it are secrets.
type rule struct {
	word string
	// under is a word that the command has before; one of its beginnings with at least
	// so many letters stands for it. "": none.
	under      string
	least      int
	skip, take int // words; take 0: all that are left
	// named: the command has a word before that is the name of a secret.
	named bool
	// only says which words are taken, up to the first that is not; nil: any.
	only func(word string) bool
}

// tool is a program whose command lines are known.
type tool struct {
	names []string
	rules []rule
	// plain: it takes no other secrets, and words in the form of a key are something
	// else. hex: those that are hexadecimal are names.
	plain, hex bool
	// bare: words that are the name of a secret are followed by it, which is all that is
	// left of the command where rest is set.
	bare, rest bool
	// goesOn: -- is not its end.
	goesOn bool
	// script: its words come from a script, in lines of their own.
	script bool
	// files: what options that are named like a secret have for a value is a file's name.
	files bool
	// pairs are options with a user and a password, with the sign between them.
	pairs map[string]byte
	// attached are options that stand in one word with their value: mysql's -pSECRET.
	attached []string
	// positions of secrets among the words behind the name that are no options, from 1.
	positions []int
	// suffix: of an assignment, what a name ends with that is one of a secret; "": none.
	suffix string
}

// next is a rule of an option that is followed by a secret.
func next(words ...string) []rule {
	var rs []rule
	for _, w := range words {
		rs = append(rs, rule{word: w, take: 1})
	}
	return rs
}

// tools are those with keys in their arguments, from their manual pages and usage, and
// those of which it is known that they have none.
var tools = []*tool{
	// ip-xfrm(8): ALGO := { enc | auth } NAME KEY | auth-trunc NAME KEY BITS | aead NAME
	// KEY BITS. ip-macsec(8): key ID KEY. An object may be abbreviated as far as the one
	// of iproute2's that is found first is another (ip.c, do_cmd): x, mac.
	{names: []string{"ip"}, plain: true, rules: []rule{
		{word: "enc", under: "xfrm", least: 1, skip: 1, take: 1},
		{word: "auth", under: "xfrm", least: 1, skip: 1, take: 1},
		{word: "auth-trunc", under: "xfrm", least: 1, skip: 1, take: 1},
		{word: "aead", under: "xfrm", least: 1, skip: 1, take: 1},
		{word: "key", under: "macsec", least: 3, skip: 1, take: 1},
	}},
	// The same in a file or pipe for `ip -batch`.
	{names: []string{"xfrm"}, plain: true, rules: []rule{{word: "enc", skip: 1, take: 1}, {word: "auth", skip: 1, take: 1},
		{word: "auth-trunc", skip: 1, take: 1}, {word: "aead", skip: 1, take: 1}}},
	{names: []string{"macsec"}, plain: true, rules: []rule{{word: "key", skip: 1, take: 1}}},
	// tipc-node(8): tipc node set key KEY [algname NAME] [nodeid ID], or key rekeying ….
	{names: []string{"tipc"}, plain: true, rules: []rule{
		{word: "key", under: "set", least: 3, take: 1, only: func(w string) bool { return w != "rekeying" }}}},
	// ethtool(8): wol's SecureOn password, and that of a module's firmware. The key of RSS
	// (hkey) protects nothing.
	{names: []string{"ethtool"}, plain: true, rules: next("sopass", "pass")},
	// iw: `key 0:abcde d:1:6162636465`.
	{names: []string{"iw"}, plain: true, rules: []rule{{word: "key", only: isIndexed}, {word: "keys", only: isIndexed}}},
	// iwconfig(8): key [KEY] [index] [on|off|open|restricted]; enc is the same.
	{names: []string{"iwconfig"}, rules: []rule{
		{word: "key", take: 2, only: isWirelessKey}, {word: "enc", take: 2, only: isWirelessKey}, {word: "encryption", take: 2, only: isWirelessKey}}},
	{names: []string{"tc", "bridge", "ss", "devlink", "rdma", "dcb", "vdpa", "nft", "iptables", "ip6tables", "iptables-save",
		"iptables-restore", "ipset", "conntrack", "ifconfig", "route", "wg", "nlmon", "genl", "nstat"}, plain: true},
	// tcpdump(1): -E SPI@IP ALGORITHM:SECRET,…; -M SECRET of TCP MD5.
	{names: []string{"tcpdump"}, plain: true, rules: next("-E", "-M")},
	// wireshark(1): -o "uat:80211_keys:…", -o wlan.wep_key1:….
	{names: []string{"tshark", "wireshark", "dumpcap", "rawshark"}, rules: []rule{{word: "-o", take: 1, only: isKeyPreference}}},
	// OpenWrt's: set wireless.radio0.key=SECRET.
	{names: []string{"uci"}, suffix: ".key"},
	// nmcli(1): properties may stand behind --, and `macsec.mode psk` is none of them.
	{names: []string{"nmcli"}, bare: true, goesOn: true},
	// wpa_cli's and hostapd_cli's help.
	{names: []string{"wpa_cli", "hostapd_cli"}, bare: true, rest: true, rules: []rule{
		{word: "pin", under: "set_network", least: 11, take: 1}, {word: "pin", under: "set_cred", least: 8, take: 1},
		{word: "p2p_connect", skip: 1, take: 1, only: isPIN}, {word: "wps_ap_pin", skip: 1, take: 1}, {word: "wps_check_pin", take: 1},
		{word: "wps_er_pin", skip: 1, take: 1}, {word: "wps_er_learn", skip: 1, take: 1}, {word: "wps_er_config", skip: 1},
		{word: "wps_config", skip: 3, take: 1}, {word: "pin", skip: 1, take: 1}, {word: "otp", skip: 1, take: 1}, {word: "new_password"}, {word: "wps_pin", skip: 1, take: 1},
		{word: "wps_reg", skip: 1}, {word: "wep_key0"}, {word: "wep_key1"}, {word: "wep_key2"}, {word: "wep_key3"}}},
	{names: []string{"wpa_passphrase", "radtest"}, positions: []int{2, 5}},
	{names: []string{"radclient"}, positions: []int{3}},
	{names: []string{"eapol_test"}, rules: next("-s")},
	{names: []string{"mkpasswd"}, positions: []int{1}},
	{names: []string{"htpasswd"}, positions: []int{3}},
	{names: []string{"iwctl"}, rules: next("-P", "-p")},
	// setkey(8), whose commands come from a script: -E ALGORITHM KEY, -A ALGORITHM KEY.
	{names: []string{"setkey"}, script: true, rules: []rule{{word: "-E", skip: 1, take: 1}, {word: "-A", skip: 1, take: 1}}},
	// FRR: `neighbor ADDRESS password KEY`, `message-digest-key ID md5 KEY`, `key-string KEY`.
	{names: []string{"vtysh"}, bare: true, rest: true, rules: []rule{{word: "md5"}, {word: "key-string"}, {word: "authentication-key"},
		{word: "string", under: "authentication", least: 14}}},
	{names: []string{"pppd", "chat", "xl2tpd-control", "pptpsetup", "gobgp", "connmanctl"}, bare: true},
	{names: []string{"openconnect"}, rules: next("-C", "--cookie", "-p")},
	{names: []string{"openfortivpn"}, rules: next("-p", "-o", "--cookie")},
	{names: []string{"zerotier-cli"}, rules: next("-T"), attached: []string{"-T"}},
	{names: []string{"edge"}, rules: next("-k")}, // n2n
	{names: []string{"openvpn"}, files: true},
	// iscsiadm(8): -n node.session.auth.password -v VALUE.
	{names: []string{"iscsiadm"}, rules: []rule{{word: "-v", named: true, take: 1}, {word: "--value", named: true, take: 1}}},
	{names: []string{"nvme"}, rules: next("-S", "-C")},
	// keyctl(1): add TYPE DESCRIPTION DATA KEYRING.
	{names: []string{"keyctl"}, rules: []rule{{word: "add", skip: 2, take: 1}, {word: "update", skip: 1, take: 1}, {word: "instantiate", skip: 1, take: 1}}},
	{names: []string{"sshpass"}, rules: next("-p"), attached: []string{"-p"}},
	{names: []string{"mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-dump"}, attached: []string{"-p"}},
	{names: []string{"7z", "7za", "unrar", "rar"}, attached: []string{"-p"}},
	{names: []string{"zip", "unzip"}, rules: next("-P")},
	{names: []string{"curl"}, pairs: map[string]byte{"-u": ':', "--user": ':', "-U": ':', "--proxy-user": ':'}},
	{names: []string{"http", "https"}, pairs: map[string]byte{"-a": ':', "--auth": ':'}},
	{names: []string{"smbclient", "rpcclient", "smbget", "smbcacls", "net", "wbinfo"}, pairs: map[string]byte{"-U": '%', "--user": '%', "-a": '%'}},
	{names: []string{"lftp"}, pairs: map[string]byte{"-u": ',', "--user": ','}},
	{names: []string{"redis-cli"}, rules: next("-a")},
	{names: []string{"ldapsearch", "ldapmodify", "ldapadd", "ldapdelete", "ldappasswd", "ldapwhoami"}, rules: next("-w", "-s", "-a")},
	{names: []string{"openssl"}, rules: next("-k", "-K", "-hmac", "-macopt")},
	{names: []string{"ipmitool"}, rules: next("-P", "-y")},
	{names: []string{"mosquitto_pub", "mosquitto_sub"}, rules: next("-P")},
	{names: []string{"sqlcmd", "bcp"}, rules: next("-P")},
	{names: []string{"plink", "pscp", "psftp"}, rules: next("-pw")},
	{names: []string{"snmpget", "snmpwalk", "snmpset", "snmpbulkwalk", "snmptrap", "snmpgetnext", "snmpbulkget", "snmptable", "snmpinform"}, rules: next("-A", "-X", "-c")},
	{names: []string{"usermod", "useradd", "ksmbd.adduser"}, rules: next("-p")},
	{names: []string{"xfreerdp"}, attached: []string{"/p:", "/gp:"}},
	{names: []string{"docker", "podman", "nerdctl", "buildah", "skopeo"}, hex: true,
		rules: []rule{{word: "-p", under: "login", least: 5, take: 1}}},
	// Their long hexadecimal words are commits, containers, pods, machines.
	{names: []string{"git", "runc", "crun", "containerd", "containerd-shim", "containerd-shim-runc-v2", "conmon", "ctr", "crictl",
		"docker-init", "docker-proxy", "dockerd", "kubelet", "systemd-nspawn", "machinectl", "btrfs", "ipfs"}, hex: true},
}

var toolNamed = func() map[string]*tool {
	m := map[string]*tool{}
	for _, t := range tools {
		for _, n := range t.names {
			m[n] = t
		}
	}
	return m
}()

// toolOf is the tool that a word names, with or without its path; nil: none.
func toolOf(text string) *tool {
	text = keyWord(text)
	return toolNamed[text[strings.LastIndexAny(text, `/(['"`)+1:]]
}

// keyWord is a word without the punctuation that languages of programs put around it:
// ["ip", "xfrm"].
func keyWord(text string) string { return strings.Trim(text, `'",[]`) }

// isIndexed says whether a word is a key as iw takes it: [d:]INDEX:KEY.
func isIndexed(text string) bool {
	text = strings.TrimPrefix(text, "d:")
	return len(text) > 2 && text[0] >= '0' && text[0] <= '9' && text[1] == ':'
}

func isPIN(text string) bool { return text != "pbc" && text != "pin" }

// isKeyPreference says whether a preference of Wireshark's may have keys for its value.
func isKeyPreference(text string) bool {
	name, _, _ := strings.Cut(text, ":")
	return name == "uat" || strings.Contains(name, "key") || strings.Contains(name, "psk")
}

func isWirelessKey(text string) bool {
	return !strings.HasPrefix(text, "[") && !slices.Contains([]string{"on", "off", "open", "restricted"}, text)
}

// wrappers run the command that is behind them.
var wrappers = []string{"sudo", "doas", "env", "exec", "nohup", "time", "timeout", "nice", "ionice", "setsid", "stdbuf", "strace",
	"nsenter", "unshare", "busybox", "command", "do", "then", "else", "if", "while", "until", "!"}

// isWrapper says whether a word stands in front of the program that a command runs.
func isWrapper(text string) bool {
	return text == "" || text[0] == '-' || strings.IndexByte(text, '=') > 0 || strings.Trim(text, "0123456789.smh") == "" ||
		slices.Contains(wrappers, text[strings.LastIndexByte(text, '/')+1:])
}

// leaves says whether a word is followed by a name and then by another command: `ip netns
// exec NAME COMMAND`.
func (c *context) leaves(text string) bool {
	return text == "exec" && len(c.tools) > 0 && c.tools[0].names[0] == "ip"
}

// goesOn says whether -- is in the middle of the command.
func (c *context) goesOn() bool {
	return slices.ContainsFunc(c.tools, func(t named) bool { return t.goesOn })
}

// below says whether a command is one under a word, as a rule has it.
func (c *context) below(r *rule) bool {
	if r.named && !slices.ContainsFunc(c.before, func(w string) bool { return secretName(w) != noSecret }) {
		return false
	}
	return r.under == "" || slices.ContainsFunc(c.before, func(w string) bool {
		w = keyWord(w)
		return len(w) >= r.least && strings.HasPrefix(r.under, w)
	})
}

// keyed takes the secrets out that the first of some words says to follow, and returns
// how many words were dealt with; 0: it says nothing.
func (s *scan) keyed(ws []word, c *context) int {
	text := keyWord(ws[0].text)
	for _, t := range c.tools {
		for i := range t.rules {
			r := &t.rules[i]
			switch {
			case r.word == text && c.below(r):
				return 1 + s.behind(ws[1:], r.skip, r.take, r.only)
			case r.takes(text) && c.below(r): // --value=SECRET
				in := ws[0].inner()
				s.take(in.start+len(r.word)+1, in.end)
				return 1
			}
		}
		if n := s.ofTool(t.tool, ws, c, text); n > 0 {
			return n
		}
	}
	if len(ws) < 2 || text == "" {
		return 0
	}
	if c.depth > 0 && strings.HasSuffix(strings.ToLower(text), "authorization:") { // a scheme and what it takes
		return 1 + s.behind(ws[1:], min(1, len(ws)-2), 1, nil)
	}
	following := ws[1].text
	if text[0] != '-' && following != "=" && following != ":" && (c.depth == 0 || text[len(text)-1] != ':') {
		return 0
	}
	kind := secretName(strings.TrimRight(text, `":=`))
	if kind == noSecret {
		return 0
	}
	switch {
	case following == "=" || following == ":": // PrivateKey = x
		return 2 + s.value(ws[2:], kind)
	case c.depth > 0 && strings.HasSuffix(text, ":"): // "password": x
		return 1 + s.value(ws[1:], kind)
	case text[0] == '-' && !strings.HasPrefix(following, "--") && !slices.ContainsFunc(c.tools, func(t named) bool { return t.files }):
		return 1 + s.value(ws[1:], kind)
	}
	return 0
}

// takes says whether a word is a rule's long option with its value.
func (r *rule) takes(text string) bool {
	return r.take == 1 && r.skip == 0 && strings.HasPrefix(r.word, "--") && len(text) > len(r.word)+1 &&
		strings.HasPrefix(text, r.word) && text[len(r.word)] == '='
}

// arguments counts the words behind the name of the tool, the next one included.
func (c *context) arguments() int {
	n := 1
	for _, w := range c.before[1:] {
		if !strings.HasPrefix(w, "-") {
			n++
		}
	}
	return n
}

// ofTool is keyed for what a tool has beside its rules.
func (s *scan) ofTool(t *tool, ws []word, c *context, text string) int {
	if sign, ok := t.pairs[text]; ok && len(ws) > 1 {
		in := ws[1].inner()
		if n := strings.IndexByte(s.line[in.start:in.end], sign); n >= 0 {
			s.take(in.start+n+1, in.end)
			return 2
		}
	}
	for _, a := range t.attached {
		if in := ws[0].inner(); strings.HasPrefix(ws[0].text, a) && len(ws[0].text) > len(a) {
			s.take(in.start+len(a), in.end)
			return 1
		}
	}
	if len(t.positions) > 0 && !strings.HasPrefix(text, "-") && slices.Contains(t.positions, c.arguments()) {
		n := s.behind(ws, 0, 1, nil)
		c.before = append(c.before, text)
		return n
	}
	if !t.bare || len(ws) < 2 || strings.HasPrefix(text, "-") {
		return 0
	}
	switch kind := secretName(text); {
	case kind == noSecret:
		return 0
	case !t.rest && strings.Contains(ws[1].text, ".") && secretName(ws[1].text) != noSecret:
		return 0 // a value, before the next property
	case t.rest:
		return 1 + s.behind(ws[1:], 0, 0, nil)
	default:
		return 1 + s.value(ws[1:], kind)
	}
}

// value takes the first of some words out, if that is a value of a secret's name.
func (s *scan) value(ws []word, kind nameKind) int {
	return s.behind(ws, 0, 1, func(text string) bool { return secretValue(kind, text) })
}

// behind takes words out that follow a key word, up to the end of the command, and
// returns how many words were skipped or taken.
func (s *scan) behind(ws []word, skip, take int, only func(string) bool) int {
	n := 0
	for ; n < len(ws) && !ws[n].separator; n++ {
		if n < skip {
			continue
		}
		if take > 0 && n >= skip+take || only != nil && !only(ws[n].text) {
			break
		}
		v := ws[n].value(s.line)
		s.take(v.start, v.end)
	}
	return n
}
