// SPDX-License-Identifier: Apache-2.0

package sockets

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// Group are the sockets of one process, or of all that have one name.
type Group struct {
	Owner     capture.Proc // zero: unknown; of several processes the name alone
	Kernel    bool
	Processes int
	Sockets   int
	// New were not there at the first look, and Gone not at the last; For is the time in
	// between, 0 where nobody looked twice. The kernel does not tell how old a socket is.
	New, Gone int
	For       time.Duration
	Protocols map[uint16]int // how many of each
	FDs       []uint32       // descriptors, sorted; of one process alone
	RMem      uint64         // sum of the queues, bytes
	Drops     uint64         // sum of sk_drops
	NewDrops  uint64         // while somebody watched
	Members   []*Socket      // those that are there; not part of the JSON
}

// groupKey is whose sockets stand together.
type groupKey struct {
	pid     uint32
	life    uint64
	outside bool
	name    string
	kernel  bool
}

// Groups puts sockets together by process, or by the name of it; gone were there at the
// first look alone. Those that became more stand first, then the largest.
func Groups(ss, gone []Socket, byName bool) []Group {
	by := map[groupKey]*Group{}
	pids := map[groupKey]map[uint32]bool{}
	group := func(s *Socket) *Group {
		p := s.Owner
		k := groupKey{p.PID, p.Life, p.Outside, p.ProcessName(), s.Kernel}
		if byName {
			k.pid, k.life = 0, 0
			p = capture.Proc{Comm: p.ProcessName(), Outside: p.Outside}
		}
		g := by[k]
		if g == nil {
			g = &Group{Owner: p, Kernel: s.Kernel, Protocols: map[uint16]int{}}
			by[k], pids[k] = g, map[uint32]bool{}
		}
		pids[k][s.Owner.PID] = true
		g.Processes = len(pids[k])
		return g
	}
	for i := range ss {
		if s := &ss[i]; !s.Closed {
			group(s).add(s, !byName)
		}
	}
	for i := range gone {
		group(&gone[i]).Gone++
	}
	out := make([]Group, 0, len(by))
	for _, g := range by {
		slices.Sort(g.FDs)
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Growth(), a.Growth()), cmp.Compare(b.Sockets, a.Sockets), cmp.Compare(b.Drops, a.Drops),
			cmp.Compare(a.Owner.ProcessName(), b.Owner.ProcessName()), cmp.Compare(a.Owner.PID, b.Owner.PID))
	})
	return out
}

func (g *Group) add(s *Socket, fds bool) {
	g.Sockets++
	g.Members = append(g.Members, s)
	g.Protocols[s.Protocol]++
	g.RMem += uint64(s.RMem)
	g.Drops += uint64(s.Drops)
	if fds {
		g.FDs = append(g.FDs, s.FDs...)
	}
	if l := s.Live; l != nil {
		g.NewDrops += l.Drops
		if l.Sampled {
			g.For = max(g.For, l.For)
		}
		if l.New {
			g.New++
		}
	}
}

// Growth is how many sockets more there are than at the first look.
func (g *Group) Growth() int { return g.New - g.Gone }

// Watched says whether somebody looked twice.
func (g *Group) Watched() bool { return g.For > 0 }

// Descriptors writes the descriptors as ranges: "3-122,130".
func (g *Group) Descriptors() string {
	var b strings.Builder
	for i := 0; i < len(g.FDs); {
		first := g.FDs[i]
		last := first
		for i++; i < len(g.FDs) && g.FDs[i] <= last+1; i++ {
			last = g.FDs[i]
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatUint(uint64(first), 10))
		if last > first {
			b.WriteString("-" + strconv.FormatUint(uint64(last), 10))
		}
	}
	return b.String()
}

// groupJSON is the object of nltop sockets --by -o json.
type groupJSON struct {
	Proc      *procJSON      `json:"proc"`
	Kernel    bool           `json:"kernel,omitempty"`
	Processes int            `json:"processes"`
	Sockets   int            `json:"sockets"`
	ForNS     int64          `json:"for_ns,omitempty"`
	New       *int           `json:"new,omitempty"`
	Gone      *int           `json:"gone,omitempty"`
	Protocols map[string]int `json:"protocols"`
	FDs       string         `json:"fds,omitempty"`
	RMem      uint64         `json:"rmem"`
	Drops     uint64         `json:"drops"`
	NewDrops  *uint64        `json:"new_drops,omitempty"`
}

// MarshalJSON writes unknown values as absent, an unknown process as null.
func (g Group) MarshalJSON() ([]byte, error) {
	o := groupJSON{
		Kernel: g.Kernel, Processes: g.Processes, Sockets: g.Sockets, ForNS: int64(g.For),
		Protocols: map[string]int{}, FDs: g.Descriptors(), RMem: g.RMem, Drops: g.Drops,
	}
	for p, n := range g.Protocols {
		o.Protocols[capture.ProtocolName(p)] += n
	}
	if g.Watched() {
		o.New, o.Gone, o.NewDrops = &g.New, &g.Gone, &g.NewDrops
	}
	if g.Owner.Known() {
		o.Proc = processJSON(&g.Owner)
	}
	return json.Marshal(o)
}

func processJSON(p *capture.Proc) *procJSON {
	return &procJSON{PID: p.PID, PPID: p.PPID, Outside: p.Outside, Comm: p.Comm, Cgroup: p.Cgroup, Unit: p.Unit, Container: p.Container, Pod: p.Pod}
}
