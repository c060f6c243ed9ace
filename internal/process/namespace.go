// SPDX-License-Identifier: Apache-2.0

package process

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Inodes of the initial namespaces: PROC_PID_INIT_INO and PROC_USER_INIT_INO of
// include/linux/proc_ns.h.
const (
	initPIDNamespace  = 0xEFFFFFFC
	initUserNamespace = 0xEFFFFFFD
)

// Numbering says whose process IDs are meant: of the PID namespace that this process
// runs in, and of /proc, which shows those of the namespace that it was mounted from.
type Numbering struct {
	Namespace uint64 // inode in nsfs; 0: unknown, or the initial namespace
	Elsewhere bool   // /proc is that of another namespace
}

// NumberingOf reads it from a /proc ("/proc"). It fails where /proc is not mounted, and
// where it knows nothing of this process.
func NumberingOf(proc string) (n Numbering, err error) {
	var st unix.Stat_t
	if err := unix.Stat(proc+"/self/ns/pid", &st); err != nil {
		return n, fmt.Errorf("find the PID namespace: stat %s/self/ns/pid: %w", proc, err)
	}
	if st.Ino != initPIDNamespace {
		n.Namespace = st.Ino
	}
	n.Elsewhere = Self(proc) != uint32(os.Getpid())
	return n, nil
}

// Notes says what a user has to know of it, by the namespaces that the sources see; nil:
// nothing.
func (n Numbering) Notes() []string {
	var notes []string
	if n.Namespace != 0 {
		notes = append(notes, fmt.Sprintf("process IDs are those of PID namespace %d, where nltop runs; "+
			"a process outside of it is marked \"outside\" and has its ID of the initial namespace", n.Namespace))
	}
	if n.Elsewhere {
		notes = append(notes, "/proc is that of another PID namespace than nltop's, with other process IDs, "+
			"so that owners are not looked up there: mount nltop's own (unshare --mount-proc)")
	}
	return notes
}

// Self is the ID of this process as a /proc has it, where that knows it.
func Self(proc string) uint32 {
	if link, err := os.Readlink(proc + "/self"); err == nil {
		if n, err := strconv.ParseUint(link, 10, 32); err == nil {
			return uint32(n)
		}
	}
	return uint32(os.Getpid())
}

// InUserNamespace says whether this process runs in a user namespace that is not the
// initial one, where capabilities are good for little.
func InUserNamespace() bool {
	var st unix.Stat_t
	return unix.Stat("/proc/self/ns/user", &st) == nil && st.Ino != initUserNamespace
}
