// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/pcapng"
)

// benchMessages is the length of the file that the benchmarks read.
const benchMessages = 500_000

// BenchmarkFile compares whole commands on one file of 500,000 messages:
// recordings of the lab, one behind the other until there are enough. Each row
// is one run of the command; ratios are against nltop on the same file in the
// same run. `make bench` calls it.
func BenchmarkFile(b *testing.B) {
	bin := os.Getenv("NLTOP_BIN")
	if bin == "" {
		b.Skip("NLTOP_BIN names no binary (make bench does)")
	}
	file := filepath.Join(b.TempDir(), "bench.pcapng")
	small := filepath.Join(b.TempDir(), "small.pcapng")
	makeBenchFile(b, file, benchMessages)
	makeBenchFile(b, small, benchMessages/10)
	if st, err := os.Stat(file); err == nil {
		b.Logf("%d messages, %d MB", benchMessages, st.Size()>>20)
	}
	raw := measure(b, "walk over the bytes", func() usage { return bareWalk(b, file) })
	walk := measure(b, "bare walk: frames, then headers", func() usage { return frameWalk(b, file) })
	b.ReportMetric(ratio(walk.wall, raw.wall), "walk/bytes")
	stat := measure(b, "nltop stat", func() usage { return command(b, bin, "stat", "-r", file) })
	json := measure(b, "nltop json", func() usage { return command(b, bin, "trace", "-q", "-o", "json", "-r", file) })
	tenth := measure(b, "nltop json, a tenth of the file", func() usage { return command(b, bin, "trace", "-q", "-o", "json", "-r", small) })
	b.ReportMetric(ratio(stat.wall, walk.wall), "stat/walk")
	b.ReportMetric(float64(json.cpu)/float64(json.wall), "json-cores")
	b.ReportMetric(float64(json.rss)/float64(tenth.rss), "json-rss-10x")
	b.ReportMetric(float64(json.rss)/1024, "json-MB")
	if _, err := exec.LookPath("tshark"); err != nil {
		b.Logf("tshark is not installed: no comparison")
		return
	}
	phs := measure(b, "tshark -z io,phs", func() usage { return command(b, "tshark", "-q", "-z", "io,phs", "-r", file) })
	ek := measure(b, "tshark -T ek", func() usage { return command(b, "tshark", "-T", "ek", "-r", file) })
	b.ReportMetric(ratio(phs.wall, stat.wall), "phs/stat")
	b.ReportMetric(ratio(ek.wall, json.wall), "ek/json")
}

type usage struct {
	wall, cpu time.Duration
	rss       int64 // peak, in KiB
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

// measure runs a command three times and keeps the fastest.
func measure(b *testing.B, name string, run func() usage) usage {
	b.Helper()
	best := run()
	for range 2 {
		if best.wall > 10*time.Second {
			break // slow enough not to be noise
		}
		if u := run(); u.wall < best.wall {
			best = u
		}
	}
	b.Logf("%-32s %8.3f s  %8.3f s CPU  %7d KiB", name, best.wall.Seconds(), best.cpu.Seconds(), best.rss)
	return best
}

func command(b *testing.B, name string, args ...string) usage {
	b.Helper()
	c := exec.Command(name, args...)
	begin := time.Now()
	if err := c.Run(); err != nil {
		b.Fatalf("%s %v: %v", name, args, err)
	}
	wall := time.Since(begin)
	u := usage{wall: wall, cpu: c.ProcessState.UserTime() + c.ProcessState.SystemTime()}
	if ru, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		u.rss = ru.Maxrss
	}
	return u
}

// frameWalk is the least that nltop can do with a file: its reader makes the
// frames, and what looks at them goes from nlmsghdr to nlmsghdr.
func frameWalk(b *testing.B, file string) usage {
	b.Helper()
	begin := time.Now()
	r, err := pcapng.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	n := 0
	if err := r.Run(context.Background(), func(f *capture.Frame) error { n += messages(f); return nil }); err != nil {
		b.Fatal(err)
	}
	if n < benchMessages {
		b.Fatalf("%d messages in the file", n)
	}
	return usage{wall: time.Since(begin), cpu: time.Since(begin)}
}

// bareWalk is the least that any reader of the file can do: from block to block,
// and in each from nlmsghdr to nlmsghdr, looking at nothing else.
func bareWalk(b *testing.B, file string) usage {
	b.Helper()
	begin := time.Now()
	f, err := os.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<20)
	var head [8]byte
	var buf []byte
	n := 0
	le := binary.LittleEndian
	for {
		if _, err := io.ReadFull(r, head[:]); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			b.Fatal(err)
		}
		size := int(le.Uint32(head[4:])) - 8
		if cap(buf) < size {
			buf = make([]byte, size)
		}
		buf = buf[:size]
		if _, err := io.ReadFull(r, buf); err != nil {
			b.Fatal(err)
		}
		if le.Uint32(head[:]) != 6 { // an Enhanced Packet Block
			continue
		}
		data := buf[20 : 20+le.Uint32(buf[12:])][16:]
		for len(data) >= 16 {
			n++
			l := (int(le.Uint32(data)) + 3) &^ 3
			if l < 16 || l > len(data) {
				break
			}
			data = data[l:]
		}
	}
	if n < benchMessages {
		b.Fatalf("%d messages in the file", n)
	}
	return usage{wall: time.Since(begin), cpu: time.Since(begin)}
}

// makeBenchFile writes recordings one behind the other, later each time, until
// there are n messages.
func makeBenchFile(b *testing.B, file string, n int) {
	b.Helper()
	var frames []*capture.Frame
	sources, err := filepath.Glob("../decode/families/testdata/lab/*.6.12.pcapng.gz")
	if err != nil {
		b.Fatal(err)
	}
	for _, s := range append(sources, "../../cmd/nltop/demo.pcapng.gz") {
		for _, f := range readFrames(b, s) {
			// A batch of a thousand rules would be most of the file.
			if len(f.Data) <= 32<<10 {
				frames = append(frames, f)
			}
		}
	}
	f, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w, err := pcapng.NewWriter(f, pcapng.Options{})
	if err != nil {
		b.Fatal(err)
	}
	at := time.Unix(1_700_000_000, 0)
	for done := 0; done < n; {
		for _, fr := range frames {
			at = at.Add(20 * time.Microsecond)
			fr.Time, fr.ID = at, 0
			if err := w.WriteFrame(fr); err != nil {
				b.Fatal(err)
			}
			if done += messages(fr); done >= n {
				break
			}
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
}

// messages counts the nlmsghdrs of a datagram.
func messages(f *capture.Frame) int {
	n := 0
	for data := f.Data; f.Kind == capture.KindDatagram && len(data) >= 16; n++ {
		l := (int(binary.LittleEndian.Uint32(data)) + 3) &^ 3
		if l < 16 || l > len(data) {
			return n + 1
		}
		data = data[l:]
	}
	return n
}

func readFrames(b *testing.B, file string) []*capture.Frame {
	b.Helper()
	r, err := pcapng.Open(file)
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	var frames []*capture.Frame
	keep := func(f *capture.Frame) error { frames = append(frames, f); return nil }
	r.OnPreamble(keep)
	if err := r.Run(context.Background(), keep); err != nil {
		b.Fatal(err)
	}
	return frames
}
