// SPDX-License-Identifier: Apache-2.0

package families

import "golang.org/x/sys/unix"

// Errors that are the answer "no" (schema.Probe).
const (
	enoent          = int32(unix.ENOENT)
	enodev          = int32(unix.ENODEV)
	eprotonosupport = int32(unix.EPROTONOSUPPORT)
	ipsetErrExist   = 4103 // IPSET_ERR_EXIST, linux/netfilter/ipset/ip_set.h
)
