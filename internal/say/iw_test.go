// SPDX-License-Identifier: Apache-2.0

package say

import (
	"bytes"
	"encoding/hex"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
)

const testFamily = 40 // the number of the family of generic Netlink under test

// genl is a decoder that knows the number of a family of generic Netlink.
func genl(name string) func(capture.Dir, []byte) []decode.Message {
	const newFamily = 1
	d := decode.New(families.All(), decode.Options{})
	feed := func(dir capture.Dir, b []byte) []decode.Message {
		f := &capture.Frame{Origin: &capture.Origin{Dir: dir, Protocol: unix.NETLINK_GENERIC}, Data: b, OrigLen: len(b)}
		return d.Frame(f, nil)
	}
	u32 := func(v byte) []byte { return []byte{v, 0, 0, 0} }
	feed(capture.DirReply, nltest.Message(unix.GENL_ID_CTRL, 0, 1, 1, []byte{newFamily, 2, 0, 0}, nltest.Attr(1, []byte{testFamily, 0}),
		nltest.Attr(2, nltest.Str(name)), nltest.Attr(3, u32(1)), nltest.Attr(4, u32(0)), nltest.Attr(5, u32(200))))
	return feed
}

// saidOfGenl says a request of the family under test.
func saidOfGenl(feed func(capture.Dir, []byte) []decode.Message, b []byte) Said {
	m := feed(capture.DirRequest, nltest.Message(testFamily, 5, 1, 0, b))
	body := m[0].Values()
	s, _ := Request(&m[0], &body)
	return s
}

// radio says requests about the interface 7, which has a name.
func radio(name string) func([]byte) Said {
	const newInterface = 7
	feed := genl("nl80211")
	feed(capture.DirEvent, nltest.Message(testFamily, 0, 0, 0, []byte{newInterface, 1, 0, 0}, nltest.Attr(3, []byte{7, 0, 0, 0}), nltest.Attr(4, nltest.Str(name))))
	return func(b []byte) Said { return saidOfGenl(feed, b) }
}

func iwRequest(cmd byte, attrs ...[]byte) []byte {
	return slices.Concat(append([][]byte{{cmd, 1, 0, 0}, nltest.Attr(3, []byte{7, 0, 0, 0})}, attrs...)...)
}

// TestIWKeys: keys are words that no byte of a key is in, and a script has the command
// as a comment.
func TestIWKeys(t *testing.T) {
	const connect = 46
	le := func(v uint32) []byte { return []byte{byte(v), byte(v >> 8), byte(v >> 16), byte(v >> 24)} }
	wep := []byte("abcde")
	psk := bytes.Repeat([]byte{0xa5, 0x5a}, 16)
	ssid := nltest.Attr(52, []byte("a b"))
	one := func(i byte) []byte {
		return nltest.Attr(uint16(i)+1, nltest.Cat(nltest.Attr(2, []byte{i}), nltest.Attr(3, le(0xfac01)), nltest.Attr(1, wep)))
	}
	shared := [][]byte{ssid, nltest.Attr(53, le(1)), nltest.Attr(70, nil), nltest.Attr(81, nltest.Cat(one(0), one(1)))}
	wpa := func(suite uint32) [][]byte {
		return [][]byte{ssid, nltest.Attr(75, le(2)), nltest.Attr(254, psk), nltest.Attr(53, le(0)),
			nltest.Attr(76, le(0xfac02)), nltest.Attr(73, le(suite)), nltest.Attr(74, le(0xfac04))}
	}
	say := radio("wlan0")
	for name, x := range map[string]struct {
		attrs [][]byte
		want  string
		whole bool
	}{
		"shared":      {shared, "iw dev wlan0 connect 'a b' auth shared key <IW_KEY> <IW_KEY_2>", true},
		"WPA2":        {wpa(0xfac04), "iw dev wlan0 connect 'a b' key <IW_KEY> PSK CCMP CCMP", true},
		"other suite": {wpa(0xfac99), "iw dev wlan0 connect 'a b'", false},
	} {
		said := say(iwRequest(connect, x.attrs...))
		if said.Text() != x.want || said.Whole() != x.whole {
			t.Errorf("%s: said %q with %d left, want %q", name, said.Text(), len(said.Left), x.want)
		}
		for _, c := range said.Commands {
			text, ok := c.Shell()
			if ok == x.whole {
				t.Errorf("%s: for a shell %q, %v", name, text, ok)
			}
			for _, s := range append(slices.Clone(c.Words), text, c.String()) {
				if strings.Contains(s, string(wep)) || strings.Contains(s, string(psk)) || strings.Contains(s, hex.EncodeToString(psk)[:8]) {
					t.Errorf("%s: a key in %q", name, s)
				}
			}
		}
	}
}

// TestIWHostile: whatever a name holds, it is one word, and no option of iw; whatever
// else a request holds, it is said or left.
func TestIWHostile(t *testing.T) {
	const connect, joinMesh, newInterface, setWiphy, triggerScan = 46, 68, 7, 2, 33
	for _, name := range hostileWords {
		if name == "" || len(name) > 15 || strings.Contains(name, "\x00") {
			continue
		}
		say := radio(name)
		for cmd, attrs := range map[byte][][]byte{
			connect:      {nltest.Attr(52, []byte(name))},
			joinMesh:     {nltest.Attr(24, []byte(name))},
			newInterface: {nltest.Attr(4, nltest.Str(name)), nltest.Attr(5, []byte{7, 0, 0, 0}), nltest.Attr(24, []byte(name))},
		} {
			said := say(iwRequest(cmd, attrs...))
			if len(said.Commands) != 1 || said.Commands[0].Words[2] != name || !slices.Contains(said.Commands[0].Words[3:], name) {
				t.Errorf("command %d of %q: %q", cmd, name, said.Commands)
			}
		}
	}
	say := radio("wlan0")
	if said := say(iwRequest(connect, nltest.Attr(52, []byte("-w")))); len(said.Commands) != 0 {
		t.Errorf("a network that is called as an option is said %q", said.Text())
	}
	if said := say(iwRequest(setWiphy, nltest.Attr(38, []byte{1, 0, 0, 0}))); len(said.Commands) != 0 {
		t.Errorf("a frequency alone, of which iw sends more, is said %q", said.Text())
	}
	if said := say(iwRequest(triggerScan)); len(said.Commands) != 0 {
		t.Errorf("a scan without flags, which iw always sends, is said %q", said.Text())
	}
	r := rand.New(rand.NewPCG(7, 8))
	for range 5000 {
		var attrs [][]byte
		for range r.IntN(6) {
			b := make([]byte, []int{0, 1, 2, 4, 6, 8, 16, 24}[r.IntN(8)])
			for i := range b {
				b[i] = byte(r.UintN(256) & r.UintN(256))
			}
			if len(b) > 8 {
				b = nltest.Attr(uint16(r.UintN(8)), b[:len(b)-4])
			}
			attrs = append(attrs, nltest.Attr(uint16(r.UintN(320)), b))
		}
		if s := say(iwRequest(byte(r.UintN(170)), attrs...)); len(s.Commands) > 0 && s.Commands[0].Words[0] != "iw" {
			t.Fatalf("said %q", s.Text())
		}
	}
}
