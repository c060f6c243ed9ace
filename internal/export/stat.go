// SPDX-License-Identifier: Apache-2.0

package export

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// StatTable prints the rows of a table and their total. What was not measured is "-",
// and so is what info says that nobody could see.
func StatTable(w io.Writer, rows []live.Row, info *capture.Info) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "%KERNEL\tKERNEL\tCALLS\tMESSAGES\tERRORS\tBYTES\tDROPS\tENOBUFS\tP50\tP90\tP99\tMAX\tFAMILY\tTYPE\tPROCESS")
	total := live.Total(rows)
	for i := range rows {
		statLine(tw, &rows[i], total.Kernel.Sum, info.Sees)
	}
	statLine(tw, total, total.Kernel.Sum, info.Sees)
	return tw.Flush()
}

func statLine(w io.Writer, r *live.Row, kernel time.Duration, sees capture.Sees) {
	share, spent := "-", "-"
	if r.Kernel.Count > 0 {
		share = fmt.Sprintf("%.1f", 100*float64(r.Kernel.Sum)/float64(max(kernel, 1)))
		spent = words.Duration(r.Kernel.Sum)
	}
	measured := func(d time.Duration) string {
		if r.Latency.Count == 0 {
			return "-"
		}
		return words.Duration(d)
	}
	lost := func(n uint64, facts capture.Sees) string {
		if n == 0 && sees&facts == 0 {
			return "-"
		}
		return strconv.FormatUint(n, 10)
	}
	fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", share, spent, r.Calls, r.Messages,
		r.Failures(), r.Bytes, lost(r.Drops, capture.SeesLosses), lost(r.Nobufs(), capture.SeesNobufs|capture.SeesNobufsRead), measured(r.P50), measured(r.P90), measured(r.P99), measured(r.Latency.Max),
		cmp.Or(decode.Quote(r.Family), "-"), cmp.Or(decode.Quote(r.Type), "-"), r.Process())
}
