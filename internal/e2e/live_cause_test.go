// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/aggregate"
	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/nltest"
)

// Of linux/netfilter/nfnetlink.h and nfnetlink_conntrack.h.
const (
	ctNew        = 1 << 8   // NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_NEW
	ctDelete     = 1<<8 | 2 // IPCTNL_MSG_CT_DELETE
	groupDestroy = 3        // NFNLGRP_CONNTRACK_DESTROY
)

// conntracks makes n entries, of UDP between two addresses.
func (s *sock) conntracks(n int) {
	o, be := nltest.Native, binary.BigEndian
	tuple := func(id uint16, from, to byte, sport, dport uint16) []byte {
		return o.Nest(id, // CTA_TUPLE_ORIG, CTA_TUPLE_REPLY
			o.Nest(1, o.Attr(1, []byte{192, 0, 2, from}), o.Attr(2, []byte{192, 0, 2, to})), // CTA_TUPLE_IP: CTA_IP_V4_SRC, _DST
			o.Nest(2, o.Attr(1, []byte{unix.IPPROTO_UDP}), // CTA_TUPLE_PROTO: CTA_PROTO_NUM, _SRC_PORT, _DST_PORT
				o.Attr(2, be.AppendUint16(nil, sport)), o.Attr(3, be.AppendUint16(nil, dport))))
	}
	for i := range n {
		port := uint16(1000 + i)
		s.send(0, s.message(ctNew, unix.NLM_F_REQUEST|unix.NLM_F_CREATE|unix.NLM_F_EXCL, nltest.Cat(
			[]byte{unix.AF_INET, 0, 0, 0}, tuple(1, 1, 2, port, 53), tuple(2, 2, 1, 53, port),
			o.Attr(7, be.AppendUint32(nil, 3600))))) // CTA_TIMEOUT
	}
	if answers, _ := s.drain(); answers > 0 {
		s.t.Fatalf("%d conntrack entries were refused", answers)
	}
}

// loopbackUp makes an RTM_NEWLINK that no request causes.
func loopbackUp(t *testing.T) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	ifr, err := unix.NewIfreq("lo")
	if err != nil {
		t.Fatal(err)
	}
	ifr.SetUint16(unix.IFF_UP)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCSIFFLAGS, uintptr(unsafe.Pointer(ifr))); errno != 0 {
		t.Fatal(errno)
	}
}

// One request that floods, as conntrack -F does, and an ioctl: what each made others
// receive and lose is known from the listeners, and told by the kernel's counters, from a
// recording, by the exchange and by the incidents.
func TestByCause(t *testing.T) {
	needVM(t)
	needFull(t)
	needTool(t, "ip")
	must(t, "modprobe", "nf_conntrack_netlink")
	for _, source := range oneHook() {
		t.Run(source, func(t *testing.T) {
			ownNetNS(t)
			quick := open(t, unix.NETLINK_NETFILTER, groupDestroy)
			if err := unix.SetsockoptInt(quick.fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 64<<20); err != nil {
				t.Fatal(err)
			}
			slow := []*sock{open(t, unix.NETLINK_NETFILTER, groupDestroy), open(t, unix.NETLINK_NETFILTER, groupDestroy)}
			asker := open(t, unix.NETLINK_NETFILTER)
			asker.conntracks(2000) // listeners are there: else nobody is told of their end

			file := filepath.Join(t.TempDir(), "flood.pcapng")
			var out bytes.Buffer
			stat := start(t, &out, "source ", nltop(t), "stat", "--source", source, "--by", "cause", "-o", "json")
			rec := start(t, &bytes.Buffer{}, "source ", nltop(t), "record", "--source", source, "-w", file)
			asker.send(0, asker.message(ctDelete, unix.NLM_F_REQUEST|unix.NLM_F_ACK, []byte{unix.AF_INET, 0, 0, 0}))
			loopbackUp(t)
			for _, p := range []*process{stat, rec} {
				if err := p.stop(t, syscall.SIGINT); err != nil {
					t.Fatalf("%v\n%s", err, p.stderr())
				}
			}
			want := aggregate.Caused{}
			for _, s := range append(slow, quick) {
				lost := s.drops()
				got, nobufs := s.drain()
				want.Lost += uint64(lost)
				want.Messages += uint64(got)
				want.Nobufs += uint64(nobufs)
				want.Events = max(want.Events, uint64(got))
			}
			want.Deliveries = want.Messages + want.Lost
			if want.Deliveries != 3*want.Events || want.Events < 2000 || want.Lost == 0 || want.Nobufs != 2 {
				t.Fatalf("a flood that tells little: %+v", want)
			}
			told := causesOf(t, out.String())
			told.flood(t, want)
			again := causesOf(t, must(t, nltop(t), "stat", "-q", "--by", "cause", "-o", "json", "-r", file))
			if fmt.Sprint(again) != fmt.Sprint(told) {
				t.Errorf("recorded %v\ncounted  %v", again, told)
			}
			floodExchange(t, file, want)
			floodIncidents(t, file, want)
			othersOfCommand(t, source)
		})
	}
}

// causes are the rows of this process, by type of request.
type causes map[string]map[string]any

func causesOf(t *testing.T, text string) causes {
	t.Helper()
	all := causes{}
	for i, o := range objects(t, text) {
		p, _ := o["proc"].(map[string]any)
		if p["pid"] != float64(os.Getpid()) {
			continue
		}
		typ, _ := o["type"].(string)
		if all[typ] != nil {
			t.Errorf("twice: %v", o)
		}
		if all[typ] = o; typ == "IPCTNL_MSG_CT_DELETE" && i > 0 {
			t.Errorf("row %d is that of the flood", i)
		}
	}
	return all
}

