// SPDX-License-Identifier: Apache-2.0

package export

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/correlate"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
)

// hostile are names that would do something if a shell, a terminal or ip read them.
var hostile = []string{
	"$(touch pwned)", "`touch pwned`", "; touch pwned", "\ntouch pwned\n", "'\ntouch pwned\n'", "-h", "--", "#", "\r\ntouch pwned",
	"a b", "\"", "'", "\\", "\x1b]0;pwned\a", "\u202etouch pwned", "\xff\xfe", "up", "dev", "de", "*", "~", "$IFS", "&", "|x", ">pwned", "<pwned",
	"!!", "%s%n", "\u2028touch pwned", "\x85", "${x:=y}", "((", "{a,b}", "lo\x00touch pwned",
}

// scripted hands requests with these outcomes to a Script and returns what it wrote.
func scripted(t *testing.T, frames []*capture.Frame, errno int32) string {
	t.Helper()
	var b bytes.Buffer
	s := NewScript(&b)
	d := decode.New(families.All(), decode.Options{})
	for i, f := range frames {
		f.ID, f.Time, f.OrigLen = uint64(i+1), time.Unix(1e9, 0), len(f.Data)
		for _, m := range d.Frame(f, nil) {
			x := &correlate.Exchange{Request: &m, Outcome: correlate.Accepted}
			if errno != 0 {
				x.Outcome, x.Errno, x.Err = correlate.Failed, errno, &decode.ErrorInfo{Errno: errno, Name: "EPERM", Msg: "no\ntouch pwned"}
			}
			for _, o := range []*correlate.Observation{
				{Frame: f, Message: &m, Account: f.Account()},
				{Frame: f, End: correlate.EndExchange, Exchange: x, Account: f.Account()},
			} {
				if err := s.Observe(o); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func hostileRequests() []*capture.Frame {
	var frames []*capture.Frame
	r := rand.New(rand.NewPCG(3, 4))
	names := hostile
	for range 100 {
		b := make([]byte, 1+r.IntN(15))
		for i := range b {
			b[i] = byte(r.IntN(256))
		}
		names = append(names, string(b))
	}
	for _, name := range names {
		o := &capture.Origin{Dir: capture.DirRequest, Proc: capture.Proc{PID: 7, Comm: name},
			Socket: capture.Socket{Owner: capture.Proc{PID: 7, Comm: name, Name: name}}}
		add := func(data []byte) {
			frames = append(frames, &capture.Frame{Origin: o, Data: data})
		}
		text := append([]byte(name), 0)
		add(nltest.Message(unix.RTM_NEWLINK, 0x605, 1, 0, ifinfomsg(0, 0, 0, 0), nltest.Attr(unix.IFLA_IFNAME, text),
			nltest.Attr(unix.IFLA_IFALIAS, text), nltest.Nest(unix.IFLA_LINKINFO, nltest.Attr(unix.IFLA_INFO_KIND, text))))
		add(nltest.Message(unix.RTM_NEWLINK, 5, 1, 0, ifinfomsg(0, 3, 1, 1), nltest.Attr(unix.IFLA_IFNAME, text)))
		add(nltest.Message(unix.RTM_DELLINK, 5, 1, 0, ifinfomsg(0, 0, 0, 0), nltest.Attr(unix.IFLA_IFNAME, text)))
		add(nltest.Message(unix.RTM_NEWLINK, 0x605, 1, 0, ifinfomsg(0, 0, 0, 0), nltest.Attr(200, text), nltest.Attr(unix.IFLA_IFNAME, nltest.Str("d0")),
			nltest.Nest(unix.IFLA_LINKINFO, nltest.Attr(unix.IFLA_INFO_KIND, nltest.Str("dummy")))))
		add(nltest.Message(99, 5, 1, 0, text))
	}
	return frames
}

// TestScriptHostile: whatever a recording holds, its script runs the tools and
// nothing else, with the words that were captured.
func TestScriptHostile(t *testing.T) {
	for _, errno := range []int32{0, 1} {
		text := scripted(t, hostileRequests(), errno)
		dir := t.TempDir()
		path := filepath.Join(dir, "script")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("sh", "-n", path).CombinedOutput(); err != nil {
			t.Fatalf("sh -n: %v\n%s", err, out)
		}
		bin := filepath.Join(dir, "bin")
		if err := os.Mkdir(bin, 0o700); err != nil {
			t.Fatal(err)
		}
		stub := "#!/bin/sh\nprintf '%s\\000' \"$0\" \"$@\" >>\"$LOG\"; printf '\\n' >>\"$LOG\"\n"
		if err := os.WriteFile(filepath.Join(bin, "ip"), []byte(stub), 0o700); err != nil {
			t.Fatal(err)
		}
		log := filepath.Join(dir, "log")
		cmd := exec.Command("sh", path)
		cmd.Dir, cmd.Env = filepath.Join(dir, "bin"), []string{"PATH=" + bin, "LOG=" + log}
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("the script says %q, %v", out, err)
		}
		left, err := os.ReadDir(bin)
		if err != nil || len(left) != 1 {
			t.Errorf("the script left %v beside ip (%v)", left, err)
		}
		ran, _ := os.ReadFile(log)
		if errno != 0 {
			if len(ran) > 0 {
				t.Errorf("requests that failed were done again: %q", ran)
			}
			continue
		}
		for _, name := range hostile {
			if !strings.Contains(name, "\x00") && !bytes.Contains(ran, []byte("\x00alias\x00"+name+"\x00")) {
				t.Errorf("%q did not reach ip as one word", name)
			}
		}
		for _, line := range strings.Split(text, "\n") {
			if r := capture.Printable(line); r != line {
				t.Errorf("the line %q is not safe for a terminal", line)
			}
		}
	}
}

// hostileTransactions are batches of nftables with hostile names, comments and prefixes,
// each with a table that has nothing of it.
func hostileTransactions() []*capture.Frame {
	var frames []*capture.Frame
	o := &capture.Origin{Dir: capture.DirRequest, Protocol: capture.NETLINK_NETFILTER, Proc: capture.Proc{PID: 7, Comm: "nft"}}
	begin, end := nltest.Message(16, 1, 1, 0, []byte{0, 0, 0, 10}), nltest.Message(17, 1, 9, 0, []byte{0, 0, 0, 10})
	ip := []byte{2, 0, 0, 0}
	for _, name := range append([]string{"END", "\nEND\ntouch pwned\n", "x\nEND\ntouch pwned\n", "END\n", "'END'", "a; include \"/etc/passwd\""}, hostile...) {
		text := append([]byte(name), 0)
		comment := append([]byte{0, byte(len(text))}, text...)
		log := nltest.Nest(1, nltest.Attr(1, nltest.Str("log")), nltest.Nest(2, nltest.Attr(2, text)))
		data := bytes.Join([][]byte{
			begin,
			nltest.Message(10<<8, 0x405, 2, 0, ip, nltest.Attr(1, nltest.Str("harmless"))),
			nltest.Message(10<<8, 0x405, 3, 0, ip, nltest.Attr(1, text)),
			nltest.Message(10<<8, 0x405, 4, 0, ip, nltest.Attr(1, nltest.Str("t")), nltest.Attr(6, comment)),
			nltest.Message(10<<8|3, 0x405, 5, 0, ip, nltest.Attr(1, nltest.Str("t")), nltest.Attr(3, text)),
			nltest.Message(10<<8|6, 0xc05, 6, 0, ip, nltest.Attr(1, nltest.Str("t")), nltest.Attr(2, nltest.Str("c")), nltest.Nest(4, log)),
			end,
		}, nil)
		frames = append(frames, &capture.Frame{Origin: o, Data: data})
	}
	return frames
}

// TestScriptTransaction: a batch is one command that reads its statements, and no
// name in it ends the here-document that they are in.
func TestScriptTransaction(t *testing.T) {
	for _, errno := range []int32{0, 1} {
		frames := hostileTransactions()
		text := scripted(t, frames, errno)
		dir := t.TempDir()
		bin, log := filepath.Join(dir, "bin"), filepath.Join(dir, "log")
		if err := os.Mkdir(bin, 0o700); err != nil {
			t.Fatal(err)
		}
		stub := "#!/bin/sh\necho \"RUN $*\" >>\"$LOG\"; while IFS= read -r line; do printf '%s\\n' \"$line\" >>\"$LOG\"; done\n"
		if err := os.WriteFile(filepath.Join(bin, "nft"), []byte(stub), 0o700); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "script")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("/bin/sh", path)
		cmd.Dir, cmd.Env = bin, []string{"PATH=" + bin, "LOG=" + log}
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("the script says %q, %v", out, err)
		}
		if left, err := os.ReadDir(bin); err != nil || len(left) != 1 {
			t.Errorf("the script left %v beside nft (%v)", left, err)
		}
		ran, _ := os.ReadFile(log)
		if errno != 0 {
			if len(ran) > 0 {
				t.Errorf("transactions that failed were done again: %q", ran)
			}
			if n := strings.Count(text, "# add table ip harmless\n"); n != len(frames) {
				t.Errorf("%d of %d transactions that failed stand in comments", n, len(frames))
			}
			continue
		}
		if n := bytes.Count(ran, []byte("RUN -f -\nadd table ip harmless\n")); n != len(frames) {
			t.Errorf("%d of %d transactions were run", n, len(frames))
		}
		for line := range strings.Lines(string(ran)) {
			if !strings.HasPrefix(line, "add ") && line != "RUN -f -\n" {
				t.Errorf("nft reads %q", line)
			}
			if strings.Contains(line, "include") && !strings.Contains(line, "\"") {
				t.Errorf("a name became a statement: %q", line)
			}
		}
		for _, want := range []string{"add table ip END\n", "comment \"$(touch pwned)\"", "log prefix \"; touch pwned\"", "add chain ip t dev\n"} {
			if !bytes.Contains(ran, []byte(want)) {
				t.Errorf("nft does not read %q", want)
			}
		}
	}
}

// TestScriptLost: a script that may lack commands says so.
func TestScriptLost(t *testing.T) {
	for n, want := range map[uint64]string{0: "", 1: "# 1 datagram was lost", 7: "# 7 datagrams were lost"} {
		var b bytes.Buffer
		s := NewScript(&b)
		s.Lost(n)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if text := b.String(); !strings.Contains(text, want) || n == 0 && strings.Contains(text, "lost") {
			t.Errorf("%d lost: %q", n, text)
		}
	}
}

// TestScriptOrder: commands stand in the order of the requests, whichever ends first,
// and one that nobody saw end says so.
func TestScriptOrder(t *testing.T) {
	var b bytes.Buffer
	s := NewScript(&b)
	d := decode.New(families.All(), decode.Options{})
	o := &capture.Origin{Dir: capture.DirRequest, Proc: capture.Proc{PID: 7, Comm: "ip"}}
	var all []*decode.Message
	for i, name := range []string{"first", "second", "third"} {
		data := nltest.Message(unix.RTM_DELLINK, 5, uint32(i), 0, ifinfomsg(0, 0, 0, 0), nltest.Attr(unix.IFLA_IFNAME, nltest.Str(name)))
		f := &capture.Frame{Origin: o, ID: uint64(i + 1), Data: data, OrigLen: len(data), Time: time.Unix(1e9, 0)}
		m := d.Frame(f, nil)
		all = append(all, &m[0])
		if err := s.Observe(&correlate.Observation{Frame: f, Message: &m[0], Account: f.Account()}); err != nil {
			t.Fatal(err)
		}
	}
	end := func(m *decode.Message) {
		if err := s.Observe(&correlate.Observation{Frame: m.Frame, End: correlate.EndExchange,
			Exchange: &correlate.Exchange{Request: m, Outcome: correlate.Accepted}}); err != nil {
			t.Fatal(err)
		}
	}
	end(all[2])
	if b.Len() > 0 {
		t.Errorf("written before what was asked first is over: %q", b.String())
	}
	end(all[0])
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want := []string{"ip link delete first", "# outcome: no outcome was seen", "ip link delete second", "ip link delete third"}
	at := 0
	for _, line := range strings.Split(b.String(), "\n") {
		if at < len(want) && line == want[at] {
			at++
		}
	}
	if at != len(want) {
		t.Errorf("want in this order %q in\n%s", want, b.String())
	}
}

// TestScriptKeysUnsaid: of a key that no command has words for, a script and a line have
// the name and no byte.
func TestScriptKeysUnsaid(t *testing.T) {
	key := []byte("0123456789abcdef")
	o := &capture.Origin{Dir: capture.DirRequest, Protocol: unix.NETLINK_XFRM, Proc: capture.Proc{PID: 7, Comm: "x"}}
	data := nltest.Message(0x1e, 5, 1, 0, make([]byte, 48), // XFRM_MSG_NEWAE, which no tool sends
		nltest.Attr(1, append(append([]byte("hmac(sha256)"), make([]byte, 52)...), append(nltest.U32(128), key...)...)))
	f := &capture.Frame{Origin: o, Data: data}
	script := scripted(t, []*capture.Frame{f}, 0)
	var line bytes.Buffer
	for _, m := range decode.New(families.All(), decode.Options{}).Frame(f, nil) {
		if err := NewText(&line, TextOptions{}).WriteMessage(&m); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(script, "that hold a key") {
		t.Errorf("the key is not named:\n%s", script)
	}
	for _, text := range []string{script, line.String()} {
		if strings.Contains(text, string(key)) || strings.Contains(text, "30313233") {
			t.Errorf("the key is told:\n%s", text)
		}
	}
}
