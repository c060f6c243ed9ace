// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// ioctls are the requests that change something of which the network tells, by number.
// What only asks is left out.
var ioctls = map[uint32]string{
	// include/uapi/linux/sockios.h
	unix.SIOCADDRT:            "SIOCADDRT",
	unix.SIOCDELRT:            "SIOCDELRT",
	unix.SIOCSIFLINK:          "SIOCSIFLINK",
	unix.SIOCSIFFLAGS:         "SIOCSIFFLAGS",
	unix.SIOCSIFADDR:          "SIOCSIFADDR",
	unix.SIOCSIFDSTADDR:       "SIOCSIFDSTADDR",
	unix.SIOCSIFBRDADDR:       "SIOCSIFBRDADDR",
	unix.SIOCSIFNETMASK:       "SIOCSIFNETMASK",
	unix.SIOCSIFMETRIC:        "SIOCSIFMETRIC",
	unix.SIOCSIFMTU:           "SIOCSIFMTU",
	unix.SIOCSIFNAME:          "SIOCSIFNAME",
	unix.SIOCSIFHWADDR:        "SIOCSIFHWADDR",
	unix.SIOCSIFENCAP:         "SIOCSIFENCAP",
	unix.SIOCSIFSLAVE:         "SIOCSIFSLAVE",
	unix.SIOCADDMULTI:         "SIOCADDMULTI",
	unix.SIOCDELMULTI:         "SIOCDELMULTI",
	unix.SIOCSIFPFLAGS:        "SIOCSIFPFLAGS",
	unix.SIOCDIFADDR:          "SIOCDIFADDR",
	unix.SIOCSIFHWBROADCAST:   "SIOCSIFHWBROADCAST",
	unix.SIOCSIFBR:            "SIOCSIFBR",
	unix.SIOCSIFTXQLEN:        "SIOCSIFTXQLEN",
	unix.SIOCETHTOOL:          "SIOCETHTOOL",
	unix.SIOCSMIIREG:          "SIOCSMIIREG",
	unix.SIOCWANDEV:           "SIOCWANDEV",
	unix.SIOCDARP:             "SIOCDARP",
	unix.SIOCSARP:             "SIOCSARP",
	unix.SIOCDRARP:            "SIOCDRARP",
	unix.SIOCSRARP:            "SIOCSRARP",
	unix.SIOCSIFMAP:           "SIOCSIFMAP",
	unix.SIOCADDDLCI:          "SIOCADDDLCI",
	unix.SIOCDELDLCI:          "SIOCDELDLCI",
	unix.SIOCSIFVLAN:          "SIOCSIFVLAN",
	unix.SIOCBONDENSLAVE:      "SIOCBONDENSLAVE",
	unix.SIOCBONDRELEASE:      "SIOCBONDRELEASE",
	unix.SIOCBONDSETHWADDR:    "SIOCBONDSETHWADDR",
	unix.SIOCBONDCHANGEACTIVE: "SIOCBONDCHANGEACTIVE",
	unix.SIOCBRADDBR:          "SIOCBRADDBR",
	unix.SIOCBRDELBR:          "SIOCBRDELBR",
	unix.SIOCBRADDIF:          "SIOCBRADDIF",
	unix.SIOCBRDELIF:          "SIOCBRDELIF",
	unix.SIOCSHWTSTAMP:        "SIOCSHWTSTAMP",

	// include/uapi/linux/if_tun.h
	unix.TUNSETIFF:          "TUNSETIFF",
	unix.TUNSETPERSIST:      "TUNSETPERSIST",
	unix.TUNSETOWNER:        "TUNSETOWNER",
	unix.TUNSETLINK:         "TUNSETLINK",
	unix.TUNSETGROUP:        "TUNSETGROUP",
	unix.TUNSETOFFLOAD:      "TUNSETOFFLOAD",
	unix.TUNSETTXFILTER:     "TUNSETTXFILTER",
	unix.TUNSETSNDBUF:       "TUNSETSNDBUF",
	unix.TUNATTACHFILTER:    "TUNATTACHFILTER",
	unix.TUNDETACHFILTER:    "TUNDETACHFILTER",
	unix.TUNSETVNETHDRSZ:    "TUNSETVNETHDRSZ",
	unix.TUNSETQUEUE:        "TUNSETQUEUE",
	unix.TUNSETIFINDEX:      "TUNSETIFINDEX",
	unix.TUNSETVNETLE:       "TUNSETVNETLE",
	unix.TUNSETVNETBE:       "TUNSETVNETBE",
	unix.TUNSETSTEERINGEBPF: "TUNSETSTEERINGEBPF",
	unix.TUNSETFILTEREBPF:   "TUNSETFILTEREBPF",
	unix.TUNSETCARRIER:      "TUNSETCARRIER",

	// include/uapi/linux/ppp-ioctl.h
	unix.PPPIOCSFLAGS:       "PPPIOCSFLAGS",
	unix.PPPIOCSMRU:         "PPPIOCSMRU",
	unix.PPPIOCNEWUNIT:      "PPPIOCNEWUNIT",
	unix.PPPIOCATTACH:       "PPPIOCATTACH",
	unix.PPPIOCDETACH:       "PPPIOCDETACH",
	unix.PPPIOCCONNECT:      "PPPIOCCONNECT",
	unix.PPPIOCDISCONN:      "PPPIOCDISCONN",
	unix.PPPIOCATTCHAN:      "PPPIOCATTCHAN",
	unix.PPPIOCBRIDGECHAN:   "PPPIOCBRIDGECHAN",
	unix.PPPIOCUNBRIDGECHAN: "PPPIOCUNBRIDGECHAN",

	// include/uapi/linux/wireless.h
	0x8B00: "SIOCSIWCOMMIT",
	0x8B02: "SIOCSIWNWID",
	0x8B04: "SIOCSIWFREQ",
	0x8B06: "SIOCSIWMODE",
	0x8B08: "SIOCSIWSENS",
	0x8B10: "SIOCSIWSPY",
	0x8B12: "SIOCSIWTHRSPY",
	0x8B14: "SIOCSIWAP",
	0x8B18: "SIOCSIWSCAN",
	0x8B1A: "SIOCSIWESSID",
	0x8B1C: "SIOCSIWNICKN",
	0x8B20: "SIOCSIWRATE",
	0x8B22: "SIOCSIWRTS",
	0x8B24: "SIOCSIWFRAG",
	0x8B26: "SIOCSIWTXPOW",
	0x8B28: "SIOCSIWRETRY",
	0x8B2A: "SIOCSIWENCODE",
	0x8B2C: "SIOCSIWPOWER",
	0x8B30: "SIOCSIWGENIE",
	0x8B16: "SIOCSIWMLME",
	0x8B32: "SIOCSIWAUTH",
	0x8B34: "SIOCSIWENCODEEXT",
	0x8B36: "SIOCSIWPMKSA",

	// include/uapi/asm-generic/ioctls.h: the line discipline of a terminal (SLIP, CAN)
	unix.TIOCSETD: "TIOCSETD",
}

// The last sixteen numbers mean something else on each kind of device: on a tunnel the
// second is SIOCADDTUNNEL (include/uapi/linux/sockios.h, if_tunnel.h).
const (
	firstPrivate = unix.SIOCDEVPRIVATE
	lastPrivate  = firstPrivate + 15
)

// ioctlName returns what a request is called; "": none of these.
func ioctlName(request uint32) string {
	if request >= firstPrivate && request <= lastPrivate {
		if request == firstPrivate {
			return "SIOCDEVPRIVATE"
		}
		return fmt.Sprintf("SIOCDEVPRIVATE+%d", request-firstPrivate)
	}
	return ioctls[request]
}
