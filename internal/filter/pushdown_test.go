// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/nltest"
)

// passes is what capture.Filter promises, without the leniency that a source
// may add: values of one kind are alternatives, kinds must all match, and a
// process matches as the sender of a request or the owner of a receiving
// socket.
func passes(c capture.Filter, f *capture.Frame) bool {
	p := f.Account()
	return (len(c.Protocols) == 0 || slices.Contains(c.Protocols, f.Protocol)) &&
		(len(c.NetNS) == 0 || slices.Contains(c.NetNS, f.NetNS)) &&
		(len(c.PIDs) == 0 || slices.Contains(c.PIDs, p.PID)) &&
		(len(c.Comms) == 0 || slices.Contains(c.Comms, p.Comm))
}

func TestPushdown(t *testing.T) {
	for _, tt := range []struct {
		src  string
		want capture.Filter
	}{
		{`true`, capture.Filter{}},
		{`protocol == "NETLINK_ROUTE"`, capture.Filter{Protocols: []uint16{0}}},
		{`"NETLINK_17" == protocol`, capture.Filter{Protocols: []uint16{17}}},
		{`protocol_id in [16, 0, 16]`, capture.Filter{Protocols: []uint16{0, 16}}},
		{`family == "route" && type == "RTM_NEWROUTE" && proc.comm == "zebra" && error != 0 && attr("RTA_OIF") == 3`,
			capture.Filter{Protocols: []uint16{0}, Comms: []string{"zebra"}}},
		{`family in ["ethtool", "nftables", "uevent", "sock_diag"]`, capture.Filter{Protocols: []uint16{4, 12, 15, 16}}},
		{`proc.pid == 4711 and netns == 4026531840`, capture.Filter{PIDs: []uint32{4711}, NetNS: []uint64{4026531840}}},
		{`proc?.pid in 3..5`, capture.Filter{PIDs: []uint32{3, 4, 5}}},
		{`proc["comm"] == "ip"`, capture.Filter{Comms: []string{"ip"}}},
		{`proc.comm == "ip" || proc.comm in ["tc", "ss"]`, capture.Filter{Comms: []string{"ip", "ss", "tc"}}},
		{`proc.comm == "ip" && (family == "route" || family == "ethtool") && dir == "request"`,
			capture.Filter{Comms: []string{"ip"}, Protocols: []uint16{0, 16}}},
		{`proc.pid in [1, 2, 3] && proc.pid in [2, 3, 4]`, capture.Filter{PIDs: []uint32{2, 3}}},
		{`proc.pid == 1 && proc.pid == 2`, capture.Filter{PIDs: []uint32{1}}}, // never true

		// Nothing certain.
		{`proc.comm == "ip" || error != 0`, capture.Filter{}},
		{`proc.comm == "ip" || proc.pid == 3`, capture.Filter{}},
		{`!(proc.comm == "ip")`, capture.Filter{}},
		{`proc.comm != "ip"`, capture.Filter{}},
		{`proc.comm not in ["ip"]`, capture.Filter{}},
		{`cause.comm == "ip" && cause.pid == 3`, capture.Filter{}},
		{`proc.tid == 3 && proc.ppid == 3 && proc.cgroup == "/"`, capture.Filter{}},
		{`family in ["ethtool", "ovs_flow"]`, capture.Filter{}},
		{`family == "nflog"`, capture.Filter{}},
		{`family == ""`, capture.Filter{}},
		{`proc.comm in ["ip", ""]`, capture.Filter{}},
		{`proc.pid == 0 && netns == 0 && proc.comm == ""`, capture.Filter{}},
		{`proc.pid in [0, 1]`, capture.Filter{}},
		{`proc.pid == 4711.0`, capture.Filter{}},
		{`proc.pid == -1 || proc.pid == 4294967296`, capture.Filter{}},
		{`proc.comm == "sixteen-bytes-is"`, capture.Filter{}},
		{`proc.pid in 1..100000`, capture.Filter{}},
		{`any(attrs("A"), proc.pid == 3)`, capture.Filter{}},
		{`let x = 3; proc.pid == x`, capture.Filter{}},
		{`proc.pid == 3 ? true : true`, capture.Filter{}},
		{`(proc.pid == 3) == false`, capture.Filter{}},
		{`proc.comm == family`, capture.Filter{}},
	} {
		f, err := Compile(tt.src)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if d := cmp.Diff(tt.want, f.Pushdown()); d != "" {
			t.Errorf("%s:\n%s", tt.src, d)
		}
	}
}

