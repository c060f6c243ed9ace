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
	// What the best source of this host cannot see, it says and does not begin.
	cannot := map[string]string{}
	for part, says := range map[string]string{"--times": noTimes, "--by cause": "it takes fentry or kprobe"} {
		if out := quiet(t, "nltop stat "+part+" -- true"); strings.Contains(out, says) {
			cannot[part] = says
		}
	}
	for _, args := range questions(t) {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			if says := refusal(args, cannot); says != "" {
				if out := quiet(t, "nltop "+args); !strings.Contains(out, says) {
					t.Errorf("does not say %q:\n%s", says, out)
				}
				return
			}
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
			if out.Len() == 0 && !strings.Contains(p.stderr(), "nothing matched") && !strings.Contains(p.stderr(), "nothing changed") {
				t.Errorf("neither an answer nor why there is none:\n%s", p.stderr())
			}
		})
	}
}
