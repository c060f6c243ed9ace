// SPDX-License-Identifier: Apache-2.0

package aggregate

import "github.com/nltop/nltop/internal/capture"

// Crowd says of a row that it is all processes with one name, in one container, and what
// of them: "" is no crowd, crowdAll all, crowdUnknown those whose executable nobody knows,
// and else it is their executable.
type Crowd string

const (
	crowdAll     Crowd = "*" // no path: those begin with a slash
	crowdUnknown Crowd = "?"
)

// holds says whether a process with this executable belongs to it.
func (c Crowd) holds(who *capture.Proc) bool {
	if c == crowdAll {
		return true
	}
	exe := exeOf(who)
	return exe == string(c) || exe == "" && c == crowdUnknown
}

func exeOf(who *capture.Proc) string {
	if who == nil {
		return ""
	}
	return who.Exe
}

// crowdOf is the row that a row of a process may be in. Its executable does not count yet.
func crowdOf(r *Row) RowID {
	id := r.ID
	id.Key.Process = Process{Comm: r.ID.Key.Comm, Outside: r.ID.Key.Outside}
	id.Key.Pod, id.Key.Container = r.Where.Pod, r.Where.Container
	id.Crowd = crowdAll
	return id
}

// holdsCrowd says whether a cell of this process is counted in the row, which is a crowd.
func (id RowID) holdsCrowd(k *Key, who *capture.Proc) bool {
	around := RowID{Group: id.Group, Depth: id.Depth, Key: *k}.Up(id.Depth - 1)
	return around == id.Up(id.Depth-1) && k.Comm == id.Key.Comm && k.Outside == id.Key.Outside &&
		k.Pod == id.Key.Pod && k.Container == id.Key.Container && id.Crowd.holds(who)
}

// crowds puts the rows of processes with one name, executable and container into one; what
// is alone stays as it is.
func crowds(rows []*Row) []*Row {
	exes := make(map[RowID]string)
	several := make(map[RowID]bool) // executables
	for _, r := range rows {
		exe := exeOf(r.Who)
		if exe == "" || r.ID.Key.Comm == "" {
			continue
		}
		id := crowdOf(r)
		if known, ok := exes[id]; ok && known != exe {
			several[id] = true
		}
		exes[id] = exe
	}
	of := make(map[RowID]*Row, len(rows))
	out := rows[:0:0]
	for _, r := range rows {
		if r.ID.Key.Comm == "" || r.ID.Level() == LevelOverflow {
			out = append(out, r)
			continue
		}
		id := crowdOf(r)
		if several[id] {
			if id.Crowd = Crowd(exeOf(r.Who)); id.Crowd == "" {
				id.Crowd = crowdUnknown
			}
		}
		crowd := of[id]
		if crowd == nil {
			crowd = &Row{ID: id, Label: r.Label, PortID: r.PortID, NetNS: r.NetNS, Where: r.Where, Mixed: r.Mixed}
			of[id] = crowd
			out = append(out, crowd)
		}
		crowd.join(r)
	}
	for i, r := range out {
		if len(r.Children) == 1 && r.ID.Crowd != "" {
			out[i] = r.Children[0]
		}
	}
	return out
}

// join adds a process to a crowd.
func (r *Row) join(p *Row) {
	r.Processes++
	r.Children = append(r.Children, p)
	r.add(p.summand())
	r.Caused.Add(&p.Caused)
	r.Mixed.Container = r.Mixed.Container || p.Mixed.Container
	r.Mixed.Unit = r.Mixed.Unit || p.Mixed.Unit
	if p.Mixed.NetNS {
		r.Mixed.NetNS, r.NetNS = true, 0
	}
}
