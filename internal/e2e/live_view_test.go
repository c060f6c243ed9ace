// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestViewLive starts the live view on this kernel and finds a command in it.
func TestViewLive(t *testing.T) {
	needRoot(t)
	needTool(t, "ip")
	// A name that nobody else has.
	ip, err := exec.LookPath("ip")
	if err != nil {
		t.Fatal(err)
	}
	odd := filepath.Join(t.TempDir(), "odd-e2e-ip")
	if err := os.Symlink(ip, odd); err != nil {
		t.Fatal(err)
	}
	// Of a busy machine it would be one row of many.
	tm := openTerminal(t, nltop(t), "--comm", "odd-e2e-ip")
	tm.awaitScreen("No Netlink message yet")
	must(t, odd, "link", "show")
	tm.await("odd-e2e-ip")
	tm.keys("q")
	tm.ended()
}
