// SPDX-License-Identifier: Apache-2.0

package filter

import (
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
	"github.com/nltop/nltop/internal/nltest"
)

// testFamily is a small cut of NETLINK_ROUTE, with every kind of value that
// comparisons treat in its own way.
func testFamily() *schema.Family {
	table := &schema.Enum{Name: "rt_class_t", Values: []schema.Value{{N: 0, Name: "RT_TABLE_UNSPEC"}, {N: 254, Name: "RT_TABLE_MAIN"}}}
	flags := &schema.Enum{Name: "RTNH_F", Flags: true, Values: []schema.Value{{N: 1, Name: "RTNH_F_DEAD"}, {N: 4, Name: "RTNH_F_ONLINK"}}}
	hop := &schema.Set{Name: "HOP", Attrs: []schema.Attr{{ID: 1, Name: "HOP_OIF", Type: schema.Type{Kind: schema.U32}}}}
	rta := &schema.Set{Name: "RTA", Attrs: []schema.Attr{
		{ID: 1, Name: "RTA_DST", Type: schema.Type{Kind: schema.IPAddr}},
		{ID: 4, Name: "RTA_OIF", Type: schema.Type{Kind: schema.U32, Hint: schema.IfIndex}},
		{ID: 6, Name: "RTA_PRIORITY", Type: schema.Type{Kind: schema.U32}},
		{ID: 7, Name: "RTA_BIG", Type: schema.Type{Kind: schema.U64}},
		{ID: 8, Name: "RTA_SIGNED", Type: schema.Type{Kind: schema.S32}},
		{ID: 9, Name: "RTA_NAME", Type: schema.Type{Kind: schema.String}},
		{ID: 10, Name: "RTA_FLAG", Type: schema.Type{Kind: schema.Flag}},
		{ID: 11, Name: "RTA_HOP", Multi: true, Type: schema.Type{Kind: schema.Nest, Set: hop}},
		{ID: 12, Name: "RTA_BYTES"},
		{ID: 13, Name: "RTA_BITS", Type: schema.Type{Kind: schema.U32, Enum: flags}},
		{ID: 15, Name: "RTA_TABLE", Type: schema.Type{Kind: schema.U32, Enum: table}},
	}}
	rtmsg := &schema.StructType{Name: "rtmsg", Fields: []schema.Field{
		{Name: "rtm_family", Type: schema.Type{Kind: schema.U8}},
		{Name: "rtm_pad", Type: schema.Type{Kind: schema.Pad, Len: 3}},
	}}
	f := &schema.Family{Name: "route", Protocol: capture.NETLINK_ROUTE, Header: rtmsg, Set: rta,
		Messages: []schema.Message{{ID: 24, Name: "RTM_NEWROUTE"}, {ID: 25, Name: "RTM_DELROUTE"}, {ID: 26, Name: "RTM_GETROUTE"}}}
	f.Build()
	return f
}

// routeBytes is an RTM_NEWROUTE with all attributes of the family.
func routeBytes() []byte {
	return nltest.Message(24, 0x405, 7, 4711, []byte{2, 0, 0, 0},
		nltest.Attr(1, []byte{10, 0, 0, 1}), nltest.Attr(4, nltest.U32(3)), nltest.Attr(15, nltest.U32(254)), nltest.Attr(13, nltest.U32(1|4)),
		nltest.Attr(7, nltest.U64(1<<64-1)), nltest.Attr(8, nltest.U32(1<<32-2)),
		nltest.Attr(9, nltest.Str("blue")), nltest.Attr(10), nltest.Attr(12, []byte{0xde, 0xad}),
		nltest.Attr(11, nltest.Attr(1, nltest.U32(5))), nltest.Attr(11, nltest.Attr(1, nltest.U32(6))))
}

