// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/decode"
)

// get is the value of the first field or attribute of that name, "" where
// there is none.
func get(m *decode.Message, name string) string {
	n, ok := m.Lookup(name)
	if !ok {
		return ""
	}
	return value(&n)
}

// number is the number behind it.
func getNumber(m *decode.Message, name string) uint64 {
	n, _ := m.Lookup(name)
	return n.Num
}

// ssState are the words of ss for TCP_*.
var ssState = map[string]string{
	"ESTAB": "TCP_ESTABLISHED", "SYN-SENT": "TCP_SYN_SENT", "FIN-WAIT-1": "TCP_FIN_WAIT1", "FIN-WAIT-2": "TCP_FIN_WAIT2",
	"TIME-WAIT": "TCP_TIME_WAIT", "UNCONN": "TCP_CLOSE", "CLOSE-WAIT": "TCP_CLOSE_WAIT", "LISTEN": "TCP_LISTEN", "CLOSING": "TCP_CLOSING",
}

// ssEnd is an address and port as ss writes them.
func ssEnd(addr, port string) string {
	if port == "0" {
		port = "*"
	}
	if strings.Contains(addr, ":") {
		addr = "[" + addr + "]"
	}
	return addr + ":" + port
}

// TestSSTruth: state, addresses, inode and cookie of every socket that ss
// lists, and the details of TCP.
func TestSSTruth(t *testing.T) {
	for _, r := range recordings(t, "sock_diag") {
		replies := map[string]bool{}
		for _, m := range r.of("sock_diag", "SOCK_DIAG_BY_FAMILY") {
			if get(&m, "idiag_state") == "" {
				continue
			}
			replies[fmt.Sprint(get(&m, "idiag_state"), " ", ssEnd(get(&m, "idiag_src"), get(&m, "idiag_sport")), " ",
				ssEnd(get(&m, "idiag_dst"), get(&m, "idiag_dport")), " ino:", get(&m, "idiag_inode"), " sk:", strings.TrimPrefix(get(&m, "idiag_cookie"), "0x"))] = true
		}
		seen := 0
		for _, what := range []string{"tcp", "udp"} {
			for _, line := range strings.Split(string(r.truth(what)), "\n") {
				line = strings.TrimPrefix(line, "none") // of a process that is gone
				f := strings.Fields(line)
				if len(f) < 5 || ssState[f[0]] == "" {
					continue
				}
				ino, sk := regexp.MustCompile(`ino:(\d+)`).FindString(line), regexp.MustCompile(`sk:([0-9a-f]+)`).FindString(line)
				if ino == "" {
					ino = "ino:0" // TIME-WAIT
				}
				// A socket of both families is "*" for ss.
				local := strings.Replace(f[3], "*:", "[::]:", 1)
				peer := strings.Replace(f[4], "*:", "[::]:", 1)
				if f[3][0] != '*' {
					peer = f[4]
				}
				want := fmt.Sprint(ssState[f[0]], " ", local, " ", peer, " ", ino, " ", sk)
				if !replies[want] {
					t.Errorf("%s: ss %s: no reply is %q", r.kernel, what, want)
				}
				seen++
			}
		}
		if seen < 20 {
			t.Errorf("%s: only %d sockets in the output of ss", r.kernel, seen)
		}
	}
}

// micro writes microseconds as ss does, in milliseconds.
func micro(v uint64) string {
	return strconv.FormatFloat(float64(v)/1000, 'g', 6, 64)
}

