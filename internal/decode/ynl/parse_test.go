// SPDX-License-Identifier: Apache-2.0

package ynl_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/decode/ynl"
)

// features has what specs of later kernels than 6.12 use, and what the
// published ones use rarely.
const features = `
name: zoo
protocol: netlink-raw
protonum: 25
future-key: [1, 2]
definitions:
  - {name: len, name-prefix: max, type: const, value: 16}
  - {name: kinds, type: enum, value-start: 5, entries: [cat, {name: dog, value: 9}, cow]}
  - {name: bits, type: flags, name-prefix: zoo-f-, entries: [one, {name: five, value: 4}, six]}
  - {name: inner, type: struct, members: [{name: a-b, type: u16, byte-order: big-endian}, {name: gap, type: pad, len: 2}]}
  - name: head
    type: struct
    members:
      - {name: kind, type: u8, enum: kinds}
      - {name: mac, type: binary, len: 6, display-hint: mac}
      - {name: title, type: string, len: maxlen}
      - {name: short, type: binary, len: maxlen - 1}
      - {name: in, type: binary, struct: inner}
attribute-sets:
  - name: top
    attributes:
      - {name: kind, type: u32, enum: kinds}
      - {name: mask, type: u32, enum: kinds, enum-as-flags: true}
      - {name: flags, type: bitfield32, enum: bits}
      - {name: id, type: binary, display-hint: uuid, value: 10}
      - {name: addr, type: binary, display-hint: ipv4-or-v6}
      - {name: list, type: array-nest, nested-attributes: deep}
      - {name: words, type: binary, sub-type: u16, byte-order: big-endian}
      - {name: tv, type: nest-type-value, type-value: [x, y], nested-attributes: deep}
      - {name: deep, type: nest, nested-attributes: deep}
      - {name: n, type: sint, checks: {min: 3, sparse: true}, multi-attr: true}
      - {name: hw, type: binary, display-hint: fddi}
  - name: deep
    name-prefix: zoo-deep-
    attributes:
      - {name: body, type: sub-message, sub-message: bodies, selector: kind}
  - name: part
    subset-of: top
    attributes: [{name: kind}, {name: id, display-hint: hex}]
sub-messages:
  - name: bodies
    formats:
      - {value: cat, attribute-set: part}
      - {value: [dog, cow], fixed-header: inner}
operations:
  enum-model: directional
  fixed-header: head
  list:
    - {name: get, doc: "", attribute-set: top, do: {request: {value: 18}, reply: {value: 16}}}
    - {name: new, doc: "", attribute-set: top, fixed-header: inner, do: {request: {value: 16}}}
    - {name: gone, doc: "", notify: get, value: 17}
    - {name: seen, doc: "", event: {attributes: [kind]}, attribute-set: part}
mcast-groups: {list: [{name: zoogrp-all, value: 3}]}
`

func TestFeatures(t *testing.T) {
	fs, notes, err := ynl.Parse("zoo.yaml", []byte(features))
	if err != nil || len(fs) != 1 {
		t.Fatal(err)
	}
	if len(notes) != 1 || notes[0].String() != `zoo.yaml:5:1: spec: key "future-key" is not known and is ignored` {
		t.Errorf("notes: %v", notes)
	}
	f := fs[0]
	get, reply := f.Message(18, true), f.Message(16, false)
	if f.Protocol != 25 || f.Message(16, true).Name != "new" || reply.Name != "new" || f.Message(17, false).Set != get.Set ||
		f.Message(18, false).Name != "seen" || f.Groups[0] != (schema.Group{ID: 3, Name: "ZOOGRP_ALL"}) {
		t.Errorf("messages: %+v", f.Messages)
	}
	if get.Header.Name != "head" || f.Message(16, true).Header.Name != "inner" || get.Header.Size() != 1+6+16+15+4 {
		t.Errorf("headers: %v, %d bytes", get.Header.Name, get.Header.Size())
	}
	if f := get.Header.Fields[4].Type.Struct.Fields[0]; f.Name != "a_b" || !f.Type.Big {
		t.Errorf("member: %+v", f)
	}
	top := get.Set
	kinds, bits := top.Lookup(1).Type.Enum, top.Lookup(3).Type.Enum
	if name, _ := kinds.Lookup(10); name != "cow" {
		t.Errorf("kinds: %+v", kinds.Values)
	}
	if name, _ := bits.Lookup(1 << 5); name != "ZOO_F_SIX" || !bits.Flags {
		t.Errorf("bits: %+v", bits.Values)
	}
	if e := top.Lookup(2).Type.Enum; !e.Flags || e.Values[1].N != 1<<9 {
		t.Errorf("enum-as-flags: %+v", e)
	}
	if text, ok := top.Lookup(10).Type.Format([]byte("0123456789abcdef"), false); !ok || text != "30313233-3435-3637-3839-616263646566" {
		t.Errorf("uuid: %q", text)
	}
	want := map[uint16]schema.Kind{11: schema.IPAddr, 12: schema.Array, 13: schema.Packed, 14: schema.Array, 16: schema.Sint, 17: schema.HWAddr}
	for id, kind := range want {
		if got := top.Lookup(id).Type.Kind; got != kind {
			t.Errorf("attribute %d is %v, want %v", id, got, kind)
		}
	}
	if y := top.Lookup(14).Type.Elem; y.Kind != schema.Array || y.Elem.Kind != schema.Nest {
		t.Errorf("type-value of two levels: %+v", y)
	}
	sub := top.Lookup(15).Type.Set.Lookup(1).Type.Sub
	if sub.Selector != "kind" || sub.Named("cat").Set.Lookup(10).Type.Kind != schema.Opaque ||
		sub.Named("9").Struct == nil || sub.Named("cow").Kind != schema.Struct {
		t.Errorf("sub-message: %+v", sub)
	}
}

