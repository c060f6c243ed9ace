// SPDX-License-Identifier: Apache-2.0

package export

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/nltest"
)

// TestNameless: an attribute without a name has its bytes and no value, with
// what a policy or a guess says beside them.
func TestNameless(t *testing.T) {
	inner := &schema.Set{Attrs: []schema.Attr{{ID: 1, Type: schema.Type{Kind: schema.U16}}}}
	lamp := &schema.Family{Name: "lamp", Protocol: capture.NETLINK_GENERIC, GenlID: 40, Origin: schema.Policy, Set: &schema.Set{
		Attrs: []schema.Attr{
			{ID: 1, Type: schema.Type{Kind: schema.U32}}, {ID: 2, Type: schema.Type{Kind: schema.Nest, Set: inner}},
		}}}
	d := decode.New([]*schema.Family{lamp}, decode.Options{})
	b := nltest.Message(40, 1, 1, 0, []byte{1, 1, 0, 0}, nltest.Attr(1, nltest.U32(7)), nltest.Nest(2, nltest.Attr(1, nltest.U16(5))), nltest.Attr(3, nltest.Str("on\x1b[2J")), nltest.Attr(4, nltest.Str("a light")), nltest.Attr(5, nltest.U16(9)))
	m := d.Frame(&capture.Frame{
		Origin: &capture.Origin{
			Protocol: capture.NETLINK_GENERIC, Dir: capture.DirRequest,
		},
		Data: b, OrigLen: len(b),
	}, nil)[0]
	var out bytes.Buffer
	if err := NewJSON(&out, nil).WriteMessage(&m); err != nil {
		t.Fatal(err)
	}
	var got struct{ Attrs json.RawMessage }
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	want := `[{"id":1,"raw":"07000000","policy":{"type":"u32","value":7}},` +
		`{"id":2,"raw":"0600010005000000","policy":{"type":"nest"},"attrs":[{"id":1,"raw":"0500","policy":{"type":"u16","value":5}}]},` +
		`{"id":3,"raw":"6f6e1b5b324a00"},{"id":4,"raw":"61206c6967687400","guess":true,"guess_value":"a light"},` +
		`{"id":5,"raw":"0900","guess":true,"guess_value":9}]`
	if string(got.Attrs) != want {
		t.Errorf("got  %s\nwant %s", got.Attrs, want)
	}
	out.Reset()
	if err := NewText(&out, TextOptions{Verbose: 1}).WriteMessage(&m); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"attribute 1 7 (u32, from policy)", "attribute 2 (nest, from policy)", "attribute 3 6f6e1b5b324a00",
		"attribute 4 a light (guess)", "attribute 5 0900 (guess: 9)",
	} {
		if !strings.Contains(out.String(), "    "+line+"\n") {
			t.Errorf("no line %q in\n%s", line, out.String())
		}
	}
}