// exchange returns the observations of a request of zebra, and of the error
// that answers it.
func exchange(t testing.TB) (request, failed correlate.Observation) {
	t.Helper()
	d := decode.New([]*schema.Family{testFamily()}, decode.Options{
		IfName: func(_ uint64, index int32) string { return map[int32]string{3: "eth0"}[index] },
	})
	tr := correlate.New()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	zebra := capture.Proc{PID: 4711, TID: 4712, PPID: 1, Comm: "zebra", Cgroup: "/system.slice/frr"}
	one := func(f *capture.Frame) correlate.Observation {
		f.Change(func(o *capture.Origin) {
			o.Source, o.Sees, o.NetNS = capture.SourceFentry, capture.Describe(capture.SourceFentry).Sees, 4026531840
		})
		f.OrigLen = len(f.Data)
		out := tr.Frame(f, d.Frame(f, nil), nil)
		if len(out) != 1 {
			t.Fatalf("%d observations of a frame", len(out))
		}
		return out[0]
	}
	request = one(&capture.Frame{
		Origin: &capture.Origin{
			Dir: capture.DirRequest, Proc: zebra, Socket: capture.Socket{PortID: 4711}, SrcPort: 4711,
		},
		ID: 12, Time: at, Data: routeBytes(),
	})
	errmsg := nltest.Error(17, 7, 4711, routeBytes())
	failed = one(&capture.Frame{
		Origin: &capture.Origin{
			Dir: capture.DirReply, Verdict: capture.VerdictDelivered,
			Proc: capture.Proc{PID: 9, Comm: "cause"}, Socket: capture.Socket{PortID: 4711, Owner: zebra},
			DstPort: 4711,
		},
		ID: 13, Time: at.Add(2 * time.Millisecond), Data: errmsg,
	})
	return request, failed
}

// ask matches, and fails the test where the expression does not compile or
// fails to evaluate.
func ask(t *testing.T, src string, x *correlate.Observation) bool {
	t.Helper()
	f, err := Compile(src)
	if err != nil {
		t.Fatalf("%v", err)
	}
	got := f.Match(x)
	if err := f.LastError(); err != nil || f.Errors() != 0 {
		t.Errorf("%d errors, the last: %v", f.Errors(), err)
	}
	return got
}

