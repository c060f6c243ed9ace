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
		g.Data, g.Like = bytes.Clone(f.Data), 0
		f.Like = 0
		return p.frame(&g)
	}
	p.nextID++
	if f.ID == 0 {
		f.ID = p.nextID
	}
	now := f.Time.UnixNano()
	p.last.Store(now)
	p.enrichLike(f, now)
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

// enriched remembers when frames that are alike (Frame.Like) were enriched: what
// that wrote into one is in the next.
type enriched [capture.Likes]struct {
	like uint64
	at   int64 // frame time, Unix ns
}

// fresh is how long it is believed, since a container may get its name later.
const fresh = time.Second

// enrichLike is enrich, once for all frames that are alike.
func (p *Pipeline) enrichLike(f *capture.Frame, now int64) {
	e := &p.known[f.Like%capture.Likes]
	if f.Like != 0 && e.like == f.Like {
		// A difference below zero is a large one.
		if uint64(now-e.at) >= uint64(fresh) {
			f.Like = 0
		}
		return
	}
	e.like, e.at = f.Like, now
	p.decoding.Lock()
	defer p.decoding.Unlock()
	p.enrich(f)
	if f.Socket.PortID != 0 && !f.Account().Known() || f.OwnerInferred {
		f.Like = 0 // the next one's owner may be known, or another
	}
}
