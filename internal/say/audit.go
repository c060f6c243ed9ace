// SPDX-License-Identifier: Apache-2.0

package say

import (
	"bytes"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode"
)

// audit has the requests of auditctl(8) (linux/audit.h). What auditd says of itself, and
// records that programs send, have no words.
var audit = map[string]teller{
	"AUDIT_GET": readsOnly("auditctl", "-s"), "AUDIT_LIST_RULES": readsOnly("auditctl", "-l"),
	"AUDIT_GET_FEATURE": readsOnly(), "AUDIT_SIGNAL_INFO": readsOnly(), "AUDIT_TTY_GET": readsOnly(), // of -s, auditd, and PAM
	"AUDIT_SET": auditSet, "AUDIT_SET_FEATURE": auditSetFeature,
	"AUDIT_ADD_RULE": auditRule(true), "AUDIT_DEL_RULE": auditRule(false),
	"AUDIT_TRIM":       func(t *telling) bool { t.say("auditctl", "-t"); return true },
	"AUDIT_MAKE_EQUIV": auditEquiv,
	"AUDIT_USER":       auditMessage,
}

// auditSettings are what AUDIT_SET changes, by the bit of the mask that says so; each is
// a request of its own.
var auditSettings = []struct {
	word, field string
	max         uint64 // that auditctl takes
	reset       bool   // to zero, which auditctl does not type
}{
	{"-e", "enabled", 2, false}, {"-f", "failure", 2, false}, {}, {"-r", "rate_limit", 1<<32 - 1, false},
	{"-b", "backlog_limit", 1<<32 - 1, false}, {"--backlog_wait_time", "backlog_wait_time", 1<<32 - 1, false},
	{"--reset-lost", "lost", 0, true}, {"--reset_backlog_wait_time_actual", "backlog_wait_time_actual", 0, true},
}

func auditSet(t *telling) bool {
	f := t.fields()
	mask := f.peek("mask")
	if mask == nil {
		return false
	}
	left := mask.Num
	for i := range auditSettings {
		s := &auditSettings[i]
		n := f.peek(s.field)
		if left&(1<<i) == 0 || s.word == "" || n != nil && number(n) > s.max || n == nil && !s.reset {
			continue
		}
		left &^= 1 << i
		t.say("auditctl", s.word)
		if n != nil && !s.reset {
			t.say(decimal(number(n)))
		}
		if n != nil {
			t.mark(n, true)
		}
		t.flush()
	}
	if left == 0 {
		t.mark(mask, true)
	}
	return len(t.commands) > 0
}

// auditSetFeature says the one feature that auditctl sets, for ever.
func auditSetFeature(t *telling) bool {
	const immutable = 1 << 1 // AUDIT_FEATURE_LOGINUID_IMMUTABLE
	f := t.fields()
	f.take("vers")
	t.say("auditctl", "--loginuid-immutable")
	for _, name := range []string{"mask", "features", "lock"} {
		if f.num(name) != immutable {
			return false
		}
	}
	return true
}

// auditEquiv says that what is seen below one directory is to be watched as below
// another.
func auditEquiv(t *telling) bool {
	f := t.fields()
	n := f.take("paths")
	first, second := f.num("old_len"), f.num("new_len")
	if n == nil || first > uint64(len(n.Raw)) || second > uint64(len(n.Raw))-first || len(n.Raw) > int(first+second)+3 {
		return false
	}
	from, to := string(n.Raw[:first]), string(n.Raw[first:first+second])
	t.say("auditctl", "-q", from+","+to)
	return to != "" && !strings.Contains(from+to, ",") // auditctl splits there
}

// auditMessage says a text that auditctl puts into the log, with its own marks behind it.
func auditMessage(t *telling) bool {
	b := bytes.TrimRight(t.m.Data[min(unix.NLMSG_HDRLEN, len(t.m.Data)):], "\x00")
	s, ok := strings.CutPrefix(string(b), "text=")
	i := strings.LastIndex(s, ` exe="`)
	if !ok || i < 0 {
		return false
	}
	text, exe := s[:i], s[i+len(` exe="`):]
	exe, rest, ok := strings.Cut(exe, `"`)
	if !ok || path.Base(exe) != "auditctl" || !strings.HasPrefix(rest, " hostname=") || !strings.HasSuffix(rest, " res=success") {
		return false
	}
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' {
			return false // auditctl refuses it
		}
	}
	for _, nodes := range [][]decode.Node{t.body.Fields, t.body.Attrs} {
		for i := range nodes {
			t.mark(&nodes[i], true)
		}
	}
	t.say("auditctl", "-m", text)
	return true
}
