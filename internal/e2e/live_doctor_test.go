// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"strings"
	"testing"
)

// Where nltop's surroundings are the reason, doctor names them and blames nobody else.
func TestDoctorNamesSurroundings(t *testing.T) {
	needRoot(t)
	needTool(t, "unshare", "mount")
	bpf := []string{"fentry", "kprobe", "syscall"}
	for _, tt := range []struct {
		name    string
		within  []string // runs "$0 doctor"
		sources []string
		why     string
	}{
		{"user namespace", []string{"unshare", "-Ur", "sh", "-c", `"$0" doctor`}, bpf, "nltop runs in a user namespace"},
		{"nlmon in a user namespace", []string{"unshare", "-Ur", "sh", "-c", `"$0" doctor`}, []string{"nlmon"},
			"nltop runs in a user namespace"},
		{"no /sys", []string{"unshare", "-m", "sh", "-c", `mount -t tmpfs none /sys; "$0" doctor`}, bpf, "/sys is not mounted"},
		{"no /proc", []string{"unshare", "-m", "sh", "-c", `mount -t tmpfs none /proc; "$0" doctor`}, bpf, "/proc is not mounted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, errs, _ := run(t, tt.within[0], append(tt.within[1:], nltop(t))...)
			source, told := "", 0
			for line := range strings.Lines(out) {
				if line[0] != ' ' {
					source, _, _ = strings.Cut(line, " ")
				}
				why, ok := strings.CutPrefix(strings.TrimSpace(line), "why ")
				for _, s := range tt.sources {
					if !ok || s != source {
						continue
					}
					told++
					for _, blamed := range []string{"setcap", "CONFIG_", "policy", "Linux 5.11"} {
						if !strings.Contains(why, tt.why) || strings.Contains(why, blamed) {
							t.Errorf("%s: %s", source, why)
							break
						}
					}
				}
			}
			if told != len(tt.sources) {
				t.Errorf("%d reasons, want %d, in\n%s%s", told, len(tt.sources), out, errs)
			}
		})
	}
}
