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
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/words"
)

// LockRow is what one process did around rtnl_mutex while it handled one type of
// request.
type LockRow struct {
	Kind   string             `json:"kind"` // "rtnl"
	Proc   *aggregate.Process `json:"proc"`
	Family string             `json:"family,omitempty"` // "": no request
	Type   string             `json:"type,omitempty"`
	// Blamed is how long others waited that found it holding the lock.
	Blamed time.Duration `json:"blamed_ns"`
	Hold   capture.Times `json:"hold"`
	Wait   capture.Times `json:"wait"`
}

// LockRows names the rows of a source's table, who is most to blame first.
func LockRows(locks []capture.LockRow, dec *decode.Decoder) []LockRow {
	rows := make([]LockRow, 0, len(locks))
	for i := range locks {
		l := &locks[i]
		r := LockRow{
			Kind: "rtnl", Proc: &aggregate.Process{PID: l.Proc.PID, Comm: l.Proc.Comm}, Blamed: l.Blamed,
			Hold: l.Hold, Wait: l.Wait,
		}
		if l.Request {
			r.Family, r.Type = dec.Name(l.Protocol, l.Type, l.Cmd, true)
			r.Type = cmp.Or(r.Type, fmt.Sprintf("type 0x%x", l.Type))
			r.Family = cmp.Or(r.Family, capture.ProtocolName(l.Protocol))
		}
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b LockRow) int {
		return cmp.Or(cmp.Compare(b.Blamed, a.Blamed), cmp.Compare(b.Hold.Sum, a.Hold.Sum), cmp.Compare(b.Wait.Sum, a.Wait.Sum),
			cmp.Compare(a.Proc.PID, b.Proc.PID), cmp.Compare(a.Type, b.Type))
	})
	return rows
}

// Process names who it was.
func (r *LockRow) Process() string {
	return words.Process(capture.Proc{PID: r.Proc.PID, Comm: r.Proc.Comm})
}

// Request names what it handled.
func (r *LockRow) Request() string { return lockRequest(r.Family, r.Type) }

func lockRequest(family, typ string) string {
	if family == "" {
		return "(no request)"
	}
	return decode.Quote(family) + " " + decode.Quote(typ)
}

// LockTable prints the rows.
func LockTable(w io.Writer, rows []LockRow) error {
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

// LockReport is one long hold of rtnl_mutex, or a long wait for it.
type LockReport struct {
	Time         time.Time
	Proc         capture.Proc
	Family, Type string // of the request; "": none
	capture.Lock
}

// Request names what it handled.
func (r *LockReport) Request() string { return lockRequest(r.Family, r.Type) }
