// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"errors"
	"os"
	"os/exec"
	"testing"

	"github.com/cilium/ebpf"

	"github.com/nltop/nltop/internal/capture"
)

// A followed process that has ended and was reaped is wanted no more: its ID comes
// again.
func TestLiveChildrenForgotten(t *testing.T) {
	anyBackend(t, func(t *testing.T, backend string) {
		r := record(t, backend, capture.Filter{PIDs: []uint32{uint32(os.Getpid())}, Children: true}, Options{}, nil)
		pid, run := shell(t, "exit 0")
		wanted := func() error {
			var one uint8
			return r.src.att.pids.Lookup(pid, &one)
		}
		if err := wanted(); err != nil {
			t.Fatalf("child %d is not wanted: %v", pid, err)
		}
		run()
		await(t, "the child is forgotten", func() bool { return errors.Is(wanted(), ebpf.ErrKeyNotExist) })
		r.stop()
	})
}

// pidNamespace is the variable of TestLivePIDNamespace.
const pidNamespace = "NLTOP_TEST_PIDNS"

// Tests that know processes by their IDs say the same in a PID namespace.
func TestLivePIDNamespace(t *testing.T) {
	if os.Getenv(pidNamespace) != "" {
		t.Skip("runs in one already")
	}
	needLive(t, capture.SourceSyscall)
	if _, err := exec.LookPath("unshare"); err != nil {
		t.Skip("needs util-linux's unshare")
	}
	cmd := exec.Command("unshare", "-pf", "--mount-proc", "--kill-child", os.Args[0],
		"-test.v", "-test.run", "^(TestLiveChildren|TestLiveChildrenForgotten|TestLiveLocks|TestLiveProcess)$")
	cmd.Env = append(os.Environ(), pidNamespace+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
