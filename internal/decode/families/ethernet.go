// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// ethernetFamilies are the generic-netlink families of network devices and of
// what stands beside them (ethtool, devlink, netdev, dpll, ...).
func ethernetFamilies() []*schema.Family {
	return []*schema.Family{
		ethtool(),
	}
}
