// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pcapng"
)

// TestScript: what a session of real tools did is done again by the script that
// nltop makes of its recording. The requests are the same, attribute by attribute,
// and so is what the kernel has in the end.
func TestScript(t *testing.T) {
	needRoot(t)
	if os.Getenv("NLTOP_VM") == "" {
		t.Skip("needs a kernel with dummy, bridge, vxlan and the like: in the VM")
	}
	needFull(t)
	for _, tool := range []string{"ip", "tc", "nft", "iptables", "wg", "ipset", "ethtool"} {
		needTool(t, tool)
	}
	for i, name := range []string{"ip", "tc", "nft", "iptables", "keys", "sets"} {
		t.Run(name, func(t *testing.T) {
			// The tools are this machine's on every kernel, so that each has half of them.
			if newer := kernelIsAtLeast(t, 6, 12); (i%2 == 0) != newer {
				t.Skip("the other of the kernels with a full workload has it")
			}
			dir := t.TempDir()
			session, err := filepath.Abs(filepath.Join("testdata/sessions", name+".sh"))
			if err != nil {
				t.Fatal(err)
			}
			first, firstState := playSession(t, dir, "first", name, session)
			text, errs, code := run(t, nltop(t), "trace", "-q", "-o", "sh", "-r", first)
			if code != 0 {
				t.Fatalf("status %d\n%s", code, errs)
			}
			text = withKeys(t, session, text)
			script := filepath.Join(dir, "again.sh")
			if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
				t.Fatal(err)
			}
			again, againState := playSession(t, dir, "again", name, script)
			if diff := cmp.Diff(done(t, first), done(t, again)); diff != "" {
				t.Errorf("requests: -the tools +the script\n%s\n%s", diff, text)
			}
			if diff := cmp.Diff(firstState, againState); diff != "" {
				t.Errorf("state: -the tools +the script\n%s", diff)
			}
		})
	}
}

var reKey = regexp.MustCompile(`(?m)^([A-Z_]+_KEY)=(.*)$`)

// withKeys sets the variables of a script that stand for keys to those of the session.
// Before that no key is in the script.
func withKeys(t *testing.T, session, script string) string {
	t.Helper()
	b, err := os.ReadFile(session)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range reKey.FindAllStringSubmatch(string(b), -1) {
		if name, value := key[1], key[2]; strings.Contains(script, strings.TrimPrefix(value, "0x")) || !strings.Contains(script, name+"=\n") {
			t.Errorf("the script has the value of %s, or no variable for it", name)
		} else {
			script = strings.ReplaceAll(script, name+"=\n", name+"="+value+"\n")
		}
	}
	return script
}

// playSession runs a script in a network namespace of its own, and returns its
// recording and what the kernel had at the end of the session.
func playSession(t *testing.T, dir, name, session, script string) (recording string, state []string) {
	t.Helper()
	recording = filepath.Join(dir, name+".pcapng")
	stateFile := filepath.Join(dir, name+".state")
	stateOf, err := filepath.Abs("testdata/sessions/state.sh")
	if err != nil {
		t.Fatal(err)
	}
	inside := fmt.Sprintf("sh %s; status=$?; sh %s %s > %s; exit $status", script, stateOf, session, stateFile)
	cmd := exec.Command(nltop(t), "record", "--secrets", "-w", recording, "-f", `netns != 0`, "--", "unshare", "-n", "sh", "-c", inside)
	if out, err := cmd.CombinedOutput(); err != nil {
		b, _ := os.ReadFile(script)
		t.Fatalf("%s: %v\n%s\n%s", name, err, out, b)
	}
	b, err := os.ReadFile(stateFile)
	if err != nil {
		t.Fatal(err)
	}
	return recording, stateLines(t, b)
}

// reVolatile are the members of the tools' JSON that two runs need not share.
var reVolatile = regexp.MustCompile(`^(ifindex|index|.*timer|permaddr|operstate|tentative|valid_life_time|preferred_life_time|stats.*|updated|used|link_index|bridge_id|root_id|designated_.*|inet6_addr_gen_mode)$`)

