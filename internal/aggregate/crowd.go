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

// kind is what processes that may be a crowd have in common, beside the row that they are in.
type kind struct {
	comm, pod, container string
	outside              bool
}

// kindred are the processes of a kind.
type kindred struct {
	exe     string // of the first whose executable is known
	several bool   // others have another one
	crowds  map[Crowd]*Row
}

// crowds puts the rows of processes with one name, executable and container into one; what
// is alone stays as it is.
func crowds(rows []*Row) []*Row {
	kinds := make(map[kind]*kindred)
	of := make([]*kindred, len(rows)) // nil: it is in no crowd
	for i, r := range rows {
		if r.ID.Key.Comm == "" || r.ID.Level() == LevelOverflow {
			continue
		}
		k := kind{r.ID.Key.Comm, r.Where.Pod, r.Where.Container, r.ID.Key.Outside}
		all := kinds[k]
		if all == nil {
			all = &kindred{crowds: make(map[Crowd]*Row, 1)}
			kinds[k] = all
		}
		switch exe := exeOf(r.Who); {
		case exe == "":
		case all.exe == "":
			all.exe = exe
		default:
			all.several = all.several || all.exe != exe
		}
		of[i] = all
	}
	out := rows[:0:0]
	for i, r := range rows {
		all := of[i]
		if all == nil {
			out = append(out, r)
			continue
		}
		name := crowdAll
		if all.several {
			if name = Crowd(exeOf(r.Who)); name == "" {
				name = crowdUnknown
			}
		}
		crowd := all.crowds[name]
		if crowd == nil {
			crowd = &Row{ID: crowdOf(r), Label: r.Label, PortID: r.PortID, NetNS: r.NetNS, Where: r.Where, Mixed: r.Mixed}
			crowd.ID.Crowd, crowd.Parts = name, true
			all.crowds[name] = crowd
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
