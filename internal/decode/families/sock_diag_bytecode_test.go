// SPDX-License-Identifier: Apache-2.0

package families

import (
	"bytes"
	"strings"
	"testing"
)

func TestBytecode(t *testing.T) {
	port := func(code, yes byte, no, v uint16) []byte {
		return []byte{code, yes, byte(no), byte(no >> 8), 0, 0, byte(v), byte(v >> 8)}
	}
	jmp := func(n uint16) []byte { return []byte{1, 4, byte(n), byte(n >> 8)} }
	for _, tt := range []struct {
		name, want string
		code       []byte
	}{
		{"empty", "true", nil},
		{"one", "sport >= 80", port(2, 8, 12, 80)},
		{"not", "sport < 80", bytes.Join([][]byte{port(2, 8, 12, 80), jmp(8)}, nil)},
		{"and", "sport >= 80 and dport <= 90", append(port(2, 8, 20, 80), port(5, 8, 12, 90)...)},
		{"or", "sport >= 80 or dport <= 90", bytes.Join([][]byte{port(2, 8, 12, 80), jmp(12), port(5, 8, 12, 90)}, nil)},
		{"address", "dst 192.0.2.0/24:443", []byte{8, 16, 20, 0, 2, 24, 0, 0, 0xbb, 1, 0, 0, 192, 0, 2, 0}},
		{"any address", "sport == 443", []byte{7, 12, 16, 0, 0, 0, 0, 0, 0xbb, 1, 0, 0}},
		{"mark", "fwmark == 0x1/0xff", []byte{10, 12, 16, 0, 1, 0, 0, 0, 0xff, 0, 0, 0}},
	} {
		if got, ok := inetDiagBytecode(tt.code, false); !ok || got != tt.want {
			t.Errorf("%s: %q %v, want %q", tt.name, got, ok, tt.want)
		}
	}
	for _, bad := range [][]byte{{2}, {2, 8, 12, 0}, {99, 4, 4, 0}, {1, 0, 0, 0}, {1, 4, 0, 0}, {8, 16, 20, 0, 7, 0, 0, 0, 0, 0, 0, 0}} {
		if got, ok := inetDiagBytecode(bad, false); ok {
			t.Errorf("%x: %q", bad, got)
		}
	}
	// A ladder whose rungs share their ends doubles at each step if it is
	// written out.
	var ladder []byte
	for range 400 {
		ladder = append(ladder, port(2, 8, 16, 1)...)
	}
	if got, ok := inetDiagBytecode(ladder, false); ok && len(got) > 400*80 {
		t.Errorf("%d bytes of text", len(got))
	}
	if got, ok := inetDiagBytecode(bytes.Repeat([]byte{0, 4, 4, 0}, 1<<14), false); ok {
		t.Errorf("a program of 16384 steps: %.80s", got)
	}
}

// TestBytecodeListing: what no filter compiles to is listed.
func TestBytecodeListing(t *testing.T) {
	// The second step is skipped into its middle.
	code := []byte{2, 8, 10, 0, 0, 0, 80, 0, 2, 8, 12, 0, 0, 0, 81, 0}
	got, ok := inetDiagBytecode(code, false)
	if want := "0: sport >= 80 ? 8 : 10; 8: sport >= 81 ? accept : reject"; !ok || got != want {
		t.Errorf("%q %v, want %q", got, ok, want)
	}
	if strings.Contains(got, "\x1b") {
		t.Error("an escape")
	}
}

func FuzzBytecode(f *testing.F) {
	f.Add([]byte{2, 8, 12, 0, 0, 0, 80, 0}, false)
	f.Add([]byte{8, 16, 20, 0, 2, 24, 0, 0, 0xbb, 1, 0, 0, 192, 0, 2, 0}, true)
	f.Fuzz(func(t *testing.T, b []byte, big bool) {
		if s, ok := inetDiagBytecode(b, big); ok && len(s) > 1<<16 {
			t.Errorf("%d bytes of text", len(s))
		}
		auditRuleText(b, big)
		sockaddrText(b, big)
		auditSaddr(b, big)
		netlinkDiagGroups(b, big)
		unixDiagName(b, big)
	})
}
