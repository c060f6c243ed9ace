// SPDX-License-Identifier: Apache-2.0

package who

import (
	"context"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pcapng"
)

// BenchmarkSearch searches a session of ip for what is not in it; per observation.
func BenchmarkSearch(b *testing.B) {
	r, err := pcapng.Open("../say/testdata/monitor.pcapng.gz")
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	d := decode.New(families.All(), decode.Options{})
	tracker := correlate.NewWith(correlate.Options{Ends: true})
	var all []correlate.Observation
	if err := r.Run(context.Background(), func(f *capture.Frame) error {
		for _, o := range tracker.Frame(f, d.Frame(f, nil), nil) {
			o.Own()
			all = append(all, o)
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	q, _ := Parse("10.99.0.0/16")
	s := NewSearch(q, Options{Emit: func(*Line) error { return nil }})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := s.Observe(&all[i%len(all)]); err != nil {
			b.Fatal(err)
		}
	}
}
