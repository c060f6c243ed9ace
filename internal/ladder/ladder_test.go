// SPDX-License-Identifier: Apache-2.0

package ladder

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

type fakeSource struct{ name string }

func (fakeSource) Run(context.Context, func(*capture.Frame) error) error { return nil }
func (fakeSource) Stats() capture.Stats                                  { return capture.Stats{} }
func (s fakeSource) Info() capture.Info                                  { return capture.Info{Name: s.name} }
func (fakeSource) Close() error                                          { return nil }

func rung(name string, proc bool, err error) Rung {
	d := capture.Described{Name: name}
	if proc {
		d.Sees = capture.SeesProcesses
	}
	return Rung{Described: d, open: func(capture.Filter, Options) (capture.Source, error) {
		if err != nil {
			return nil, err
		}
		return fakeSource{name}, nil
	}}
}

func TestOpenClimbsDown(t *testing.T) {
	refused := errors.New("refused")
	rungs := []Rung{rung("a", true, refused), rung("b", false, nil), rung("c", true, nil)}
	for _, tc := range []struct {
		name     string
		needProc bool
		want     string
		left     string
	}{
		{Auto, false, "b", "a: refused"},
		{Auto, true, "c", "a: refused; b: does not see processes"},
		{"c", false, "c", ""},
	} {
		src, left, err := open(rungs, tc.name, capture.Filter{}, Options{NeedProc: tc.needProc})
		if err != nil {
			t.Fatalf("%+v: %v", tc, err)
		}
		if got := src.Info().Name; got != tc.want {
			t.Errorf("%+v: opened %s", tc, got)
		}
		var why []string
		for _, l := range left {
			why = append(why, l.Name+": "+l.Err.Error())
		}
		if got := strings.Join(why, "; "); !strings.HasPrefix(got, tc.left) || (got == "") != (tc.left == "") {
			t.Errorf("%+v: left %q", tc, got)
		}
	}
}

// Who asks for causes gets no source that cannot see them.
func TestOpenForCauses(t *testing.T) {
	blind := rung("blind", true, nil)
	seeing := rung("seeing", true, nil)
	seeing.Sees |= capture.SeesCauses
	src, left, err := open([]Rung{blind, seeing}, Auto, capture.Filter{}, Options{Causes: true})
	if err != nil || src.Info().Name != "seeing" || len(left) != 1 || !strings.Contains(left[0].Err.Error(), "does not see who caused an event") {
		t.Errorf("%v, left %+v", err, left)
	}
	if _, _, err := open([]Rung{blind, seeing}, "blind", capture.Filter{}, Options{Causes: true}); err == nil {
		t.Error("the blind one was opened")
	}
}

func TestOpenExplainsFailure(t *testing.T) {
	rungs := []Rung{rung("a", true, errors.New("no BTF")), rung("b", true, errors.New("no module"))}
	_, _, err := open(rungs, Auto, capture.Filter{}, Options{})
	var none *NoSourceError
	if !errors.As(err, &none) || len(none.Left) != 2 {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"a: no BTF", "b: no module"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q does not say %q", err, want)
		}
	}
	if _, _, err := open(rungs, "x", capture.Filter{}, Options{}); err == nil || !strings.Contains(err.Error(), `unknown source "x"`) {
		t.Errorf("unknown source: %v", err)
	}
}

func TestReason(t *testing.T) {
	for in, want := range map[string]string{
		"open a: refused: a policy (LSM, seccomp) forbids it (load x: EPERM (MEMLOCK?))": "refused: a policy (LSM, seccomp) forbids it",
		"no module": "no module",
		"odd)":      "odd)",
	} {
		if got := (Left{"a", errors.New(in)}).Reason(); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

// Every source can be checked and opened, and the ladder has them in their order.
func TestRungs(t *testing.T) {
	rungs := Rungs()
	sources := capture.Sources()
	if len(rungs) != len(sources) {
		t.Fatalf("%d rungs, %d sources", len(rungs), len(sources))
	}
	for i, r := range rungs {
		if r.Name != sources[i].Name || r.Sees != sources[i].Sees {
			t.Errorf("%s stands for %+v", sources[i].Name, r.Described)
		}
		if r.check == nil || r.open == nil {
			t.Errorf("Rungs does not say how %s is checked and opened", r.Name)
		}
	}
}

// A source of its own network namespace is not opened for another one.
func TestRefusedNetNS(t *testing.T) {
	for netns, want := range map[uint64]bool{1: true, homeNetNS(): false} {
		rungs := []Rung{rung("here", true, nil)}
		_, left, err := open(rungs, Auto, capture.Filter{NetNS: []uint64{netns}}, Options{})
		if refused := err != nil; refused != want || want && !strings.Contains(left[0].Err.Error(), "netns 1 (--netns, or -f) takes "+capture.SourcesThat(capture.SeesAllNetNS)) {
			t.Errorf("%d: %v", netns, err)
		}
	}
}

// What a source can never see is refused before it is opened.
func TestRefused(t *testing.T) {
	blind := slices.DeleteFunc(Rungs(), func(r Rung) bool { return r.Sees.Has(capture.SeesLocks) })
	_, left, err := open(blind, Auto, capture.Filter{}, Options{Locks: true})
	var none *NoSourceError
	if !errors.As(err, &none) || len(left) != len(blind) || len(left) < 3 {
		t.Fatalf("%v, %v", left, err)
	}
	for _, l := range left {
		if want := "does not see rtnl_mutex (--rtnl): it takes " + capture.SourcesThat(capture.SeesLocks); l.Err.Error() != want {
			t.Errorf("%s: %v", l.Name, l.Err)
		}
	}
}
