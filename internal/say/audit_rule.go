// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/schema"
)

// Rules of audit: struct audit_rule_data { __u32 flags, action, field_count,
// mask[AUDIT_BITMASK_SIZE], fields[AUDIT_MAX_FIELDS], values[AUDIT_MAX_FIELDS],
// fieldflags[AUDIT_MAX_FIELDS], buflen; char buf[]; } of linux/audit.h. The field "rule"
// begins at its mask.
const (
	auditMask   = 64 * 4
	auditFields = 64
	auditBuffer = auditMask + 3*auditFields*4 + 4
)

// The fields that have rules of their own (AUDIT_*).
const (
	auditArch        = 11
	auditMsgType     = 12
	auditPath        = 105
	auditPerm        = 106
	auditDir         = 107
	auditFileType    = 108
	auditExe         = 112
	auditLoginUIDSet = 24
	auditFSType      = 26
	auditKey         = 210
)

var (
	auditLists   = map[uint64]string{0: "user", 1: "task", 4: "exit", 5: "exclude", 6: "filesystem"}
	auditActions = map[uint64]string{0: "never", 2: "always"}
	// auditOnly are the lists that auditctl takes a field in, where these are not all.
	auditOnly = map[uint32][]string{
		auditMsgType: {"user", "exclude"}, 25: {"user", "exit", "exclude"}, auditFSType: {"filesystem"},
		18: {"exit"}, 19: {"exit"}, 20: {"exit"}, 21: {"exit"}, 22: {"exit"}, 23: {"exit"}, 100: {"exit"}, 101: {"exit"}, 102: {"exit"},
		103: {"exit"}, 104: {"exit"}, auditPath: {"exit"}, auditPerm: {"exit"}, auditDir: {"exit"}, auditFileType: {"exit"}, 111: {"exit"},
	}
	// auditExcludes are those of the list "exclude": pid, uid, gid, auid, msgtype, subj_*, exe.
	auditExcludes = []uint32{0, 1, 5, 9, auditMsgType, 13, 14, 15, 16, 17, auditExe}
	// auditEqual are the fields that are equal to something or not, no more.
	auditEqual = []uint32{auditArch, 102, 111, auditExe, auditFSType}
	// auditArches are the machines that auditctl knows, as it takes them: x86, ARM,
	// PowerPC, s390.
	auditArches = map[uint32]string{0xc000003e: "b64", 0x40000003: "b32", 0xc00000b7: "b64", 0x40000028: "b32",
		0x80000015: "0x80000015", 0xc0000015: "0xc0000015", 0x14: "0x14", 0x80000016: "0x80000016", 0x16: "0x16"}
	// auditOtherNames are system calls that auditctl has other names for.
	auditOtherNames = []string{"pread64", "pwrite64", "kexec_load", "sched_rr_get_interval_time64", "getdents64", "fstat"}
	// auditNewTypes are records that auditctl of Debian 12 does not know by name.
	auditNewTypes = []string{"DM_CTRL", "DM_EVENT", "INTEGRITY_USERSPACE", "IPE_ACCESS", "IPE_CONFIG_CHANGE", "IPE_POLICY_LOAD",
		"LANDLOCK_ACCESS", "LANDLOCK_DOMAIN", "MAC_OBJ_CONTEXTS", "MAC_TASK_CONTEXTS"}
)

// auditNewCall is the first system call that auditctl of Debian 12 does not know by name.
const auditNewCall = 451

// auditCondition is a field of a rule, in words.
type auditCondition struct {
	option, field, op, value string
	id, number               uint32
}

// auditRule says a rule that comes or goes.
func auditRule(add bool) teller {
	return func(t *telling) bool {
		const prepend = 0x10 // AUDIT_FILTER_PREPEND
		f := t.fields()
		flags, action, count, rule := f.take("flags"), f.take("action"), f.take("field_count"), f.take("rule")
		if flags == nil || action == nil || count == nil || rule == nil || len(rule.Raw) < auditBuffer {
			return false
		}
		option, list := "-d", flags.Num
		switch {
		case add && list&prepend != 0:
			option, list = "-A", list&^prepend
		case add:
			option = "-a"
		}
		where, what := auditLists[list], auditActions[action.Num]
		r := auditRuleOf(t, rule, number(count), where)
		if where == "" || what == "" || !r.ok {
			return false
		}
		t.say("auditctl", option, what+","+where)
		t.auditConditions(&r)
		return true
	}
}

// auditWords are what a rule asks for.
type auditWords struct {
	conditions []auditCondition
	calls      string // "": all, or what the list has by itself
	keys       []string
	ok         bool
}

// auditConditions says fields and system calls. These stand behind the architecture,
// which their names depend on.
func (t *telling) auditConditions(r *auditWords) {
	at := 0
	for i := range r.conditions {
		if r.conditions[i].id == auditArch {
			at = i + 1
		}
	}
	for i := range len(r.conditions) + 1 {
		if i == at && r.calls != "" {
			t.say("-S", r.calls)
		}
		if i < len(r.conditions) {
			c := &r.conditions[i]
			t.say(c.option, c.field+c.op+c.value)
		}
	}
	for _, k := range r.keys {
		t.say("-k", k)
	}
}

