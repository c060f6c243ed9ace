// SPDX-License-Identifier: Apache-2.0

package families

import "github.com/nltop/nltop/internal/decode/schema"

// wirelessFamilies are the families of nl80211, mac80211_hwsim, ieee802154 and their like.
func wirelessFamilies() []*schema.Family {
	return []*schema.Family{
		nl80211(), hwsim(), ieee802154(), nl802154(), hwsim154(), nfc(), wireguard(), macsecGenl(), batadv(),
	}
}