// stateLines takes JSON apart into lines, and sorts them with those of text.
func stateLines(t *testing.T, b []byte) []string {
	t.Helper()
	var lines []string
	for _, line := range bytes.Split(b, []byte("\n")) {
		switch text, isText := bytes.CutPrefix(line, []byte("| ")); {
		case len(bytes.TrimSpace(line)) == 0 || isText && len(text) == 0:
			continue
		case isText:
			lines = append(lines, string(text))
			continue
		}
		var v []any
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		for _, x := range v {
			prune(x)
			one, _ := json.Marshal(x)
			// Of an address that the kernel makes, or learned from a packet.
			if !bytes.Contains(one, []byte(`"fe80`)) && !bytes.Contains(one, []byte(`"state":""`)) {
				lines = append(lines, string(one))
			}
		}
	}
	slices.Sort(lines)
	if len(lines) < 10 {
		t.Fatalf("the state has %d lines", len(lines))
	}
	return lines
}

func prune(v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if reVolatile.MatchString(k) {
				delete(v, k)
				continue
			}
			prune(x)
		}
		// Groups that the kernel joins by itself, when it gets to it.
		if list, ok := v["mdb"].([]any); ok {
			v["mdb"] = slices.DeleteFunc(list, func(x any) bool {
				m, _ := x.(map[string]any)
				return m["state"] == "temp"
			})
		}
		// Addresses of a link that the kernel makes.
		if list, ok := v["addr_info"].([]any); ok {
			v["addr_info"] = slices.DeleteFunc(list, func(x any) bool {
				m, _ := x.(map[string]any)
				s, _ := m["local"].(string)
				return strings.HasPrefix(s, "fe80")
			})
		}
	case []any:
		for _, x := range v {
			prune(x)
		}
	}
}

// done returns the requests of a recording that changed something and were not
// refused, in an order-free form: attributes sorted, interfaces by name.
func done(t *testing.T, path string) []string {
	t.Helper()
	r, err := pcapng.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	d := decode.New(families.All(), decode.Options{})
	r.OnPreamble(func(f *capture.Frame) error { d.Frame(f, nil); return nil })
	type request struct{ id, text string }
	var requests []request
	failed := map[string]bool{}
	var msgs []decode.Message
	if err := r.Run(context.Background(), func(f *capture.Frame) error {
		msgs = d.Frame(f, msgs[:0])
		for i := range msgs {
			m := &msgs[i]
			id := fmt.Sprint(f.Socket.Inode, " ", m.Header.Seq)
			switch {
			case m.Err != nil && m.Err.Errno != 0:
				failed[id] = true
			case f.Dir == capture.DirRequest && m.Type != "" && !reReads.MatchString(m.Type):
				requests = append(requests, request{id, canonical(m)})
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, r := range requests {
		if !failed[r.id] {
			lines = append(lines, r.text)
		}
	}
	return lines
}

// reReads are requests by which tools find out what they need.
var reReads = regexp.MustCompile(`_GET|^IPSET_CMD_(PROTOCOL|TYPE|HEADER|LIST|SAVE|TEST)$`)

var reIfIndex = regexp.MustCompile(`^\d+ \((.+)\)$`)

// canonical writes a message without what may differ: order, numbers of interfaces.
func canonical(m *decode.Message) string {
	body := m.Body()
	const kept = 0xf00 // NLM_F_REPLACE, _EXCL, _CREATE, _APPEND
	return fmt.Sprintf("%s flags %x %s | %s", m.Type, m.Header.Flags&kept, canonicalNodes(body.Fields), canonicalNodes(body.Attrs))
}

func canonicalNodes(nodes []decode.Node) string {
	var parts []string
	for i := range nodes {
		n := &nodes[i]
		switch {
		case n.Hidden, strings.HasSuffix(n.Name, "LINENO"): // a line of what ipset read
		case n.Nested && len(n.Children) > 0:
			parts = append(parts, n.Name+"{"+canonicalNodes(n.Children)+"}")
		case reIfIndex.MatchString(n.Text):
			parts = append(parts, n.Name+"="+reIfIndex.FindStringSubmatch(n.Text)[1])
		default:
			parts = append(parts, fmt.Sprintf("%s=%x", n.Name, n.Raw))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}
