// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
)

const testSpec = `
name: lamp
protocol: genetlink
definitions:
  - {name: colour, type: enum, entries: [red, green]}
attribute-sets:
  - name: lamp
    attributes:
      - {name: id, type: u32}
      - {name: colour, type: u8, enum: colour}
      - {name: part, type: nest, nested-attributes: lamp}
operations:
  list:
    - {name: set, doc: "", attribute-set: lamp, do: {request: {attributes: [id]}}}
mcast-groups:
  list: [{name: light}]
`

// recursive is a family whose set contains itself, learned from a spec.
func specDecoder(t *testing.T) *decode.Decoder {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "lamp.yaml"), testSpec)
	write(t, filepath.Join(dir, "broken.yaml"), "name: x\n  y: [\n")
	f := specFlags{dir: dir}
	var warned bytes.Buffer
	tables, err := f.load(nil, &warned)
	if err != nil {
		t.Fatal(err)
	}
	if s := warned.String(); !strings.Contains(s, "broken.yaml:2:") {
		t.Errorf("warning without file and line: %q", s)
	}
	return decode.New(tables, decode.Options{})
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFamilies(t *testing.T) {
	d := specDecoder(t)
	d.LearnFamily(40, "lamp", 2, []schema.Group{{ID: 70, Name: "light"}})
	d.LearnFamily(41, "evil\x1b[2J", 1, nil)
	rows := familyRows(d)
	var text bytes.Buffer
	if err := tableOf(&text, rows); err != nil {
		t.Fatal(err)
	}
	have := map[string]string{}
	for _, line := range strings.Split(text.String(), "\n") {
		if w := strings.Fields(line); len(w) > 3 {
			have[w[2]] = strings.Join(w, " ")
		}
	}
	for name, want := range map[string]string{
		"lamp":   "NETLINK_GENERIC 40 lamp spec 1 3 light (70)",
		"uevent": "NETLINK_KOBJECT_UEVENT - uevent built-in 0 0 kernel (1), udev (2)",
	} {
		if have[name] != want {
			t.Errorf("got %q, want %q", have[name], want)
		}
	}
	if !strings.Contains(have["route"], "built-in") || !strings.Contains(have["nlctrl"], "16 nlctrl built-in") {
		t.Errorf("route: %q, nlctrl: %q", have["route"], have["nlctrl"])
	}
	if strings.Contains(text.String(), "\x1b") {
		t.Error("an escape reached the terminal")
	}
	var lines bytes.Buffer
	if err := writeRows(&lines, rows); err != nil {
		t.Fatal(err)
	}
	for dec := json.NewDecoder(&lines); dec.More(); {
		var row map[string]any
		if err := dec.Decode(&row); err != nil {
			t.Fatal(err)
		}
		if row["name"] == "lamp" && (row["source"] != "spec" || row["id"] != 40.0 || row["attributes"] != 3.0) {
			t.Errorf("json: %v", row)
		}
	}
}

func TestOneFamily(t *testing.T) {
	d := specDecoder(t)
	d.LearnFamily(40, "lamp", 2, nil)
	var out bytes.Buffer
	f := familiesFlags{format: "text"}
	if err := f.one(&out, familyRows(d), "Lamp"); err != nil {
		t.Fatal(err)
	}
	want := `lamp: NETLINK_GENERIC, id 40, version 2, source spec
groups: light
operations: 1
    1  LAMP_CMD_SET  attributes lamp
attributes: 3
  lamp
        1 LAMP_A_ID u32
        2 LAMP_A_COLOUR u8 enum colour
        3 LAMP_A_PART nest  → lamp
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	out.Reset()
	f.format = "json"
	if err := f.one(&out, familyRows(d), "lamp"); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Operations []operationRow       `json:"operations"`
		Sets       map[string][]attrRow `json:"attribute_sets"`
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || len(got.Operations) != 1 || got.Sets["lamp"][2].Set != "lamp" {
		t.Errorf("%v: %s", err, out.String())
	}
	if err := f.one(&out, familyRows(d), "nobody"); err == nil {
		t.Error("no error for a family that is not there")
	}
	// Every built-in family can be printed, however often its sets contain
	// themselves.
	f.format = "text"
	rows := familyRows(decode.New(families.All(), decode.Options{}))
	for i := range rows {
		out.Reset()
		if err := f.one(&out, rows, rows[i].Name); err != nil || out.Len() == 0 || out.Len() > 4<<20 {
			t.Errorf("%s: %v, %d bytes", rows[i].Name, err, out.Len())
		}
	}
}

// TestSpecs: specs that the user names are right, those of the usual places
// only add; a place that does not exist is a mistake.
func TestSpecs(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "nlctrl.yaml"), `
name: nlctrl
protocol: genetlink-legacy
attribute-sets:
  - name: ctrl-attrs
    name-prefix: ctrl-attr-
    attributes:
      - {name: family-id, type: u32}
      - {name: news, type: u32, value: 99}
operations:
  name-prefix: ctrl-cmd-
  list: [{name: getfamily, doc: "", value: 3, attribute-set: ctrl-attrs}]
`)
	kindOf := func(fs []*schema.Family, id uint16) schema.Kind {
		for _, f := range fs {
			if f.Name == "nlctrl" {
				if a := f.Message(3, true).Set.Lookup(id); a != nil {
					return a.Type.Kind
				}
			}
		}
		return schema.Unused
	}
	own := specFlags{dir: dir}
	fs, err := own.load(nil, os.Stderr)
	if err != nil || kindOf(fs, 1) != schema.U32 || kindOf(fs, 99) != schema.U32 || kindOf(fs, 2) != schema.String {
		t.Errorf("--specs: %v, %v %v %v", err, kindOf(fs, 1), kindOf(fs, 99), kindOf(fs, 2))
	}
	usual := specFlags{}
	fs, err = usual.load([]string{filepath.Join(dir, "none"), dir}, os.Stderr)
	if err != nil || kindOf(fs, 1) != schema.U16 || kindOf(fs, 99) != schema.U32 {
		t.Errorf("usual places: %v, %v %v", err, kindOf(fs, 1), kindOf(fs, 99))
	}
	for _, bad := range []string{filepath.Join(dir, "none"), t.TempDir()} {
		f := specFlags{dir: bad}
		if _, err := f.load(nil, os.Stderr); err == nil {
			t.Errorf("--specs %s: no error", bad)
		}
	}
}