// TestSSDetails: tcp_info and tcp_bbr_info, against what ss prints of them.
func TestSSDetails(t *testing.T) {
	for _, r := range recordings(t, "sock_diag") {
		text := string(r.truth("bbr"))
		best, missing := 0, []string(nil)
		for _, m := range r.of("sock_diag", "SOCK_DIAG_BY_FAMILY") {
			if get(&m, "idiag_sport") != "8002" || get(&m, "idiag_state") != "TCP_ESTABLISHED" || getNumber(&m, "tcpi_rtt") == 0 {
				continue
			}
			words := []string{
				" " + get(&m, "INET_DIAG_CONG") + " ", "rto:" + micro(getNumber(&m, "tcpi_rto")), "ato:" + micro(getNumber(&m, "tcpi_ato")),
				"rtt:" + micro(getNumber(&m, "tcpi_rtt")) + "/" + micro(getNumber(&m, "tcpi_rttvar")), "minrtt:" + micro(getNumber(&m, "tcpi_min_rtt")),
				"mss:" + get(&m, "tcpi_snd_mss"), "pmtu:" + get(&m, "tcpi_pmtu"), "rcvmss:" + get(&m, "tcpi_rcv_mss"), "advmss:" + get(&m, "tcpi_advmss"),
				"cwnd:" + get(&m, "tcpi_snd_cwnd"), "bytes_received:" + get(&m, "tcpi_bytes_received"), "bytes_acked:" + get(&m, "tcpi_bytes_acked"),
				"bytes_sent:" + get(&m, "tcpi_bytes_sent"), "segs_out:" + get(&m, "tcpi_segs_out"), "segs_in:" + get(&m, "tcpi_segs_in"),
				"data_segs_in:" + get(&m, "tcpi_data_segs_in"), "delivered:" + get(&m, "tcpi_delivered"),
				"pacing_rate " + strconv.FormatUint(8*getNumber(&m, "tcpi_pacing_rate"), 10) + "bps",
				"delivery_rate " + strconv.FormatUint(8*getNumber(&m, "tcpi_delivery_rate"), 10) + "bps",
				"rcv_space:" + get(&m, "tcpi_rcv_space"), "rcv_ssthresh:" + get(&m, "tcpi_rcv_ssthresh"), "snd_wnd:" + get(&m, "tcpi_snd_wnd"),
				"lastsnd:" + get(&m, "tcpi_last_data_sent"), "lastrcv:" + get(&m, "tcpi_last_data_recv"), "lastack:" + get(&m, "tcpi_last_ack_recv"),
				"bbr:(bw:" + strconv.FormatUint(8*(getNumber(&m, "bbr_bw_lo")|getNumber(&m, "bbr_bw_hi")<<32), 10) + "bps,mrtt:" + micro(getNumber(&m, "bbr_min_rtt")),
				"pacing_gain:" + strconv.FormatFloat(float64(getNumber(&m, "bbr_pacing_gain"))/256, 'g', 6, 64),
			}
			if get(&m, "tcpi_wscale") == "snd 7, rcv 7" {
				words = append(words, "wscale:7,7")
			}
			found, not := 0, []string(nil)
			for _, w := range words {
				if strings.Contains(text, w) {
					found++
				} else {
					not = append(not, w)
				}
			}
			if found > best {
				best, missing = found, not
			}
		}
		if best < 25 || len(missing) > 0 {
			t.Errorf("%s: %d words are in the output of ss, these are not: %q\n%s", r.kernel, best, missing, text)
		}
	}
}

// TestSSUnixTruth: names, states, inodes and peers of Unix sockets.
func TestSSUnixTruth(t *testing.T) {
	for _, r := range recordings(t, "sock_diag") {
		replies := map[string]bool{}
		for _, m := range r.of("sock_diag", "SOCK_DIAG_BY_FAMILY") {
			if get(&m, "udiag_ino") != "" && get(&m, "udiag_type") != "" {
				replies[fmt.Sprint(get(&m, "udiag_type"), get(&m, "udiag_state"), get(&m, "UNIX_DIAG_NAME"), get(&m, "udiag_ino"), " ",
					strings.TrimPrefix(get(&m, "UNIX_DIAG_PEER"), "0"))] = true
			}
		}
		types := map[string]string{"u_str": "SOCK_STREAM", "u_dgr": "SOCK_DGRAM", "u_seq": "SOCK_SEQPACKET"}
		names := 0
		for _, line := range strings.Split(string(r.truth("unix")), "\n") {
			f := strings.Fields(line)
			if len(f) < 8 {
				t.Fatalf("%s: ss: %q", r.kernel, line)
			}
			name, peer := strings.TrimPrefix(f[4], "*"), strings.TrimPrefix(f[7], "0")
			if name != "" {
				names++
			}
			if want := fmt.Sprint(types[f[0]], ssState[f[1]], name, f[5], " ", peer); !replies[want] {
				t.Errorf("%s: no reply is %q", r.kernel, want)
			}
		}
		if names < 2 {
			t.Errorf("%s: only %d names", r.kernel, names)
		}
	}
}

