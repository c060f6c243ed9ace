// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// tunnelFamilies are the generic-netlink families of tunnels, of paths of
// transport protocols and of Open vSwitch.
func tunnelFamilies() []*schema.Family {
	return []*schema.Family{
		mptcpPM(), tcpMetrics(), l2tp(), fou(), gtp(), ila(), seg6(), ioam6(),
		ovsDatapath(), ovsVport(), ovsFlow(), ovsPacket(), ovsMeter(), ovsCtLimit(),
	}
}
