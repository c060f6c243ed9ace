// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// lost is what a reader's buffer had room for, and what it lost.
type lost struct{ room, missed int }

func (l lost) words() string {
	return fmt.Sprintf("reader's buffer %d B, %d B lost (MSG_TRUNC)", l.room, l.missed)
}

// shortReads asks for a link again and again, and reads the answers in all ways in which a
// buffer may be too small for one, and in some in which nothing is lost. It returns the
// losses.
func shortReads(t *testing.T, s *sock) (losses []lost) {
	t.Helper()
	link := make([]byte, unix.SizeofIfInfomsg)
	link[4] = 1 // ifi_index
	buf := make([]byte, 64<<10)
	pieces := func(lengths ...int) func(flags int) error {
		return func(flags int) error {
			var to [][]byte
			rest := buf
			for _, n := range lengths {
				to, rest = append(to, rest[:n:n]), rest[n:]
			}
			_, _, _, _, err := unix.RecvmsgBuffers(s.fd, to, nil, flags)
			return err
		}
	}
	from := func(room int) func(flags int) error {
		return func(flags int) error {
			_, _, err := unix.Recvfrom(s.fd, buf[:room], flags)
			return err
		}
	}
	for seq, tc := range []struct {
		room  int // 0: nothing is lost
		read  func(flags int) error
		flags int
	}{
		{256, from(256), 0},
		{256, pieces(256), 0},
		{64, pieces(64), unix.MSG_TRUNC},
		{64, from(64), unix.MSG_TRUNC},
		{156, pieces(16, 100, 40), 0},
		{17, pieces(16, 1), 0},
		{0, from(len(buf)), 0},
		{0, from(len(buf)), unix.MSG_TRUNC},
		{0, pieces(16, 100, len(buf)/2), 0},
	} {
		s.send(0, s.ask(unix.RTM_GETLINK, 0, uint32(seq+1), link))
		if err := pieces(20)(unix.MSG_PEEK); err != nil { // takes nothing
			t.Fatal(err)
		}
		n, _, err := unix.Recvfrom(s.fd, buf[:20], unix.MSG_PEEK|unix.MSG_TRUNC)
		if err != nil {
			t.Fatal(err)
		}
		if err := tc.read(tc.flags); err != nil {
			t.Fatal(err)
		}
		if tc.room > 0 {
			losses = append(losses, lost{tc.room, n - tc.room})
		}
		// Just as long as the answer.
		s.send(0, s.ask(unix.RTM_GETLINK, 0, uint32(seq+1), link))
		if err := from(n)(0); err != nil {
			t.Fatal(err)
		}
	}
	return losses
}

// What a reader's buffer had no room for is told in the same words by every source, in
// lines, JSON and the account, and by a recording.
func TestReaderTruncated(t *testing.T) {
	needRoot(t)
	for _, source := range scenarioSources() {
		t.Run(source, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "truncated.pcapng")
			s := open(t, unix.NETLINK_ROUTE)
			var out bytes.Buffer
			p := start(t, &out, "ready", nltop(t), "trace", "--source", source, "-w", file, "-p", strconv.Itoa(os.Getpid()))
			want := shortReads(t, s)
			if err := p.stop(t, syscall.SIGINT); err != nil {
				t.Fatalf("%v\n%s", err, p.stderr())
			}
			account := fmt.Sprintf("%d datagrams were too long for their reader's buffer", len(want))
			if !strings.Contains(p.stderr(), account) {
				t.Errorf("live: no %q in\n%s", account, p.stderr())
			}
			text, errs, _ := run(t, nltop(t), "trace", "-r", file)
			if !strings.Contains(errs, account) {
				t.Errorf("recording: no %q in\n%s", account, errs)
			}
			told(t, "live", out.String(), want)
			told(t, "recording", text, want)

			var got []lost
			for _, o := range objects(t, must(t, nltop(t), "trace", "-q", "-o", "json", "-r", file)) {
				if n, ok := o["truncated"].(float64); ok {
					room := int(o["taken"].(float64))
					got = append(got, lost{room, int(n)})
					if request, _ := o["request"].(map[string]any); o["type"] != "RTM_NEWLINK" || request["type"] != "RTM_GETLINK" ||
						o["orig_len"] != float64(room)+n || o["seq"] == nil {
						t.Errorf("%v", o)
					}
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("JSON: %v, want %v", got, want)
			}
			ends := must(t, nltop(t), "trace", "-q", "--exchanges", "-r", file)
			if n := strings.Count(ends, "B lost (MSG_TRUNC)"); n != len(want) {
				t.Errorf("exchanges: %d losses, want %d\n%s", n, len(want), ends)
			}
		})
	}
}

// told demands the words of these losses, in this order, and no others.
func told(t *testing.T, where, text string, want []lost) {
	t.Helper()
	var got []string
	for line := range strings.Lines(text) {
		if at := strings.Index(line, "reader's buffer"); at >= 0 {
			if !strings.Contains(line, "RTM_NEWLINK") {
				t.Errorf("%s: %s", where, line)
			}
			got = append(got, strings.TrimSpace(line[at:]))
		}
	}
	if len(got) != len(want) {
		t.Fatalf("%s: %d losses, want %d\n%s", where, len(got), len(want), text)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i].words()) {
			t.Errorf("%s: %q, want %q", where, got[i], want[i].words())
		}
	}
}
