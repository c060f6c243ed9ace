// SPDX-License-Identifier: Apache-2.0

package aggregate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
)

// Level is what the rows of one depth of a tree are.
type Level uint8

const (
	LevelProcess Level = iota
	LevelSocket
	LevelFamily
	LevelType
	LevelCommand // all processes with one comm
	LevelContainer
	LevelUnit
	LevelNetNS
	LevelCrowd    // processes with one name, executable and container
	LevelOverflow // the row of the cells that had to make room
)

// Group is a way to arrange rows.
type Group uint8

const (
	GroupProcess Group = iota
	GroupFamily
	GroupSocket
	GroupCommand
	GroupContainer
	GroupUnit
	GroupNetNS
	GroupType
)

// groups are the levels of each Group, from the top.
var groups = [...]struct {
	name   string
	levels []Level
}{
	GroupProcess: {"process", []Level{LevelProcess, LevelFamily, LevelType}},
	GroupFamily:  {"family", []Level{LevelFamily, LevelType, LevelProcess}},
	GroupSocket:  {"socket", []Level{LevelSocket, LevelFamily, LevelType}},
	GroupCommand: {"comm", []Level{LevelCommand, LevelFamily, LevelType}},

	GroupContainer: {"container", []Level{LevelContainer, LevelProcess, LevelFamily, LevelType}},
	GroupUnit:      {"unit", []Level{LevelUnit, LevelProcess, LevelFamily, LevelType}},
	GroupNetNS:     {"netns", []Level{LevelNetNS, LevelProcess, LevelFamily, LevelType}},
	GroupType:      {"type", []Level{LevelType, LevelProcess}},
}

// String returns the name of a group.
func (g Group) String() string { return groups[g].name }

// GroupNames are the names of all groups.
func GroupNames() []string {
	var names []string
	for _, g := range groups {
		names = append(names, g.name)
	}
	return names
}

// ParseGroup is the inverse of Group.String, and takes the names that groups had.
func ParseGroup(s string) (Group, error) {
	if i := slices.Index(GroupNames(), GroupName(s)); i >= 0 {
		return Group(i), nil
	}
	return 0, fmt.Errorf("%q: one of %s", s, strings.Join(GroupNames(), ", "))
}

// GroupName turns another name of a group into its own.
func GroupName(s string) string {
	switch s {
	case "command", "name":
		return "comm"
	case "proc", "pid":
		return "process"
	case "namespace":
		return "netns"
	}
	return s
}

// Next returns the group after g, the first after the last.
func (g Group) Next() Group { return (g + 1) % Group(len(groups)) }

// Before returns the group before g, the last before the first.
func (g Group) Before() Group { return (g + Group(len(groups)) - 1) % Group(len(groups)) }

// Levels returns what the rows of g are at each depth.
func (g Group) Levels() []Level { return groups[g].levels }

// RowID identifies a row, in whatever order rows are. Fields of levels that
// the row does not have are zero.
type RowID struct {
	Group Group
	Depth uint8 // number of levels that count
	Key   Key
	Crowd Crowd // of processes; "": the row is none
}

// Level returns what the row is.
func (id RowID) Level() Level {
	switch {
	case id.Depth == 0:
		return LevelOverflow
	case id.Crowd != "":
		return LevelCrowd
	}
	return groups[id.Group].levels[id.Depth-1]
}

// restrict copies to id the part of k that a level looks at.
func (id *RowID) restrict(l Level, k *Key) {
	switch l {
	case LevelProcess:
		id.Key.Process = k.Process
	case LevelSocket:
		id.Key.Process, id.Key.Socket = k.Process, k.Socket
	case LevelFamily:
		id.Key.Family, id.Key.FamilyID = k.Family, k.FamilyID
	case LevelType:
		id.Key.Type = k.Type
	case LevelCommand:
		id.Key.Comm = k.Comm
	case LevelContainer:
		id.Key.Pod, id.Key.Container = k.Pod, k.Container
	case LevelUnit:
		id.Key.Unit = k.Unit
	case LevelNetNS:
		id.Key.NetNS, id.Key.NetNSName = k.NetNS, k.NetNSName
	}
}

// Up returns the row at a smaller depth that the row is in.
func (id RowID) Up(depth uint8) RowID {
	if id.Crowd != "" && depth >= id.Depth {
		return id
	}
	up := RowID{Group: id.Group, Depth: min(depth, id.Depth)}
	for _, l := range groups[id.Group].levels[:up.Depth] {
		up.restrict(l, &id.Key)
	}
	return up
}

// holds says whether a cell is counted in the row; who is its process, as far as known.
func (id RowID) holds(k *Key, who *capture.Proc) bool {
	if id.Crowd != "" {
		return id.holdsCrowd(k, who)
	}
	cell := RowID{Group: id.Group, Depth: id.Depth, Key: *k}
	return id.Depth > 0 && cell.Up(id.Depth) == id
}