// domain is small, so that random expressions and observations meet.
var domain = struct {
	comms, families []string
	pids            []uint32
	netns           []uint64
	protocols       []uint16
}{
	comms:     []string{"", "ip", "zebra", "fifteen-bytes-x"},
	families:  []string{"", "route", "ethtool", "nftables", "nflog", "audit", "ovs_flow"},
	pids:      []uint32{0, 1, 2, 3},
	netns:     []uint64{0, 4026531840, 7},
	protocols: []uint16{0, 5, 9, 12, 16},
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func randomCondition(r *rand.Rand, depth int) string {
	if depth > 0 {
		l, m := randomCondition(r, depth-1), randomCondition(r, depth-1)
		switch r.IntN(9) {
		case 0, 1, 2:
			return fmt.Sprintf("(%s && %s)", l, m)
		case 3, 4:
			return fmt.Sprintf("(%s || %s)", l, m)
		case 5:
			return fmt.Sprintf("!(%s)", l)
		case 6:
			return fmt.Sprintf("(%s ? %s : %s)", l, m, randomCondition(r, depth-1))
		case 7:
			return fmt.Sprintf("(%s) == (%s)", l, m)
		}
	}
	name, values := randomField(r)
	switch op := pick(r, []string{"==", "==", "==", "!=", "in", "in", "not in", "swapped"}); op {
	case "in", "not in":
		list := []string{values()}
		for r.IntN(2) == 0 {
			list = append(list, values())
		}
		return fmt.Sprintf("%s %s [%s]", name, op, strings.Join(list, ", "))
	case "swapped":
		return fmt.Sprintf("%s == %s", values(), name)
	default:
		return fmt.Sprintf("%s %s %s", name, op, values())
	}
}

func randomField(r *rand.Rand) (string, func() string) {
	switch name := pick(r, []string{"proc.comm", "cause.comm", "family", "proc.pid", "proc?.pid", "cause.pid", "netns", "protocol", "protocol_id", "error", "dir"}); name {
	case "proc.comm", "cause.comm":
		return name, func() string { return fmt.Sprintf("%q", pick(r, domain.comms)) }
	case "family":
		return name, func() string { return fmt.Sprintf("%q", pick(r, domain.families)) }
	case "netns":
		return name, func() string { return fmt.Sprint(pick(r, domain.netns)) }
	case "protocol":
		return name, func() string { return fmt.Sprintf("%q", capture.ProtocolName(pick(r, domain.protocols))) }
	case "protocol_id":
		return name, func() string { return fmt.Sprint(pick(r, domain.protocols)) }
	case "error":
		return name, func() string { return fmt.Sprint(r.IntN(2)) }
	case "dir":
		return name, func() string { return fmt.Sprintf("%q", capture.Dir(r.IntN(5))) }
	default:
		return name, func() string { return fmt.Sprint(pick(r, domain.pids)) }
	}
}

func randomProc(r *rand.Rand) capture.Proc {
	return capture.Proc{PID: pick(r, domain.pids), Comm: pick(r, domain.comms)}
}

// randomObservation keeps the one thing that holds of real ones: the protocol
// that a family belongs to.
func randomObservation(r *rand.Rand) correlate.Observation {
	f := &capture.Frame{
		Origin: &capture.Origin{
			Protocol: pick(r, domain.protocols), NetNS: pick(r, domain.netns), Dir: capture.Dir(r.IntN(5)),
			Kind: capture.Kind(r.IntN(3)), Proc: randomProc(r), Socket: capture.Socket{Owner: randomProc(r)},
		},
	}
	byProtocol := map[uint16][]string{0: {"route"}, 5: {"nflog"}, 9: {"audit"}, 12: {"", "nftables", "nflog"}, 16: {"", "ethtool", "ovs_flow"}}
	return correlate.Observation{Frame: f, Account: f.Account(), Family: pick(r, append(byProtocol[f.Protocol], "")), Errno: int32(r.IntN(2))}
}

// Whatever matches passes what is pushed down.
func TestPushdownIsSound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	observations := make([]correlate.Observation, 400)
	for i := range observations {
		observations[i] = randomObservation(r)
	}
	matched, left, narrow := 0, 0, 0
	for range 1500 {
		src := randomCondition(r, r.IntN(4))
		f, err := Compile(src)
		if err != nil {
			t.Fatal(err)
		}
		push := f.Pushdown()
		if !push.Empty() {
			narrow++
		}
		for i := range observations {
			x := &observations[i]
			pass := passes(push, x.Frame)
			if f.Match(x) {
				matched++
				if !pass {
					t.Fatalf("%s\nmatches %+v\nof account %+v, which %+v leaves out", src, x.Frame, x.Account, push)
				}
			} else if !pass {
				left++
			}
		}
		if f.Errors() != 0 {
			t.Fatalf("%v", f.LastError())
		}
	}
	// Guard against a test that proves nothing.
	if narrow < 300 || matched < 50000 || left < 50000 {
		t.Errorf("%d of the expressions are pushed down, %d matches, %d observations left out", narrow, matched, left)
	}
}

// The protocols of family names are those of package decode.
func TestFamilyProtocol(t *testing.T) {
	d := decode.New(nil, decode.Options{})
	fixed := 0
	for p := range uint16(capture.MaxProtocol) {
		for typ := range uint16(16) {
			b := nltest.Message(max(typ<<8, 24), 0, 1, 1, make([]byte, 8))
			for _, m := range d.Frame(&capture.Frame{Origin: &capture.Origin{Protocol: p}, Data: b, OrigLen: len(b)}, nil) {
				f, err := Compile(fmt.Sprintf("family == %q", m.Family))
				if err != nil {
					t.Fatal(err)
				}
				if got := f.Pushdown().Protocols; len(got) > 0 {
					fixed++
					if !slices.Equal(got, []uint16{p}) {
						t.Errorf("family %q of protocol %d is pushed down as %v", m.Family, p, got)
					}
				} else if m.Family != "" && m.Family != "nflog" {
					t.Errorf("family %q of protocol %d is not pushed down", m.Family, p)
				}
			}
		}
	}
	if fixed < 30 {
		t.Errorf("%d families", fixed)
	}
}

func TestNarrow(t *testing.T) {
	got := Narrow(capture.Filter{PIDs: []uint32{7}, Children: true},
		capture.Filter{PIDs: []uint32{8}, Comms: []string{"ip"}, NetNS: []uint64{1}, Protocols: []uint16{16}})
	want := capture.Filter{PIDs: []uint32{7}, Children: true, Comms: []string{"ip"}, NetNS: []uint64{1}, Protocols: []uint16{16}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
