// SPDX-License-Identifier: Apache-2.0

package anonymise

import (
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// TestOrigin: who a process is and where it runs has pseudonyms that fit each other; its
// numbers, and the words of systemd and of the runtimes, stay.
func TestOrigin(t *testing.T) {
	a := newTest(t, "a key for tests")
	id := strings.Repeat("0123456789abcdef", 4)
	o := &capture.Origin{NetNSName: "blue", Proc: capture.Proc{
		PID: 7, TID: 8, Comm: "zebra", Name: "zebra", Unit: "frr.service", Container: id[:12],
		Cgroup: "/system.slice/docker-" + id + ".scope",
		Identity: capture.Identity{Exe: "/usr/lib/frr/zebra", CmdLine: "zebra\x00-A\x00192.0.2.1\x00", UID: capture.IDOf(1000), LoginUID: capture.IDOf(0),
			Parent: capture.Parent{PID: 1, Name: "frrinit"}}}}
	o.Socket.Owner, o.Peer = o.Proc, capture.End{PID: 9, Comm: "zebra"}
	was := *o
	g := a.Origin(o)
	if *o != was {
		t.Fatal("the original was written to")
	}
	if a.Origin(o) != g {
		t.Error("another Origin the second time")
	}
	p := g.Proc
	if p.PID != 7 || p.TID != 8 || p.Parent.PID != 1 || p != g.Socket.Owner {
		t.Errorf("%+v", p)
	}
	if p.Comm == "zebra" || len(p.Comm) != 5 || p.Name != p.Comm || g.Peer.Comm != p.Comm || !strings.HasSuffix(p.Exe, "/"+p.Comm) || !strings.HasPrefix(string(p.CmdLine), p.Comm+"\x00") {
		t.Errorf("one name became %q, %q, %q, %q, %q", p.Comm, p.Name, g.Peer.Comm, p.Exe, p.CmdLine)
	}
	if !strings.HasPrefix(p.Cgroup, "/system.slice/docker-") || !strings.HasSuffix(p.Cgroup, ".scope") || strings.Contains(p.Cgroup, id[:12]) ||
		!strings.Contains(p.Cgroup, "docker-"+p.Container) || !strings.HasSuffix(p.Unit, ".service") || strings.HasPrefix(p.Unit, "frr") {
		t.Errorf("place: %q, %q, %q", p.Cgroup, p.Container, p.Unit)
	}
	if uid, _ := p.UID.Value(); uid < 1000 || uid > 9999 || uid == 1000 || p.LoginUID != capture.IDOf(0) {
		t.Errorf("users %v and %v", p.UID, p.LoginUID)
	}
	if g.NetNSName == "blue" || len(g.NetNSName) != 4 || a.Origin(&capture.Origin{NetNSName: "host"}).NetNSName != "host" {
		t.Errorf("namespace %q", g.NetNSName)
	}
}

// TestFilesAndTables: paths of the kernel's own keep what is the kernel's, iproute2's names
// stay, an administrator's do not.
func TestFilesAndTables(t *testing.T) {
	a := newTest(t, "a key for tests")
	write := func(path string) string {
		return a.Origin(&capture.Origin{Trigger: capture.Trigger{Kind: capture.TriggerWrite, Name: path}}).Trigger.Name
	}
	eth0 := a.text("eth0")
	for path, want := range map[string]string{
		"/proc/sys/net/ipv4/conf/eth0/forwarding": "/proc/sys/net/ipv4/conf/" + eth0 + "/forwarding",
		"/proc/sys/net/ipv4/conf/all/forwarding":  "/proc/sys/net/ipv4/conf/all/forwarding",
		"/proc/sys/net/core/rmem_max":             "/proc/sys/net/core/rmem_max",
		"/sys/class/net/eth0/mtu":                 "/sys/class/net/" + eth0 + "/mtu",
		"/home/eth0":                              "/" + a.text("home") + "/" + eth0,
	} {
		if got := write(path); got != want {
			t.Errorf("%s became %s, want %s", path, got, want)
		}
	}
	n := new(capture.LocalNames)
	n.Put("rt_tables", 254, "main")
	n.Put("rt_tables", 100, "customer")
	m := a.LocalNames(n)
	if m.Name("rt_tables", 254) != "main" || m.Name("rt_tables", 100) != a.text("customer") || n.Name("rt_tables", 100) != "customer" {
		t.Errorf("%s, %s", m.Name("rt_tables", 254), m.Name("rt_tables", 100))
	}
	info := a.Info(capture.Info{Names: n, Recorded: []capture.Info{{Names: n}}})
	if info.Names.Name("rt_tables", 100) == "customer" || info.Recorded[0].Names.Name("rt_tables", 100) == "customer" {
		t.Error("the names of a source stayed")
	}
	rows := capture.Tables{Locks: []capture.LockRow{{Proc: capture.Proc{PID: 3, Comm: "zebra"}}}}
	if got := a.Tables(rows); got.Locks[0].Proc.Comm != a.text("zebra") || rows.Locks[0].Proc.Comm != "zebra" {
		t.Errorf("locks: %+v, %+v", got, rows)
	}
}

// TestSays: of what the kernel says, addresses and names that were met are replaced.
func TestSays(t *testing.T) {
	a := newTest(t, "a key for tests")
	a.names.add([]byte("br-lan\x00"))
	says := func(text string) string {
		o := &capture.Origin{Kind: capture.KindExtack}
		return string(a.Frame(&capture.Frame{Origin: o, Data: []byte(text)}).Data)
	}
	if got, want := says("Device br-lan is busy."), "Device "+a.text("br-lan")+" is busy."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := says("Nexthop 192.0.2.1 is unreachable"); strings.Contains(got, "192.0.2.1") || !strings.HasSuffix(got, " is unreachable") {
		t.Errorf("%q", got)
	}
	if got := says("IPv4: Invalid prefix for given prefix length"); got != "IPv4: Invalid prefix for given prefix length" {
		t.Errorf("%q", got)
	}
}
