// SPDX-License-Identifier: Apache-2.0

package export

import (
	"cmp"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/live"
)

// CauseTable prints who made others receive events, and the total.
func CauseTable(w io.Writer, rows []live.CauseRow) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "REQUESTS\tEVENTS\tDELIVERIES\tLOST\tENOBUFS\tMESSAGES\tBYTES\tFAMILY\tREQUEST\tPROCESS")
	var total aggregate.Caused
	var requests uint64
	for i := range rows {
		r := &rows[i]
		total.Add(&r.Caused)
		requests += r.Requests
		asked, what := "-", "(no request)"
		switch {
		case r.Others:
			what = "(other causes)"
		case r.Type != "":
			asked, what = fmt.Sprint(r.Requests), decode.Quote(r.Type)
		}
		causeLine(tw, asked, &r.Caused, cmp.Or(decode.Quote(r.Family), "-"), what, r.Process())
	}
	causeLine(tw, fmt.Sprint(requests), &total, "total", "-", "-")
	return tw.Flush()
}

func causeLine(w io.Writer, asked string, c *aggregate.Caused, family, what, process string) {
	fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\n", asked, c.Events, c.Deliveries, c.Lost, c.Nobufs,
		c.Messages, c.Bytes, family, what, process)
}
