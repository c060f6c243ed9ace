// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/pcapng"
)

// output is all that comes of a source.
type output struct {
	observations []string
	rows         []string
	incidents    []string
	file         []*capture.Frame
}

// tell runs frames through a pipeline that remembers at least limit Origins.
func tell(t *testing.T, frames []*capture.Frame, limit int) output {
	t.Helper()
	var (
		out  output
		seen collect
		file bytes.Buffer
	)
	w, err := pcapng.NewWriter(&file, pcapng.Options{Info: capture.Info{Name: capture.SourceFentry}})
	if err != nil {
		t.Fatal(err)
	}
	own := capture.Origins{Limit: limit}
	var in made
	for _, f := range frames {
		g := *f
		g.Origin = own.Of(f.Origin)
		in = append(in, &g)
	}
	log := incident.New()
	p, err := New(Options{Source: in, Decoder: decode.New(families.All(), decode.Options{}), Recorder: w, Sinks: []Sink{&seen},
		Ends: true, Table: aggregate.New(aggregate.Options{}), Incidents: log, Owners: owners{}})
	if err != nil {
		t.Fatal(err)
	}
	p.origins.Limit, p.completed.Limit = limit, limit
	if err := p.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for i := range seen.obs {
		o := &seen.obs[i]
		out.observations = append(out.observations, fmt.Sprintf("%d %+v %v %s %s %v %v %+v %d", o.Frame.ID, *o.Frame.Origin,
			o.End, o.Family, o.Type, o.Outcome, o.Latency, o.Account, o.Errno))
	}
	var s aggregate.Snapshot
	var incidents []incident.Incident
	p.Look(func(st State) {
		s = st.Table.Snapshot(p.Now())
		incidents = st.Incidents.Snapshot(s.Time)
	})
	for i := range s.Cells {
		b, err := json.Marshal(s.Cells[i])
		if err != nil {
			t.Fatal(err)
		}
		out.rows = append(out.rows, string(b))
	}
	for _, x := range incidents {
		for i := range x.Senders {
			for j := range x.Senders[i].Requests { // an example, and no pointer
				if r := &x.Senders[i].Requests[j]; r.First != nil {
					out.incidents = append(out.incidents, fmt.Sprintf("first %x", r.First.Data))
					r.First = nil
				}
			}
		}
		out.incidents = append(out.incidents, fmt.Sprintf("%+v", x))
	}
	r, err := pcapng.NewReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out.file = append(out.file, rec.Frame)
	}
}

// That frames share an Origin is a shortcut: with tables that remember two of them, and
// so make many of one, no row, exchange, incident or file says anything else.
func TestOriginsForgotten(t *testing.T) {
	recordings, err := filepath.Glob("../e2e/testdata/84eb856/*.pcapng.gz")
	if err != nil || len(recordings) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for _, path := range recordings {
		t.Run(filepath.Base(path), func(t *testing.T) {
			r, err := pcapng.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			var frames []*capture.Frame
			for {
				rec, err := r.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				frames = append(frames, rec.Frame)
			}
			want, got := tell(t, frames, 0), tell(t, frames, 2)
			if len(want.observations) == 0 || len(want.rows) == 0 || len(want.file) != len(frames) {
				t.Fatalf("%d observations, %d rows, %d frames in the file", len(want.observations), len(want.rows), len(want.file))
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(output{})); diff != "" {
				t.Errorf("with an interner of 2 (-many +2):\n%s", diff)
			}
		})
	}
}
