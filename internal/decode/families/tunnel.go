// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// tunnelFamilies are the families of generic-netlink families of tunnels and virtual devices.
func tunnelFamilies() []*schema.Family {
	return []*schema.Family{}
}
