// SPDX-License-Identifier: Apache-2.0

package families

import (
	"fmt"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Which errors are probes is said twice, by the tables and by count_says_no() in
// bpf/counters.h: who changes one changes the other, this list, and TestLiveProbes of
// package probe, which asks the kernel. A generic family needs no more than its row: the
// kernel's counters know nothing of it but ENODEV to what is no dump.
func TestProbesOfTheKernel(t *testing.T) {
	want := []string{
		"ipset IPSET_CMD_TEST [4103] any",
		"nft_compat NFNL_MSG_COMPAT_GET [2 93] any",
		"nftables NFT_MSG_GETCHAIN [2] one",
		"nftables NFT_MSG_GETSET [2] dump",
		"nlctrl CTRL_CMD_GETFAMILY [2] any",
		"nlctrl CTRL_CMD_GETPOLICY [2] any",
		"route RTM_NEWLINK [19] any, ifi_index is 0",
		"sock_diag SOCK_DIAG_BY_FAMILY [2] dump",
	}
	var got []string
	for _, f := range All() {
		for i := range f.Messages {
			m := &f.Messages[i]
			p := m.Probe
			if p == nil {
				continue
			}
			if m.Dirs == schema.FromKernel || len(p.Errnos) == 0 {
				t.Errorf("%s %s: no request, or no error", f.Name, m.Name)
			}
			if p.Unset != "" && m.Header.Offset(p.Unset) < 0 {
				t.Errorf("%s %s: its header has no %s", f.Name, m.Name, p.Unset)
			}
			if f.Protocol == unix.NETLINK_GENERIC && f.GenlID == 0 {
				if !slices.Equal(p.Errnos, []int32{enodev}) || p.Asks != schema.AsksOne || p.Unset != "" {
					t.Errorf("%s %s: the kernel's counters cannot tell %+v", f.Name, m.Name, *p)
				}
				continue
			}
			text := fmt.Sprintf("%s %s %d %s", f.Name, m.Name, p.Errnos, [...]string{"any", "one", "dump"}[p.Asks])
			if p.Unset != "" {
				text += ", " + p.Unset + " is 0"
			}
			got = append(got, text)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("probes\n%q, want\n%q", got, want)
	}
	if name, _ := ipsetErrors.Lookup(ipsetErrExist); name != "IPSET_ERR_EXIST" {
		t.Errorf("%d is %s", ipsetErrExist, name)
	}
}
