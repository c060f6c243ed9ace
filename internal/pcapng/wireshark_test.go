// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
)

// processesFrames are packets of two processes, one of which executes another program,
// and a report of a third.
func processesFrames() []*capture.Frame {
	sh := capture.Proc{PID: 0x1267, TID: 0x1268, PPID: 7, Comm: "worker", Name: "sh", Life: 1}
	sh.Exe, sh.CmdLine, sh.UID = "/bin/sh", "sh\x00-c\x00x\x00", capture.IDOf(0)
	ip := sh
	ip.Name, ip.Comm, ip.Exe, ip.CmdLine, ip.UID, ip.Life = "ip", "ip", "", "", 0, 2
	zebra := capture.Proc{PID: 9, TID: 9, Comm: "zebra"}
	data := getLink(binary.NativeEndian)
	packet := func(id uint64, dir capture.Dir, p, owner capture.Proc) *capture.Frame {
		o := capture.Origin{Source: capture.SourceFentry, Dir: dir, Proc: p, Socket: capture.Socket{Owner: owner}}
		return &capture.Frame{Origin: &o, ID: id, Time: time.Unix(1, int64(id)), Data: data, OrigLen: len(data)}
	}
	return []*capture.Frame{
		packet(1, capture.DirRequest, sh, sh),
		packet(2, capture.DirRequest, sh, sh),
		packet(3, capture.DirRequest, ip, ip),
		packet(4, capture.DirEvent, zebra, sh),
		packet(5, capture.DirRequest, capture.Proc{}, sh),
		{Origin: &capture.Origin{Source: capture.SourceFentry, Kind: capture.KindSocketError, Proc: capture.Proc{PID: 77, Comm: "reader"}},
			ID: 6, Time: time.Unix(2, 0)},
	}
}

// TestWiresharkProcesses: the blocks byte by byte, once for each process to which packets
// refer, in front of its first packet; the reader skips them.
func TestWiresharkProcesses(t *testing.T) {
	frames := processesFrames()
	for _, bo := range []order{binary.LittleEndian, binary.BigEndian} {
		t.Run(bo.String(), func(t *testing.T) {
			opt := testOptions
			opt.ByteOrder = bo
			plain := record(t, opt, nil, frames)
			opt.Wireshark = true
			file := record(t, opt, nil, frames)

			u32 := func(n uint32) string { return hex.EncodeToString(bo.AppendUint32(nil, n)) }
			block := func(size uint32, entry ...string) string {
				return u32(0xBAD) + u32(size) + u32(32622) + strings.ReplaceAll(strings.Join(entry, ""), " ", "") + u32(size)
			}
			want := []string{
				block(80, "03000000 38000000", "67120000",
					"0200 0200 73680000",         // name: sh
					"0300 0700 2f62696e2f736800", // path: /bin/sh
					"0400 0700 7368002d63007800", // command line: sh -c x
					"0500 0400 07000000",         // parent
					"0600 0400 00000000",         // user
					"0000 0000"),
				block(48, "03000000 18000000", "67120000", "0200 0200 69700000", "0500 0400 07000000", "0000 0000"),
				block(44, "03000000 14000000", "09000000", "0200 0500 7a65627261000000", "0000 0000"),
			}
			var got []string
			var without []byte
			next := 0 // packets before the block
			for b := file; len(b) > 0; {
				size := bo.Uint32(b[4:])
				switch bo.Uint32(b) {
				case blockCustom:
					got = append(got, hex.EncodeToString(b[:size]))
					if before := []int{0, 2, 3}[min(len(got)-1, 2)]; next != before {
						t.Errorf("block %d stands behind %d packets, want %d", len(got), next, before)
					}
				case blockEPB:
					next++
					fallthrough
				default:
					without = append(without, b[:size]...)
				}
				b = b[size:]
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("blocks (- want):\n%s", d)
			}
			if !bytes.Equal(without, plain) {
				t.Error("without those blocks the file is not the one that has none")
			}
			_, read, _, err := play(file)
			if err != nil || len(read) != len(frames) {
				t.Errorf("%d frames are read, %v", len(read), err)
			}
		})
	}
}

