// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	mathbits "math/bits"
	"strconv"
	"strings"

	"github.com/nltop/nltop/internal/decode/schema"
)

// auditSaddr: saddr=0200005035...: a struct sockaddr in hex digits.
func auditSaddr(b []byte, big bool) (string, bool) {
	raw, err := hex.DecodeString(string(b))
	if err != nil {
		return "", false
	}
	return sockaddrText(raw, big)
}

// auditCapNames are CAP_* of linux/capability.h in lower case, by number.
var auditCapNames = [...]string{
	"chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable",
	"net_bind_service", "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot",
	"sys_ptrace", "sys_pacct", "sys_admin", "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease",
	"audit_write", "audit_control", "setfcap", "mac_override", "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read",
	"perfmon", "bpf", "checkpoint_restore",
}

// auditCaps: a set of capabilities in hex digits.
func auditCaps(b []byte, _ bool) (string, bool) {
	v, err := strconv.ParseUint(string(b), 16, 64)
	if err != nil {
		return "", false
	}
	const all = 1<<len(auditCapNames) - 1
	switch {
	case v == 0:
		return "none", true
	case v&all == all:
		return "all", true
	}
	var names []string
	for ; v != 0; v &= v - 1 {
		if i := mathbits.TrailingZeros64(v); i < len(auditCapNames) {
			names = append(names, auditCapNames[i])
		} else {
			names = append(names, strconv.Itoa(i))
		}
	}
	return strings.Join(names, ","), true
}

// Sizes of struct audit_rule_data behind field_count.
const (
	auditMaskLen   = 64 * 4
	auditMaxFields = 64
	auditRuleFixed = auditMaskLen + 3*auditMaxFields*4 + 4
)

// auditFields are the fields of rules as auditctl(8) writes them.
var auditFields = map[uint32]string{
	0: "pid", 1: "uid", 2: "euid", 3: "suid", 4: "fsuid", 5: "gid", 6: "egid", 7: "sgid", 8: "fsgid", 9: "auid", 10: "pers", 11: "arch",
	12: "msgtype", 13: "subj_user", 14: "subj_role", 15: "subj_type", 16: "subj_sen", 17: "subj_clr", 18: "ppid", 19: "obj_user",
	20: "obj_role", 21: "obj_type", 22: "obj_lev_low", 23: "obj_lev_high", 24: "loginuid_set", 25: "sessionid", 26: "fstype",
	100: "devmajor", 101: "devminor", 102: "inode", 103: "exit", 104: "success", 105: "path", 106: "perm", 107: "dir", 108: "filetype",
	109: "obj_uid", 110: "obj_gid", 111: "field_compare", 112: "exe", 113: "saddr_fam", 200: "a0", 201: "a1", 202: "a2", 203: "a3", 210: "key",
}

// auditOperators by the bits of fieldflags.
var auditOperators = map[uint32]string{
	0x08000000: "&", 0x10000000: "<", 0x20000000: ">", 0x30000000: "!=", 0x40000000: "=", 0x48000000: "&=", 0x50000000: "<=", 0x60000000: ">=",
}

// auditCompared are the two sides of AUDIT_COMPARE_*, by number.
var auditCompared = [...][2]string{
	{}, {"uid", "obj_uid"}, {"gid", "obj_gid"}, {"euid", "obj_uid"}, {"egid", "obj_gid"}, {"auid", "obj_uid"}, {"suid", "obj_uid"},
	{"sgid", "obj_gid"}, {"fsuid", "obj_uid"}, {"fsgid", "obj_gid"}, {"uid", "auid"}, {"uid", "euid"}, {"uid", "fsuid"}, {"uid", "suid"},
	{"auid", "fsuid"}, {"auid", "suid"}, {"auid", "euid"}, {"euid", "suid"}, {"euid", "fsuid"}, {"suid", "fsuid"}, {"gid", "egid"},
	{"gid", "fsgid"}, {"gid", "sgid"}, {"egid", "fsgid"}, {"egid", "sgid"}, {"sgid", "fsgid"},
}

// auditStrings are the fields whose value is a length in the buffer.
func auditStrings(field uint32) bool {
	return field >= 13 && field <= 17 || field >= 19 && field <= 23 || field == 105 || field == 107 || field == 112 || field == 210
}

// auditRuleText writes a rule in the words of auditctl: "-S execve -F
// arch=b64 -F auid>=1000 -F key=x". A rule has at most 64 fields, so its text
// is bounded by the strings that it brings along.
func auditRuleText(b []byte, big bool) (string, bool) {
	words, ok := auditRuleWords(b, big)
	return strings.Join(words, " "), ok
}

