// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// netfilterFamilies are the families of the other nfnetlink subsystems, NETLINK_XFRM and ipvs.
func netfilterFamilies() []*schema.Family {
	return []*schema.Family{}
}
