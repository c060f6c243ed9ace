// SPDX-License-Identifier: Apache-2.0

package say

import (
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// devlinkCommands are the requests of devlink(8) that change something: the words
// before the device, and what stands behind it.
var devlinkCommands = map[string]struct {
	words string
	part  string // an attribute whose value is a part of the device's name, behind a slash
	table []option
}{
	"ESWITCH_SET": {"dev eswitch set", "", []option{
		{"DEVLINK_ATTR_ESWITCH_MODE", "mode", asOneOf(map[uint64]string{0: "legacy", 1: "switchdev"})},
		{"DEVLINK_ATTR_ESWITCH_INLINE_MODE", "inline-mode", asOneOf(map[uint64]string{0: "none", 1: "link", 2: "network", 3: "transport"})},
		{"DEVLINK_ATTR_ESWITCH_ENCAP_MODE", "encap-mode", asOneOf(map[uint64]string{0: "none", 1: "basic"})}}},
	"HEALTH_REPORTER_RECOVER":    {"health recover", "", devlinkReporter},
	"HEALTH_REPORTER_TEST":       {"health test", "", devlinkReporter},
	"HEALTH_REPORTER_DUMP_CLEAR": {"health dump clear", "", devlinkReporter},
	"HEALTH_REPORTER_SET": {"health set", "", []option{devlinkReporter[0],
		{"DEVLINK_ATTR_HEALTH_REPORTER_GRACEFUL_PERIOD", "grace_period", asNumber},
		{"DEVLINK_ATTR_HEALTH_REPORTER_AUTO_RECOVER", "auto_recover", asTrueFalse},
		{"DEVLINK_ATTR_HEALTH_REPORTER_AUTO_DUMP", "auto_dump", asTrueFalse}}},
	"PORT_SPLIT":   {"port split", "", []option{{"DEVLINK_ATTR_PORT_SPLIT_COUNT", "count", asNumber}}},
	"PORT_UNSPLIT": {"port unsplit", "", nil},
	"PORT_DEL":     {"port del", "", nil},
	"RATE_NEW":     {"port function rate add", "DEVLINK_ATTR_RATE_NODE_NAME", devlinkRate},
	"RATE_SET":     {"port function rate set", "DEVLINK_ATTR_RATE_NODE_NAME", devlinkRate},
	"RATE_DEL":     {"port function rate del", "DEVLINK_ATTR_RATE_NODE_NAME", nil},
	"REGION_NEW":   {"region new", "DEVLINK_ATTR_REGION_NAME", devlinkSnapshot},
	"REGION_DEL":   {"region del", "DEVLINK_ATTR_REGION_NAME", devlinkSnapshot},
	"TRAP_SET":     {"trap set", "", []option{{"DEVLINK_ATTR_TRAP_NAME", "trap", asText}, {"DEVLINK_ATTR_TRAP_ACTION", "action", asTrapAction}}},
	"TRAP_GROUP_SET": {"trap group set", "", []option{
		{"DEVLINK_ATTR_TRAP_GROUP_NAME", "group", asText}, {"DEVLINK_ATTR_TRAP_ACTION", "action", asTrapAction},
		{"DEVLINK_ATTR_TRAP_POLICER_ID", "", func(_ *telling, n *decode.Node) ([]string, bool) {
			if number(n) == 0 {
				return []string{"nopolicer"}, true
			}
			return []string{"policer", decimal(number(n))}, true
		}}}},
	"TRAP_POLICER_SET": {"trap policer set", "", []option{
		{"DEVLINK_ATTR_TRAP_POLICER_ID", "policer", asNumber}, {"DEVLINK_ATTR_TRAP_POLICER_RATE", "rate", asNumber},
		{"DEVLINK_ATTR_TRAP_POLICER_BURST", "burst", asNumber}}},
	"SB_POOL_SET": {"sb pool set", "", []option{
		{"DEVLINK_ATTR_SB_INDEX", "sb", asNumber}, {"DEVLINK_ATTR_SB_POOL_INDEX", "pool", asNumber},
		{"DEVLINK_ATTR_SB_POOL_SIZE", "size", asNumber},
		{"DEVLINK_ATTR_SB_POOL_THRESHOLD_TYPE", "thtype", asOneOf(map[uint64]string{0: "static", 1: "dynamic"})}}},
	"SB_PORT_POOL_SET": {"sb port pool set", "", []option{
		{"DEVLINK_ATTR_SB_INDEX", "sb", asNumber}, {"DEVLINK_ATTR_SB_POOL_INDEX", "pool", asNumber},
		{"DEVLINK_ATTR_SB_THRESHOLD", "th", asNumber}}},
	"SB_TC_POOL_BIND_SET": {"sb tc bind set", "", []option{
		{"DEVLINK_ATTR_SB_INDEX", "sb", asNumber}, {"DEVLINK_ATTR_SB_TC_INDEX", "tc", asNumber},
		{"DEVLINK_ATTR_SB_POOL_TYPE", "type", asOneOf(map[uint64]string{0: "ingress", 1: "egress"})},
		{"DEVLINK_ATTR_SB_POOL_INDEX", "pool", asNumber}, {"DEVLINK_ATTR_SB_THRESHOLD", "th", asNumber}}},
	"SB_OCC_SNAPSHOT":  {"sb occupancy snapshot", "", []option{{"DEVLINK_ATTR_SB_INDEX", "sb", asNumber}}},
	"SB_OCC_MAX_CLEAR": {"sb occupancy clearmax", "", []option{{"DEVLINK_ATTR_SB_INDEX", "sb", asNumber}}},
	"DPIPE_TABLE_COUNTERS_SET": {"dpipe table set", "", []option{
		{"DEVLINK_ATTR_DPIPE_TABLE_NAME", "name", asText},
		{"DEVLINK_ATTR_DPIPE_TABLE_COUNTERS_ENABLED", "counters", asOneOf(map[uint64]string{0: "disable", 1: "enable"})}}},
	"LINECARD_SET": {"lc set", "", []option{
		{"DEVLINK_ATTR_LINECARD_INDEX", "lc", asNumber}, {"DEVLINK_ATTR_LINECARD_TYPE", "", asTextOr("type", "notype")}}},
	"FLASH_UPDATE": {"dev flash", "", []option{
		{"DEVLINK_ATTR_FLASH_UPDATE_FILE_NAME", "file", asText}, {"DEVLINK_ATTR_FLASH_UPDATE_COMPONENT", "component", asText},
		{"DEVLINK_ATTR_FLASH_UPDATE_OVERWRITE_MASK", "", asBitfield("overwrite", "settings", "identifiers")}}},
	"RELOAD": {"dev reload", "", []option{
		{"DEVLINK_ATTR_RELOAD_ACTION", "action", asOneOf(map[uint64]string{1: "driver_reinit", 2: "fw_activate"})},
		{"DEVLINK_ATTR_RELOAD_LIMITS", "", asBitfield("limit", "", "no_reset")}}},
}

var (
	devlinkReporter = []option{{"DEVLINK_ATTR_HEALTH_REPORTER_NAME", "reporter", asText}}
	devlinkSnapshot = []option{{"DEVLINK_ATTR_REGION_SNAPSHOT_ID", "snapshot", asNumber}}
	devlinkRate     = []option{
		{"DEVLINK_ATTR_RATE_TX_SHARE", "tx_share", asRate}, {"DEVLINK_ATTR_RATE_TX_MAX", "tx_max", asRate},
		{"DEVLINK_ATTR_RATE_TX_PRIORITY", "tx_priority", asNumber}, {"DEVLINK_ATTR_RATE_TX_WEIGHT", "tx_weight", asNumber},
		{"DEVLINK_ATTR_RATE_PARENT_NODE_NAME", "", asTextOr("parent", "noparent")}}
	asTrueFalse  = asOneOf(map[uint64]string{0: "false", 1: "true"})
	asTrapAction = asOneOf(map[uint64]string{0: "drop", 1: "trap", 2: "mirror"})
)

// asTextOr is a word with a string, or another where the string is empty.
func asTextOr(word, none string) form {
	return func(_ *telling, n *decode.Node) ([]string, bool) {
		s, ok := n.Value.(string)
		if s == "" {
			return []string{none}, ok
		}
		return []string{word, s}, ok
	}
}

// asBitfield is a nla_bitfield32 that tells all bits, as devlink sends it: those that
// are set, with a word before each.
func asBitfield(word string, bits ...string) form {
	return func(_ *telling, n *decode.Node) ([]string, bool) {
		f := fieldsOf(n)
		v := f.num("value")
		if f.num("selector") != 1<<len(bits)-1 {
			return nil, false
		}
		var words []string
		for i, name := range bits {
			if v&(1<<i) != 0 && name != "" {
				words = append(words, word, name)
				v &^= 1 << i
			}
		}
		return words, v == 0 && len(words) > 0
	}
}

// devlink has the tellers of these, and of ports.
var devlink = func() map[string]teller {
	all := map[string]teller{
		// devlink's own, for what it listens to
		"DEVLINK_CMD_NOTIFY_FILTER_SET": readsOnly(),
		"DEVLINK_CMD_PORT_SET":          devlinkPortSet, "DEVLINK_CMD_PORT_NEW": devlinkPortNew,
		"DEVLINK_CMD_SELFTESTS_RUN": func(t *telling) bool {
			return t.devlinkSay("dev selftests run", "", []option{{"DEVLINK_ATTR_SELFTESTS", "id", asFlashTest}}) && len(t.words) == 7
		},
		"DEVLINK_CMD_PARAM_SET": devlinkParam("dev param set"), "DEVLINK_CMD_PORT_PARAM_SET": devlinkParam("port param set"),
		"DEVLINK_CMD_HEALTH_REPORTER_DIAGNOSE": func(t *telling) bool {
			t.reads = true
			return t.devlinkSay("health diagnose", "", devlinkReporter)
		},
	}
	for name, x := range devlinkCommands {
		all["DEVLINK_CMD_"+name] = func(t *telling) bool { return t.devlinkSay(x.words, x.part, x.table) }
	}
	return all
}()

// devlinkSay says a command: words, the device, and options.
func (t *telling) devlinkSay(words, part string, table []option) bool {
	a := t.attrs()
	bus, dev := a.take("DEVLINK_ATTR_BUS_NAME"), a.take("DEVLINK_ATTR_DEV_NAME")
	if bus == nil || dev == nil {
		return false
	}
	name := text(bus) + "/" + text(dev)
	if n := a.take("DEVLINK_ATTR_PORT_INDEX"); n != nil {
		name += "/" + decimal(number(n))
	} else if part != "" {
		n := a.take(part)
		if n == nil {
			return false
		}
		name += "/" + text(n)
	}
	t.say("devlink")
	t.say(strings.Fields(words)...)
	t.say(name)
	a.options(table)
	return true
}

func devlinkPortSet(t *telling) bool {
	a := t.attrs()
	if !a.has("DEVLINK_ATTR_PORT_FUNCTION") {
		return t.devlinkSay("port set", "", []option{{"DEVLINK_ATTR_PORT_TYPE", "type", asOneOf(map[uint64]string{1: "auto", 2: "eth", 3: "ib"})}})
	}
	if !t.devlinkSay("port function set", "", nil) {
		return false
	}
	a.in("DEVLINK_ATTR_PORT_FUNCTION").options([]option{
		{"DEVLINK_PORT_FUNCTION_ATTR_HW_ADDR", "hw_addr", asLLAddr},
		{"DEVLINK_PORT_FN_ATTR_STATE", "state", asOneOf(map[uint64]string{0: "inactive", 1: "active"})}})
	return true
}

// devlinkPortNew says a port that somebody makes, whose index he may choose.
func devlinkPortNew(t *telling) bool {
	return t.devlinkSay("port add", "", []option{
		{"DEVLINK_ATTR_PORT_FLAVOUR", "flavour", func(_ *telling, n *decode.Node) ([]string, bool) {
			s, ok := map[string]string{"DEVLINK_PORT_FLAVOUR_PCI_PF": "pcipf", "DEVLINK_PORT_FLAVOUR_PCI_VF": "pcivf",
				"DEVLINK_PORT_FLAVOUR_PCI_SF": "pcisf"}[text(n)]
			return []string{s}, ok
		}},
		{"DEVLINK_ATTR_PORT_PCI_PF_NUMBER", "pfnum", asNumber}, {"DEVLINK_ATTR_PORT_PCI_SF_NUMBER", "sfnum", asNumber},
		{"DEVLINK_ATTR_PORT_CONTROLLER_NUMBER", "controller", asNumber}})
}

// asFlashTest is the one test that there is (DEVLINK_ATTR_SELFTEST_ID_FLASH).
var asFlashTest form = func(_ *telling, n *decode.Node) ([]string, bool) {
	return []string{"flash"}, len(n.Children) == 1 && n.Children[0].ID == 1
}

// devlinkParamWords are values that devlink takes by name only, by parameter
// (linux/devlink.h).
var devlinkParamWords = map[string]map[uint64]string{
	"fw_load_policy":         {0: "driver", 1: "flash", 2: "disk", 3: "unknown"},
	"reset_dev_on_drv_probe": {0: "unknown", 1: "always", 2: "never", 3: "disk"},
}

// devlinkParam says a parameter of a driver. devlink asks first of what type it is, and
// sends nothing where it has the value already.
func devlinkParam(words string) teller {
	return func(t *telling) bool {
		a := t.attrs()
		name, kind, value := a.take("DEVLINK_ATTR_PARAM_NAME"), a.take("DEVLINK_ATTR_PARAM_TYPE"), a.take("DEVLINK_ATTR_PARAM_VALUE_DATA")
		if name == nil || kind == nil || !t.devlinkSay(words, "", nil) {
			return false
		}
		word, ok := t.devlinkValue(text(name), number(kind), value)
		t.say("name", text(name), "value", word)
		a.options([]option{{"DEVLINK_ATTR_PARAM_VALUE_CMODE", "cmode", asOneOf(map[uint64]string{0: "runtime", 1: "driverinit", 2: "permanent"})}})
		return ok
	}
}

// devlinkValue puts a value of a type (DEVLINK_VAR_ATTR_TYPE_*) into a word.
func (t *telling) devlinkValue(name string, kind uint64, n *decode.Node) (string, bool) {
	const u8, u32, str, flag = 1, 3, 5, 6
	switch {
	case kind == flag:
		return map[bool]string{true: "true", false: "false"}[n != nil], true
	case n == nil:
		return "", false
	case kind == str:
		return strings.TrimSuffix(string(n.Raw), "\x00"), true
	case kind < u8 || kind > u32:
		return "", false
	}
	v, ok := rawNumber(t, n)
	if words := devlinkParamWords[name]; words != nil {
		return words[v], ok && words[v] != ""
	}
	return decimal(v), ok
}
