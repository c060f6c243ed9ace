// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// whoScript changes things in a network namespace of its own: first where nobody
// listens, then beside a monitor that has read what it is told before the script ends.
const whoScript = `
ip link set lo up
ip addr add 10.9.9.1/24 dev lo
ip route add 10.50.0.0/16 dev lo
sh -c 'ip route del 10.50.0.0/16; true'
ip route del 10.50.0.0/16 2>/dev/null
ip -o monitor link route >heard &
monitor=$!
until awk '$2 == 0 && $4 !~ /^0+$/ { found = 1 } END { exit !found }' /proc/net/netlink; do sleep 0.3; done
ip link set lo mtu 1500
ip link set lo mtu 1400
ip route add 10.51.0.0/16 dev lo
ip route del 10.51.0.0/16
until grep -q 'Deleted 10.51.0.0/16' heard; do sleep 0.3; done
kill $monitor
`

// nftScript does what only a whole kernel can.
const nftScript = `
nft add table inet fw
nft add chain inet fw input '{ type filter hook input priority 0; }'
nft add rule inet fw input tcp dport 22 accept
nft delete table inet fw
`

// sentence is what nltop who tells of one change.
type sentence struct {
	noun, name, verb, says, why, told string
	comm, parent                      string
}

// sentences are those of an answer; the last object says what was searched.
func sentences(t *testing.T, text string) (list []sentence, summary map[string]any) {
	t.Helper()
	str := func(o map[string]any, key string) string { s, _ := o[key].(string); return s }
	for _, o := range objects(t, text) {
		if o["kind"] == "summary" {
			summary = o
			continue
		}
		s := sentence{noun: str(o, "noun"), name: str(o, "name"), verb: str(o, "verb"), says: str(o, "says"), why: str(o, "why")}
		parts := strings.Split(str(o, "sentence"), "; ")
		s.told = parts[len(parts)-1]
		if p, ok := o["proc"].(map[string]any); ok {
			s.comm = str(p, "comm")
		}
		if l, ok := o["lineage"].([]any); ok && len(l) > 0 {
			s.parent = str(l[0].(map[string]any), "comm")
		}
		list = append(list, s)
	}
	if summary == nil {
		t.Fatalf("nothing says what was searched:\n%s", text)
	}
	return list, summary
}

// TestWho: who changed a route, a link and a table, live and from the recording of it.
func TestWho(t *testing.T) {
	needRoot(t)
	needFull(t)
	needTool(t, "ip", "unshare", "awk")
	for _, source := range scenarioSources() {
		t.Run(source, func(t *testing.T) { whoScenario(t, source) })
	}
}

func whoScenario(t *testing.T, source string) {
	hooked := source != capture.SourceSyscall
	script := whoScript
	if inVM() {
		needTool(t, "nft")
		script += nftScript
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "who.pcapng")
	var out bytes.Buffer
	p := start(t, &out, "source ", nltop(t), "who", "--source", source, "-o", "json", "-w", file, "10.50.0.0/16")
	c := exec.Command("unshare", "-n", "sh", "-c", script)
	c.Dir = dir
	if b, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	if err := p.stop(t, syscall.SIGINT); err != nil {
		t.Fatalf("%v\n%s", err, p.stderr())
	}
	answer := func(text ...string) ([]sentence, map[string]any) {
		return sentences(t, must(t, nltop(t), append([]string{"who", "-q", "-o", "json", "-r", file}, text...)...))
	}

	nobody, one := "nobody listened: no event", "1 listener told"
	if !hooked {
		nobody, one = "", "1 reader told"
	}
	route := sentence{noun: "route", name: "10.50.0.0/16", comm: "ip", parent: "sh", told: nobody}
	added, deleted, refused := route, route, route
	added.verb, added.says = "added", "ip route add 10.50.0.0/16 dev lo"
	deleted.verb, deleted.says = "deleted", "ip route del 10.50.0.0/16"
	refused.verb, refused.says, refused.why, refused.told = "deleted", deleted.says, "failed: ESRCH", "failed: ESRCH"
	live, sum := sentences(t, out.String())
	sameSentences(t, "live", live, []sentence{added, deleted, refused})
	if hooked == strings.Contains(fmt.Sprint(sum["notes"]), "who caused an event") {
		t.Errorf("what %s cannot know: %v", source, sum["notes"])
	}

	again, _ := answer("10.50.0.0/16")
	for i := range again {
		if strings.HasPrefix(again[i].told, "no event") { // in the recording, that is
			again[i].told = nobody
		}
	}
	sameSentences(t, "recorded", again, live)

	heard := sentence{noun: "route", name: "10.51.0.0/16", comm: "ip", parent: "sh", told: one}
	added, deleted = heard, heard
	added.verb, added.says = "added", "ip route add 10.51.0.0/16 dev lo"
	deleted.verb, deleted.says = "deleted", "ip route del 10.51.0.0/16"
	got, _ := answer("10.51.0.0/16")
	sameSentences(t, "with a listener", got, []sentence{added, deleted})

	// The event of a new MTU names no request: who reads it alone cannot join the two.
	links, by, sentences := must(t, nltop(t), "who", "-q", "-r", file, "dev", "lo", "mtu"), " by ip[", 2
	if !hooked {
		by, sentences = ", by whom is not known", 4
	}
	i := strings.Index(links, "link lo changed (mtu 1500 -> 1400")
	if n := strings.Count(links, "link lo changed"); n != sentences || i < 0 || !strings.Contains(links[i:], ")"+by) {
		t.Errorf("the link:\n%s", links)
	}
	if !inVM() {
		return
	}
	table, _ := answer("table", "inet", "fw")
	var did []string
	for _, s := range table {
		did = append(did, s.noun+" "+s.name+" "+s.verb+" by "+s.comm)
	}
	want := []string{"table inet fw added by nft", "chain inet fw input added by nft", "rule in inet fw input added by nft", "table inet fw deleted by nft"}
	if got := slices.DeleteFunc(did, func(s string) bool { return !slices.Contains(want, s) }); !slices.Equal(slices.Compact(got), want) {
		t.Errorf("the table: %q, of %+v", got, table)
	}
	if nothing, sum := answer("10.77.0.0/16"); len(nothing) != 0 || !strings.Contains(fmt.Sprint(sum["notes"]), "nothing about 10.77.0.0/16 in ") {
		t.Errorf("%+v, %v", nothing, sum)
	}
}

// sameSentences compares an answer with what was done. What is told at the end of a
// sentence counts where it is said who was told.
func sameSentences(t *testing.T, what string, got, want []sentence) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %+v\nwant %+v", what, got, want)
	}
	for i := range want {
		g, w := got[i], want[i]
		if w.told == "" {
			g.told = ""
		}
		if g != w {
			t.Errorf("%s: %+v\nwant %+v", what, g, w)
		}
	}
}