// Row is one line of a tree: the sum of its children, or of cells.
type Row struct {
	ID RowID
	// Label is the name of the row, safe for a terminal.
	Label string
	// PortID and NetNS are those of the row's cells where they have the same.
	PortID uint32
	NetNS  uint64
	// Where is likewise, but for the parts that are Mixed.
	Where Where
	Mixed Mixed
	Counters
	Rates
	Last
	Times Times
	// KernelTimes is described at Cell.
	KernelTimes Times
	Trend       Trend
	Errnos      Errnos
	// Caused is what others were made to receive by requests of the row, or by its
	// processes without one.
	Caused Caused
	// Processes is how many a crowd has; 0: the row is none.
	Processes int
	// Parts: it has rows inside. Children are those, where they were made (Query.Open).
	Parts    bool
	Children []*Row
}

// KernelQuantile returns a quantile of the time in the kernel; ok is false where
// it is not known of every send: the counters of the kernel have the sum alone.
func KernelQuantile(c *Counters, t *Times, q float64) (d time.Duration, ok bool) {
	if c.Kernel.Count == 0 || t.Count() != c.Kernel.Count {
		return 0, false
	}
	return t.Quantile(q), true
}

// Mixed says in what the cells of a row differ.
type Mixed struct{ Container, Unit, NetNS bool }

// mixedSign stands for where the cells of a row ran, if that differs.
const mixedSign = "*"

// Container is where the row's processes run: "" is the host, or unknown.
func (r *Row) Container() string { return orMixed(r.Mixed.Container, r.Where.ContainerLabel()) }

// UnitName is the row's systemd unit; "": none, or unknown.
func (r *Row) UnitName() string { return orMixed(r.Mixed.Unit, r.Where.Unit) }

// NetNSText names the row's network namespace, by number where it has no name;
// "" is unknown.
func (r *Row) NetNSText() string {
	text := r.Where.NetNSName
	if text == "" && r.NetNS != 0 {
		text = strconv.FormatUint(r.NetNS, 10)
	}
	return orMixed(r.Mixed.NetNS, text)
}

func orMixed(mixed bool, name string) string {
	if mixed {
		return mixedSign
	}
	return decode.Quote(name)
}

// Query says which tree to build.
type Query struct {
	Group   Group
	By      Order // nil: ByName
	Reverse bool
	// Find keeps the cells on whose path a label contains it, in any case.
	Find string
	// Crowds: processes with one name, executable and container are in a row together.
	Crowds bool
	// Open says of a row whether those inside are wanted; nil: all are. Rows of processes
	// are made in any case.
	Open func(id RowID) bool
}

// Tree arranges the cells in rows, in an order that depends on nothing but
// their content. The sum of the rows is the sum of the cells found; without
// Find, the total of the snapshot.
func (s *Snapshot) Tree(q Query) []*Row {
	find := strings.ToLower(q.Find)
	levels := groups[q.Group].levels
	var root Row
	g := newGrowth(len(s.Cells))
	closes := max(slices.Index(levels, LevelProcess), 0) // the first level whose rows may be closed
	for i := range s.Cells {
		c := &s.Cells[i]
		if find != "" && !onPath(levels, c, find) {
			continue
		}
		r := &root
		id := RowID{Group: q.Group}
		for depth, l := range levels {
			if depth > 0 {
				if r.Parts = true; depth > closes && q.Open != nil && !q.Open(r.ID) {
					break
				}
			}
			id.restrict(l, &c.Key)
			id.Depth++
			child := g.child(r, &id)
			if child == nil {
				child = g.add(r, &id)
				child.Label, child.PortID, child.NetNS, child.Where = label(l, c), c.PortID, c.NetNS, c.Where
			}
			child.add(c.summand())
			r = child
		}
	}
	s.addCauses(&root, g, q.Group, find)
	top := root.Children
	if q.Crowds {
		top = allCrowds(top, levels)
	}
	sortRows(top, q)
	if o := &s.Overflow; o.Cells > 0 && find == "" {
		top = append(top, &Row{
			ID:       RowID{Group: q.Group},
			Label:    "(" + strconv.FormatUint(o.Cells, 10) + " idle rows folded)",
			Counters: o.Counters, Rates: o.Rates, Last: o.Last, Times: o.Times, KernelTimes: o.KernelTimes,
			Trend: o.Trend, Errnos: o.Errnos,
		})
	}
	return top
}

// allCrowds makes crowds of the rows at the level of processes.
func allCrowds(rows []*Row, levels []Level) []*Row {
	if len(levels) == 0 {
		return rows
	}
	if levels[0] == LevelProcess {
		return crowds(rows)
	}
	for _, r := range rows {
		r.Children = allCrowds(r.Children, levels[1:])
	}
	return rows
}

