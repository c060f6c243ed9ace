// SPDX-License-Identifier: Apache-2.0

package sockets

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	procfs "github.com/nltop/nltop/internal/process"
)

func fdPath(fd int) string { return "/proc/self/fd/" + strconv.Itoa(fd) }

// pace bounds what something costs: at most a share of the time, and not more
// often than every rest.
type pace struct {
	rest   time.Duration
	share  time.Duration // pause share times as long as it took
	now    func() time.Time
	start  time.Time
	nextAt time.Time
}

func (p *pace) due() bool { return !p.now().Before(p.nextAt) }
func (p *pace) begin()    { p.start = p.now() }
func (p *pace) end() {
	t := p.now()
	p.nextAt = t.Add(max(p.rest, p.share*t.Sub(p.start)))
}

// Bounds of an Index.
const (
	// fresh is how long an entry is believed without a look at its process.
	fresh = 5 * time.Second
	// linger is how long the owner of a vanished socket is remembered: frames
	// come later than what they tell of.
	linger = 30 * time.Second
	// soon is when a socket that a look did not find is looked for again, later
	// when one that a whole walk did not find is. maxMissing bounds their number.
	soon       = 250 * time.Millisecond
	later      = 10 * time.Second
	maxMissing = 4096
)

type indexKey struct {
	netns    uint64 // 0: any, where only one namespace has the pair
	protocol uint16
	port     uint32
}

type owner struct {
	proc    capture.Proc
	start   uint64
	inode   uint64
	seen    time.Time     // when the socket was last seen
	checked time.Time     // when the process was last seen
	many    bool          // netns 0: more than one namespace has the pair
	facts   *capture.Proc // what is known of it beyond that; nil: not read yet
}

// Index answers at once who owns a socket, for sources that know a port only.
// It learns in two ways: a look at the process whose ID is the port, which is
// what netlink_autobind chooses, and a walk through all processes in the
// background. Both together take no more than a twentieth of one processor.
//
// It is safe for concurrent use.
type Index struct {
	opts Options
	now  func() time.Time

	mu       sync.Mutex
	byPort   map[indexKey]owner
	byInode  map[uint64]owner
	missing  map[indexKey]time.Time // → when to look again
	names    map[uint64]string
	cg       cgroups
	quick    pace
	full     pace
	naming   pace
	scanning bool
	idle     *sync.Cond
}

// NewIndex returns an index that knows nothing yet. Refresh fills it; without
// it the first question does, in the background.
func NewIndex(o Options) *Index {
	o.NoDiag = true // owners do not need it
	o.Others = new(Others)
	x := &Index{
		opts: o, now: time.Now,
		byPort: map[indexKey]owner{}, byInode: map[uint64]owner{}, missing: map[indexKey]time.Time{},
	}
	x.idle = sync.NewCond(&x.mu)
	clock := func() time.Time { return x.now() }
	x.quick = pace{rest: 0, share: 40, now: clock}
	x.full = pace{rest: time.Second, share: 40, now: clock}
	x.naming = pace{rest: soon, share: 40, now: clock}
	x.cg = cgroups{root: cgroupRoot(o.proc()), byID: map[uint64]string{}}
	x.cg.pace = pace{rest: time.Second, share: 40, now: clock}
	return x
}

// Owner returns the process that owns a socket. netns 0 stands for a source
// that cannot tell: then the pair must be the only one of all namespaces. The
// answer is the present one and may differ from what was when the frame was
// made, so whoever uses it marks it as inferred. The kernel's end (port 0)
// belongs to nobody.
func (x *Index) Owner(netns uint64, protocol uint16, portid uint32) (capture.Proc, bool) {
	if portid == 0 {
		return capture.Proc{}, false
	}
	k := indexKey{netns, protocol, portid}
	x.mu.Lock()
	defer x.mu.Unlock()
	now := x.now()
	o, ok := x.byPort[k]
	if ok && !o.many && (now.Sub(o.checked) < fresh || x.recheck(k, &o, now)) {
		return x.known(k, o), true
	}
	if ok && o.many {
		return capture.Proc{}, false
	}
	if until, gone := x.missing[k]; gone && now.Before(until) {
		return capture.Proc{}, false
	}
	if o, ok := x.look(k, now); ok {
		return x.known(k, o), true
	}
	x.miss(k, now)
	return capture.Proc{}, false
}

