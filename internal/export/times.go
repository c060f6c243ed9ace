// SPDX-License-Identifier: Apache-2.0

package export

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/live"
	"github.com/nltop/nltop/internal/words"
)

// TimesTable prints what the requests of the rows spent their time on, the longest first,
// and the total. WHOLE is the sum of the columns behind it.
func TimesTable(w io.Writer, rows []live.Row) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "WHOLE\tMODULE\tRTNL\tRCU\tLOCKS\tOWN\tREST\tLATER\tLATE\tREADER\tQUEUE\tFAMILY\tTYPE\tPROCESS")
	spent := slices.DeleteFunc(slices.Clone(rows), func(r live.Row) bool { return r.Spent == aggregate.Spent{} })
	slices.SortStableFunc(spent, func(a, b live.Row) int { return cmp.Compare(b.Spent.Sum(), a.Spent.Sum()) })
	for i := range spent {
		timesLine(tw, &spent[i])
	}
	timesLine(tw, live.Total(spent))
	return tw.Flush()
}

func timesLine(w io.Writer, r *live.Row) {
	s := &r.Spent
	for _, d := range []time.Duration{s.Sum(), s.Module, s.RTNL, s.RCU, s.Locks, s.Own, s.Rest, s.Later, s.Late, s.Reader, s.Queue} {
		text := "-"
		if d > 0 {
			text = words.Duration(d)
		}
		fmt.Fprintf(w, "%s\t", text)
	}
	fmt.Fprintf(w, "%s\t%s\t%s\n", cmp.Or(decode.Quote(r.Family), "-"), cmp.Or(decode.Quote(r.Type), "-"), r.Process())
}
