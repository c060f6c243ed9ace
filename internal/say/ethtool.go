// SPDX-License-Identifier: Apache-2.0

package say

import (
	"encoding/binary"
	"math/big"
	"strings"

	"github.com/nltop/nltop/internal/decode"
)

// ethtoolSets are the requests of ethtool(8) that change something: the option of
// ethtool, and what stands behind the device. One ethtool -s may be several requests,
// each of which is said as one.
var ethtoolSets = map[string]struct {
	option string
	table  []option
}{
	"LINKINFO_SET": {"-s", []option{
		{"ETHTOOL_A_LINKINFO_PORT", "port", asOneOf(map[uint64]string{0: "tp", 1: "aui", 2: "mii", 3: "fibre", 4: "bnc", 5: "da"})},
		{"ETHTOOL_A_LINKINFO_TP_MDIX_CTRL", "mdix", asOneOf(map[uint64]string{1: "off", 2: "on", 3: "auto"})},
		{"ETHTOOL_A_LINKINFO_PHYADDR", "phyad", asNumber}}},
	"LINKMODES_SET": {"-s", []option{
		{"ETHTOOL_A_LINKMODES_SPEED", "speed", asNumber}, {"ETHTOOL_A_LINKMODES_LANES", "lanes", asNumber},
		{"ETHTOOL_A_LINKMODES_DUPLEX", "duplex", asOneOf(map[uint64]string{0: "half", 1: "full"})},
		{"ETHTOOL_A_LINKMODES_AUTONEG", "autoneg", asOnOff},
		{"ETHTOOL_A_LINKMODES_MASTER_SLAVE_CFG", "master-slave", asOneOf(map[uint64]string{
			2: "preferred-master", 3: "preferred-slave", 4: "forced-master", 5: "forced-slave"})},
		{"ETHTOOL_A_LINKMODES_OURS", "advertise", asBitset}}},
	// A password for waking up has no way but an argument, so it is not said.
	"WOL_SET":   {"-s", []option{{"ETHTOOL_A_WOL_MODES", "wol", asWakeups}}},
	"DEBUG_SET": {"-s", []option{{"ETHTOOL_A_DEBUG_MSGMASK", "msglvl", asBitset}}},
	"FEATURES_SET": {"-K", []option{
		{"ETHTOOL_A_FEATURES_WANTED", "", asBitList}}},
	"PRIVFLAGS_SET": {"--set-priv-flags", []option{{"ETHTOOL_A_PRIVFLAGS_FLAGS", "", asBitset}}},
	"RINGS_SET": {"-G", []option{
		{"ETHTOOL_A_RINGS_RX", "rx", asNumber}, {"ETHTOOL_A_RINGS_RX_MINI", "rx-mini", asNumber},
		{"ETHTOOL_A_RINGS_RX_JUMBO", "rx-jumbo", asNumber}, {"ETHTOOL_A_RINGS_TX", "tx", asNumber},
		{"ETHTOOL_A_RINGS_RX_BUF_LEN", "rx-buf-len", asNumber}, {"ETHTOOL_A_RINGS_CQE_SIZE", "cqe-size", asNumber},
		{"ETHTOOL_A_RINGS_TCP_DATA_SPLIT", "tcp-data-split", asOneOf(map[uint64]string{0: "auto", 1: "off", 2: "on"})},
		{"ETHTOOL_A_RINGS_TX_PUSH", "tx-push", asOnOff}, {"ETHTOOL_A_RINGS_RX_PUSH", "rx-push", asOnOff},
		{"ETHTOOL_A_RINGS_TX_PUSH_BUF_LEN", "tx-push-buf-len", asNumber}, {"ETHTOOL_A_RINGS_HDS_THRESH", "hds-thresh", asNumber}}},
	"CHANNELS_SET": {"-L", []option{
		{"ETHTOOL_A_CHANNELS_RX_COUNT", "rx", asNumber}, {"ETHTOOL_A_CHANNELS_TX_COUNT", "tx", asNumber},
		{"ETHTOOL_A_CHANNELS_OTHER_COUNT", "other", asNumber}, {"ETHTOOL_A_CHANNELS_COMBINED_COUNT", "combined", asNumber}}},
	"COALESCE_SET": {"-C", ethtoolCoalesce},
	"PAUSE_SET": {"-A", []option{
		{"ETHTOOL_A_PAUSE_AUTONEG", "autoneg", asOnOff}, {"ETHTOOL_A_PAUSE_RX", "rx", asOnOff}, {"ETHTOOL_A_PAUSE_TX", "tx", asOnOff}}},
	"EEE_SET": {"--set-eee", []option{
		{"ETHTOOL_A_EEE_ENABLED", "eee", asOnOff}, {"ETHTOOL_A_EEE_TX_LPI_ENABLED", "tx-lpi", asOnOff},
		{"ETHTOOL_A_EEE_TX_LPI_TIMER", "tx-timer", asNumber}, {"ETHTOOL_A_EEE_MODES_OURS", "advertise", asBitset}}},
	"FEC_SET": {"--set-fec", []option{{"ETHTOOL_A_FEC_MODES", "encoding", asEncodings}}},
	"MODULE_SET": {"--set-module", []option{
		{"ETHTOOL_A_MODULE_POWER_MODE_POLICY", "power-mode-policy", asOneOf(map[uint64]string{1: "high", 2: "auto"})}}},
	"PLCA_SET_CFG": {"--set-plca-cfg", []option{
		{"ETHTOOL_A_PLCA_ENABLED", "enable", asOnOff}, {"ETHTOOL_A_PLCA_NODE_ID", "node-id", asNumber},
		{"ETHTOOL_A_PLCA_NODE_CNT", "node-cnt", asNumber}, {"ETHTOOL_A_PLCA_TO_TMR", "to-tmr", asNumber},
		{"ETHTOOL_A_PLCA_BURST_CNT", "burst-cnt", asNumber}, {"ETHTOOL_A_PLCA_BURST_TMR", "burst-tmr", asNumber}}},
	"PSE_SET": {"--set-pse", []option{
		{"ETHTOOL_A_PODL_PSE_ADMIN_CONTROL", "podl-pse-admin-control", asPower},
		{"ETHTOOL_A_C33_PSE_ADMIN_CONTROL", "c33-pse-admin-control", asPower}}},
	"MM_SET": {"--set-mm", []option{
		{"ETHTOOL_A_MM_VERIFY_ENABLED", "verify-enabled", asOnOff}, {"ETHTOOL_A_MM_VERIFY_TIME", "verify-time", asNumber},
		{"ETHTOOL_A_MM_TX_ENABLED", "tx-enabled", asOnOff}, {"ETHTOOL_A_MM_PMAC_ENABLED", "pmac-enabled", asOnOff},
		{"ETHTOOL_A_MM_TX_MIN_FRAG_SIZE", "tx-min-frag-size", asNumber}}},
	"CABLE_TEST_ACT":     {"--cable-test", []option{}},
	"CABLE_TEST_TDR_ACT": {"--cable-test-tdr", []option{{"ETHTOOL_A_CABLE_TEST_TDR_CFG", "", asCable}}},
}

