// SPDX-License-Identifier: Apache-2.0

package redact_test

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
)

// recordings are those of the lab.
func recordings(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("../decode/families/testdata/lab/*.6.12.pcapng.gz")
	if err != nil || len(paths) < 40 {
		t.Fatalf("%d recordings, %v", len(paths), err)
	}
	return paths
}

// read returns the frames of a recording, and a decoder that knows its families.
func read(t testing.TB, path string) ([]*capture.Frame, *decode.Decoder) {
	t.Helper()
	r, err := pcapng.NewReader(bytes.NewReader(nltest.Unpacked(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	d := decode.New(families.All(), decode.Options{})
	r.OnPreamble(func(f *capture.Frame) error {
		d.Frame(f, nil)
		return nil
	})
	var fs []*capture.Frame
	if err := r.Run(context.Background(), func(f *capture.Frame) error {
		d.Frame(f, nil)
		fs = append(fs, f)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return fs, d
}

// withheld returns the bytes of a body that its tables call secret.
func withheld(nodes []decode.Node, found map[string]string) {
	for i := range nodes {
		n := &nodes[i]
		if len(n.Children) == 0 && n.Secret().Withheld() && len(bytes.Trim(n.Raw, "\x00")) > 4 {
			found[string(n.Raw)] = n.Name
		}
		withheld(n.Children, found)
	}
}

// shape is what a message is made of, without the values.
func shape(m *decode.Message) string {
	var s strings.Builder
	b := m.Body()
	fmt.Fprintf(&s, "%s %s at %d, %d bytes, problem %v\n", m.Family, m.Type, m.Offset, len(m.Data), m.Problem)
	var nodes func(depth int, list []decode.Node)
	nodes = func(depth int, list []decode.Node) {
		for i := range list {
			n := &list[i]
			fmt.Fprintf(&s, "%*s%s %d attr=%v elem=%v at %d, %d bytes, nested=%v hidden=%v problem %q\n", depth, "",
				n.Name, n.ID, n.Attr, n.Elem, n.Off, len(n.Raw), n.Nested, n.Hidden, n.Problem)
			nodes(depth+1, n.Children)
		}
	}
	nodes(1, b.Fields)
	nodes(1, b.Attrs)
	fmt.Fprintf(&s, "rest %d at %d, problem %q\n", len(b.Rest), b.RestOff, b.Problem)
	return s.String()
}
