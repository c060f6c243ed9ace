// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"encoding/binary"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/literal"
	"github.com/nltop/nltop/internal/nltest"
)

// failed is a request with an attribute that the kernel refuses, and the error
// that says so.
func failed(h *harness) (request []byte) {
	request = nltest.Message(16, 5, 99, 0, make([]byte, 16), nltest.Attr(3, nltest.Str("dummy0")), nltest.Attr(4, []byte{1, 0, 0, 0}))
	const offset = 16 + 16 + 12                                // of IFLA_MTU
	errno := binary.LittleEndian.AppendUint32(nil, 0xffffffde) // -34
	answer := nltest.Message(2, 0x300, 99, 0, errno, request[:16],
		nltest.Attr(1, nltest.Str("too small")), nltest.Attr(2, nltest.U32(offset)))
	proc := capture.Proc{PID: 900, TID: 900, Comm: "late"}
	sock := capture.Socket{PortID: 900, Inode: 900, Owner: proc}
	h.src.feed(capture.Frame{
		Origin: &capture.Origin{
			Dir: capture.DirRequest, Proc: proc, Socket: sock,
		},
		Data: request,
	})
	h.src.feed(capture.Frame{Origin: &capture.Origin{Dir: capture.DirReply, Proc: proc, Socket: sock}, Data: answer})
	h.tick()
	return request
}

// open opens the newest message of a type.
func open(t *testing.T, h *harness, typ string) *messageView {
	t.Helper()
	h.press("m")
	v := h.top().(*messagesView)
	for i := range v.win.List {
		if k := &v.win.List[i]; k.Message != nil && k.Message.Type == typ && k.Account.PID == 900 {
			v.cur.move(int(v.win.First-v.low) + i - v.cur.at)
			v.moved()
		}
	}
	h.press("Enter")
	return h.top().(*messageView)
}

// A failed request shows why it failed and where, whichever of the two one
// opens.
func TestFault(t *testing.T) {
	for _, cells := range []string{"RTM_NEWLINK", "NLMSG_ERROR"} {
		h := newHarness(t, 120, 40, Options{})
		failed(h)
		h.press("b")
		v := open(t, h, cells)
		text := h.text()
		if !strings.Contains(text, "ERANGE: too small, at IFLA_MTU") && !strings.Contains(text, "failed: ERANGE") {
			t.Errorf("%s: no word of the error:\n%s", cells, text)
		}
		if cells == "RTM_NEWLINK" {
			if l := v.lines[v.cur.at]; l.name != "IFLA_MTU" || !l.fault {
				t.Errorf("the cursor is on %+v:\n%s", l, text)
			}
			if !strings.Contains(text, "<== the error is here") {
				t.Errorf("no mark:\n%s", text)
			}
		}
	}
}

// y shows the message as a literal that can be read back.
func TestLiteral(t *testing.T) {
	h := newHarness(t, 120, 40, Options{})
	request := failed(h)
	h.press("b")
	v := open(t, h, "RTM_NEWLINK")
	for _, f := range []literal.Format{literal.Go, literal.C, literal.Hex} {
		h.press("y")
		ds, err := literal.Parse(strings.Join(v.literal, "\n"))
		if err != nil || len(ds) != 1 || string(ds[0].Data) != string(request) {
			t.Errorf("format %d: %v, %v of\n%s", f, ds, err, h.text())
		}
		if !strings.Contains(strings.ReplaceAll(h.text(), "0x", ""), "RTM_NEWLINK") {
			t.Errorf("format %d is not on the screen:\n%s", f, h.text())
		}
	}
	h.press("y")
	if v.literal != nil || !strings.Contains(h.text(), "IFLA_MTU") {
		t.Errorf("the tree is not back:\n%s", h.text())
	}
}
