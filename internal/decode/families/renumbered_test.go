// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"slices"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
)

// Families that number events anew are those that count_way() in bpf/counters.h names.
func TestRenumbered(t *testing.T) {
	all := families.All()
	var got []string
	for _, f := range all {
		for id := range uint16(256) {
			answer, event := f.Message(id, false), f.Event(id)
			if answer == nil || event == nil || answer.Name == event.Name {
				continue
			}
			if !slices.Contains(got, f.Name) {
				got = append(got, f.Name)
			}
		}
	}
	slices.Sort(got)
	if want := []string{"IOAM6", "mptcp_pm", "thermal"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// What is counted in the kernel has the name that its direction gives.
func TestHeadDirection(t *testing.T) {
	d := decode.New(families.All(), decode.Options{})
	for i, name := range []string{"thermal", "mptcp_pm", "IOAM6", "ethtool", "nlctrl"} {
		d.LearnFamily(uint16(0x30+i), name, 1, nil)
	}
	for _, tc := range []struct {
		id   uint16
		cmd  uint16
		dir  capture.Dir
		want string
	}{
		{0x30, 5, capture.DirRequest, "THERMAL_GENL_CMD_TZ_GET_MODE"},
		{0x30, 5, capture.DirReply, "THERMAL_GENL_CMD_TZ_GET_MODE"},
		{0x30, 5, capture.DirEvent, "THERMAL_GENL_EVENT_TZ_TRIP_UP"},
		{0x30, 5, capture.DirUnknown, "THERMAL_GENL_CMD_TZ_GET_MODE or THERMAL_GENL_EVENT_TZ_TRIP_UP"},
		{0x30, 0, capture.DirEvent, "THERMAL_GENL_SAMPLING_TEMP"},
		{0x31, 3, capture.DirReply, "MPTCP_PM_CMD_GET_ADDR"},
		{0x31, 3, capture.DirEvent, "MPTCP_EVENT_CLOSED"},
		{0x31, 6, capture.DirEvent, "MPTCP_EVENT_ANNOUNCED"},
		{0x31, 1, capture.DirRequest, "MPTCP_PM_CMD_ADD_ADDR"},
		{0x31, 1, capture.DirEvent, "MPTCP_EVENT_CREATED"},
		{0x32, 1, capture.DirEvent, "IOAM6_EVENT_TRACE"},
		{0x33, 3, capture.DirRequest, "ETHTOOL_MSG_LINKINFO_SET"},
		{0x33, 3, capture.DirEvent, "ETHTOOL_MSG_LINKINFO_NTF"},
		{0x34, 1, capture.DirEvent, "CTRL_CMD_NEWFAMILY"},
	} {
		if m := d.Head(capture.NETLINK_GENERIC, tc.id, tc.cmd, tc.dir); m.Type != tc.want {
			t.Errorf("%#x %d by %s: %q, want %q", tc.id, tc.cmd, tc.dir, m.Type, tc.want)
		}
	}
}
