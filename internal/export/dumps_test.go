// SPDX-License-Identifier: Apache-2.0

package export

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/repeat"
)

// asked is a request of route as the decoder has it.
func asked(t *testing.T, typ uint16, payload ...[]byte) *decode.Message {
	t.Helper()
	f := &capture.Frame{
		Origin: &capture.Origin{Dir: capture.DirRequest},
		Data:   nltest.Message(typ, unix.NLM_F_REQUEST|unix.NLM_F_DUMP, 1, 0, payload...),
	}
	f.OrigLen = len(f.Data)
	ms := decode.New(families.All(), decode.Options{}).Frame(f, nil)
	if len(ms) != 1 {
		t.Fatalf("%d messages", len(ms))
	}
	return &ms[0]
}

func rtmsg(family byte) []byte { return append([]byte{family}, make([]byte, unix.SizeofRtMsg-1)...) }

func times(n uint64, took time.Duration) capture.Times {
	return capture.Times{Count: n, Sum: time.Duration(n) * took, Max: took}
}

func TestDumpLines(t *testing.T) {
	birdd := capture.Proc{PID: 310, Comm: "birdd"}
	daemon := repeat.Counts{
		Times: 61, Replies: 61 * 1204, Bytes: 61 * 120 << 10, Took: times(61, 3100*time.Microsecond), Compared: 60, Same: 58,
	}
	filtered := asked(t, unix.RTM_GETROUTE, rtmsg(unix.AF_INET), nltest.Attr(unix.RTA_TABLE, nltest.U32(500)))
	for _, tt := range []struct {
		name string
		row  repeat.Row
		want string
	}{
		{"a daemon", repeat.Row{
			Proc: birdd, Processes: 1, Type: "RTM_GETROUTE", Dump: true, Request: asked(t, unix.RTM_GETROUTE, rtmsg(unix.AF_INET)),
			Counts: daemon, Interval: time.Second, Low: time.Second, High: time.Second,
		}, "birdd[310] dumps all IPv4 routes every 1.00 s: 61 times in 60.0 s, 58 the same; each 1204 replies, 120 KiB, 3.10 ms"},
		{"with a filter, irregularly", repeat.Row{
			Proc: birdd, Processes: 1, Type: "RTM_GETROUTE", Dump: true, Request: filtered,
			Counts: daemon, Interval: time.Second, Low: time.Second / 2, High: 2 * time.Second,
		}, "birdd[310] dumps RTM_GETROUTE (ip -4 route show table 500) every 1.00 s (500 ms to 2.00 s): 61 times in 60.0 s, 58 the same; each 1204 replies, 120 KiB, 3.10 ms"},
		{"a script", repeat.Row{
			Proc: capture.Proc{Comm: "ip"}, Processes: 20, Type: "RTM_GETROUTE", Dump: true, Request: asked(t, unix.RTM_GETROUTE, rtmsg(0)),
			Counts: repeat.Counts{Times: 20, Replies: 20, Bytes: 20 * 36}, Interval: time.Second, Low: time.Second, High: time.Second,
		}, "20 processes ip dump all routes every 1.00 s: 20 times in 60.0 s; each 1 reply, 36 B"},
		{"interrupted", repeat.Row{
			Proc: birdd, Processes: 1, Type: "RTM_GETROUTE", Dump: true, Request: asked(t, unix.RTM_GETROUTE, rtmsg(unix.AF_INET6)),
			Counts: repeat.Counts{Times: 4, Compared: 2, Interrupted: 1, Abandoned: 1, Restarted: 2}, Interval: time.Second,
		}, "birdd[310] dumps all IPv6 routes every 1.00 s: 4 times in 60.0 s, never the same, 1 interrupted, 1 abandoned, 2 begun anew; each 0 replies, 0 B"},
		{"a poll, once", repeat.Row{
			PortID: 77, Processes: 1, Type: "RTM_GETROUTE", Request: asked(t, unix.RTM_GETROUTE, rtmsg(0)),
			Counts: repeat.Counts{Times: 1, Replies: 1, Bytes: 100, Failed: 1},
		}, "port 77 asks RTM_GETROUTE (ip route show table all) once, 1 failed: 1 reply, 100 B"},
		{"too long to be kept", repeat.Row{
			Proc: birdd, Processes: 1, Type: "RTM_GETROUTE", Dump: true, Counts: repeat.Counts{Times: 1},
		}, "birdd[310] dumps routes (a long filter) once: 0 replies, 0 B"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := DumpLines(&out, []repeat.Row{tt.row}, repeat.Rest{}, time.Minute); err != nil {
				t.Fatal(err)
			}
			if got := strings.TrimSuffix(out.String(), "\n"); got != tt.want {
				t.Errorf("%s\nwant\n%s", got, tt.want)
			}
		})
	}
	var out bytes.Buffer
	if err := DumpLines(&out, nil, repeat.Rest{Questions: 3, Counts: repeat.Counts{Times: 6, Replies: 12}}, time.Minute); err != nil {
		t.Fatal(err)
	}
	if want := "3 questions more, which found no room: 6 times in 60.0 s; each 2 replies, 0 B\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}

// A name that a process chose, or a filter, leaves no line and no terminal.
func TestDumpLinesHostile(t *testing.T) {
	name := nltest.Attr(unix.IFLA_IFNAME, nltest.Str("a\n\x1b[2J"))
	r := repeat.Row{
		Proc: capture.Proc{PID: 1, Comm: "x\n\x1b[31m"}, Processes: 1, Type: "RTM_GETLINK",
		Request: asked(t, unix.RTM_GETLINK, make([]byte, unix.SizeofIfInfomsg), name), Counts: repeat.Counts{Times: 1},
	}
	var out bytes.Buffer
	if err := DumpLines(&out, []repeat.Row{r}, repeat.Rest{}, 0); err != nil {
		t.Fatal(err)
	}
	if line := strings.TrimSuffix(out.String(), "\n"); strings.ContainsAny(line, "\n\x1b") {
		t.Errorf("%q", line)
	}
}
