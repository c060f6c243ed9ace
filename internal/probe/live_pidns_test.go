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
	for _, backend := range []string{capture.SourceFentry, capture.SourceKprobe, capture.SourceSyscall} {
		t.Run(backend, func(t *testing.T) {
			needLive(t, backend)
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
}

// Tests that know processes by their IDs say the same in a PID namespace.
func TestLivePIDNamespace(t *testing.T) {
	const again = "NLTOP_TEST_PIDNS"
	if os.Getenv(again) != "" {
		t.Skip("runs in one already")
	}
	needLive(t, capture.SourceSyscall)
	if _, err := exec.LookPath("unshare"); err != nil {
		t.Skip("needs util-linux's unshare")
	}
	cmd := exec.Command("unshare", "-pf", "--mount-proc", "--kill-child", os.Args[0],
		"-test.v", "-test.run", "^(TestLiveChildren|TestLiveChildrenForgotten|TestLiveLocks|TestLiveProcess)$")
	cmd.Env = append(os.Environ(), again+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
