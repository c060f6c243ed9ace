// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// guesses are what people write first, and what they mean. A value may quote the
// language; it ends the answer.
var guesses = map[string]string{
	"errno": "error", "err": "error", "errors": "error != 0", "failed": "error != 0", "ret": "error",
	"command": "proc.name", "process": "proc.name", "program": "proc.name", "cgroup": "proc.cgroup",
	"args": "proc.cmdline", "user": "proc.uid", "login": "proc.loginuid", "container": "proc.container",
	"msg_type": "type", "msgtype": "type", "message": "type", "msg": "error != 0", "cmd_name": "type",
	"dev": `attr("IFLA_IFNAME")`, "device": `attr("IFLA_IFNAME")`, "iface": `attr("IFLA_IFNAME")`,
	"ifname": `attr("IFLA_IFNAME")`, "interface": `attr("IFLA_IFNAME")`, "link": `attr("IFLA_IFNAME")`,
	"dst": `attr("RTA_DST")`, "gateway": `attr("RTA_GATEWAY")`, "table": `attr("RTA_TABLE")`,
	"port": "portid", "nl_pid": "portid", "sequence": "seq", "direction": "dir", "size": "len",
	"dropped": `verdict == "overrun"`, "drops": `verdict == "overrun"`, "overrun": `verdict == "overrun"`,
	"enobufs": `error_name == "ENOBUFS"`, "dump": `"NLM_F_DUMP" in flags`, "ack": `"NLM_F_ACK" in flags`,
	"multicast": "group != 0", "namespace": "netns_name", "took": "latency", "duration": "latency",
	"request": `dir == "request"`, "reply": `dir == "reply"`, "event": `dir == "event"`, "peer": `dir == "peer"`,
	"notification": `dir == "event"`,
}

// guess answers a name that is none: with what it is likely to mean, or "".
func guess(name string) string {
	if meant, ok := guesses[strings.ToLower(name)]; ok {
		return fmt.Sprintf(": did you mean %s?", meant)
	}
	if slices.Contains(fieldNames(process{}), name) {
		return fmt.Sprintf(": did you mean proc.%s (or cause.%[1]s)?", name)
	}
	return ""
}

// familyGuesses are names of families that are none.
var familyGuesses = map[string]string{
	"rtnetlink": "route", "rtnl": "route", "netlink": "route", "nft": "nftables", "nf_tables": "nftables",
	"conntrack": "ctnetlink", "nf_conntrack": "ctnetlink", "wifi": "nl80211", "wireless": "nl80211", "80211": "nl80211",
	"kobject_uevent": "uevent", "udev": "uevent", "hotplug": "uevent", "inet_diag": "sock_diag", "ss": "sock_diag",
	"ipsec": "xfrm", "wg": "wireguard", "genl": "nlctrl", "genetlink": "nlctrl", "generic": "nlctrl",
}

// guessFamily answers the name of a family that is none; "": it may be one.
func guessFamily(name string) string {
	low, isProtocol := strings.CutPrefix(strings.ToLower(name), "netlink_")
	meant := familyGuesses[low]
	if meant == "" && isProtocol {
		meant = low
	}
	if meant == "" {
		return ""
	}
	return fmt.Sprintf(": did you mean %q?", meant)
}

// suggestEnd is suggest for UAPI names, whose prefix people leave out: "DELROUTE" and
// "ifname" are ends of names.
func suggestEnd(name string, known map[string]bool) string {
	end, best := "_"+strings.ToUpper(name), ""
	for _, c := range slices.Sorted(maps.Keys(known)) {
		if strings.HasSuffix(c, end) && (best == "" || rank(c) < rank(best)) {
			best = c
		}
	}
	if best == "" {
		return suggest(name, slices.Collect(maps.Keys(known)))
	}
	return fmt.Sprintf(": did you mean %q?", best)
}

// rank prefers the names of links, addresses and routes to all others, and short ones.
func rank(name string) int {
	for i, prefix := range []string{"RTM_", "IFLA_", "RTA_", "IFA_", "NDA_", "NFT_MSG_", "NFTA_"} {
		if strings.HasPrefix(name, prefix) {
			return 100*i + len(name)
		}
	}
	return 1000 + len(name)
}

// mixedUp are comparisons that name the right thing in the wrong way, and what to write.
var mixedUp = []struct {
	re   *regexp.Regexp
	hint string
}{
	{regexp.MustCompile(`\berror\s*[!=]=\s*["']`), `error is a number: compare error_name with a text`},
	{regexp.MustCompile(`\b(proc|cause)\s*[!=]=\s*["']`), `compare proc.name with a text, or proc.pid with a number`},
	{regexp.MustCompile(`\bflags\s*[!=]=`), `flags is a list: "NLM_F_ACK" in flags`},
}

// hint says what an expression mixes up; "": nothing that is known.
func hint(src string) string {
	for _, m := range mixedUp {
		if m.re.MatchString(src) {
			return ": " + m.hint
		}
	}
	return ""
}
