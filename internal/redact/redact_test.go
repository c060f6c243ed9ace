// SPDX-License-Identifier: Apache-2.0

package redact_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/redact"
)

// TestLab overwrites every key of every recording of the lab, and nothing else changes:
// each message is made of the same parts, with the same problems.
func TestLab(t *testing.T) {
	keys := map[string]int{}
	for _, path := range recordings(t) {
		name := strings.TrimSuffix(filepath.Base(path), ".pcapng.gz")
		t.Run(name, func(t *testing.T) {
			fs, d := read(t, path)
			r := redact.New(d, redact.Policy{})
			found := map[string]string{}
			for _, f := range fs {
				for _, m := range d.Frame(f, nil) {
					b := m.Body()
					withheld(b.Fields, found)
					withheld(b.Attrs, found)
				}
			}
			keys[name] = len(found)
			for _, f := range fs {
				was, before := bytes.Clone(f.Data), shapes(d.Frame(f, nil))
				old := f.Data
				n := r.Frame(f)
				if !bytes.Equal(old, was) {
					t.Fatal("the bytes that others may have were changed")
				}
				if diff := cmp.Diff(before, shapes(d.Frame(f, nil))); diff != "" {
					t.Errorf("frame %d (-before +redacted):\n%s", f.ID, diff)
				}
				for key, what := range found {
					if bytes.Contains(f.Data, []byte(key)) {
						t.Errorf("frame %d still has %s %x", f.ID, what, key)
					}
				}
				if (n > 0) != !bytes.Equal(f.Data, was) {
					t.Errorf("frame %d: %d messages redacted", f.ID, n)
				}
				once := bytes.Clone(f.Data)
				if again := r.Frame(f); again != n || !bytes.Equal(once, f.Data) {
					t.Errorf("frame %d: %d messages redacted at first, %d when done again", f.ID, n, again)
				}
			}
		})
	}
	for _, name := range []string{"wireguard.6.12", "xfrm.6.12", "macsec.6.12", "nl80211.6.12"} {
		if keys[name] == 0 {
			t.Errorf("%s has no keys", name)
		}
	}
}

func shapes(ms []decode.Message) string {
	var all strings.Builder
	for i := range ms {
		all.WriteString(shape(&ms[i]))
	}
	return all.String()
}
