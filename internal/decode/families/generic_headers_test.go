// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"strings"

	"github.com/nltop/nltop/internal/decode/families"
)

func init() {
	headers = append(headers,
		cited{name: "linux/nbd-netlink.h", of: []string{"nbd"}, skip: map[string]string{"NBD_GENL_VERSION": notWire, "NBD_DEVICE_ATTR_MAX": notWire}},
		cited{name: "linux/nbd.h", only: []string{"NBD_FLAG_", "NBD_CFLAG_"}},
		cited{name: "linux/smc.h", of: []string{"SMC_PNETID", "SMC_GEN_NETLINK"}, skip: map[string]string{
			"SMCR_GENL_FAMILY_VERSION": notWire, "SMC_GENL_FAMILY_VERSION": notWire, "SMC_PCI_ID_STR_LEN": notWire,
			"SMC_MAX_HOSTNAME_LEN": notWire, "SMC_MAX_UEID": notWire, "SMC_MAX_EID_LEN": notWire,
		}},
		cited{name: "linux/tipc_netlink.h", of: []string{"TIPCv2"}, skip: map[string]string{"TIPC_GENL_V2_VERSION": notWire}},
		cited{name: "linux/tipc_config.h", of: []string{"TIPC"}, skip: map[string]string{
			"TIPC_TLV_*": "named in the text of the TLVs, which are no attributes",
			"TIPC_MIN_*": notWire, "TIPC_DEF_*": notWire, "TIPC_MAX_*": notWire, "TIPC_MEDIA_LINK_PRI": notWire,
			"TIPC_NTQ_ALLTYPES": notWire, "TIPC_GENL_VERSION": notWire, "TLV_ALIGNTO": notWire,
			"TCM_F_*": "struct tipc_cfg_msg_hdr is sent over sockets of TIPC itself",
		}},
		cited{name: "linux/quota.h", of: []string{"VFS_DQUOT"}, only: []string{"QUOTA_NL_", "USRQUOTA", "GRPQUOTA", "PRJQUOTA"}},
		cited{name: "linux/target_core_user.h", of: []string{"TCM-USER"}, only: []string{"TCMU_CMD_", "TCMU_ATTR_"}},
		cited{name: "linux/cifs/cifs_netlink.h", of: []string{"cifs"}, skip: map[string]string{"CIFS_GENL_VERSION": notWire, "CIFS_GENL_MCGRP_SWN": "index of a group"}},
		cited{name: "linux/android/binder_netlink.h", of: []string{"binder"}, since: 702, skip: map[string]string{"BINDER_FAMILY_VERSION": notWire}},
		cited{name: "linux/dev_energymodel.h", of: []string{"dev-energymodel"}, since: 702, skip: map[string]string{"DEV_ENERGYMODEL_FAMILY_VERSION": notWire}},
		cited{name: "drm/drm_ras.h", of: []string{"drm-ras"}, since: 702, skip: map[string]string{"DRM_RAS_FAMILY_VERSION": notWire}},
		cited{name: "linux/sunrpc_netlink.h", of: []string{"sunrpc"}, since: 702, skip: map[string]string{"SUNRPC_FAMILY_VERSION": notWire}},
		cited{name: "linux/dlm_netlink.h", of: []string{"DLM"}, until: 702, skip: map[string]string{"DLM_LOCK_DATA_VERSION": notWire, "DLM_GENL_VERSION": notWire}},
	)
	for _, f := range families.All() {
		if f.Name != "drbd" {
			continue
		}
		for _, a := range f.Set.Attrs {
			if a.Type.Set != nil && strings.HasPrefix(a.Name, "DRBD_NLA_") {
				foreign[a.Type.Set.Name] = "the macros of linux/genl_magic_struct.h name members T_*"
			}
		}
	}
}