var ethtoolCoalesce = []option{
	{"ETHTOOL_A_COALESCE_USE_ADAPTIVE_RX", "adaptive-rx", asOnOff}, {"ETHTOOL_A_COALESCE_USE_ADAPTIVE_TX", "adaptive-tx", asOnOff},
	{"ETHTOOL_A_COALESCE_RX_USECS", "rx-usecs", asNumber}, {"ETHTOOL_A_COALESCE_RX_MAX_FRAMES", "rx-frames", asNumber},
	{"ETHTOOL_A_COALESCE_RX_USECS_IRQ", "rx-usecs-irq", asNumber}, {"ETHTOOL_A_COALESCE_RX_MAX_FRAMES_IRQ", "rx-frames-irq", asNumber},
	{"ETHTOOL_A_COALESCE_TX_USECS", "tx-usecs", asNumber}, {"ETHTOOL_A_COALESCE_TX_MAX_FRAMES", "tx-frames", asNumber},
	{"ETHTOOL_A_COALESCE_TX_USECS_IRQ", "tx-usecs-irq", asNumber}, {"ETHTOOL_A_COALESCE_TX_MAX_FRAMES_IRQ", "tx-frames-irq", asNumber},
	{"ETHTOOL_A_COALESCE_STATS_BLOCK_USECS", "stats-block-usecs", asNumber},
	{"ETHTOOL_A_COALESCE_PKT_RATE_LOW", "pkt-rate-low", asNumber},
	{"ETHTOOL_A_COALESCE_RX_USECS_LOW", "rx-usecs-low", asNumber}, {"ETHTOOL_A_COALESCE_RX_MAX_FRAMES_LOW", "rx-frames-low", asNumber},
	{"ETHTOOL_A_COALESCE_TX_USECS_LOW", "tx-usecs-low", asNumber}, {"ETHTOOL_A_COALESCE_TX_MAX_FRAMES_LOW", "tx-frames-low", asNumber},
	{"ETHTOOL_A_COALESCE_PKT_RATE_HIGH", "pkt-rate-high", asNumber},
	{"ETHTOOL_A_COALESCE_RX_USECS_HIGH", "rx-usecs-high", asNumber}, {"ETHTOOL_A_COALESCE_RX_MAX_FRAMES_HIGH", "rx-frames-high", asNumber},
	{"ETHTOOL_A_COALESCE_TX_USECS_HIGH", "tx-usecs-high", asNumber}, {"ETHTOOL_A_COALESCE_TX_MAX_FRAMES_HIGH", "tx-frames-high", asNumber},
	{"ETHTOOL_A_COALESCE_RATE_SAMPLE_INTERVAL", "sample-interval", asNumber},
	{"ETHTOOL_A_COALESCE_USE_CQE_MODE_RX", "cqe-mode-rx", asOnOff}, {"ETHTOOL_A_COALESCE_USE_CQE_MODE_TX", "cqe-mode-tx", asOnOff},
	{"ETHTOOL_A_COALESCE_TX_AGGR_MAX_BYTES", "tx-aggr-max-bytes", asNumber},
	{"ETHTOOL_A_COALESCE_TX_AGGR_MAX_FRAMES", "tx-aggr-max-frames", asNumber},
	{"ETHTOOL_A_COALESCE_TX_AGGR_TIME_USECS", "tx-aggr-time-usecs", asNumber},
}

