// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// The comm of /proc/PID/stat may hold anything.
func TestParseStat(t *testing.T) {
	const rest = " S 7 4711 4711 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 99 10 11 12\n"
	for _, comm := range []string{"ip", "a b", "a) S 1 (b", "", ")", "(((", "x\ny", "0123456789abcdefgh"} {
		h, err := parseStat([]byte("4711 (" + comm + ")" + rest))
		if err != nil {
			t.Errorf("%q: %v", comm, err)
			continue
		}
		p := proc(&h.task)
		want := capture.Proc{PID: 4711, TID: 4711, Comm: comm[:min(len(comm), 15)]}
		if p != want || h.ppid != 7 || h.start != 99 {
			t.Errorf("%q: %+v since %d", comm, p, h.start)
		}
	}
	for _, bad := range []string{"", "1", "1 (", "1 )a(", "x (a)" + rest, "1 (a) S 2", "1 (a) S x" + rest, "(a)" + rest} {
		if _, err := parseStat([]byte(bad)); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestReadSymbols(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kallsyms")
	text := "ffffffff81000000 T netlink_unicast\n" +
		"0000000000000000 t netlink_dump\t[odd]\n" +
		"0000000000000000 t netlink_dump\n" +
		"0000000000000000 t netlink_overrun.isra.0\n" +
		"ffffffff82000000 D vmemmap_base\n\nnonsense\nffffffff81000000\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := readSymbols(path)
	if err != nil {
		t.Fatal(err)
	}
	if got["netlink_unicast"].count != 1 || got["netlink_dump"].count != 2 || got["netlink_overrun"].count != 0 ||
		got[vmemmapBase].addr != 0xffffffff82000000 {
		t.Errorf("%v", got)
	}
}
