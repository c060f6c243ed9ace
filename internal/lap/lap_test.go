// SPDX-License-Identifier: Apache-2.0

package lap

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestParts(t *testing.T) {
	defer func(was bool) { on, parts = was, nil }(on)
	on, parts = false, nil
	Mark("off")
	Move("off", "else", time.Second)
	if parts != nil {
		t.Errorf("nobody asked, and got %v", parts)
	}
	on = true
	Mark("first")
	add("load", 7*time.Second, 5*time.Second)
	Move("load", "verifier", 2*time.Second)
	add("load", time.Second, time.Second)
	var b bytes.Buffer
	Print(&b)
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "lap\tfirst\t") ||
		lines[1] != "lap\tload\t4000000\t2000000" || lines[2] != "lap\tverifier\t2000000\t0" {
		t.Errorf("got %q", lines)
	}
}
