// SPDX-License-Identifier: Apache-2.0

package export

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/incident"
)

// begins collects when what it is given began.
type begins struct{ at []time.Time }

func (b *begins) Observe(o *correlate.Observation) error {
	switch o.End {
	case correlate.EndEvent:
		b.at = append(b.at, o.Event.Time)
	case correlate.EndNone:
		b.at = append(b.at, o.Frame.Time)
	default:
		b.at = append(b.at, o.Exchange.Time)
	}
	return nil
}

// Ends come in the order of their beginnings, also where more of them are held back
// than there is room for, as long as none is that late.
func TestOrdered(t *testing.T) {
	const n = 3 * maxOrdered
	var got begins
	w := NewOrdered(&got, func(in *incident.Incident) error { got.at = append(got.at, in.Begin); return nil })
	rng := rand.New(rand.NewPCG(1, 2))
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	for i := 0; i+100 < n; i += 50 { // each is late by less than 150 others
		part := order[i : i+100]
		rng.Shuffle(len(part), func(a, b int) { part[a], part[b] = part[b], part[a] })
	}
	x, e := &correlate.Exchange{}, &correlate.Event{} // the tracker goes on writing to them
	for _, i := range order {
		at := time.Unix(int64(i), 0)
		var err error
		switch i % 4 {
		case 0:
			*x = correlate.Exchange{Time: at, Request: &decode.Message{Frame: &capture.Frame{ID: uint64(i)}}}
			err = w.Observe(&correlate.Observation{End: correlate.EndExchange, Exchange: x})
		case 1:
			*e = correlate.Event{Time: at, ID: uint64(i)}
			err = w.Observe(&correlate.Observation{End: correlate.EndEvent, Event: e})
		case 2:
			f := &capture.Frame{Origin: &capture.Origin{Kind: capture.KindSocketError}, ID: uint64(i), Time: at}
			err = w.Observe(&correlate.Observation{Frame: f})
		default:
			err = w.Incident(&incident.Incident{Begin: at, Open: true})
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(w.held) > maxOrdered {
			t.Fatalf("%d are held", len(w.held))
		}
	}
	if err := w.Observe(&correlate.Observation{Frame: &capture.Frame{Origin: &capture.Origin{}}}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if len(got.at) != n {
		t.Fatalf("%d of %d", len(got.at), n)
	}
	for i, at := range got.at {
		if at.Unix() != int64(i) {
			t.Fatalf("number %d began as number %d", i, at.Unix())
		}
	}
}

// dropped is an answer, of which Ordered hands on the end of its exchange alone.
func dropped() *correlate.Observation {
	f := &capture.Frame{Origin: &capture.Origin{Kind: capture.KindDatagram}}
	return &correlate.Observation{Frame: f, Exchange: &correlate.Exchange{InterruptedBy: &correlate.Cause{}}, Event: &correlate.Event{}}
}

// What is not handed on is not copied.
func TestOrderedDrops(t *testing.T) {
	w, o := NewOrdered(&begins{}, nil), dropped()
	if n := testing.AllocsPerRun(100, func() {
		if err := w.Observe(o); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for an observation that is dropped", n)
	}
}

func BenchmarkOrderedDrops(b *testing.B) {
	w, o := NewOrdered(&begins{}, nil), dropped()
	b.ReportAllocs()
	for b.Loop() {
		if err := w.Observe(o); err != nil {
			b.Fatal(err)
		}
	}
}
