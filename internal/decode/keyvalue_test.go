// SPDX-License-Identifier: Apache-2.0

package decode

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// auditText is a record as audit_log_end sends it: nlmsg_len counts the text
// alone.
func auditText(typ uint16, text string) *capture.Frame {
	data := nltest.Cat(le.U32(uint32(len(text))), le.U16(typ), le.U16(0), le.U32(0), le.U32(0), []byte(text))
	return le.frame(capture.NETLINK_AUDIT, capture.DirEvent, data)
}

func TestKeyValues(t *testing.T) {
	for _, tt := range []struct {
		name, text, want string
		typ              uint16
	}{
		{"system call", `audit(1364481363.243:24287): arch=c000003e syscall=2 success=no exit=-13 a0=7fffd19c5592 auid=4294967295 uid=500 comm="cat" key=(null)`,
			`22 audit
  22 time = string 1364481363.243 | 2013-03-28T14:36:03.243Z
  37 serial = uint64 24287
50 arch = string AUDIT_ARCH_X86_64
67 syscall = string open
77 success = string no
85 exit = int64 -13 | -13 (EACCES)
92 a0 = uint64 140736710071698 | 0x7fffd19c5592
110 auid = string unset
125 uid = uint64 500
135 comm = string cat
144 key = string (null)
`, 1300},
		{"other machine", `audit(1.000:1): arch=40000003 syscall=11 exit=3 sig=11`, `22 audit
  22 time = string 1.000 | 1970-01-01T00:00:01.000Z
  28 serial = uint64 1
37 arch = string AUDIT_ARCH_I386
54 syscall = string execve
62 exit = int64 3
68 sig = string SIGSEGV
`, 1300},
		{"hex", `proctitle=636174002F746D702F612062 name="636174" mode=0100644 saddr=02000050C0000201`, `26 proctitle = string cat /tmp/a b
57 name = string 636174
70 mode = uint64 33188 | 0100644
84 saddr = string 192.0.2.1:80
`, 1327},
		{"arguments", `argc=3 a0="ls" a1=612062 a2=2D6C`, `21 argc = uint64 3
27 a0 = string ls
34 a1 = string a b
44 a2 = string -l
`, 1309},
		{"of a program", `pid=7 uid=0 msg='op=login acct="it's" exe="/bin/login" res=success'`, `20 pid = uint64 7
26 uid = uint64 0
33 msg
  36 op = string login
  48 acct = string it's
  59 exe = string /bin/login
  75 res = string success
`, 1112},
		{"words alone", "avc:  denied  { read } for  pid=1 cap_pp=00000000000000c0\n\x00", `22 verdict = string denied
32 permissions
  32 [0] = string read
48 pid = uint64 1
57 cap_pp = string setgid,setuid
`, 1400},
		{"no end", `key="abc`, "21 key = string abc ! key at offset 21: a quotation without its end\nproblem: key at offset 21: a quotation without its end\n", 1300},
		{"no stamp", `audit(12`, "22 audit = raw 3132 ! audit at offset 22: a time stamp without its end\nproblem: audit at offset 22: a time stamp without its end\n", 1300},
		{"odd stamp", `audit(x:1): pid=1`, "22 audit = string x:1 ! audit at offset 22: not SECONDS.MILLISECONDS:SERIAL\n32 pid = uint64 1\nproblem: audit at offset 22: not SECONDS.MILLISECONDS:SERIAL\n", 1300},
		{"nothing", "", "", 1320},
		{"odd words", `= =x a= "q" -5 pid=-1 uid=zz`, "16  = string = =x\n23 a = string \n24  = string \"q\" -5\n35 pid = int64 -1\n42 uid = string zz\n", 1300},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ms := newDecoder().Frame(auditText(tt.typ, tt.text), nil)
			if len(ms) != 1 || ms[0].Problem != nil {
				t.Fatalf("%d messages, %v", len(ms), ms[0].Problem)
			}
			b := ms[0].Body()
			if diff := cmp.Diff(tt.want, dump(b)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			inBytes(t, &ms[0], b.Fields)
			d := newDecoder()
			for n := range ms[0].Data {
				if n < HeaderLen {
					continue
				}
				for _, m := range d.Frame(auditText(tt.typ, tt.text[:n-HeaderLen]), nil) {
					m.Body()
				}
			}
		})
	}
}

// inBytes: each node's Raw is where its Off says.
func inBytes(t *testing.T, m *Message, nodes []Node) {
	t.Helper()
	for i := range nodes {
		n := &nodes[i]
		if end := n.Off + len(n.Raw); end > len(m.Data) || string(m.Data[n.Off:end]) != string(n.Raw) {
			t.Errorf("%s at %d: %q is not there", n.Label(), n.Off, n.Raw)
		}
		inBytes(t, m, n.Children)
	}
}

func TestKeyValuesLookup(t *testing.T) {
	m := newDecoder().Frame(auditText(1112, `pid=7 msg='op=login acct="root"'`), nil)[0]
	if n, ok := m.Lookup("acct"); !ok || n.Value != "root" {
		t.Errorf("acct: %v %v", n.Value, ok)
	}
	if _, ok := m.Lookup("nothing"); ok {
		t.Error("found what is not there")
	}
	if lead := m.Lead(2); len(lead) == 0 || lead[0].Value != "login" {
		t.Errorf("lead %v", lead)
	}
}

// TestKeyValuesHostile: time is linear, whatever the quotations.
func TestKeyValuesHostile(t *testing.T) {
	for _, text := range []string{strings.Repeat("'", 50000), strings.Repeat("a='", 50000), strings.Repeat(`a="`, 50000),
		"audit(" + strings.Repeat("(", 50000), strings.Repeat("arch=1 syscall=1 ", 5000)} {
		ms := newDecoder().Frame(auditText(1300, text), nil)
		ms[0].Body()
	}
}
