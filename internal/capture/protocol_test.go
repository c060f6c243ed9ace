// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"strconv"
	"strings"
	"testing"
)

// Each name of a protocol, long and short, in any case, is the number's.
func TestProtocolNames(t *testing.T) {
	for p := range uint16(MaxProtocol) {
		long, short := ProtocolName(p), ShortName(p)
		if long != "NETLINK_"+short {
			t.Errorf("%d is %s, short %s", p, long, short)
		}
		if named := int(p) < len(protocols) && protocols[p] != ""; named != (short != strconv.Itoa(int(p))) {
			t.Errorf("%d is %s", p, short)
		}
		for _, s := range []string{long, short, strings.ToLower(long), strings.ToLower(short)} {
			if got, err := ParseProtocol(s); err != nil || got != p {
				t.Errorf("%s is %d (%v), want %d", s, got, err, p)
			}
		}
	}
}
