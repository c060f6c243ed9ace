// SPDX-License-Identifier: Apache-2.0

package export

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// LockTable prints who held rtnl_mutex and who waited for it.
func LockTable(w io.Writer, rows []live.LockRow) error {
	fmt.Fprintln(w, "\nrtnl_mutex: BLAMED is how long others waited that found it held")
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "BLAMED\tHELD\tMAX\tHOLDS\tWAITED\tMAX\tWAITS\tREQUEST\tPROCESS")
	for i := range rows {
		r := &rows[i]
		d := words.Duration
		fmt.Fprintf(tw, "%s\t%s\t%s\t%d\t%s\t%s\t%d\t%s\t%s\n", d(r.Blamed), d(r.Hold.Sum), d(r.Hold.Max), r.Hold.Count,
			d(r.Wait.Sum), d(r.Wait.Max), r.Wait.Count, r.Request(), r.Process())
	}
	return tw.Flush()
}
