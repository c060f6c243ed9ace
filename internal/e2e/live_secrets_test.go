// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
)

// keySession sets a key of each kind, with the tools that people use.
const keySession = `
tmp=$(mktemp -d)
echo UIefkAqXU7dWTAbGcELzEyiHHxaJTDEVSQImEPCUBFg= >$tmp/private
echo FpCyhws9cxwWoV4xELtfJvjJN+zQVRPISllRWgeopVE= >$tmp/shared
ip link add wg0 type wireguard
wg set wg0 private-key $tmp/private peer kOSKI1mABAtK/414TL+UFj3oEGltI9eTB3FAIIBbHXY= preshared-key $tmp/shared
ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100 mode transport \
	aead 'rfc4106(gcm(aes))' 0x404142434445464748494a4b4c4d4e4f50515253 128 || true # an error quotes it
ip link add d0 type dummy
ip link add link d0 macsec0 type macsec
ip macsec add macsec0 tx sa 0 pn 1 on key 00 606162636465666768696a6b6c6d6e6f`

// sessionKeys are the keys in it.
func sessionKeys(t *testing.T) *nltest.Keys {
	t.Helper()
	keys := map[string][]byte{}
	for _, text := range regexp.MustCompile(`(?m)[\w+/]{43}= >`).FindAllString(keySession, -1) {
		key, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(text, " >"))
		if err != nil {
			t.Fatal(err)
		}
		keys[text] = key
	}
	for _, text := range regexp.MustCompile(`[0-9a-f]{32,}`).FindAllString(keySession, -1) {
		key, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		keys[text] = key
	}
	if len(keys) != 4 {
		t.Fatalf("keys %v", keys)
	}
	return nltest.NewKeys(keys)
}

// payloads are the bytes of all datagrams of a recording, one behind the other.
func payloads(t *testing.T, path string) (all []byte, secrets pcapng.Secrets, redacted uint64) {
	t.Helper()
	r, err := pcapng.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Run(context.Background(), func(f *capture.Frame) error {
		all = append(append(all, f.Data...), "\n\n"...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return all, r.Meta().Secrets, r.Redacted()
}

// TestNoKeysRecorded: WireGuard's, IPsec's and MACsec's own tools set keys, and none of them
// is in the recording. (TestScript shows that --secrets keeps them. The tools' command
// lines are not looked at here.)
func TestNoKeysRecorded(t *testing.T) {
	needRoot(t)
	if os.Getenv("NLTOP_VM") == "" {
		t.Skip("needs a kernel with WireGuard, xfrm and MACsec: in the VM")
	}
	needFull(t)
	for _, tool := range []string{"ip", "wg"} {
		needTool(t, tool)
	}
	path := filepath.Join(t.TempDir(), "keys.pcapng")
	_, errs, code := run(t, nltop(t), "record", "-w", path, "--", "unshare", "-n", "sh", "-ec", keySession)
	if code != 0 {
		t.Fatalf("status %d\n%s", code, errs)
	}
	data, secrets, redacted := payloads(t, path)
	if secrets != pcapng.SecretsWithheld || redacted < 3 || bytes.Count(data, []byte("REDACTED")) < 3 {
		t.Errorf("the file says %d of keys, and %d messages\n%s", secrets, redacted, errs)
	}
	for name, form := range sessionKeys(t).In(data) {
		t.Errorf("%s is in the recording as %s", name, form)
	}
}
