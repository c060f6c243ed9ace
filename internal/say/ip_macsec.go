// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/binary"
	"encoding/hex"

	"github.com/nltop/nltop/internal/decode"
)

// ipMacsec has the requests of "ip macsec" (ip-macsec(8)); the devices themselves are
// of "ip link".
var ipMacsec = map[string]teller{
	"MACSEC_CMD_GET_TXSC":    readsOnly("ip", "macsec", "show"),
	"MACSEC_CMD_ADD_RXSC":    macsecSA("add"),
	"MACSEC_CMD_DEL_RXSC":    macsecSA("del"),
	"MACSEC_CMD_UPD_RXSC":    macsecSA("set"),
	"MACSEC_CMD_ADD_TXSA":    macsecSA("add"),
	"MACSEC_CMD_DEL_TXSA":    macsecSA("del"),
	"MACSEC_CMD_UPD_TXSA":    macsecSA("set"),
	"MACSEC_CMD_ADD_RXSA":    macsecSA("add"),
	"MACSEC_CMD_DEL_RXSA":    macsecSA("del"),
	"MACSEC_CMD_UPD_RXSA":    macsecSA("set"),
	"MACSEC_CMD_UPD_OFFLOAD": macsecOffload,
}

// macsecSA says what is done with a receiving channel, or with an association.
func macsecSA(verb string) teller {
	return func(t *telling) bool {
		a := t.attrs()
		if !a.has("MACSEC_ATTR_IFINDEX") {
			return false
		}
		t.say("ip", "macsec", verb, t.ifName(a.num("MACSEC_ATTR_IFINDEX")))
		if a.has("MACSEC_ATTR_RXSC_CONFIG") {
			c := a.in("MACSEC_ATTR_RXSC_CONFIG")
			t.say("rx")
			c.options([]option{{"MACSEC_RXSC_ATTR_SCI", "sci", asSCI}})
			if !a.has("MACSEC_ATTR_SA_CONFIG") { // whose word would be the same
				c.options([]option{{"MACSEC_RXSC_ATTR_ACTIVE", "", asOnOff}})
			}
		} else {
			t.say("tx")
		}
		sa := a.in("MACSEC_ATTR_SA_CONFIG")
		sa.options([]option{{"MACSEC_SA_ATTR_AN", "sa", asNumber}})
		if pn := sa.take("MACSEC_SA_ATTR_PN"); pn != nil {
			t.say(map[bool]string{true: "xpn", false: "pn"}[len(pn.Raw) == 8], decimal(number(pn)))
		}
		sa.options([]option{{"MACSEC_SA_ATTR_SALT", "salt", asBytes(12)},
			{"MACSEC_SA_ATTR_SSCI", "ssci", func(_ *telling, n *decode.Node) ([]string, bool) {
				return []string{hexNumber(uint64(binary.BigEndian.Uint32(n.Raw)))}, len(n.Raw) == 4
			}},
			{"MACSEC_SA_ATTR_ACTIVE", "", asOnOff}})
		if sa.has("MACSEC_SA_ATTR_KEYID") && sa.has("MACSEC_SA_ATTR_KEY") {
			sa.options([]option{{"MACSEC_SA_ATTR_KEYID", "key", asBytes(16)}, {"MACSEC_SA_ATTR_KEY", "", asSecret("MACSEC_KEY")}})
		}
		return true
	}
}

// asBytes is bytes in hex, so many of them.
func asBytes(length int) form {
	return func(_ *telling, n *decode.Node) ([]string, bool) {
		return []string{hex.EncodeToString(n.Raw)}, len(n.Raw) == length
	}
}

func macsecOffload(t *telling) bool {
	a := t.attrs()
	t.say("ip", "macsec", "offload", t.ifName(a.num("MACSEC_ATTR_IFINDEX")))
	words := len(t.words)
	a.in("MACSEC_ATTR_OFFLOAD").options([]option{{"MACSEC_OFFLOAD_ATTR_TYPE", "", asOneOf(map[uint64]string{0: "off", 1: "phy", 2: "mac"})}})
	return len(t.words) > words
}
