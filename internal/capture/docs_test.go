// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/golden"
)

// tables are those of docs/sources.md, by the comment that they follow.
func tables() map[string]string {
	var needs, sees strings.Builder
	needs.WriteString("| Source | Needs | Sees |\n|---|---|---|\n")
	sees.WriteString("| What | Where it is shown |")
	for _, d := range Sources() {
		fmt.Fprintf(&needs, "| `%s` | %s | %s |\n", d.Name, d.Needs, d.About)
		fmt.Fprintf(&sees, " `%s` |", d.Name)
	}
	sees.WriteString("\n|---|---|" + strings.Repeat("---|", len(Sources())) + "\n")
	for _, f := range Facts() {
		fmt.Fprintf(&sees, "| %s | %s |", f.Name, f.Shown)
		for _, d := range Sources() {
			switch {
			case d.Asked.Has(f.Sees):
				sees.WriteString(" with `" + f.Sees.Flag() + "` |")
			case d.Sees.Has(f.Sees):
				sees.WriteString(" yes |")
			default:
				sees.WriteString(" – |")
			}
		}
		sees.WriteString("\n")
	}
	return map[string]string{"<!-- sources -->\n\n": needs.String(), "<!-- facts -->\n\n": sees.String()}
}

// The tables of sources in README and docs/sources.md are those of the code.
func TestSourcesDoc(t *testing.T) {
	found := 0
	for _, path := range []string{"../../README.md", "../../docs/sources.md"} {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		doc := string(b)
		for mark, table := range tables() {
			before, rest, ok := strings.Cut(doc, mark)
			if !ok {
				continue
			}
			found++
			was, after, _ := strings.Cut(rest, "\n\n")
			if was+"\n" != table && !golden.Update() {
				t.Errorf("%s, behind %s: go test ./internal/capture -update\n%s", path, strings.TrimSpace(mark), table)
			}
			doc = before + mark + table + "\n" + after
		}
		if golden.Update() {
			if err := os.WriteFile(path, []byte(doc), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if found != 3 {
		t.Errorf("%d tables, not 3", found)
	}
}

var namesInDocs = regexp.MustCompile("`fentry`(?:, `[a-z]+`)+, `" + SourceFile + "` \\|")

// Filter and JSON name the sources in their docs.
func TestSourceNamesInDocs(t *testing.T) {
	want := "`" + strings.Join(append(SourceNames(), SourceFile), "`, `") + "` |"
	for _, path := range []string{"../../docs/filter.md", "../../docs/json.md"} {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		doc := namesInDocs.ReplaceAllLiteralString(string(b), want)
		switch {
		case !strings.Contains(doc, want):
			t.Errorf("%s names no sources", path)
		case golden.Update():
			if err := os.WriteFile(path, []byte(doc), 0o644); err != nil {
				t.Fatal(err)
			}
		case doc != string(b):
			t.Errorf("%s does not have %s: go test ./internal/capture -update", path, want)
		}
	}
}
