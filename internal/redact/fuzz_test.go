// SPDX-License-Identifier: Apache-2.0

package redact_test

import (
	"bytes"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/redact"
)

// FuzzFrame: whatever the bytes are, a message is made of the same parts afterwards, with
// the same problems; as much as there was is there; and doing it again changes nothing.
func FuzzFrame(f *testing.F) {
	for _, path := range []string{"wireguard", "xfrm", "macsec", "nl80211", "audit"} {
		fs, _ := read(f, "../decode/families/testdata/lab/"+path+".6.12.pcapng.gz")
		for i, fr := range fs {
			if i%7 == 0 && len(fr.Data) < 1000 {
				f.Add(fr.Data, fr.Protocol, uint8(fr.Dir), uint16(0))
			}
		}
	}
	set := wgSet()
	for i := range set {
		if i%4 == 0 {
			f.Add(lengthened(set, i, 0x0102), uint16(capture.NETLINK_GENERIC), uint8(capture.DirRequest), uint16(9))
			f.Add(quote(0x200, lengthened(set, i, 3)), uint16(capture.NETLINK_GENERIC), uint8(capture.DirReply), uint16(0))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, protocol uint16, dir uint8, cut uint16) {
		d := taughtOnce()
		fr := frame(protocol%(capture.MaxProtocol+1), capture.Dir(dir%5), data)
		fr.OrigLen += int(cut)
		was := bytes.Clone(data)
		before := shapes(d.Frame(fr, nil))
		r := redact.New(d, redact.Policy{})
		n := r.Frame(fr)
		if !bytes.Equal(data, was) || len(fr.Data) != len(was) {
			t.Fatal("the bytes that others have were changed, or their number")
		}
		if after := shapes(d.Frame(fr, nil)); after != before {
			t.Errorf("%d messages redacted; before:\n%safter:\n%s%x\n%x", n, before, after, was, fr.Data)
		}
		once := bytes.Clone(fr.Data)
		if whole := frame(fr.Protocol, fr.Dir, was); n > 0 && r.Harmless(whole) {
			t.Errorf("%d messages redacted of a harmless datagram\n%x", n, was)
		}
		if again := r.Frame(fr); again != n || !bytes.Equal(once, fr.Data) {
			t.Errorf("%d messages redacted, %d when done again\n%x\n%x", n, again, once, fr.Data)
		}
	})
}
