// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// ErrnoName returns the name of a positive errno ("EEXIST"), or "". The numbers
// are those of the machine nltop runs on; amd64 and arm64 share the generic
// ones of include/uapi/asm-generic/errno.h, and so do the files they record.
func ErrnoName(errno int32) string {
	if errno <= 0 {
		return ""
	}
	switch errno {
	case enotsupp:
		return "ENOTSUPP"
	case int32(unix.EOPNOTSUPP): // which is ENOTSUP to C libraries; the kernel has the one name
		return "EOPNOTSUPP"
	}
	return unix.ErrnoName(syscall.Errno(errno))
}

// enotsupp is ENOTSUPP of include/linux/errno.h. It is not part of the UAPI,
// but Netlink handlers return it.
const enotsupp = 524
