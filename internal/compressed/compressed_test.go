// SPDX-License-Identifier: Apache-2.0

package compressed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

var both = []Format{Gzip, Zstd}

// pack packs parts, with a flush behind each, and returns what was written up to each
// flush, and all.
func pack(t testing.TB, f Format, parts ...[]byte) (flushed []int, all []byte) {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, f)
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
		flushed = append(flushed, b.Len())
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return flushed, b.Bytes()
}

func unpack(packed []byte, f Format) ([]byte, error) {
	r, err := NewReader(bytes.NewReader(packed), f)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// sample has what packs well, and what does not.
func sample(n int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		if b[i] = byte(i / 100); i%3000 > 2000 {
			b[i] = byte(random.Uint32())
		}
	}
	return b
}

func TestPackedRoundTrip(t *testing.T) {
	data := sample(700_000)
	for _, f := range both {
		t.Run(f.String(), func(t *testing.T) {
			_, packed := pack(t, f, data[:10], data[10:300_000], data[300_000:])
			if got, err := ByMagic(packed[:MagicLen]); got != f || err != nil {
				t.Errorf("by magic: %v, %v", got, err)
			}
			got, err := unpack(packed, f)
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("got %d bytes of %d, %v", len(got), len(data), err)
			}
			// Several members or frames are one stream, as of files that were put together.
			got, err = unpack(append(bytes.Clone(packed), packed...), f)
			if err != nil || !bytes.Equal(got, append(bytes.Clone(data), data...)) {
				t.Errorf("twice: got %d bytes of %d, %v", len(got), 2*len(data), err)
			}
			if len(packed) > len(data)*6/10 {
				t.Errorf("%d bytes became %d", len(data), len(packed))
			}
		})
	}
}

// TestPackedByTools: the programs read what is written here, and the other way round.
func TestPackedByTools(t *testing.T) {
	data := sample(200_000)
	for _, f := range both {
		t.Run(f.String(), func(t *testing.T) {
			tool, err := exec.LookPath(f.String())
			if err != nil {
				t.Skipf("no program: %v", err)
			}
			_, packed := pack(t, f, data[:100], data[100:])
			c := exec.Command(tool, "-dc")
			c.Stdin = bytes.NewReader(packed)
			if out, err := c.Output(); err != nil || !bytes.Equal(out, data) {
				t.Errorf("%s -dc: %d bytes of %d, %v", tool, len(out), len(data), err)
			}
			c = exec.Command(tool, "-c")
			c.Stdin = bytes.NewReader(data)
			out, err := c.Output()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := unpack(out, f); err != nil || !bytes.Equal(got, data) {
				t.Errorf("of %s -c: %d bytes of %d, %v", tool, len(got), len(data), err)
			}
		})
	}
}

// TestPackedAndCut: of a stream that was cut anywhere, everything up to the last flush is
// there, nothing else than what was written, and the error says so.
func TestPackedAndCut(t *testing.T) {
	data := sample(3000)
	for _, f := range both {
		t.Run(f.String(), func(t *testing.T) {
			written := []int{1000, 1500, 3000}
			flushed, packed := pack(t, f, data[:1000], data[1000:1500], data[1500:])
			for n := 1; n < len(packed); n++ {
				got, err := unpack(packed[:n], f)
				if !errors.Is(err, ErrCut) || !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Fatalf("cut at %d of %d: %v", n, len(packed), err)
				}
				if !bytes.HasPrefix(data, got) {
					t.Fatalf("cut at %d of %d: %d bytes that were not written", n, len(packed), len(got))
				}
				for i, at := range flushed {
					if n >= at && len(got) < written[i] {
						t.Fatalf("cut at %d, flushed at %d: %d bytes of %d", n, at, len(got), written[i])
					}
				}
			}
		})
	}
}

func TestPackedAndDamaged(t *testing.T) {
	for _, f := range both {
		t.Run(f.String(), func(t *testing.T) {
			data := sample(3000)
			_, packed := pack(t, f, data)
			for i := range packed {
				bad := bytes.Clone(packed)
				bad[i] ^= 0x41
				if got, err := unpack(bad, f); err == nil && !bytes.Equal(got, data) {
					t.Errorf("byte %d of %d: other bytes, and no error", i, len(packed))
				}
			}
			got, err := unpack(append(bytes.Clone(packed), "rubbish rubbish"...), f)
			if !bytes.Equal(got, data) || err == nil || errors.Is(err, ErrCut) {
				t.Errorf("rubbish behind it: %d bytes, %v", len(got), err)
			}
		})
	}
}