// TestBytecodeTruth: the filters are what was given to ss, in sock_diag.sh.
func TestBytecodeTruth(t *testing.T) {
	for _, r := range recordings(t, "sock_diag") {
		seen := map[string]bool{}
		for _, m := range r.of("sock_diag", "SOCK_DIAG_BY_FAMILY") {
			seen[get(&m, "INET_DIAG_REQ_BYTECODE")] = true
		}
		for _, want := range []string{
			"sport == 8002", "sport >= 8001 and dst 192.0.2.0/24", "(sport == 8001 or sport == 8002) and not dst 10.0.0.0/8",
			"dport > 8000 and (src 127.0.0.1 or src ::1) and sport <= 65000", "fwmark == 0x1234/0xffff", "autobound",
			"dport == 8001 or dport == 8002 or dport == 8003",
		} {
			if !seen[want] {
				t.Errorf("%s: no filter %q: %v", r.kernel, want, seen)
			}
		}
	}
}

// TestAuditRulesTruth: rules as auditctl -l prints them.
func TestAuditRulesTruth(t *testing.T) {
	lists := map[string]string{"AUDIT_FILTER_USER": "user", "AUDIT_FILTER_EXIT": "exit", "AUDIT_FILTER_EXCLUDE": "exclude", "AUDIT_FILTER_FS": "filesystem"}
	for _, r := range recordings(t, "audit") {
		rules := map[string]bool{}
		for _, m := range r.of("audit", "AUDIT_LIST_RULES") {
			if get(&m, "rule") != "" {
				rules[fmt.Sprintf("-a %s,%s %s", strings.ToLower(strings.TrimPrefix(get(&m, "action"), "AUDIT_")), lists[get(&m, "flags")], get(&m, "rule"))] = true
			}
		}
		n := 0
		for _, line := range strings.Split(string(r.truth("rules")), "\n") {
			want := line
			if f := strings.Fields(line); f[0] == "-w" {
				want = fmt.Sprintf("-a always,exit -S all -F dir=%s -F perm=%s -F key=%s", f[1], f[3], f[5])
			}
			want = strings.Replace(want, "-EACCES", "-13", 1)
			if strings.HasSuffix(strings.Fields(want)[1], ",user") || strings.Contains(want, ",exclude") || strings.Contains(want, ",filesystem") {
				// No calls are of those lists, which the kernel has as all.
				f := strings.SplitN(want, " ", 3)
				want = f[0] + " " + f[1] + " -S all " + f[2]
			}
			if !rules[want] {
				t.Errorf("%s: no rule is %q", r.kernel, want)
			}
			n++
		}
		if n < 10 {
			t.Errorf("%s: %d rules", r.kernel, n)
		}
	}
}