func TestMatch(t *testing.T) {
	request, failed := exchange(t)
	other := correlate.Observation{Frame: &capture.Frame{
		Origin: &capture.Origin{
			Kind: capture.KindSocketError, Sees: capture.SeesCauses, Verdict: capture.VerdictNobufsRaised, Dir: capture.DirEvent,
			Proc: capture.Proc{PID: 9, Comm: "cause"},
		},
		OrigLen: 77,
	}}
	for _, tt := range []struct {
		src                    string
		request, failed, other bool
	}{
		{`true`, true, true, true},
		{`family == "route" && about == "RTM_NEWROUTE" && proc.comm == "zebra" && error != 0 && attr("RTA_OIF") == 3`, false, true, false},
		{`about == "RTM_NEWROUTE"`, true, true, false},
		{`type == "RTM_NEWROUTE"`, true, false, false},
		{`type == "NLMSG_ERROR"`, false, true, false},
		{`change`, true, false, false},
		{`not change && type != ""`, false, true, false},
		{`nlmsg_type == "NLMSG_ERROR"`, false, true, false},
		{`nlmsg_type == "RTM_NEWROUTE"`, true, false, false},
		{`type_id == 24`, true, false, false},
		{`type_id == 2`, false, true, false},
		{`time >= date("2026-01-02T03:04:05Z")`, true, true, false},
		{`source == "fentry" && dir in ["request", "reply"]`, true, true, false},
		{`protocol == "NETLINK_ROUTE" && protocol_id == 0`, true, true, true},
		{`cmd == -1`, true, true, true},
		{`"NLM_F_ACK" in flags && "NLM_F_CREATE" in flags`, true, false, false},
		{`"NLM_F_CAPPED" in flags`, false, true, false},
		{`len(flags) == 0`, false, false, true},
		{`seq == 7 && portid == 4711`, true, true, false},
		{`len == 160`, len(routeBytes()) == 160, false, false},
		{`len > 100`, true, false, false},
		{`len == 77`, false, false, true},
		{`netns == 4026531840`, true, true, false},
		{`proc.pid == 4711 && proc.tid == 4712 && proc.ppid == 1 && proc.cgroup startsWith "/system.slice/"`, true, true, false},
		{`cause.comm == "cause"`, false, true, true},
		{`cause.pid == 0`, true, false, false},
		{`group == 0`, true, true, true},
		{`error == 17 && error_name == "EEXIST"`, false, true, false},
		{`verdict == "delivered"`, false, true, false},
		{`verdict == "enobufs raised"`, false, false, true},
		{`latency > 0.001 && latency <= 0.002`, false, true, false},
		{`outcome == "pending"`, true, false, false},
		{`outcome == "failed"`, false, true, false},
		{`frame == 12`, true, false, false},
		{`problem == ""`, true, true, true},
		{`proc.comm matches "^ze"`, true, true, false},
		{`not (proc.comm == "zebra")`, false, false, true},
		{`proc.comm in ["zebra", "ip"] ? true : dir == "event"`, true, true, true},

		// Attributes: an error stands for its request.
		{`attr("RTA_OIF") == 3`, true, true, false},
		{`3 == attr("RTA_OIF")`, true, true, false},
		{`attr("RTA_OIF") == "eth0"`, true, true, false},
		{`attr("RTA_OIF") != 3`, false, false, true},
		{`attr("RTA_OIF") in [3, 4]`, true, true, false},
		{`attr("RTA_OIF") in 1..5`, true, true, false},
		{`attr("RTA_OIF") not in [3, 4]`, false, false, true},
		{`attr("RTA_OIF") + 1 == 4`, true, true, false}, // see TestMatchErrors for other
		{`2 < attr("RTA_OIF") < 4`, true, true, false},
		{`attr("RTA_OIF") >= 3 && attr("RTA_OIF") <= 3.0`, true, true, false},
		{`attr("RTA_OIF") > 3`, false, false, false},
		{`attr("RTA_OIF") < "x"`, false, false, false},
		{`attr("RTA_DST") == "10.0.0.1"`, true, true, false},
		{`attr("RTA_DST") == 0`, false, false, false}, // an address is no number
		{`attr("RTA_DST") startsWith "10." && attr("RTA_DST") endsWith ".1" && attr("RTA_DST") contains ".0."`, true, true, false},
		{`attr("RTA_TABLE") == "RT_TABLE_MAIN"`, true, true, false},
		{`attr("RTA_TABLE") == 254`, true, true, false},
		{`attr("RTA_TABLE") > 253`, true, true, false},
		{`attr("RTA_TABLE") == 0`, false, false, false},
		{`attr("RTA_TABLE") matches "MAIN$"`, true, true, false},
		{`upper(attr("RTA_NAME") ?? "") == "BLUE"`, true, true, false},
		{`"RTNH_F_ONLINK" in attr("RTA_BITS")`, true, true, false},
		{`attr("RTA_BITS") == 5 && attr("RTA_BITS") == ["RTNH_F_DEAD", "RTNH_F_ONLINK"]`, true, true, false},
		{`attr("RTA_BIG") > 9223372036854775807`, true, true, false},
		{`attr("RTA_BIG") == -1`, false, false, false},
		{`attr("RTA_SIGNED") == -2 && attr("RTA_SIGNED") < 0`, true, true, false},
		{`attr("RTA_FLAG") == true`, true, true, false},
		{`attr("RTA_BYTES") == "dead"`, true, true, false},
		{`attr("RTA_PRIORITY") == nil`, true, true, true},
		{`attr("RTA_PRIORITY") != 3`, true, true, true},
		{`attr("RTA_PRIORITY") < 3 || attr("RTA_PRIORITY") >= 3 || attr("RTA_PRIORITY") in [3] || attr("RTA_PRIORITY") matches "."`, false, false, false},
		{`attr("RTA_OIF") == attr("HOP_OIF")`, false, false, true}, // both are nil in other
		{`attr("rtm_family") == 2`, true, true, false},
		{`has("RTA_FLAG") && !has("RTA_PRIORITY")`, true, true, false},
		{`attr("HOP_OIF") == 5`, true, true, false}, // the first of two
		{`attrs("HOP_OIF") == [5, 6]`, true, true, false},
		{`6 in attrs("HOP_OIF")`, true, true, false},
		{`len(attrs("HOP_OIF")) == 2 && sum(attrs("HOP_OIF")) == 11`, true, true, false},
		{`any(attrs("HOP_OIF"), # == 6) && all(attrs("HOP_OIF"), # + 1 > 5)`, true, true, false},
		{`count(attrs("RTA_HOP"), # == true) == 2`, true, true, false},
		{`first(attrs("RTA_TABLE") ?? []) == "RT_TABLE_MAIN"`, true, true, false},
		{`any(attrs("RTA_TABLE"), # == 254) && any(attrs("RTA_TABLE"), # startsWith "RT")`, true, true, false},
		{`let oif = attr("RTA_OIF"); oif == 3 || oif == 9`, true, true, false},
		{`attr("NO_SUCH") == "x"`, false, false, false},
	} {
		t.Run(tt.src, func(t *testing.T) {
			if got := ask(t, tt.src, &request); got != tt.request {
				t.Errorf("request: %v", got)
			}
			if got := ask(t, tt.src, &failed); got != tt.failed {
				t.Errorf("error: %v", got)
			}
			if strings.Contains(tt.src, "+ 1 ==") {
				return
			}
			if got := ask(t, tt.src, &other); got != tt.other {
				t.Errorf("socket error: %v", got)
			}
		})
	}
}

