// SPDX-License-Identifier: Apache-2.0

package sockets

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// fakeProc is a procfs of plain files and dangling links.
type fakeProc struct {
	t   *testing.T
	dir string
}

type fakeProcess struct {
	pid, ppid int
	comm      string
	start     int
	netns     int
	sockets   []int // inodes
}

func newFakeProc(t *testing.T) fakeProc { return fakeProc{t, t.TempDir()} }

func (f fakeProc) check(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f fakeProc) set(p fakeProcess, table string) {
	f.t.Helper()
	f.kill(p.pid)
	dir := filepath.Join(f.dir, strconv.Itoa(p.pid))
	for _, d := range []string{"ns", "net", "fd"} {
		f.check(os.MkdirAll(filepath.Join(dir, d), 0o755))
	}
	f.check(os.Symlink(fmt.Sprintf("net:[%d]", p.netns), filepath.Join(dir, "ns/net")))
	for i, inode := range p.sockets {
		f.check(os.Symlink(fmt.Sprintf("socket:[%d]", inode), filepath.Join(dir, "fd", strconv.Itoa(i))))
	}
	for name, text := range map[string]string{
		"stat":        fmt.Sprintf("%d (%s) S %d 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %d 0\n", p.pid, p.comm, p.ppid, p.start),
		"cgroup":      "0::/test\n",
		"net/netlink": table,
	} {
		f.check(os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
}

func (f fakeProc) kill(pid int) {
	f.t.Helper()
	f.check(os.RemoveAll(filepath.Join(f.dir, strconv.Itoa(pid))))
}

func row(protocol, port, inode int) string {
	return fmt.Sprintf("0 %d %d 00000000 0 0 0 2 0 %d\n", protocol, port, inode)
}

// testIndex returns an index of the fake procfs, and its clock.
func (f fakeProc) index() (*Index, *time.Time) {
	x := NewIndex(Options{Proc: f.dir})
	now := time.Unix(1700000000, 0)
	x.now = func() time.Time { return now }
	return x, &now
}

func (f fakeProc) refresh(x *Index) {
	f.t.Helper()
	f.check(x.Refresh(context.Background()))
}

func (f fakeProc) owner(x *Index, netns uint64, protocol uint16, port uint32, want string) {
	f.t.Helper()
	p, ok := x.Owner(netns, protocol, port)
	if ok != (want != "") || p.Comm != want {
		f.t.Errorf("owner of %d in %d: %+v, %v; want %q", port, netns, p, ok, want)
	}
	x.mu.Lock()
	for x.scanning { // a background walk must not outlive the files
		x.idle.Wait()
	}
	x.mu.Unlock()
}

func TestIndexNamespaces(t *testing.T) {
	f := newFakeProc(t)
	f.set(fakeProcess{pid: 10, comm: "a", start: 1, netns: 7, sockets: []int{100, 100, 101}}, row(0, 10, 100)+row(0, 900, 101))
	f.set(fakeProcess{pid: 11, comm: "b", start: 1, netns: 8, sockets: []int{102}}, row(0, 900, 102))
	x, _ := f.index()
	f.refresh(x)
	f.owner(x, 7, 0, 10, "a")
	f.owner(x, 0, 0, 10, "a")
	f.owner(x, 8, 0, 10, "")
	f.owner(x, 7, 0, 900, "a")
	f.owner(x, 8, 0, 900, "b")
	f.owner(x, 0, 0, 900, "") // two namespaces have it
	f.owner(x, 7, 16, 10, "")
}

// A process that is gone owns what it owned for a while; one that took its ID
// does not.
func TestIndexVanished(t *testing.T) {
	f := newFakeProc(t)
	table := row(0, 10, 100) + row(0, 11, 101)
	f.set(fakeProcess{pid: 10, comm: "a", start: 1, netns: 7, sockets: []int{100}}, table)
	f.set(fakeProcess{pid: 11, comm: "b", start: 1, netns: 7, sockets: []int{101}}, table)
	x, now := f.index()
	f.refresh(x)
	f.kill(10)
	f.set(fakeProcess{pid: 11, comm: "reused", start: 2, netns: 7}, "")
	*now = now.Add(fresh)
	f.owner(x, 7, 0, 10, "a")
	f.owner(x, 7, 0, 11, "")
	f.refresh(x)
	f.owner(x, 7, 0, 10, "a")
	*now = now.Add(linger)
	f.owner(x, 7, 0, 10, "")
}

// Who the owner is, is read once, late, and again when it has become something else.
func TestIndexFacts(t *testing.T) {
	f := newFakeProc(t)
	set := func(comm, cmdline string) {
		f.set(fakeProcess{pid: 10, ppid: 9, comm: comm, start: 3, netns: 7, sockets: []int{100}}, row(0, 10, 100))
		f.check(os.WriteFile(filepath.Join(f.dir, "10/cmdline"), []byte(cmdline), 0o644))
		f.check(os.WriteFile(filepath.Join(f.dir, "10/status"), []byte("Uid:\t0\t5\t5\t5\n"), 0o644))
	}
	f.set(fakeProcess{pid: 9, comm: "sh", start: 1, netns: 7}, "")
	set("a", "a\x00b c\x00")
	x, now := f.index()
	f.refresh(x)
	ask := func(what, line string) {
		t.Helper()
		p, ok := x.Owner(7, 0, 10)
		if !ok || p.CmdLine.String() != line || p.UID != capture.IDOf(0) || p.LoginUID.Known() || !p.Late ||
			p.Name != p.Comm || p.Life != 3*tick || p.Parent.Name != "sh" {
			t.Errorf("%s: %+v, %v", what, p, ok)
		}
	}
	ask("at first", "a 'b c'")
	set("a", "changed\x00")
	ask("again", "a 'b c'")
	set("other", "other\x00")
	*now = now.Add(fresh)
	ask("after exec", "other")
	f.kill(10)
	*now = now.Add(fresh)
	ask("ended", "other")
}

// execve changes the comm of the owner, not its start.
func TestIndexRenamed(t *testing.T) {
	f := newFakeProc(t)
	f.set(fakeProcess{pid: 10, comm: "sh", start: 1, netns: 7, sockets: []int{100}}, row(0, 10, 100))
	x, now := f.index()
	f.refresh(x)
	f.set(fakeProcess{pid: 10, comm: "ip", start: 1, netns: 7, sockets: []int{100}}, row(0, 10, 100))
	f.owner(x, 7, 0, 10, "sh")
	*now = now.Add(fresh)
	f.owner(x, 7, 0, 10, "ip")
}

// The process whose ID is the port counts only if it holds the socket.
func TestIndexLookNeedsDescriptor(t *testing.T) {
	f := newFakeProc(t)
	table := row(0, 10, 100) + row(16, 10, 101)
	f.set(fakeProcess{pid: 10, comm: "a", start: 1, netns: 7, sockets: []int{101}}, table)
	f.set(fakeProcess{pid: 11, comm: "b", start: 1, netns: 7, sockets: []int{100}}, table)
	x, _ := f.index()
	x.full.nextAt = x.now().Add(time.Hour) // no walk
	f.owner(x, 7, 0, 10, "")
	f.owner(x, 7, 16, 10, "a")
	f.refresh(x)
	delete(x.missing, indexKey{7, 0, 10})
	f.owner(x, 7, 0, 10, "b")
}

// Sockets that nobody has do not keep the index walking.
func TestIndexMissesAreRare(t *testing.T) {
	f := newFakeProc(t)
	f.set(fakeProcess{pid: 10, comm: "a", start: 1, netns: 7}, "")
	x, now := f.index()
	walks := 0
	var last time.Time
	for range 6000 { // a minute of frames
		*now = now.Add(10 * time.Millisecond)
		f.owner(x, 7, 0, 4294960000, "")
		if !x.full.start.Equal(last) {
			last = x.full.start
			walks++
		}
	}
	if walks < 5 || walks > 8 {
		t.Errorf("%d walks in a minute of misses, want one per %v", walks, later)
	}
	for port := range uint32(3 * maxMissing) {
		x.Owner(7, 0, 1<<31+port)
		x.mu.Lock()
		n := len(x.missing)
		x.mu.Unlock()
		if n > maxMissing {
			t.Fatalf("remembers %d misses", n)
		}
	}
	f.refresh(x)
}

func TestListHostile(t *testing.T) {
	f := newFakeProc(t)
	table := row(0, 10, 100) + "garbage\n" + row(0, 11, 101) + "0 0 12 00"
	f.set(fakeProcess{pid: 10, comm: "a", start: 1, netns: 7, sockets: []int{100}}, table)
	f.set(fakeProcess{pid: 11, comm: "b", start: 1, netns: 7, sockets: []int{101}}, table)
	f.check(os.WriteFile(filepath.Join(f.dir, "11/stat"), []byte("11 (b"), 0o644))
	f.set(fakeProcess{pid: 12, comm: "c", start: 1, netns: 9}, "")
	f.check(os.RemoveAll(filepath.Join(f.dir, "12/net"))) // a zombie's
	f.check(os.Mkdir(filepath.Join(f.dir, "99999999999"), 0o755))
	f.check(os.Mkdir(filepath.Join(f.dir, "13"), 0o755))
	l, err := List(context.Background(), Options{Proc: f.dir, NoDiag: true})
	f.check(err)
	if len(l.Sockets) != 2 || l.Sockets[0].Owner.Comm != "a" || l.Sockets[0].Owner.Cgroup != "/test" || l.Sockets[1].Owner.Known() {
		t.Errorf("got %+v", l.Sockets)
	}
	if len(l.Partial) != 2 {
		t.Errorf("missing parts: %q, want those of two namespaces", l.Partial)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := List(ctx, Options{Proc: f.dir}); err == nil {
		t.Error("a listing that was called off is no error")
	}
	if _, err := List(context.Background(), Options{Proc: f.dir + "/none"}); err == nil {
		t.Error("a procfs that is not there is no error")
	}
}
