// SPDX-License-Identifier: Apache-2.0

package families_test

import (
	"encoding/xml"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// conntrackXML is what conntrack -L -o xml prints.
type conntrackXML struct {
	Flows []struct {
		Metas []struct {
			Direction string `xml:"direction,attr"`
			L3        struct {
				Src string `xml:"src"`
				Dst string `xml:"dst"`
			} `xml:"layer3"`
			L4 struct {
				Proto string `xml:"protonum,attr"`
				SPort string `xml:"sport"`
				DPort string `xml:"dport"`
			} `xml:"layer4"`
			Packets string    `xml:"counters>packets"`
			Bytes   string    `xml:"counters>bytes"`
			State   string    `xml:"state"`
			Timeout string    `xml:"timeout"`
			Mark    string    `xml:"mark"`
			Zone    string    `xml:"zone"`
			Use     string    `xml:"use"`
			ID      string    `xml:"id"`
			Assured *struct{} `xml:"assured"`
		} `xml:"meta"`
	} `xml:"flow"`
}

var ctProtocols = map[string]string{"IPPROTO_ICMP": "1", "IPPROTO_TCP": "6", "IPPROTO_UDP": "17", "IPPROTO_DCCP": "33",
	"IPPROTO_GRE": "47", "58": "58", "IPPROTO_ICMPV6": "58", "IPPROTO_SCTP": "132"}

// ctTuple writes a tuple with its counters.
func ctTuple(v map[string]string, dir string) string {
	p := "CTA_TUPLE_" + dir + "/CTA_TUPLE_"
	proto := p + "PROTO/CTA_PROTO_"
	num := v[proto+"NUM"]
	if n, ok := ctProtocols[num]; ok {
		num = n
	}
	size, _, _ := strings.Cut(v["CTA_COUNTERS_"+dir+"/CTA_COUNTERS_BYTES"], " ")
	src, dst := v[proto+"SRC_PORT"], v[proto+"DST_PORT"]
	if num == "47" {
		src, dst = "", "" // the XML leaves the keys of GRE out
	}
	return fmt.Sprintf("%s%s > %s%s proto %s ports %s %s packets %s bytes %s",
		v[p+"IP/CTA_IP_V4_SRC"], v[p+"IP/CTA_IP_V6_SRC"], v[p+"IP/CTA_IP_V4_DST"], v[p+"IP/CTA_IP_V6_DST"], num,
		src, dst, v["CTA_COUNTERS_"+dir+"/CTA_COUNTERS_PACKETS"], size)
}

// ctState is the state of TCP, SCTP or DCCP without its prefix. The XML has the
// names of TCP for all of them: what is number 4 there is FIN_WAIT.
func ctState(v map[string]string) string {
	for _, p := range []string{"TCP", "SCTP", "DCCP"} {
		if s := v["CTA_PROTOINFO/CTA_PROTOINFO_"+p+"/CTA_PROTOINFO_"+p+"_STATE"]; s != "" {
			if s == "SCTP_CONNTRACK_ESTABLISHED" || s == "CT_DCCP_OPEN" {
				return "FIN_WAIT"
			}
			return strings.TrimPrefix(s, p+"_CONNTRACK_")
		}
	}
	return ""
}

// TestTruthConntrack compares entries with conntrack's XML.
func TestTruthConntrack(t *testing.T) {
	for _, r := range recordings(t, "conntrack") {
		have := map[string]bool{}
		for _, m := range r.of("ctnetlink", "IPCTNL_MSG_CT_NEW") {
			v := nfMessage(&m)
			mark, _ := strconv.ParseUint(v["CTA_MARK"], 0, 32)
			id := v["CTA_ID"]
			have["orig "+id+" "+ctTuple(v, "ORIG")] = true
			have["reply "+id+" "+ctTuple(v, "REPLY")] = true
			zone := v["CTA_ZONE"]
			if zone == "" {
				zone = "0"
			}
			have[fmt.Sprintf("state %s %s timeout %s mark %d zone %s use %s assured %v", id, ctState(v),
				strings.TrimSuffix(v["CTA_TIMEOUT"], " s"), mark, zone, v["CTA_USE"],
				strings.Contains(v["CTA_STATUS"], "IPS_ASSURED"))] = true
		}
		var x conntrackXML
		if err := xml.Unmarshal(r.truth("list.xml"), &x); err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, f := range x.Flows {
			last := f.Metas[len(f.Metas)-1]
			for i, dir := range []string{"orig", "reply"} {
				m := f.Metas[i]
				want = append(want, fmt.Sprintf("%s %s %s > %s proto %s ports %s %s packets %s bytes %s", dir, last.ID,
					m.L3.Src, m.L3.Dst, m.L4.Proto, m.L4.SPort, m.L4.DPort, m.Packets, m.Bytes))
			}
			zone := last.Zone
			if zone == "" {
				zone = "0"
			}
			want = append(want, fmt.Sprintf("state %s %s timeout %s mark %s zone %s use %s assured %v", last.ID, last.State,
				last.Timeout, last.Mark, zone, last.Use, last.Assured != nil))
		}
		nfWant(t, &r, "conntrack -L -o xml", want, have)
		ctStatistics(t, &r)
		ctTimeouts(t, &r)
		ctHelpers(t, &r)
	}
}

// ctStatistics compares with conntrack -S: "cpu=0 found=0 invalid=0 …".
func ctStatistics(t *testing.T, r *recording) {
	t.Helper()
	have := map[string]bool{}
	for _, m := range r.of("ctnetlink", "IPCTNL_MSG_CT_GET_STATS_CPU") {
		v := nfMessage(&m)
		cpu := "cpu=" + v["res_id"]
		for name, x := range v {
			if n, ok := strings.CutPrefix(name, "CTA_STATS_"); ok {
				have[cpu+" "+strings.ToLower(n)+"="+x] = true
			}
		}
	}
	var want []string
	for _, l := range nfLines(r.truth("stats")) {
		words := strings.Fields(l)
		for _, w := range words[1:] {
			w = strings.Replace(w, "clashres=", "clash_resolve=", 1)
			w = strings.Replace(w, "chaintoolong=", "chain_toolong=", 1)
			want = append(want, words[0]+" "+w)
		}
	}
	nfWant(t, r, "conntrack -S", want, have)
}

var reNfctTimeout = regexp.MustCompile(`(\w+)\s*=\s*(\w+)`)

// ctTimeouts compares with nfct list timeout:
//
//	.web = {
//		.l3proto = 2,
//		.l4proto = 6,
//		.policy = {
//			.SYN_SENT = 11,
//		},
//	};
func ctTimeouts(t *testing.T, r *recording) {
	t.Helper()
	have := map[string]bool{}
	for _, m := range r.of("cttimeout", "IPCTNL_MSG_TIMEOUT_NEW") {
		v := nfMessage(&m)
		name := v["CTA_TIMEOUT_NAME"]
		have[name+" l3proto = "+map[string]string{"AF_INET": "2", "AF_INET6": "10"}[v["CTA_TIMEOUT_L3PROTO"]]] = true
		l4 := v["CTA_TIMEOUT_L4PROTO"]
		have[name+" l4proto = "+ctProtocols[l4]] = true
		if l4 == "IPPROTO_RAW" {
			have[name+" l4proto = 255"] = true
		}
		if l4 == "IPPROTO_UDPLITE" {
			have[name+" l4proto = 136"] = true
		}
		for key, x := range v {
			if _, key, ok := strings.Cut(key, "CTA_TIMEOUT_DATA/CTA_TIMEOUT_"); ok {
				_, key, _ = strings.Cut(key, "_")
				have[name+" "+key+" = "+strings.TrimSuffix(x, " s")] = true
			}
		}
	}
	var want []string
	name := ""
	for _, l := range nfLines(r.truth("timeouts")) {
		if n, ok := strings.CutSuffix(l, " = {"); ok && n != ".policy" {
			name = strings.TrimPrefix(n, ".")
			continue
		}
		if m := reNfctTimeout.FindStringSubmatch(l); m != nil && m[1] != "use" {
			want = append(want, strings.Replace(name+" "+m[1]+" = "+m[2], "UNACKNOWLEDGED", "UNACK", 1))
		}
	}
	nfWant(t, r, "nfct list timeout", want, have)
}

// ctHelpers compares with nfct list helper:
//
//	{
//		.name = rpc,
//		.queuenum = 0,
//	};
func ctHelpers(t *testing.T, r *recording) {
	t.Helper()
	have := map[string]bool{}
	for _, m := range r.of("cthelper", "NFNL_MSG_CTHELPER_NEW") {
		v := nfMessage(&m)
		name := v["NFCTH_NAME"] + " "
		have[name+"queuenum = "+v["NFCTH_QUEUE_NUM"]] = true
		have[name+"l4protonum = "+ctProtocols[v["NFCTH_TUPLE/NFCTH_TUPLE_L4PROTONUM"]]] = true
		have[name+"l3protonum = "+map[string]string{"AF_INET": "2", "AF_INET6": "10"}[v["NFCTH_TUPLE/NFCTH_TUPLE_L3PROTONUM"]]] = true
		size, _, _ := strings.Cut(v["NFCTH_PRIV_DATA_LEN"], " ")
		have[name+"priv_data_len = "+size] = true
		have[name+"status = "+strings.ToLower(strings.TrimPrefix(v["NFCTH_STATUS"], "NFCT_HELPER_STATUS_"))] = true
	}
	var want []string
	name := ""
	for _, l := range nfLines(r.truth("helpers")) {
		l = strings.Trim(l, ".,{};")
		if n, ok := strings.CutPrefix(l, "name = "); ok {
			name = n + " "
		} else if l != "" {
			want = append(want, name+l)
		}
	}
	nfWant(t, r, "nfct list helper", want, have)
}

// TestConntrackExpectStatistics: the kernel answers the request for statistics
// of expectations under the subsystem of connections.
func TestConntrackExpectStatistics(t *testing.T) {
	for _, r := range recordings(t, "conntrack") {
		found := false
		for _, m := range r.of("ctnetlink", "IPCTNL_MSG_EXP_GET_STATS_CPU") {
			v := nfMessage(&m)
			found = found || v["CTA_STATS_EXP_CREATE"] != "" && v["CTA_STATS_EXP_DELETE"] != ""
		}
		if !found {
			t.Errorf("conntrack on %s: no statistics of expectations", r.kernel)
		}
		for _, m := range r.messages {
			if b := m.Body(); m.Family == "ctnetlink" && b.Problem != "" {
				t.Errorf("conntrack on %s: %s: %s", r.kernel, m.Type, b.Problem)
			}
		}
	}
}
