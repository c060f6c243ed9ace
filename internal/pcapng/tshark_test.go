// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// tool runs an installed program. "make test" installs those that these tests
// need.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	var stderr strings.Builder
	cmd := exec.Command(path, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, stderr.String())
	}
	return string(out)
}

func TestTshark(t *testing.T) {
	for _, bo := range []order{binary.LittleEndian, binary.BigEndian} {
		t.Run(bo.String(), func(t *testing.T) { testTshark(t, bo) })
	}
}

func testTshark(t *testing.T, bo order) {
	const familyID = 0x23
	o := nltest.Order{AppendByteOrder: bo}
	frame := func(dir capture.Dir, protocol uint16, data []byte) *capture.Frame {
		return &capture.Frame{
			Origin: &capture.Origin{
				Dir: dir, Protocol: protocol, NetNS: 4026531840, BigEndian: bo == order(binary.BigEndian),
				Proc: capture.Proc{PID: 4711, TID: 4712, Comm: "ip"}, Source: capture.SourceFentry,
			},
			ID: 9, Time: time.Unix(1767319445, 678901234), Data: data, OrigLen: len(data),
		}
	}
	newFamily := o.NewFamily(familyID, "nl80211")
	preamble := []*capture.Frame{frame(capture.DirReply, capture.NETLINK_GENERIC, newFamily)}
	// One datagram of more than Wireshark takes in one packet.
	batch := make([]byte, 0, 480<<10)
	for len(batch) < 476<<10 {
		batch = append(batch, getLink(bo)...)
	}
	frames := []*capture.Frame{
		frame(capture.DirRequest, capture.NETLINK_ROUTE, getLink(bo)),
		frame(capture.DirEvent, capture.NETLINK_GENERIC, o.Genl(familyID, 0, 1, 0, 1, 1)),
		{
			Origin: &capture.Origin{
				Kind: capture.KindCompletion,
			},
			Of: 9, Time: time.Unix(1767319446, 0),
		},
		frame(capture.DirRequest, capture.NETLINK_ROUTE, batch),
		frame(capture.DirReply, capture.NETLINK_NETFILTER, getLink(bo)),
	}
	opt := testOptions
	opt.ByteOrder = bo
	opt.Info.Snap = 0
	path := filepath.Join(t.TempDir(), "f.pcapng")
	stats := capture.Stats{Frames: 4, Lost: []capture.Loss{{Reason: "ring buffer full", Count: 3}}}
	if err := os.WriteFile(path, record(t, opt, preamble, frames, stats), 0o600); err != nil {
		t.Fatal(err)
	}

	out := tool(t, "tshark", "-r", path, "-T", "fields", "-E", "separator=|",
		"-e", "frame.interface_name", "-e", "_ws.col.Protocol", "-e", "netlink.family", "-e", "frame.packet_id",
		"-e", "frame.packet_flags_direction", "-e", "frame.time_epoch", "-e", "frame.comment", "-e", "frame.len")
	const at = "1767319445.678901234"
	comment := func(dir string) string {
		if dir == "request" {
			return "pid=4711 name=ip dir=request netns=4026531840"
		}
		return "dir=" + dir + " netns=4026531840 cause=ip[4711]"
	}
	want := []string{
		"families|Netlink generic|0x0010|9|0x00000001|" + at + "|nltop: families of this machine, not traffic|" + fmt.Sprint(16+len(newFamily)),
		"fentry|Netlink route|0x0000|9|0x00000002|" + at + "|" + comment("request") + "|36",
		"fentry|nl80211|0x0010|9|0x00000001|" + at + "|" + comment("event") + "|36",
		"fentry|Netlink route|0x0000|9|0x00000002|" + at + "|" + comment("request") + "|" + fmt.Sprint(16+len(batch)),
		"fentry|Netlink netfilter|0x000c|9|0x00000001|" + at + "|" + comment("reply") + "|36",
	}
	got := strings.Split(strings.TrimSpace(out), "\n")
	for i := range max(len(got), len(want)) {
		g, w := "", ""
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if !strings.EqualFold(g, w) {
			t.Errorf("packet %d:\n got %s\nwant %s", i+1, g, w)
		}
	}

	info := tool(t, "capinfos", "-M", path)
	for _, want := range []string{"Number of packets:   5", "File encapsulation:  netlink", "Linux 6.1.0-18-amd64", "nltop 0.1-test",
		"x86_64", "Number of interfaces in file: 2", "precision:  nanoseconds"} {
		if !strings.Contains(info, want) {
			t.Errorf("capinfos does not say %q:\n%s", want, info)
		}
	}
}

// libpcap reads a recording, and nltop what tcpdump makes of it: the packets,
// with a direction that is inferred again.
func TestTcpdumpReads(t *testing.T) {
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.pcapng"), filepath.Join(dir, "out.pcap")
	data := getLink(binary.LittleEndian)
	f := &capture.Frame{
		Origin: &capture.Origin{
			Dir: capture.DirRequest,
		},
		Time: time.Unix(1767319445, 678901000), Data: data, OrigLen: len(data),
	}
	if err := os.WriteFile(in, record(t, testOptions, []*capture.Frame{f}, []*capture.Frame{f}, capture.Stats{}), 0o600); err != nil {
		t.Fatal(err)
	}
	tool(t, "tcpdump", "-Z", "root", "-r", in, "-w", out)
	r, err := Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n := 0
	for {
		rec, err := r.Next()
		if err != nil {
			break
		}
		n++
		if got := rec.Frame; got.Dir != capture.DirRequest || !got.Inferred || !got.Time.Equal(f.Time) || string(got.Data) != string(data) {
			t.Errorf("tcpdump made of it %+v", got)
		}
	}
	if n != 2 {
		t.Errorf("tcpdump wrote %d packets, want 2", n)
	}
}
