// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"context"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// What tcpdump -i nlmon0 -w writes, of an "ip link add" that it watched.
func TestTcpdumpNlmon(t *testing.T) {
	if os.Getenv("NLTOP_VM") != "1" {
		t.Skip("needs a machine to itself, with nlmon: only in the lab (NLTOP_VM=1)")
	}
	ip := func(args string) {
		t.Helper()
		if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v\n%s", args, err, out)
		}
	}
	ip("link add nlmon0 type nlmon")
	defer ip("link del nlmon0")
	ip("link set nlmon0 up")
	path := filepath.Join(t.TempDir(), "nlmon.pcap")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cmd := exec.CommandContext(ctx, "tcpdump", "-Z", "root", "--immediate-mode", "-U", "-i", "nlmon0", "-w", path)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said []byte
	for buf := make([]byte, 256); !bytes.Contains(said, []byte("listening on")); {
		n, err := stderr.Read(buf)
		if said = append(said, buf[:n]...); err != nil {
			t.Fatalf("tcpdump: %v\n%s", err, said)
		}
	}
	ip("link add pcaptest type dummy")
	ip("link del pcaptest")
	cancel()
	_ = cmd.Wait() // interrupted, as asked

	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	seen := make(map[capture.Dir]int)
	var added, acked bool
	err = r.Run(context.Background(), func(f *capture.Frame) error {
		seen[f.Dir]++
		if f.Protocol != capture.NETLINK_ROUTE || len(f.Data) < 16 || !f.Inferred || f.Cut() || f.BigEndian {
			return nil
		}
		switch typ := binary.LittleEndian.Uint16(f.Data[4:]); {
		case f.Dir == capture.DirRequest && typ == 16 && bytes.Contains(f.Data, []byte("pcaptest\x00")):
			added = true
		case f.Dir == capture.DirReply && typ == 2 && f.DstPort != 0:
			acked = true
		}
		return nil
	})
	if err != nil || !added || !acked {
		t.Errorf("request seen: %v, ack seen: %v, error: %v; directions %v\n%s", added, acked, err, seen, said)
	}
	if seen[capture.DirUnknown] > 0 {
		t.Errorf("%d frames without a direction", seen[capture.DirUnknown])
	}
}
