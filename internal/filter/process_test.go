// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
)

func TestMatchProcess(t *testing.T) {
	request, _ := exchange(t)
	root, nobody := request, request
	root.Account = capture.Proc{
		PID: 240, TID: 245, Comm: "zebra_dplane", Name: "zebra",
		Identity: capture.Identity{
			Exe: "/usr/lib/frr/zebra", CmdLine: "zebra\x00-A\x00::1\x00", UID: capture.IDOf(0),
			LoginUID: capture.IDOf(1000),
			Parent:   capture.Parent{PID: 1, Name: "watchfrr", CmdLine: "watchfrr\x00zebra\x00"},
		},
	}
	nobody.Account = capture.Proc{PID: 9, Comm: "ip", Identity: capture.Identity{LoginUID: capture.IDOf(1<<32 - 1)}}
	for src, want := range map[string][2]bool{
		`proc.comm == "zebra"`:                      {true, false},
		`proc.comm == "zebra_dplane"`:               {true, false},
		`"zebra" == proc.comm`:                      {true, false},
		`proc?.comm == "zebra"`:                     {true, false},
		`proc.comm != "zebra"`:                      {false, true},
		`proc.comm != "zebra_dplane"`:               {false, true},
		`not (proc.comm == "zebra")`:                {false, true},
		`proc.comm in ["zebra", "bird"]`:            {true, false},
		`proc.comm not in ["zebra", "bird"]`:        {false, true},
		`proc.comm startsWith "zebra_"`:             {true, false},
		`proc.comm matches "^zebra$"`:               {true, false},
		`proc.comm == "zebra" && proc.comm != "x"`:  {true, false},
		`proc.name == "zebra_dplane"`:               {false, false},
		`proc.name == "ip"`:                         {false, true},
		`proc.exe == "/usr/lib/frr/zebra"`:          {true, false},
		`proc.cmdline == "zebra -A ::1"`:            {true, false},
		`proc["cmdline"] contains "::1"`:            {true, false},
		`proc.uid == 0`:                             {true, false},
		`proc.uid == -1`:                            {false, true},
		`proc.loginuid == 1000`:                     {true, false},
		`proc.loginuid == -1`:                       {false, true},
		`proc.parent.name == "watchfrr"`:            {true, false},
		`proc.parent.cmdline == "watchfrr zebra"`:   {true, false},
		`proc.parent.pid == 1`:                      {true, false},
		`cause.comm == "zebra"`:                     {false, false},
		`len(proc.comm) == 12 || proc.comm == "ip"`: {true, true},
		`let x = proc.comm; x == "zebra_dplane"`:    {true, false},
		`any([proc.comm], # == "zebra_dplane")`:     {true, false},
		`(proc.comm == "ip" ? proc.pid : 1) == 9`:   {false, true},
		`proc.comm == proc.name`:                    {false, true},
		`proc.comm != proc.name`:                    {true, false},
		`"a" < proc.comm < "zebra_z"`:               {true, true},
		`toJSON(proc) contains "::1"`:               {true, false},
	} {
		if got := [2]bool{ask(t, src, &root), ask(t, src, &nobody)}; got != want {
			t.Errorf("%s: %v, want %v", src, got, want)
		}
	}
}

// The kernel compares both names, whichever an expression asks for.
func TestPushdownOfNames(t *testing.T) {
	for src, want := range map[string][]string{
		`proc.comm == "zebra"`:                        {"zebra"},
		`proc.name == "zebra"`:                        {"zebra"},
		`proc.name == "a" || proc.comm in ["b", "c"]`: {"a", "b", "c"},
		`proc.comm != "zebra"`:                        nil,
	} {
		f, err := Compile(src)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, f.Pushdown().Comms); diff != "" {
			t.Errorf("%s: %s", src, diff)
		}
	}
}

// Who caused an event is who is said to have, seen or inferred, and not who read it.
func TestCauseOfEvent(t *testing.T) {
	reader, cause := capture.Proc{PID: 8, Comm: "monitor"}, capture.Proc{PID: 9, Comm: "ip"}
	event := correlate.Observation{
		Frame: &capture.Frame{Origin: &capture.Origin{
			Dir: capture.DirEvent, Proc: reader, Socket: capture.Socket{Owner: reader}, // at the system call
		}},
		Event: &correlate.Event{},
	}
	if ask(t, `cause.pid != 0`, &event) {
		t.Error("who read it is said to have caused it")
	}
	event.Event.Cause = correlate.Cause{Proc: cause, Inferred: true}
	if !ask(t, `cause.comm == "ip" && inferred`, &event) {
		t.Error("the inferred cause is not found")
	}
}

// The IDs of a process outside of the PID namespace are others' there.
func TestMatchOutside(t *testing.T) {
	in, _ := exchange(t)
	in.Account = capture.Proc{PID: 7, TID: 7, PPID: 1, Comm: "ip", Identity: capture.Identity{Parent: capture.Parent{PID: 1, Name: "sh"}}}
	out := in
	out.Account.Outside, out.Account.Parent.Outside = true, true
	for src, want := range map[string][2]bool{
		`proc.pid == 7`:        {true, false},
		`proc.pid != 7`:        {false, true},
		`proc.tid == 7`:        {true, false},
		`proc.ppid == 1`:       {true, false},
		`proc.parent.pid == 1`: {true, false},
		`proc.comm == "ip"`:    {true, true},
		`proc.outside`:         {false, true},
		`not proc.outside`:     {true, false},
	} {
		t.Run(src, func(t *testing.T) {
			f, err := Compile(src)
			if err != nil {
				t.Fatal(err)
			}
			if got := [2]bool{f.Match(&in), f.Match(&out)}; got != want {
				t.Errorf("inside, outside: %v, want %v", got, want)
			}
		})
	}
}

// An event that nobody listens to is nobody's: proc is who caused it, as the kernel decides.
func TestProcOfUnheard(t *testing.T) {
	f, err := Compile(`proc.comm == "ip"`)
	if err != nil {
		t.Fatal(err)
	}
	for verdict, want := range map[capture.Verdict]bool{capture.VerdictUnheard: true, capture.VerdictDelivered: false} {
		frame := &capture.Frame{Origin: &capture.Origin{Dir: capture.DirEvent, Verdict: verdict, Proc: capture.Proc{PID: 7, Comm: "ip"}}}
		if got := f.Match(&correlate.Observation{Frame: frame}); got != want {
			t.Errorf("%v: %v", verdict, got)
		}
	}
}