// auditRuleWords are the options of a rule, each with its argument.
func auditRuleWords(b []byte, big bool) ([]string, bool) {
	if len(b) < auditRuleFixed {
		return nil, false
	}
	o := sockDiagOrder(big)
	at := func(array, i int) uint32 { return o.Uint32(b[auditMaskLen+4*(array*auditMaxFields+i):]) }
	buf := b[auditRuleFixed:]
	count := auditMaxFields
	// A field without an operator ends the list; field_count lies in front.
	for i := range auditMaxFields {
		if at(2, i)&0x78000000 == 0 {
			count = i
			break
		}
	}
	var arch uint32
	var words []string
	for i := range count {
		field, value, op := at(0, i), at(1, i), auditOperators[at(2, i)&0x78000000]
		if op == "" {
			op = fmt.Sprintf(" 0x%x ", at(2, i))
		}
		text := auditValue(field, value)
		switch {
		case field == 11:
			arch = value
		case field == 111 && value > 0 && int(value) < len(auditCompared):
			c := auditCompared[value]
			words = append(words, "-C "+c[0]+op+c[1])
			continue
		case auditStrings(field):
			if uint64(value) > uint64(len(buf)) {
				return nil, false
			}
			text, buf = string(buf[:value]), buf[value:]
		}
		name := auditFields[field]
		if name == "" {
			name = "field " + strconv.FormatUint(uint64(field), 10)
		}
		words = append(words, "-F "+name+op+text)
	}
	if calls := auditCalls(b[:auditMaskLen], o, arch); calls != "" {
		words = append(words, calls)
		// auditctl writes the architecture, the calls, and then the rest.
		last := len(words) - 1
		place := 0
		if arch != 0 && strings.HasPrefix(words[0], "-F arch") {
			place = 1
		}
		copy(words[place+1:], words[place:last])
		words[place] = calls
	}
	return words, true
}

// auditValue writes the number that a field is compared with.
func auditValue(field, v uint32) string {
	switch {
	case field == 11:
		switch v {
		case 0xc000003e, 0xc00000b7:
			return "b64"
		case 0x40000003, 0x40000028:
			return "b32"
		}
		if name, ok := auditArch.Lookup(uint64(v)); ok {
			return name
		}
		return fmt.Sprintf("0x%x", v)
	case field == 12:
		if name, ok := auditMsgtype.Lookup(uint64(v)); ok {
			return strings.TrimPrefix(name, "AUDIT_")
		}
	case field == 106:
		s := ""
		for i, c := range "xwra" {
			if v>>i&1 != 0 {
				s += string(c)
			}
		}
		// auditctl has its own order.
		out := ""
		for _, c := range "rwxa" {
			if strings.ContainsRune(s, c) {
				out += string(c)
			}
		}
		return out
	case field == 103 && int32(v) < 0:
		return strconv.Itoa(int(int32(v)))
	case field >= 200 && field <= 203:
		return fmt.Sprintf("0x%X", v)
	case field == 108:
		return auditFileType(v)
	case (field >= 1 && field <= 9 || field == 25 || field == 109 || field == 110) && v == 0xffffffff:
		return "-1"
	case field == 26:
		switch v {
		case 0x64626720:
			return "debugfs"
		case 0x74726163:
			return "tracefs"
		}
		return fmt.Sprintf("0x%x", v)
	}
	return strconv.FormatUint(uint64(v), 10)
}

func auditFileType(v uint32) string {
	switch v & 0o170000 {
	case 0o140000:
		return "socket"
	case 0o120000:
		return "link"
	case 0o100000:
		return "file"
	case 0o060000:
		return "block"
	case 0o040000:
		return "dir"
	case 0o020000:
		return "character"
	case 0o010000:
		return "fifo"
	}
	return fmt.Sprintf("0%o", v)
}

// auditCalls writes the mask of system calls: bit n of word n/32 is call n.
func auditCalls(mask []byte, o binary.ByteOrder, arch uint32) string {
	var table *schema.Enum
	switch arch {
	case 0xc000003e:
		table = auditSyscallsX86_64
	case 0x40000003:
		table = auditSyscallsI386
	case 0xc00000b7:
		table = auditSyscallsAArch64
	}
	// The last word of the mask is not for calls (AUDIT_CLASSES).
	all := true
	for n := range 8*len(mask)/32 - 1 {
		all = all && o.Uint32(mask[4*n:]) == math.MaxUint32
	}
	if all {
		return "-S all"
	}
	var calls []string
	for n := range 8 * len(mask) {
		if o.Uint32(mask[n/32*4:])>>(n%32)&1 == 0 {
			continue
		}
		name, known := "", false
		if table != nil {
			name, known = table.Lookup(uint64(n))
		}
		if !known {
			name = strconv.Itoa(n)
		}
		calls = append(calls, name)
	}
	if calls == nil {
		return ""
	}
	return "-S " + strings.Join(calls, ",")
}
