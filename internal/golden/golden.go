// SPDX-License-Identifier: Apache-2.0

// Package golden compares what a test made with a file, the golden, and writes
// the file anew where go test is given -update.
//
// It does not say what is right: whoever updates reads the diff. No program
// imports it. Fixtures of families, which hold bytes and their tree in one file,
// are package fixture's.
package golden

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write golden files anew")

// Update says whether goldens are to be written.
func Update() bool { return *update }

// reProblem finds what outputs say of malformed bytes: as text and in JSON.
var reProblem = regexp.MustCompile(`problem: [^\n]*|"problem": ?"[^"]*"`)

// Check fails the test where got is not what the file at path holds, or writes
// it there. A golden that holds a problem is refused either way, since a table
// that is wrong looks like this, too; expected says why the test shows one, ""
// is that it shows none.
func Check(t testing.TB, path, got, expected string) {
	t.Helper()
	if err := check(path, got, expected, *update); err != nil {
		t.Errorf("%s: %v", path, err)
	}
}

func check(path, got, expected string, update bool) error {
	switch found := reProblem.FindString(got); {
	case found != "" && expected == "":
		return fmt.Errorf("it holds a problem: %q; mend it, or let the test say why it is expected", found)
	case found == "" && expected != "":
		return fmt.Errorf("a problem is expected (%s), and it holds none", expected)
	}
	if update {
		return os.WriteFile(path, []byte(got), 0o644)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%w (-update writes it)", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		return fmt.Errorf("-want +got; -update writes it anew:\n%s", diff)
	}
	return nil
}