// tick is the unit of owner.start in nanoseconds (USER_HZ).
const tick = 10_000_000

// known completes an owner by who it is, which is read once.
func (x *Index) known(k indexKey, o owner) capture.Proc {
	if o.facts == nil {
		p, err := procfs.Read(x.opts.proc(), o.proc.PID, o.start*tick)
		if err != nil {
			// It has ended. Nobody asks again.
			p = capture.Proc{Life: o.start * tick, Identity: capture.Identity{Late: true}}
		}
		o.facts = &p
		x.byPort[k] = o
	}
	p, q := o.proc, o.facts
	p.Name, p.Life, p.Identity = p.Comm, q.Life, q.Identity
	return p
}

// OwnerByInode returns the process that owns the socket with this sockfs inode.
func (x *Index) OwnerByInode(inode uint64) (capture.Proc, bool) {
	if inode == 0 {
		return capture.Proc{}, false
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	o, ok := x.byInode[inode]
	if !ok {
		x.startScan()
	}
	return o.proc, ok
}

// Cgroup returns the path of a cgroup v2 by its ID, or "".
func (x *Index) Cgroup(id uint64) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.cg.path(id)
}

// NetNSName returns the name of a network namespace ("host", "blue",
// "current"), or "".
func (x *Index) NetNSName(inode uint64) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	name, ok := x.names[inode]
	if !ok && inode != 0 && x.naming.due() {
		x.naming.begin()
		x.name(readNames(x.opts.proc(), mountedNetNS(x.opts.proc())))
		x.naming.end()
		name = x.names[inode]
	}
	return name
}

// name takes new names of network namespaces. What is gone keeps its name:
// frames come later than what they tell of.
func (x *Index) name(names map[uint64]string) {
	if x.names == nil || len(x.names)+len(names) > maxNames {
		x.names = names
		return
	}
	maps.Copy(x.names, names)
}

// maxNames bounds the names of network namespaces.
const maxNames = 1 << 14

// recheck looks whether the process of an entry is still the same, and follows
// a change of its comm. A process that is gone is remembered for a while.
func (x *Index) recheck(k indexKey, o *owner, now time.Time) bool {
	if !x.quick.due() {
		return true // no time to look: believe the entry a little longer
	}
	x.quick.begin()
	defer x.quick.end()
	proc, start, err := x.describe(o.proc.PID)
	if err == nil && start == o.start {
		if o.proc.Comm != proc.Comm {
			o.facts = nil // it has executed something
		}
		o.proc, o.checked = proc, now
		o.seen = now
	} else if err == nil || now.Sub(o.seen) > linger {
		// Another process has the ID now, so it may have the port, too.
		delete(x.byPort, k)
		return false
	}
	x.byPort[k] = *o
	return true
}

func (x *Index) describe(pid uint32) (proc capture.Proc, start uint64, err error) {
	err = visit(x.opts.proc(), pid, func(p process) error {
		proc, start, err = p.describe()
		return err
	})
	return proc, start, err
}

