// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"
)

// maxReturns is how many calls of a function may last at once until returns
// are missed (maxactive of struct kretprobe). By itself a kernel keeps 10 or two
// a processor, old ones without CONFIG_PREEMPTION (5.10 of Debian) one a processor:
// less than the senders that wait for rtnl_mutex when it matters, or than the daemons
// that sleep in recvmsg().
const maxReturns = 1024

// returnGroup begins the names of the events of return probes; the PID of the
// nltop that made them follows.
const returnGroup = "nltop"

// attachReturn attaches a kretprobe with room for maxReturns calls. Only
// tracefs makes such: an event that has to be removed, and outlives kill -9,
// without effect. The next nltop sweeps it away. Where tracefs cannot be written,
// the kernel's own number has to do, which remarks() says.
func (l *loader) attachReturn(fn string, prog *ebpf.Program) (link.Link, error) {
	if !l.fewReturns {
		lnk, err := link.Kretprobe(fn, prog, &link.KprobeOptions{
			RetprobeMaxActive: maxReturns,
			TraceFSPrefix:     fmt.Sprintf("%s_%d", returnGroup, os.Getpid()),
		})
		if err == nil {
			return lnk, nil
		}
		l.fewReturns = true
	}
	return link.Kretprobe(fn, prog, nil)
}

// sweepReturns removes the events of return probes that an nltop left which was
// killed. Such as are in use the kernel keeps (EBUSY), whoever made them.
func sweepReturns() {
	for _, dir := range []string{"/sys/kernel/tracing", "/sys/kernel/debug/tracing"} {
		events := dir + "/kprobe_events"
		text, err := os.ReadFile(events)
		if err != nil {
			continue
		}
		for _, event := range leftReturns(text) {
			// One event a write: the kernel stops at the first that it refuses.
			if f, err := os.OpenFile(events, os.O_WRONLY|os.O_APPEND, 0); err == nil {
				_, _ = f.WriteString("-:" + event)
				_ = f.Close()
			}
		}
		return
	}
}

// leftReturns finds GROUP/EVENT of nltops that are gone in tracefs'
// kprobe_events, lines like "r1024:nltop_PID_RANDOM/EVENT SYMBOL".
func leftReturns(text []byte) []string {
	var left []string
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		kind, rest, _ := strings.Cut(lines.Text(), ":")
		event, _, _ := strings.Cut(rest, " ")
		name, ours := strings.CutPrefix(event, returnGroup+"_")
		pid, _, _ := strings.Cut(name, "_")
		n, err := strconv.Atoi(pid)
		if !ours || err != nil || n <= 0 || !strings.HasPrefix(kind, "r") || !strings.Contains(event, "/") {
			continue
		}
		if unix.Kill(n, 0) == unix.ESRCH {
			left = append(left, event)
		}
	}
	return left
}
