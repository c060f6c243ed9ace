// SPDX-License-Identifier: Apache-2.0

package ynl_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
)

// TestFilledTraffic: specs that only add change nothing of what the tables
// know.
func TestFilledTraffic(t *testing.T) {
	builtin := families.All()
	merged := schema.Merge(families.All(), kernelFamilies(t), schema.Fill)
	nodes := 0
	for _, tr := range allTraffic(t) {
		a, b := tr.decodeAll(builtin), tr.decodeAll(merged)
		for i := range a {
			if a[i].Type == "" || a[i].Family == "" {
				continue
			}
			if a[i].Type != b[i].Type || a[i].Family != b[i].Family {
				t.Fatalf("%s: %s %s became %s %s", tr.name, a[i].Family, a[i].Type, b[i].Family, b[i].Type)
			}
			x, y := a[i].Body(), b[i].Body()
			nodes += sameNodes(t, tr.name+" "+a[i].Type, slices.Concat(x.Fields, x.Attrs), slices.Concat(y.Fields, y.Attrs))
		}
	}
	if nodes < 5000 {
		t.Errorf("only %d values compared", nodes)
	}
}

// sameNodes compares all that the tables know.
func sameNodes(t *testing.T, path string, a, b []decode.Node) (n int) {
	if len(a) != len(b) {
		t.Fatalf("%s: %d nodes became %d", path, len(a), len(b))
	}
	for i := range a {
		x, y := &a[i], &b[i]
		here := path + " > " + x.Label()
		if x.Name == "" && !x.Elem || x.Guess {
			continue
		}
		if x.Name != y.Name && !strings.HasPrefix(y.Name, x.Name) {
			t.Errorf("%s became %s", here, y.Name)
		}
		if x.Nested && y.Nested {
			n += sameNodes(t, here, x.Children, y.Children)
			continue
		}
		if x.Value != nil && (!cmp.Equal(x.Value, y.Value) || x.Text != y.Text) && !unnamed(x.Value) {
			t.Errorf("%s: %v %q became %v %q", here, x.Value, x.Text, y.Value, y.Text)
		}
		if x.Num != y.Num {
			t.Errorf("%s: %d became %d", here, x.Num, y.Num)
		}
		n++
	}
	return n
}

// unnamed says whether a value is a number, or has bits without a name: a spec
// may know names for it.
func unnamed(v any) bool {
	switch v := v.(type) {
	case uint64, int64:
		return true
	case []string:
		return len(v) > 0 && strings.HasPrefix(v[len(v)-1], "0x")
	}
	return false
}

// TestOverriddenTraffic: specs that are right leave no attribute without the
// UAPI name that the tables have for it.
func TestOverriddenTraffic(t *testing.T) {
	builtin := families.All()
	merged := schema.Merge(families.All(), kernelFamilies(t), schema.Override)
	lost := map[string]bool{}
	for _, tr := range allTraffic(t) {
		a, b := tr.decodeAll(builtin), tr.decodeAll(merged)
		for i := range a {
			if a[i].Type != "" && a[i].Type != b[i].Type {
				t.Errorf("%s: %s became %s", tr.name, a[i].Type, b[i].Type)
			}
			x, y := a[i].Body(), b[i].Body()
			lostNames(lost, x.Attrs, y.Attrs)
		}
	}
	for name := range lost {
		if !excusedBySpec(name) {
			t.Errorf("%s lost its name", name)
		}
	}
}

func excusedBySpec(name string) bool {
	for known := range specWrong {
		if p, ok := strings.CutSuffix(known, "*"); name == known || ok && strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

func lostNames(lost map[string]bool, a, b []decode.Node) {
	for i := range a {
		if i >= len(b) || a[i].Off != b[i].Off {
			continue
		}
		if a[i].Name != "" && a[i].Attr && a[i].Name != b[i].Name && strings.ToUpper(b[i].Name) != b[i].Name || a[i].Name != "" && b[i].Name == "" {
			lost[a[i].Name] = true
		}
		lostNames(lost, a[i].Children, b[i].Children)
	}
}