// TestAusearchTruth: the words of records as ausearch -i reads them.
func TestAusearchTruth(t *testing.T) {
	reRecord := regexp.MustCompile(`^type=(\w+) msg=audit\([^)]*:(\d+)\) : (.*)`)
	for _, r := range recordings(t, "audit") {
		words := map[string]*decode.Message{}
		for i := range r.messages {
			m := &r.messages[i]
			if m.Family == "audit" && get(m, "serial") != "" {
				words[m.Type+" "+get(m, "serial")+" "+get(m, "item")] = m
			}
		}
		calls, compared := map[string]bool{}, 0
		for _, line := range strings.Split(string(r.truth("search")), "\n") {
			f := reRecord.FindStringSubmatch(line)
			if f == nil || f[1] != "SYSCALL" && f[1] != "PROCTITLE" && f[1] != "EXECVE" {
				continue
			}
			m := words["AUDIT_"+f[1]+" "+f[2]+" "]
			if m == nil {
				t.Errorf("%s: no record is %s %s", r.kernel, f[1], f[2])
				continue
			}
			compared++
			f[3] = strings.Replace(f[3], "a0=AT_FDCWD", "a0=0xffffff9c", 1) // ausearch knows that it is a directory
			if f[1] == "PROCTITLE" {
				if have := "proctitle=" + get(m, "proctitle"); have != strings.TrimSpace(f[3]) {
					t.Errorf("%s: %q, ausearch has %q", r.kernel, have, f[3])
				}
				continue
			}
			for _, key := range []string{"syscall", "success", "comm", "exe", "auid", "ses", "pid", "ppid", "tty", "key", "items", "argc", "a0"} {
				have := get(m, key)
				if key == "a0" && f[1] == "SYSCALL" {
					n, _ := m.Lookup(key)
					have = n.Text
				}
				if have != "" && !strings.Contains(" "+f[3], " "+key+"="+have+" ") {
					t.Errorf("%s: %s=%s is not what ausearch has: %s", r.kernel, key, have, f[3])
				}
			}
			n, _ := m.Lookup("exit")
			if _, errno, ok := strings.Cut(n.Text, " ("); ok && !strings.Contains(f[3], "exit="+strings.TrimSuffix(errno, ")")+"(") {
				t.Errorf("%s: exit %s: %s", r.kernel, n.Text, f[3])
			}
			calls[get(m, "syscall")] = true
		}
		if compared < 10 || !calls["execve"] || !calls["fchmodat"] || !calls["mkdir"] && !calls["unlinkat"] {
			t.Errorf("%s: %d records, calls %v", r.kernel, compared, calls)
		}
	}
}

// TestAuditStatusTruth: auditctl -s.
func TestAuditStatusTruth(t *testing.T) {
	for _, r := range recordings(t, "audit") {
		ok := false
		for _, m := range r.of("audit", "AUDIT_GET") {
			if get(&m, "enabled") == "" {
				continue
			}
			same := true
			for _, line := range strings.Split(string(r.truth("status")), "\n") {
				key, want, _ := strings.Cut(line, " ")
				if n, found := m.Lookup(key); found && n.Num != 0 && strconv.FormatUint(n.Num, 10) != want {
					same = false
				}
			}
			ok = ok || same
		}
		if !ok {
			t.Errorf("%s: no AUDIT_GET is %s", r.kernel, r.truth("status"))
		}
	}
}

// TestCryptoTruth: /proc/crypto.
func TestCryptoTruth(t *testing.T) {
	names := map[string]string{"name": "cru_name", "driver": "cru_driver_name", "module": "cru_module_name", "priority": "CRYPTOCFGA_PRIORITY_VAL",
		"type": "type", "blocksize": "blocksize", "digestsize": "digestsize", "min keysize": "min_keysize", "max keysize": "max_keysize",
		"ivsize": "ivsize", "maxauthsize": "maxauthsize", "seedsize": "seedsize"}
	for _, r := range recordings(t, "crypto") {
		algs := map[string]*decode.Message{}
		list := r.of("crypto", "CRYPTO_MSG_NEWALG")
		list = append(list, r.of("crypto", "CRYPTO_MSG_GETALG")...)
		for i := range list {
			if m := &list[i]; get(m, "type") != "" {
				algs[get(m, "cru_driver_name")] = m
			}
		}
		seen, compared := 0, 0
		for _, block := range strings.Split(string(r.truth("proc")), "\n\n") {
			have := map[string]string{}
			for _, line := range strings.Split(block, "\n") {
				key, v, _ := strings.Cut(line, ":")
				have[strings.TrimSpace(key)] = strings.TrimSpace(v)
			}
			m := algs[have["driver"]]
			if m == nil || have["internal"] == "yes" || have["driver"] == "sha256-generic" {
				continue // made or changed after the dump
			}
			seen++
			for key, name := range names {
				got := get(m, name)
				if have[key] == "" || got == "" {
					continue
				}
				compared++
				// The type of an skcipher and of a rng is of the user's interface.
				if got != have[key] {
					t.Errorf("%s: %s of %s: %s, /proc/crypto has %s", r.kernel, key, have["driver"], got, have[key])
				}
			}
		}
		if seen < 10 || compared < 60 {
			t.Errorf("%s: %d algorithms, %d values", r.kernel, seen, compared)
		}
	}
}

