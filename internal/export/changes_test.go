// SPDX-License-Identifier: Apache-2.0

package export

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/nltest"
)

// run feeds made-up datagrams through a tracker to a Changes, and keeps what it writes.
type run struct {
	t    *testing.T
	dec  *decode.Decoder
	tr   *correlate.Tracker
	out  strings.Builder
	to   *Changes
	sees capture.Sees
	now  time.Time
	id   uint64
	seq  uint32
	cast uint64
}

func newRun(t *testing.T, recording bool) *run {
	r := &run{t: t, dec: newDecoder(), tr: correlate.NewWith(correlate.Options{Ends: true}),
		sees: capture.Describe(capture.SourceFentry).Always(), now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	r.to = NewTextChanges(NewText(&r.out, TextOptions{UTC: true, ASCII: true}), recording)
	return r
}

func (r *run) frame(f capture.Frame, o capture.Origin) uint64 {
	r.t.Helper()
	r.id++
	r.now = r.now.Add(time.Millisecond)
	o.Source, o.Sees, o.NetNS, o.NetNSName = capture.SourceFentry, r.sees, 1, "host"
	f.Origin, f.ID, f.Time, f.OrigLen = &o, r.id, r.now, len(f.Data)
	r.observe(r.tr.Frame(&f, r.dec.Frame(&f, nil), nil))
	return r.id
}

func (r *run) observe(os []correlate.Observation) {
	r.t.Helper()
	for i := range os {
		if err := r.to.Observe(&os[i]); err != nil {
			r.t.Fatal(err)
		}
	}
}

var ipProc = capture.Proc{PID: 7, TID: 7, Comm: "ip", Identity: capture.Identity{CmdLine: "ip\x00link\x00"}}

// sent is a request to set or ask for a link, and answered and returned what comes of it.
func (r *run) sent(typ uint16, name string) (frame uint64, data []byte) {
	r.seq++
	data = nltest.Message(typ, 5, r.seq, 0, ifinfomsg(0, 0, 1, 1), nltest.Attr(3, nltest.Str(name)))
	s := capture.Socket{PortID: 7, Owner: ipProc}
	return r.frame(capture.Frame{Data: data}, capture.Origin{Dir: capture.DirRequest, Proc: ipProc, Socket: s, SrcPort: 7}), data
}

func (r *run) answered(of uint64, data []byte, errno int32) {
	s := capture.Socket{PortID: 7, Owner: ipProc}
	r.frame(capture.Frame{Cause: of, Data: nltest.Error(errno, r.seq, 7, data)}, capture.Origin{Dir: capture.DirReply, Proc: ipProc, Socket: s, DstPort: 7})
}

func (r *run) returned(of uint64) {
	r.frame(capture.Frame{Of: of, Elapsed: time.Millisecond}, capture.Origin{Kind: capture.KindCompletion, Verdict: capture.VerdictDelivered, Proc: ipProc})
}

// event is one multicast to one socket, by a task of the kernel where no request is the cause.
func (r *run) event(cause uint64, index uint32, name string) {
	r.cast++
	by := ipProc
	if cause == 0 {
		by = capture.Proc{PID: 33, TID: 33, Comm: "kworker/0:1"}
	}
	r.frame(capture.Frame{Cause: cause, Cast: r.cast, Data: nltest.Message(16, 0, 0, 0, ifinfomsg(1, index, 1, 1), nltest.Attr(3, nltest.Str(name)))},
		capture.Origin{Dir: capture.DirEvent, Group: 1, Proc: by, Socket: capture.Socket{PortID: 99}, Verdict: capture.VerdictDelivered})
}

func (r *run) set(name string, events int) {
	id, data := r.sent(16, name)
	for range events {
		r.event(id, 2, name)
	}
	r.answered(id, data, 0)
	r.returned(id)
}

// flush ends the input, and returns what was written without times.
func (r *run) flush() string {
	r.t.Helper()
	r.observe(r.tr.Flush(nil))
	if err := r.to.Close(); err != nil {
		r.t.Fatal(err)
	}
	return regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d\.\d+ `).ReplaceAllString(r.out.String(), "")
}

func (r *run) want(want string) {
	r.t.Helper()
	if diff := cmp.Diff(want, r.flush()); diff != "" {
		r.t.Errorf("-want +got:\n%s", diff)
	}
}

// story is a bit of everything: what asks, a change with events, a probe, what fails, and
// what nobody asked for.
func story(r *run) {
	for range 2 {
		id, data := r.sent(18, "d0")
		r.answered(id, data, 2)
		r.returned(id)
		id, data = r.sent(18, "d0")
		r.answered(id, data, 0)
		r.returned(id)
	}
	r.set("d0", 6)
	id, data := r.sent(16, "d1")
	r.answered(id, data, 17)
	r.returned(id)
	r.event(0, 3, "eth0")
	id, data = r.sent(16, "d2")
	r.event(id, 4, "d2")
	r.answered(id, data, 12)
	r.returned(id)
	id, data = r.sent(18, "d0")
	r.answered(id, data, 0)
	r.returned(id)
}

const storyTold = `+ 2 reads, 2 failed: 2 × ENOENT
ip[7]              > ip link set d0 up (ip link)
     * route RTM_NEWLINK 2: d0: <NO-CARRIER,UP> link/ether
     * route RTM_NEWLINK 2: d0: <NO-CARRIER,UP> link/ether
     * route RTM_NEWLINK 2: d0: <NO-CARRIER,UP> link/ether
     * route RTM_NEWLINK 2: d0: <NO-CARRIER,UP> link/ether
     + 2 events
+ 1 failed: 1 × EEXIST
kworker/0:1[33]    * no request: route RTM_NEWLINK 3: eth0: <NO-CARRIER,UP> link/ether
ip[7]              > ip link set d2 up ENOMEM
     * route RTM_NEWLINK 4: d2: <NO-CARRIER,UP> link/ether
+ 1 read
`

// TestChangeLines: of a recording and of live traffic, whose source sees all, the lines are the
// same.
func TestChangeLines(t *testing.T) {
	for _, recording := range []bool{false, true} {
		t.Run(fmt.Sprintf("recording %v", recording), func(t *testing.T) {
			r := newRun(t, recording)
			story(r)
			r.want(storyTold)
		})
	}
}

// TestChangesAreLive: a change is written when it is known that it was one, and an event of
// nobody when it comes, not when the next thing happens.
func TestChangesAreLive(t *testing.T) {
	r := newRun(t, false)
	id, data := r.sent(16, "d0")
	if r.out.Len() > 0 {
		t.Errorf("written before its outcome is known: %q", r.out.String())
	}
	r.answered(id, data, 0)
	r.returned(id)
	one := r.out.Len()
	if one == 0 {
		t.Error("its outcome is known, and nothing is written")
	}
	r.event(0, 3, "eth0")
	if r.out.Len() == one {
		t.Error("an event of nobody waits")
	}
}

// TestChangesUnknown: what is not known is said.
func TestChangesUnknown(t *testing.T) {
	r := newRun(t, false)
	r.sent(16, "d0")
	r.seq++
	r.frame(capture.Frame{Data: nltest.Message(40, 1, r.seq, 0, []byte{9, 1, 0, 0})}, capture.Origin{Protocol: 16, Dir: capture.DirRequest, Proc: ipProc, Socket: capture.Socket{PortID: 8}})
	r.returned(r.id)
	r.want(`ip[7]              > ip link set d0 up (not over when capture ended: whether it was done is not known) (ip link)
ip[7]              > generic:0x28 cmd 9 (whether it changes anything, no table says)
`)
}

// TestChangesBlind: of a source that does not see causes, an event that comes behind its
// request says which one it belongs to, and one without nobody is accused of.
func TestChangesBlind(t *testing.T) {
	event := func(r *run, seq, port uint32) {
		r.frame(capture.Frame{Data: nltest.Message(16, 0, seq, port, ifinfomsg(1, 2, 1, 1), nltest.Attr(3, nltest.Str("d0")))},
			capture.Origin{Dir: capture.DirEvent, Group: 1, Socket: capture.Socket{PortID: 99}})
	}
	play := func(r *run) {
		r.sees = capture.Describe(capture.SourceSyscall).Sees
		id, data := r.sent(16, "d0")
		r.answered(id, data, 0)
		of := r.seq
		id, data = r.sent(16, "d1")
		r.answered(id, data, 0)
		event(r, of, 7)
		event(r, 0, 0)
		event(r, 5, 1234)
	}
	live := newRun(t, false)
	play(live)
	live.want(`ip[7]              > ip link set d0 up (ip link)
ip[7]              > ip link set d1 up
?                  * no request seen: route RTM_NEWLINK 2: d0: <NO-CARRIER,UP> link/ether
ip[7]              * of ip[7] RTM_NEWLINK seq 1 (inferred): ip link set d0 up: route RTM_NEWLINK 2: d0: <NO-CARRIER,UP> link/ether
?                  * a request of port 1234, not seen: route RTM_NEWLINK 2: d0: <NO-CARRIER,UP> link/ether
`)
	file := newRun(t, true)
	play(file)
	file.want(`ip[7]              > ip link set d0 up (ip link)
     * route RTM_NEWLINK 2: d0: <NO-CARRIER,UP> link/ether
ip[7]              > ip link set d1 up
?                  * no request seen: route RTM_NEWLINK 2: d0: <NO-CARRIER,UP> link/ether
?                  * a request of port 1234, not seen: route RTM_NEWLINK 2: d0: <NO-CARRIER,UP> link/ether
`)
}

// TestChangesFlood: of events of one type behind one another a few are written, and the
// others counted, also while they go on.
func TestChangesFlood(t *testing.T) {
	r := newRun(t, false)
	for range 2500 { // one a millisecond
		r.event(0, 3, "eth0")
	}
	r.set("d0", 0)
	got := r.flush()
	told, left := strings.Count(got, "no request"), 0
	counts := regexp.MustCompile(`\+ (\d+) more RTM_NEWLINK`).FindAllStringSubmatch(got, -1)
	for _, m := range counts {
		var n int
		fmt.Sscan(m[1], &n)
		left += n
	}
	if told != maxAlone || told+left != 2500 || len(counts) != 3 {
		t.Errorf("%d told, %d counted in %d lines, want all 2500:\n%s", told, left, len(counts), got)
	}
}

// TestChangesBounded: what is held back is bounded, and nothing of it is lost.
func TestChangesBounded(t *testing.T) {
	r := newRun(t, true)
	const n = maxOrdered + 5000
	for range n {
		r.set("d0", 1)
		if len(r.to.held) > maxOrdered || len(r.to.done) > maxDone || len(r.to.queue) > maxDone || len(r.to.early) > maxEarly {
			t.Fatalf("%d held, %d done, %d early", len(r.to.held), len(r.to.done), len(r.to.early))
		}
	}
	got := r.flush()
	if asked, told := strings.Count(got, " > "), strings.Count(got, " * "); asked != n || told != n {
		t.Errorf("%d changes and %d events, want %d of each", asked, told, n)
	}
	if len(r.to.held) > 0 {
		t.Errorf("%d are held at the end", len(r.to.held))
	}
}

// TestChangesCount: so many changes, and no more, whatever else there is.
func TestChangesCount(t *testing.T) {
	for _, recording := range []bool{false, true} {
		r := newRun(t, recording)
		r.to.Limit = 2
		story(r)
		if got := r.flush(); strings.Count(got, " > ")+strings.Count(got, "no request") != 2 || !r.to.Done() {
			t.Errorf("recording %v:\n%s", recording, got)
		}
	}
}

// TestChangesJSON: objects of what changed the system alone, each with its words.
func TestChangesJSON(t *testing.T) {
	r := newRun(t, false)
	r.to = NewJSONChanges(NewJSON(&r.out, nil), false)
	story(r)
	got := r.flush()
	lines := strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	for i, want := range [][]string{
		{`"kind":"exchange"`, `"outcome":"acked"`, `"change":true`, `"events":6`, `"says":"ip link set d0 up"`},
		{`"kind":"event"`, `"change":true`, `"says":"3: eth0:`},
	} {
		for _, s := range want {
			if i >= len(lines) || !strings.Contains(lines[i], s) {
				t.Errorf("line %d lacks %s:\n%s", i, s, got)
			}
		}
	}
	if len(lines) != 2 {
		t.Errorf("%d lines, want 2:\n%s", len(lines), got)
	}
}
