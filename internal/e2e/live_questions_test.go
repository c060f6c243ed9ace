// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// TestQuestionsLive: every command of docs/questions.md works on live traffic, with the
// best source of this host.
func TestQuestionsLive(t *testing.T) {
	needRoot(t)
	if inVM() {
		t.Skip("the commands are tried on this machine's kernel; what sources see is others' to test")
	}
	needTool(t, "ip")
	for _, args := range questions(t) {
		t.Run(args, func(t *testing.T) {
			command, _, _ := strings.Cut(args, " ")
			if command == "decode" || command == "sockets" || strings.Contains(args, " -- ") {
				if out := shell(t, "nltop "+args); strings.TrimSpace(out) == "" {
					t.Error("no answer")
				}
				return
			}
			var out bytes.Buffer
			// The shell takes the quotes off, and becomes nltop.
			p := start(t, &out, ": ready", "sh", "-c", `cd "$0" && exec "$1" `+args, t.TempDir(), nltop(t))
			for range 60 { // enough for -c 100, in case it has one
				_ = exec.Command("ip", "link", "show", "lo").Run()
			}
			if strings.Contains(args, " -c ") {
				if err := <-p.done; err != nil {
					t.Errorf("%v\n%s", err, p.stderr())
				}
				return
			}
			if err := p.stop(t, syscall.SIGINT); err != nil {
				t.Errorf("%v\n%s", err, p.stderr())
			}
			if out.Len() == 0 && !strings.Contains(p.stderr(), "nothing matched") {
				t.Errorf("neither an answer nor why there is none:\n%s", p.stderr())
			}
		})
	}
}
