// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// nftablesFamilies are the families of NFNL_SUBSYS_NFTABLES and NFNL_SUBSYS_NFT_COMPAT.
func nftablesFamilies() []*schema.Family {
	return []*schema.Family{}
}
