// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/pipeline"
)

// turn goes on to another file, where the next frame belongs into one: because of its
// time, or since there is no room for it.
func (r *recorder) turn(f *capture.Frame) error {
	if r.plan == nil {
		return r.begin(f.Time)
	}
	if end, ok := r.plan.Ends(); ok && !f.Time.Before(end) {
		return r.later(f.Time)
	}
	// Every file has a frame at least.
	if r.limit == 0 || r.at.frames == 0 || r.at.fits(f, r.limit, r.tail) {
		return nil
	}
	if err := r.endFile(false, nil); err != nil {
		return err
	}
	r.plan.Larger()
	return r.beginFile()
}

// later goes on to the file of a time.
func (r *recorder) later(now time.Time) error {
	if err := r.endFile(false, nil); err != nil {
		return err
	}
	if !r.plan.Later(now) {
		return pipeline.ErrLimit
	}
	return r.beginFile()
}

// untilEnd is for how long nothing has to happen to the file at hand.
func (r *recorder) untilEnd() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.live && r.at != nil && r.err == nil {
		if end, ok := r.plan.Ends(); ok {
			return time.Until(end) + straggling
		}
	}
	return math.MaxInt64
}

// timeOver ends a file whose time is over, though no frame of a later time has come.
func (r *recorder) timeOver() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at == nil || r.err != nil {
		return
	}
	now := time.Now().Round(0)
	if end, ok := r.plan.Ends(); ok && !now.Before(end) {
		r.fail(r.later(now))
	}
}

// lessons are the frames that name generic-netlink families, for the files of a recording
// that come after the one that has them.
type lessons struct {
	frames []*capture.Frame // nil: it came again, later
	at     map[string]int   // by withoutNumbers
	first  int              // where frames begins, but for nil
	gone   int              // how many are nil
	size   int              // of their data
}

// maxLessons bounds what a file can make the recorder keep, in bytes. Of more, those that
// were first are forgotten.
const maxLessons = 4 << 20

// add keeps frames. What comes again counts once, as the last of all.
func (l *lessons) add(fs ...*capture.Frame) {
	if l.at == nil {
		l.at = make(map[string]int)
	}
	for _, f := range fs {
		said := withoutNumbers(f)
		if i, ok := l.at[said]; ok {
			l.forget(i, said)
		}
		l.at[said] = len(l.frames)
		l.frames = append(l.frames, f)
		l.size += len(f.Data)
	}
	for ; l.size > maxLessons; l.first++ {
		if f := l.frames[l.first]; f != nil {
			l.forget(l.first, withoutNumbers(f))
		}
	}
	if l.gone > 64 && l.gone > len(l.frames)/2 {
		l.frames, l.first, l.gone = l.all(), 0, 0
		for i, f := range l.frames {
			l.at[withoutNumbers(f)] = i
		}
	}
}

func (l *lessons) forget(i int, said string) {
	l.size -= len(l.frames[i].Data)
	l.frames[i] = nil
	l.gone++
	delete(l.at, said)
}

// all are those that are not forgotten, in order.
func (l *lessons) all() []*capture.Frame {
	return slices.DeleteFunc(slices.Clone(l.frames), func(f *capture.Frame) bool { return f == nil })
}

// withoutNumbers is a frame's data without what two answers of the same words differ in:
// sequence numbers and ports.
func withoutNumbers(f *capture.Frame) string {
	b := bytes.Clone(f.Data)
	order := byteOrder(f)
	for at := b; len(at) >= decode.HeaderLen; {
		clear(at[8:decode.HeaderLen])
		n := (int(order.Uint32(at)&math.MaxInt32) + 3) &^ 3
		if n < decode.HeaderLen || n > len(at) {
			break
		}
		at = at[n:]
	}
	return string(b)
}

func byteOrder(f *capture.Frame) binary.ByteOrder {
	if f.BigEndian {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// Of include/uapi/linux/genetlink.h.
const (
	genlIDCtrl       = 0x10 // GENL_ID_CTRL
	ctrlCmdNewFamily = 1    // CTRL_CMD_NEWFAMILY
	ctrlCmdGetPolicy = 10   // CTRL_CMD_GETPOLICY, which its answer has, too
)

// hear keeps a frame of the traffic that names families to whoever reads it: what comes
// behind it is understood by that.
func (l *lessons) hear(f *capture.Frame) {
	if !namesFamilies(f) {
		return
	}
	lesson := *f
	lesson.Data = bytes.Clone(f.Data)
	l.add(&lesson)
}

// namesFamilies says whether a frame names generic-netlink families.
func namesFamilies(f *capture.Frame) bool {
	if f.Protocol != capture.NETLINK_GENERIC || f.Kind != capture.KindDatagram || f.Dir == capture.DirRequest || len(f.Data) <= decode.HeaderLen {
		return false
	}
	cmd := f.Data[decode.HeaderLen]
	return byteOrder(f).Uint16(f.Data[4:]) == genlIDCtrl && (cmd == ctrlCmdNewFamily || cmd == ctrlCmdGetPolicy)
}