// look asks the process whose ID is the port whether it has the socket.
func (x *Index) look(k indexKey, now time.Time) (owner, bool) {
	if !x.quick.due() {
		return owner{}, false
	}
	x.quick.begin()
	defer x.quick.end()
	var found owner
	err := visit(x.opts.proc(), k.port, func(p process) error {
		netns, err := p.netns()
		if err != nil {
			return err
		}
		if k.netns != 0 && k.netns != netns {
			return errors.New("process is in another network namespace")
		}
		b, err := p.readTable(netns)
		if err != nil {
			return err
		}
		rows, _ := parseTable(b)
		i := slices.IndexFunc(rows, func(s Socket) bool { return s.Protocol == k.protocol && s.PortID == k.port })
		if i < 0 {
			return errors.New("no such socket")
		}
		found.inode = rows[i].Inode
		held := false
		if err := p.eachDescriptor(func(_, kind string, inode uint64) {
			held = held || kind == "socket" && inode == found.inode
		}); err != nil {
			return err
		}
		if !held {
			return errors.New("another process holds the socket")
		}
		found.proc, found.start, err = p.describe()
		return err
	})
	if err != nil {
		return owner{}, false
	}
	found.seen, found.checked = now, now
	x.byPort[k] = found
	x.byInode[found.inode] = found
	return found, true
}

// miss notes a socket that cannot be found, and lets the walk look for it.
func (x *Index) miss(k indexKey, now time.Time) {
	if len(x.missing) >= maxMissing {
		clear(x.missing)
	}
	x.missing[k] = now.Add(soon)
	x.startScan()
}

// startScan starts a walk in the background when one is due. The lock is held.
func (x *Index) startScan() {
	if x.scanning || !x.full.due() {
		return
	}
	x.scanning = true
	x.full.begin()
	go func() { _ = x.scan(context.Background()) }()
}

// Refresh walks through all processes now and waits for the result.
func (x *Index) Refresh(ctx context.Context) error {
	x.mu.Lock()
	for x.scanning {
		x.idle.Wait()
	}
	x.scanning = true
	x.full.begin()
	x.mu.Unlock()
	return x.scan(ctx)
}

// scan walks and files what it found. Whoever calls it has set scanning.
func (x *Index) scan(ctx context.Context) error {
	began := x.now()
	found, err := x.walk(ctx, began)
	names := readNames(x.opts.proc(), mountedNetNS(x.opts.proc()))
	x.mu.Lock()
	defer x.mu.Unlock()
	x.scanning = false
	x.full.end()
	x.idle.Broadcast()
	if err != nil {
		return err
	}
	x.name(names)
	x.file(found, began)
	return nil
}

// file replaces the entries by those found, and keeps the vanished for a while.
func (x *Index) file(found map[indexKey]owner, now time.Time) {
	for k, o := range x.byPort {
		if _, again := found[k]; !again && k.netns != 0 && now.Sub(o.seen) < linger {
			found[k] = o
		}
	}
	byPort := make(map[indexKey]owner, 2*len(found))
	byInode := make(map[uint64]owner, len(found))
	for k, o := range found {
		byPort[k] = o
		byInode[o.inode] = o
		any := indexKey{0, k.protocol, k.port}
		if _, dup := byPort[any]; dup {
			byPort[any] = owner{many: true}
		} else {
			byPort[any] = o
		}
	}
	x.byPort, x.byInode = byPort, byInode
	for k := range x.missing {
		if _, ok := byPort[k]; ok {
			delete(x.missing, k)
		} else {
			x.missing[k] = now.Add(later)
		}
	}
}

// walk lists the sockets of all namespaces with their owners.
func (x *Index) walk(ctx context.Context, now time.Time) (map[indexKey]owner, error) {
	l, err := List(ctx, x.opts)
	if err != nil {
		return nil, err
	}
	out := make(map[indexKey]owner, len(l.Sockets))
	starts := make(map[uint32]uint64)
	for i := range l.Sockets {
		s := &l.Sockets[i]
		if !s.Owner.Known() || s.PortID == 0 {
			continue
		}
		start, ok := starts[s.Owner.PID]
		if !ok {
			_, start, err = x.describe(s.Owner.PID)
			if err != nil && !errors.Is(err, unix.ENOENT) && !errors.Is(err, unix.ESRCH) {
				return nil, err
			}
			starts[s.Owner.PID] = start
		}
		out[indexKey{s.NetNS, s.Protocol, s.PortID}] = owner{
			proc: s.Owner, start: start, inode: s.Inode, seen: now, checked: now,
		}
	}
	return out, nil
}
