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
			if l := v.tree.lines[v.cur.at]; l.name != "IFLA_MTU" || !l.fault {
				t.Errorf("the cursor is on %+v:\n%s", l, text)
			}
			if !strings.Contains(text, "<== the error is here") {
				t.Errorf("no mark:\n%s", text)
			}
		}
	}
}

// y offers the message as literals that can be read back, as the command, as JSON and as a
// filter, shows each, and gives it to the terminal.
func TestCopy(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	t.Setenv("TMUX", "")
	t.Setenv("STY", "")
	h := newHarness(t, 120, 40, Options{})
	request := failed(h)
	h.press("b")
	open(t, h, "RTM_NEWLINK")
	for i, key := range []string{"g", "a", "x"} {
		h.press("y")
		for range i {
			h.press("Down")
		}
		h.wants("Copy RTM_NEWLINK as")
		if !strings.Contains(strings.ReplaceAll(h.text(), "0x", ""), "RTM_NEWLINK") {
			t.Errorf("form %s is not on the screen:\n%s", key, h.text())
		}
		h.press(key)
		got := string(h.sim.GetClipboardData())
		ds, err := literal.Parse(got)
		if err != nil || len(ds) != 1 || string(ds[0].Data) != string(request) {
			t.Errorf("form %s: %v, %v of\n%s", key, ds, err, got)
		}
		h.wants("IFLA_MTU", "copied as ", " bytes, given to the clipboard")
	}
	for key, want := range map[string]string{"s": "ip link set dummy0 mtu 1", "j": `"type":"RTM_NEWLINK"`, "f": `attr("IFLA_MTU") == 1`} {
		for h.top().(*messageView).tree.lines[h.top().cursor().at].name != "IFLA_MTU" {
			h.press("Down")
		}
		if h.press("y", key); !strings.Contains(string(h.sim.GetClipboardData()), want) {
			t.Errorf("form %s: no %s in %s", key, want, h.sim.GetClipboardData())
		}
	}
	h.press("y", "Enter")
	h.wants("copied as Go")
	h.press("y", "Space")
	h.wants("copy › ", "// request route RTM_NEWLINK")
}

// A terminal without a clipboard gets the text on a page, and so does one that the text is
// too long for.
func TestCopyWithout(t *testing.T) {
	h := newHarness(t, 120, 40, Options{})
	for _, tt := range []struct{ name, value, want string }{
		{"TERM", "linux", "not copied: a terminal of type linux has no clipboard; here is the text"},
		{"STY", "1234.pts-0", "not copied: screen hands nothing on"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, name := range []string{"TERM", "STY", "TMUX"} {
				t.Setenv(name, "")
			}
			t.Setenv(tt.name, tt.value)
			h.on("ip")
			h.press("y", "f")
			h.wants(tt.want, "proc.pid == 4711")
			h.press("q")
			if len(h.sim.GetClipboardData()) > 0 {
				t.Error("copied all the same")
			}
		})
	}
	h.copyText("much", strings.Repeat("much ", 20000))
	h.draw()
	h.wants("a terminal takes 56,244 bytes at most, and this has 100,000")
}
