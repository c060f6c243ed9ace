// SPDX-License-Identifier: Apache-2.0

package export

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/sockets"
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

// Every field of the rows that are written as they are is in docs/json.md.
func TestRowsAreDocumented(t *testing.T) {
	docs, err := os.ReadFile("../../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []any{live.Row{}, DumpRow{}} {
		names := jsonNames(reflect.TypeOf(row))
		if len(names) < 10 {
			t.Errorf("%T has fields %v", row, names)
		}
		for _, name := range names {
			if !strings.Contains(string(docs), "`"+name+"`") {
				t.Errorf("%T has %s, which docs/json.md does not have", row, name)
			}
		}
	}
}

// Every field of a group of sockets is in docs/json.md.
func TestSocketGroupsAreDocumented(t *testing.T) {
	docs, err := os.ReadFile("../../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(sockets.Group{Owner: capture.Proc{PID: 1}, Kernel: true, For: 1, FDs: []uint32{3}})
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(b, &fields); err != nil || len(fields) != 12 {
		t.Fatalf("%s: %v", b, err)
	}
	for name := range fields {
		if !strings.Contains(string(docs), "`"+name+"`") {
			t.Errorf("docs/json.md does not have %s", name)
		}
	}
}

// jsonNames are the names of the fields that encoding/json writes of a structure.
func jsonNames(t reflect.Type) (names []string) {
	for slices.Contains([]reflect.Kind{reflect.Pointer, reflect.Slice}, t.Kind()) {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
		return nil
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported():
			continue
		case name != "":
			names = append(names, name)
		}
		names = append(names, jsonNames(f.Type)...)
	}
	return names
}
