// SPDX-License-Identifier: Apache-2.0

package say

// rdma has the requests of rdma(8). What names a device by its number has no words,
// since rdma takes names, which no request tells.
var rdma = map[string]teller{
	"RDMA_NLDEV_CMD_NEWLINK": func(t *telling) bool {
		t.say("rdma", "link", "add")
		t.attrs().options([]option{{"RDMA_NLDEV_ATTR_DEV_NAME", "", asText}, {"RDMA_NLDEV_ATTR_LINK_TYPE", "type", asText},
			{"RDMA_NLDEV_ATTR_NDEV_NAME", "netdev", asText}})
		return len(t.words) == 8
	},
	"RDMA_NLDEV_CMD_SYS_SET": func(t *telling) bool {
		t.say("rdma", "system", "set")
		t.attrs().options([]option{{"RDMA_NLDEV_SYS_ATTR_NETNS_MODE", "netns", asOneOf(map[uint64]string{0: "exclusive", 1: "shared"})}})
		return len(t.words) > 3
	},
}
