// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// TestPointless: a flag that would be ignored is refused, as a mistake on the command
// line; one that has a meaning is not.
func TestPointless(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none") // what is not refused fails for lack of it
	const captured, replayed, listed = "captured", "goes with -r", "--for or -r"
	for _, tt := range []struct {
		args string
		says string // "": not refused
	}{
		{"-r FILE --source fentry", captured}, {"-r FILE --ring 8", captured}, {"-r FILE --self", captured}, {"-r FILE --rtnl", captured},
		{"trace -r FILE --source auto", captured}, {"trace -r FILE --ring 8", captured}, {"trace -r FILE --self", captured}, {"trace -r FILE --rtnl", captured},
		{"record -r FILE -w OUT --source kprobe", captured}, {"record -r FILE -w OUT --ring 8", captured}, {"record -r FILE -w OUT --self", captured}, {"record -r FILE -w OUT --rtnl", captured},
		{"stat -r FILE --source nlmon", captured}, {"stat -r FILE --ring 8", captured}, {"stat -r FILE --self", captured}, {"stat -r FILE --rtnl", ""},
		{"sockets -r FILE --source listen", captured}, {"sockets -r FILE --ring 8", captured}, {"sockets -r FILE --self", captured}, {"sockets -r FILE --rtnl", captured},
		{"sockets -r FILE --for 1s", "not with -r"},
		{"trace -r - --source auto", captured},
		{"--speed 2", replayed},
		{"sockets -f true", listed}, {"sockets -w OUT", listed}, {"sockets --snap 64", listed}, {"sockets --source auto", listed},
		{"sockets --ring 8", listed}, {"sockets --rtnl", listed},
		{"trace -r FILE --snap 64 -p 1 --comm ip --netns 1 --protocol route -f true", ""},
		{"stat -r FILE --messages", ""},
		{"trace -r FILE --changes -e", "exclude each other"}, {"trace -r FILE --changes -x", "exclude each other"}, {"trace -r FILE --changes -v", "exclude each other"},
		{"trace -r FILE --changes -o sh", "-o text or json"}, {"trace -r FILE --changes -o go", "-o text or json"}, {"trace -r FILE --changes --source auto", captured},
		{"trace -r FILE --changes -o json -f true -c 3 -q --utc --date --attrs", ""}, {"trace -r FILE --changes -w OUT", ""},
		{"sockets -r FILE -f true --snap 64", ""},
		{"trace -r FILE -s -1", "-s -1: cannot be negative"}, {"trace --snap -9", "-s -9: cannot be negative"},
		{"trace -r FILE --wireshark-processes", "goes with -w"}, {"record -r FILE -w OUT --wireshark-processes", ""},
	} {
		t.Run(tt.args, func(t *testing.T) {
			err := tryNltop(strings.Fields(strings.NewReplacer("FILE", none, "OUT", none+".out").Replace(tt.args))...)
			var usage usageError
			switch {
			case tt.says == "" && (err == nil || errors.As(err, &usage)):
				t.Errorf("%v, want that there is no such file", err)
			case tt.says != "" && (!errors.As(err, &usage) || !strings.Contains(err.Error(), tt.says)):
				t.Errorf("%v, want that it says %q", err, tt.says)
			}
		})
	}
}

// TestNetNSOfRecording: with -r a name of --netns is that of the recording, whatever
// has that name here; without, it is looked for here.
func TestNetNSOfRecording(t *testing.T) {
	for _, tt := range []struct {
		read  string
		netns []string
		want  string // the filter
		nums  int    // in what the source is asked for
		says  string // the error
	}{
		{"file", []string{"gone"}, `(netns_name == "gone")`, 0, ""},
		{"file", []string{"gone", "7"}, `(netns_name == "gone" or netns == 7)`, 0, ""},
		{"file", []string{"7", "8"}, "", 2, ""},
		{"file", []string{"/nowhere/gone"}, "", 0, "/nowhere/gone"},
		{"", []string{"gone-here-too"}, "", 0, "/run/netns/gone-here-too"},
		{"", []string{"7"}, "", 1, ""},
	} {
		f := captureFlags{read: tt.read, netns: tt.netns}
		expr, err := f.implied()
		if expr != "" {
			if _, err := f.compile(); err != nil {
				t.Errorf("%q %q: %v", tt.read, tt.netns, err)
			}
		}
		s, scopeErr := f.scope()
		if tt.says != "" {
			if scopeErr == nil || !strings.Contains(scopeErr.Error(), tt.says) {
				t.Errorf("%q %q: %v, want %q", tt.read, tt.netns, scopeErr, tt.says)
			}
			continue
		}
		if err != nil || scopeErr != nil || expr != tt.want || len(s.NetNS) != tt.nums {
			t.Errorf("%q %q: filter %q, %d inodes (%v, %v)", tt.read, tt.netns, expr, len(s.NetNS), err, scopeErr)
		}
	}
}
