// SPDX-License-Identifier: Apache-2.0

package anonymise

import (
	"path/filepath"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
)

// FuzzFrame: whatever the bytes are, nothing panics, and what decoding finds is the same
// but for the values.
func FuzzFrame(f *testing.F) {
	seen := map[uint16]int{}
	for _, path := range []string{"nftables.6.12", "nl80211.6.12", "audit.6.12", "tc.6.12", "uevent.6.12", "sock_diag.6.12", "xfrm.6.12", "ipset.6.12", "route.6.12"} {
		path = filepath.Join(lab, path+".pcapng.gz")
		if m, _ := filepath.Glob(path); m == nil {
			continue
		}
		for _, fr := range frames(f, path) {
			if seen[fr.Protocol]++; seen[fr.Protocol] < 100 && len(fr.Data) > 0 {
				f.Add(fr.Data, fr.Protocol, uint8(fr.Dir), uint8(fr.Kind), false)
			}
		}
	}
	tables := families.All()
	f.Fuzz(func(t *testing.T, data []byte, protocol uint16, dir, kind uint8, big bool) {
		a, err := New(decode.New(tables, decode.Options{}), []byte("a key for tests"))
		if err != nil {
			t.Fatal(err)
		}
		fr := &capture.Frame{ID: 1, Data: data, OrigLen: len(data), Origin: &capture.Origin{
			Source: capture.SourceFentry, Protocol: protocol % capture.MaxProtocol, Dir: capture.Dir(dir % 5), BigEndian: big}}
		if k := capture.Kind(kind); k.Known() && kind > 0 && kind%3 == 0 {
			fr.Kind = k
		}
		c := comparison{a: a, was: decode.New(tables, decode.Options{}), now: decode.New(tables, decode.Options{}),
			told: told{a, map[string]string{}, map[string]string{}, map[string]bool{}}}
		if _, err := c.frame(fr); err != nil {
			t.Fatal(err)
		}
	})
}
