// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/fixture"
	"github.com/nltop/nltop/internal/nltest"
)

// A recording with incidents, as JSON, again and again: the lines of incidents come
// last, and nothing else writes meanwhile, which `make race` sees at once and a
// "short write" tells now and then.
func TestReplayIncidents(t *testing.T) {
	file := unpacked(t, "../../cmd/nltop/demo.pcapng.gz")
	first := ""
	for range 5 {
		text := must(t, nltop(t), "trace", "-o", "json", "-r", file)
		if first == "" {
			first = text
		}
		incidents := 0
		for _, o := range objects(t, text) {
			if o["kind"] == "incident" {
				incidents++
			}
		}
		if incidents == 0 || text != first {
			t.Fatalf("%d incidents; as the first time: %v", incidents, text == first)
		}
	}
}

// unpacked returns a copy of a compressed recording that nltop can read.
func unpacked(t *testing.T, path string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "f.pcapng")
	if err := os.WriteFile(file, nltest.Unpacked(t, path), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestTraceFixture: a trace of one family becomes a fixture that the test of
// fixtures takes; what is of several protocols is refused whole.
func TestTraceFixture(t *testing.T) {
	lab := "../decode/families/testdata/lab/"
	for _, tt := range []struct {
		name, file, filter string
		protocol           uint16
		has                string
	}{
		{"a generic family", "wireguard.6.12.pcapng.gz", `family == "wireguard"`, capture.NETLINK_GENERIC, "CTRL_ATTR_FAMILY_NAME wireguard"},
		{"a protocol", "wireguard.6.12.pcapng.gz", `type == "RTM_NEWLINK"`, capture.NETLINK_ROUTE, "IFLA_IFNAME wg0"},
		{"with the controller", "nbd.6.12.pcapng.gz", `protocol == "NETLINK_GENERIC" && dir != "event"`, capture.NETLINK_GENERIC, "NBD_ATTR_INDEX 5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := must(t, nltop(t), "trace", "-q", "-o", "fixture", "-f", tt.filter, "-r", unpacked(t, lab+tt.file))
			if !strings.Contains(text, tt.has) || !strings.Contains(text, "# nltop trace -q -o fixture -f ") {
				t.Errorf("no %q in\n%.300s", tt.has, text)
			}
			path := filepath.Join(t.TempDir(), "f.txtar")
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := fixture.Check(path, decode.New(families.All(), decode.Options{}), tt.protocol, false); err != nil {
				t.Error(err)
			}
		})
	}
	out, errs, code := run(t, nltop(t), "trace", "-q", "-o", "fixture", "-r", unpacked(t, lab+"wireguard.6.12.pcapng.gz"))
	if out != "" || code != 1 || !strings.Contains(errs, "a fixture is of one protocol") {
		t.Errorf("two protocols: status %d, %s\n%.200s", code, errs, out)
	}
	out, errs, code = run(t, nltop(t), "trace", "-q", "-o", "fixture", "-f", "false", "-r", unpacked(t, lab+"wireguard.6.12.pcapng.gz"))
	if out != "" || code != 1 || !strings.Contains(errs, "there is no message") {
		t.Errorf("no message: status %d, %s\n%.200s", code, errs, out)
	}
}
