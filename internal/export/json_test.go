// SPDX-License-Identifier: Apache-2.0

package export

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/golden"
)

func TestJSON(t *testing.T) {
	var out bytes.Buffer
	j := NewJSON(&out, newDecoder().GroupName)
	play(t, j, scene()...)
	if err := j.Observe(paired(t)); err != nil {
		t.Fatal(err)
	}
	golden.Check(t, filepath.Join("testdata", "messages.json"), out.String(), sceneProblem)
	for _, line := range strings.SplitAfter(strings.TrimSuffix(out.String(), "\n"), "\n") {
		checkLine(t, line)
	}
}

// contract is the order of the fields that every message has.
var contract = strings.Fields(`time source dir protocol family type type_id cmd flags seq portid len frame
	netns proc header attrs error problem`)

// checkLine checks one line against the contract: one valid object, the fields
// in their order, and nothing in it that a terminal could obey.
func checkLine(t *testing.T, line string) map[string]any {
	t.Helper()
	var obj map[string]any
	if err := json.Unmarshal([]byte(line), &obj); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	if bad := unsafeRune(line); bad != "" {
		t.Errorf("not safe: %q", bad)
	}
	if _, report := obj["kind"]; report {
		return obj
	}
	keys := topKeys(t, line)
	if len(keys) < len(contract) || !cmp.Equal(contract, keys[:len(contract)]) {
		t.Errorf("fields %v", keys)
	}
	seen := map[string]bool{}
	for _, k := range keys {
		if seen[k] {
			t.Errorf("%s twice: %s", k, line)
		}
		seen[k] = true
	}
	checkAttrs(t, obj["attrs"].([]any), false)
	return obj
}

// topKeys returns the keys of an object in their order.
func topKeys(t *testing.T, line string) []string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(line))
	var keys []string
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	for d.More() {
		k, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k.(string))
		var skip json.RawMessage
		if err := d.Decode(&skip); err != nil {
			t.Fatal(err)
		}
	}
	return keys
}

// checkAttrs: an attribute has an id or an index; without a name it has raw
// bytes and no value; with one it has at least one of value, attrs and raw.
func checkAttrs(t *testing.T, attrs []any, guessed bool) {
	t.Helper()
	for _, x := range attrs {
		a := x.(map[string]any)
		has := func(key string) bool { _, ok := a[key]; return ok }
		kids, nested := a["attrs"].([]any)
		switch {
		case has("raw") && !has("id") && !has("index"): // left-over bytes
		case has("index"):
		case !has("id"):
			t.Errorf("neither id nor index: %v", a)
		case !has("name") && (has("value") || !has("raw") && !(guessed && nested)):
			t.Errorf("without a name: %v", a)
		case !has("value") && !has("attrs") && !has("raw"):
			t.Errorf("without a payload: %v", a)
		}
		if raw, ok := a["raw"].(string); ok {
			if _, err := hex.DecodeString(raw); err != nil {
				t.Errorf("raw %q: %v", raw, err)
			}
		}
		checkAttrs(t, kids, guessed || has("guess"))
	}
}

// Every value of every node is found again under its name.
func TestJSONHoldsAllNodes(t *testing.T) {
	for _, f := range scene() {
		for _, m := range newDecoder().Frame(f, nil) {
			var out bytes.Buffer
			if err := NewJSON(&out, nil).WriteMessage(&m); err != nil {
				t.Fatal(err)
			}
			b := m.Body()
			for _, n := range append(b.Fields, b.Attrs...) {
				if n.Hidden {
					continue
				}
				holds(t, out.String(), &n)
			}
		}
	}
}

func holds(t *testing.T, line string, n *decode.Node) {
	t.Helper()
	for i := range n.Children {
		if !n.Children[i].Hidden {
			holds(t, line, &n.Children[i])
		}
	}
	value := ""
	switch v := n.Value.(type) {
	case nil:
		value = hex.EncodeToString(n.Raw)
	case string:
		if !utf8.ValidString(v) {
			value = hex.EncodeToString(n.Raw)
			break
		}
		quoted, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		value = string(quoted)
	case []string:
		value = strings.ReplaceAll(fmt.Sprintf("%q", v), " ", ",")
	default:
		value = fmt.Sprint(v)
	}
	if n.Nested {
		value = ""
	}
	if !strings.Contains(line, value) || n.Name != "" && !strings.Contains(line, `"`+n.Name+`"`) {
		t.Errorf("%s %s is not in %s", n.Label(), value, line)
	}
}

func TestJSONStrings(t *testing.T) {
	for _, s := range []string{"", "plain", "grün", `"\`, "\n\t\r\x00\x1f\x7f", "\x1b[31m", "\u009b", "\u2028", "\u202e", "\xff\xfe", "a\xffb", "日本", "\U0001f600", "\U000e0041", "\ufffd"} {
		got := string(appendString(nil, s))
		var back string
		if err := json.Unmarshal([]byte(got), &back); err != nil {
			t.Errorf("%q: %s: %v", s, got, err)
		}
		if want := strings.ToValidUTF8(s, "\ufffd"); utf8.ValidString(s) && back != want {
			t.Errorf("%q came back as %q", s, back)
		}
		for _, r := range got {
			if bad := unsafeRune(string(r)); bad != "" && r != utf8.RuneError {
				t.Errorf("%q: %q is not safe", s, got)
			}
		}
	}
}

// FuzzExport: arbitrary bytes as every protocol make one valid JSON line and
// safe text for each message.
func FuzzExport(f *testing.F) {
	for _, x := range scene() {
		f.Add(x.Data, x.Protocol, uint8(x.Dir), x.Proc.Comm)
	}
	d := newDecoder()
	f.Fuzz(func(t *testing.T, data []byte, protocol uint16, dir uint8, comm string) {
		fr := &capture.Frame{
			Origin: &capture.Origin{
				Protocol: protocol % 33, Dir: capture.Dir(dir % 5), Proc: capture.Proc{PID: 1, Comm: comm},
			},
			ID: 1, Data: data, OrigLen: len(data),
		}
		var text, lines bytes.Buffer
		sinks := []sink{NewText(&text, TextOptions{Verbose: 2, Hex: true}), NewJSON(&lines, d.GroupName)}
		ms := d.Frame(fr, nil)
		for i := range ms {
			for _, s := range sinks {
				if err := s.WriteMessage(&ms[i]); err != nil {
					t.Fatal(err)
				}
			}
		}
		if bad := unsafeRune(strings.ReplaceAll(text.String(), "\ufffd", "")); bad != "" {
			t.Errorf("text: %q", bad)
		}
		if n := bytes.Count(lines.Bytes(), []byte("\n")); n != len(ms) {
			t.Errorf("%d lines for %d messages", n, len(ms))
		}
		for line := range strings.Lines(strings.ReplaceAll(lines.String(), "\ufffd", "")) {
			checkLine(t, line)
		}
	})
}

func benchmark(b *testing.B, s sink) {
	f := scene()[0]
	ms := newDecoder().Frame(f, nil)
	b.ReportAllocs()
	for b.Loop() {
		if err := s.WriteMessage(&ms[0]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkJSON(b *testing.B) { benchmark(b, NewJSON(io.Discard, nil)) }
func BenchmarkText(b *testing.B) { benchmark(b, NewText(io.Discard, TextOptions{})) }
