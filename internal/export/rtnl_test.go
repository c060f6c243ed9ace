// SPDX-License-Identifier: Apache-2.0

package export

import (
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/live"
)

func TestLockTable(t *testing.T) {
	ms := time.Millisecond
	rows := []live.LockRow{{
		Proc: &aggregate.Process{PID: 2, Comm: "holds"}, Family: "route", Type: "RTM_DELLINK", Blamed: 90 * ms,
		Hold: capture.Times{Count: 1, Sum: 95 * ms, Max: 95 * ms},
	}}
	var text strings.Builder
	if err := LockTable(&text, rows); err != nil || !strings.Contains(text.String(), "90.0 ms  95.0 ms  95.0 ms  1") ||
		!strings.Contains(text.String(), "route RTM_DELLINK  holds[2]") {
		t.Errorf("%v:\n%s", err, &text)
	}
}
