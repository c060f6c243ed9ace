// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"path/filepath"
	"strings"
	"testing"
)

const (
	toNow    = " 1 t n o w Enter"
	noFilter = " f Ctrl-U Enter"
)

// homeKeys are those of home, and those that every page has. The rows of home are python3,
// ip ×65, a kworker, nft ×3 and others.
var homeKeys = map[string][]scenario{
	"expand or collapse; open the messages of a last row": {
		{from: "Home Down", shows: "▾ ip ×65", undo: "Left"},
		{from: "Home Down Right", hides: "▾ ip ×65"},
		{from: "Home Right Down Right Down", shows: "home › messages of python3[219] › route › RTM_NEWNEIGH", undo: "1 Home Left"},
	},
	"expand or collapse": {
		{from: "Home Down", shows: "▾ ip ×65", undo: "Left"},
		{from: "Home Down Right", hides: "▾ ip ×65"},
	},
	"expand; go to the first row inside": {
		{from: "Home Down", shows: "▾ ip ×65", undo: "Left"},
		{from: "Home Right", row: "route", undo: "Home Left"},
	},
	"collapse; go to the row around": {
		{from: "Home Down Right", hides: "▾ ip ×65"},
		{from: "Home Down Right Down", row: "▾ ip ×65", undo: "Left"},
	},
	"open the messages of the row": {{from: "Home", shows: "home › messages of python3[219]|25 of 25"}},
	"expand or collapse all": {
		{from: "Home", shows: "▾ python3|▾ ip ×65", undo: "e"},
		{from: "Home e", shows: "▸ python3|▸ ip ×65"},
	},
	"go to the error that the line of what is wrong names": {
		{from: "Home", row: "NLMSG_ERROR              EEXIST", shows: "4 of 4|ip link add lan type bridge"},
	},
	"group by the next of process, family, socket, comm, container, unit, netns, type": {
		{shows: "grouped by family|▸ route", undo: "B"},
		{from: "b", shows: "grouped by socket", undo: "B B"},
	},
	"group by the one before": {{shows: "grouped by type|▸ RTM_GETLINK", undo: "b"}},
	"sort by the next column": {
		{from: "Home", shows: "sorted by NAME|▼NAME", undo: "S"},
		{from: "Home s s s s", shows: "sorted by OUT/s|▼OUT/s", undo: "S S S S S"},
	},
	"sort by the column before": {{from: "Home", shows: "sorted by P99|▼P99", undo: "s"}},
	"reverse the order":         {{from: "Home", shows: "▲trouble first", row: "wg ×4", undo: "r"}},
	"choose the columns, or a set of them: times, places": {
		{shows: "home › columns|[x] NETNS"},
		{more: "i", shows: "columns: times first|P50", undo: "C d"},
		{more: "p", shows: "columns: places first|UNIT", undo: "C d"},
	},

	"search for a text, in any case; Esc in the prompt takes it back": {
		{from: "Home", more: "R O U T E w", row: "routewatch", check: func(k *keyboard) {
			k.press("Esc")
			k.until(func() bool { return strings.Contains(k.row(), "python3") }, func() string { return "Esc does not go back" })
		}},
	},
	"to the next place that has it": {{from: "Home / i p Enter", shows: "ip: 2 of", undo: "Esc"}},
	"to the place before":           {{from: "Home / i p Enter n", shows: "ip: 1 of", undo: "Esc"}},

	"up":               {{from: "M End", shows: " 2,331 of 2,332"}},
	"down":             {{from: "M Home", shows: " 2 of 2,332"}},
	"a page up":        {{from: "M End", shows: " 2,299 of 2,332"}},
	"a page down":      {{from: "M Home", shows: " 33 of 2,332"}},
	"half a page up":   {{from: "M End", shows: " 2,316 of 2,332"}},
	"half a page down": {{from: "M Home", shows: " 17 of 2,332"}},
	"to the start":     {{from: "M End", shows: " 1 of 2,332"}},
	"to the end":       {{from: "M Home", shows: " 2,332 of 2,332"}},

	"go to a time: 12:03:04, +1.5s after the start, now": {
		{more: "1 9 : 4 1 : 5 0 Enter", shows: " at 19:41:50.000", undo: toNow},
		{more: "+ 1 . 5 s Enter", shows: " at 19:41:37.420", undo: toNow},
		{from: ",", more: "n o w Enter", hides: " at 19:42:1"},
	},
	"a message back in time: all pages show the state then": {{from: "M ,", shows: "2,331 of 2,331", undo: toNow}},
	"a message further":                               {{from: "M , ,", shows: "2,332 of 2,332", undo: toNow}},
	"to the error or incident before":                 {{shows: " at 19:42:14.826|NLMSG_ERROR ENETUNREACH", undo: toNow}},
	"to the next error or incident":                   {{from: "[ [", shows: " at 19:42:14.826|NLMSG_ERROR ENETUNREACH", undo: toNow}},
	"save what is kept to a file, as it was recorded": {{more: "Enter", shows: "saved to nltop-", check: isSaved}},
	"the timeline (or click on it): move in time, play": {
		{shows: "← earlier|→ later|Space play", undo: "T"},
	},

	"show or hide this help": {
		{shows: "home › keys|expand or collapse all"},
		{from: "?", hides: "home › keys"},
	},
	"home: who talks what": {{from: "o", shows: "trouble first"}},
	"the palette: everything that can be done here, and all settings": {
		{more: "q u e u e", shows: "sockets: owner, queue, drops, groups|o 5", undo: "Esc"},
		{more: "r e f r e s h", shows: "refresh every 500ms|now", undo: "Esc"},
	},
	"filter what is counted and kept, by an expression": {
		{more: `f a m i l y = = " w i r e g u a r d " Enter`, shows: "wg ×4", hides: "nft ×3", undo: noFilter},
	},
	"all messages": {{shows: "home › all messages|2,332 of 2,332"}},
	"pause: freeze what is shown (losses go on)": {
		{shows: "PAUSED", undo: "p"},
		{from: "p", hides: "PAUSED"},
	},
	"clear counters and messages": {{shows: "a recording keeps what it says: nothing to clear"}},
	"losses, notes, and what this source cannot see": {
		{shows: "home › losses|Lost by the kernel|Notes|What this source cannot see"},
	},
	"exchanges: requests that wait, and how the last ones ended": {{shows: "home › exchanges|Exchanges: 530|OUTCOME"}},
	"sockets: owner, queue, drops, groups":                       {{shows: "home › sockets|OWNER|BUFFER|DROPS|groups NEIGH"}},
	"incidents: who lost messages, sent by whom, and what would help": {
		{shows: "home › incidents|python3[219]", check: func(k *keyboard) {
			k.press("Enter")
			k.sees("sent by: ", "advice: ")
		}},
	},
	"rtnl_mutex: who holds it, and who waits":   {{shows: "home › rtnl|HELD|WAITED"}},
	"families: what is talked, and who listens": {{shows: "home › families|wireguard|LISTENERS"}},
	"who changed it: what is under the cursor, what you type, or (nothing typed) anything": {
		{more: "l a n Enter", shows: "home › who changed lan|deleted by ip[345]"},
		{more: "Enter End", shows: "home › who changed anything|deleted by ip[345]"},
		{from: "m", shows: "› who changed 192.0.2.6"},
	},
	"heat map: latency over time, of the row or of all": {
		{from: "Home Down", shows: "home › latency|Latency of ip ×65"},
		{from: "o", shows: "Latency of all"},
	},
	"keep what is under the cursor: add it to the filter": {
		{from: "Home Down", shows: `kept: proc.name == "ip"`, hides: "nft ×3", undo: noFilter},
	},
	"leave out what is under the cursor": {
		{from: "Home Down", shows: "left out by the filter|nft ×3", hides: "ip ×65", undo: noFilter},
	},
	"copy what is under the cursor: literal, command, JSON, filter": {
		{from: "Home m", shows: "› copy|Copy RTM_NEWNEIGH as|a literal of Go|what a person would type|trace -o json|expression for -f"},
	},
	"edit the filter with what is under the cursor added": {
		{from: "Home Down", shows: `filter: proc.name == "ip"`, undo: "Esc"},
	},
	"suspend; fg in the shell brings nltop back": {{other: suspends}},
	"theme: for a dark ground, a light one, any, or without colours": {
		{from: "Home", check: goesThroughThemes},
	},
	"draw with all characters, or with ASCII only": {
		{from: "Home", shows: "+ python3", hides: "▸|▼", undo: "U"},
		{from: "Home U", shows: "▸ python3|▼", hides: "+ python3"},
	},
	"draw the screen again":   {{from: "Home", draws: "trouble first"}},
	"back to the page before": {{from: "o", shows: "trouble first"}, {from: "m Enter", shows: "home › messages of", hides: "nlmsg_len"}},
	"the same; at home quit":  {{from: "o", shows: "trouble first"}, {ends: true}},
	"quit, wherever one is":   {{ends: true}, {from: "m Enter", ends: true}, {from: "f a", ends: true}},
}

