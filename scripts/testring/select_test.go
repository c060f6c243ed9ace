// SPDX-License-Identifier: Apache-2.0

package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is where go.mod is.
const root = "../.."

// needs are what a test calls that is about the running kernel.
var needs = regexp.MustCompile(`^(need(Root|VM|Full|Live|Syscall)|eachBackend|ownNetNS|ownNamespace|inNetNS|enterLab|live|Geteuid|Unshare)$`)

// tests calls see with every test function of the repository and its file.
func tests(t *testing.T, see func(file string, f *ast.FuncDecl)) {
	t.Helper()
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") && f.Name.Name != "TestMain" {
				see(path, f)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func isLive(path string) bool { return strings.Contains(filepath.Base(path), "live") }

// A file whose name says live has the tests that need the running kernel, and those
// alone are left out of make unit and run in VMs.
func TestLiveFiles(t *testing.T) {
	live, host := map[string]string{}, map[string]string{}
	tests(t, func(path string, f *ast.FuncDecl) {
		if isLive(path) {
			live[f.Name.Name] = path
			return
		}
		host[f.Name.Name] = path
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := ""
			switch fun := call.Fun.(type) {
			case *ast.Ident:
				name = fun.Name
			case *ast.SelectorExpr:
				name = fun.Sel.Name
			}
			if needs.MatchString(name) {
				t.Errorf("%s: %s calls %s, so it needs the running kernel: it belongs in a file whose name says live", path, f.Name.Name, name)
			}
			return true
		})
	})
	for name, path := range live {
		if other := host[name]; other != "" {
			t.Errorf("%s is in %s and in %s: make unit, which goes by the name, would skip both", name, path, other)
		}
	}
	out, err := exec.Command("../livetests").Output()
	if err != nil {
		t.Fatal(err)
	}
	pattern, err := regexp.Compile(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	for name := range live {
		if !pattern.MatchString(name) {
			t.Errorf("scripts/livetests leaves out %s", name)
		}
	}
	for name := range host {
		if pattern.MatchString(name) {
			t.Errorf("scripts/livetests names %s", name)
		}
	}
	if len(live) < 80 || len(host) < 300 {
		t.Errorf("%d live tests and %d others: the rule finds too few", len(live), len(host))
	}
}

// What make race leaves out exists, and has a reason.
func TestNoRace(t *testing.T) {
	all := map[string]bool{}
	tests(t, func(_ string, f *ast.FuncDecl) { all[f.Name.Name] = true })
	text, err := os.ReadFile("../norace")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		name, why, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !all[name] || strings.TrimSpace(why) == "" {
			t.Errorf("%q: there is no such test, or no reason", line)
		}
	}
}
