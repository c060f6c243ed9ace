// SPDX-License-Identifier: Apache-2.0

package main

import (
	"go/build"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/nltop/nltop/"

// mayImport is the import column of ARCHITECTURE.md: what each package may
// import of this module. A package that is not listed fails the test.
var mayImport = map[string][]string{
	"internal/argv":            {},
	"internal/capture":         {"internal/argv"},
	"internal/lap":             {},
	"internal/probe":           {"internal/capture", "internal/histogram", "internal/lap", "internal/process", "internal/segment"},
	"internal/segment":         {},
	"internal/flight":          {"internal/capture", "internal/segment"},
	"internal/process":         {"internal/capture"},
	"internal/rtnames":         {"internal/capture"},
	"internal/nlmon":           {"internal/capture"},
	"internal/listen":          {"internal/capture", "internal/process"},
	"internal/compressed":      {},
	"internal/rotate":          {},
	"internal/pcapng":          {"internal/capture", "internal/compressed"},
	"internal/pcapng/hostile":  {},
	"internal/sockets":         {"internal/capture", "internal/process"},
	"internal/decode/schema":   {},
	"internal/decode/families": {"internal/decode/schema"},
	"internal/decode":          {"internal/capture", "internal/decode/schema", "internal/decode/policy"},
	"internal/decode/fixture":  {"internal/capture", "internal/decode"},
	"internal/decode/policy":   {"internal/decode/schema"},
	"internal/decode/ynl":      {"internal/decode/schema"},
	"internal/anonymise":       {"internal/capture", "internal/decode", "internal/decode/families", "internal/decode/schema"},
	"internal/differ":          {"internal/decode", "internal/decode/schema"},
	"internal/correlate":       {"internal/capture", "internal/decode", "internal/differ"},
	"internal/histogram":       {},
	"internal/redact":          {"internal/argv", "internal/capture", "internal/decode", "internal/decode/schema"},
	"internal/repeat":          {"internal/capture", "internal/correlate", "internal/decode", "internal/histogram"},
	"internal/place":           {"internal/capture"},
	"internal/aggregate":       {"internal/capture", "internal/correlate", "internal/decode", "internal/histogram"},
	"internal/words":           {"internal/capture", "internal/decode"},
	"internal/incident":        {"internal/capture", "internal/correlate", "internal/decode", "internal/words"},
	"internal/filter":          {"internal/capture", "internal/correlate", "internal/decode", "internal/decode/schema"},
	"internal/ladder":          {"internal/capture", "internal/probe", "internal/nlmon", "internal/listen"},
	"internal/export": {"internal/capture", "internal/correlate", "internal/decode", "internal/decode/schema",
		"internal/aggregate", "internal/differ", "internal/literal", "internal/nft", "internal/say", "internal/histogram", "internal/incident", "internal/live", "internal/repeat", "internal/sockets", "internal/who", "internal/words"},
	"internal/who":     {"internal/capture", "internal/correlate", "internal/decode", "internal/differ", "internal/say", "internal/words"},
	"internal/literal": {},
	"internal/ui": {"internal/capture", "internal/correlate", "internal/decode", "internal/aggregate", "internal/export",
		"internal/filter", "internal/literal", "internal/nft", "internal/say", "internal/histogram", "internal/incident", "internal/live", "internal/settings", "internal/sockets", "internal/spool", "internal/who", "internal/words"},
	"internal/pipeline": {"internal/capture", "internal/correlate", "internal/decode", "internal/aggregate",
		"internal/filter", "internal/incident", "internal/place", "internal/redact"},
	"internal/live": {"internal/capture", "internal/correlate", "internal/decode", "internal/aggregate", "internal/filter",
		"internal/incident", "internal/nft", "internal/pipeline", "internal/place", "internal/repeat", "internal/sockets", "internal/spool", "internal/words"},
	"internal/spool":           {"internal/capture", "internal/correlate", "internal/decode", "internal/filter", "internal/aggregate", "internal/pcapng", "internal/pipeline"},
	"internal/say":             {"internal/capture", "internal/decode", "internal/decode/schema", "internal/nft"},
	"internal/nft":             {"internal/capture", "internal/decode", "internal/decode/schema"},
	"internal/contents":        {"internal/capture", "internal/decode", "internal/pcapng", "internal/words"},
	"internal/coverage":        {"internal/decode", "internal/decode/schema"},
	"internal/coverage/beside": {"internal/capture", "internal/coverage", "internal/decode", "internal/decode/families", "internal/pcapng"},
	"internal/e2e":             {},
	"internal/golden":          {},
	"internal/nltest":          {},
	"internal/settings":        {},
	"scripts/overhead":         {},
	"scripts/testring":         {},
	"cmd/nltop":                {"*"},
}

// onlyHere confines a library to the packages that wrap it.
var onlyHere = map[string][]string{
	"github.com/cilium/ebpf":        {"internal/probe"},
	"github.com/gdamore/tcell":      {"internal/ui", "cmd/nltop"},
	"github.com/spf13/cobra":        {"cmd/nltop"},
	"github.com/expr-lang/expr":     {"internal/filter"},
	"github.com/mdlayher/netlink":   {"internal/sockets", "internal/nlmon", "internal/listen", "internal/pipeline"},
	"github.com/mdlayher/genetlink": {"internal/pipeline", "internal/listen"},
	"go.yaml.in/yaml":               {"internal/decode/ynl"},
	"github.com/klauspost/compress": {"internal/compressed"},
	"github.com/ncruces":            {"internal/rotate"},
}

// TestImports enforces the one-way data flow: nothing flows back.
func TestImports(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := 0
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); path != root && (strings.HasPrefix(name, ".") || name == "testdata" || name == "bin") {
			return filepath.SkipDir
		}
		pkg, err := build.ImportDir(path, 0)
		if err != nil {
			return nil // no Go files here
		}
		seen++
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		checkImports(t, filepath.ToSlash(rel), pkg.Imports)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < len(mayImport) {
		t.Errorf("found %d packages, the list has %d: is one gone?", seen, len(mayImport))
	}
}

