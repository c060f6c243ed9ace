// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"encoding/binary"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/nltest"
)

// bestSources are those that see processes and requests here.
func bestSources() []string {
	if inVM() {
		return []string{capture.SourceFentry, capture.SourceKprobe}
	}
	return []string{capture.SourceSyscall}
}

// dumpLinks asks for all links and reads the answer to its end.
func (s *sock) dumpLinks(seq uint32) {
	s.t.Helper()
	s.send(0, nltest.Native.Message(unix.RTM_GETLINK, unix.NLM_F_REQUEST|unix.NLM_F_DUMP, seq, 0, make([]byte, unix.SizeofIfInfomsg)))
	b := make([]byte, 64<<10)
	for done := false; !done; {
		n, _, err := unix.Recvfrom(s.fd, b, 0)
		if err != nil {
			s.t.Fatal(err)
		}
		for rest := b[:n]; len(rest) >= decode.HeaderLen; {
			size := int(binary.NativeEndian.Uint32(rest)+3) &^ 3
			done = done || binary.NativeEndian.Uint16(rest[4:]) == unix.NLMSG_DONE
			rest = rest[min(size, len(rest)):]
		}
	}
}

// Who asks the same again and again is one row, with how often and how many answers were
// the same; a change between two makes one of them another.
func TestDumpsLive(t *testing.T) {
	needRoot(t)
	for _, source := range scenarioSources() {
		t.Run(source, func(t *testing.T) {
			quiet := ownNetNS(t)
			s := open(t, unix.NETLINK_ROUTE)
			var out bytes.Buffer
			p := start(t, &out, ": ready", nltop(t), "stat", "--dumps", "--source", source, "-o", "json", "--protocol", "route")
			const times = 20
			for i := range uint32(times) {
				if i == 10 {
					quiet.setMTU(1400)
				}
				s.dumpLinks(i + 1)
			}
			if err := p.stop(t, syscall.SIGINT); err != nil {
				t.Fatalf("%v\n%s", err, p.stderr())
			}
			if !strings.Contains(p.stderr(), "of processor time") {
				t.Errorf("what it costs is not said:\n%s", p.stderr())
			}
			for _, o := range objects(t, out.String()) {
				if proc, _ := o["proc"].(map[string]any); proc["pid"] != float64(unix.Getpid()) || o["dump"] != true {
					continue
				}
				for name, want := range map[string]any{
					"type": "RTM_GETLINK", "says": "ip link show", "times": times, "compared": times - 1, "same": times - 2,
					"replies": 2 * times, "interrupted": 0, "abandoned": 0, "failed": 0,
				} {
					if n, ok := want.(int); ok {
						want = float64(n)
					}
					if o[name] != want {
						t.Errorf("%s is %v, want %v", name, o[name], want)
					}
				}
				if o["interval_p50_ns"] == nil || o["took"].(map[string]any)["count"] != float64(times) {
					t.Errorf("%v", o)
				}
				return
			}
			t.Errorf("no row of this process:\n%s\n%s", out.String(), p.stderr())
		})
	}
}
