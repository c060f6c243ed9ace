// SPDX-License-Identifier: Apache-2.0

package say_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/say"
)

// toolNames are the programs that a script may run.
var toolNames = []string{"ip", "bridge", "tc", "nft", "iptables", "ip6tables", "conntrack", "ipset", "wg", "ethtool", "ss", "iw", "devlink", "auditctl", "tipc", "rdma",
	"batctl", "ipvsadm", "nfct", "nfacct", "vdpa", "dcb"}

// TestMutated: whatever becomes of the bytes of a request, what is said of it begins with
// a tool and can be shown; nothing of it stops nltop.
func TestMutated(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(labDir, "*.6.12.pcapng.gz"))
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	r := rand.New(rand.NewPCG(9, 10))
	said := 0
	for _, path := range files {
		rec, err := pcapng.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		d := decode.New(families.All(), decode.Options{})
		rec.OnPreamble(func(f *capture.Frame) error { d.Frame(f, nil); return nil })
		seen := map[string]int{}
		var words say.Speaker
		if err := rec.Run(context.Background(), func(f *capture.Frame) error {
			for i, m := range d.Frame(f, nil) {
				// Some of each type: their attributes differ.
				if key := m.TypeText(); f.Dir == capture.DirRequest && i == 0 && seen[key] < 8 {
					seen[key]++
					said += sayMutated(t, r, d, &words, f)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		rec.Close()
	}
	if said < 1000 {
		t.Errorf("only %d commands were said", said)
	}
}

// sayMutated says a frame in several damaged forms, and returns how many commands it was.
func sayMutated(t *testing.T, r *rand.Rand, d *decode.Decoder, words *say.Speaker, f *capture.Frame) (said int) {
	for range 4 {
		g := *f
		g.Data = mutated(r, f.Data)
		for _, m := range d.Frame(&g, nil) {
			body := m.Values()
			s := words.Say(&m, &body)
			for _, c := range s.Commands {
				said++
				if !slices.Contains(toolNames, c.Words[0]) || c.String() == "" {
					t.Errorf("said %q of %x", c.Words, g.Data)
				}
				c.Shell()
			}
		}
	}
	return said
}

// mutated changes some bytes behind the header.
func mutated(r *rand.Rand, b []byte) []byte {
	b = bytes.Clone(b)
	if len(b) <= decode.HeaderLen {
		return b
	}
	for range 1 + r.IntN(4) {
		b[decode.HeaderLen+r.IntN(len(b)-decode.HeaderLen)] = byte(r.UintN(256))
	}
	return b
}
