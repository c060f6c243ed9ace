// SPDX-License-Identifier: Apache-2.0

package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	const was = "as it was\n"
	for _, tt := range []struct {
		name, got, expected string
		update              bool
		says                string // part of the error; "": none
		after               string // the file
	}{
		{"the same", was, "", false, "", was},
		{"another", "otherwise\n", "", false, "-want +got", was},
		{"another, -update", "otherwise\n", "", true, "", "otherwise\n"},
		{"a problem", "a problem: cut\n", "", false, `it holds a problem: "problem: cut"`, was},
		{"a problem, -update", "a problem: cut\n", "", true, "it holds a problem", was},
		{"a problem as JSON, -update", `{"problem":"cut"}`, "", true, "it holds a problem", was},
		{"no problem as JSON, -update", `{"problem":null}`, "", true, "", `{"problem":null}`},
		{"an expected problem, -update", "a problem: cut\n", "cut by hand", true, "", "a problem: cut\n"},
		{"no problem where one is expected, -update", was, "cut by hand", true, "it holds none", was},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "golden.txt")
			if err := os.WriteFile(path, []byte(was), 0o600); err != nil {
				t.Fatal(err)
			}
			err := check(path, tt.got, tt.expected, tt.update)
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("says %v, not %q", err, tt.says)
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != tt.after {
				t.Errorf("%v; the file is now %q, not %q", err, got, tt.after)
			}
		})
	}
	if err := check(filepath.Join(t.TempDir(), "none.txt"), was, "", false); err == nil || !strings.Contains(err.Error(), "-update") {
		t.Errorf("of a file that is not there: %v", err)
	}
}
