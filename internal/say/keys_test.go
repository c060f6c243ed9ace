// SPDX-License-Identifier: Apache-2.0

package say_test

import (
	"encoding/base64"
	"encoding/hex"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/say"
)

// TestNoKeyTold: no key that the lab's tools were given stands in what is said, in none
// of the ways that tools write keys.
func TestNoKeyTold(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(labDir, "*.6.12.pcapng.gz"))
	if err != nil {
		t.Fatal(err)
	}
	keys := 0
	for _, path := range files {
		requests(t, path, func(m *decode.Message, said say.Said) {
			var words []string
			for _, c := range said.Commands {
				words = append(append(words, c.Words...), c.Input...)
			}
			if len(words) == 0 {
				return
			}
			text := strings.Join(words, "\n")
			body := m.Body()
			for _, key := range append(withheld(body.Fields), withheld(body.Attrs)...) {
				keys++
				for _, way := range []string{string(key), hex.EncodeToString(key), strings.ToUpper(hex.EncodeToString(key)), base64.StdEncoding.EncodeToString(key)} {
					if strings.Contains(text, way) {
						t.Errorf("%s: %s tells a key: %q", filepath.Base(path), m.TypeText(), words)
					}
				}
			}
		})
	}
	if keys < 10 {
		t.Errorf("only %d keys were there to be told", keys)
	}
}

// withheld are the bytes of nodes that nothing may show, if there are enough to be known
// again.
func withheld(nodes []decode.Node) (keys [][]byte) {
	for i := range nodes {
		n := &nodes[i]
		if len(n.Raw) >= 5 && n.Secret().Withheld() && strings.Trim(string(n.Raw), "\x00") != "" {
			keys = append(keys, n.Raw)
		}
		keys = append(keys, withheld(n.Children)...)
	}
	return keys
}