func (c causes) flood(t *testing.T, want aggregate.Caused) {
	t.Helper()
	row := c["IPCTNL_MSG_CT_DELETE"]
	for name, n := range map[string]uint64{
		"requests": 1, "events": want.Events, "deliveries": want.Deliveries, "lost": want.Lost, "messages": want.Messages,
		"enobufs_raised": want.Nobufs,
	} {
		if row[name] != float64(n) {
			t.Errorf("%s: %v, want %d, of %v", name, row[name], n, row)
		}
	}
	if up := c[""]; up == nil || up["events"] == float64(0) || up["requests"] != float64(0) {
		t.Errorf("of the ioctl: %v", up)
	}
	if len(c) != 2 {
		t.Errorf("more than the flood and the ioctl: %v", c)
	}
}

func floodExchange(t *testing.T, file string, want aggregate.Caused) {
	t.Helper()
	xs := objects(t, must(t, nltop(t), "trace", "-q", "--exchanges", "-o", "json", "-r", file,
		"-f", `type == "IPCTNL_MSG_CT_DELETE" && kind == "exchange"`))
	if len(xs) != 1 {
		t.Fatalf("%d exchanges: %v", len(xs), xs)
	}
	for name, n := range map[string]uint64{"events": want.Events, "deliveries": want.Deliveries, "listeners": 3, "lost": want.Lost} {
		if xs[0][name] != float64(n) {
			t.Errorf("exchange: %s %v, want %d", name, xs[0][name], n)
		}
	}
}

func floodIncidents(t *testing.T, file string, want aggregate.Caused) {
	t.Helper()
	var lost float64
	for _, in := range objects(t, must(t, nltop(t), "trace", "-q", "-o", "json", "-r", file)) {
		if in["kind"] != "incident" || in["open"] != nil || in["protocol"] != "NETLINK_NETFILTER" {
			continue
		}
		for _, s := range in["senders"].([]any) {
			requests, _ := s.(map[string]any)["requests"].([]any)
			for _, r := range requests {
				if q := r.(map[string]any); q["type"] == "IPCTNL_MSG_CT_DELETE" {
					lost += q["lost"].(float64)
				}
			}
		}
	}
	if lost != float64(want.Lost) {
		t.Errorf("incidents: %v lost by the request, want %d", lost, want.Lost)
	}
}

// othersOfCommand: of a command, what others received of it counts.
func othersOfCommand(t *testing.T, source string) {
	t.Helper()
	open(t, unix.NETLINK_ROUTE, unix.RTNLGRP_LINK)
	text := must(t, nltop(t), "stat", "-q", "--source", source, "--by", "cause", "-o", "json", "--", "ip", "link", "set", "lo", "mtu", "1400")
	rows := objects(t, text)
	if len(rows) != 1 || rows[0]["proc"].(map[string]any)["comm"] != "ip" || rows[0]["deliveries"] == float64(0) {
		t.Errorf("of ip link set, others received %s", text)
	}
}

// heard sums what sockets received of events, whoever caused them.
type heard struct{ aggregate.Caused }

func (h *heard) Observe(o *correlate.Observation) error {
	f := o.Frame
	switch {
	case f.Verdict == capture.VerdictNobufsRaised:
		h.Nobufs++
	case o.End != correlate.EndNone || f.Kind != capture.KindDatagram || f.Dir != capture.DirEvent:
	case f.Verdict.Lost() && (o.Message == nil || o.Message.Index == 0):
		h.Lost++
		h.Deliveries++
	case f.Verdict == capture.VerdictDelivered:
		h.Messages++
		h.Bytes += uint64(len(o.Message.Data))
		if o.Message.Index == 0 {
			h.Deliveries++
		}
	}
	return nil
}

// sameCauses says what differs between what both planes say of causes, and whether their
// sum is what the sockets received.
func sameCauses(messages, counted plane, received aggregate.Caused) (differ []string) {
	by := func(p plane) (rows map[aggregate.CauseKey]aggregate.Caused, sum aggregate.Caused) {
		rows = map[aggregate.CauseKey]aggregate.Caused{}
		snap := p.table.Snapshot(time.Time{})
		for _, c := range append(snap.Causes, aggregate.Cause{Caused: snap.OtherCauses}) {
			c.Pod, c.Container, c.Unit = "", "", ""
			row := rows[c.CauseKey]
			row.Add(&c.Caused)
			rows[c.CauseKey] = row
			sum.Add(&c.Caused)
		}
		return rows, sum
	}
	m, sum := by(messages)
	c, counts := by(counted)
	for k, was := range m {
		if c[k] != was {
			differ = append(differ, fmt.Sprintf("caused by %+v:\n messages %+v\n counted  %+v", k, was, c[k]))
		}
	}
	for k, was := range c {
		if _, known := m[k]; !known {
			differ = append(differ, fmt.Sprintf("caused by %+v: only counted: %+v", k, was))
		}
	}
	for _, p := range []plane{messages, counted} {
		if rows := p.table.Snapshot(time.Time{}).Total.Events; rows != sum.Messages {
			differ = append(differ, fmt.Sprintf("sockets received %d messages of events, %d have a cause", rows, sum.Messages))
		}
	}
	received.Events = sum.Events // no socket knows of casts
	if sum != received || counts != received {
		differ = append(differ, fmt.Sprintf("received %+v\n caused by message %+v\n counted           %+v", received, sum, counts))
	}
	return differ
}
