// SPDX-License-Identifier: Apache-2.0

package capture

import "testing"

func TestTrigger(t *testing.T) {
	for _, c := range []struct {
		trigger Trigger
		want    string
	}{
		{Trigger{}, ""},
		{Trigger{Kind: TriggerSyscall, Number: 176, Name: "delete_module"}, "system call delete_module"},
		{Trigger{Kind: TriggerSyscall, Number: 999}, "system call 999"},
		{Trigger{Kind: TriggerSyscall}, "a system call"},
		{Trigger{Kind: TriggerIoctl, Number: 0x8914, Name: "SIOCSIFFLAGS"}, "ioctl SIOCSIFFLAGS"},
		{Trigger{Kind: TriggerIoctl, Number: 0x8999}, "ioctl 0x8999"},
		{Trigger{Kind: TriggerWrite, Name: "/proc/sys/net/ipv4/conf/eth0.10/forwarding"}, "sysctl net.ipv4.conf.eth0/10.forwarding"},
		{Trigger{Kind: TriggerWrite, Name: "/sys/class/net/a\x1b[31m/mtu"}, `write to /sys/class/net/a\x1b[31m/mtu`},
		{Trigger{Kind: TriggerKworker, Name: "linkwatch_event"}, "kworker linkwatch_event"},
		{Trigger{Kind: TriggerKworker}, "a kworker"},
		{Trigger{Kind: TriggerKthread}, "a kernel thread"},
		{Trigger{Kind: TriggerInterrupt, Name: "softirq"}, "timer or packet (softirq)"},
		{Trigger{Kind: TriggerExit}, "exit"},
		{Trigger{Kind: 99}, ""},
	} {
		if got := c.trigger.String(); got != c.want {
			t.Errorf("%+v: %q, want %q", c.trigger, got, c.want)
		}
	}
	for k := TriggerNone; k <= TriggerExit; k++ {
		if got, err := ParseTriggerKind(k.String()); got != k || err != nil {
			t.Errorf("kind %d: %q is read as %d, %v", k, k, got, err)
		}
	}
	if _, err := ParseTriggerKind("timer"); err == nil {
		t.Error("a kind that there is not was read")
	}
}
