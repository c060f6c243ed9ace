// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pcapng"
)

// counted returns what a table says of a source.
func counted(t *testing.T, src capture.Source, sinks ...Sink) aggregate.Snapshot {
	t.Helper()
	o := Options{Source: src, Decoder: decode.New(families.All(), decode.Options{}), Table: aggregate.New(aggregate.Options{CountOnly: true}), Sinks: sinks}
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if p.counts != (len(sinks) == 0) {
		t.Fatalf("with %d sinks, counts alone: %v", len(sinks), p.counts)
	}
	if err := p.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	s := o.Table.Snapshot(p.Now())
	slices.SortFunc(s.Causes, func(a, b aggregate.Cause) int {
		return cmp.Compare(fmt.Sprint(a.CauseKey), fmt.Sprint(b.CauseKey))
	})
	return s
}

// TestCountsAlone: a table counts the same where nothing is shown, and messages are
// neither searched for secrets nor compared with those before them.
func TestCountsAlone(t *testing.T) {
	files, err := filepath.Glob("../decode/families/testdata/lab/[mnwx]*.6.12.pcapng.gz")
	if err != nil || len(files) < 4 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		var of [2]aggregate.Snapshot
		for i, sinks := range [][]Sink{nil, {sinkFunc(func(*correlate.Observation) error { return nil })}} {
			r, err := pcapng.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			of[i] = counted(t, r, sinks...)
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if of[0].Total.OutMessages == 0 || !reflect.DeepEqual(of[0], of[1]) {
			t.Errorf("%s: counts alone differ:\n%+v\n%+v", file, of[0].Total, of[1].Total)
		}
	}
}

// TestNothingKeptNothingOverwritten: with a sink, a key is overwritten in the frame, and
// with counts alone, which hold no bytes, the frame is left as it is.
func TestNothingKeptNothingOverwritten(t *testing.T) {
	for _, sinks := range [][]Sink{nil, {sinkFunc(func(*correlate.Observation) error { return nil })}} {
		in := keySource()
		counted(t, in, sinks...)
		keys := 0
		for _, f := range in {
			if bytes.Contains(f.Data, xfrmKey) {
				keys++
			}
		}
		if want := 10 * (1 - len(sinks)); keys != want {
			t.Errorf("with %d sinks %d frames have their key, want %d", len(sinks), keys, want)
		}
	}
}