// ethtoolGets are what ethtool shows, by the options that show it. What is missing is
// ethtool's own question for strings.
var ethtoolGets = map[string]string{
	"LINKINFO_GET": "", "LINKMODES_GET": "", "LINKSTATE_GET": "", "DEBUG_GET": "", "WOL_GET": "", "FEATURES_GET": "-k",
	"PRIVFLAGS_GET": "--show-priv-flags", "RINGS_GET": "-g", "CHANNELS_GET": "-l", "COALESCE_GET": "-c", "PAUSE_GET": "-a",
	"EEE_GET": "--show-eee", "TSINFO_GET": "-T", "TUNNEL_INFO_GET": "--show-tunnels", "FEC_GET": "--show-fec",
	"MODULE_EEPROM_GET": "-m", "STATS_GET": "-S", "PHC_VCLOCKS_GET": "--get-phc-vclocks", "MODULE_GET": "--show-module",
	"PSE_GET": "--show-pse", "RSS_GET": "-x", "PLCA_GET_CFG": "--get-plca-cfg", "PLCA_GET_STATUS": "--get-plca-status",
	"MM_GET": "--show-mm", "PHY_GET": "--show-phys", "TSCONFIG_GET": "--get-hwtimestamp-cfg",
}

// ethtool has the requests of both.
var ethtool = func() map[string]teller {
	all := map[string]teller{"ETHTOOL_MSG_STRSET_GET": readsOnly()}
	for name, x := range ethtoolSets {
		all["ETHTOOL_MSG_"+name] = func(t *telling) bool { return t.ethtoolDev(x.option) && t.ethtoolSet(x.table) }
	}
	for name, opt := range ethtoolGets {
		all["ETHTOOL_MSG_"+name] = func(t *telling) bool {
			t.reads = true
			return t.ethtoolDev(opt)
		}
	}
	return all
}()

// ethtoolDev says the option and the device. Which form it wants bit sets in, ethtool
// says by itself.
func (t *telling) ethtoolDev(option string) bool {
	t.say("ethtool")
	if option != "" {
		t.say(option)
	}
	for i := range t.body.Attrs {
		n := &t.body.Attrs[i]
		if !strings.HasSuffix(n.Name, "_HEADER") {
			continue
		}
		h := t.open(n)
		switch x := h.take("ETHTOOL_A_HEADER_DEV_NAME"); {
		case x != nil:
			t.say(text(x))
		case h.has("ETHTOOL_A_HEADER_DEV_INDEX"):
			t.say(t.ifName(h.num("ETHTOOL_A_HEADER_DEV_INDEX")))
		default:
			return t.reads // of all devices
		}
		if x := h.peek("ETHTOOL_A_HEADER_FLAGS"); x != nil && x.Num&^1 == 0 { // ETHTOOL_FLAG_COMPACT_BITSETS
			t.mark(x, true)
		}
		return true
	}
	return false
}

func (t *telling) ethtoolSet(table []option) bool {
	words := len(t.words)
	a := t.attrs()
	a.options(table)
	return len(t.words) > words || len(table) == 0 || table[0].attr == "ETHTOOL_A_CABLE_TEST_TDR_CFG"
}

