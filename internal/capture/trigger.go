// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"fmt"
	"strconv"
	"strings"
)

// TriggerKind is what made the kernel send an event that no request caused.
type TriggerKind uint8

const (
	TriggerNone      TriggerKind = iota // a request did, or the source cannot tell
	TriggerSyscall                      // a system call; Name is its name
	TriggerIoctl                        // an ioctl; Name is that of its request
	TriggerWrite                        // a write to a file; Name is its path
	TriggerKworker                      // work that was put off; Name is the kernel's function
	TriggerKthread                      // another thread of the kernel
	TriggerInterrupt                    // a timer or a packet; Name says which kind of interrupt
	TriggerExit                         // a task that ends: the kernel closes what it leaves
)

var triggerKinds = [...]string{"", "syscall", "ioctl", "write", "kworker", "kthread", "interrupt", "exit"}

// String returns the name that the JSON output uses; "" for TriggerNone.
func (k TriggerKind) String() string {
	if int(k) < len(triggerKinds) {
		return triggerKinds[k]
	}
	return ""
}

// ParseTriggerKind is the inverse of TriggerKind.String.
func ParseTriggerKind(s string) (TriggerKind, error) {
	for k, name := range triggerKinds {
		if name == s {
			return TriggerKind(k), nil
		}
	}
	return TriggerNone, fmt.Errorf("unknown trigger %q", s)
}

// Trigger is what the task was in that made the kernel send an event without a request;
// Origin.Proc is the task. Of TriggerInterrupt that was only passing by, and Proc says so.
type Trigger struct {
	Kind TriggerKind
	// Number is that of the system call, or the request of the ioctl.
	Number uint32
	// Name is what Number, or the kernel's address, stands for on the machine that was
	// captured; "": unknown. The name of a file may be anything.
	Name string
}

// sysctlDir is what sysctl(8) leaves out of a name.
const sysctlDir = "/proc/sys/"

// String says it in words: "ioctl SIOCSIFFLAGS", "sysctl net.ipv4.ip_forward", "kworker
// linkwatch_event"; "" for none. It is printable.
func (t Trigger) String() string {
	name := Printable(t.Name)
	switch t.Kind {
	case TriggerSyscall:
		switch {
		case name != "":
			return "system call " + name
		case t.Number != 0:
			return "system call " + strconv.FormatUint(uint64(t.Number), 10)
		}
		return "a system call"
	case TriggerIoctl:
		if name == "" {
			name = fmt.Sprintf("%#x", t.Number)
		}
		return "ioctl " + name
	case TriggerWrite:
		if key, ok := strings.CutPrefix(name, sysctlDir); ok {
			// As sysctl(8) has it: a dot in the name of an interface becomes a slash.
			return "sysctl " + strings.NewReplacer("/", ".", ".", "/").Replace(key)
		}
		return "write to " + name
	case TriggerKworker:
		if name == "" {
			return "a kworker"
		}
		return "kworker " + name
	case TriggerKthread:
		return "a kernel thread"
	case TriggerInterrupt:
		return "timer or packet (" + name + ")"
	case TriggerExit:
		return "exit"
	}
	return ""
}
