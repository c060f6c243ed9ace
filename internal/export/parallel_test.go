// SPDX-License-Identifier: Apache-2.0

package export

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
)

// numbered renders the frame's number and how often its request was answered.
type numbered struct{ w io.Writer }

func (n numbered) Observe(o *correlate.Observation) error {
	replies := -1
	if o.Exchange != nil {
		replies = o.Exchange.Replies
	}
	_, err := fmt.Fprintln(n.w, o.Frame.ID, replies)
	return err
}

// TestParallelOrder: the output is that of one renderer, whatever the number of
// workers, and a request is printed as it was when it was observed.
func TestParallelOrder(t *testing.T) {
	const n = 5000
	feed := func(o Observer) {
		req := &correlate.Exchange{}
		for i := range n {
			x := correlate.Observation{Frame: &capture.Frame{Origin: &capture.Origin{}, ID: uint64(i)}}
			if i%3 > 0 {
				x.Exchange = req
			}
			if i%7 == 0 {
				x.Message = &decode.Message{Data: make([]byte, jobBytes/3)}
			}
			if err := o.Observe(&x); err != nil {
				t.Fatal(err)
			}
			req.Replies++
		}
	}
	var want, got bytes.Buffer
	feed(numbered{&want})
	p := NewParallel(&got, 4, func(w io.Writer) Observer { return numbered{w} })
	feed(p)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("%d bytes in another order or with other content, want %d", got.Len(), want.Len())
	}
}

type broken struct{ after int }

var errGone = errors.New("reader gone")

func (b *broken) Write(p []byte) (int, error) {
	if b.after -= len(p); b.after < 0 {
		return 0, errGone
	}
	return len(p), nil
}

// TestParallelError: an error of the writer comes back, and nobody hangs.
func TestParallelError(t *testing.T) {
	p := NewParallel(&broken{after: 10_000}, 2, func(w io.Writer) Observer { return numbered{w} })
	var err error
	for i := 0; i < 100_000 && err == nil; i++ {
		err = p.Observe(&correlate.Observation{Frame: &capture.Frame{Origin: &capture.Origin{}, ID: uint64(i)}})
	}
	if !errors.Is(err, errGone) {
		t.Errorf("Observe: %v", err)
	}
	if err := p.Close(); !errors.Is(err, errGone) {
		t.Errorf("Close: %v", err)
	}
}

// TestParallelNftables: rules name the elements of sets, and interfaces, that
// came long before them, as one renderer does that saw all in order.
func TestParallelNftables(t *testing.T) {
	var want, got bytes.Buffer
	feed := func(o Observer) {
		r, err := pcapng.Open("../decode/families/testdata/lab/nftables.6.12.pcapng.gz")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		d := decode.New(families.All(), decode.Options{})
		if err := r.Run(t.Context(), func(f *capture.Frame) error {
			ms := d.Frame(f, nil)
			for i := range ms {
				if err := o.Observe(observe(&ms[i])); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	feed(NewJSON(&want, nil))
	p := NewParallel(&got, 4, func(w io.Writer) Observer { return NewJSON(w, nil) })
	feed(p)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want.Bytes()) {
		a, b := bytes.Split(want.Bytes(), []byte("\n")), bytes.Split(got.Bytes(), []byte("\n"))
		for i := range min(len(a), len(b)) {
			if !bytes.Equal(a[i], b[i]) {
				t.Fatalf("line %d:\n%s\nwant\n%s", i+1, b[i], a[i])
			}
		}
		t.Errorf("%d lines, want %d", len(b), len(a))
	}
}

// TestParallelLearns: what a family and its group are called while a message comes is said of
// it, as by one renderer, also where they are called otherwise right after it.
func TestParallelLearns(t *testing.T) {
	const id, group = 40, 7
	msg := nltest.Message(id, 0, 0, 0, []byte{1, 1, 0, 0})
	feed := func(o Observer, d *decode.Decoder) {
		for i := range 600 {
			name := []string{"first", "second"}[i/2%2]
			d.LearnFamily(id, name, 1, []schema.Group{{ID: group, Name: "group of " + name}})
			f := &capture.Frame{Origin: &capture.Origin{Protocol: capture.NETLINK_GENERIC, Dir: capture.DirEvent, Group: group}, ID: uint64(i + 1), Data: msg, OrigLen: len(msg)}
			ms := d.Frame(f, nil)
			if err := o.Observe(observe(&ms[0])); err != nil {
				t.Fatal(err)
			}
		}
	}
	var want, got bytes.Buffer
	d := decode.New(families.All(), decode.Options{})
	feed(NewJSON(&want, d.GroupName), d)
	if n := bytes.Count(want.Bytes(), []byte(`"group of second"`)); n != 300 {
		t.Fatalf("%d messages of 300 name their group", n)
	}
	for _, n := range []int{1, 2, 4} {
		d := decode.New(families.All(), decode.Options{})
		got.Reset()
		p := NewParallel(&got, n, func(w io.Writer) Observer { return NewJSON(w, d.GroupName) })
		d.OnLearn(p.Render)
		feed(p, d)
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want.Bytes()) {
			t.Errorf("%d renderers wrote something else than one", n)
		}
	}
}
