// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
)

func withTables(t *testing.T, tables *capture.Tables) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, testOptions)
	if err == nil {
		err = w.WriteFrame(&capture.Frame{Origin: &capture.Origin{Sees: testOptions.Info.Sees}, ID: 1, Time: time.Unix(1, 0)})
	}
	if err == nil && tables != nil {
		err = w.WriteTables(tables)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Every field of every row comes back, also those of a field that is added later.
func TestTables(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	want := capture.Tables{Lost: 7, Locked: true, Readers: []capture.Reader{}, Span: 3 * time.Second}
	for range 200 {
		var l capture.LockRow
		var r capture.Reader
		for _, v := range []any{&l.Wait, &l.Hold, &l.Blamed, &l.Protocol, &l.Type, &l.Cmd, &r} {
			fill(t, rng, reflect.ValueOf(v).Elem())
		}
		l.Request = rng.IntN(2) == 0
		if !l.Request {
			l.Protocol, l.Type, l.Cmd = 0, 0, 0
		}
		l.Proc = capture.Proc{PID: rng.Uint32(), Comm: "a\xffb", Name: "a\xffb", Outside: rng.IntN(2) == 0}
		r.Last = time.Unix(int64(rng.IntN(1<<31)), 5)
		want.Locks, want.Readers = append(want.Locks, l), append(want.Readers, r)
	}
	r, frames, _, err := play(withTables(t, &want))
	if err != nil || len(frames) != 1 {
		t.Fatalf("%d frames, %v", len(frames), err)
	}
	var got capture.Tables
	var err2 error
	got.Locks, got.Lost, err = r.Locks()
	got.Locked = err == nil
	got.Readers, got.Span, err2 = r.Readers()
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff[:min(len(diff), 4000)])
	}
}

func TestNoTables(t *testing.T) {
	whole := withTables(t, &capture.Tables{Locked: true, Locks: []capture.LockRow{{}}, Readers: []capture.Reader{}})
	check := func(what string, r *Reader, want error) {
		t.Helper()
		_, _, lerr := r.Locks()
		_, _, rerr := r.Readers()
		if !errors.Is(lerr, want) || !errors.Is(rerr, want) {
			t.Errorf("%s: %v, %v", what, lerr, rerr)
		}
	}
	r, err := NewReader(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	check("not read yet", r, capture.ErrTableAhead)
	for what, file := range map[string][]byte{
		"cut off": whole[:len(whole)-200], "killed": withTables(t, nil), "not watched": withTables(t, &capture.Tables{}),
	} {
		if r, _, _, _ = play(file); r == nil {
			t.Fatal(what)
		}
		check(what, r, capture.ErrTableCut)
	}
	if r, _, _, err = play(whole); err != nil {
		t.Fatal(err)
	}
	check("whole", r, nil)
}
