// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// diagFamilies are the families of NETLINK_SOCK_DIAG, NETLINK_CRYPTO and NETLINK_RDMA.
func diagFamilies() []*schema.Family {
	return []*schema.Family{sockDiag(), crypto(), rdma()}
}
