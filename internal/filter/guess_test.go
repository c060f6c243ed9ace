// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode/families"
)

// What people write first is answered with what they mean.
func TestFirstGuesses(t *testing.T) {
	known := Known(families.All())
	for _, tt := range []struct{ expr, want string }{
		{`comm == "ip"`, "did you mean proc.comm (or cause.comm)?"},
		{`pid == 3`, "did you mean proc.pid (or cause.pid)?"},
		{`exe == "/bin/ip"`, "did you mean proc.exe (or cause.exe)?"},
		{`errno == 17`, "did you mean error?"},
		{`event`, `did you mean dir == "event"?`},
		{`dir == event`, `did you mean dir == "event"?`},
		{`ifname == "eth0"`, `did you mean attr("IFLA_IFNAME")?`},
		{`attr("ifname") == "eth0"`, `did you mean "IFLA_IFNAME"?`},
		{`type == "DELROUTE"`, `did you mean "RTM_DELROUTE"?`},
		{`type == "newrule"`, `did you mean "RTM_NEWRULE"?`},
		{`type == "rtm_delroute"`, `did you mean "RTM_DELROUTE"?`},
		{`type == RTM_DELROUTE`, "a text is written in quotes"},
		{`family == "rtnetlink"`, `did you mean "route"?`},
		{`family == "NETLINK_ROUTE"`, `did you mean "route"?`},
		{`family == "wifi"`, `did you mean "nl80211"?`},
		{`error == "EEXIST"`, "compare error_name"},
		{`proc == "ip"`, "compare proc.name"},
		{`flags == "NLM_F_ACK"`, `"NLM_F_ACK" in flags`},
		{`dropped`, `did you mean verdict == "overrun"?`},
	} {
		if _, err := known.Compile(tt.expr); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.expr, err, tt.want)
		}
	}
	for _, expr := range []string{`family == "TIPC"`, `family == "SMC_GEN_NETLINK"`, `attr("MY_KEY") == "x"`} {
		if _, err := known.Compile(expr); err != nil {
			t.Errorf("%s is refused: %v", expr, err)
		}
	}
}

// What an answer suggests is itself part of the language.
func TestGuessesCompile(t *testing.T) {
	for name, meant := range guesses {
		if !strings.ContainsAny(meant, "=! ") {
			meant += ` != nil`
		}
		if _, err := (Options{}).Compile(meant); err != nil && !strings.Contains(err.Error(), "does not go with") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
