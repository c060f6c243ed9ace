// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"

	"github.com/nltop/nltop/internal/decode/schema"
)

// How traffic control writes numbers: handles, verdicts, ticks, probabilities.

var (
	tcS8  = schema.Type{Kind: schema.S8}
	tcS16 = schema.Type{Kind: schema.S16}
	tcS64 = schema.Type{Kind: schema.S64}

	tcNanos64   = hinted(u64, schema.Nanos)
	tcNanosS64  = hinted(tcS64, schema.Nanos)
	tcNanos32   = hinted(u32, schema.Nanos)
	tcRate32    = hinted(u32, schema.BitRate) // bytes per second
	tcRate64    = hinted(u64, schema.BitRate)
	tcClassID   = sized(custom(tcHandle), 4)
	tcU32Handle = sized(custom(tcU32Node), 4)
	tcTicks     = sized(custom(tcTickTime), 4)
	tcTicks64   = custom(tcTickTime)
	tcProb      = sized(custom(tcPercent), 4)
	tcControl   = sized(schema.Type{Kind: schema.Custom, Enum: tcVerdicts, Format: tcVerdict, Facts: where(tcVerdict, tcVerdictFacts).Facts}, 4)
	tcLinkLayer = enum("tc_link_layer", 0, "TC_LINKLAYER_UNAWARE", "TC_LINKLAYER_ETHERNET", "TC_LINKLAYER_ATM")
	tcClock     = enum("clockid", 0, // linux/time.h
		"CLOCK_REALTIME", "CLOCK_MONOTONIC", "CLOCK_PROCESS_CPUTIME_ID", "CLOCK_THREAD_CPUTIME_ID",
		"CLOCK_MONOTONIC_RAW", "CLOCK_REALTIME_COARSE", "CLOCK_MONOTONIC_COARSE", "CLOCK_BOOTTIME",
		"CLOCK_REALTIME_ALARM", "CLOCK_BOOTTIME_ALARM", "CLOCK_SGI_CYCLE", "CLOCK_TAI")
)

// tcVerdicts is TC_ACT_* of linux/pkt_cls.h. The two last are the upper four
// bits of a number whose other bits are an argument.
var tcVerdicts = values("TC_ACT",
	val(0xffffffff, "TC_ACT_UNSPEC"), val(0, "TC_ACT_OK"), val(1, "TC_ACT_RECLASSIFY"), val(2, "TC_ACT_SHOT"),
	val(3, "TC_ACT_PIPE"), val(4, "TC_ACT_STOLEN"), val(5, "TC_ACT_QUEUED"), val(6, "TC_ACT_REPEAT"),
	val(7, "TC_ACT_REDIRECT"), val(8, "TC_ACT_TRAP"),
	val(1<<28, "TC_ACT_JUMP"), val(2<<28, "TC_ACT_GOTO_CHAIN"),
)

func tcBits32(e *schema.Enum) schema.Type { return schema.Type{Kind: schema.Bits32, Enum: e} }

// tcSet is a set that numbers its attributes from 1 on; 0 is NAME_UNSPEC.
func tcSet(name string, members ...schema.Field) *schema.Set {
	s := set(name, unspec(name+"_UNSPEC"))
	for i, m := range members {
		a := attr(uint16(i+1), m.Name, m.Type)
		if m.Type.Kind == schema.Unused {
			a.Note = "no longer used"
		}
		s.Attrs = append(s.Attrs, a)
	}
	return s
}

// tcNest is a nest of such a set.
func tcNest(name string, members ...schema.Field) schema.Type { return nest(tcSet(name, members...)) }

// tcRecord is a struct of members, some of which come in groups.
func tcRecord(name string, groups ...[]schema.Field) *schema.StructType {
	s := record(name)
	for _, g := range groups {
		s.Fields = append(s.Fields, g...)
	}
	return s
}

// tcOne is a group of one.
func tcOne(name string, t schema.Type) []schema.Field { return []schema.Field{field(name, t)} }

// tcPadding is a group of padding.
func tcPadding(n int) []schema.Field { return []schema.Field{padding("", n)} }

func tcNumber32(b []byte, big bool) uint32 {
	if big {
		return binary.BigEndian.Uint32(b)
	}
	return binary.LittleEndian.Uint32(b)
}