func checkImports(t *testing.T, pkg string, imports []string) {
	allowed, ok := mayImport[pkg]
	if !ok {
		t.Errorf("package %s is not in the import list", pkg)
		return
	}
	for _, imp := range imports {
		if own, ok := strings.CutPrefix(imp, module); ok {
			if own == "internal/nltest" || own == "internal/golden" {
				t.Errorf("%s must not import %s: it is for tests", pkg, own)
			}
			if !slices.Contains(allowed, own) && !slices.Contains(allowed, "*") {
				t.Errorf("%s must not import %s", pkg, own)
			}
			continue
		}
		for lib, homes := range onlyHere {
			if strings.HasPrefix(imp, lib) && !slices.Contains(homes, pkg) {
				t.Errorf("%s must not import %s: only %v may", pkg, imp, homes)
			}
		}
	}
}

// TestPackagesInArchitecture: the table of ARCHITECTURE.md has every package, and says
// of it what mayImport says, but where it abbreviates (…).
func TestPackagesInArchitecture(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `((?:internal|cmd)/[a-z/0-9]+)` \\|.*\\| ([^|]*) \\|$").FindAllStringSubmatch(string(b), -1) {
		rows[m[1]] = m[2]
	}
	for pkg, imports := range mayImport {
		cell, ok := rows[pkg]
		delete(rows, pkg)
		_, ofParent := mayImport[path.Dir(pkg)]
		switch {
		case !ok:
			if !strings.HasPrefix(pkg, "scripts/") && !ofParent {
				t.Errorf("package %s has no row", pkg)
			}
			continue
		case strings.Contains(cell, "…"):
			continue
		}
		want := map[string]string{"": "–", "*": "all"}[strings.Join(imports, "")]
		if want == "" {
			var names []string
			for _, imp := range imports {
				names = append(names, path.Base(imp))
			}
			slices.Sort(names)
			want = strings.Join(names, ", ")
		}
		got := strings.Split(cell, ", ")
		slices.Sort(got)
		if got := strings.Join(got, ", "); got != want && !(want == "–" && got == "stdlib") {
			t.Errorf("%s: the row says it may import %q, mayImport %q", pkg, got, want)
		}
	}
	for pkg := range rows {
		t.Errorf("the table has %s, which is no package", pkg)
	}
}
