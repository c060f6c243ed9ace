// SPDX-License-Identifier: Apache-2.0

package families

import (
	"regexp"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// NETLINK_AUDIT: linux/audit.h. Types 1000 to 1099 command the audit system
// (kernel/audit.c, audit_receive_msg), all others are records: text.
func audit() *schema.Family {
	words := schema.Type{Kind: schema.KeyValues, Set: auditWords(), Phrase: auditPhrase}
	f := &schema.Family{
		Name: "audit", Protocol: unix.NETLINK_AUDIT,
		Messages: auditControl(&words),
		Groups:   []schema.Group{{ID: 1, Name: "AUDIT_NLGRP_READLOG"}},
		Lead:     []string{"verdict", "permissions", "syscall", "comm", "exe", "op", "key", "name", "acct", "success", "res", "rule", "enabled"},
	}
	for _, name := range auditPhrase.SubexpNames()[1:] {
		t := str
		if name == "permissions" {
			t = packed(str)
		}
		words.Set.Attrs = append(words.Set.Attrs, attr(uint16(len(words.Set.Attrs)), name, t))
	}
	execve := schema.Type{Kind: schema.KeyValues, Set: auditExecveWords()}
	typed := schema.Type{Kind: schema.KeyValues, Set: auditTypedWords()}
	for _, run := range auditRecordTypes {
		for i, name := range run.names {
			if name == "" {
				continue
			}
			m := schema.Message{ID: run.first + uint16(i), Name: name, Body: &words}
			switch name {
			case "AUDIT_EXECVE":
				m.Body = &execve
			case "AUDIT_TTY":
				m.Body = &typed
			case "AUDIT_USER_TTY":
				// What a program sends are no words: audit_receive_msg of kernel/audit.c
				// writes all of it as data=.
				m.Body, m.Dirs = &typed, schema.FromKernel
				f.Messages = append(f.Messages, schema.Message{ID: m.ID, Name: name, Dirs: schema.ToKernel,
					Header: record("audit_user_tty", field("data", secret(str, schema.Typed)))})
			}
			f.Messages = append(f.Messages, m)
		}
	}
	return f
}

// auditPhrase is what an access vector cache says in words: SELinux in the
// kernel (avc_audit_pre_callback of security/selinux/avc.c) and programs that
// ask it (libselinux, avc.c).
var auditPhrase = regexp.MustCompile(`^avc: +(?P<verdict>denied|granted) +(?:\{ *(?P<permissions>[^{}]*?) *\}|null) +for\b`)

func auditControl(words *schema.Type) []schema.Message {
	status, features, rule := auditStatus(), auditFeatures(), auditRule()
	tty := record("audit_tty_status", fields(u32, "enabled", "log_passwd")...)
	old := opaque
	return []schema.Message{
		{ID: 1000, Name: "AUDIT_GET", Header: status, Dirs: schema.FromKernel, Lead: []string{
			"enabled", "failure", "pid!", "backlog_limit", "backlog!", "lost!", "rate_limit!"}},
		// audit_send_reply and audit_list_rules_send answer from threads, behind the ACK.
		{ID: 1000, Name: "AUDIT_GET", NoHeader: true, Dirs: schema.ToKernel, Late: schema.LateReply},
		{ID: 1001, Name: "AUDIT_SET", Header: status, Lead: auditSetLead},
		// Types 1002 to 1004 and 1007 to 1009 are answered with EOPNOTSUPP.
		{ID: 1002, Name: "AUDIT_LIST", Body: &old},
		{ID: 1003, Name: "AUDIT_ADD", Body: &old},
		{ID: 1004, Name: "AUDIT_DEL", Body: &old},
		{ID: 1005, Name: "AUDIT_USER", Body: words},
		{ID: 1006, Name: "AUDIT_LOGIN", Body: words},
		{ID: 1007, Name: "AUDIT_WATCH_INS", Body: &old},
		{ID: 1008, Name: "AUDIT_WATCH_REM", Body: &old},
		{ID: 1009, Name: "AUDIT_WATCH_LIST", Body: &old},
		{ID: 1010, Name: "AUDIT_SIGNAL_INFO", Dirs: schema.ToKernel, Late: schema.LateReply},
		{ID: 1010, Name: "AUDIT_SIGNAL_INFO", Dirs: schema.FromKernel, Header: record("audit_sig_info",
			field("uid", auditUID), field("pid", hinted(s32, schema.PID)), field("ctx", str))},
		{ID: 1011, Name: "AUDIT_ADD_RULE", Header: rule},
		{ID: 1012, Name: "AUDIT_DEL_RULE", Header: rule},
		{ID: 1013, Name: "AUDIT_LIST_RULES", Header: rule, Dirs: schema.FromKernel},
		{ID: 1013, Name: "AUDIT_LIST_RULES", Dirs: schema.ToKernel, Late: schema.LateList},
		{ID: 1014, Name: "AUDIT_TRIM"},
		{ID: 1015, Name: "AUDIT_MAKE_EQUIV", Header: record("audit_make_equiv",
			field("old_len", u32), field("new_len", u32), field("paths", str))},
		{ID: 1016, Name: "AUDIT_TTY_GET", Dirs: schema.ToKernel, Late: schema.LateReply},
		{ID: 1016, Name: "AUDIT_TTY_GET", Dirs: schema.FromKernel, Header: tty},
		{ID: 1017, Name: "AUDIT_TTY_SET", Header: tty},
		{ID: 1018, Name: "AUDIT_SET_FEATURE", Header: features, Lead: []string{"features/mask", "lock/mask"}},
		{ID: 1019, Name: "AUDIT_GET_FEATURE", Dirs: schema.ToKernel, Late: schema.LateReply},
		{ID: 1019, Name: "AUDIT_GET_FEATURE", Dirs: schema.FromKernel, Header: features},
		// A question to the auditd that is there: are you alive?
		{ID: 1329, Name: "AUDIT_REPLACE", Header: record("audit_replace", field("pid", pid))},
	}
}

// auditSetLead: the kernel reads the members that the mask names.
var auditSetLead = []string{
	"enabled?mask=AUDIT_STATUS_ENABLED", "failure?mask=AUDIT_STATUS_FAILURE", "pid?mask=AUDIT_STATUS_PID",
	"rate_limit?mask=AUDIT_STATUS_RATE_LIMIT", "backlog_limit?mask=AUDIT_STATUS_BACKLOG_LIMIT",
	"backlog_wait_time?mask=AUDIT_STATUS_BACKLOG_WAIT_TIME", "=lost reset?mask=AUDIT_STATUS_LOST",
	"=backlog_wait_time_actual reset?mask=AUDIT_STATUS_BACKLOG_WAIT_TIME_ACTUAL",
}

var (
	auditUID     = named(u32, values("uid", val(0xffffffff, "unset")))
	auditFeature = bits("audit feature", "AUDIT_FEATURE_ONLY_UNSET_LOGINUID", "AUDIT_FEATURE_LOGINUID_IMMUTABLE")
)

// struct audit_status has grown at the end.
func auditStatus() *schema.StructType {
	return atLeast(32, diagRec("audit_status",
		field("mask", named(u32, bits("AUDIT_STATUS", "AUDIT_STATUS_ENABLED", "AUDIT_STATUS_FAILURE", "AUDIT_STATUS_PID",
			"AUDIT_STATUS_RATE_LIMIT", "AUDIT_STATUS_BACKLOG_LIMIT", "AUDIT_STATUS_BACKLOG_WAIT_TIME", "AUDIT_STATUS_LOST",
			"AUDIT_STATUS_BACKLOG_WAIT_TIME_ACTUAL"))),
		field("enabled", u32),
		field("failure", named(u32, enum("AUDIT_FAIL", 0, "AUDIT_FAIL_SILENT", "AUDIT_FAIL_PRINTK", "AUDIT_FAIL_PANIC"))),
		field("pid", pid),
		fields(u32, "rate_limit", "backlog_limit", "lost", "backlog"),
		field("feature_bitmap", named(u32, bits("AUDIT_FEATURE_BITMAP", "AUDIT_FEATURE_BITMAP_BACKLOG_LIMIT",
			"AUDIT_FEATURE_BITMAP_BACKLOG_WAIT_TIME", "AUDIT_FEATURE_BITMAP_EXECUTABLE_PATH", "AUDIT_FEATURE_BITMAP_EXCLUDE_EXTEND",
			"AUDIT_FEATURE_BITMAP_SESSIONID_FILTER", "AUDIT_FEATURE_BITMAP_LOST_RESET", "AUDIT_FEATURE_BITMAP_FILTER_FS"))),
		fields(u32, "backlog_wait_time", "backlog_wait_time_actual")))
}

func auditFeatures() *schema.StructType {
	return diagRec("audit_features", field("vers", u32), fields(named(u32, auditFeature), "mask", "features", "lock"))
}

// struct audit_rule_data: what follows the action is three arrays of 64
// numbers, a bit mask of system calls and a buffer of strings, that make no
// sense apart from each other.
func auditRule() *schema.StructType {
	return record("audit_rule_data",
		field("flags", named(u32, values("AUDIT_FILTER", val(0, "AUDIT_FILTER_USER"), val(1, "AUDIT_FILTER_TASK"), val(2, "AUDIT_FILTER_ENTRY"),
			val(3, "AUDIT_FILTER_WATCH"), val(4, "AUDIT_FILTER_EXIT"), val(5, "AUDIT_FILTER_EXCLUDE"), val(6, "AUDIT_FILTER_FS"),
			val(7, "AUDIT_FILTER_URING_EXIT"), val(0x10, "AUDIT_FILTER_PREPEND")))),
		field("action", named(u32, enum("audit action", 0, "AUDIT_NEVER", "AUDIT_POSSIBLE", "AUDIT_ALWAYS"))),
		field("field_count", u32),
		field("rule", where(auditRuleText, auditRuleFacts)))
}

// auditArch is AUDIT_ARCH_*: the ELF machine, with bits for 64-bit and
// little-endian ones.
var auditArch = values("AUDIT_ARCH",
	val(0xc000003e, "AUDIT_ARCH_X86_64"), val(0x40000003, "AUDIT_ARCH_I386"), val(0xc00000b7, "AUDIT_ARCH_AARCH64"),
	val(0x40000028, "AUDIT_ARCH_ARM"), val(0x00000028, "AUDIT_ARCH_ARMEB"), val(0xc0009026, "AUDIT_ARCH_ALPHA"),
	val(0x4000005d, "AUDIT_ARCH_ARCOMPACT"), val(0x400000c3, "AUDIT_ARCH_ARCV2"), val(0x400000fc, "AUDIT_ARCH_CSKY"),
	val(0x000000a4, "AUDIT_ARCH_HEXAGON"), val(0xc0000032, "AUDIT_ARCH_IA64"), val(0x00000004, "AUDIT_ARCH_M68K"),
	val(0x000000bd, "AUDIT_ARCH_MICROBLAZE"), val(0x00000008, "AUDIT_ARCH_MIPS"), val(0x40000008, "AUDIT_ARCH_MIPSEL"),
	val(0x80000008, "AUDIT_ARCH_MIPS64"), val(0xa0000008, "AUDIT_ARCH_MIPS64N32"), val(0xc0000008, "AUDIT_ARCH_MIPSEL64"),
	val(0xe0000008, "AUDIT_ARCH_MIPSEL64N32"), val(0x0000005c, "AUDIT_ARCH_OPENRISC"), val(0x0000000f, "AUDIT_ARCH_PARISC"),
	val(0x8000000f, "AUDIT_ARCH_PARISC64"), val(0x00000014, "AUDIT_ARCH_PPC"), val(0x80000015, "AUDIT_ARCH_PPC64"),
	val(0xc0000015, "AUDIT_ARCH_PPC64LE"), val(0x400000f3, "AUDIT_ARCH_RISCV32"), val(0xc00000f3, "AUDIT_ARCH_RISCV64"),
	val(0x00000016, "AUDIT_ARCH_S390"), val(0x80000016, "AUDIT_ARCH_S390X"), val(0x0000002a, "AUDIT_ARCH_SH"),
	val(0x4000002a, "AUDIT_ARCH_SHEL"), val(0x00000002, "AUDIT_ARCH_SPARC"), val(0x8000002b, "AUDIT_ARCH_SPARC64"),
	val(0x0000005e, "AUDIT_ARCH_XTENSA"), val(0x40000102, "AUDIT_ARCH_LOONGARCH32"), val(0xc0000102, "AUDIT_ARCH_LOONGARCH64"),
)

// auditWords is what the values of records mean, by key. Records have no
// numbers for their keys; those here only count.
func auditWords() *schema.Set {
	s := &schema.Set{Name: "audit"}
	add := func(t schema.Type, names ...string) {
		s.Attrs = append(s.Attrs, attrs(uint16(len(s.Attrs)), t, names...)...)
	}
	encoded := hinted(str, schema.Hex) // audit_log_untrustedstring
	add(str, "*", "op", "success", "apparmor", "action")
	add(named(hex32, auditArch), "arch")
	add(by("arch", u32, map[string]schema.Type{
		"AUDIT_ARCH_X86_64": named(u32, auditSyscallsX86_64), "AUDIT_ARCH_I386": named(u32, auditSyscallsI386), "AUDIT_ARCH_AARCH64": named(u32, auditSyscallsAArch64),
	}), "syscall")
	add(hinted(schema.Type{Kind: schema.S64}, schema.Errno), "exit")
	add(hex64, "a0", "a1", "a2", "a3", "ip", "cap_fi", "cap_fp", "cap_fe", "flags", "per", "qid", "oflag", "code", "resolve", "sigev_signo")
	add(auditUID, "auid", "uid", "gid", "euid", "suid", "fsuid", "egid", "sgid", "fsgid", "ses", "old-auid", "old-ses", "ouid", "ogid",
		"iuid", "igid", "oauid", "oses", "opid", "inode_uid", "inode_gid", "sauid", "id", "new-level", "frootid", "cap_frootid", "audit_pid", "old")
	add(pid, "pid", "ppid", "spid", "tpid")
	add(encoded, "comm", "key", "data", "acct", "invalid_context", "unit", "grp", "vm", "mod", "module", "dev_name")
	add(secret(encoded, schema.Path), "exe", "name", "cwd", "path", "dir", "new_name", "old_name", "watch")
	add(secret(encoded, schema.Spoken), "proctitle", "cmd")
	add(hinted(u32, schema.Octal), "mode")
	add(where(auditSaddr, auditSaddrFacts), "saddr")
	add(where(auditCaps, auditCapsFacts), "cap_pp", "cap_pi", "cap_pe", "cap_pa", "old_pp", "old_pi", "old_pe", "old_pa", "new_pp", "new_pi", "new_pe", "new_pa", "pp", "pi", "pe", "pa")
	add(named(u32, auditSignal), "sig")
	add(named(u32, auditListNames), "list")
	add(named(u32, ipProtocol), "proto")
	add(named(u32, addressFamily), "family")
	add(u64, "items", "item", "inode", "argc", "version", "ver", "entries", "seresult", "lport", "rport", "sport", "dport", "fd", "fd0", "fd1", "prog-id", "res", "auid_set", "obj_uid")
	return s
}

// auditExecveWords: there, a0 and its followers are strings.
func auditExecveWords() *schema.Set {
	return set("audit",
		attr(0, "*", secret(hinted(str, schema.Hex), schema.Spoken)),
		attr(1, "argc", u32))
}

// auditTypedWords: there, data are the keys that were hit, passwords among them.
func auditTypedWords() *schema.Set {
	s := auditWords()
	for i := range s.Attrs {
		if s.Attrs[i].Name == "data" {
			s.Attrs[i].Type.Secret = schema.Typed
		}
	}
	return s
}

var auditListNames = enum("audit list", 0, "AUDIT_FILTER_USER", "AUDIT_FILTER_TASK", "AUDIT_FILTER_ENTRY", "AUDIT_FILTER_WATCH",
	"AUDIT_FILTER_EXIT", "AUDIT_FILTER_EXCLUDE", "AUDIT_FILTER_FS", "AUDIT_FILTER_URING_EXIT")

// auditSignal is signal(7) on all machines but alpha, mips, parisc and sparc.
var auditSignal = enum("signal", 1, "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1",
	"SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU",
	"SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS")
