// SPDX-License-Identifier: Apache-2.0

package live

import (
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
)

// failed is an observation of an error.
func failed(at int, comm string, errno int32, text string) *correlate.Observation {
	return &correlate.Observation{
		Frame: &capture.Frame{Origin: &capture.Origin{Dir: capture.DirReply}, Time: time.Unix(int64(at), 0)}, Errno: errno,
		Message: &decode.Message{Err: &decode.ErrorInfo{Errno: errno, Msg: text}},
		Account: capture.Proc{PID: uint32(at), Comm: comm}, Family: "route", Type: "RTM_NEWLINK",
	}
}

func TestErrorKinds(t *testing.T) {
	var k errorKinds
	k.observe(failed(1, "ip", 22, "mtu greater than device maximum"))
	k.observe(failed(2, "ip", 22, "mtu greater than device maximum"))
	k.observe(failed(3, "ip", 17, ""))
	k.observe(failed(4, "ip", 0, ""))
	probe := failed(5, "ip", 2, "")
	probe.Probe = true
	k.observe(probe)
	ended := failed(6, "ip", 22, "mtu greater than device maximum")
	ended.End = correlate.EndExchange // which is told a second time
	k.observe(ended)
	got := k.list()
	if len(got) != 2 || got[0].Count != 2 || got[0].Process.PID != 2 || got[0].Text != "mtu greater than device maximum" || got[1].Errno != 17 {
		t.Errorf("%+v", got)
	}
	for i := range 3 * maxErrorKinds {
		k.observe(failed(10+i, "ip", 22, time.Duration(i).String()))
	}
	if got := k.list(); len(got) != maxErrorKinds || got[0].Last != time.Unix(10+3*maxErrorKinds-1, 0) {
		t.Errorf("%d kinds, the first %+v", len(got), got[0])
	}
}

func TestLongestHold(t *testing.T) {
	var r recent[LockReport]
	if longest(&r, time.Time{}) != nil {
		t.Error("a hold of nobody")
	}
	for i, hold := range []time.Duration{5, 9, 0, 7} {
		r.add(LockReport{Time: time.Unix(int64(i), 0), Lock: capture.Lock{Hold: hold, Wait: 20}})
	}
	if l := longest(&r, time.Time{}); l == nil || l.Hold != 9 {
		t.Errorf("%+v", l)
	}
	if l := longest(&r, time.Unix(2, 0)); l == nil || l.Hold != 7 {
		t.Errorf("since then: %+v", l)
	}
}
