// SPDX-License-Identifier: Apache-2.0

package who

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/golden"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
)

const lab = "../decode/families/testdata/lab/"

// ask searches a recording.
func ask(t *testing.T, path, text string, o Options) (lines []Line, sum *Summary) {
	t.Helper()
	q, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	r, err := pcapng.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	o.Emit = func(l *Line) error { lines = append(lines, *l); return nil }
	s := NewSearch(q, o)
	d := decode.New(families.All(), decode.Options{})
	r.OnPreamble(func(f *capture.Frame) error { d.Frame(f, nil); return nil })
	tracker := correlate.NewWith(correlate.Options{Ends: true})
	observe := func(list []correlate.Observation) error {
		for i := range list {
			if err := s.Observe(&list[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if err := r.Run(context.Background(), func(f *capture.Frame) error { return observe(tracker.Frame(f, d.Frame(f, nil), nil)) }); err != nil {
		t.Fatal(err)
	}
	if err := observe(tracker.Flush(nil)); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return lines, s.Summary()
}

// What sessions changed, whose scripts are known: internal/e2e/testdata/sessions/ip.sh
// beside `ip monitor`, and those of the lab.
func TestRecordings(t *testing.T) {
	for _, c := range []struct{ name, recording, text string }{
		{"d0", "../say/testdata/monitor.pcapng.gz", "d0"},
		{"altname", "../say/testdata/monitor.pcapng.gz", "another-name-of-d0 mtu"},
		{"prefix", "../say/testdata/monitor.pcapng.gz", "10.20.0.0/16"},
		{"inside", "../say/testdata/monitor.pcapng.gz", "10.20.3.0/24"},
		{"address", "../say/testdata/monitor.pcapng.gz", "dev d0 10.7.0.1"},
		{"default", "../say/testdata/monitor.pcapng.gz", "default"},
		{"routes", "../say/testdata/monitor.pcapng.gz", "table 500"},
		{"mac", "../say/testdata/monitor.pcapng.gz", "02:00:00:00:00:ab"},
		{"table", lab + "nftables.6.12.pcapng.gz", "chain inet t input"},
		{"element", lab + "nftables.6.12.pcapng.gz", "192.0.2.5"},
		{"spi", lab + "xfrm.6.12.pcapng.gz", "0x100"},
		{"set", lab + "ipset.6.12.pcapng.gz", "ip6mask"},
		{"class", lab + "tc_shape.6.12.pcapng.gz", "htb 1:10"},
		{"ethtool", lab + "ethtool.6.12.pcapng.gz", "veth0 ethtool"},
		{"peer", lab + "wireguard.6.12.pcapng.gz", "wg0 wireguard"},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines, sum := ask(t, c.recording, c.text, Options{NoEvent: "no event"})
			var b strings.Builder
			for i := range lines {
				b.WriteString(lines[i].Sentence() + "\n")
				if i > 0 && lines[i].Time.Before(lines[i-1].Time) {
					t.Errorf("out of order: %s", lines[i].Sentence())
				}
			}
			if sum.Found != len(lines) || sum.Messages == 0 {
				t.Errorf("%d lines, but %+v", len(lines), sum)
			}
			golden.Check(t, filepath.Join("testdata", c.name+".txt"), b.String(), "")
		})
	}
}

// Requests that read are found when they are asked for.
func TestAll(t *testing.T) {
	some, _ := ask(t, "../say/testdata/monitor.pcapng.gz", "br0", Options{})
	all, _ := ask(t, "../say/testdata/monitor.pcapng.gz", "br0", Options{All: true})
	reads := 0
	for i := range all {
		if all[i].Reads {
			reads++
		}
	}
	if reads == 0 || len(all)-reads < len(some) {
		t.Errorf("%d lines, of all %d, %d of which read", len(some), len(all), reads)
	}
}

func TestRelate(t *testing.T) {
	for _, c := range []struct {
		asked, has string
		rank       int
		how        string
	}{
		{"10.0.0.0/8", "10.0.0.0/8", 2, ""},
		{"10.0.0.0/8", "10.1.0.0/16", 1, "is in it"},
		{"10.1.0.0/16", "10.0.0.0/8", 1, "contains it"},
		{"10.1.0.0/16", "0.0.0.0/0", 0, ""}, // contains everything
		{"0.0.0.0/0", "0.0.0.0/0", 2, ""},
		{"10.0.0.1", "10.0.0.1/24", 2, ""}, // the address of a link
		{"10.0.0.2", "10.0.0.1/24", 1, "contains it"},
		{"10.0.0.1/24", "10.0.0.0/24", 2, ""}, // as people write it
		{"10.0.0.0/24", "10.0.0.1/24", 1, "is in it"},
		{"10.0.0.0/24", "10.0.1.0/24", 0, ""},
		{"2001:db8::/32", "2001:db8:1::/48", 1, "is in it"},
		{"10.0.0.0/8", "2001:db8::/32", 0, ""},
	} {
		rank, how := relate(parsePrefix(c.asked), parsePrefix(c.has))
		if rank != c.rank || how != c.how {
			t.Errorf("%s, %s: %d %q, want %d %q", c.asked, c.has, rank, how, c.rank, c.how)
		}
	}
	if parsePrefix("d0").IsValid() || parsePrefix("fe80::1%d0") != netip.MustParsePrefix("fe80::1/128") {
		t.Error("what is no address, or has a zone")
	}
}

func TestParse(t *testing.T) {
	for _, text := range []string{"", "  ", strings.Repeat("a ", 33)} {
		if q, err := Parse(text); err == nil {
			t.Errorf("%q: %+v", text, q)
		}
	}
	q, err := Parse("dev  d0 10.0.0.1\t\x1b[31m")
	if err != nil || len(q.terms) != 3 || !q.terms[0].link || !q.terms[1].prefix.IsValid() || strings.Contains(q.String(), "\x1b") {
		t.Errorf("%+v, %v", q, err)
	}
	if q, err := Parse("dev"); err != nil || len(q.terms) != 1 || q.terms[0].link {
		t.Errorf("a keyword alone: %+v, %v", q, err)
	}
}

// stream feeds made-up datagrams to a search.
type stream struct {
	t       *testing.T
	dec     *decode.Decoder
	tracker *correlate.Tracker
	*Search
	now   time.Time
	id    uint64
	lines []string
}

func newStream(t *testing.T, text string, o Options) *stream {
	q, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	s := &stream{t: t, dec: decode.New(families.All(), decode.Options{}), tracker: correlate.NewWith(correlate.Options{Ends: true}),
		now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	o.Emit = func(l *Line) error { s.lines = append(s.lines, l.Sentence()); return nil }
	s.Search = NewSearch(q, o)
	return s
}

// fentry is what the source of the frames sees.
const fentry = capture.SeesRequests | capture.SeesProcesses | capture.SeesCauses | capture.SeesListeners | capture.SeesCompletions

func (s *stream) frame(o capture.Origin, cause, cast uint64, data []byte) uint64 {
	s.t.Helper()
	s.id++
	s.now = s.now.Add(time.Millisecond)
	o.Sees |= fentry
	f := &capture.Frame{Origin: &o, ID: s.id, Time: s.now, Cause: cause, Cast: cast, Data: data, OrigLen: len(data)}
	for _, x := range s.tracker.Frame(f, s.dec.Frame(f, nil), nil) {
		if err := s.Observe(&x); err != nil {
			s.t.Fatal(err)
		}
	}
	return s.id
}

var (
	sudo = capture.Proc{PID: 50, TID: 50, Comm: "sudo", Identity: capture.Identity{Parent: capture.Parent{PID: 40, Name: "bash"}}}
	ip   = capture.Proc{PID: 51, TID: 51, Comm: "ip", Identity: capture.Identity{LoginUID: capture.IDOf(1000), Parent: capture.Parent{PID: 50, Name: "sudo"}}}
)

func (s *stream) ask(p capture.Proc, port uint32, data []byte) uint64 {
	return s.frame(capture.Origin{Dir: capture.DirRequest, Proc: p, Socket: capture.Socket{PortID: port, Owner: p}, SrcPort: port}, 0, 0, data)
}

func (s *stream) completion(p capture.Proc, of uint64) {
	s.id++
	s.now = s.now.Add(time.Millisecond)
	f := &capture.Frame{Origin: &capture.Origin{Kind: capture.KindCompletion, Verdict: capture.VerdictDelivered, Proc: p, Sees: fentry}, ID: s.id, Time: s.now, Of: of, Elapsed: time.Microsecond}
	for _, x := range s.tracker.Frame(f, nil, nil) {
		if err := s.Observe(&x); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *stream) answer(port uint32, data []byte) {
	s.frame(capture.Origin{Dir: capture.DirReply, Socket: capture.Socket{PortID: port}, DstPort: port}, 0, 0, data)
}

func (s *stream) close() string {
	s.t.Helper()
	for _, x := range s.tracker.Flush(nil) {
		if err := s.Observe(&x); err != nil {
			s.t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		s.t.Fatal(err)
	}
	return strings.Join(s.lines, "\n")
}

func delRoute(seq, port uint32, flags uint16) []byte {
	return nltest.Message(unix.RTM_DELROUTE, flags, seq, port, []byte{unix.AF_INET, 16, 0, 0, unix.RT_TABLE_MAIN, 0, unix.RT_SCOPE_NOWHERE, 0, 0, 0, 0, 0},
		nltest.Attr(unix.RTA_DST, []byte{172, 20, 0, 0}))
}

func TestSentences(t *testing.T) {
	const request = unix.NLM_F_REQUEST | unix.NLM_F_ACK
	for _, c := range []struct {
		name, text string
		play       func(s *stream)
		want       string
	}{
		{"nobody listened", "172.20.0.0/16", func(s *stream) {
			s.ask(sudo, 9, nltest.Message(unix.RTM_GETLINK, unix.NLM_F_REQUEST, 1, 9, make([]byte, 16)))
			id := s.ask(ip, 10, delRoute(1, 10, request))
			s.answer(10, nltest.Error(0, 1, 10, delRoute(1, 10, request)))
			s.completion(ip, id)
		}, "route 172.20.0.0/16 deleted by ip[51] (child of sudo[50], child of bash[40], login 1000): ip route del 172.20.0.0/16; nobody listened: no event"},
		{"two listeners", "172.20.0.0/16", func(s *stream) {
			id := s.ask(ip, 10, delRoute(1, 10, request))
			for inode := range uint64(2) {
				s.frame(capture.Origin{Dir: capture.DirEvent, Proc: ip, Group: unix.RTNLGRP_IPV4_ROUTE, Socket: capture.Socket{Inode: 70 + inode, PortID: uint32(70 + inode)}}, id, 5, delRoute(1, 10, 0))
			}
			s.answer(10, nltest.Error(0, 1, 10, delRoute(1, 10, request)))
			s.completion(ip, id)
		}, "route 172.20.0.0/16 deleted by ip[51] (child of sudo[50], login 1000): ip route del 172.20.0.0/16; 2 listeners told"},
		{"refused", "172.20.0.0/16", func(s *stream) {
			id := s.ask(ip, 10, delRoute(1, 10, request))
			s.answer(10, nltest.Error(int32(unix.ESRCH), 1, 10, delRoute(1, 10, request)))
			s.completion(ip, id)
		}, "route 172.20.0.0/16 was not deleted by ip[51] (child of sudo[50], login 1000): ip route del 172.20.0.0/16; failed: ESRCH"},
		{"not over", "172.20.0.0/16", func(s *stream) { s.ask(ip, 10, delRoute(1, 10, request)) },
			"route 172.20.0.0/16 was to be deleted by ip[51] (child of sudo[50], login 1000): ip route del 172.20.0.0/16; not over when capture ended"},
		{"without a request", "172.20.0.0/16", func(s *stream) {
			worker := capture.Proc{PID: 7, TID: 7, Comm: "kworker/0:1"}
			s.frame(capture.Origin{Dir: capture.DirEvent, Proc: worker, Trigger: capture.Trigger{Kind: capture.TriggerKworker, Name: "linkwatch_event"},
				Group: unix.RTNLGRP_IPV4_ROUTE, Socket: capture.Socket{Inode: 70, PortID: 70}}, 0, 5, delRoute(0, 0, 0))
		}, "route 172.20.0.0/16 deleted by kworker linkwatch_event; no request asked for it; 1 listener told"},
		{"another prefix", "172.21.0.0/16", func(s *stream) { s.ask(ip, 10, delRoute(1, 10, request)) }, ""},
		{"all words", "172.20.0.0/16 table", func(s *stream) { s.ask(ip, 10, delRoute(1, 10, request)) }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStream(t, c.text, Options{NoEvent: "nobody listened: no event"})
			c.play(s)
			if got := s.close(); got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

// A link is found by its index, under the name that it had at the time.
func TestRenamed(t *testing.T) {
	link := func(typ uint16, name string, flags uint16) []byte {
		return nltest.Message(typ, flags, 1, 10, []byte{0, 0, 1, 0}, nltest.U32(3), nltest.U32(0), nltest.U32(0), nltest.Attr(unix.IFLA_IFNAME, nltest.Str(name)))
	}
	down := nltest.Message(unix.RTM_NEWLINK, unix.NLM_F_REQUEST, 1, 10, []byte{0, 0, 0, 0}, nltest.U32(3), nltest.U32(0), nltest.U32(unix.IFF_UP))
	event := func(s *stream, b []byte) {
		s.frame(capture.Origin{Dir: capture.DirEvent, NetNS: 5, Group: unix.RTNLGRP_LINK, Socket: capture.Socket{Inode: 70, PortID: 70}}, 0, s.id+100, b)
	}
	ask := func(s *stream, netns uint64) {
		s.frame(capture.Origin{Dir: capture.DirRequest, NetNS: netns, Proc: ip, Socket: capture.Socket{PortID: 10, Owner: ip}, SrcPort: 10}, 0, 0, down)
	}
	for text, want := range map[string]string{"old": "link old", "new": "link new"} {
		s := newStream(t, "dev "+text, Options{})
		event(s, link(unix.RTM_NEWLINK, "old", 0))
		ask(s, 5)
		event(s, link(unix.RTM_NEWLINK, "new", 0))
		ask(s, 5)
		ask(s, 6) // another network namespace
		s.close()
		n := 0
		for _, l := range s.lines {
			if strings.Contains(l, "ip link set") {
				if n++; !strings.HasPrefix(l, want+" ") {
					t.Errorf("%s: %s", text, l)
				}
			}
		}
		if n != 1 {
			t.Errorf("%s: %d requests: %q", text, n, s.lines)
		}
	}
}

// What was searched and what may be missing is said.
func TestSummary(t *testing.T) {
	s := newStream(t, "10.99.0.0/16", Options{})
	s.ask(ip, 10, delRoute(1, 10, unix.NLM_F_REQUEST))
	s.Lost(0)
	s.ask(ip, 10, delRoute(2, 10, unix.NLM_F_REQUEST))
	s.Lost(2)
	s.close()
	info := &capture.Info{Name: capture.SourceSyscall, Sees: capture.Describe(capture.SourceSyscall).Always()}
	clock := func(at time.Time) string { return at.Format("04:05.000") }
	q, _ := Parse("10.99.0.0/16")
	got := strings.Join(s.Summary().Text(q, info, clock), "\n")
	want := `nothing about 10.99.0.0/16 in 2 messages from 04:05.001 to 04:05.002, of route
between 04:05.001 and 04:05.002 2 messages were lost: what they changed is not here
source syscall does not see who caused an event
source syscall does not see listeners that do not read`
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// What may hide the answer is said where there is none.
func TestNothing(t *testing.T) {
	for text, want := range map[string]string{
		"d0":        "a link is found by its name where the traffic told it, as an answer to ip link show does",
		"dev d0 up": "a link is found by its name where the traffic told it, as an answer to ip link show does",
		"10.0.0.1":  "", "table inet fw": "", "17": "",
	} {
		s := newStream(t, text, Options{Narrowed: "only what passes -f was looked at"})
		s.close()
		q, _ := Parse(text)
		got := strings.Join(s.Summary().Text(q, &capture.Info{Sees: capture.AllSees}, time.Time.String), "\n")
		lines := []string{"nothing about " + text + " in 0 messages", "only what passes -f was looked at"}
		if want != "" {
			lines = append(lines, want)
		}
		if got != strings.Join(lines, "\n") {
			t.Errorf("%s: %s", text, got)
		}
	}
}

// What is kept is bounded: requests that never end are told when there are too many.
func TestBound(t *testing.T) {
	s := newStream(t, "172.20.0.0/16", Options{})
	const n = maxWaiting + 100
	for i := range uint32(n) {
		s.ask(ip, i+1, delRoute(i, i+1, unix.NLM_F_REQUEST|unix.NLM_F_ACK))
	}
	if len(s.queue) > maxWaiting || len(s.requests) > maxWaiting {
		t.Errorf("%d and %d wait", len(s.queue), len(s.requests))
	}
	s.close()
	if len(s.lines) != n || len(s.queue) != 0 || len(s.requests) != 0 {
		t.Errorf("%d lines, want %d", len(s.lines), n)
	}
}

// Names and aliases may be anything.
func TestHostile(t *testing.T) {
	s := newStream(t, "route", Options{All: true})
	evil := "\x1b]0;x\a\n$(id)"
	s.ask(capture.Proc{PID: 1, TID: 1, Comm: evil, Identity: capture.Identity{Parent: capture.Parent{PID: 2, Name: evil}}}, 10, nltest.Message(unix.RTM_NEWLINK, unix.NLM_F_REQUEST, 1, 10,
		make([]byte, 16), nltest.Attr(unix.IFLA_IFNAME, nltest.Str("\x1b[31m")), nltest.Attr(unix.IFLA_IFALIAS, nltest.Str(evil))))
	got := s.close()
	if got == "" || strings.ContainsAny(got, "\x1b\a\n") {
		t.Errorf("%q", got)
	}
}

// However long names are, a sentence is not.
func TestLong(t *testing.T) {
	s := newStream(t, "route", Options{})
	long := make([]byte, 60000)
	for i := range long {
		long[i] = 'x'
	}
	s.ask(ip, 10, nltest.Message(unix.RTM_NEWLINK, unix.NLM_F_REQUEST, 1, 10, make([]byte, 16), nltest.Attr(unix.IFLA_IFNAME, long)))
	if got := s.close(); got == "" || len(got) > 2000 {
		t.Errorf("%d bytes", len(got))
	}
}

func ExampleQuery() {
	q, err := Parse("dev d0 10.0.0.1")
	fmt.Println(q, err)
	// Output: dev d0 10.0.0.1 <nil>
}
