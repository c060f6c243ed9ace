// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// genericFamilies are the families of the other generic-netlink families.
func genericFamilies() []*schema.Family {
	return []*schema.Family{}
}
