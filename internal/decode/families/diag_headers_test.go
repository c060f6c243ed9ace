// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/nltest"
)

func init() {
	inText := "written in the words of ss by inetDiagBytecode"
	ruleText := "written in the words of auditctl by auditRuleText"
	headers = append(headers,
		cited{name: "linux/sock_diag.h", of: []string{"sock_diag"}, skip: map[string]string{"SKNLGRP_NONE": "no group", "SK_MEMINFO_VARS": notWire, "SK_DIAB_*": notWire}},
		cited{name: "linux/inet_diag.h", skip: map[string]string{
			"IDIAG_TIMER_*":  "in the words of ss, which older headers leave it to (inetDiagTimer)",
			"INET_DIAG_BC_*": inText, "INET_DIAG_NOCOOKIE": "written by sockDiagCookieText",
		}},
		cited{name: "linux/unix_diag.h"},
		cited{name: "linux/netlink_diag.h", skip: map[string]string{"NDIAG_PROTO_ALL": "carried as the 255 that it is in a __u8"}},
		cited{name: "linux/packet_diag.h"},
		cited{name: "linux/vm_sockets_diag.h"},
		cited{name: "linux/xdp_diag.h"},
		cited{name: "linux/smc_diag.h"},
		cited{name: "linux/tipc_sockets_diag.h"},
		cited{name: "linux/tcp.h", only: []string{"TCPI_OPT_", "TCP_CA_"}},
		cited{name: "linux/mptcp.h", only: []string{"MPTCP_SUBFLOW_", "MPTCP_INFO_FLAG_"}, skip: map[string]string{"MPTCP_SUBFLOW_ADDRS": "a socket option"}},
		cited{name: "linux/tls.h", only: []string{"TLS_INFO_", "TLS_CONF_"}},
		cited{name: "linux/audit.h", of: []string{"audit"}, skip: map[string]string{
			"AUDIT_FIRST_*": notWire, "AUDIT_LAST_*": notWire, "AUDIT_MAX_*": notWire, "AUDIT_NR_FILTERS": notWire, "AUDIT_BITMASK_SIZE": notWire,
			"AUDIT_SYSCALL_CLASSES": notWire, "AUDIT_CLASS_*": ruleText, "AUDIT_UNUSED_BITS": notNames, "AUDIT_COMPARE_*": ruleText,
			"AUDIT_FILTER_TYPE": "alias of AUDIT_FILTER_EXCLUDE", "AUDIT_NEGATE": ruleText, "AUDIT_BIT_MASK": ruleText, "AUDIT_LESS_THAN*": ruleText,
			"AUDIT_GREATER_THAN*": ruleText, "AUDIT_NOT_EQUAL": ruleText, "AUDIT_EQUAL": ruleText, "AUDIT_BIT_TEST": ruleText,
			"AUDIT_OPERATORS": notNames, "Audit_*": notWire, "AUDIT_FEATURE_BITMAP_ALL": notNames, "AUDIT_VERSION_*": notNames,
			"AUDIT_FEATURE_VERSION": notWire, "AUDIT_FEATURE_ONLY_UNSET_LOGINUID": "a bit's number; carried as the bit",
			"AUDIT_FEATURE_LOGINUID_IMMUTABLE": "a bit's number; carried as the bit", "AUDIT_PERM_*": ruleText, "AUDIT_MESSAGE_TEXT_MAX": notWire,
			"AUDIT_NLGRP_NONE": "no group", "AUDIT_*ID_UNSET": "shown as unset", "AUDIT_UID_UNSET": "shown as unset", "AUDIT_SID_UNSET": "shown as unset",
			"AUDIT_PID": ruleText, "AUDIT_UID": ruleText, "AUDIT_EUID": ruleText, "AUDIT_SUID": ruleText, "AUDIT_FSUID": ruleText, "AUDIT_GID": ruleText,
			"AUDIT_EGID": ruleText, "AUDIT_SGID": ruleText, "AUDIT_FSGID": ruleText, "AUDIT_LOGINUID": ruleText, "AUDIT_PERS": ruleText, "AUDIT_ARCH": ruleText,
			"AUDIT_MSGTYPE": ruleText, "AUDIT_SUBJ_*": ruleText, "AUDIT_PPID": ruleText, "AUDIT_OBJ_USER": ruleText, "AUDIT_OBJ_ROLE": ruleText,
			"AUDIT_OBJ_TYPE": ruleText, "AUDIT_OBJ_LEV_*": ruleText, "AUDIT_LOGINUID_SET": ruleText, "AUDIT_SESSIONID": ruleText, "AUDIT_FSTYPE": ruleText,
			"AUDIT_DEVMAJOR": ruleText, "AUDIT_DEVMINOR": ruleText, "AUDIT_INODE": ruleText, "AUDIT_EXIT": ruleText, "AUDIT_SUCCESS": ruleText,
			"AUDIT_WATCH": ruleText, "AUDIT_PERM": ruleText, "AUDIT_DIR": ruleText, "AUDIT_FILETYPE": ruleText, "AUDIT_OBJ_UID": ruleText,
			"AUDIT_OBJ_GID": ruleText, "AUDIT_FIELD_COMPARE": ruleText, "AUDIT_EXE": ruleText, "AUDIT_SADDR_FAM": ruleText, "AUDIT_ARG*": ruleText,
			"AUDIT_FILTERKEY": ruleText,
		}},
		cited{name: "linux/connector.h", skip: map[string]string{
			"CN_VAL_*": "1 throughout", "CN_W1_VAL": "1", "CN_DST_VAL": "1", "CN_KVP_VAL": "1", "CN_VSS_VAL": "1", "CN_NETLINK_USERS": notWire,
			"CONNECTOR_MAX_MSG_SIZE": notWire,
		}},
		cited{name: "linux/cn_proc.h", of: []string{"connector"}, skip: map[string]string{"PROC_EVENT_ALL": notNames}},
		cited{name: "linux/cryptouser.h", of: []string{"crypto"}, skip: map[string]string{"CRYPTO_MSG_BASE": "alias of CRYPTO_MSG_NEWALG", "CRYPTO_MAX_NAME": notWire,
			"CRYPTO_NR_MSGTYPES": notWire}},
		cited{name: "linux/selinux_netlink.h", of: []string{"selinux"}, skip: map[string]string{"SELNL_MSG_SETENFORCE": "SELNL_MSG_BASE, which the reader of this test learns too late", "SELNL_MSG_POLICYLOAD": "the next one",
			"SELNL_MSG_BASE": "alias of SELNL_MSG_SETENFORCE", "SELNLGRP_NONE": "no group",
			"SELNL_GRP_*": "bits of sockaddr_nl.nl_groups, the old spelling of SELNLGRP_*"}},
		cited{name: "rdma/rdma_netlink.h", of: []string{"rdma"}, skip: map[string]string{
			"RDMA_NLDEV_CMD_*": "numbers of a client's operations: TestRDMATypes", "RDMA_NL_IWPM_*": "TestRDMATypes", "RDMA_NL_LS_*": "TestRDMATypes",
			"RDMA_NL_IWCM": "TestRDMATypes", "RDMA_NL_RSVD": "no client", "RDMA_NL_LS": "TestRDMATypes", "RDMA_NL_NLDEV": "TestRDMATypes",
			"RDMA_NL_NUM_*": notWire, "RDMA_NLDEV_NUM_OPS": notWire, "IWPM_UABI_VERSION*": notWire, "RDMA_NLDEV_ATTR_UNSPEC": "RDMA_NLDEV_ATTR_PAD",
			"IWPM_NLA_MANAGE_MAPPED_LOC_ADDR": "alias of IWPM_NLA_RMANAGE_MAPPED_LOC_ADDR", "IWPM_NLA_MAPINFO_SEND_MAX": notWire,
			"IWPM_NLA_REMOVE_MAPPING_MAX": notWire, "LS_DEVICE_NAME_MAX": notWire, "RDMA_NLA_F_MANDATORY": "part of an attribute's number",
			"RDMA_NLA_TYPE_MASK": notNames,
		}},
	)
	newer["PROC_EVENT_NONZERO_EXIT"] = true
	foreign["audit"] = "keys of text, not attributes"
	indexed["sk_meminfo"] = 0
}

