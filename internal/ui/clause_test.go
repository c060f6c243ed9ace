// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"testing"

	"github.com/nltop/nltop/internal/filter"
)

// Each row of each list, and each line of a message, says what filter it means: one that
// compiles, and so does its opposite. Of the tree and of messages some message passes it,
// and none passes both.
func TestClauseOfEveryRow(t *testing.T) {
	opts := filter.Known(tables())
	opts.Types["RTM_DELLINK"], opts.Types["RTM_GETROUTE"] = true, true // of the story
	compiled := map[string]*filter.Filter{}
	compile := func(expr string) *filter.Filter {
		t.Helper()
		if compiled[expr] == nil {
			f, err := opts.Compile(expr)
			if err != nil {
				t.Errorf("%v", err)
				return nil
			}
			compiled[expr] = f
		}
		return compiled[expr]
	}
	asked := map[string]int{}
	for _, page := range allPages {
		h := newHarness(t, 120, 40, Options{})
		h.tell(page.name)
		h.press(page.keys...)
		c := h.top().cursor()
		if _, ok := h.top().(clauser); !ok || c == nil {
			continue
		}
		for at := range c.rows {
			c.move(at - c.at)
			h.top().moved()
			h.draw()
			clause := h.clause()
			if clause.Yes == "" {
				// An event has no flags and no number, which are no fields then.
				if l, ok := h.top().(*messageView); !ok || l.on() != "attribute 200" && l.current().value != "0" && l.current().value != "0x0" {
					t.Errorf("%s, line %d: nothing to filter by", page.name, at)
				}
				continue
			}
			asked[page.name]++
			yes, no := compile(clause.Yes), compile(clause.No)
			if yes == nil || no == nil {
				t.Errorf("%s, line %d", page.name, at)
				continue
			}
			passed := 0
			for i := range h.src.kept {
				pass := yes.Match(&h.src.kept[i])
				if pass {
					passed++
				}
				if no.Match(&h.src.kept[i]) == pass {
					t.Fatalf("%s, line %d: %s and %s say the same of a message", page.name, at, clause.Yes, clause.No)
				}
			}
			switch h.top().(type) {
			case *treeView, *messagesView, *messageView:
				if passed == 0 && clause.Yes != `kind == "socket_error"` {
					t.Errorf("%s, line %d: no message passes %s", page.name, at, clause.Yes)
				}
			}
		}
	}
	for _, name := range []string{"tree_expanded", "family", "socket", "command", "messages_all", "message", "exchanges", "sockets", "incidents", "rtnl", "reports", "families"} {
		if asked[name] == 0 {
			t.Errorf("%s: no row was asked", name)
		}
	}
}

func TestKeepAndLeaveOut(t *testing.T) {
	h := newHarness(t, 120, 30, Options{})
	h.on("ip")
	h.press("+")
	h.wants("filter: proc.pid == 4711", "kept: proc.pid == 4711 (f edits the filter)")
	h.press("+")
	h.wants("the filter says so already")
	h.press("e", "Down", "-")
	if want := `proc.pid == 4711 && family != "route"`; h.src.status.Filter != want {
		t.Errorf("filter %s, want %s", h.src.status.Filter, want)
	}
	h.press("f", "Ctrl-U")
	h.typeText(`dir == "reply" || error != 0`)
	h.press("Enter")
	h.on("ip")
	h.press("=")
	h.wants(`filter: (dir == "reply" || error != 0) && proc.pid == 4711`)
	h.press("Enter")
	if want := `(dir == "reply" || error != 0) && proc.pid == 4711`; h.src.status.Filter != want {
		t.Errorf("filter %s, want %s", h.src.status.Filter, want)
	}
	h.press("l", "+")
	h.wants(noClause)
	h.press("=")
	h.wants(noClause)
	if h.prompt != nil {
		t.Error("a prompt without anything to edit")
	}
}

// On a message each line means its own attribute.
func TestKeepAttribute(t *testing.T) {
	h := newHarness(t, 120, 40, Options{})
	h.press("m", "Up", "Enter")
	v := h.top().(*messageView)
	want := map[string]string{
		"nlmsg_type": `type == "RTM_NEWLINK"`, "nlmsg_len": "len == 84", "IFLA_IFNAME": `attr("IFLA_IFNAME") == "vx0"`,
		"IFLA_MTU": `attr("IFLA_MTU") == 1500`, "IFLA_LINKINFO": `has("IFLA_LINKINFO")`, "IFLA_VXLAN_ID": `attr("IFLA_VXLAN_ID") == 42`,
	}
	for at := range v.tree.lines {
		v.cur.move(at - v.cur.at)
		if yes := want[v.tree.lines[at].name]; yes != "" && h.clause().Yes != yes {
			t.Errorf("%s is %s, want %s", v.tree.lines[at].name, h.clause().Yes, yes)
		}
	}
}