// tcHandle renders a handle as tc does: "1:10", both in hex, "root" for
// TC_H_ROOT, "ingress" for TC_H_INGRESS, which is also TC_H_CLSACT
// (linux/pkt_sched.h).
func tcHandle(b []byte, big bool) (string, bool) {
	if len(b) != 4 {
		return "", false
	}
	h := tcNumber32(b, big)
	switch h {
	case 0:
		return "none", true
	case 0xffffffff:
		return "root", true
	case 0xfffffff1:
		return "ingress", true
	case 0xfffffff2:
		return "ffff:ingress", true // TC_H_MIN_INGRESS of clsact
	case 0xfffffff3:
		return "ffff:egress", true
	}
	out := strconv.AppendUint(nil, uint64(h>>16), 16)
	out = append(out, ':')
	if minor := h & 0xffff; minor != 0 {
		out = strconv.AppendUint(out, uint64(minor), 16)
	}
	return string(out), true
}

// tcU32Node renders the handle of a u32 filter as tc does: hash table, bucket
// and node in hex, "800:0:801" as "800::801" (TC_U32_USERHTID, TC_U32_HASH,
// TC_U32_NODE).
func tcU32Node(b []byte, big bool) (string, bool) {
	if len(b) != 4 {
		return "", false
	}
	h := tcNumber32(b, big)
	if h == 0 {
		return "none", true
	}
	var out []byte
	if table := h >> 20; table != 0 {
		out = strconv.AppendUint(out, uint64(table), 16)
	}
	out = append(out, ':')
	bucket, node := h>>12&0xff, h&0xfff
	if bucket != 0 {
		out = strconv.AppendUint(out, uint64(bucket), 16)
	}
	if node != 0 || bucket != 0 {
		out = append(out, ':')
	}
	if node != 0 {
		out = strconv.AppendUint(out, uint64(node), 16)
	}
	return string(out), true
}

// tcPriority renders tcm_info of a filter: TC_H_MAKE(priority << 16,
// protocol), where protocol is a __be16.
func tcPriority(b []byte, big bool) (string, bool) {
	if len(b) != 4 {
		return "", false
	}
	v := tcNumber32(b, big)
	if v == 0 {
		return "none", true
	}
	proto := uint16(v)
	if !big {
		proto = proto<<8 | proto>>8
	}
	name, ok := etherType.Lookup(uint64(proto))
	if !ok {
		name = "0x" + strconv.FormatUint(uint64(proto), 16)
	}
	return "priority " + strconv.FormatUint(uint64(v>>16), 10) + " protocol " + name, true
}

// tcVerdict renders what an action does with the packet.
func tcVerdict(b []byte, big bool) (string, bool) {
	if len(b) != 4 {
		return "", false
	}
	v := uint64(tcNumber32(b, big))
	if name, ok := tcVerdicts.Lookup(v); ok {
		return name, true
	}
	arg := strconv.FormatUint(v&(1<<28-1), 10)
	if name, ok := tcVerdicts.Lookup(v &^ (1<<28 - 1)); ok && v>>28 != 0 {
		return name + " " + arg, true
	}
	return strconv.FormatUint(v, 10), true
}

// tcTickTime renders a time in the ticks of the packet scheduler, 64 ns each
// (PSCHED_SHIFT of include/net/pkt_sched.h).
func tcTickTime(b []byte, big bool) (string, bool) {
	var v uint64
	switch {
	case len(b) == 4:
		v = uint64(tcNumber32(b, big))
	case len(b) == 8 && big:
		v = binary.BigEndian.Uint64(b)
	case len(b) == 8:
		v = binary.LittleEndian.Uint64(b)
	default:
		return "", false
	}
	if v > math.MaxInt64>>6 {
		return strconv.FormatUint(v, 10) + " ticks", true
	}
	return time.Duration(v << 6).String(), true
}

// tcPercent renders a probability, of which 2^32-1 is all.
func tcPercent(b []byte, big bool) (string, bool) {
	if len(b) != 4 {
		return "", false
	}
	p := float64(tcNumber32(b, big)) / math.MaxUint32 * 100
	return strconv.FormatFloat(math.Round(p*1e6)/1e6, 'f', -1, 64) + "%", true
}
