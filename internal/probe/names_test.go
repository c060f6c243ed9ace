// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	// prefixRow is a row of the table in bpf/README.md: files and their prefixes.
	prefixRow = regexp.MustCompile("(?m)^\\| (`[^|]*`) \\| (`[^|]*`) \\|")
	quoted    = regexp.MustCompile("`([^`]+)`")
	// kernelTypes are declared in these pieces of a file, under the kernel's names.
	kernelTypes = regexp.MustCompile(`(?s)#pragma clang attribute push.*?#pragma clang attribute pop|` +
		`(?m:^struct (?:pt_regs|bpf_iter__task) \{)|(?m:^struct \w+ \{[^}]*\} __attribute__\(\(preserve_access_index\)\))`)
	// A definition: function, map, or type. A program (SEC) has the name of its hook.
	definitions = map[string]*regexp.Regexp{
		"function": regexp.MustCompile(`(?m)^(?:static )?__(?:always_inline|noinline) [^(;]*?\b(\w+)\(`),
		"map":      regexp.MustCompile(`(?m)^\} (\w+) SEC\("\.maps"\);`),
		"type":     regexp.MustCompile(`(?m)^(?:struct|enum|union) (\w+) \{`),
	}
)

// bpfObjNameLen is how much of a map's name the kernel keeps: BPF_OBJ_NAME_LEN in
// include/linux/bpf.h, with its NUL.
const bpfObjNameLen = 16

// TestNames holds bpf/ to what its README says of names: a prefix for each file, and
// one thing for each name.
func TestNames(t *testing.T) {
	readme, err := os.ReadFile("../../bpf/README.md")
	if err != nil {
		t.Fatal(err)
	}
	prefixes := map[string][]string{} // by pattern of file names
	for _, row := range prefixRow.FindAllStringSubmatch(string(readme), -1) {
		for _, file := range quoted.FindAllStringSubmatch(row[1], -1) {
			for _, prefix := range quoted.FindAllStringSubmatch(row[2], -1) {
				prefixes[file[1]] = append(prefixes[file[1]], prefix[1])
			}
		}
	}
	files, err := filepath.Glob("../../bpf/*.[ch]")
	if err != nil || len(files) == 0 {
		t.Fatalf("bpf/ has %d files: %v", len(files), err)
	}
	seen := map[string]string{}
	cut := map[string]string{}
	for _, path := range files {
		file := filepath.Base(path)
		if file == "kernel.h" {
			continue
		}
		var may []string
		for pattern, p := range prefixes {
			if ok, _ := filepath.Match(pattern, file); ok {
				may = append(may, p...)
			}
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		source := kernelTypes.ReplaceAllString(string(text), "")
		for what, is := range definitions {
			for _, m := range is.FindAllStringSubmatch(source, -1) {
				name := m[1]
				// The two sections of an architecture define the same.
				if was := seen[name]; was != "" && was != file+what {
					t.Errorf("%s: %s %s is something else, too", file, what, name)
				}
				seen[name] = file + what
				if !slices.ContainsFunc(may, func(p string) bool { return name == p || strings.HasPrefix(name, p+"_") }) {
					t.Errorf("%s: %s %s has none of the prefixes %v", file, what, name, may)
				}
				if what != "map" {
					continue
				}
				short := name[:min(len(name), bpfObjNameLen-1)]
				if cut[short] != "" {
					t.Errorf("%s: the kernel cannot tell the maps %s and %s apart", file, name, cut[short])
				}
				cut[short] = name
			}
		}
	}
	if len(seen) == 0 || len(cut) == 0 {
		t.Errorf("found %d names, %d maps", len(seen), len(cut))
	}
}
