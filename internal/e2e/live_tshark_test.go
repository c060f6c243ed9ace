// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestRecordInTshark records real tools and reads the file with tshark: protocol and
// generic family are named, and who sent a message stands in the comment.
func TestRecordInTshark(t *testing.T) {
	needHost(t)
	needRoot(t)
	needTool(t, "tshark", "ethtool", "ip")
	file := filepath.Join(t.TempDir(), "tools.pcapng")
	must(t, nltop(t), "record", "-q", "-w", file, "--", "sh", "-c", "ip link show lo; ethtool -k lo")
	text := must(t, "tshark", "-r", file, "-V")
	for _, want := range []string{"Linux rtnetlink (route netlink) protocol", "(ethtool)", "name=ip dir=request netns="} {
		if !strings.Contains(text, want) {
			t.Errorf("tshark does not show %q", want)
		}
	}
	if strings.Contains(text, "Malformed") {
		t.Error("tshark calls something malformed")
	}
	// Reading back gives the same traffic as nltop shows it.
	ls := parse(t, must(t, nltop(t), "trace", "-q", "-r", file, "-o", "json"))
	families := map[string]bool{}
	for _, l := range ls {
		families[l.Family] = true
		if l.Problem != nil {
			t.Errorf("%s %s: %s", l.Family, l.Type, *l.Problem)
		}
	}
	if !families["route"] || !families["ethtool"] || !families["nlctrl"] {
		t.Errorf("families %v", families)
	}
}
