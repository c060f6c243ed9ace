// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// capabilities are those that README.md and `make run` name.
const capabilities = "cap_bpf,cap_perfmon,cap_net_admin,cap_net_raw,cap_sys_ptrace,cap_syslog+ep"

// TestSetcap traces a command as an ordinary user, by file capabilities alone.
func TestSetcap(t *testing.T) {
	if inVM() {
		t.Skip("the guest's root is a 9p overlay without file capabilities")
	}
	needRoot(t)
	needTool(t, "setcap")
	// Not t.TempDir: nobody may not enter it.
	dir, err := os.MkdirTemp("", "nltop-setcap-*")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "nltop")
	must(t, "cp", nltop(t), bin)
	must(t, "chmod", "755", bin)
	caps := capabilities
	if release := must(t, "uname", "-r"); strings.HasPrefix(release, "5.10.") {
		caps = "cap_sys_resource," + caps // BPF maps count as locked memory before 5.11
	}
	if out, errs, code := run(t, "setcap", caps, bin); code != 0 {
		t.Fatalf("setcap: %s%s", out, errs)
	}
	var out, errs bytes.Buffer
	c := exec.Command(bin, "trace", "-o", "json", "--", "ip", "link", "show", "lo")
	c.Dir, c.Stdout, c.Stderr = "/", &out, &errs
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if err := c.Run(); err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	if ls := parse(t, out.String()); len(ls) < 2 || ls[0].Proc.Comm != "ip" {
		t.Errorf("no messages of the command:\n%s%s", out.String(), errs.String())
	}
}
