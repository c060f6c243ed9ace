// SPDX-License-Identifier: Apache-2.0

package sockets

import (
	"encoding/json"
	"testing"
)

// What nobody said is unknown, and not off.
func TestSet(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		s          Socket
	}{
		{"netlink_diag told", "NO_ENOBUFS,CAP_ACK,EXT_ACK?,GET_STRICT_CHK?",
			Socket{RcvBuf: 212992, Flags: []string{"NDIAG_FLAG_CAP_ACK", "NDIAG_FLAG_NO_ENOBUFS", "NDIAG_FLAG_CB_RUNNING"}}},
		{"netlink_diag told of none", "EXT_ACK?,GET_STRICT_CHK?", Socket{RcvBuf: 212992}},
		{"nobody told", "PKTINFO?,BROADCAST_ERROR?,NO_ENOBUFS?,LISTEN_ALL_NSID?,CAP_ACK?,EXT_ACK?,GET_STRICT_CHK?", Socket{}},
	} {
		if got := tt.s.ask(-1).String(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if none := (&Set{}).String(); none != "-" {
		t.Errorf("none is on: %q", none)
	}
	b, err := json.Marshal(Socket{Options: &Set{On: []string{}, Unknown: []string{"EXT_ACK"}}})
	var o struct {
		Options *[]string `json:"options"`
		Unknown []string  `json:"options_unknown"`
	}
	if err == nil {
		err = json.Unmarshal(b, &o)
	}
	if err != nil || o.Options == nil || len(*o.Options) != 0 || len(o.Unknown) != 1 {
		t.Errorf("%s: %v", b, err)
	}
}