// TestRDMATypes: nlmsg_type is made of client and operation.
func TestRDMATypes(t *testing.T) { withHeaders(t, testRDMATypes) }

func testRDMATypes(t *testing.T, dir string) {
	h := readHeader(t, dir, "rdma/rdma_netlink.h")
	if h == nil {
		t.Skipf("no rdma/rdma_netlink.h in %s", dir)
	}
	types := map[string]uint64{}
	for _, f := range families.All() {
		if f.Name == "rdma" {
			for _, m := range f.Messages {
				types[m.Name] = uint64(m.ID)
			}
		}
	}
	n := 0
	for _, b := range h.enums {
		for _, it := range b.items {
			var client uint64
			switch {
			case it.name == "RDMA_NLDEV_CMD_UNSPEC" || it.name == "RDMA_NL_IWPM_NUM_OPS":
				continue
			case len(it.name) > 15 && it.name[:15] == "RDMA_NLDEV_CMD_":
				client = h.values["RDMA_NL_NLDEV"]
			case len(it.name) > 13 && it.name[:13] == "RDMA_NL_IWPM_":
				client = h.values["RDMA_NL_IWCM"]
			case len(it.name) > 14 && it.name[:14] == "RDMA_NL_LS_OP_":
				client = h.values["RDMA_NL_LS"]
			default:
				continue
			}
			n++
			if have, ok := types[it.name]; !ok || have != client<<10+it.value {
				t.Errorf("%s: %d %v, want %d << 10 + %d", it.name, have, ok, client, it.value)
			}
		}
	}
	if n < 30 {
		t.Errorf("only %d operations in the header", n)
	}
}

