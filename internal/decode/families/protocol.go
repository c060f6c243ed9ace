// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// protocolFamilies are the families of the smaller Netlink protocols.
func protocolFamilies() []*schema.Family {
	return []*schema.Family{audit(), connector(), selinux(), fibLookup(), dnrtmsg(), ecryptfs(), iscsi(), scsitransport()}
}