// TestRDMATruth: rdma -j link and dev.
func TestRDMATruth(t *testing.T) {
	for _, r := range recordings(t, "rdma") {
		var links, devs []map[string]any
		if err := json.Unmarshal(r.truth("link"), &links); err != nil || len(links) == 0 {
			t.Fatalf("%s: %v", r.kernel, err)
		}
		if err := json.Unmarshal(r.truth("dev"), &devs); err != nil || len(devs) == 0 {
			t.Fatalf("%s: %v", r.kernel, err)
		}
		l, d, ok := links[0], devs[0], 0
		for _, m := range r.of("rdma", "RDMA_NLDEV_CMD_GET") { // the answer to PORT_GET too
			if get(&m, "RDMA_NLDEV_ATTR_PORT_STATE") == "" {
				continue
			}
			have := fmt.Sprintln(get(&m, "RDMA_NLDEV_ATTR_DEV_NAME"), get(&m, "RDMA_NLDEV_ATTR_PORT_INDEX"), strings.TrimPrefix(get(&m, "RDMA_NLDEV_ATTR_PORT_STATE"), "IB_PORT_"),
				strings.TrimPrefix(get(&m, "RDMA_NLDEV_ATTR_PORT_PHYS_STATE"), "IB_PORT_PHYS_STATE_"), get(&m, "RDMA_NLDEV_ATTR_NDEV_NAME"), get(&m, "RDMA_NLDEV_ATTR_NDEV_INDEX"))
			if have == fmt.Sprintln(l["ifname"], l["port"], l["state"], l["physical_state"], l["netdev"], l["netdev_index"]) {
				ok |= 1
			}
		}
		for _, m := range r.of("rdma", "RDMA_NLDEV_CMD_GET") {
			if get(&m, "RDMA_NLDEV_ATTR_NODE_GUID") == d["node_guid"] && get(&m, "RDMA_NLDEV_ATTR_DEV_NODE_TYPE") == "RDMA_NODE_IB_"+strings.ToUpper(fmt.Sprint(d["node_type"])) {
				ok |= 2
			}
		}
		for _, m := range r.of("rdma", "RDMA_NLDEV_CMD_RES_QP_GET") {
			if get(&m, "RDMA_NLDEV_ATTR_RES_TYPE") == "IB_QPT_GSI" && get(&m, "RDMA_NLDEV_ATTR_RES_STATE") == "IB_QPS_RTS" && get(&m, "RDMA_NLDEV_ATTR_RES_LQPN") == "1" {
				ok |= 4
			}
		}
		if !bytes.Contains(r.truth("qp"), []byte(`"lqpn":1,"type":"GSI","state":"RTS"`)) {
			t.Errorf("%s: %s", r.kernel, r.truth("qp"))
		}
		if ok != 7 {
			t.Errorf("%s: found %b; link %v, dev %v", r.kernel, ok, l, d)
		}
	}
}

