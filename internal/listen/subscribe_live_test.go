// SPDX-License-Identifier: Apache-2.0

package listen

import (
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// A subscription is a member of its groups, until it is closed.
func TestLiveSubscribe(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	const group = 7 // NFNLGRP_NFTABLES
	members := func() (n int) {
		text, err := os.ReadFile("/proc/thread-self/net/netlink")
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			// sk Eth Pid Groups …
			if f := strings.Fields(line); len(f) > 3 && f[1] == "12" && strings.HasSuffix(f[3], "40") {
				n++
			}
		}
		return n
	}
	before := members()
	s, err := Subscribe(capture.NETLINK_NETFILTER, []uint32{group})
	if err != nil {
		t.Fatal(err)
	}
	if n := members(); n != before+1 {
		t.Errorf("%d members, %d before", n, before)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if n := members(); n != before {
		t.Errorf("%d members at the end, %d before", n, before)
	}
	if _, err := Subscribe(capture.NETLINK_NETFILTER, []uint32{1 << 20}); !errors.Is(err, unix.EINVAL) {
		t.Errorf("a group that there is not: %v", err)
	}
}
