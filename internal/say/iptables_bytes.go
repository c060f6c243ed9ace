// SPDX-License-Identifier: Apache-2.0

package say

import (
	"bytes"
	"strconv"
	"strings"
)

// The matches that are small programs, and those of headers.

// u32 is struct xt_u32: up to 11 tests of 11 steps and 11 ranges each.
func (x *extension) u32() {
	const most, step, test = 11, 8, 2*11*8 + 4
	tests, n := x.take("tests"), x.num("ntests")
	if tests == nil || n == 0 || n > most || len(tests.Raw) < most*test {
		x.bad = true
		return
	}
	var b strings.Builder
	u32 := x.t.order().Uint32
	for i := range most {
		raw := tests.Raw[i*test : (i+1)*test]
		if uint64(i) >= n {
			x.check(zero(raw))
			continue
		}
		if i > 0 {
			b.WriteString("&&")
		}
		nums, values := int(raw[2*most*step]), int(raw[2*most*step+1])
		if nums == 0 || nums > most || values == 0 || values > most {
			x.bad = true
			return
		}
		x.check(zero(raw[nums*step:most*step]) && zero(raw[(most+values)*step:2*most*step]) && zero(raw[2*most*step+2:]))
		for j := range nums {
			at := raw[j*step:]
			op := []string{"&", "<<", ">>", "@"}[at[4]&3]
			x.check(at[4] < 4 && (j > 0 || at[4] == 0) && zero(at[5:step]))
			if j > 0 {
				b.WriteString(op)
			}
			b.WriteString(hexNumber(uint64(u32(at))))
		}
		for j := range values {
			at := raw[(most+j)*step:]
			low, high := u32(at), u32(at[4:])
			b.WriteString(map[bool]string{true: "=", false: ","}[j == 0] + hexNumber(uint64(low)))
			if low != high {
				b.WriteString(":" + hexNumber(uint64(high)))
			}
		}
	}
	x.not(x.yes("invert"))
	x.put("--u32", b.String())
}

// bpf is a program of classic BPF (struct sock_filter).
func (x *extension) bpf() {
	n, program := x.num("bpf_program_num_elem"), x.take("bpf_program")
	if x.num("mode") != 0 || program == nil || n == 0 || n*8 > uint64(len(program.Raw)) {
		x.bad = true // a program that is pinned is a descriptor here
		return
	}
	x.check(zero(program.Raw[n*8:]))
	words := []string{decimal(n)}
	for i := range n {
		raw := program.Raw[i*8 : i*8+8]
		words = append(words, strconv.Itoa(int(x.t.order().Uint16(raw)))+" "+strconv.Itoa(int(raw[2]))+" "+strconv.Itoa(int(raw[3]))+" "+
			decimal(uint64(x.t.order().Uint32(raw[4:]))))
	}
	x.put("--bytecode", strings.Join(words, ","))
}

// sctpChunks are the types of chunks that iptables has names for.
var sctpChunks = map[int]string{0: "DATA", 1: "INIT", 2: "INIT_ACK", 3: "SACK", 4: "HEARTBEAT", 5: "HEARTBEAT_ACK", 6: "ABORT", 7: "SHUTDOWN",
	8: "SHUTDOWN_ACK", 9: "ERROR", 10: "COOKIE_ECHO", 11: "COOKIE_ACK", 12: "ECN_ECNE", 13: "ECN_CWR", 14: "SHUTDOWN_COMPLETE",
	64: "I_DATA", 130: "RE_CONFIG", 132: "PAD", 193: "ASCONF", 128: "ASCONF_ACK", 192: "FORWARD_TSN", 194: "I_FORWARD_TSN"}

func (x *extension) sctp() {
	flags, inv := x.num("flags"), x.num("invflags")
	x.check(flags < 8 && inv&^flags == 0)
	x.ports(flags, inv)
	// iptables sends type 255 where no flags of a chunk are asked for.
	n, info, none := x.num("flag_count"), x.take("flag_info"), bytes.Repeat([]byte{0xff, 0, 0}, 4)
	x.check(n == 0 && info != nil && (zero(info.Raw) || bytes.Equal(info.Raw, none)))
	if flags&4 == 0 {
		return
	}
	kind, chunks := x.num("chunk_match_type"), x.list("chunkmap")
	word := map[uint64]string{1: "any", 2: "all", 4: "only"}[kind]
	x.check(word != "")
	var names []string
	for i, v := range chunks {
		for bit := range 32 {
			if v&(1<<bit) != 0 {
				name := sctpChunks[i*32+bit]
				x.check(name != "")
				names = append(names, name)
			}
		}
	}
	switch len(names) {
	case 0:
		names = []string{"NONE"}
	case len(chunks) * 32:
		names, x.bad = []string{"ALL"}, false
	}
	x.not(inv&4 != 0)
	x.put("--chunk-types", word, strings.Join(names, ","))
}

