// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// ethernetFamilies are the generic-netlink families of network devices and of
// what stands beside them: hardware, accounts, servers in the kernel.
func ethernetFamilies() []*schema.Family {
	return []*schema.Family{
		ethtool(), devlink(), netdev(), dpll(), handshake(), netShaper(), psp(),
		psample(), netDM(), team(), thermal(), acpiEvent(), vdpa(), hsr(),
		nfsd(), lockd(), ovpn(), taskstats(),
	}
}
