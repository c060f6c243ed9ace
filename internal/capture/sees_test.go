// SPDX-License-Identifier: Apache-2.0

package capture

import (
	"testing"
	"unsafe"
)

// Facts and Sources are of the bits that there are, each once.
func TestSees(t *testing.T) {
	var all Sees
	for i, f := range Facts() {
		if f.Sees != 1<<i || f.Name == "" || f.Shown == "" {
			t.Errorf("fact %d is %+v", i, f)
		}
		all |= f.Sees
	}
	if all != AllSees {
		t.Errorf("facts %b, want %b", all, AllSees)
	}
	names := map[string]bool{}
	for _, d := range Sources() {
		if names[d.Name] || d.Needs == "" || d.About == "" || d.Sees&^AllSees != 0 || d.Asked&^d.Sees != 0 {
			t.Errorf("%+v", d)
		}
		for _, f := range Facts() {
			if d.Asked.Has(f.Sees) != (d.Sees.Has(f.Sees) && f.Sees.Flag() != "") {
				t.Errorf("%s: flag %q of %s", d.Name, f.Sees.Flag(), f.Name)
			}
		}
		names[d.Name] = true
		if got := Describe(d.Name); got.Sees != d.Sees || got.Name != d.Name || len(d.Blind) == 0 {
			t.Errorf("%s is not found", d.Name)
		}
	}
	if names[SourceFile] || Describe(SourceFile).Name != SourceNlmon {
		t.Error("a file of another program is that of an nlmon device")
	}
	Sources()[0].Name = "changed"
	if Sources()[0].Name != SourceFentry {
		t.Error("who asks can change them")
	}
}

func TestLacks(t *testing.T) {
	of := func(name string, sees Sees) Info { return Info{Name: name, Sees: sees} }
	a, b, c := of("a", SeesLosses), of("b", 0), of("c", SeesQueues)
	for want, info := range map[string]Info{
		"": a, "source b": b, "sources b and c": {Name: SourceFile, Recorded: []Info{a, b, c, b}},
	} {
		if got := info.Lacks(SeesLosses); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := SourcesThat(SeesCauses); got != "fentry or kprobe" {
		t.Errorf("%q", got)
	}
	for want, netns := range map[string][]uint64{
		"all network namespaces": nil, "netns 7": {7}, "network namespaces 7, 8 and 9": {7, 8, 9},
	} {
		if got := ScopeOf(netns); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// At the system call, the task of a delivery is its reader.
func TestCauser(t *testing.T) {
	me, you := Proc{PID: 1, Comm: "me"}, Proc{PID: 2, Comm: "you"}
	for _, tt := range []struct {
		name string
		o    Origin
		want Proc
	}{
		{"request", Origin{Dir: DirRequest, Proc: me, Sees: SeesCauses}, Proc{}},
		{"event", Origin{Dir: DirEvent, Proc: me, Sees: SeesCauses}, me},
		{"event at the system call", Origin{Dir: DirEvent, Proc: me, Socket: Socket{Owner: me}}, Proc{}},
		{"peer at the system call", Origin{Dir: DirPeer, Proc: me, Socket: Socket{Owner: me}}, Proc{}},
		{"peer that a listener hears", Origin{Dir: DirPeer, Proc: me}, me},
		{"peer", Origin{Dir: DirPeer, Proc: me, Socket: Socket{Owner: you}, Sees: SeesCauses}, me},
	} {
		if got := tt.o.Causer(); got != tt.want {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}

// What stands on every frame costs nothing there.
func TestFrameSize(t *testing.T) {
	if n := unsafe.Sizeof(Frame{}); n != 168 {
		t.Errorf("a frame has %d bytes, not 168", n)
	}
}
