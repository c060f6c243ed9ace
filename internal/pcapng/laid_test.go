// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// manyFrames are changes of a route, and between them such that differ from those in one
// field each.
func manyFrames() (fs []capture.Frame) {
	id := uint64(0)
	add := func(change func(i int, f *capture.Frame)) {
		request := id + 1
		for i, f := range routeChange() {
			id++
			f.ID, f.Time = id, f.Time.Add(1)
			f.Of, f.Cause = min(f.Of, 1)*request, min(f.Cause, 1)*request
			change(i, f)
			fs = append(fs, *f)
		}
	}
	of := routeChange()
	origins := []*capture.Origin{of[0].Origin, of[1].Origin, of[2].Origin}
	same := func(i int, f *capture.Frame) { f.Origin = origins[i] }
	add(same)
	for at := range origins {
		eachField(reflect.TypeFor[capture.Frame](), nil, "", func(index []int, name string) {
			add(func(i int, f *capture.Frame) {
				if same(i, f); i == at && name != "Origin" {
					change(reflect.ValueOf(f).Elem().FieldByIndex(index))
				}
			})
			add(same)
		})
	}
	return fs
}

// Frames whose blocks lie ready are written as any others.
func TestWriteFrames(t *testing.T) {
	fs := manyFrames()
	var slow, quick bytes.Buffer
	w, err := NewWriter(&slow, testOptions)
	if err != nil {
		t.Fatal(err)
	}
	for i := range fs {
		w.buf = slices.Clip(w.buf) // so that no block has room
		if w.laid(&fs[i]) {
			t.Fatal("it lies ready")
		}
		if err := w.WriteFrame(&fs[i]); err != nil {
			t.Fatal(err)
		}
	}
	q, err := NewWriter(&quick, testOptions)
	if err != nil {
		t.Fatal(err)
	}
	q.buf = slices.Grow(q.buf, flushAt)
	if n, err := q.WriteFrames(fs); n != len(fs) || err != nil {
		t.Fatal(n, err)
	}
	ready := 0
	for i := len(fs) - 3; i < len(fs); i++ {
		if q.laid(&fs[i]) {
			ready++
		}
		if err := w.WriteFrame(&fs[i]); err != nil {
			t.Fatal(err)
		}
	}
	if ready != 3 {
		t.Errorf("%d of three lie ready", ready)
	}
	for _, w := range []*Writer{w, q} {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(slow.Bytes(), quick.Bytes()) {
		t.Errorf("%d bytes and %d", slow.Len(), quick.Len())
	}
}

// fullFile is a file that has no room any more.
type fullFile struct{ left int }

func (f *fullFile) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errors.New("no room")
	}
	return len(b), nil
}

// An error is told of the frame with which the buffer was full, and of none behind it.
func TestWriteFramesToFullFile(t *testing.T) {
	w, err := NewWriter(&fullFile{left: 4 * flushAt}, testOptions)
	if err != nil {
		t.Fatal(err)
	}
	fs := manyFrames()
	for range 1000 {
		n, err := w.WriteFrames(fs)
		if err == nil {
			continue
		}
		if n == 0 || n == len(fs) {
			t.Errorf("%d frames", n)
		}
		if again, err2 := w.WriteFrames(fs); again != 1 || !errors.Is(err2, err) {
			t.Errorf("%d frames, %v, afterwards", again, err2)
		}
		return
	}
	t.Error("there is no error")
}
