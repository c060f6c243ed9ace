// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/export"
)

// rtnlRow is what one process did around rtnl_mutex while it handled one type
// of request.
type rtnlRow struct {
	Kind   string             `json:"kind"` // "rtnl"
	Proc   *aggregate.Process `json:"proc"`
	Family string             `json:"family,omitempty"` // "": no request
	Type   string             `json:"type,omitempty"`
	// Blamed is how long others waited that found it holding the lock.
	Blamed time.Duration `json:"blamed_ns"`
	Hold   capture.Times `json:"hold"`
	Wait   capture.Times `json:"wait"`
}

// rtnl returns the table of --rtnl, who is most to blame first; nil without the
// flag.
func (f *statFlags) rtnl(s *session, dec *decode.Decoder) ([]rtnlRow, error) {
	if !f.captureFlags.rtnl {
		return nil, nil
	}
	src, ok := s.src.(capture.Locker)
	if !ok || f.read != "" {
		return nil, errors.New("--rtnl: a recording has no table of rtnl_mutex; trace -r shows who waited and held it for long")
	}
	locks, lost, err := src.Locks()
	if err != nil {
		return nil, err
	}
	if locks == nil && s.src.Info().Name == capture.SourceSyscall {
		return nil, errors.New("--rtnl: source syscall does not see rtnl_mutex: it takes fentry or kprobe")
	}
	if lost > 0 && !f.quiet {
		fmt.Fprintf(os.Stderr, "nltop: rtnl_mutex: %d processes found no room in the table\n", lost)
	}
	rows := make([]rtnlRow, 0, len(locks))
	for i := range locks {
		l := &locks[i]
		r := rtnlRow{
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
	slices.SortFunc(rows, func(a, b rtnlRow) int {
		return cmp.Or(cmp.Compare(b.Blamed, a.Blamed), cmp.Compare(b.Hold.Sum, a.Hold.Sum), cmp.Compare(b.Wait.Sum, a.Wait.Sum),
			cmp.Compare(a.Proc.PID, b.Proc.PID), cmp.Compare(a.Type, b.Type))
	})
	return rows, nil
}

func rtnlText(w io.Writer, rows []rtnlRow) error {
	fmt.Fprintln(w, "\nrtnl_mutex: BLAMED is how long others waited that found it held")
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "BLAMED\tHELD\tMAX\tHOLDS\tWAITED\tMAX\tWAITS\tREQUEST\tPROCESS")
	for i := range rows {
		r := &rows[i]
		request := "(no request)"
		if r.Family != "" {
			request = decode.Quote(r.Family) + " " + decode.Quote(r.Type)
		}
		d := export.Duration
		fmt.Fprintf(tw, "%s\t%s\t%s\t%d\t%s\t%s\t%d\t%s\t%s\n", d(r.Blamed), d(r.Hold.Sum), d(r.Hold.Max), r.Hold.Count,
			d(r.Wait.Sum), d(r.Wait.Max), r.Wait.Count, request, export.Process(capture.Proc{PID: r.Proc.PID, Comm: r.Proc.Comm}))
	}
	return tw.Flush()
}
