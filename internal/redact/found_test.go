// SPDX-License-Identifier: Apache-2.0

package redact_test

import (
	"slices"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/redact"
)

// TestFound tells of keys while they are there, and not of what was typed: that is any
// command.
func TestFound(t *testing.T) {
	name := append([]byte("cbc(aes)"), make([]byte, 56)...)
	for _, tt := range []struct {
		name     string
		protocol uint16
		data     []byte
		found    []string
	}{
		// XFRM_MSG_NEWSA with XFRMA_ALG_CRYPT.
		{"a key", capture.NETLINK_XFRM, nltest.Message(16, 1, 1, 0, make([]byte, 224), nltest.Attr(2, name, nltest.U32(128), []byte("sixteen bytes ok"))), []string{"sixteen bytes ok"}},
		// AUDIT_TTY.
		{"typed", capture.NETLINK_AUDIT, nltest.Message(1319, 0, 0, 0, []byte("audit(1.000:1): tty pid=1 uid=0 auid=0 ses=1 major=4 minor=1 comm=\"bash\" data=6970206C696E6B0D")), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := redact.New(decode.New(families.All(), decode.Options{}), redact.Policy{})
			var found []string
			f := &capture.Frame{Origin: &capture.Origin{Protocol: tt.protocol, Dir: capture.DirEvent}, Data: tt.data, OrigLen: len(tt.data)}
			if tt.protocol == capture.NETLINK_XFRM {
				f.Dir = capture.DirRequest
			}
			r.Found = func(g *capture.Frame, secret []byte) {
				if g != f {
					t.Error("it is another frame")
				}
				found = append(found, string(secret))
			}
			if n := r.Frame(f); n != 1 || !slices.Equal(found, tt.found) {
				t.Errorf("%d messages, found %q", n, found)
			}
		})
	}
}
