// SPDX-License-Identifier: Apache-2.0

package export

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every field that this package writes is in docs/json.md.
func TestFieldsAreDocumented(t *testing.T) {
	docs, err := os.ReadFile("../../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	field := regexp.MustCompile(`j\.(?:number|text|always|orNull|flag|hex)\("([a-z_]+)"`)
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range field.FindAllStringSubmatch(string(text), -1) {
			found++
			if !strings.Contains(string(docs), "`"+m[1]+"`") {
				t.Errorf("%s writes %s, which docs/json.md does not have", name, m[1])
			}
		}
	}
	if found < 40 {
		t.Errorf("%d fields are found", found)
	}
}
