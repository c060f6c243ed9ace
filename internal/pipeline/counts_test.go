// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
)

// counted returns what a table says of a source.
func counted(t *testing.T, src capture.Source, sinks ...Sink) aggregate.Snapshot {
	t.Helper()
	s, err := countedUntil(t, src, sinks...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// countedUntil returns the error that the source ends with, too.
func countedUntil(t *testing.T, src capture.Source, sinks ...Sink) (aggregate.Snapshot, error) {
	t.Helper()
	o := Options{Source: src, Decoder: decode.New(families.All(), decode.Options{}), Table: aggregate.New(aggregate.Options{CountOnly: true}), Sinks: sinks}
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if p.counts != (len(sinks) == 0) {
		t.Fatalf("with %d sinks, counts alone: %v", len(sinks), p.counts)
	}
	err = p.Run(context.Background())
	s := o.Table.Snapshot(p.Now())
	slices.SortFunc(s.Causes, func(a, b aggregate.Cause) int {
		return cmp.Compare(fmt.Sprint(a.CauseKey), fmt.Sprint(b.CauseKey))
	})
	return s, err
}

// TestCountsAlone: a table counts the same where nothing is shown, messages are neither
// searched for secrets nor compared with those before them, and frames are lent and prepared
// on another processor; also of damaged files, and on any number of processors.
func TestCountsAlone(t *testing.T) {
	files, err := filepath.Glob("../decode/families/testdata/lab/*.6.12.pcapng.gz")
	if err != nil || len(files) < 50 {
		t.Fatal(files, err)
	}
	files = append(files, "../../cmd/nltop/demo.pcapng.gz")
	files = append(files, damagedFiles(t, "../../cmd/nltop/demo.pcapng.gz")...)
	most := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(most)
	processors := []int{1, 2, 4, 7}
	for i, file := range files {
		runtime.GOMAXPROCS(most)
		want, wantErr := countFile(t, file, sinkFunc(func(*correlate.Observation) error { return nil }))
		if wantErr == nil && want.Total.OutMessages == 0 {
			t.Errorf("%s has nothing to count", file)
		}
		on := processors[i%len(processors):][:1]
		if i == len(files)-1 {
			on = processors
		}
		for _, n := range on {
			runtime.GOMAXPROCS(n)
			if got, err := countFile(t, file); !reflect.DeepEqual(want, got) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
				t.Errorf("%s: counts alone differ on %d processors:\n%+v %v\n%+v %v", file, n, want.Total, wantErr, got.Total, err)
			}
		}
	}
}

// countFile returns what a table says of a file, and the error that it ends with.
func countFile(t *testing.T, file string, sinks ...Sink) (aggregate.Snapshot, error) {
	t.Helper()
	r, err := pcapng.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	return countedUntil(t, r, sinks...)
}

// damagedFiles writes copies of a recording: cut, with a length that leads nowhere, with
// processes and facts that are not what they were, and with a datagram that is too long to
// be prepared.
func damagedFiles(t *testing.T, recording string) (files []string) {
	t.Helper()
	whole := nltest.Unpacked(t, recording)
	write := func(b []byte) {
		files = append(files, filepath.Join(t.TempDir(), "damaged.pcapng"))
		if err := os.WriteFile(files[len(files)-1], b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(whole[:len(whole)*2/3+1])
	for seed := range uint64(3) {
		b, r := bytes.Clone(whole), rand.New(rand.NewPCG(seed, 1))
		for range 20 << (3 * seed) {
			b[1024+r.IntN(len(b)-1024)] ^= 1 << r.IntN(8)
		}
		write(b)
	}
	var long bytes.Buffer
	w, err := pcapng.NewWriter(&long, pcapng.Options{Info: capture.Info{Name: capture.SourceFentry}})
	if err != nil {
		t.Fatal(err)
	}
	for id := uint64(1); id < 400; id++ {
		f := frame(capture.DirRequest, 7, 1, 7)
		f.Data = nltest.Message(26, 0x301, uint32(id), 7, make([]byte, 12)) // a dump of routes
		if id%50 == 0 {
			f.Data = bytes.Repeat(f.Data, 80<<10/len(f.Data))
		}
		f.ID, f.OrigLen = id, len(f.Data)
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	write(long.Bytes())
	return files
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