// auditRuleOf reads a rule; it is not ok where auditctl would not make it.
func auditRuleOf(t *telling, n *decode.Node, count uint64, list string) auditWords {
	var order binary.ByteOrder = binary.LittleEndian
	if t.m.Frame.BigEndian {
		order = binary.BigEndian
	}
	facts, _ := n.Facts().([]any)
	var r auditWords
	var names []string
	used := 0
	for _, x := range facts {
		fact, _ := x.(schema.Object)
		option := partOf[string](fact, "option")
		if option == "-S" {
			names = partOf[[]string](fact, "calls")
			continue
		}
		i := len(r.conditions)
		c := auditCondition{option, partOf[string](fact, "field"), partOf[string](fact, "op"), partOf[string](fact, "value"),
			order.Uint32(n.Raw[auditMask+4*i:]), order.Uint32(n.Raw[auditMask+4*(auditFields+i):])}
		if c.isString() {
			used += int(c.number)
		}
		if !c.sayable(list) {
			return r
		}
		r.conditions = append(r.conditions, c)
	}
	length := int(order.Uint32(n.Raw[auditBuffer-4:]))
	rest := len(n.Raw) - auditBuffer - length
	if uint64(len(r.conditions)) != count || count >= auditFields || length != used || rest < 0 || rest > 3 || !zero(n.Raw[len(n.Raw)-rest:]) {
		return r
	}
	if last := len(r.conditions) - 1; last >= 0 && r.conditions[last].id == auditKey {
		r.keys = strings.Split(r.conditions[last].value, "\x01") // AUDIT_KEY_SEPARATOR
		r.conditions = r.conditions[:last]
	}
	r.ok = !slices.Contains(r.keys, "") &&
		!slices.ContainsFunc(r.conditions, func(c auditCondition) bool { return c.id == auditKey }) // auditctl has it last
	if !r.auditCalls(n.Raw[:auditMask], names, order, list) || !r.keyed(list) {
		r.ok = false
	}
	return r
}

// keyed says whether auditctl takes the keys: it does so only behind system calls, a
// file or a file system, so "-S all" stands where nothing else does.
func (r *auditWords) keyed(list string) bool {
	if len(r.keys) == 0 || r.calls != "" || slices.ContainsFunc(r.conditions, func(c auditCondition) bool {
		return slices.Contains([]uint32{auditPath, auditPerm, auditDir, auditExe, auditFSType}, c.id)
	}) {
		return true
	}
	r.calls = "all"
	return list == "exit"
}

// auditCalls puts the mask of system calls into words: what has no name is a number.
// Lists but "exit" have all of them, and "task" none.
func (r *auditWords) auditCalls(mask []byte, names []string, order binary.ByteOrder, list string) bool {
	switch {
	case len(names) == 0:
		return list == "task"
	case len(names) == 1 && names[0] == "all":
		return list != "task"
	case list != "exit":
		return false
	}
	hasArch := slices.ContainsFunc(r.conditions, func(c auditCondition) bool { return c.id == auditArch })
	calls := make([]string, 0, len(names))
	for n := range 8 * len(mask) {
		if order.Uint32(mask[n/32*4:])>>(n%32)&1 == 0 {
			continue
		}
		i := len(calls)
		if i >= len(names) {
			return false
		}
		if n >= auditNewCall || !hasArch || slices.Contains(auditOtherNames, names[i]) {
			calls = append(calls, decimal(uint64(n)))
		} else {
			calls = append(calls, names[i])
		}
	}
	r.calls = strings.Join(calls, ",")
	return true
}

// partOf is a part of what a value says in words; the zero value where it has none.
func partOf[T any](o schema.Object, name string) T {
	for i := range o {
		if o[i].Name == name {
			v, _ := o[i].Value.(T)
			return v
		}
	}
	var none T
	return none
}

// isString says whether the number of a field is the length of a string.
func (c *auditCondition) isString() bool {
	f := c.id
	return f >= 13 && f <= 17 || f >= 19 && f <= 23 || f == auditPath || f == auditDir || f == auditExe || f == auditKey
}

// sayable says whether auditctl takes a condition in a list, and puts its value as
// auditctl takes it.
func (c *auditCondition) sayable(list string) bool {
	if only, ok := auditOnly[c.id]; ok && !slices.Contains(only, list) || list == "exclude" && !slices.Contains(auditExcludes, c.id) && c.id != auditKey {
		return false
	}
	if c.op != "=" && c.op != "!=" && slices.Contains(auditEqual, c.id) || c.op != "=" && (c.id == auditPerm || c.id == auditKey) {
		return false
	}
	switch {
	case c.id == auditArch:
		c.value = auditArches[c.number]
	case c.id == auditMsgType && slices.Contains(auditNewTypes, c.value):
		c.value = decimal(uint64(c.number))
	case c.id >= 5 && c.id <= 8, c.id == 110: // groups: auditctl takes -1 for a name
		c.value = decimal(uint64(c.number))
	case c.id == auditLoginUIDSet, c.id == auditPerm && c.number > 0xf, c.id == auditFileType && strings.HasPrefix(c.value, "0"), c.id == 113 && c.number >= 46:
		return false // a field that the kernel alone knows, bits without a letter, a type without a name, AF_MAX
	case c.id == 103 && int32(c.number) < 0:
		// 117 has two names, and what is behind 133 is of the kernel alone
		if errno := -int32(c.number); errno > 0 && errno < 134 && errno != 117 {
			if name := decode.ErrnoName(errno); name != "" {
				c.value = "-" + name
			}
		}
	}
	return c.value != "" && !strings.Contains(c.field, " ") && c.splits()
}

// splits says whether auditctl finds the operator where it is: it takes the first that
// stands anywhere, longer ones before.
func (c *auditCondition) splits() bool {
	if c.id == auditKey {
		return true // has an option of its own
	}
	pair := c.field + c.op + c.value
	for _, op := range []string{"!=", ">=", "<=", "&=", "=", ">", "<", "&"} {
		if i := strings.Index(pair, op); i >= 0 {
			return op == c.op && i == len(c.field)
		}
	}
	return false
}
