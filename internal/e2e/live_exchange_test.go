// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// hooks are the sources that see everything.
var hooks = []string{"fentry", "kprobe"}

// oneHook is one of them where the test runs in the lab. Their programs have one set of
// bodies, and internal/probe tries either on every kernel. What user space makes of their
// frames is shown with one on a kernel, either on one that has functions for programs to
// call (6.12, the newest) and on one that has none (5.10, 6.1).
func oneHook() []string {
	switch os.Getenv("VMTEST_KERNEL") {
	case "5.10", "6.12":
		return hooks[:1]
	case "6.1", "newest":
		return hooks[1:]
	}
	return hooks
}

// Two processes fight over one route, and somebody listens: each notification
// names the one who did it and its request.
func TestRouteFight(t *testing.T) {
	needVM(t)
	for _, source := range oneHook() {
		t.Run(source, func(t *testing.T) {
			ownNetNS(t)
			must(t, "ip", "link", "set", "lo", "up")
			open(t, unix.NETLINK_ROUTE, unix.RTNLGRP_IPV4_ROUTE)
			var out bytes.Buffer
			p := start(t, &out, "source ", nltop(t), "trace", "--source", source, "-o", "json",
				"-f", `dir == "event" && family == "route" && type in ["RTM_NEWROUTE", "RTM_DELROUTE"] && attr("RTA_DST") == "192.0.2.0"`)
			var want []string
			for i := range 6 {
				comm := fmt.Sprint("fight-", string(rune('a'+i%2)))
				batch(t, comm, "route add 192.0.2.0/24 dev lo", "route del 192.0.2.0/24 dev lo")
				want = append(want, comm+" RTM_NEWROUTE", comm+" RTM_DELROUTE")
			}
			if err := p.stop(t, syscall.SIGINT); err != nil {
				t.Fatalf("%v\n%s", err, p.stderr())
			}
			var got []string
			for _, o := range objects(t, out.String()) {
				c, _ := o["cause"].(map[string]any)
				if c == nil || c["type"] != o["type"] || c["frame"] == nil || c["inferred"] != nil {
					t.Fatalf("cause %v of %v", c, o["type"])
				}
				got = append(got, fmt.Sprint(c["comm"], " ", o["type"]))
			}
			if !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// A dump that a change interrupts between two reads: the exchange says so, and
// names the change. The recording says the same as the live run did, of this
// and of everything else.
func TestInterruptedAndReplayed(t *testing.T) {
	needVM(t)
	for _, source := range oneHook() {
		t.Run(source, func(t *testing.T) {
			ownNetNS(t)
			makeLinks(t, 80)
			s := open(t, unix.NETLINK_ROUTE)
			xs := exchanges(t, source, func() {
				s.send(0, s.message(unix.RTM_GETLINK, unix.NLM_F_REQUEST|unix.NLM_F_DUMP, make([]byte, unix.SizeofIfInfomsg)))
				buf := make([]byte, 32<<10)
				for i, done := 0, false; !done; i++ {
					if _, _, err := unix.Recvfrom(s.fd, buf, 0); err != nil {
						t.Fatal(err)
					}
					done = binary.NativeEndian.Uint16(buf[4:]) == unix.NLMSG_DONE
					if i == 0 {
						batch(t, "churn", "link set d70 mtu 1400", "link del d71")
					}
				}
			})
			var dump map[string]any
			for _, x := range xs {
				if x["interrupted"] == true {
					dump = x
				}
			}
			if dump == nil {
				t.Fatalf("no dump was interrupted: %v", xs)
			}
			by, _ := dump["interrupted_by"].(map[string]any)
			if dump["outcome"] != "interrupted" || by["comm"] != "churn" || dump["type"] != "RTM_GETLINK" {
				t.Errorf("%v by %v", dump["outcome"], by)
			}
			if dump["kernel_ns"] == nil || dump["reader_ns"] == nil || dump["rounds"].(float64) < 3 || dump["replies"].(float64) < 80 {
				t.Errorf("%v", dump)
			}
		})
	}
}

// advice depends on what the machine allows, which no recording tells.
var advice = regexp.MustCompile(`,"advice":\[[^\]]*\]`)

func lines(text string) []string { return strings.Split(advice.ReplaceAllString(text, ""), "\n") }