// isSaved finds what was saved, and that it is what was played.
func isSaved(k *keyboard) {
	k.t.Helper()
	files, _ := filepath.Glob(filepath.Join(k.dir, "nltop-*.pcapng"))
	if len(files) != 1 {
		k.t.Fatalf("there are %v", files)
	}
	of := func(file string) string {
		out, stderr, code := run(k.t, nltop(k.t), "stat", "-r", file)
		if code != 0 {
			k.t.Errorf("status %d: %s", code, stderr)
		}
		return out
	}
	if was, is := of(unpacked(k.t, "../../cmd/nltop/demo.pcapng.gz")), of(files[0]); is != was {
		k.t.Errorf("the recording says\n%s\nand what was saved\n%s", was, is)
	}
}

// goesThroughThemes wants the row under the cursor on the ground of each theme.
func goesThroughThemes(k *keyboard) {
	k.t.Helper()
	for _, theme := range []struct {
		name   string
		ground int // -1: it is reversed
	}{{"light", 254}, {"none", -1}, {"auto", -1}, {"dark", cursorGround}} {
		k.sees("theme: " + theme.name)
		rows := func() []string { k.look(); return append(k.screen.on(cursorGround), k.screen.on(254)...) }
		k.until(func() bool {
			is := rows()
			if theme.ground < 0 {
				return len(is) == 0
			}
			return len(is) == 1 && strings.Contains(strings.Join(k.screen.on(theme.ground), ""), "python3")
		}, func() string {
			return "with the theme " + theme.name + " there stands on a ground " + strings.Join(rows(), "\n")
		})
		if theme.name != "dark" {
			k.press("Ctrl-T")
		}
	}
}

// suspends is what the key does in a shell with job control.
func suspends(t *testing.T, key string) {
	t.Helper()
	suspended(t, func(tm *terminal, _ int) { tm.keys(bytesOf(t, key)) })
}
