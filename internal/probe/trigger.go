// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// syscalls are the system calls inside which the kernel may announce something, by their
// numbers on this machine.
var syscalls = map[uint32]string{
	unix.SYS_ACCEPT: "accept", unix.SYS_ACCEPT4: "accept4", unix.SYS_BIND: "bind", unix.SYS_BPF: "bpf",
	unix.SYS_CLONE: "clone", unix.SYS_CLONE3: "clone3", unix.SYS_CLOSE: "close", unix.SYS_CLOSE_RANGE: "close_range",
	unix.SYS_CONNECT: "connect", unix.SYS_DELETE_MODULE: "delete_module", unix.SYS_DUP3: "dup3",
	unix.SYS_EXECVE: "execve", unix.SYS_EXECVEAT: "execveat", unix.SYS_EXIT: "exit", unix.SYS_EXIT_GROUP: "exit_group",
	unix.SYS_FINIT_MODULE: "finit_module", unix.SYS_INIT_MODULE: "init_module", unix.SYS_IO_URING_ENTER: "io_uring_enter",
	unix.SYS_IOCTL: "ioctl", unix.SYS_LISTEN: "listen", unix.SYS_MOUNT: "mount", unix.SYS_PRCTL: "prctl",
	unix.SYS_PWRITE64: "pwrite64", unix.SYS_PWRITEV: "pwritev", unix.SYS_PWRITEV2: "pwritev2", unix.SYS_READ: "read",
	unix.SYS_RECVFROM: "recvfrom", unix.SYS_RECVMMSG: "recvmmsg", unix.SYS_RECVMSG: "recvmsg", unix.SYS_SENDFILE: "sendfile",
	unix.SYS_SENDMMSG: "sendmmsg", unix.SYS_SENDMSG: "sendmsg", unix.SYS_SENDTO: "sendto", unix.SYS_SETGID: "setgid",
	unix.SYS_SETNS: "setns", unix.SYS_SETREGID: "setregid", unix.SYS_SETRESGID: "setresgid", unix.SYS_SETRESUID: "setresuid",
	unix.SYS_SETREUID: "setreuid", unix.SYS_SETSID: "setsid", unix.SYS_SETSOCKOPT: "setsockopt", unix.SYS_SETUID: "setuid",
	unix.SYS_SHUTDOWN: "shutdown", unix.SYS_SOCKET: "socket", unix.SYS_SPLICE: "splice", unix.SYS_UMOUNT2: "umount2",
	unix.SYS_UNSHARE: "unshare", unix.SYS_WRITE: "write", unix.SYS_WRITEV: "writev",
}

const namedSize = int(unsafe.Sizeof(fentryNlNamed{}))

// maxNamed bounds what is kept of NL_RECORD_NAMED: functions that workers run, and files
// that were written to.
const maxNamed = 1024

// addNamed notes what an address stands for in the records behind it.
func (a *assembler) addNamed(rec []byte) error {
	if len(rec) < namedSize {
		return malformed("record of a name of %d bytes is too short", len(rec))
	}
	var r fentryNlNamed
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&r)), namedSize), rec)
	if r.Of == 0 || int(r.Len) > len(r.Text) {
		return malformed("record of a name of %d bytes for %#x", r.Len, r.Of)
	}
	if a.named == nil || len(a.named) >= maxNamed {
		a.named = map[uint64]string{}
	}
	name := string(r.Text[:r.Len])
	if a.named[r.Of] != name {
		a.named[r.Of] = name
		clear(a.origins.last[:]) // they have none, or another's
	}
	return nil
}

// trigger translates what a record says of it.
func (a *assembler) trigger(r *nlFull) capture.Trigger {
	t := capture.Trigger{Kind: capture.TriggerKind(r.Trigger)}
	switch t.Kind {
	case capture.TriggerSyscall:
		if n := r.Of; n != unknownCall {
			t.Number, t.Name = uint32(n), syscalls[uint32(n)]
		}
	case capture.TriggerIoctl:
		t.Number = uint32(r.Of)
		t.Name = ioctlName(t.Number)
	case capture.TriggerWrite:
		if t.Name = pathOf([]byte(a.named[r.Of])); t.Name == "" {
			t = capture.Trigger{Kind: capture.TriggerSyscall} // it was told where there was no room
		}
	case capture.TriggerKworker:
		t.Name = a.named[r.Of]
	case capture.TriggerInterrupt:
		t.Name = "softirq"
		if r.Of != 0 {
			t.Name = "hardirq"
		}
	}
	return t
}

const unknownCall = 1<<64 - 1 // NL_UNKNOWN

// pathOf puts names, which stand from the file up to the root, each with its NUL, into
// their order; "": there are none.
func pathOf(names []byte) string {
	names = bytes.TrimRight(names, "\x00")
	if len(names) == 0 {
		return ""
	}
	var path []byte
	list := bytes.Split(names, []byte{0})
	for i := len(list) - 1; i >= 0; i-- {
		path = append(append(path, '/'), list[i]...)
	}
	return string(path)
}

// functionFormat is nl_config.function: bpf_snprintf() writes a function's name for it.
var functionFormat = [8]uint8{'%', 'p', 's'}
