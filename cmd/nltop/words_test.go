// SPDX-License-Identifier: Apache-2.0

package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestWords holds the glossary of ARCHITECTURE.md to the code: a word stands there
// once, and what it names in the code is declared there.
func TestWords(t *testing.T) {
	root := filepath.Join("..", "..")
	text, err := os.ReadFile(filepath.Join(root, "ARCHITECTURE.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, behind, ok := strings.Cut(string(text), "\n## Words\n")
	if !ok {
		t.Fatal("ARCHITECTURE.md has no section Words")
	}
	section, _, _ := strings.Cut(behind, "\n## ")
	rows := regexp.MustCompile(`(?m)^\| ([a-z, ]+) \| ([^|]+) \| ([^|]+) \|$`).FindAllStringSubmatch(section, -1)
	if lines := strings.Count(section, "\n| "); len(rows) != lines-1 { // but for the header
		t.Errorf("%d of %d rows are of a word, its meaning and its name in the code", len(rows), lines-1)
	}
	seen := map[string]bool{}
	packages := map[string]map[string]bool{}
	for _, row := range rows {
		for word := range strings.SplitSeq(row[1], ", ") {
			if seen[word] {
				t.Errorf("%s stands there twice", word)
			}
			seen[word] = true
		}
		names := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[3], -1)
		if len(names) == 0 {
			t.Errorf("%s: no name in the code", row[1])
		}
		for _, name := range names {
			pkg, of, _ := strings.Cut(name[1], ".")
			dir := filepath.Join(root, "internal", pkg)
			if _, err := os.Stat(dir); err != nil {
				if !inBPF(t, filepath.Join(root, "bpf"), name[1]) {
					t.Errorf("%s: %s is not in bpf/", row[1], name[1])
				}
				continue
			}
			if packages[pkg] == nil {
				packages[pkg] = declared(t, dir)
			}
			if !packages[pkg][of] {
				t.Errorf("%s: package %s declares no %s", row[1], pkg, of)
			}
		}
	}
}

// declared returns what a package declares: Name, and Type.Name of fields and methods.
func declared(t *testing.T, dir string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				names[receiver(d)+d.Name.Name] = true
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					addSpec(names, spec)
				}
			}
		}
	}
	return names
}

// receiver returns "Type." of a method, "" of a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	typ := d.Recv.List[0].Type
	if p, ok := typ.(*ast.StarExpr); ok {
		typ = p.X
	}
	if id, ok := typ.(*ast.Ident); ok {
		return id.Name + "."
	}
	return "(generic)." // of a type with parameters, which no word names
}

func addSpec(names map[string]bool, spec ast.Spec) {
	switch s := spec.(type) {
	case *ast.ValueSpec:
		for _, id := range s.Names {
			names[id.Name] = true
		}
	case *ast.TypeSpec:
		names[s.Name.Name] = true
		if st, ok := s.Type.(*ast.StructType); ok {
			for _, f := range st.Fields.List {
				for _, id := range f.Names {
					names[s.Name.Name+"."+id.Name] = true
				}
			}
		}
	}
}

// inBPF looks for a name of the programs in C: of a type, a function, or Type.member.
func inBPF(t *testing.T, dir, name string) bool {
	t.Helper()
	of, member, isMember := strings.Cut(name, ".")
	pattern := `(?m)^(?:struct|enum) ` + of + ` \{|^(?:static )?__(?:always_inline|noinline) [^(;]*\b` + of + `\(`
	if isMember {
		pattern = `(?m)^struct ` + of + ` \{[^}]*\b` + member + `;`
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.h"))
	if err != nil || len(files) == 0 {
		t.Fatalf("bpf/ has %d headers: %v", len(files), err)
	}
	find := regexp.MustCompile(pattern)
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if find.Match(text) {
			return true
		}
	}
	return false
}
