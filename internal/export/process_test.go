// SPDX-License-Identifier: Apache-2.0

package export

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/words"
)

func TestProcess(t *testing.T) {
	for _, tt := range []struct {
		name string
		p    capture.Proc
		want string
	}{
		{"unknown", capture.Proc{}, "?"},
		{"no name", capture.Proc{PID: 7}, "[7]"},
		{"comm alone", capture.Proc{PID: 7, Comm: "ip"}, "ip[7]"},
		{"one thread", capture.Proc{PID: 7, Comm: "ip", Name: "ip"}, "ip[7]"},
		{"thread", capture.Proc{PID: 240, Comm: "zebra_dplane", Name: "zebra"}, "zebra/zebra_dplane[240]"},
		{"name alone", capture.Proc{PID: 240, Name: "zebra"}, "zebra[240]"},
		{"kernel", capture.Proc{Comm: "swapper/0"}, "swapper/0"},
		{"of another PID namespace", capture.Proc{PID: 4711, Comm: "ip", Outside: true}, "ip[4711 outside]"},
	} {
		if got := words.Process(tt.p); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestIdentity(t *testing.T) {
	whole := capture.Proc{
		PID: 7, Comm: "ip", Name: "ip",
		Identity: capture.Identity{
			Exe: "/usr/sbin/ip", CmdLine: "ip\x00route\x00del\x00a b\n\x00", UID: capture.IDOf(0),
			LoginUID: capture.IDOf(1000), Parent: capture.Parent{PID: 6, Name: "bash", CmdLine: "-bash\x00"},
		},
	}
	late := whole
	late.Late = true
	unset := capture.Proc{PID: 7, Identity: capture.Identity{UID: capture.IDOf(5), LoginUID: capture.IDOf(1<<32 - 1)}}
	for _, tt := range []struct {
		name string
		p    capture.Proc
		want string
		json string
	}{
		{"unknown", capture.Proc{PID: 7, Comm: "ip"}, "", `{"pid":7,"comm":"ip"}`},
		{"whole", whole, `/usr/sbin/ip: ip route del $'a b\n', uid 0, login 1000, started by bash[6] (-bash)`,
			`{"pid":7,"comm":"ip","name":"ip","exe":"/usr/sbin/ip","cmdline":"ip route del $'a b\\n'","uid":0,"loginuid":1000,` +
				`"parent":{"pid":6,"name":"bash","cmdline":"-bash"}}`},
		{"late", late, `/usr/sbin/ip: ip route del $'a b\n' (read late), uid 0, login 1000, started by bash[6] (-bash)`,
			`{"pid":7,"comm":"ip","name":"ip","exe":"/usr/sbin/ip","cmdline":"ip route del $'a b\\n'","uid":0,"loginuid":1000,` +
				`"parent":{"pid":6,"name":"bash","cmdline":"-bash"},"late":true}`},
		{"no login", unset, "uid 5", `{"pid":7,"uid":5}`},
		{"outside", capture.Proc{PID: 7, PPID: 6, Outside: true, Identity: capture.Identity{Parent: capture.Parent{PID: 6, Name: "sh", Outside: true}}},
			"started by sh[6 outside]", `{"pid":7,"ppid":6,"outside":true,"parent":{"pid":6,"outside":true,"name":"sh"}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := words.Identity(&tt.p); got != tt.want {
				t.Errorf("%s\nwant %s", got, tt.want)
			}
			var j JSON
			j.proc(&tt.p)
			var got, want any
			if err := json.Unmarshal(j.buf, &got); err != nil {
				t.Fatalf("%s: %v", j.buf, err)
			}
			if err := json.Unmarshal([]byte(tt.json), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// With -v a line below the message says who sent it.
func TestTextTellsProcess(t *testing.T) {
	f := scene()[0]
	f.Change(func(o *capture.Origin) {
		o.Proc.Exe, o.Proc.UID = "/bin/\x1b[31mip", capture.IDOf(0)
		o.Socket.Owner = o.Proc
	})
	for verbose, want := range []int{0, 1, 1} {
		var out bytes.Buffer
		play(t, NewText(&out, TextOptions{Verbose: verbose}), f)
		if got := strings.Count(out.String(), `by "/bin/\x1b[31mip", uid 0`); got != want || strings.Contains(out.String(), "\x1b[31m") {
			t.Errorf("-v %d: told %d times:\n%s", verbose, got, &out)
		}
	}
}
