// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"context"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
)

// counting is a source that has counted some rows, which it hands over once.
type counting struct {
	made
	rows *[]capture.Count
}

func (counting) Counting() bool            { return true }
func (counting) Watch(capture.Watch) error { return nil }
func (c counting) Counts(emit func(*capture.Count)) (rest capture.CountRest, err error) {
	for i := range *c.rows {
		emit(&(*c.rows)[i])
	}
	*c.rows = nil
	return rest, nil
}

// The kernel counts ENODEV of a generic family, and the family's table says whether it was
// the answer to a question.
func TestCountedNoDevs(t *testing.T) {
	const datapath, vport, unknown = 37, 38, 99
	for _, tc := range []struct {
		name     string
		typ, cmd uint16
		request  bool
		failures uint64
	}{
		{"OVS_VPORT_CMD_GET", vport, 3, true, 2},
		{"OVS_VPORT_CMD_DEL", vport, 2, true, 5},
		{"OVS_DP_CMD_GET", datapath, 3, true, 5},
		{"family whose number nobody knows", unknown, 3, true, 5},
		{"no request", vport, 3, false, 5},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rows := []capture.Count{{
				Protocol: capture.NETLINK_GENERIC, Type: tc.typ, Sub: tc.cmd, Request: tc.request, Messages: 9, Bytes: 900,
				Tally: capture.Tally{Errors: 5}, NoDevs: 3, Errno: 19, Last: time.Unix(7, 0),
			}}
			dec := decode.New(families.All(), decode.Options{})
			dec.LearnFamily(datapath, "ovs_datapath", 2, nil)
			dec.LearnFamily(vport, "ovs_vport", 1, nil)
			table := aggregate.New(aggregate.Options{CountOnly: true})
			p, err := New(Options{Source: counting{rows: &rows}, Decoder: dec, Table: table, Counted: true})
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			snap := table.Snapshot(time.Time{})
			if len(snap.Cells) != 1 {
				t.Fatalf("%d cells", len(snap.Cells))
			}
			if c := snap.Cells[0].Counters; c.Errors != 5 || c.Failures() != tc.failures {
				t.Errorf("%d errors, %d failures, want 5 and %d", c.Errors, c.Failures(), tc.failures)
			}
		})
	}
}

// What a source has counted is behind the frames that it has emitted: a look says how many
// of those were kept when it was counted.
func TestCountedTo(t *testing.T) {
	kept := uint64(7)
	for _, tc := range []struct {
		name    string
		o       Options
		counted bool
		to      uint64
	}{
		{"counted", Options{Counted: true, Kept: func() uint64 { return kept }}, true, 7},
		{"nobody keeps frames", Options{Counted: true}, false, 0},
		{"not by the source", Options{Kept: func() uint64 { return kept }}, false, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rows := []capture.Count{{Protocol: capture.NETLINK_ROUTE, Type: 18, Request: true, Messages: 9, Last: time.Unix(7, 0)}}
			tc.o.Source, tc.o.Decoder = counting{rows: &rows}, decode.New(families.All(), decode.Options{})
			tc.o.Table = aggregate.New(aggregate.Options{CountOnly: true})
			p, err := New(tc.o)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			p.Look(func(st State) {
				if st.Counted != tc.counted || st.CountedTo != tc.to {
					t.Errorf("counted %v, to %d", st.Counted, st.CountedTo)
				}
			})
		})
	}
}
