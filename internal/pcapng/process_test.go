// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
)

// somebody is a process of which everything is known.
func somebody(pid uint32) capture.Proc {
	return capture.Proc{
		PID: pid, TID: pid + 1, PPID: 1, Comm: "thread", Name: "daemon", Life: uint64(pid) << 32,
		Identity: capture.Identity{
			Exe: "/usr/sbin/daemon", CmdLine: capture.CmdLine(fmt.Sprintf("daemon\x00--config\x00/etc/%d\x00", pid)),
			UID: capture.IDOf(0), LoginUID: capture.IDOf(1000),
			Parent: capture.Parent{PID: 1, Name: "init", CmdLine: "init\x00", Late: true}, Late: true,
		},
	}
}

// Who a process is, is told once, however many frames it has.
func TestProcessIsToldOnce(t *testing.T) {
	change := routeChange()[:2]
	for _, f := range change {
		f.Change(func(o *capture.Origin) { o.Proc, o.Socket.Owner = somebody(7), somebody(7) })
	}
	var frames []*capture.Frame
	for i := range 100 {
		f := *change[i%2]
		f.ID += uint64(i)
		frames = append(frames, &f)
	}
	file := record(t, testOptions, nil, frames)
	if n := bytes.Count(file, []byte("/usr/sbin/daemon")); n != 1 {
		t.Errorf("the executable is told %d times", n)
	}
	_, got, _, err := play(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(frames, got); diff != "" {
		t.Error(diff)
	}
	// In a second section the numbers begin anew.
	other := routeChange()[0]
	other.Change(func(o *capture.Origin) { o.Proc = somebody(8) })
	_, got, _, err = play(slices.Concat(file, record(t, testOptions, nil, []*capture.Frame{other})))
	if err != nil || got[len(got)-1].Proc != somebody(8) {
		t.Errorf("in the second section: %+v, %v", got[len(got)-1].Proc, err)
	}
}

// More processes than a reader keeps: each frame has its own, also one that was quiet
// for as long as the others were told.
func TestManyProcesses(t *testing.T) {
	var frames []*capture.Frame
	add := func(pid uint32) {
		f := *routeChange()[0]
		f.ID = uint64(len(frames) + 1)
		f.Change(func(o *capture.Origin) { o.Proc = somebody(pid) })
		frames = append(frames, &f)
	}
	for i := range uint32(3 * maxTold) {
		add(i)
		if i%(maxTold/3) == 0 {
			add(0)
		}
		// One that is known from before beside one that is new, wherever a turn falls.
		f := frames[len(frames)-1]
		f.Change(func(o *capture.Origin) { o.Socket.Owner = somebody(max(i, 1500) - 1500) })
	}
	_, got, _, err := play(record(t, testOptions, nil, frames))
	if err != nil {
		t.Fatal(err)
	}
	for i := range frames {
		if got[i].Proc != frames[i].Proc || got[i].Socket.Owner != frames[i].Socket.Owner {
			t.Fatalf("frame %d is of %+v and %+v, want %+v", i, got[i].Proc, got[i].Socket.Owner, frames[i].Origin)
		}
	}
}

// A file that refers to processes which it does not tell, or tells them wrongly, says
// nothing false.
func TestUntoldProcess(t *testing.T) {
	f := routeChange()[0]
	f.Change(func(o *capture.Origin) { o.Proc = somebody(7) })
	file := record(t, testOptions, nil, []*capture.Frame{f})
	at := bytes.Index(file, []byte("nltop\x01\x05"))
	if at < 0 {
		t.Fatal("no process is told")
	}
	for what, spoil := range map[string]func(b []byte){
		"untold":    func(b []byte) { b[at+6] = 99 },
		"other one": func(b []byte) { b[at+9] = 2 },
		"malformed": func(b []byte) { copy(b[at+7:], strings.Repeat("\xff", 40)) },
	} {
		b := bytes.Clone(file)
		spoil(b)
		_, got, _, err := play(b)
		if what == "malformed" {
			wantDamage(t, err, int64(at-8))
			err = nil
		}
		if err != nil || len(got) != 1 {
			t.Fatalf("%s: %d frames, %v", what, len(got), err)
		}
		if p := got[0].Proc; p.PID != 7 || p.Comm != "thread" || p.Exe != "" || p.CmdLine != "" || p.UID.Known() {
			t.Errorf("%s: %+v", what, p)
		}
	}
}
