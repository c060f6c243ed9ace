// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Every target of make that needs Go says what helps where there is none, or one
// that go.mod is too new for.
func TestMakeWithoutGo(t *testing.T) {
	const (
		install = "go.dev/dl/go1."
		allow   = "export GOTOOLCHAIN=auto"
	)
	for _, tt := range []struct {
		name, script string
		want         string // "": nothing to say
	}{
		{"none", "", install},
		// Before 1.21 a go.mod of today is an error to every command.
		{"1.19", `[ $PWD = / ] || exit 1; case $2 in GOVERSION) echo go1.19.8 ;; esac`, install},
		{"1.24, which may fetch nothing", `[ $PWD = / ] || exit 1; case $2 in GOVERSION) echo go1.24.4 ;; GOTOOLCHAIN) echo local ;; esac`, allow},
		{"1.24 without a network", `[ $PWD = / ] || exit 1; case $2 in GOVERSION) echo go1.24.4 ;; GOTOOLCHAIN) echo auto ;; esac`, install},
		{"1.24, which fetched what is needed", `echo go1.99.0`, ""},
		{"with experiments", `echo "go1.99.1 X:nodwarf5"`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			goCommand := filepath.Join(t.TempDir(), "go")
			if tt.script != "" {
				if err := os.WriteFile(goCommand, []byte("#!/bin/sh\n"+tt.script+"\n"), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			out, err := exec.Command("../needgo", goCommand).CombinedOutput()
			if tt.want == "" && (err != nil || len(out) > 0) {
				t.Errorf("%v: %s", err, out)
			}
			if tt.want != "" && (err == nil || !strings.Contains(string(out), tt.want) || strings.Count(string(out), "\n") != 1) {
				t.Errorf("%v, want one line with %q: %s", err, tt.want, out)
			}
		})
	}
	for _, target := range []string{"run", "build", "generate", "test", "unit", "fuzz", "vmtest", "race", "soak", "lint", "bench", "install"} {
		cmd := exec.Command("make", "--no-print-directory", "GO=/nonexistent/go", target)
		cmd.Dir, cmd.Env = "../..", append(os.Environ(), "MAKEFLAGS=")
		if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), install) {
			t.Errorf("make %s without Go: %v\n%s", target, err, out)
		}
	}
}
