// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

// contend lets ip delete many links at once, four times, while a victim makes
// changes for as long as that takes.
func contend(t *testing.T) {
	t.Helper()
	var links strings.Builder
	for i := range 150 {
		fmt.Fprintf(&links, "link add d%d type dummy\nlink set d%d group 7\n", i, i)
	}
	for range 4 {
		add := exec.Command("ip", "-batch", "-")
		add.Stdin = strings.NewReader(links.String())
		if text, err := add.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		holder := exec.Command("ip", "link", "del", "group", "7")
		if err := holder.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- holder.Wait() }()
		for holds := true; holds; {
			changes(t, "victim", 300)
			select {
			case err := <-ended:
				if err != nil {
					t.Fatal(err)
				}
				holds = false
			default:
			}
		}
	}
}

// "ip is slow" ends in a name: the process that deletes many links is blamed
// most, and the one that waited for it is in the table. Whether it comes to wait
// is the scheduler's choice, so it gets chances until it does.
func TestRTNL(t *testing.T) {
	needVM(t)
	ownNetNS(t)
	for end := lastMoment(t); ; {
		rows := contended(t)
		comm := func(o map[string]any) any { return o["proc"].(map[string]any)["comm"] }
		waited := 0.0
		for _, o := range rows {
			if comm(o) == "victim" {
				waited += o["wait"].(map[string]any)["sum_ns"].(float64)
			}
		}
		if waited == 0 {
			if time.Now().After(end) {
				t.Fatalf("the victim is not seen to wait: %v", rows)
			}
			continue
		}
		if first := rows[0]; comm(first) != "ip" || first["type"] != "RTM_DELLINK" || first["blamed_ns"].(float64) == 0 {
			t.Errorf("most to blame: %v", first)
		}
		return
	}
}

// contended is the table of one contention, which its recording has, too.
func contended(t *testing.T) (rows []map[string]any) {
	t.Helper()
	var out bytes.Buffer
	file := filepath.Join(t.TempDir(), "contended.pcapng")
	p := start(t, &out, "source ", nltop(t), "stat", "--rtnl", "-o", "json", "-w", file)
	contend(t)
	if err := p.stop(t, syscall.SIGINT); err != nil {
		t.Fatalf("%v\n%s", err, p.stderr())
	}
	rows = lockRows(t, out.String())
	if len(rows) == 0 {
		t.Fatalf("no table:\n%s%s", out.String(), p.stderr())
	}
	if again := lockRows(t, must(t, nltop(t), "stat", "-q", "--rtnl", "-o", "json", "-r", file)); !reflect.DeepEqual(rows, again) {
		t.Errorf("live     %v\nrecorded %v", rows, again)
	}
	return rows
}

func lockRows(t *testing.T, told string) (rows []map[string]any) {
	t.Helper()
	for _, o := range objects(t, told) {
		if o["kind"] == "rtnl" {
			rows = append(rows, o)
		}
	}
	return rows
}

// The live view ranks the same, and so does that of its recording. TestRTNL has the same
// table on every kernel.
func TestViewRTNL(t *testing.T) {
	needVM(t)
	needViewKernel(t)
	ownNetNS(t)
	file := filepath.Join(t.TempDir(), "locks.pcapng")
	tm := openTerminal(t, nltop(t), "--rtnl", "-w", file)
	tm.awaitScreen("all network namespaces")
	contend(t)
	tm.keys("L")
	tm.awaitScreen("route RTM_DELLINK")
	tm.keys("q")
	tm.keys("q")
	tm.ended()
	again := openTerminal(t, nltop(t), "-r", file)
	again.awaitScreen("(end)")
	again.keys("L")
	again.awaitScreen("BLAMED is how long others waited")
	again.awaitScreen("route RTM_DELLINK")
	again.keys("\x03")
	again.ended()
}
