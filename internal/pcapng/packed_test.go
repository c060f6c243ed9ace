// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/compressed"
)

// packed packs the parts of a file, with a flush behind each.
func packed(t testing.TB, f compressed.Format, parts ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := compressed.NewWriter(&b, f)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parts {
		if _, err := w.Write(p); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func packedSamples(t testing.TB) map[string][]byte {
	link := cooked(0, getLink(binary.LittleEndian))
	o := capture.Origin{Source: capture.SourceFentry, Dir: capture.DirRequest}
	var frames []*capture.Frame
	for i := range 100 {
		frames = append(frames, &capture.Frame{Origin: &o, ID: uint64(i + 1), Time: time.Unix(int64(i), 1), Data: make([]byte, 20+i), OrigLen: 20 + i})
	}
	return map[string][]byte{
		"pcapng": record(t, testOptions, nil, frames),
		"pcap":   pcapFile(binary.LittleEndian, pcapMicros, linkNetlink, link, link, link),
	}
}

// TestPacked: a packed file reads as the one in it, by any way.
func TestPacked(t *testing.T) {
	for name, file := range packedSamples(t) {
		_, want, _, err := play(file)
		if err != nil || len(want) == 0 {
			t.Fatalf("%s: %d frames, %v", name, len(want), err)
		}
		for _, f := range []compressed.Format{compressed.Gzip, compressed.Zstd} {
			t.Run(name+"/"+f.String(), func(t *testing.T) {
				half := len(file) / 2
				for how, b := range map[string][]byte{
					"one": packed(t, f, file),
					// As of a shell: gzip -c a > x; gzip -c b >> x.
					"several": append(packed(t, f, file[:half]), packed(t, f, file[half:])...),
				} {
					r, got, _, err := play(b)
					if err != nil || !reflect.DeepEqual(got, want) {
						t.Errorf("%s: %d frames of %d, %v", how, len(got), len(want), err)
					}
					if r.Meta().Format != name {
						t.Errorf("%s: format is %s", how, r.Meta().Format)
					}
				}
				path := filepath.Join(t.TempDir(), "named as one likes")
				if err := os.WriteFile(path, packed(t, f, file), 0o600); err != nil {
					t.Fatal(err)
				}
				if _, got := playFile(t, path); len(got) != len(want) {
					t.Errorf("from a file: %d frames of %d", len(got), len(want))
				}
				if at, ok := LastTime(path); ok {
					t.Errorf("its last time is %v, found in packed bytes", at)
				}
			})
		}
	}
}

// TestPackedCut: what was flushed is read, and then the file is told to be cut.
func TestPackedCut(t *testing.T) {
	file := packedSamples(t)["pcapng"]
	for _, f := range []compressed.Format{compressed.Gzip, compressed.Zstd} {
		t.Run(f.String(), func(t *testing.T) {
			// In the middle of a block, and behind one: nltop writes whole blocks.
			block := len(file) - int(binary.NativeEndian.Uint32(file[len(file)-4:]))
			for _, at := range []int{block, block + 10} {
				_, want, _, _ := play(file[:at])
				all := packed(t, f, file[:at])
				_, got, _, err := play(all[:len(all)-1])
				var e *Error
				if !errors.As(err, &e) || !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "in the unpacked data, at byte") ||
					!strings.Contains(err.Error(), "ends in the middle") {
					t.Errorf("cut at %d of %d: %v", at, len(file), err)
				}
				if len(got) != len(want) || len(got) == 0 {
					t.Errorf("cut at %d of %d: %d frames of %d", at, len(file), len(got), len(want))
				}
			}
		})
	}
}

// TestPackedTwice: one layer is unpacked.
func TestPackedTwice(t *testing.T) {
	file := packed(t, compressed.Zstd, packed(t, compressed.Gzip, packedSamples(t)["pcap"]))
	if _, err := NewReader(bytes.NewReader(file)); err == nil || !strings.Contains(err.Error(), "neither pcapng nor pcap") {
		t.Errorf("got %v", err)
	}
}

// TestWholeBlocks: a write that was cut short anywhere ends with a whole block.
func TestWholeBlocks(t *testing.T) {
	file := packedSamples(t)["pcapng"][:5000]
	last := 0
	for n := range file {
		got := WholeBlocks(file[:n])
		if got > n || got < last {
			t.Fatalf("%d of %d bytes, before that %d", got, n, last)
		}
		if got > last {
			if _, _, _, err := play(file[:got]); err != nil {
				t.Fatalf("the first %d bytes: %v", got, err)
			}
		}
		last = got
	}
	if last < 4000 {
		t.Errorf("%d of %d bytes", last, len(file))
	}
	if n := WholeBlocks(make([]byte, 64)); n != 0 {
		t.Errorf("no blocks: %d", n)
	}
}