// TestSyscalls holds the tables of gen_syscalls.go against the installed
// headers, through the decoder: arch=… syscall=… of a record.
func TestSyscalls(t *testing.T) {
	d := decode.New(families.All(), decode.Options{})
	for arch, file := range map[string]string{
		"c000003e": "x86_64-linux-gnu/asm/unistd_64.h", "40000003": "x86_64-linux-gnu/asm/unistd_32.h", "c00000b7": "asm-generic/unistd.h",
	} {
		h := readHeader(t, *uapiDir, file)
		if h == nil {
			t.Logf("%s is not installed", file)
			continue
		}
		n := 0
		for _, it := range h.defines {
			name, ok := syscallName(it, arch == "c00000b7")
			if !ok {
				continue
			}
			n++
			m := auditRecord(d, 1300, "audit(1.000:1): arch="+arch+" syscall="+utoa(it.value)+" success=yes")
			if node, _ := m.Lookup("syscall"); node.Value != name {
				t.Errorf("arch %s call %d: %v, the header says %s", arch, it.value, node.Value, name)
			}
		}
		if n < 250 {
			t.Errorf("%s: only %d calls", file, n)
		}
	}
}

// TestGuessedProtocols: what nobody has tables for is marked as a guess.
func TestGuessedProtocols(t *testing.T) {
	d := decode.New(families.All(), decode.Options{})
	for protocol, guess := range map[uint16]bool{2: true, 17: true, 23: true, 9: false, 4: false, 22: false, 3: false, 5: false, 13: false, 11: false} {
		data := nltest.Message(99, 0, 1, 0, nltest.Attr(7, nltest.Str("hello")), nltest.Attr(8))
		for _, m := range d.Frame(&capture.Frame{
			Origin: &capture.Origin{
				Protocol: protocol, Dir: capture.DirPeer,
			},
			Data: data, OrigLen: len(data),
		}, nil) {
			if m.Guess != guess {
				t.Errorf("protocol %d: guess %v", protocol, m.Guess)
			}
		}
	}
}

func utoa(v uint64) string { return strconv.FormatUint(v, 10) }

// syscallName reads a #define of a header of system calls.
func syscallName(it item, generic bool) (string, bool) {
	name, ok := strings.CutPrefix(it.name, "__NR_")
	if !ok {
		if name, ok = strings.CutPrefix(it.name, "__NR3264_"); ok && name == "fstatat" {
			name = "newfstatat"
		}
	}
	if !ok || !it.ok || name == "syscalls" || generic && (it.value >= 403 && it.value < 424 || slices.Contains([]string{"arch_specific_syscall", "sync_file_range2", "llseek", "mmap2"}, name)) {
		return "", false
	}
	// __NR_fcntl is __NR3264_fcntl; on 32-bit machines the number is another's.
	return name, !generic || !strings.HasSuffix(name, "64") || name == "fadvise64"
}

// auditRecord is a record as the kernel sends it, its length that of the text
// alone.
func auditRecord(d *decode.Decoder, typ uint16, text string) decode.Message {
	data := nltest.Message(typ, 0, 0, 0, []byte(text))
	binary.LittleEndian.PutUint32(data, uint32(len(text)))
	return d.Frame(&capture.Frame{
		Origin: &capture.Origin{
			Dir: capture.DirEvent, Protocol: 9, NetNS: 1,
		},
		OrigLen: len(data), Data: data,
	}, nil)[0]
}
