// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// heldUp is how long the scenario of TestRequestTimes holds something up, at least.
const heldUp = 300 * time.Millisecond

// TestRequestTimes is told beforehand what requests wait for: modprobe does not go on until it
// may, once with rtnl_mutex free and once with it held, while somebody else wants it.
func TestRequestTimes(t *testing.T) {
	needVM(t)
	needFull(t)
	needTool(t, "ip", "tc", "nft", "modprobe")
	for _, source := range hooks {
		t.Run(source, func(t *testing.T) {
			ownNetNS(t)
			must(t, "ip", "link", "add", "d0", "type", "dummy")
			must(t, "ip", "link", "set", "d0", "up")
			file := filepath.Join(t.TempDir(), "times.pcapng")
			var out bytes.Buffer
			p := start(t, &out, "source "+source, nltop(t), "trace", "-e", "--times", "--source", source, "-o", "json", "-w", file,
				"-f", `proc.comm in ["ip", "tc", "nft"]`)
			slow := newModprobe(t)
			slow.during(t, "sch_tbf", func() {}, "tc", "qdisc", "add", "dev", "d0", "root", "tbf", "rate", "1mbit", "burst", "10kb", "latency", "50ms")
			slow.during(t, "tcp_vegas", func() { slow.blocked = waiting(t, "ip", "link", "set", "d0", "mtu", "1400") },
				"ip", "route", "add", "10.9.0.0/16", "dev", "d0", "congctl", "vegas")
			if err := slow.blocked.Wait(); err != nil {
				t.Fatal(err)
			}
			must(t, "ip", "link", "show")
			must(t, "ip", "link", "del", "d0")
			must(t, "nft", "add", "table", "inet", "t")
			if err := p.stop(t, syscall.SIGINT); err != nil {
				t.Fatalf("%v\n%s", err, p.stderr())
			}
			live := spent(t, out.String())
			checkTimes(t, live, slow)
			again := spent(t, must(t, nltop(t), "trace", "-q", "-e", "-o", "json", "-r", file))
			if !reflect.DeepEqual(live, again) {
				t.Errorf("live     %v\nrecorded %v", live, again)
			}
			checkTimesTable(t, file, live)
		})
	}
}

// modprobe stands in for the real one, which it runs when it may.
type modprobe struct {
	dir     string
	blocked *exec.Cmd
	waited  time.Duration // by blocked, at least
}

func newModprobe(t *testing.T) *modprobe {
	t.Helper()
	m := &modprobe{dir: t.TempDir()}
	script := filepath.Join(m.dir, "modprobe")
	text := fmt.Sprintf("#!/bin/sh\ntouch %[1]s/in\nwhile [ ! -e %[1]s/go ]; do sleep 0.2; done\nexec modprobe \"$@\"\n", m.dir)
	if err := os.WriteFile(script, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	const path = "/proc/sys/kernel/modprobe"
	was, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, []byte(script), 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.WriteFile(path, was, 0); err != nil {
			t.Error(err)
		}
	})
	return m
}