func TestMatchProblem(t *testing.T) {
	d := decode.New([]*schema.Family{testFamily()}, decode.Options{})
	for _, b := range [][]byte{
		nltest.Message(24, 1, 1, 1, []byte{2, 0, 0, 0}, []byte{200, 0, 4, 0, 1, 2, 3, 4}), // nla_len beyond the end
		nltest.Message(24, 1, 1, 1)[:12],
	} {
		f := &capture.Frame{Origin: &capture.Origin{}, Data: b, OrigLen: len(b)}
		for _, m := range d.Frame(f, nil) {
			x := correlate.Observation{Frame: f, Message: &m}
			if !ask(t, `problem != ""`, &x) || ask(t, `problem == ""`, &x) {
				t.Errorf("%x has no problem", b)
			}
		}
	}
}

// An expression that fails on an observation does not pass it, and says so.
func TestMatchErrors(t *testing.T) {
	request, _ := exchange(t)
	for _, tt := range []struct{ src, msg string }{
		{`attr("RTA_PRIORITY") + 1 == 4`, "invalid operation: <nil> + int"},
		{`let a = attr("RTA_OIF"); a || error == 5`, "interface conversion"},
		{`attrs("RTA_PRIORITY")[0] == 1`, "index out of range"},
		{`"x" matches proc.comm + "["`, "the regular expression is wrong"},
	} {
		f, err := Compile(tt.src)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		for n := range uint64(3) {
			if f.Match(&request) || f.Errors() != n+1 {
				t.Errorf("%s: passes, or %d errors, want %d", tt.src, f.Errors(), n+1)
			}
		}
		if err := f.LastError(); err == nil || !strings.Contains(err.Error(), tt.msg) {
			t.Errorf("%s: error %v, want %q", tt.src, err, tt.msg)
		}
	}
}

