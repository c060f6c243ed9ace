// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"
)

// TestChangesOfCommand: a command's changes, each with who made it; what it only asks, and
// what fails, is counted.
func TestChangesOfCommand(t *testing.T) {
	needRoot(t)
	needTool(t, "ip")
	ownNetNS(t)
	const script = `ip link set lo up
ip addr show >&2
ip addr add 192.0.2.7/32 dev lo
ip addr add 192.0.2.7/32 dev lo
ip route add 198.51.100.0/24 dev lo
ip addr del 192.0.2.7/32 dev lo
true`
	out, errs, code := run(t, nltop(t), "trace", "--changes", "--", "sh", "-c", script)
	if code != 0 {
		t.Fatalf("status %d\n%s", code, errs)
	}
	want := []string{
		"ip: ip link set lo up", "ip: ip addr add 192.0.2.7/32 dev lo", "ip: ip route add 198.51.100.0/24 dev lo", "ip: ip addr del 192.0.2.7/32 dev lo",
	}
	if diff := cmp.Diff(want, changeLines(out)); diff != "" {
		t.Errorf("-want +got:\n%s\n%s", diff, out)
	}
	if n := strings.Count(out, "1 failed: 1 × EEXIST\n"); n != 1 {
		t.Errorf("the address that is there already is counted %d times:\n%s", n, out)
	}
	if n := len(regexp.MustCompile(`(?m) → .* \(/\S+: ip (link set|addr|route) .*uid 0.* started by sh\[\d+\]\)$`).FindAllString(out, -1)); n != len(want) {
		t.Errorf("of %d of %d it is told who made them:\n%s", n, len(want), out)
	}
}

// TestChanges: a session of ip, tc and nft, and somebody who needs no request, are told
// line by line, live and of the recording of it.
func TestChanges(t *testing.T) {
	needRoot(t)
	needVM(t)
	needFull(t)
	needTool(t, "ip", "tc", "nft", "unshare")
	const before = `ip link add d0 type dummy
ip addr add 192.0.2.1/24 dev d0
ip link set d0 up
ip route add 198.51.100.0/24 via 192.0.2.2
ip route add 198.51.100.0/24 via 192.0.2.2
ip -4 route show table all
tc qdisc add dev d0 root handle 1: prio bands 4
tc qdisc show dev d0
nft 'add table inet fw; add chain inet fw in { type filter hook input priority 0; }; add rule inet fw in tcp dport 22 accept'
nft list ruleset
nft delete table inet fw
nft delete table inet none
unshare -n ip link set lo up
true`
	want := []string{
		"ip: ip link add d0 type dummy", "ip: ip addr add 192.0.2.1/24 dev d0", "ip: ip link set d0 up", "ip: ip route add 198.51.100.0/24 via 192.0.2.2",
		"tc: tc qdisc add dev d0 root handle 1: prio bands 4",
		"nft: nft add table inet fw (1/3 of a transaction)", "nft: nft add chain inet fw in '{ type filter hook input priority 0; }' (2/3 of a transaction)",
		"nft: nft add rule inet fw in tcp dport 22 accept (3/3 of a transaction)",
		"nft: nft delete table inet fw", "ip: ip link set lo up (netns N)", "ip: ip link delete d0",
	}
	for _, source := range oneHook() {
		t.Run(source, func(t *testing.T) {
			ownNetNS(t)
			open(t, unix.NETLINK_ROUTE, unix.RTNLGRP_LINK)
			file := filepath.Join(t.TempDir(), "changes.pcapng")
			var out bytes.Buffer
			p := start(t, &out, "ready", nltop(t), "trace", "--source", source, "--changes", "-w", file)
			play := func(script string) {
				t.Helper()
				if text, err := exec.Command("sh", "-c", script).CombinedOutput(); err != nil {
					t.Fatalf("%v\n%s", err, text)
				}
			}
			play(before)
			setDown(t, "d0")
			play("ip link del d0")
			if err := p.stop(t, syscall.SIGINT); err != nil {
				t.Fatalf("%v\n%s", err, p.stderr())
			}
			t.Log(out.String())
			other := regexp.MustCompile(`\(netns \d+\)`)
			for where, text := range map[string]string{"live": out.String(), "of the recording": must(t, nltop(t), "trace", "-q", "--changes", "-r", file)} {
				text = other.ReplaceAllString(text, "(netns N)")
				if diff := cmp.Diff(want, changeLines(text)); diff != "" {
					t.Errorf("%s: -want +got:\n%s\n%s", where, diff, text)
				}
				for _, re := range []string{
					// Below its cause; before the next change, whatever the kernel does meanwhile by
					// itself; what nobody asked for.
					`→ ip link set d0 up.*\n(?:     .*\n)*     « route RTM_NEWLINK \d+: d0: <BROADCAST,NOARP,UP,LOWER_UP>.* changed: \+UP`,
					`1 failed: 1 × EEXIST\n(?:.* « .*\n|\+ .*\n)*.*→ tc qdisc add`,
					`1 failed: 1 × ENOENT\n(?:.* « .*\n|\+ .*\n)*.*→ ip link set lo up`,
					`« no request, ioctl SIOCSIFFLAGS: route RTM_NEWLINK \d+: d0: .* changed: -UP`,
				} {
					if !regexp.MustCompile(re).MatchString(text) {
						t.Errorf("%s: no %s in\n%s", where, re, text)
					}
				}
			}
		})
	}
}

// setDown takes an interface down by ioctl, as ifconfig does.
func setDown(t *testing.T, name string) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(fd) }()
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, ifr); err != nil { // no IFF_UP among them
		t.Fatal(err)
	}
}