// during runs a command that has the kernel load a module, and meanwhile something else.
func (m *modprobe) during(t *testing.T, module string, meanwhile func(), name string, args ...string) {
	t.Helper()
	_ = exec.Command("rmmod", module).Run() // it may not be there
	for _, f := range []string{"in", "go"} {
		if err := os.RemoveAll(filepath.Join(m.dir, f)); err != nil {
			t.Fatal(err)
		}
	}
	exists := func(f string) bool { _, err := os.Stat(filepath.Join(m.dir, f)); return err == nil }
	cmd := exec.Command(name, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, func() bool { return exists("in") }, func() string { return "no module is asked for" })
	meanwhile()
	begin := time.Now()
	time.Sleep(heldUp) // what the requests are to wait
	m.waited = time.Since(begin)
	if err := os.WriteFile(filepath.Join(m.dir, "go"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%s %v: %v", name, args, err)
	}
}

// waiting starts a command, and returns when it sleeps inside a send and nothing can
// wake it but what it waits for: mutex_lock().
func waiting(t *testing.T, name string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(name, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var stat, call []byte
	await(t, func() bool {
		stat, _ = os.ReadFile(fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid))
		call, _ = os.ReadFile(fmt.Sprintf("/proc/%d/syscall", cmd.Process.Pid))
		sends := bytes.HasPrefix(call, fmt.Appendf(nil, "%d ", unix.SYS_SENDMSG)) || bytes.HasPrefix(call, fmt.Appendf(nil, "%d ", unix.SYS_SENDTO))
		return bytes.Contains(stat, []byte(") D ")) && sends
	}, func() string { return fmt.Sprintf("it does not wait: %s in system call %s", stat, call) })
	return cmd
}

// spent are the exchanges of a trace, by their time.
func spent(t *testing.T, told string) (xs []map[string]any) {
	t.Helper()
	for _, o := range objects(t, told) {
		if o["kind"] == "exchange" {
			xs = append(xs, o)
		}
	}
	slices.SortStableFunc(xs, func(a, b map[string]any) int { return strings.Compare(a["time"].(string), b["time"].(string)) })
	return xs
}

var sendParts = []string{"module_ns", "rtnl_ns", "rcu_ns", "locks_ns", "own_ns", "rest_ns"}

func checkTimes(t *testing.T, xs []map[string]any, slow *modprobe) {
	t.Helper()
	ns := func(x map[string]any, field string) float64 { v, _ := x[field].(float64); return v }
	byType := map[any][]map[string]any{}
	for _, x := range xs {
		byType[x["type"]] = append(byType[x["type"]], x)
		if x["shared"] != nil && x["type"] != "NFNL_MSG_BATCH_BEGIN" {
			if x["kernel_ns"] != nil {
				t.Errorf("the time of the batch again: %v", x)
			}
			continue
		}
		sum := 0.0
		for _, part := range sendParts {
			sum += ns(x, part)
		}
		if ns(x, "send_ns") == 0 || sum != ns(x, "send_ns") {
			t.Errorf("parts of %v ns, send of %v: %v", sum, x["send_ns"], x)
		}
		whole := ns(x, "whole_ns")
		rest := whole - ns(x, "kernel_ns") - ns(x, "reader_ns") - ns(x, "queue_ns")
		if x["type"] != "NFNL_MSG_BATCH_BEGIN" && (whole == 0 || max(rest, -rest) > whole/100) {
			t.Errorf("of %v ns %v are in no part: %v", whole, rest, x)
		}
	}
	some := func(typ string, is func(x map[string]any) bool, what string) {
		t.Helper()
		if !slices.ContainsFunc(byType[typ], is) {
			t.Errorf("no %s %s: %v", typ, what, byType[typ])
		}
	}
	least := float64(heldUp)
	some("RTM_NEWQDISC", func(x map[string]any) bool {
		name, _ := x["module"].(string)
		return strings.Contains(strings.ReplaceAll(name, "-", "_"), "sch_tbf") && ns(x, "module_ns") >= least && ns(x, "own_ns") < least
	}, "waited for sch_tbf")
	some("RTM_NEWROUTE", func(x map[string]any) bool {
		return x["module"] == "tcp_vegas" && ns(x, "module_ns") >= least && ns(x["lock"].(map[string]any), "hold_ns") >= least
	}, "waited for tcp_vegas and held rtnl_mutex")
	some("RTM_NEWLINK", func(x map[string]any) bool {
		lock, _ := x["lock"].(map[string]any)
		blocker, _ := lock["blocker"].(map[string]any)
		return ns(x, "rtnl_ns") >= float64(slow.waited) && blocker["comm"] == "ip" && ns(x, "module_ns") == 0
	}, "waited for rtnl_mutex behind ip")
	some("RTM_DELLINK", func(x map[string]any) bool { return ns(x, "rcu_ns") > 0 }, "waited for a grace period")
	some("RTM_GETLINK", func(x map[string]any) bool { return ns(x, "rounds") > 1 && ns(x, "queue_ns") > 0 }, "has the time in the queue")
	some("NFNL_MSG_BATCH_BEGIN", func(x map[string]any) bool { return ns(x, "kernel_ns") > 0 }, "has the time of its batch")
}

// checkTimesTable compares the sums of nltop stat with the exchanges.
func checkTimesTable(t *testing.T, file string, xs []map[string]any) {
	t.Helper()
	want, got := map[string]float64{}, map[string]float64{}
	add := func(to map[string]float64, from map[string]any) {
		for _, part := range append([]string{"queue_ns"}, sendParts...) {
			v, _ := from[part].(float64)
			to[part] += v
		}
	}
	for _, x := range xs {
		add(want, x)
	}
	for _, row := range objects(t, must(t, nltop(t), "stat", "-q", "--times", "-o", "json", "-r", file)) {
		if s, ok := row["spent"].(map[string]any); ok {
			add(got, s)
		}
	}
	if !reflect.DeepEqual(got, want) || len(got) == 0 {
		t.Errorf("nltop stat: %v\nexchanges:  %v", got, want)
	}
	if table := must(t, nltop(t), "stat", "-q", "--times", "-r", file); !strings.Contains(table, "WHOLE") {
		t.Errorf("no table of times:\n%s", table)
	}
}
