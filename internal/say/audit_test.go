// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/nltest"
)

const addRule = 1011 // AUDIT_ADD_RULE

// auditField is one of a rule; op is one of AUDIT_EQUAL and others.
type auditField struct {
	id, value uint32
	op        uint32
	text      string
}

const auditEq, auditNe = 0x40000000, 0x30000000

// auditBytes is a rule; calls are bits of the first word of its mask, all: of every word.
func auditBytes(list, action uint32, calls uint32, all bool, fields ...auditField) []byte {
	b := make([]byte, 12+auditBuffer)
	put := func(at int, v uint32) { binary.LittleEndian.PutUint32(b[at:], v) }
	put(0, list)
	put(4, action)
	put(8, uint32(len(fields)))
	put(12, calls)
	for i := 0; all && i < auditMask; i += 4 {
		put(12+i, 1<<32-1)
	}
	var text string
	for i, f := range fields {
		put(12+auditMask+4*i, f.id)
		put(12+auditMask+4*(auditFields+i), f.value+uint32(len(f.text)))
		put(12+auditMask+4*(2*auditFields+i), f.op)
		text += f.text
	}
	put(12+auditBuffer-4, uint32(len(text)))
	return append(b, text...)
}

// TestAuditRule: a rule is said only where auditctl makes it of the words.
func TestAuditRule(t *testing.T) {
	arch := auditField{id: auditArch, value: 0xc000003e, op: auditEq}
	path := func(s string) auditField { return auditField{id: auditPath, op: auditEq, text: s} }
	key := func(s string) auditField { return auditField{id: auditKey, op: auditEq, text: s} }
	uid := auditField{id: 1, value: 5, op: auditEq}
	lies := auditBytes(4, 2, 0, true, path("/etc"))
	lies[12+auditBuffer-4]++
	for name, x := range map[string]struct {
		rule []byte
		want string
	}{
		"watch":            {auditBytes(4, 2, 0, true, path("/etc/a=b"), key("k\x01$(id)")), "auditctl -a always,exit -F path=/etc/a=b -k k -k '$(id)'"},
		"first":            {auditBytes(0x14, 0, 1, false, arch, uid), "auditctl -A never,exit -F arch=b64 -S read -F uid=5"},
		"newline":          {auditBytes(4, 2, 0, true, path("/a\nb")), `auditctl -a always,exit -F "$(printf 'path=/a\012b')"`},
		"NUL":              {auditBytes(4, 2, 0, true, path("/a\x00b")), `auditctl -a always,exit -F 'path=/a\0b'`},
		"other operator":   {auditBytes(4, 2, 0, true, path("/a!=b")), ""},
		"key first":        {auditBytes(4, 2, 0, true, key("k"), path("/etc")), ""},
		"key of nothing":   {auditBytes(0, 2, 0, true, uid, key("k")), ""},
		"empty key":        {auditBytes(4, 2, 0, true, path("/etc"), key("")), ""},
		"no calls":         {auditBytes(4, 2, 0, false, uid), ""},
		"calls of a user":  {auditBytes(0, 2, 1, false, uid), ""},
		"calls of a task":  {auditBytes(1, 2, 0, true, uid), ""},
		"of another list":  {auditBytes(0, 2, 0, true, path("/etc")), ""},
		"entry":            {auditBytes(2, 2, 0, true, uid), ""},
		"possible":         {auditBytes(4, 1, 0, true, uid), ""},
		"arch in between":  {auditBytes(4, 2, 1, false, uid, arch), "auditctl -a always,exit -F uid=5 -F arch=b64 -S read"},
		"unknown machine":  {auditBytes(4, 2, 1, false, auditField{id: auditArch, value: 0xc00000f3, op: auditEq}), ""},
		"no operator":      {auditBytes(4, 2, 0, true, auditField{id: 1, value: 5}), ""},
		"unknown operator": {auditBytes(4, 2, 0, true, auditField{id: 1, value: 5, op: 0x18000000}), ""},
		"unknown field":    {auditBytes(4, 2, 0, true, auditField{id: 99, value: 5, op: auditEq}), ""},
		"login uid unset":  {auditBytes(4, 2, 0, true, auditField{id: auditLoginUIDSet, op: auditEq}), ""},
		"odd permissions":  {auditBytes(4, 2, 0, true, auditField{id: auditPerm, value: 0x1f, op: auditEq}), ""},
		"group -1":         {auditBytes(4, 2, 0, true, auditField{id: 5, value: 1<<32 - 1, op: auditNe}), "auditctl -a always,exit -F 'gid!=4294967295'"},
		"no such error":    {auditBytes(4, 2, 0, true, auditField{id: 103, value: 1<<32 - 41, op: auditEq}), "auditctl -a always,exit -F exit=-41"},
		"too many strings": {lies, ""},
	} {
		said := saidOf(nltest.Message(addRule, 5, 1, 0, x.rule), unix.NETLINK_AUDIT)
		if said.Text() != x.want || x.want != "" && !said.Whole() {
			t.Errorf("%s: said %q (%d left), want %q", name, said.Text(), len(said.Left), x.want)
		}
		if name == "NUL" {
			if _, ok := said.Commands[0].Shell(); ok {
				t.Errorf("a NUL cannot be handed over")
			}
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	whole := auditBytes(4, 2, 7, false, arch, path("/etc"), uid, key("k"))
	for range 3000 {
		b := append([]byte(nil), whole...)
		for range 1 + r.IntN(6) {
			b[r.IntN(len(b))] = byte(r.UintN(256))
		}
		b = b[:r.IntN(len(b)+1)]
		said := saidOf(nltest.Message(addRule, 5, 1, 0, b), unix.NETLINK_AUDIT)
		if s := said.Text(); s != "" && !strings.HasPrefix(s, "auditctl -") {
			t.Fatalf("said %q", s)
		}
	}
}

// TestAuditSet: each setting is a command, and what has none is left.
func TestAuditSet(t *testing.T) {
	b := make([]byte, 44)
	b[0], b[4], b[12], b[16] = 1<<0|1<<3, 2, 0, 7
	said := saidOf(nltest.Message(1001, 5, 1, 0, b), unix.NETLINK_AUDIT)
	if said.Text() != "auditctl -e 2; auditctl -r 7" || !said.Whole() {
		t.Errorf("said %q, %d left", said.Text(), len(said.Left))
	}
	b[0] = 1<<0 | 1<<2 // AUDIT_STATUS_PID: auditd says that it ends
	said = saidOf(nltest.Message(1001, 5, 1, 0, b), unix.NETLINK_AUDIT)
	if said.Text() != "auditctl -e 2" || said.Whole() {
		t.Errorf("said %q, %d left", said.Text(), len(said.Left))
	}
}

// TestAuditMessage: only auditctl's own messages are its command.
func TestAuditMessage(t *testing.T) {
	for text, want := range map[string]string{
		`text=a $(id) exe="/usr/sbin/auditctl" hostname=? addr=? terminal=pts/0 res=success`: `auditctl -m 'a $(id)'`,
		`text=a exe="/usr/sbin/login" hostname=? addr=? terminal=? res=success`:              "",
		"text=a\x1b exe=\"/usr/sbin/auditctl\" hostname=? addr=? terminal=? res=success":     "",
		`op=x exe="/usr/sbin/auditctl" hostname=? addr=? terminal=? res=success`:             "",
		"": "",
	} {
		said := saidOf(nltest.Message(1005, 5, 1, 0, nltest.Str(text)), unix.NETLINK_AUDIT)
		if said.Text() != want {
			t.Errorf("of %q said %q, want %q", text, said.Text(), want)
		}
	}
}