// TestErrorsBelow: errors of the stream below come back as they are.
func TestErrorsBelow(t *testing.T) {
	fail := errors.New("no more")
	for _, f := range both {
		t.Run(f.String(), func(t *testing.T) {
			data := sample(100_000)
			_, packed := pack(t, f, data)
			r, err := NewReader(io.MultiReader(bytes.NewReader(packed[:len(packed)/2]), iotest.ErrReader(fail)), f)
			if err == nil {
				_, err = io.ReadAll(r)
			}
			if err != fail {
				t.Errorf("reading: %v", err)
			}
			w, err := NewWriter(&failing{fail, 100}, f)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = w.Write(data)
			if err := w.Flush(); err != fail {
				t.Errorf("flushing: %v", err)
			}
			if err := w.Close(); err != fail {
				t.Errorf("closing: %v", err)
			}
		})
	}
}

type failing struct {
	err  error
	room int
}

func (w *failing) Write(b []byte) (int, error) {
	if w.room -= len(b); w.room < 0 {
		return 0, w.err
	}
	return len(b), nil
}

// TestPackedBomb: what a stream unpacks to takes no memory, and neither does what its
// header promises.
func TestPackedBomb(t *testing.T) {
	const size = 64 << 20
	for _, f := range both {
		t.Run(f.String(), func(t *testing.T) {
			var packed bytes.Buffer
			w, err := NewWriter(&packed, f)
			if err != nil {
				t.Fatal(err)
			}
			zeros := make([]byte, 1<<20)
			for range size / len(zeros) {
				if _, err := w.Write(zeros); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r, err := NewReader(&packed, f)
			if err != nil {
				t.Fatal(err)
			}
			n, err := io.Copy(io.Discard, struct{ io.Reader }{r})
			runtime.ReadMemStats(&after)
			if n != size || err != nil {
				t.Errorf("%d bytes, %v", n, err)
			}
			if took := after.TotalAlloc - before.TotalAlloc; took > 16<<20 {
				t.Errorf("took %d bytes of memory", took)
			}
		})
	}
	// A window of 128 MiB (exponent 17), as "zstd --long=27" asks for.
	_, err := unpack([]byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3, 1, 0, 0}, Zstd)
	if err == nil || !strings.Contains(err.Error(), "more than 32 MiB") {
		t.Errorf("large window: %v", err)
	}
}

func TestFormats(t *testing.T) {
	for name, want := range map[string]Format{
		"a.pcapng.gz": Gzip, "a.GZ": Gzip, "a.gzip": Gzip, "d.gz/a.zst": Zstd, "a.pcapng.zstd": Zstd,
		"a.pcapng": None, "gz": None, "d.gz/a": None, "-": None, "": None,
	} {
		if got := ByName(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
	for magic, want := range map[string]string{
		"\x1f\x8b\x08": "gzip", "\x28\xb5\x2f\xfd": "zstd", "\x5a\x2a\x4d\x18\x04": "zstd", "": "none", "\x1f": "none",
		"\x0a\x0d\x0d\x0a": "none", "\xfd7zXZ\x00": "packed by xz: unpack it first",
		"BZh9": "packed by bzip2: unpack it first", "\x04\x22\x4d\x18": "packed by lz4: unpack it first",
	} {
		got, err := ByMagic([]byte(magic))
		if text := fmt.Sprint(got); err == nil && text != want || err != nil && err.Error() != want {
			t.Errorf("%q: %v, %v, want %s", magic, got, err, want)
		}
	}
	for _, name := range Names() {
		if f, err := Parse(name); err != nil || f.String() != name {
			t.Errorf("%s: %v, %v", name, f, err)
		}
	}
	if _, err := Parse("xz"); err == nil {
		t.Error("xz can be written")
	}
}

// FuzzUnpack: whatever a stream holds, reading it ends.
func FuzzUnpack(f *testing.F) {
	for _, format := range both {
		_, packed := pack(f, format, sample(300), sample(20))
		f.Add(packed)
		f.Add(append(packed, packed[:len(packed)/2]...))
	}
	f.Add([]byte{0x5a, 0x2a, 0x4d, 0x18, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, format := range both {
			r, err := NewReader(bytes.NewReader(b), format)
			if err != nil {
				continue
			}
			_, _ = io.Copy(io.Discard, io.LimitReader(r, 1<<20))
			_ = r.Close()
		}
	})
}
