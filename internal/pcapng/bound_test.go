// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"context"
	"encoding/binary"
	"math"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/pcapng/hostile"
)

// TestLongBlocks: a block that is longer than one can be is skipped, told with its
// offset, and what is behind it is read, also behind a section header or an interface.
func TestLongBlocks(t *testing.T) {
	long := make([]byte, maxBlock)
	for name, build := range map[string]func(n *ng) (skipped int){
		"packet": func(n *ng) int {
			n.shb().idb(linkNetlink, 0)
			at := len(n.out)
			n.epb(0, 1, long)
			return at
		},
		"options": func(n *ng) int {
			n.shb().idb(linkNetlink, 0)
			at := len(n.out)
			var opts [][]byte
			for range maxBlock/maxOption + 1 {
				opts = append(opts, n.opt(optComment, long[:maxOption]))
			}
			n.epb(0, 1, cooked(0, getLink(n.bo)), opts...)
			return at
		},
		"report": func(n *ng) int {
			n.shb().idb(linkNetlink, 0)
			at := len(n.out)
			n.block(blockReport, long)
			return at
		},
		"section": func(n *ng) int {
			n.shb(n.opt(shbHardware, []byte("x86")), long)
			n.idb(linkNetlink, 0)
			return 0
		},
		"interface": func(n *ng) int {
			n.shb()
			at := len(n.out)
			n.idb(linkNetlink, 0, n.opt(ifTSResol, []byte{9}), n.opt(optEnd, nil), long)
			return at
		},
	} {
		for _, bo := range []order{binary.LittleEndian, binary.BigEndian} {
			n := &ng{bo: bo}
			at := build(n)
			n.epb(0, 2_000_000_000, cooked(0, getLink(bo)))
			r, got, _, err := play(n.out)
			if len(got) != 1 || got[0].OrigLen != 20 {
				t.Fatalf("%s: %d frames behind it, %v", name, len(got), err)
			}
			wantDamage(t, err, int64(at))
			if name == "interface" && got[0].Time.Unix() != 2 {
				t.Errorf("the unit of time in front of the long options is lost: %v", got[0].Time)
			}
			if name == "section" && r.Meta().Hardware != "x86" {
				t.Errorf("what stands in front of the long options is lost: %+v", r.Meta())
			}
		}
	}
	// The same in pcap.
	le := binary.LittleEndian
	file := pcapFile(le, pcapMicros, linkNetlink, make([]byte, maxBlock+1), cooked(0, getLink(le)))
	_, got, _, err := play(file)
	if len(got) != 1 {
		t.Fatalf("pcap: %d frames, %v", len(got), err)
	}
	wantDamage(t, err, 24)
}

// TestWriterMakesNoLongBlock writes what only files have: longer datagrams and reports
// than a reader takes. They are cut, and say so.
func TestWriterMakesNoLongBlock(t *testing.T) {
	var frames []*capture.Frame
	for i, kind := range []capture.Kind{capture.KindDatagram, capture.KindExtack, capture.KindLock} {
		for _, n := range []int{maxData, maxData + 1, maxBlock, 3 * maxBlock} {
			frames = append(frames, &capture.Frame{
				Origin: &capture.Origin{
					Kind: kind, Source: capture.SourceFentry,
					Proc:   capture.Proc{PID: 1, Comm: strings.Repeat("c", maxString), Unit: strings.Repeat("u", maxString), Cgroup: strings.Repeat("g", maxString)},
					Socket: capture.Socket{Owner: capture.Proc{PID: 2, Comm: strings.Repeat("o", maxString), Unit: strings.Repeat("u", maxString)}},
				},
				ID: uint64(i + 1), Time: time.Unix(1, 0), Data: make([]byte, n), OrigLen: n,
			})
		}
	}
	_, got, _, err := play(record(t, testOptions, nil, frames))
	if err != nil || len(got) != len(frames) {
		t.Fatalf("%d of %d frames, %v", len(got), len(frames), err)
	}
	for i, f := range got {
		if len(f.Data) != maxData || f.OrigLen != frames[i].OrigLen {
			t.Errorf("frame %d: %d of %d bytes, want %d of %d", i, len(f.Data), f.OrigLen, maxData, frames[i].OrigLen)
		}
	}
}

// TestLossesSaturate: a sum of what a file says that was lost never is less than a part.
func TestLossesSaturate(t *testing.T) {
	n := &ng{bo: binary.LittleEndian}
	for range 2 {
		n.shb().idb(linkNetlink, 0).idb(linkNetlink, 0)
		for i := range 2 {
			n.block(blockISB, n.nums(i, 0, 0), n.opt(isbIfDrop, n.nums(uint64(math.MaxUint64-1))), n.opt(isbOSDrop, n.nums(uint64(6))))
		}
		f := newFacts(nil, factsStats).uint(tagLostReports, math.MaxUint64)
		n.block(blockISB, n.nums(0, 0, 0), n.opt(optCustom, append(n.nums(pen), f...)))
	}
	r, _, _, err := play(n.out)
	if err != nil {
		t.Fatal(err)
	}
	if s := r.Stats(); s.LostTotal() != math.MaxUint64 || s.LostReports != math.MaxUint64 {
		t.Errorf("%d lost, %d reports", s.LostTotal(), s.LostReports)
	}
}

// TestHostileFiles reads each kind of hostile file at two lengths: twice the file takes
// at most 2.2 times the allocations, and what lives at the end does not grow with it.
func TestHostileFiles(t *testing.T) {
	for _, f := range hostile.Files() {
		t.Run(f.Name, func(t *testing.T) {
			n := f.Small()
			once, kept := allocations(t, f, n)
			twice, keptTwice := allocations(t, f, 2*n)
			if twice > once*22/10+1<<20 {
				t.Errorf("%d long: %d bytes allocated; twice as long: %d", n, once, twice)
			}
			if keptTwice > kept*12/10+4<<20 {
				t.Errorf("%d long: %d bytes live; twice as long: %d", n, kept, keptTwice)
			}
		})
	}
}

// allocations returns what reading a file takes, and what the reader holds in the end.
func allocations(t *testing.T, f hostile.File, n int) (taken, held uint64) {
	t.Helper()
	var file bytes.Buffer
	if err := f.Write(&file, n); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r, err := NewReader(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	err = r.Run(context.Background(), func(*capture.Frame) error { return nil })
	if err != nil && !f.Damaged {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	taken = after.TotalAlloc - before.TotalAlloc
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(r)
	return taken, max(after.HeapAlloc, before.HeapAlloc) - before.HeapAlloc
}