// ports are those of sctp and dccp, which say in flags whether they are looked at.
func (x *extension) ports(flags, inv uint64) {
	for i, o := range []struct{ word, field string }{{"--sport", "spts"}, {"--dport", "dpts"}} {
		low, high := x.pair(o.field)
		if flags&(1<<i) != 0 {
			x.check(low <= high)
			x.not(inv&(1<<i) != 0)
			x.put(o.word, rangeWords(low, high, ":"))
		} else {
			x.check(low == 0 && (high == 0 || high == 65535))
		}
	}
}

func (x *extension) dccp() {
	flags, inv := x.num("flags"), x.num("invflags")
	x.check(flags < 16 && inv&^flags == 0)
	x.ports(flags, inv)
	if flags&4 != 0 {
		types := x.num("typemask")
		const invalid = 0xfc00 // INVALID_OTHER_TYPE_MASK: all types that there are not
		if types&invalid == invalid {
			types = types&^invalid | 1<<10
		} else {
			x.check(types&invalid == 0)
		}
		s, ok := bitNames(types, []string{"REQUEST", "RESPONSE", "DATA", "ACK", "DATAACK", "CLOSEREQ", "CLOSE", "RESET", "SYNC", "SYNCACK", "INVALID"})
		x.check(ok)
		x.not(inv&4 != 0)
		x.put("--dccp-types", s)
	}
	if flags&8 != 0 {
		x.not(inv&8 != 0)
		x.number("--dccp-option", "option")
	}
}

// ipcomp is a range of identifiers, which iptables sends as 0 alone where none is said.
func (x *extension) ipcomp() {
	inv, reserved := x.num("invflags"), x.num("hdrres")
	low, high := x.pair("spis")
	x.check(inv < 2 && reserved < 2 && low <= high)
	x.not(inv != 0)
	x.put("--ipcompspi", rangeWords(low, high, ":"))
	x.flag(reserved != 0, "--compres")
}

func (x *extension) ah() {
	inv := x.num("invflags")
	x.check(inv < 4)
	x.spanOf("--ahspi", "spis", inv&1 != 0, 1<<32-1)
	if n := x.num("hdrlen"); n != 0 || inv&2 != 0 {
		x.not(inv&2 != 0)
		x.put("--ahlen", decimal(n))
	}
	x.flag(x.num("hdrres") != 0, "--ahres")
}

func (x *extension) frag() {
	flags, inv := x.num("flags"), x.num("invflags")
	x.check(inv < 4 && flags < 64)
	x.check(x.spanOf("--fragid", "ids", inv&1 != 0, 1<<32-1) == (flags&1 != 0))
	if flags&2 != 0 {
		x.not(inv&2 != 0)
		x.number("--fraglen", "hdrlen")
	}
	for _, o := range []struct {
		bit  uint64
		word string
	}{{4, "--fragres"}, {8, "--fragfirst"}, {16, "--fragmore"}, {32, "--fraglast"}} {
		x.flag(flags&o.bit != 0, o.word)
	}
}

// rt says a routing header, but for addresses.
func (x *extension) rt() {
	flags, inv := x.num("flags"), x.num("invflags")
	x.check(flags < 16 && inv < 8)
	if flags&1 != 0 {
		x.not(inv&1 != 0)
		x.number("--rt-type", "rt_type")
	}
	x.check(x.spanOf("--rt-segsleft", "segsleft", inv&2 != 0, 1<<32-1) == (flags&2 != 0))
	if flags&4 != 0 {
		x.not(inv&4 != 0)
		x.number("--rt-len", "hdrlen")
	}
	x.flag(flags&8 != 0, "--rt-0-res")
}

func (x *extension) ipv6header() {
	match, inv, soft := x.num("matchflags"), x.num("invflags"), x.num("modeflag")
	s, ok := bitNames(match, []string{"prot", "none", "esp", "auth", "frag", "route", "dst", "hop"})
	x.check(ok && s != "" && (inv == 0 || inv == 0xff) && (soft == 0 || soft == 0xff))
	x.not(inv != 0)
	x.put("--header", s)
	x.flag(soft != 0, "--soft")
}

// headerOptions says the length of options, and which they are: the type of each, and
// its length unless that is 255, which stands for any.
func (x *extension) headerOptions(word string) {
	flags, inv, n, list := x.num("flags"), x.num("invflags"), x.num("optsnr"), x.list("opts")
	x.check(flags < 4 && inv <= flags&1 && n <= uint64(len(list)))
	if x.bad {
		return
	}
	if flags&1 != 0 {
		x.not(inv != 0)
		x.number(word+"-len", "hdrlen")
	}
	if flags&2 == 0 {
		n = 0
	}
	var all []string
	for i, o := range list {
		switch {
		case uint64(i) >= n:
			x.check(o == 0)
		case o&0xff == 0xff:
			all = append(all, decimal(o>>8))
		default:
			all = append(all, decimal(o>>8)+":"+decimal(o&0xff))
		}
	}
	x.check(n == x.num("optsnr"))
	if len(all) > 0 {
		x.put(word+"-opts", strings.Join(all, ","))
	}
}
