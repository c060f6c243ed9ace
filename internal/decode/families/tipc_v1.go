// SPDX-License-Identifier: Apache-2.0

package families

import (
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/decode/schema"
)

// tipcV1 is the older control of TIPC (linux/tipc_config.h,
// net/tipc/netlink_compat.c): one command, a header that says what to do, and
// TLVs of their own kind behind it. Members that struct genlmsghdr has too are
// called tipc_.
func tipcV1() *schema.Family {
	tlvs := where(tipcTLVs, tipcTLVsFacts)
	return &schema.Family{
		Name:     "TIPC",
		Protocol: unix.NETLINK_GENERIC,
		Version:  1,
		Header: record("tipc_genlmsghdr",
			field("dest", hex32), field("tipc_cmd", named(u16, tipcCmd)), padding("tipc_reserved", 2)),
		Lead:     []string{"tipc_cmd", "dest", ">*"},
		Messages: []schema.Message{{ID: 1, Name: "TIPC_GENL_CMD", Body: &tlvs}},
	}
}

var tipcCmd = values("TIPC_CMD",
	val(0x0000, "TIPC_CMD_NOOP"), val(0x0001, "TIPC_CMD_GET_NODES"), val(0x0002, "TIPC_CMD_GET_MEDIA_NAMES"),
	val(0x0003, "TIPC_CMD_GET_BEARER_NAMES"), val(0x0004, "TIPC_CMD_GET_LINKS"),
	val(0x0005, "TIPC_CMD_SHOW_NAME_TABLE"), val(0x0006, "TIPC_CMD_SHOW_PORTS"),
	val(0x000b, "TIPC_CMD_SHOW_LINK_STATS"), val(0x000f, "TIPC_CMD_SHOW_STATS"),
	val(0x4003, "TIPC_CMD_GET_REMOTE_MNG"), val(0x4004, "TIPC_CMD_GET_MAX_PORTS"),
	val(0x4005, "TIPC_CMD_GET_MAX_PUBL"), val(0x4006, "TIPC_CMD_GET_MAX_SUBSCR"),
	val(0x4007, "TIPC_CMD_GET_MAX_ZONES"), val(0x4008, "TIPC_CMD_GET_MAX_CLUSTERS"),
	val(0x4009, "TIPC_CMD_GET_MAX_NODES"), val(0x400a, "TIPC_CMD_GET_MAX_SLAVES"),
	val(0x400b, "TIPC_CMD_GET_NETID"), val(0x4101, "TIPC_CMD_ENABLE_BEARER"),
	val(0x4102, "TIPC_CMD_DISABLE_BEARER"), val(0x4107, "TIPC_CMD_SET_LINK_TOL"),
	val(0x4108, "TIPC_CMD_SET_LINK_PRI"), val(0x4109, "TIPC_CMD_SET_LINK_WINDOW"),
	val(0x410a, "TIPC_CMD_SET_LOG_SIZE"), val(0x410b, "TIPC_CMD_DUMP_LOG"),
	val(0x410c, "TIPC_CMD_RESET_LINK_STATS"), val(0x8001, "TIPC_CMD_SET_NODE_ADDR"),
	val(0x8003, "TIPC_CMD_SET_REMOTE_MNG"), val(0x8004, "TIPC_CMD_SET_MAX_PORTS"),
	val(0x8005, "TIPC_CMD_SET_MAX_PUBL"), val(0x8006, "TIPC_CMD_SET_MAX_SUBSCR"),
	val(0x8007, "TIPC_CMD_SET_MAX_ZONES"), val(0x8008, "TIPC_CMD_SET_MAX_CLUSTERS"),
	val(0x8009, "TIPC_CMD_SET_MAX_NODES"), val(0x800a, "TIPC_CMD_SET_MAX_SLAVES"),
	val(0x800b, "TIPC_CMD_SET_NETID"), val(0xc001, "TIPC_CMD_NOT_NET_ADMIN"),
)

var tipcTLVNames = values("TIPC_TLV",
	val(0, "TIPC_TLV_NONE"), val(1, "TIPC_TLV_VOID"), val(2, "TIPC_TLV_UNSIGNED"), val(3, "TIPC_TLV_STRING"),
	val(4, "TIPC_TLV_LARGE_STRING"), val(5, "TIPC_TLV_ULTRA_STRING"), val(16, "TIPC_TLV_ERROR_STRING"),
	val(17, "TIPC_TLV_NET_ADDR"), val(18, "TIPC_TLV_MEDIA_NAME"), val(19, "TIPC_TLV_BEARER_NAME"),
	val(20, "TIPC_TLV_LINK_NAME"), val(21, "TIPC_TLV_NODE_INFO"), val(22, "TIPC_TLV_LINK_INFO"),
	val(23, "TIPC_TLV_BEARER_CONFIG"), val(24, "TIPC_TLV_LINK_CONFIG"), val(25, "TIPC_TLV_NAME_TBL_QUERY"),
	val(26, "TIPC_TLV_PORT_REF"),
)

// tipcTLVs renders struct tlv_desc { __be16 tlv_len, tlv_type; } and what is
// in it, one behind the other; the length has the header in it, and each
// begins at a multiple of four.
func tipcTLVs(b []byte, _ bool) (string, bool) {
	var out []string
	for len(b) >= 4 {
		n, typ := int(binary.BigEndian.Uint16(b)), uint64(binary.BigEndian.Uint16(b[2:]))
		if n < 4 || n > len(b) {
			return "", false
		}
		name, ok := tipcTLVNames.Lookup(typ)
		if !ok {
			name = fmt.Sprint(typ)
		}
		out = append(out, strings.TrimSpace(name+" "+tipcTLV(typ, b[4:n])))
		b = b[min((n+3)&^3, len(b)):]
	}
	return strings.Join(out, "; "), len(b) == 0
}

// tipcTLV is numbers in network byte order, text, or numbers and a name.
func tipcTLV(typ uint64, b []byte) string {
	numbers, text := tipcTLVParts(typ, b)
	var out []string
	for _, n := range numbers {
		out = append(out, fmt.Sprint(n))
	}
	if text != "" {
		out = append(out, fmt.Sprintf("%q", text))
	}
	return strings.Join(out, " ")
}

func tipcTLVParts(typ uint64, b []byte) (numbers []uint64, text string) {
	n := map[uint64]int{2: 1, 17: 1, 21: 2, 22: 2, 23: 2, 24: 1, 25: 4, 26: 1}[typ]
	for ; n > 0 && len(b) >= 4; n-- {
		numbers = append(numbers, uint64(binary.BigEndian.Uint32(b)))
		b = b[4:]
	}
	text, _, _ = strings.Cut(string(b), "\x00")
	return numbers, text
}