// TestWiresharkRetold: what is proved to be a secret is overwritten in the block, too,
// wherever it lies, and nothing beside it.
func TestWiresharkRetold(t *testing.T) {
	for _, flush := range []bool{false, true} {
		t.Run(fmt.Sprintf("flushed %v", flush), func(t *testing.T) {
			secret := fmt.Sprintf("wireshark-retold-%v", flush)
			d := new(disk)
			opt := testOptions
			opt.Wireshark, opt.Patch = true, d.WriteAt
			w, err := NewWriter(d, opt)
			if err != nil {
				t.Fatal(err)
			}
			f := *routeChange()[0]
			f.Change(func(o *capture.Origin) {
				o.Proc.CmdLine, o.Proc.UID = capture.CmdLine("tool\x00"+secret+"\x00"), capture.IDOf(7)
				o.Socket.Owner = o.Proc
			})
			if err = w.WriteFrame(&f); err == nil && flush {
				err = w.Flush()
			}
			if err != nil {
				t.Fatal(err)
			}
			if !f.Origin.Prove([]byte(secret)) {
				t.Fatal("nothing was told")
			}
			w.Retell()
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			file := d.Bytes()
			if bytes.Contains(file, []byte(secret)) {
				t.Error("the secret is in the file")
			}
			at := bytes.Index(file, native.AppendUint32(nil, blockCustom))
			block := file[at : at+int(native.Uint32(file[at+4:]))]
			stars := "tool\x00" + strings.Repeat("*", len(secret))
			want := append(binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, 4), uint16(len(stars))), stars...)
			want = append(want, make([]byte, pad4(len(stars)))...)
			want = append(want, 5, 0, 4, 0) // the parent behind it
			if !bytes.Contains(block, want) {
				t.Errorf("block:\n%s", hex.Dump(block))
			}
			if r, got, _, err := play(file); err != nil || len(got) != 1 || r.Account().Damaged > 0 {
				t.Errorf("%d frames, %v", len(got), err)
			}
		})
	}
}

// TestWiresharkProcessesBound: what is kept of them is bounded, and so is a text.
func TestWiresharkProcessesBound(t *testing.T) {
	w := &Writer{opt: Options{Wireshark: true}}
	for i := range uint32(3 * maxWiresharkSeen) {
		w.tellWireshark(&capture.Origin{Proc: capture.Proc{PID: i + 1, Comm: strings.Repeat("\xff", 1<<15)}})
		if len(w.wiresharks) > maxWiresharkSeen {
			t.Fatalf("%d entries are kept", len(w.wiresharks))
		}
		w.buf = w.buf[:0]
	}
}

// TestTsharkNumbersMessages: tshark opens a recording without a word, and each datagram
// is one packet of it; with the blocks for the newest Wireshark, which 4.0 counts, too,
// it still does.
func TestTsharkNumbersMessages(t *testing.T) {
	path, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed")
	}
	frames := processesFrames()
	for _, tt := range []struct {
		wireshark bool
		blocks    int
	}{{false, 0}, {true, 3}} {
		t.Run(fmt.Sprintf("wireshark %v", tt.wireshark), func(t *testing.T) {
			opt := testOptions
			opt.Wireshark = tt.wireshark
			file := filepath.Join(t.TempDir(), "f.pcapng")
			if err := os.WriteFile(file, record(t, opt, nil, frames, capture.Stats{Frames: 5}), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(path, "-r", file, "-T", "fields", "-E", "separator=|", "-e", "frame.packet_id", "-e", "frame.comment")
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("tshark: %v\n%s", err, &stderr)
			}
			for line := range strings.Lines(stderr.String()) {
				if !strings.HasPrefix(line, "Running as user") {
					t.Errorf("tshark warns: %s", line)
				}
			}
			var packets, others []string
			for line := range strings.Lines(string(out)) {
				if line = strings.TrimSpace(line); strings.HasPrefix(line, "|") || line == "" {
					others = append(others, line)
				} else {
					packets = append(packets, line)
				}
			}
			if want := []string{
				"1|pid=4711 name=sh dir=request", "2|pid=4711 name=sh dir=request", "3|pid=4711 name=ip dir=request",
				"4|pid=4711 name=sh dir=event cause=zebra[9]", "5|pid=4711 name=sh dir=request",
			}; !cmp.Equal(packets, want) {
				t.Errorf("packets:\n%s", cmp.Diff(want, packets))
			}
			// A newer Wireshark knows the blocks, and shows none of them.
			if blocks := len(others); blocks != tt.blocks {
				version, _ := exec.Command(path, "--version").Output()
				if strings.Contains(string(version), " 4.0.") || blocks > 0 {
					t.Errorf("%d other packets, want %d: %q", blocks, tt.blocks, others)
				}
			}
			if tt.wireshark {
				return
			}
			matched := tool(t, "tshark", "-r", file, "-Y", `frame.comment contains "pid=4711 " && frame.comment contains "name=ip "`, "-T", "fields", "-e", "frame.packet_id")
			if strings.TrimSpace(matched) != "3" {
				t.Errorf("the filter on comments finds %q", matched)
			}
		})
	}
}