var (
	asPower = asOneOf(map[uint64]string{2: "disable", 3: "enable"})
	// asBitset is a set of bits: a number, with the mask of those that change, or names.
	asBitset form = func(t *telling, n *decode.Node) ([]string, bool) {
		f := fieldsOf(n)
		value := f.peek("ETHTOOL_A_BITSET_VALUE")
		if value == nil {
			return asBitList(t, n)
		}
		// ethtool reckons the size from the number; a larger one means no more.
		v, mask := t.bits(value), f.peek("ETHTOOL_A_BITSET_MASK")
		switch {
		case f.has("ETHTOOL_A_BITSET_NOMASK"):
			return []string{"0x" + v.Text(16)}, mask == nil && v.Sign() > 0
		case mask != nil:
			m := t.bits(mask)
			return []string{"0x" + v.Text(16) + "/0x" + m.Text(16)}, m.Sign() > 0
		}
		return nil, false
	}
	// asBitList is names of bits with on or off.
	asBitList form = func(_ *telling, n *decode.Node) ([]string, bool) {
		f := fieldsOf(n)
		bits := f.in("ETHTOOL_A_BITSET_BITS")
		var words []string
		for i := range bits.nodes {
			bit := fieldsOf(&bits.nodes[i])
			name := bit.peek("ETHTOOL_A_BITSET_BIT_NAME")
			if name == nil || bit.has("ETHTOOL_A_BITSET_BIT_INDEX") || !bitName(text(name)) {
				return nil, false
			}
			words = append(words, text(name), map[bool]string{true: "on", false: "off"}[bit.has("ETHTOOL_A_BITSET_BIT_VALUE")])
		}
		return words, len(words) > 0 && !f.has("ETHTOOL_A_BITSET_NOMASK")
	}
	// asWakeups is letters, one for each bit, as linux/ethtool.h counts them.
	asWakeups form = func(t *telling, n *decode.Node) ([]string, bool) {
		f := fieldsOf(n)
		if !f.has("ETHTOOL_A_BITSET_NOMASK") || f.has("ETHTOOL_A_BITSET_VALUE") {
			return asBitset(t, n)
		}
		const letters = "pumbagsf"
		bits := f.in("ETHTOOL_A_BITSET_BITS")
		var s []byte
		for i := range bits.nodes {
			x := fieldsOf(&bits.nodes[i]).peek("ETHTOOL_A_BITSET_BIT_INDEX")
			if x == nil || number(x) >= uint64(len(letters)) {
				return nil, false
			}
			s = append(s, letters[number(x)])
		}
		if len(s) == 0 {
			return []string{"d"}, true
		}
		return []string{string(s)}, true
	}
	// asEncodings is modes of error correction, with ETHTOOL_A_FEC_AUTO beside them.
	asEncodings form = func(t *telling, n *decode.Node) ([]string, bool) {
		f := fieldsOf(n)
		var words []string
		auto := t.attrs().peek("ETHTOOL_A_FEC_AUTO")
		if auto != nil && number(auto) != 0 {
			words = append(words, "auto")
		}
		bits := f.in("ETHTOOL_A_BITSET_BITS")
		for i := range bits.nodes {
			x := fieldsOf(&bits.nodes[i]).peek("ETHTOOL_A_BITSET_BIT_NAME")
			if x == nil {
				return nil, false
			}
			w, ok := map[string]string{"None": "off", "RS": "rs", "BASER": "baser", "LLRS": "llrs"}[text(x)]
			if !ok {
				return nil, false
			}
			words = append(words, w)
		}
		if auto != nil {
			t.mark(auto, true)
		}
		return words, len(words) > 0 && auto != nil && f.has("ETHTOOL_A_BITSET_NOMASK")
	}
	// asCable is where a cable is measured, in metres; the message has centimetres.
	asCable form = func(_ *telling, n *decode.Node) ([]string, bool) {
		f := fieldsOf(n)
		var words []string
		for _, x := range []string{"first", "last", "step"} {
			if v := f.peek("ETHTOOL_A_CABLE_TEST_TDR_CFG_" + strings.ToUpper(x)); v != nil {
				if number(v)%100 != 0 {
					return nil, false
				}
				words = append(words, x, decimal(number(v)/100))
			}
		}
		if v := f.peek("ETHTOOL_A_CABLE_TEST_TDR_CFG_PAIR"); v != nil {
			words = append(words, "pair", decimal(number(v)))
		}
		return words, true
	}
)

// bits is the number in the words of a bit set, the lowest first.
func (t *telling) bits(n *decode.Node) *big.Int {
	v := new(big.Int)
	var order binary.ByteOrder = binary.LittleEndian
	if t.m.Frame.BigEndian {
		order = binary.BigEndian
	}
	for i := len(n.Raw) / 4 * 4; i > 0; i -= 4 {
		v.Lsh(v, 32)
		v.Or(v, big.NewInt(int64(order.Uint32(n.Raw[i-4:]))))
	}
	return v
}

// bitName says whether ethtool takes a word as the name of a bit, not as a number.
func bitName(s string) bool {
	return s != "" && s[0] != '-' && strings.Trim(s, "0123456789abcdefABCDEF") != "" && !strings.HasPrefix(s, "0x")
}
