// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// genericFamilies are the other generic-netlink families: labels, sockets of
// clusters, block devices and file systems.
func genericFamilies() []*schema.Family {
	return []*schema.Family{
		nlblMgmt(), nlblCipsoV4(), nlblCalipso(), nlblUnlabel(),
		smcPnetID(), smcGen(), tipcV2(), tipcV1(),
		nbd(), drbd(), tcmUser(), pmcraid(), vfsDquot(), cifs(), ksmbd(), dlm(),
	}
}