// A filter is shared by the view and the loop.
func TestMatchConcurrently(t *testing.T) {
	request, failed := exchange(t)
	f, err := Compile(`error == 0 && attr("RTA_OIF") == 3 && "NLM_F_ACK" in flags`)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 500 {
				if !f.Match(&request) || f.Match(&failed) {
					t.Error("wrong answer")
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestNumberCompare(t *testing.T) {
	order := []any{-math.MaxFloat64, int64(math.MinInt64), -2, int64(-1), 0, 0.5, uint32(1), 2, int64(math.MaxInt64), uint64(math.MaxUint64), math.Inf(1)}
	for i, a := range order {
		for j, b := range order {
			x, _ := numberOf(a)
			y, _ := numberOf(b)
			c, ok := x.compare(y)
			if want := cmpInt(i, j); !ok || c != want {
				t.Errorf("compare(%v, %v) = %d, %v; want %d", a, b, c, ok, want)
			}
			if less(a, b) != (i < j) || equal(a, b) != (i == j) {
				t.Errorf("%v and %v: less %v, equal %v", a, b, less(a, b), equal(a, b))
			}
		}
	}
	if nan := math.NaN(); less(nan, 1) || less(1, nan) || equal(nan, nan) || sameOrder(nan, nan) {
		t.Error("NaN compares")
	}
}

func cmpInt(a, b int) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func BenchmarkMatch(b *testing.B) {
	request, _ := exchange(b)
	for _, bb := range []struct{ name, src string }{
		{"simple", `proc.comm == "zebra" && error != 0`},
		{"typical", `family == "route" && type == "RTM_NEWROUTE" && proc.comm == "zebra" && error == 0`},
		{"flags", `"NLM_F_ACK" in flags`},
		{"attr", `attr("RTA_OIF") == 3`},
		{"attrs", `6 in attrs("HOP_OIF")`},
	} {
		b.Run(bb.name, func(b *testing.B) {
			f, err := Compile(bb.src)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				f.Match(&request)
			}
			if f.Errors() != 0 {
				b.Fatal(f.LastError())
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		if _, err := Compile(`family == "route" && type == "RTM_NEWROUTE" && proc.comm == "zebra" && error != 0 && attr("RTA_OIF") == 3`); err != nil {
			b.Fatal(err)
		}
	}
}

// TestAbout: an expression that asks for errors by the type of their request is answered
// with what does.
func TestAbout(t *testing.T) {
	for src, want := range map[string]string{
		`type == "RTM_NEWROUTE" && error != 0`:                                `about == "RTM_NEWROUTE"`,
		`proc.pid == 1 && type in ["RTM_NEWROUTE"] && error_name == "EEXIST"`: `about == "RTM_NEWROUTE"`,
		`type == "RTM_DELROUTE" && latency > 0.1`:                             `about == "RTM_DELROUTE"`,
		`about == "RTM_NEWROUTE" && error != 0`:                               "",
		`type == "NLMSG_ERROR" && error != 0`:                                 "",
		`type == "RTM_NEWROUTE" || error != 0`:                                "",
		`type == "RTM_NEWROUTE" && error == 0`:                                "",
	} {
		f, err := Compile(src)
		if err != nil {
			t.Fatal(err)
		}
		if note := f.Note(); (note == "") != (want == "") || !strings.Contains(note, want) {
			t.Errorf("%s: %q, want %q", src, note, want)
		}
	}
}

// TestErrnoNames: a number may have two names.
func TestErrnoNames(t *testing.T) {
	x := &correlate.Observation{Errno: 95, Frame: &capture.Frame{Origin: &capture.Origin{}}}
	for src, want := range map[string]bool{
		`error_name == "EOPNOTSUPP"`: true, `error_name == "ENOTSUP"`: true, `error_name in ["EPERM", "ENOTSUP"]`: true,
		`error_name != "ENOTSUP"`: false, `error_name == "EPERM"`: false,
	} {
		f, err := Compile(src)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Match(x); got != want {
			t.Errorf("%s: %v", src, got)
		}
	}
}

// TestEnds: at the end of an exchange an expression asks its request, at that of an event
// the message that was delivered, for all that the JSON output has of them.
func TestEnds(t *testing.T) {
	request, _ := exchange(t)
	event := &correlate.Event{Message: request.Message, Delivered: 1}
	for name, x := range map[string]correlate.Observation{
		"exchange": {Frame: request.Frame, Exchange: request.Exchange, End: correlate.EndExchange, Family: "route", Type: "RTM_NEWROUTE"},
		"event":    {Frame: request.Frame, Event: event, End: correlate.EndEvent, Family: "route", Type: "RTM_NEWROUTE"},
		"event of an exchange": {Frame: request.Frame, Exchange: request.Exchange, Event: event, End: correlate.EndEvent,
			Family: "route", Type: "RTM_NEWROUTE"},
	} {
		for _, src := range []string{
			`type == "RTM_NEWROUTE" && type_id == 24 && seq == 7`,
			`"NLM_F_CREATE" in flags && len > 16`,
			`attr("RTA_OIF") == "eth0" && has("RTA_DST")`,
			`attrs("HOP_OIF") == [5, 6]`,
			`problem == ""`,
		} {
			if !ask(t, src, &x) {
				t.Errorf("%s: not matched by %s", name, src)
			}
		}
	}
}
