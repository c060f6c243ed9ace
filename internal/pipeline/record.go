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
		o.Incidents == nil && o.Limit == 0 && o.Pseudonyms == nil
}

// countsOnly says whether a table that keeps no message is all that there is: then nothing
// of what messages say is shown or kept, and nothing has to be overwritten.
func (o *Options) countsOnly() bool {
	return o.Table != nil && o.Table.CountOnly() && o.Filter == nil && len(o.Sinks) == 0 &&
		o.Recorder == nil && o.Keeper == nil && o.Incidents == nil && o.Pseudonyms == nil && o.Limit == 0 && !o.Ends
}

func (p *Pipeline) record(f *capture.Frame) error {
	if err := p.o.Recorder.WriteFrame(f); err != nil {
		return fmt.Errorf("record frame: %w", err)
	}
	return nil
}

// lentFrames is frame, for several that are lent, where nobody looks into messages.
func (p *Pipeline) lentFrames(fs []capture.Frame) error {
	if len(fs) == 0 {
		return nil
	}
	done, now := 0, fs[0].Time.UnixNano()
	for i := range fs {
		f := &fs[i]
		if f.Protocol != capture.NETLINK_GENERIC {
			if len(f.Data) > 0 && !p.redact.Harmless(f) {
				p.overwrite(f)
			}
			if c := p.completed.Latest(f.Origin); c != nil && f.ID != 0 && c.holds(now) {
				p.nextID++
				if f.Origin != c.origin {
					f.Origin = c.origin
				}
				continue
			}
			p.begin(f, now)
			continue
		}
		// What a decoder learns from may be kept, and what it asks the kernel comes
		// into the recording behind what was there before.
		if err := p.recordAll(fs[done:i]); err != nil {
			return err
		}
		done = i + 1
		g := *f
		g.Data = bytes.Clone(f.Data)
		if err := p.frame(&g); err != nil {
			return err
		}
	}
	return p.recordAll(fs[done:])
}

func (p *Pipeline) recordAll(fs []capture.Frame) error {
	if len(fs) == 0 {
		return nil
	}
	p.last.Store(fs[len(fs)-1].Time.UnixNano())
	if all, ok := p.o.Recorder.(LentRecorder); ok {
		if err := all.WriteFrames(fs); err != nil {
			return fmt.Errorf("record frames: %w", err)
		}
		return nil
	}
	for i := range fs {
		if err := p.record(&fs[i]); err != nil {
			return err
		}
	}
	return nil
}

// begin numbers a frame and completes its Origin; now is about its time, Unix ns.
func (p *Pipeline) begin(f *capture.Frame, now int64) {
	p.nextID++
	if f.ID == 0 {
		f.ID = p.nextID
	}
	p.complete(f, now)
}

// completed is the Origin of frames as a look-up completed it.
type completed struct {
	origin *capture.Origin
	at     int64 // frame time, Unix ns
}

// fresh is how long it is believed, since a container may get its name later.
const fresh = time.Second

// holds says whether it is believed at a time.
func (c *completed) holds(now int64) bool {
	// A difference below zero is a large one.
	return c.origin != nil && uint64(now-c.at) < uint64(fresh)
}

// complete gives a frame an Origin with what the source left open, once for all that
// share it. It is the loop's.
func (p *Pipeline) complete(f *capture.Frame, now int64) {
	c, known := p.completed.Of(f.Origin)
	if known && c.holds(now) {
		f.Origin = c.origin
		return
	}
	o := *f.Origin
	decoding := p.decoder()
	decoding.Lock()
	p.lookUp(&o)
	decoding.Unlock()
	same := f.Origin
	if o != *same {
		same = p.origins.Of(&o)
	}
	*c = completed{same, now}
	if o.Socket.PortID != 0 && !o.Account().Known() || o.OwnerInferred || o.Dir == capture.DirPeer && (o.Peer == capture.End{} || o.PeerInferred) {
		c.origin = nil // the next one's owner may be known, or another
	}
	f.Origin = same
}

// lookUp fills in what the source of an Origin left open. What comes from a look-up
// is marked as inferred.
func (p *Pipeline) lookUp(o *capture.Origin) {
	if p.o.Owners != nil {
		// The kernel and group listeners (port 0) own no single socket.
		if port := o.Socket.PortID; port != 0 && !o.Account().Known() {
			if proc, ok := p.o.Owners.Owner(o.NetNS, o.Protocol, port); ok {
				o.Socket.Owner, o.OwnerInferred = proc, true
			}
		}
		if o.NetNSName == "" {
			o.NetNSName = p.o.Owners.NetNSName(o.NetNS)
		}
	}
	if p.o.Names != nil {
		o.Names = p.o.Names
	}
	p.peer(o)
	p.locate(&o.Proc)
	p.locate(&o.Socket.Owner)
}

// locate fills in where a process runs.
func (p *Pipeline) locate(pr *capture.Proc) {
	if pr.CgroupID != 0 && pr.Cgroup == "" && p.o.Owners != nil {
		pr.Cgroup = p.o.Owners.Cgroup(pr.CgroupID)
	}
	p.o.Places.Fill(pr)
}
