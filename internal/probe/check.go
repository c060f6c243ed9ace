// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/process"
)

// checkHooks opens the backend with a filter that nothing passes, and closes
// it: what a kernel, its modules and its administrator allow is only known by
// trying.
func checkHooks(name string) error {
	a, err := openHooks(name, capture.Filter{PIDs: []uint32{1<<32 - 1}}, Options{Snap: 1, RingBytes: 64 << 10})
	return errors.Join(err, a.Close())
}

// explain puts cause and remedy before an error that has a known one.
func explain(err error) error {
	if err == nil {
		return nil
	}
	if s := remedy(err); s != "" {
		return fmt.Errorf("%s (%w)", s, shorten(err))
	}
	return shorten(err)
}

func remedy(err error) string {
	denied := errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES)
	var ve *ebpf.VerifierError
	switch {
	case (denied || errors.Is(err, errMemlock)) && process.InUserNamespace():
		return "nltop runs in a user namespace, whose capabilities do not count for BPF: run it in the initial one, as root of the host"
	case !mounted("/proc", unix.PROC_SUPER_MAGIC):
		return "/proc is not mounted, where much of the kernel is looked up: mount -t proc proc /proc"
	case !hasBTF() && !mounted("/sys", unix.SYSFS_MAGIC):
		return "/sys is not mounted, where the kernel keeps its BTF: mount -t sysfs sysfs /sys"
	case !hasBTF():
		return "the kernel has no BTF: use one built with CONFIG_DEBUG_INFO_BTF=y (/sys/kernel/btf/vmlinux)"
	case denied && !privileged():
		return "not permitted: run as root, or give the program its capabilities " +
			"(setcap cap_bpf,cap_perfmon,cap_sys_ptrace,cap_syslog+ep FILE)"
	case denied && errors.Is(err, errAttachKprobe) && !capable(unix.CAP_SYS_ADMIN):
		return "not permitted: kprobes take CAP_SYS_ADMIN where kernel.perf_event_paranoid is 3 (Debian, Ubuntu): run as root, or use --source fentry"
	case errors.Is(err, errMemlock):
		return "before Linux 5.11 BPF maps count as locked memory: give the program cap_sys_resource too, or raise the limit (ulimit -l)"
	case lockdown() == "confidentiality":
		// bpf_probe_read_kernel() is then no known function, whence EINVAL.
		return "kernel lockdown is at confidentiality, which forbids BPF programs to read kernel memory: boot with lockdown=integrity or none"
	case errors.As(err, &ve) && len(ve.Log) > 1:
		return "the kernel's verifier rejects the program: please report it with the kernel's version"
	case denied:
		return "refused although privileged: a policy of the administrator (LSM, seccomp, container runtime) forbids these BPF programs; " +
			"use --source syscall or nlmon, or ask for them to be allowed"
	case errors.Is(err, errNoKprobes) && !mounted("/sys", unix.SYSFS_MAGIC):
		return "/sys is not mounted, where the kernel names its kprobe events: mount -t sysfs sysfs /sys"
	case errors.Is(err, errNoKprobes):
		return "the kernel has no kprobe events: use one built with CONFIG_KPROBE_EVENTS=y, or --source syscall or nlmon"
	case errors.Is(err, ebpf.ErrNotSupported):
		return "the kernel cannot trace functions this way (trampolines, CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS): use --source kprobe"
	}
	return ""
}

var errAttachKprobe = errors.New("attach kprobe")

// errNoKprobes says that the kernel makes no kprobes for perf events.
var errNoKprobes = errors.New("no kprobe PMU in /sys/bus/event_source/devices")

// haveKprobes looks for the PMU. Without it the library would make every event
// in tracefs, where it stays when nltop is killed, and which only return probes
// are worth (attachReturn).
func haveKprobes() error {
	if _, err := os.Stat("/sys/bus/event_source/devices/kprobe/type"); err != nil {
		return errNoKprobes
	}
	return nil
}

// mounted says whether a file system of that kind is there.
func mounted(path string, magic int64) bool {
	var st unix.Statfs_t
	return unix.Statfs(path, &st) == nil && int64(st.Type) == magic
}

func hasBTF() bool {
	_, err := os.Stat("/sys/kernel/btf/vmlinux")
	return err == nil
}

// privileged says whether this process has the capabilities that loading and
// reading kernel memory take: CAP_SYS_ADMIN, or CAP_BPF and CAP_PERFMON.
func privileged() bool {
	return capable(unix.CAP_SYS_ADMIN) || capable(unix.CAP_BPF) && capable(unix.CAP_PERFMON)
}

// capable says whether a capability is effective.
func capable(c uint) bool {
	hdr := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if unix.Capget(&hdr, &data[0]) != nil {
		return os.Geteuid() == 0
	}
	return data[c/32].Effective&(1<<(c%32)) != 0
}

// lockdown returns the level in force: "none", "integrity", "confidentiality".
func lockdown() string {
	text, err := os.ReadFile("/sys/kernel/security/lockdown")
	if err != nil {
		return "none"
	}
	_, rest, _ := strings.Cut(string(text), "[")
	level, _, _ := strings.Cut(rest, "]")
	return level
}

// shortError prints an error without the middle of a verifier's log.
type shortError struct{ err error }

func shorten(err error) error { return &shortError{err} }

func (e *shortError) Error() string {
	var ve *ebpf.VerifierError
	if errors.As(e.err, &ve) && len(ve.Log) > 4 {
		return oneLine(e.err) + ": " + strings.Join(ve.Log[len(ve.Log)-4:], "; ")
	}
	return oneLine(e.err)
}

func (e *shortError) Unwrap() error { return e.err }
