// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// inside runs in a PID namespace of its own: nltop with a command, with a PID, with
// everything, and with itself. What IDs the shell saw stands in files.
const inside = `set -eu
cd "$1"; bin=$2; source=$3
nltop() { n=$1; shift; "$bin" trace --source "$source" -o json -w "$n.pcapng" "$@" >"$n.json" 2>"$n.err"; }
ready() { until grep -q ready "$1.err" 2>/dev/null; do sleep 0.4; done; }
readlink /proc/self/ns/pid >ns

nltop command -- sh -c 'echo $$ >shell; ip link show lo >/dev/null & echo $! >child; wait'

mkfifo gate
sh -c 'read x <gate; exec ip link show lo >/dev/null' & victim=$!
echo $victim >victim
nltop pid -p $victim & n=$!
ready pid
ip link show lo >/dev/null # somebody else
echo go >gate; wait $victim
pkill -INT -P $n; wait $n

for run in all self; do
	flag=; [ $run = all ] || flag=--self
	nltop $run $flag & n=$!
	ready $run
	pgrep -P $n >$run.nltop
	ip link show lo >/dev/null & echo $! >$run.ip; wait $!
	echo $run waits >&2
	until [ -e $run.outside ]; do sleep 0.2; done
	pkill -INT -P $n; wait $n
done
`

// who is a process as JSON tells it.
type who struct {
	PID     int    `json:"pid"`
	PPID    int    `json:"ppid"`
	Comm    string `json:"comm"`
	Outside bool   `json:"outside"`
}

// whose returns the processes of a run's messages.
func whose(t *testing.T, out string) map[who]int {
	t.Helper()
	got := map[who]int{}
	for s := range strings.Lines(out) {
		var l struct {
			Proc *who `json:"proc"`
		}
		if err := json.Unmarshal([]byte(s), &l); err != nil {
			t.Fatalf("not JSON: %v\n%s", err, s)
		}
		if l.Proc != nil {
			got[*l.Proc]++
		}
	}
	return got
}

// In a PID namespace all IDs are those that its user sees, of -p, of -- COMMAND and its
// children, and of nltop itself; who is outside is marked.
func TestPIDNamespace(t *testing.T) {
	needFull(t)
	needRoot(t)
	needTool(t, "unshare", "ip", "pkill", "pgrep")
	var ns unix.Stat_t
	if err := unix.Stat("/proc/self/ns/pid", &ns); err != nil {
		t.Fatal(err)
	}
	initial := ns.Ino == 0xEFFFFFFC // PROC_PID_INIT_INO, include/linux/proc_ns.h
	// What differs from kernel to kernel is TestLivePIDNamespace's.
	sources := oneHook()
	if !inVM() {
		sources = slices.Concat(sources, []string{capture.SourceSyscall})
	}
	for _, source := range sources {
		t.Run(source, func(t *testing.T) {
			if _, errs, code := run(t, nltop(t), "trace", "--source", source, "--", "true"); code != 0 {
				if inVM() {
					t.Fatal(errs)
				}
				t.Skip(errs)
			}
			dir := t.TempDir()
			in := start(t, nil, "all waits", "unshare", "-pf", "--mount-proc", "--kill-child",
				"sh", "-c", inside, "sh", dir, nltop(t), source)
			outside := map[string]int{}
			for _, name := range []string{"all", "self"} {
				in.says(t, name+" waits")
				ip := exec.Command("ip", "link", "show", "lo")
				if err := ip.Run(); err != nil {
					t.Fatal(err)
				}
				outside[name] = ip.Process.Pid
				if err := os.WriteFile(filepath.Join(dir, name+".outside"), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := in.wait(t); err != nil {
				t.Fatalf("%v\n%s", err, in.stderr())
			}
			read := func(name string) string {
				b, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				return strings.TrimSpace(string(b))
			}
			id := func(name string) int {
				n, err := strconv.Atoi(read(name))
				if err != nil {
					t.Fatal(err)
				}
				return n
			}

			only := func(name string, want who) {
				t.Helper()
				got := whose(t, read(name+".json"))
				if len(got) != 1 || got[want] == 0 {
					t.Errorf("%s: %v, want %+v alone", name, got, want)
				}
			}
			only("command", who{id("child"), id("shell"), "ip", false})
			// It was forked by the script, which is the first process.
			only("pid", who{id("victim"), 1, "ip", false})

			ino := strings.TrimSuffix(strings.TrimPrefix(read("ns"), "pid:["), "]")
			for _, name := range []string{"command", "pid", "all", "self"} {
				if says := "process IDs of PID namespace " + ino + ": ready"; !strings.Contains(read(name+".err"), says) {
					t.Errorf("%s does not say %q:\n%s", name, says, read(name+".err"))
				}
				// A recording has what was shown, wherever it is read.
				if again := whose(t, must(t, nltop(t), "trace", "-o", "json", "-r", filepath.Join(dir, name+".pcapng"))); !maps.Equal(again, whose(t, read(name+".json"))) {
					t.Errorf("%s: recorded %v, shown %v", name, again, whose(t, read(name+".json")))
				}
			}
			for name, itself := range map[string]bool{"all": false, "self": true} {
				self, ip, out := id(name+".nltop"), id(name+".ip"), outside[name]
				var seen, mine, theirs bool
				got := whose(t, read(name+".json"))
				for p := range got {
					seen = seen || p.PID == self && !p.Outside
					mine = mine || p.Comm == "ip" && p.PID == ip && !p.Outside
					theirs = theirs || p.Comm == "ip" && p.Outside && (p.PID == out || !initial)
				}
				if seen != itself || !mine || !theirs {
					t.Errorf("%s: nltop %d seen: %v; ip %d inside: %v; ip %d outside: %v; of\n%s",
						name, self, seen, ip, mine, out, theirs, fmt.Sprint(got))
				}
			}
			doctor, _, _ := run(t, "unshare", "-pf", "--mount-proc", nltop(t), "doctor")
			if !strings.Contains(doctor, "note: process IDs are those of PID namespace ") {
				t.Errorf("doctor:\n%s", doctor)
			}
		})
	}
}
