// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
)

// TestNext: in pieces of any length, a datagram has the same messages.
func TestNext(t *testing.T) {
	var data [][]byte
	for i := range 5 {
		data = append(data, le.msg(uint16(16+i), flagRequest))
	}
	for name, tail := range map[string][]byte{"whole": nil, "rest": {1, 2, 3}, "zeros": make([]byte, 40)} {
		f := le.frame(testProtocol, capture.DirRequest, append(data, tail)...)
		want := New(nil, Options{}).Frame(f, nil)
		for most := 1; most < 8; most++ {
			d := New(nil, Options{})
			var got []Message
			var p Position
			for steps := 0; p.More(f); steps++ {
				before := len(got)
				got = d.Next(f, &p, most, got)
				if len(got)-before > most || steps > len(want) {
					t.Fatalf("%s, %d at most: %d at once", name, most, len(got)-before)
				}
			}
			if len(got) != len(want) {
				t.Fatalf("%s, %d at most: %d messages, want %d", name, most, len(got), len(want))
			}
			for i := range got {
				if got[i].Index != want[i].Index || got[i].Offset != want[i].Offset || got[i].Header != want[i].Header ||
					!bytes.Equal(got[i].Data, want[i].Data) || got[i].NoHeader != want[i].NoHeader {
					t.Errorf("%s, %d at most: %s", name, most, cmp.Diff(want[i].Header, got[i].Header))
				}
			}
		}
	}
}

// TestMaxNodes: of a message with more values than are made, nothing is lost.
func TestMaxNodes(t *testing.T) {
	attrs := bytes.Repeat([]byte{4, 0, 77, 0}, 3*maxNodes)
	m := one(t, le.frame(testProtocol, capture.DirRequest, le.msg(16, flagRequest, le.testHeader(0, 0, 0), attrs)))
	b := m.Body()
	if n := len(b.Attrs); n > maxNodes || n < maxNodes/2 {
		t.Errorf("%d attributes", n)
	}
	end := 0
	for i := range b.Attrs {
		end = b.Attrs[i].Off + len(b.Attrs[i].Raw)
	}
	if end != b.RestOff || b.RestOff+len(b.Rest) != len(m.Data) {
		t.Errorf("attributes end at %d, the rest is [%d, %d) of %d", end, b.RestOff, b.RestOff+len(b.Rest), len(m.Data))
	}
	if !strings.Contains(b.Problem, "not taken apart") {
		t.Errorf("problem: %q", b.Problem)
	}
	f := &capture.Frame{Origin: &capture.Origin{Protocol: capture.NETLINK_KOBJECT_UEVENT}, Data: append([]byte("add@/x\x00"), bytes.Repeat([]byte("A=\x00"), 3*maxNodes)...)}
	f.OrigLen = len(f.Data)
	m = one(t, f)
	b = m.Body()
	if last := b.Fields[len(b.Fields)-1]; len(b.Fields) > maxNodes+8 || last.Off+len(last.Raw) != len(f.Data) || !strings.Contains(b.Problem, "not taken apart") {
		t.Errorf("uevent: %d fields, the last up to %d of %d, %q", len(b.Fields), last.Off+len(last.Raw), len(f.Data), b.Problem)
	}
}
