// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestKeysLive presses the keys whose help speaks of traffic that comes in, which TestKeys has
// none of: p freezes and says what came in since, c clears, W saves what was seen, `,` goes
// back while it goes on. By syscall on the host, by fentry in the VM.
func TestKeysLive(t *testing.T) {
	needRoot(t)
	needTool(t, "ip")
	source := "syscall"
	if inVM() {
		needViewKernel(t)
		source = "fentry"
	}
	ip, err := exec.LookPath("ip")
	if err != nil {
		t.Fatal(err)
	}
	const name = "odd-keys-ip" // nobody else has it
	odd := filepath.Join(t.TempDir(), name)
	if err := os.Symlink(ip, odd); err != nil {
		t.Fatal(err)
	}
	k := openKeyboard(t, t.TempDir(), 120, 40, "--source", source, "--comm", name)
	k.sees("No Netlink message yet", source)
	must(t, odd, "link", "show")
	k.sees(name)

	k.press("M")
	k.sees("FOLLOW", "RTM_GETLINK")
	k.press("p")
	k.sees("PAUSED")
	k.settle()
	list := k.list()
	must(t, odd, "rule", "show")
	k.sees("messages since")
	if is := k.list(); is != list || k.has("RTM_GETRULE") {
		t.Errorf("paused, the list goes from\n%s\nto\n%s", list, is)
	}
	k.press("p")
	k.sees("RTM_GETRULE", "FOLLOW")
	if k.has("PAUSED") {
		t.Errorf("it goes on, and says that it is paused:\n%s", k.look())
	}

	k.press("Home", ",")
	k.sees(" at ")
	k.press("1", "t")
	k.press(strings.Split("now", "")...)
	k.press("Enter")
	k.until(func() bool { return !k.has(" at ") }, func() string { return "it does not come back to now" })

	k.press("W", "Enter")
	k.sees("saved to nltop-")
	files, _ := filepath.Glob(filepath.Join(k.dir, "nltop-*.pcapng"))
	if len(files) != 1 {
		t.Fatalf("there are %v", files)
	}
	if out := must(t, nltop(t), "trace", "-q", "-r", files[0]); !strings.Contains(out, "RTM_GETLINK") || !strings.Contains(out, "RTM_GETRULE") {
		t.Errorf("what was saved has not what was seen:\n%s", out)
	}

	k.press("c")
	k.sees("counters and messages cleared", "No Netlink message yet")
	must(t, odd, "route", "show")
	k.sees(name)
	k.press("M")
	k.sees("RTM_GETROUTE")
	if k.has("RTM_GETRULE") {
		t.Errorf("cleared, and still there:\n%s", k.look())
	}
	k.press("Ctrl-C")
	k.ended()
}

// list is what the page of messages lists.
func (k *keyboard) list() string {
	lines := strings.Split(k.look(), "\n")
	return strings.Join(lines[4:36], "\n")
}