// TestFibLookupTruth: ip route get fibmatch, of the same address.
func TestFibLookupTruth(t *testing.T) {
	for _, r := range recordings(t, "fib_lookup") {
		ok, missed := false, false
		for _, m := range r.of("fib_lookup", "") {
			addr := get(&m, "fl_addr")
			if addr == "198.51.100.77" && getNumber(&m, "prefixlen") != 0 {
				ok = bytes.Contains(r.truth("route"), []byte(`"198.51.100.0/`+get(&m, "prefixlen")+`"`)) &&
					get(&m, "tb_id") == "RT_TABLE_MAIN" && get(&m, "type") == "RTN_UNICAST" && get(&m, "scope") == "RT_SCOPE_UNIVERSE"
			}
			n, _ := m.Lookup("err")
			missed = missed || addr == "203.0.113.1" && n.Text != "" && n.Text != "0"
		}
		if !ok || !missed {
			t.Errorf("%s: found %v, missed %v", r.kernel, ok, missed)
		}
	}
}

// TestConnectorTruth: what the processes of connector.sh know of themselves.
func TestConnectorTruth(t *testing.T) {
	for _, r := range recordings(t, "connector") {
		var me, child, status, aborted, sig int
		if _, err := fmt.Sscan(string(r.truth("pids")), &me, &child, &status, &aborted, &sig); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, m := range r.of("connector", "cn_msg") {
			if get(&m, "mcast_op") != "" {
				seen[get(&m, "mcast_op")] = true
			}
			pid := get(&m, "process_pid")
			seen[fmt.Sprint(get(&m, "what"), " ", pid, get(&m, "child_pid"), " ", get(&m, "comm"), get(&m, "ruid"), get(&m, "rgid"), getNumber(&m, "exit_code"))] = true
		}
		for _, want := range []string{
			"PROC_CN_MCAST_LISTEN", "PROC_CN_MCAST_IGNORE", fmt.Sprintf("PROC_EVENT_FORK %d 0", child), fmt.Sprintf("PROC_EVENT_COMM %d lab-renamed0", child),
			fmt.Sprintf("PROC_EVENT_SID %d 0", child), fmt.Sprintf("PROC_EVENT_GID %d 1000", child), fmt.Sprintf("PROC_EVENT_UID %d 10000", child),
			fmt.Sprintf("PROC_EVENT_EXEC %d 0", child), fmt.Sprintf("PROC_EVENT_EXIT %d %d", child, status<<8), fmt.Sprintf("PROC_EVENT_COREDUMP %d 0", aborted),
		} {
			if !seen[want] {
				t.Errorf("%s: no event %q in %v", r.kernel, want, seen)
			}
		}
	}
}

// TestUdevadmTruth: every property that udevadm monitor prints.
func TestUdevadmTruth(t *testing.T) {
	for _, r := range recordings(t, "uevent") {
		events := map[string][]*decode.Message{}
		for i := range r.messages {
			if m := &r.messages[i]; m.Family == "uevent" {
				events[get(m, "SEQNUM")] = append(events[get(m, "SEQNUM")], m)
			}
		}
		blocks, props := 0, 0
		for _, block := range strings.Split(string(r.truth("monitor")), "\n\n") {
			have := map[string]string{}
			for _, line := range strings.Split(block, "\n") {
				if key, v, ok := strings.Cut(line, "="); ok {
					have[key] = v
				}
			}
			if have["SEQNUM"] == "" {
				continue
			}
			blocks++
			best, n := 0, 0
			for _, m := range events[have["SEQNUM"]] {
				n = 0
				for key, want := range have {
					if get(m, key) == want && (m.Type == have["ACTION"]) {
						n++
					}
				}
				best = max(best, n)
			}
			props += best
			if best < len(have) {
				t.Errorf("%s: event %s of %s: %d of %d properties", r.kernel, have["SEQNUM"], have["DEVPATH"], best, len(have))
			}
		}
		if blocks < 6 || props < 40 {
			t.Errorf("%s: %d events, %d properties", r.kernel, blocks, props)
		}
	}
}