// TestBroken: what is wrong is said with line and column, and the other files
// of the directory load.
func TestBroken(t *testing.T) {
	tests := []struct{ text, want string }{
		{"name: x\n\tbad: tab\n", ":2:"},
		{"name: x\nattribute-sets: [\n", ":3:"},
		{"name: x\nattribute-sets: 5\n", ":2:17: attribute-sets: a list is wanted"},
		{"protocol: genetlink\n", ":1:1: the family has no name"},
		{"name: x\nprotocol: carrier-pigeon\n", `:1:1: protocol "carrier-pigeon" is not known`},
		{"name: x\nprotocol: netlink-raw\n", ":1:1: netlink-raw without protonum"},
		{"name: x\nprotocol: netlink-raw\nprotonum: 99\n", ":1:1: protonum 99 is out of range"},
		{"name: x\noperations:\n  list:\n    - {name: a, value: 256}\n", `:4:7: operation "a": number 256 is beyond 255`},
		{"name: x\nattribute-sets:\n  - name: s\n    attributes: [{name: a, type: u8, value: many}]\n", `:4:45: value: a number is wanted, not "many"`},
		{"name: x\nattribute-sets:\n  - name: s\n    attributes: [{type: u8}]\n", ":4:18: attribute without a name"},
		{"", "no document"},
		{"- 1\n", ":1:1: spec: a mapping is wanted"},
	}
	dir := t.TempDir()
	for i, tt := range tests {
		file := filepath.Join(dir, fmt.Sprintf("%02d.yaml", i))
		if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := ynl.Parse(file, []byte(tt.text))
		var e *ynl.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), file+":") && e.Line > 0 || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.text, err, tt.want)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "zz.yaml"), []byte(features), 0o600); err != nil {
		t.Fatal(err)
	}
	fs, _, err := ynl.Load(dir)
	if len(fs) != 1 || fs[0].Name != "zoo" || err == nil || strings.Count(err.Error(), "\n") != len(tests)-1 {
		t.Errorf("%d families; %v", len(fs), err)
	}
	if _, _, err := ynl.Load(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing directory: %v", err)
	}
}

// TestHostile: a file can cost time and memory in proportion to its size only.
func TestHostile(t *testing.T) {
	var bomb, structs strings.Builder
	bomb.WriteString("name: x\nattribute-sets:\n")
	bomb.WriteString("  - &s {name: s, attributes: &a [{name: a, type: u8}" + strings.Repeat(", {name: b, type: u8}", 2000) + "]}\n")
	for i := range 2000 {
		fmt.Fprintf(&bomb, "  - {name: s%d, attributes: *a}\n", i)
	}
	structs.WriteString("name: x\ndefinitions:\n  - {name: s0, type: struct, members: []}\n")
	for i := range 60 {
		m := fmt.Sprintf("{name: a, type: binary, struct: s%d}", i)
		fmt.Fprintf(&structs, "  - {name: s%d, type: struct, members: [%s, %s]}\n", i+1, m, m)
	}
	structs.WriteString("attribute-sets:\n  - {name: s, attributes: [{name: a, type: binary, struct: s60}]}\n")
	for name, text := range map[string]string{
		"aliases":  bomb.String(),
		"alias":    "name: &a x\nattribute-sets: [&s {name: s, attributes: [*s]}]\n",
		"self":     "a: &a [*a, *a]\nname: x\n",
		"deep":     "name: " + strings.Repeat("[", 100000),
		"structs":  structs.String(),
		"itself":   "name: x\ndefinitions:\n  - {name: s, type: struct, members: [{name: m, type: binary, struct: s}]}\nattribute-sets:\n  - {name: s, attributes: [{name: a, type: binary, struct: s}]}\n",
		"subsets":  "name: x\nattribute-sets:\n  - {name: a, subset-of: b, attributes: [{name: q}]}\n  - {name: b, subset-of: a, attributes: [{name: q}]}\n",
		"huge len": "name: x\ndefinitions:\n  - {name: s, type: struct, members: [{name: m, type: binary, len: 99999999999}]}\n",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := ynl.Parse(name, []byte(text))
		runtime.ReadMemStats(&after)
		n := after.TotalAlloc - before.TotalAlloc
		if n > 8192*uint64(len(text)) { // what took long would have made things all the while
			t.Errorf("%s: %d MB allocated for %d KB", name, n>>20, len(text)>>10)
		}
		t.Logf("%s: %d bytes per byte; %.80v", name, n/uint64(len(text)), err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(features))
	f.Add([]byte("name: x\nattribute-sets: [&s {name: s, attributes: [{name: a, type: nest, nested-attributes: s}, *s]}]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fs, _, err := ynl.Parse("fuzz.yaml", data)
		if err != nil {
			return
		}
		for _, x := range schema.Merge(fs, fs, schema.Override) {
			x.Build()
			for i := range x.Messages {
				x.Messages[i].Header.Size()
			}
		}
	})
}