// addCauses adds to rows what they caused. Who caused something and has no message of its
// own (an ioctl, the kernel) gets a row where processes stand at the top.
func (s *Snapshot) addCauses(root *Row, g *growth, group Group, find string) {
	for i := range s.Causes {
		c := &s.Causes[i]
		as := Cell{Key: Key{
			Process: c.Process, Where: Where{Pod: c.Pod, Container: c.Container, Unit: c.Unit}, Type: c.Request,
		}}
		levels := groups[group].levels
		for i, l := range levels {
			// What a cause does not tell ends its way.
			if l == LevelSocket || l == LevelNetNS || (l == LevelFamily || l == LevelType) && c.Request == (Type{}) {
				levels = levels[:i]
				break
			}
		}
		if find != "" && !onPath(levels, &as, find) {
			continue
		}
		r := root
		id := RowID{Group: group}
		for _, l := range levels {
			id.restrict(l, &as.Key)
			id.Depth++
			child := g.child(r, &id)
			if child == nil {
				if id.Depth > 1 || !c.Known() || l != LevelProcess && l != LevelCommand {
					break
				}
				child = g.add(r, &id)
				child.Label, child.Where = label(l, &as), as.Where
			}
			child.Caused.Add(&c.Caused)
			r = child
		}
	}
}

// summand is what a cell and a row have alike: what is added up in the row around them.
type summand struct {
	counters    *Counters
	rates       *Rates
	last        *Last
	times       *Times
	kernelTimes *Times
	trend       *Trend
	errnos      *Errnos // nil: there was none
	port        uint32
	netns       uint64
	where       *Where
}

func (c *Cell) summand() summand {
	return summand{&c.Counters, &c.Rates, &c.Last, &c.Times, &c.KernelTimes, &c.Trend, c.Errnos, c.PortID, c.NetNS, &c.Where}
}

func (r *Row) summand() summand {
	return summand{&r.Counters, &r.Rates, &r.Last, &r.Times, &r.KernelTimes, &r.Trend, &r.Errnos, r.PortID, r.NetNS, &r.Where}
}

func (r *Row) add(x summand) {
	r.Counters.Add(x.counters)
	r.Rates.add(x.rates)
	r.Last.merge(x.last)
	r.Times.Add(x.times)
	r.KernelTimes.Add(x.kernelTimes)
	r.Trend.add(x.trend)
	if x.errnos != nil {
		r.Errnos.merge(x.errnos)
	}
	r.mix(x.port, x.netns, x.where)
}

// mix takes what cells of a row may differ in.
func (r *Row) mix(port uint32, netns uint64, w *Where) {
	if r.PortID != port {
		r.PortID = 0
	}
	m := &r.Mixed
	m.Container = m.Container || r.Where.Container != w.Container || r.Where.Pod != w.Pod
	m.Unit = m.Unit || r.Where.Unit != w.Unit
	switch name := &r.Where.NetNSName; {
	case r.NetNS != netns || r.NetNS == 0 && *name != w.NetNSName:
		m.NetNS, r.NetNS = true, 0
	case *name == "":
		*name = w.NetNSName // found out later
	case w.NetNSName != "" && *name != w.NetNSName:
		*name = "" // one namespace under several names: its number
	}
}

func onPath(levels []Level, c *Cell, find string) bool {
	for _, l := range levels {
		if strings.Contains(strings.ToLower(label(l, c)), find) {
			return true
		}
	}
	return false
}

// label is the name of a row at level l that c is counted in. It is safe for a
// terminal: processes choose their names, and traffic names generic families.
func label(l Level, c *Cell) string {
	switch l {
	case LevelProcess, LevelCommand:
		return c.Process.label()
	case LevelSocket:
		return c.Process.label() + " " + capture.ShortName(c.Protocol)
	case LevelFamily:
		return decode.Quote(c.FamilyLabel())
	case LevelContainer:
		return named(c.ContainerLabel(), "(host)")
	case LevelUnit:
		return named(c.Unit, "(no unit)")
	case LevelNetNS:
		return named(c.NetNSName, "netns "+strconv.FormatUint(c.NetNS, 10))
	}
	return decode.Quote(c.Type.Label())
}

func named(name, none string) string {
	if name == "" {
		return none
	}
	return decode.Quote(name)
}

func (p Process) label() string {
	switch {
	case p.Comm != "" && p.Outside:
		return decode.Quote(p.Comm) + " (outside)"
	case p.Comm != "":
		return decode.Quote(p.Comm)
	case p.PID != 0:
		return "pid " + strconv.FormatUint(uint64(p.PID), 10)
	}
	return "(unknown)"
}

func sortRows(rows []*Row, q Query) {
	slices.SortFunc(rows, func(a, b *Row) int { return compare(a, b, q) })
	for _, r := range rows {
		sortRows(r.Children, q)
	}
}
