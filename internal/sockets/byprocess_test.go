// SPDX-License-Identifier: Apache-2.0

package sockets

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

func TestGroups(t *testing.T) {
	leaky := capture.Proc{PID: 77, PPID: 1, Comm: "leaky"}
	var ss []Socket
	for i := range uint32(120) {
		s := Socket{Owner: leaky, FDs: []uint32{122 - i}, Inode: uint64(i + 1), Live: &Live{For: 5 * time.Second, Sampled: true, New: i < 10}}
		if i == 0 {
			s.Protocol, s.RMem, s.Drops, s.Live.Drops = 16, 100, 3, 2
		}
		ss = append(ss, s)
	}
	old := Live{For: 5 * time.Second, Sampled: true}
	ss = append(ss,
		Socket{Owner: capture.Proc{PID: 9, Comm: "ip"}, FDs: []uint32{3, 9}, Inode: 200, Live: &old},
		Socket{Owner: capture.Proc{PID: 10, Comm: "ip"}, FDs: []uint32{3}, Inode: 201, Live: &old},
		Socket{Inode: 202, Live: &old},
		Socket{Kernel: true})
	gone := []Socket{{Owner: capture.Proc{PID: 9, Comm: "ip"}, Inode: 199}}
	for _, tt := range []struct {
		name   string
		byName bool
		want   []string
	}{
		{"by process", false, []string{
			`{"proc":{"pid":77,"ppid":1,"comm":"leaky"},"processes":1,"sockets":120,"for_ns":5000000000,"new":10,"gone":0,` +
				`"protocols":{"NETLINK_GENERIC":1,"NETLINK_ROUTE":119},"fds":"3-122","rmem":100,"drops":3,"new_drops":2}`,
			`{"proc":null,"processes":1,"sockets":1,"for_ns":5000000000,"new":0,"gone":0,"protocols":{"NETLINK_ROUTE":1},"rmem":0,"drops":0,"new_drops":0}`,
			`{"proc":null,"kernel":true,"processes":1,"sockets":1,"protocols":{"NETLINK_ROUTE":1},"rmem":0,"drops":0}`,
			`{"proc":{"pid":10,"comm":"ip"},"processes":1,"sockets":1,"for_ns":5000000000,"new":0,"gone":0,"protocols":{"NETLINK_ROUTE":1},"fds":"3","rmem":0,"drops":0,"new_drops":0}`,
			`{"proc":{"pid":9,"comm":"ip"},"processes":1,"sockets":1,"for_ns":5000000000,"new":0,"gone":1,"protocols":{"NETLINK_ROUTE":1},"fds":"3,9","rmem":0,"drops":0,"new_drops":0}`,
		}},
		{"by name", true, []string{
			`{"proc":{"pid":0,"comm":"leaky"},"processes":1,"sockets":120,"for_ns":5000000000,"new":10,"gone":0,` +
				`"protocols":{"NETLINK_GENERIC":1,"NETLINK_ROUTE":119},"rmem":100,"drops":3,"new_drops":2}`,
			`{"proc":null,"processes":1,"sockets":1,"for_ns":5000000000,"new":0,"gone":0,"protocols":{"NETLINK_ROUTE":1},"rmem":0,"drops":0,"new_drops":0}`,
			`{"proc":null,"kernel":true,"processes":1,"sockets":1,"protocols":{"NETLINK_ROUTE":1},"rmem":0,"drops":0}`,
			`{"proc":{"pid":0,"comm":"ip"},"processes":2,"sockets":2,"for_ns":5000000000,"new":0,"gone":1,"protocols":{"NETLINK_ROUTE":2},"rmem":0,"drops":0,"new_drops":0}`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			groups := Groups(ss, gone, tt.byName)
			if len(groups) != len(tt.want) {
				t.Fatalf("%d groups: %+v", len(groups), groups)
			}
			seen := map[string]bool{} // those that nobody owns stand in any order
			for i := range groups {
				b, err := json.Marshal(&groups[i])
				if err != nil {
					t.Fatal(err)
				}
				seen[string(b)] = true
				if i == 0 && string(b) != tt.want[0] {
					t.Errorf("first is %s", b)
				}
			}
			for _, want := range tt.want {
				if !seen[want] {
					t.Errorf("no group is %s", want)
				}
			}
		})
	}
}

func TestDescriptors(t *testing.T) {
	for _, tt := range []struct {
		fds  []uint32
		want string
	}{
		{nil, ""}, {[]uint32{3}, "3"}, {[]uint32{3, 4}, "3-4"}, {[]uint32{3, 5, 6, 7, 9}, "3,5-7,9"}, {[]uint32{3, 3, 4}, "3-4"},
		{[]uint32{0, 1<<32 - 1}, "0,4294967295"},
	} {
		g := Group{FDs: tt.fds}
		if got := g.Descriptors(); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.fds, got, tt.want)
		}
	}
}
