// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"slices"
	"strings"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/filter"
	"github.com/nltop/nltop/internal/incident"
	"github.com/nltop/nltop/internal/live"
)

// clauser is a view that says what filter the thing under its cursor means; an empty
// clause: none.
type clauser interface{ clause() filter.Clause }

// clause is that of the view on the top.
func (a *app) clause() filter.Clause {
	if v, ok := a.top().(clauser); ok {
		return v.clause()
	}
	return filter.Clause{}
}

// noClause is said where there is nothing to filter by.
const noClause = "no filter can ask for what is under the cursor here"

// narrow adds what is under the cursor to the filter in force, or its opposite.
func (a *app) narrow(keep bool) {
	c := a.clause()
	expr, said := c.Yes, "kept: "
	if !keep {
		expr, said = c.No, "left out by the filter: "
	}
	if expr == "" {
		a.notice = noClause
		return
	}
	before := a.snap.Narrowed
	if slices.Contains(strings.Split(before, " && "), expr) {
		a.notice = "the filter says so already: " + expr
		return
	}
	if err := a.setFilter(filter.Both(before, expr)); err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		a.notice = "no filter can ask for that: " + first
		return
	}
	a.notice = said + expr + " (f edits the filter)"
}

// editClause opens the filter prompt with what is under the cursor added.
func (a *app) editClause() {
	c := a.clause()
	if c.Yes == "" {
		a.notice = noClause
		return
	}
	expr := filter.Both(a.snap.Narrowed, c.Yes)
	a.askFilter()
	a.prompt.text = []rune(expr)
	a.prompt.at = len(a.prompt.text)
}

func (v *treeView) clause() filter.Clause {
	if r := v.current(); r != nil {
		return rowClause(r)
	}
	return filter.Clause{}
}

// rowClause is what the level of a row says, not what is around it.
func rowClause(r *aggregate.Row) filter.Clause {
	k := &r.ID.Key
	switch r.ID.Level() {
	case aggregate.LevelProcess:
		return processClause(capture.Proc{PID: k.PID, Comm: k.Comm, Outside: k.Outside})
	case aggregate.LevelCrowd, aggregate.LevelCommand:
		return filter.Is("proc.name", k.Comm)
	case aggregate.LevelSocket:
		if r.PortID != 0 {
			return socketClause(k.Protocol, r.PortID, k.NetNS)
		}
		return processClause(k.Proc())
	case aggregate.LevelFamily:
		if k.FamilyID != 0 {
			return filter.All(filter.Family(k.Family), filter.Is("type_id", k.FamilyID))
		}
		return filter.Family(k.Family)
	case aggregate.LevelType:
		return typeClause(&k.Type)
	case aggregate.LevelContainer:
		if k.Container == "" && k.Pod != "" {
			return filter.Is("proc.pod", k.Pod)
		}
		return filter.Is("proc.container", k.Container)
	case aggregate.LevelUnit:
		return filter.Is("proc.unit", k.Unit)
	case aggregate.LevelNetNS:
		if k.NetNS == 0 {
			return filter.Is("netns_name", k.NetNSName)
		}
		return filter.Is("netns", k.NetNS)
	}
	return filter.Clause{}
}

// typeClause asks what a message is about, since a row has the answers to its requests.
func typeClause(t *aggregate.Type) filter.Clause {
	switch {
	case t.Name == aggregate.SocketEvents:
		return filter.Is("kind", "socket_error")
	case t.Name != "":
		return filter.Is("about", t.Name)
	case t.FamilyID != 0:
		return filter.All(filter.Is("type_id", t.FamilyID), filter.Is("cmd", t.Cmd-1))
	case t.Cmd > 0:
		return filter.All(filter.Family(t.Family), filter.Is("cmd", t.Cmd-1))
	}
	return filter.All(filter.Family(t.Family), filter.Is("type_id", t.ID))
}

// processClause asks for the process ID where there is one that means something here.
func processClause(p capture.Proc) filter.Clause {
	switch {
	case p.Outside:
		return filter.All(filter.Is("proc.outside", true), filter.Is("proc.name", p.ProcessName()))
	case p.PID != 0:
		return filter.Is("proc.pid", p.PID)
	}
	return filter.Is("proc.name", p.ProcessName())
}

func socketClause(protocol uint16, port uint32, netns uint64) filter.Clause {
	c := []filter.Clause{filter.Is("portid", port), filter.Is("protocol", capture.ProtocolName(protocol))}
	if netns != 0 {
		c = append(c, filter.Is("netns", netns))
	}
	return filter.All(c...)
}

// clause is the most telling one of the row.
func (v *listView[T]) clause() filter.Clause {
	if x := v.current(); x != nil {
		return clauseOf(x)
	}
	return filter.Clause{}
}

// clauseOf is the most telling clause of a row of any list: how it failed, what was asked,
// whose it is.
func clauseOf(x any) filter.Clause {
	switch x := x.(type) {
	case *socketRow:
		return socketRowClause(x)
	case *incident.Incident:
		return processClause(x.Socket.Owner)
	case *live.LockRow:
		if x.Type != "" {
			return filter.Is("about", x.Type)
		}
		return processClause(x.Proc.Proc())
	case *live.LockReport:
		return processClause(x.Proc)
	case *familyRow:
		return rowClause(&x.Row)
	}
	return filter.Clause{}
}

func (v *exchangesView) clause() filter.Clause {
	if k := v.request(); k != nil {
		return messageClause(&k.Observation)
	}
	return filter.Clause{}
}

func (v *messagesView) clause() filter.Clause {
	if k := v.current(); k != nil {
		return messageClause(&k.Observation)
	}
	return filter.Clause{}
}

// messageClause is the most telling one of a message.
func messageClause(x *correlate.Observation) filter.Clause {
	names := []string{"error_name", "about", "cmd", "type_id"}
	if x.Frame.Verdict.Lost() {
		names = append([]string{"verdict"}, names...)
	}
	for _, name := range names {
		if c := filter.Of(x, name); c.Yes != "" {
			return c
		}
	}
	return filter.Clause{}
}

func (v *messageView) clause() filter.Clause {
	if l := v.current(); l != nil {
		return lineClause(&v.kept.Observation, l)
	}
	return filter.Clause{}
}

// headerNames are what the filter calls the fields of struct nlmsghdr.
var headerNames = map[string]string{
	"nlmsg_len": "len", "nlmsg_type": "type", "nlmsg_flags": "flags", "nlmsg_seq": "seq", "nlmsg_pid": "portid",
}

// lineClause is that of a line of a decoded message.
func lineClause(x *correlate.Observation, l *nodeLine) filter.Clause {
	m := x.Message
	if name := headerNames[l.name]; name != "" && l.depth == 0 && l.hi <= decode.HeaderLen && !m.NoHeader {
		return filter.Of(x, name)
	}
	body := m.Body()
	if n := nodeOf(l, slices.Concat(body.Fields, body.Attrs)); n != nil {
		return filter.Attribute(x, n)
	}
	return filter.Clause{}
}

// nodeOf finds the node that a line shows.
func nodeOf(l *nodeLine, nodes []decode.Node) *decode.Node {
	for i := range nodes {
		n := &nodes[i]
		if n.Off == l.lo && len(n.Raw) == l.hi-l.lo && decode.Quote(n.Label()) == l.name {
			return n
		}
		if n := nodeOf(l, n.Children); n != nil {
			return n
		}
	}
	return nil
}
