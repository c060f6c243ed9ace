// SPDX-License-Identifier: Apache-2.0

package pipeline

import (
	"bytes"
	"fmt"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// recordsOnly says whether nobody looks into messages: then only generic netlink
// is decoded, for the families and policies that a recording is to hold.
func (o *Options) recordsOnly() bool {
	return o.Recorder != nil && o.Filter == nil && o.Scope.Empty() && o.Table == nil && len(o.Sinks) == 0 &&
		o.Incidents == nil && o.Limit == 0
}

func (p *Pipeline) record(f *capture.Frame) error {
	if err := p.o.Recorder.WriteFrame(f); err != nil {
		return fmt.Errorf("record frame: %w", err)
	}
	return nil
}

// lent is frame where nobody looks into messages and f belongs to the source.
func (p *Pipeline) lent(f *capture.Frame) error {
	if f.Protocol == capture.NETLINK_GENERIC {
		// What a decoder learns from may be kept.
		g := *f
		g.Data = bytes.Clone(f.Data)
		return p.frame(&g)
	}
	p.nextID++
	if f.ID == 0 {
		f.ID = p.nextID
	}
	now := f.Time.UnixNano()
	p.last.Store(now)
	p.enrichKnown(f, now)
	return p.record(f)
}

// enrich looks up what the source left open. What comes from a look-up is
// marked as inferred.
func (p *Pipeline) enrich(f *capture.Frame) {
	if p.o.Owners != nil && f.Source != capture.SourceFile {
		// The kernel and group listeners (port 0) own no single socket.
		if port := f.Socket.PortID; port != 0 && !f.Account().Known() {
			if proc, ok := p.o.Owners.Owner(f.NetNS, f.Protocol, port); ok {
				f.Socket.Owner, f.OwnerInferred = proc, true
			}
		}
		if f.NetNSName == "" {
			f.NetNSName = p.o.Owners.NetNSName(f.NetNS)
		}
	}
	p.locate(&f.Proc)
	p.locate(&f.Socket.Owner)
}

// locate fills in where a process runs.
func (p *Pipeline) locate(pr *capture.Proc) {
	if pr.CgroupID != 0 && pr.Cgroup == "" && p.o.Owners != nil {
		pr.Cgroup = p.o.Owners.Cgroup(pr.CgroupID)
	}
	p.o.Places.Fill(pr)
}

// enriched remembers what enrich makes of processes and network namespaces, of
// which there are few among many frames.
type enriched struct {
	procs [64]struct {
		from, to capture.Proc
		at       int64 // frame time, Unix ns
	}
	netns uint64
	name  string
	at    int64 // likewise
}

// fresh is how long it is believed, since a container may get its name later.
const fresh = time.Second

// enrichKnown is enrich for frames whose owners the source knows, of this time.
func (p *Pipeline) enrichKnown(f *capture.Frame, now int64) {
	owned := f.Socket.Owner.PID != 0 || f.Socket.Owner.Comm != "" || f.Dir == capture.DirRequest && f.Proc.PID != 0
	if f.Socket.PortID != 0 && !owned {
		p.decoding.Lock()
		p.enrich(f)
		p.decoding.Unlock()
		return
	}
	k := &p.known
	if p.o.Owners != nil && f.NetNSName == "" {
		if k.netns != f.NetNS || uint64(now-k.at) >= uint64(fresh) {
			k.netns, k.at = f.NetNS, now
			k.name = p.o.Owners.NetNSName(f.NetNS)
		}
		f.NetNSName = k.name
	}
	p.locateKnown(&f.Proc, now)
	p.locateKnown(&f.Socket.Owner, now)
}

func (p *Pipeline) locateKnown(pr *capture.Proc, now int64) {
	if pr.CgroupID == 0 && pr.Cgroup == "" {
		return
	}
	e := &p.known.procs[(pr.TID^pr.PID<<3)%uint32(len(p.known.procs))]
	// A difference below zero is a large one.
	if e.from != *pr || uint64(now-e.at) >= uint64(fresh) {
		e.from, e.at = *pr, now
		p.decoding.Lock()
		p.locate(pr)
		p.decoding.Unlock()
		e.to = *pr
		return
	}
	*pr = e.to
}
