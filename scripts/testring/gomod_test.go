// SPDX-License-Identifier: Apache-2.0

package main

import (
	"go/version"
	"os/exec"
	"strings"
	"testing"
)

// go.mod asks for no newer Go than the modules that nltop is built of do. That it
// builds with that Go: GOTOOLCHAIN=go1.N.M go build ./cmd/nltop.
func TestGoDirective(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Main}} {{.Path}} go{{.GoVersion}}{{end}}", "./cmd/nltop")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	own, most, who := "", "", ""
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		switch {
		case len(f) != 3:
		case f[0] == "true":
			own = f[2]
		case version.Compare(f[2], most) > 0:
			most, who = f[2], f[1]
		}
	}
	if own != most {
		t.Errorf("go.mod asks for %s, its dependencies for %s (%s)", own, most, who)
	}
}
