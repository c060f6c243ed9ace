// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// strace -T: the time from the entry of a call to its return, as the tracer saw it.
var reTook = regexp.MustCompile(`(?m)^\d+ +send(?:to|msg)\(.*nlmsg_len=.* = \d+ <(\d+\.\d+)>$`)

// Of the same sends strace -T and nltop tell the same time in the kernel, but for
// what strace takes itself, which cheap sends of the same run tell.
func TestLatencyAsStrace(t *testing.T) {
	needVM(t)
	needFull(t)
	needTool(t, "strace", "ip")
	for _, source := range oneHook() {
		t.Run(source, func(t *testing.T) {
			ownNetNS(t)
			const slow, cheap, links = 9, 60, 40
			var script strings.Builder
			for range slow {
				for i := range links {
					fmt.Fprintf(&script, "link add d%d type dummy\nlink set d%d group 7\n", i, i)
				}
				script.WriteString("link del group 7\n")
			}
			for i := range cheap {
				fmt.Fprintf(&script, "link set lo mtu %d\n", 2000+i)
			}
			dir := t.TempDir()
			commands, log := filepath.Join(dir, "batch"), filepath.Join(dir, "strace")
			if err := os.WriteFile(commands, []byte(script.String()), 0o600); err != nil {
				t.Fatal(err)
			}
			xs := exchanges(t, source, func() {
				must(t, "strace", "-f", "-T", "-e", "trace=network", "-o", log, "ip", "-batch", commands)
			}, "-f", `proc.comm == "ip"`)
			text, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			var strace []time.Duration
			for _, m := range reTook.FindAllStringSubmatch(string(text), -1) {
				s, err := strconv.ParseFloat(m[1], 64)
				if err != nil {
					t.Fatal(err)
				}
				strace = append(strace, time.Duration(s*float64(time.Second)))
			}
			slices.SortFunc(xs, func(a, b map[string]any) int { return strings.Compare(a["time"].(string), b["time"].(string)) })
			if len(strace) != len(xs) {
				t.Fatalf("strace saw %d sends, nltop %d", len(strace), len(xs))
			}
			var more, long, longMore []time.Duration
			for i, x := range xs {
				ns, ok := x["kernel_ns"].(float64)
				if !ok {
					t.Errorf("no time in the kernel: %v", x)
					continue
				}
				kernel := time.Duration(ns)
				// strace prints microseconds.
				if x["rounds"].(float64) <= 1 && kernel > strace[i]+2*time.Microsecond {
					t.Errorf("%v: %v in the kernel, by strace %v", x["type"], kernel, strace[i])
				}
				switch x["type"] {
				case "RTM_DELLINK":
					long, longMore = append(long, kernel), append(longMore, strace[i]-kernel)
				case "RTM_NEWLINK":
					more = append(more, strace[i]-kernel)
				}
			}
			if len(long) < slow/2 || len(more) < cheap/2 {
				t.Fatalf("%d slow sends and %d others of %d and %d", len(long), len(more), slow, cheap)
			}
			cost, differ := median(more), median(longMore)
			t.Logf("strace's own: %v of a cheap send, %v of one that takes %v", cost, differ, median(long))
			if differ > 5*cost && differ > median(long)/20 {
				t.Errorf("of %v in the kernel strace tells %v more, where it costs %v itself", median(long), differ, cost)
			}
		})
	}
}

// The syscall source tells the time of the whole system call, of every send.
func TestLatencyOfSystemCalls(t *testing.T) {
	needHost(t)
	needRoot(t)
	const sends = 20
	ownNetNS(t)
	s := open(t, unix.NETLINK_ROUTE)
	var took []time.Duration
	xs := exchanges(t, "syscall", func() {
		buf := make([]byte, 32<<10)
		for range sends {
			m := s.message(unix.RTM_GETLINK, unix.NLM_F_REQUEST, []byte{0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
			begin := time.Now()
			s.send(0, m)
			took = append(took, time.Since(begin))
			if _, _, err := unix.Recvfrom(s.fd, buf, 0); err != nil {
				t.Fatal(err)
			}
		}
	}, "-p", strconv.Itoa(os.Getpid()))
	if len(xs) != sends {
		t.Fatalf("%d exchanges of %d", len(xs), sends)
	}
	for i, x := range xs {
		ns, _ := x["kernel_ns"].(float64)
		if d := time.Duration(ns); d <= 0 || d > took[i] {
			t.Errorf("send %d: %v in the system call, %v by the clock", i, d, took[i])
		}
	}
	var row struct {
		Kernel struct {
			Count uint64 `json:"count"`
		} `json:"kernel"`
		Messages uint64 `json:"messages"`
		P50      int64  `json:"kernel_p50_ns"`
		P99      int64  `json:"kernel_p99_ns"`
	}
	out := must(t, nltop(t), "stat", "--source", "syscall", "-q", "-o", "json", "-f", `type == "RTM_GETLINK" && dir == "request"`, "--", "ip", "link", "show")
	if err := json.Unmarshal([]byte(strings.SplitN(out, "\n", 2)[0]), &row); err != nil {
		t.Fatalf("%v: %q", err, out)
	}
	if row.Kernel.Count == 0 || row.Kernel.Count > row.Messages || row.P50 <= 0 || row.P99 < row.P50 {
		t.Errorf("%+v of %s", row, out)
	}
}

func median(ds []time.Duration) time.Duration {
	slices.Sort(ds)
	return ds[len(ds)/2]
}
